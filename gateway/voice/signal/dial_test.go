package signal

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/fault"
	"outdial/gateway/voice/voicetest"
)

func lookupSRV(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
	if service == "sip" && proto == "udp" && name == "carrier.example.com" {
		return "", []*net.SRV{{Target: "one.example.com", Port: 5070}, {Target: "two.example.com", Port: 5080}}, nil
	}
	return "", nil, &net.DNSError{Err: "no such host", Name: name}
}

func TestCall(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c := b.dial(nil)
		m := p.Expect("INVITE")
		for name, want := range map[string]string{
			"From":                `"Acme" <sip:+12065550110@192.0.2.1>;tag=` + c.localTag,
			"To":                  "<sip:+12065550123@198.51.100.1>",
			"Contact":             "<sip:+12065550110@192.0.2.1:5060>",
			"P-Asserted-Identity": `"Acme" <sip:+12065550110@192.0.2.1>`,
			"Content-Type":        "application/sdp",
			"Supported":           "100rel",
			"Max-Forwards":        "70",
		} {
			if got := m.Get(name); got != want {
				b.Errorf("%s: %s, not %s", name, got, want)
			}
		}
		if m.URI() != "sip:+12065550123@198.51.100.1" || m.Port() != 4000 || !strings.Contains(m.Body, "c=IN IP4 192.0.2.1\r\n") {
			b.Errorf("%s\n%s", m.Start, m.Body)
		}
		p.Reply(m, "100 Trying", "", "")
		p.Reply(m, "183 Session Progress", "callee", "", voicetest.SDP(theirIP, 6000))
		c.wants(theirTerms, "progress false")
		p.Reply(m, "180 Ringing", "callee", "")
		c.wants("progress true")
		p.Reply(m, "200 OK", "callee", "Record-Route: <sip:proxy.one.example.com;lr>\r\nRecord-Route: <sip:one.example.com:5060;lr>\r\n", voicetest.SDP(theirIP, 6000))
		ack := p.Expect("ACK")
		if ack.URI() != "sip:callee@198.51.100.1:5060" || ack.Get("Route") != "<sip:one.example.com:5060;lr>" || ack.Get("CSeq") != strings.Replace(m.Get("CSeq"), "INVITE", "ACK", 1) {
			b.Errorf("%s, Route %s, CSeq %s", ack.Start, ack.Get("Route"), ack.Get("CSeq"))
		}
		c.wants("answered")
		c.do(func() { c.Hangup(Outcome{By: bySystem}) })
		bye := p.Expect("BYE")
		p.Reply(bye, "200 OK", "", "")
		c.wants(`ended system 0 0 "" 0`)
	})
}

func TestTheyHangUp(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		for _, c := range []struct{ reason, want string }{
			{"", `ended customer 0 0 "" 0`},
			{`Reason: Q.850;cause=16;text="Normal call clearing"` + "\r\n", `ended customer 0 16 "Normal call clearing" 0`},
			{"Reason: Q.850 ;cause=38\r\n", `ended network 0 38 "" 0`},
			{"Reason: SIP;cause=503;text=overload\r\n", `ended network 503 0 "overload" 0`},
		} {
			call, d := b.up(p, nil, "")
			d.Request("BYE", c.reason)
			p.Expect("200")
			call.wants(c.want)
		}
	})
}

func TestRefused(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		for _, c := range []struct{ status, headers, want string }{
			{"486 Busy Here", "", `ended network 486 0 "Busy Here" 0`},
			{"404 Not Found", "Reason: Q.850;cause=1\r\n", `ended network 404 1 "Not Found" 0`},
			{"480 Temporarily Unavailable", "Retry-After: 120 (lunch)\r\n", `ended network 480 0 "Temporarily Unavailable" 120`},
			{"503 Service Unavailable", "", `ended network 503 0 "Service Unavailable" 0`},
			{"603 Decline", "", `ended network 603 0 "Decline" 0`},
			{"407 Proxy Authentication Required", "Proxy-Authenticate: Digest realm=\"x\", nonce=\"y\"\r\n", `ended network 407 0 "Proxy Authentication Required" 0`},
			{"302 Moved Temporarily", "", `ended network 302 0 "Moved Temporarily" 0`},
			{"399 Ünknown\tthing", "", "ended network 399 0 \"Ünknown thing\" 0"},
		} {
			call := b.dial(nil)
			m := p.Expect("INVITE")
			p.Reply(m, c.status, "callee", c.headers)
			p.Expect("ACK")
			call.wants(c.want)
		}
	})
}

func TestRingTimeout(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c := b.dial(func(p *Plan) { p.Ring = 15 * time.Second })
		m := p.Expect("INVITE")
		p.Reply(m, "180 Ringing", "callee", "")
		start := time.Now()
		cancel := p.Expect("CANCEL")
		if d := time.Since(start); d < 14*time.Second || d > 16*time.Second {
			b.Errorf("cancelled after %v", d)
		}
		if cancel.Get("Via") != m.Get("Via") || cancel.Get("CSeq") != strings.Replace(m.Get("CSeq"), "INVITE", "CANCEL", 1) || cancel.URI() != m.URI() {
			b.Errorf("the CANCEL does not match: %s, %s", cancel.Get("Via"), cancel.Get("CSeq"))
		}
		c.wants("progress true", `ended timer 487 0 "Request Terminated" 0`)
		p.Reply(cancel, "200 OK", "callee", "")
		p.Reply(m, "487 Request Terminated", "callee", "")
		p.Expect("ACK")
	})
}

// An answer that crosses our CANCEL is taken, and hung up.
func TestAnswerAfterCancel(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c := b.dial(nil)
		m := p.Expect("INVITE")
		p.Reply(m, "180 Ringing", "callee", "")
		synctest.Wait()
		c.do(func() { c.Hangup(Outcome{By: bySystem}) })
		cancel := p.Expect("CANCEL")
		p.Reply(m, "200 OK", "callee", "", voicetest.SDP(theirIP, 6000))
		p.Reply(cancel, "200 OK", "callee", "")
		p.Expect("ACK")
		bye := p.Expect("BYE")
		p.Reply(bye, "200 OK", "", "")
		c.wants("progress true", `ended system 0 0 "" 0`)
	})
}

// Nothing is cancelled before something has been answered.
func TestCancelWaits(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c := b.dial(nil)
		m := p.Expect("INVITE")
		c.do(func() { c.Hangup(Outcome{By: bySystem}) })
		c.wants(`ended system 0 0 "" 0`)
		p.Nothing(300 * time.Millisecond)
		p.Reply(m, "100 Trying", "", "")
		cancel := p.Expect("CANCEL")
		p.Reply(cancel, "200 OK", "callee", "")
		p.Reply(m, "487 Request Terminated", "callee", "")
		p.Expect("ACK")
	})
}

func TestDigest(t *testing.T) {
	inBubble(t, func(c *Config) { c.User, c.Password = "acme", "secret" }, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c := b.dial(nil)
		first := p.Expect("INVITE")
		if !strings.HasPrefix(first.Get("Contact"), "<sip:acme@") {
			b.Errorf("Contact: %s", first.Get("Contact"))
		}
		p.Reply(first, "407 Proxy Authentication Required", "x", "Proxy-Authenticate: Digest realm=\"a\", nonce=\"1\", algorithm=unheard-of\r\n"+
			"Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", qop=\"auth\", algorithm=SHA-256\r\n")
		p.Expect("ACK")
		m := p.Expect("INVITE")
		if a := m.Get("Proxy-Authorization"); !strings.Contains(a, `username="acme"`) || !strings.Contains(a, "SHA-256") || !strings.Contains(a, `uri="sip:+12065550123@198.51.100.1"`) {
			b.Errorf("authorization: %s", a)
		}
		if m.Get("Call-ID") != first.Get("Call-ID") || m.Get("CSeq") == first.Get("CSeq") || m.Get("From") != first.Get("From") {
			b.Errorf("%s %s %s", m.Get("Call-ID"), m.Get("CSeq"), m.Get("From"))
		}
		// The number was too old: once more with another one.
		p.Reply(m, "407 Proxy Authentication Required", "x", "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n2\", stale=true\r\n")
		p.Expect("ACK")
		m = p.Expect("INVITE")
		p.Reply(m, "200 OK", "callee", "", voicetest.SDP(theirIP, 6000))
		ack := p.Expect("ACK")
		if ack.Get("Proxy-Authorization") == "" {
			b.Error("the ACK does not say who we are")
		}
		c.wants(theirTerms, "answered")
		c.do(func() { c.Hangup(Outcome{By: bySystem}) })
		bye := p.Expect("BYE")
		p.Reply(bye, "401 Unauthorized", "", "WWW-Authenticate: Digest realm=\"carrier\", nonce=\"n3\"\r\n")
		again := p.Expect("BYE")
		if again.Get("Authorization") == "" || again.Get("CSeq") == bye.Get("CSeq") {
			b.Errorf("%s, %s", again.Get("Authorization"), again.Get("CSeq"))
		}
		p.Reply(again, "200 OK", "", "")
		c.wants(`ended system 0 0 "" 0`)

		wrong := b.dial(nil)
		m = p.Expect("INVITE")
		p.Reply(m, "401 Unauthorized", "x", "WWW-Authenticate: Digest realm=\"carrier\", nonce=\"n4\"\r\n")
		p.Expect("ACK")
		m = p.Expect("INVITE")
		p.Reply(m, "401 Unauthorized", "x", "WWW-Authenticate: Digest realm=\"carrier\", nonce=\"n5\"\r\n")
		p.Expect("ACK")
		wrong.wants(`ended network 401 0 "Unauthorized" 0`)
	})
}

func TestSessionTooSmall(t *testing.T) {
	inBubble(t, func(c *Config) { c.Session = 2 * time.Minute }, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c := b.dial(nil)
		m := p.Expect("INVITE")
		if m.Get("Session-Expires") != "120;refresher=uac" || m.Get("Supported") != "100rel, timer" {
			b.Errorf("%s, %s", m.Get("Session-Expires"), m.Get("Supported"))
		}
		p.Reply(m, "422 Session Interval Too Small", "x", "Min-SE: 600\r\n")
		p.Expect("ACK")
		m = p.Expect("INVITE")
		if m.Get("Session-Expires") != "600;refresher=uac" || m.Get("Min-SE") != "600" {
			b.Errorf("%s, %s", m.Get("Session-Expires"), m.Get("Min-SE"))
		}
		p.Reply(m, "486 Busy Here", "x", "")
		p.Expect("ACK")
		c.wants(`ended network 486 0 "Busy Here" 0`)
	})
}

func TestRedirect(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p, q := b.net.Phone(b, theirIP+":5060"), b.net.Phone(b, "198.51.100.3:5099")
		defer p.Close()
		defer q.Close()
		c := b.dial(nil)
		m := p.Expect("INVITE")
		p.Reply(m, "302 Moved Temporarily", "x", "Contact: <sip:second@198.51.100.2:5060>;q=0.2, <sip:+199@three.example.com:5099;user=phone>;q=0.9, <mailto:a@b>\r\n")
		p.Expect("ACK")
		m = q.Expect("INVITE")
		if m.URI() != "sip:+199@three.example.com:5099;user=phone" {
			b.Errorf("called %s", m.URI())
		}
		q.Reply(m, "200 OK", "callee", "", voicetest.SDP(theirIP, 6000))
		q.Expect("ACK")
		c.wants(theirTerms, "answered")
		c.do(func() { c.Hangup(Outcome{By: bySystem}) })
		q.Reply(q.Expect("BYE"), "200 OK", "", "")
		c.wants(`ended system 0 0 "" 0`)

		// A circle ends.
		c = b.dial(nil)
		for range 6 {
			m = p.Expect("INVITE")
			p.Reply(m, "302 Moved Temporarily", "x", "Contact: <sip:again@198.51.100.1>\r\n")
			p.Expect("ACK")
		}
		c.wants(`ended network 302 0 "Moved Temporarily" 0`)
	})
}

func TestFailover(t *testing.T) {
	inBubble(t, func(c *Config) { c.Targets = []string{"carrier.example.com", "three.example.com:5090"} }, func(b *bench) {
		one, two, three := b.net.Phone(b, "198.51.100.1:5070"), b.net.Phone(b, "198.51.100.2:5080"), b.net.Phone(b, "198.51.100.3:5090")
		defer one.Close()
		defer two.Close()
		defer three.Close()
		c := b.dial(nil)
		start := time.Now()
		silent := one.Expect("INVITE")
		if silent.URI() != "sip:+12065550123@carrier.example.com" {
			b.Errorf("called %s", silent.URI())
		}
		m := two.Expect("INVITE") // the other server of the same domain
		if d := time.Since(start); d < 5*time.Second || d > 7*time.Second {
			b.Errorf("given up after %v", d)
		}
		two.Reply(m, "503 Service Unavailable", "x", "Retry-After: 60\r\n")
		two.Expect("ACK")
		m = three.Expect("INVITE")
		if m.URI() != "sip:+12065550123@three.example.com:5090" {
			b.Errorf("called %s", m.URI())
		}
		three.Reply(m, "180 Ringing", "callee", "")
		// The first one wakes up: it is told to forget it, and never answered.
		one.Reply(silent, "180 Ringing", "late", "")
		cancel := one.Await("CANCEL")
		one.Reply(silent, "200 OK", "late", "", voicetest.SDP("198.51.100.1", 6000))
		one.Reply(cancel, "200 OK", "", "")
		one.Await("ACK")
		one.Reply(one.Await("BYE"), "200 OK", "", "")
		three.Reply(m, "200 OK", "callee", "", voicetest.SDP("198.51.100.3", 6000))
		three.Expect("ACK")
		c.wants("progress true", "terms PCMA to 198.51.100.3:6000", "answered")
		c.do(func() { c.Hangup(Outcome{By: bySystem}) })
		three.Reply(three.Await("BYE"), "200 OK", "", "")
		c.wants(`ended system 0 0 "" 0`)

		// Who said that he has too much to do is left alone for a minute.
		c = b.dial(nil)
		m = three.Expect("INVITE")
		three.Reply(m, "486 Busy Here", "x", "")
		three.Expect("ACK")
		c.wants(`ended network 486 0 "Busy Here" 0`)
	})
}

// Nobody is there at all: the call fails, and nothing is told of a code that
// nobody gave.
func TestNobodyThere(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		c := b.dial(nil)
		time.Sleep(40 * time.Second)
		c.wants(`ended network 0 0 "no answer from the carrier" 0`)
	})
}

// A ring timer that runs out before anybody said a word is no telephone that was
// not picked up; and what one target said counts more than another's silence.
func TestNobodyRang(t *testing.T) {
	soon := func(p *Plan) { p.Ring = 15 * time.Second }
	inBubble(t, nil, func(b *bench) {
		c := b.dial(soon)
		time.Sleep(16 * time.Second)
		c.wants(`ended network 0 0 "no answer from the carrier" 0`)
	})
	inBubble(t, func(c *Config) { c.Targets = []string{"198.51.100.1:5070", "198.51.100.2:5080"} }, func(b *bench) {
		p := b.net.Phone(b, "198.51.100.1:5070")
		defer p.Close()
		for _, ring := range []func(*Plan){soon, nil} {
			c := b.dial(ring)
			p.Reply(p.Expect("INVITE"), "503 Service Unavailable", "x", "Retry-After: 0\r\n")
			p.Expect("ACK")
			time.Sleep(40 * time.Second)
			c.wants(`ended network 503 0 "Service Unavailable" 0`)
		}
	})
}

func TestReliableProgress(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c := b.dial(nil)
		m := p.Expect("INVITE")
		p.Reply(m, "183 Session Progress", "callee", "Require: 100rel\r\nRSeq: 7\r\n", voicetest.SDP(theirIP, 6000))
		prack := p.Expect("PRACK")
		number, _, _ := strings.Cut(m.Get("CSeq"), " ")
		if prack.Get("RAck") != "7 "+number+" INVITE" || prack.URI() != "sip:callee@198.51.100.1:5060" || voicetest.Param(prack.Get("To"), "tag") != "callee" {
			b.Errorf("%s %s", prack.Start, prack.Get("RAck"))
		}
		p.Reply(m, "183 Session Progress", "callee", "Require: 100rel\r\nRSeq: 7\r\n", voicetest.SDP(theirIP, 6000)) // again
		synctest.Wait()
		p.Reply(m, "180 Ringing", "callee", "Require: 100rel\r\nRSeq: 9\r\n") // one is missing
		synctest.Wait()
		p.Reply(prack, "200 OK", "", "")
		p.Reply(m, "180 Ringing", "callee", "Require: 100rel\r\nRSeq: 8\r\n")
		prack = p.Expect("PRACK")
		if prack.Get("RAck") != "8 "+number+" INVITE" {
			b.Errorf("RAck %s", prack.Get("RAck"))
		}
		p.Reply(prack, "200 OK", "", "")
		synctest.Wait()
		p.Reply(m, "200 OK", "callee", "") // its description came before
		p.Expect("ACK")
		c.wants(theirTerms, "progress false", "progress true", "answered")
		c.do(func() { c.Hangup(Outcome{By: bySystem}) })
		p.Reply(p.Expect("BYE"), "200 OK", "", "")
		c.wants(`ended system 0 0 "" 0`)
	})
}

// Two phones ring, and both are answered: the first wins.
func TestForked(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c := b.dial(nil)
		m := p.Expect("INVITE")
		p.Reply(m, "180 Ringing", "a", "")
		synctest.Wait()
		p.Reply(m, "180 Ringing", "b", "")
		synctest.Wait()
		p.Reply(m, "200 OK", "b", "", voicetest.SDP(theirIP, 6000))
		if ack := p.Expect("ACK"); voicetest.Param(ack.Get("To"), "tag") != "b" {
			b.Errorf("ACK for %s", ack.Get("To"))
		}
		p.Reply(m, "200 OK", "b", "", voicetest.SDP(theirIP, 6000)) // our ACK was lost
		p.Expect("ACK")
		p.Reply(m, "200 OK", "a", "Contact: <sip:other@198.51.100.1:5060>\r\n", voicetest.SDP(theirIP, 7000))
		if ack := p.Expect("ACK"); voicetest.Param(ack.Get("To"), "tag") != "a" || ack.URI() != "sip:other@198.51.100.1:5060" {
			b.Errorf("ACK for %s", ack.Get("To"))
		}
		bye := p.Expect("BYE")
		if voicetest.Param(bye.Get("To"), "tag") != "a" {
			b.Errorf("BYE for %s", bye.Get("To"))
		}
		p.Reply(bye, "200 OK", "", "")
		c.wants("progress true", "progress true", theirTerms, "answered")
		p.Called(m, "b").Request("BYE", "")
		p.Expect("200")
		c.wants(`ended customer 0 0 "" 0`)
	})
}

func TestNoAgreement(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		for _, body := range []string{"", "v=0\r\nc=IN IP4 198.51.100.1\r\nm=audio 6000 RTP/AVP 18\r\n", "nonsense"} {
			c := b.dial(nil)
			m := p.Expect("INVITE")
			p.Reply(m, "200 OK", "callee", "", body)
			p.Expect("ACK")
			p.Reply(p.Expect("BYE"), "200 OK", "", "")
			synctest.Wait()
			c.mu.Lock()
			if len(c.told) != 1 || !strings.HasPrefix(c.told[0], "ended network 488 0 ") {
				b.Errorf("told %q", c.told)
			}
			c.mu.Unlock()
		}
	})
}

func TestLimits(t *testing.T) {
	inBubble(t, func(c *Config) { c.Rate, c.Patience, c.Max = 2, 3*time.Second, 7 }, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		start := time.Now()
		var calls []*call
		for range 7 {
			c := b.newCall()
			l, err := b.agent.Dial(b.plan(c, newSide()))
			if err != nil {
				b.Fatal(err)
			}
			c.Leg = l
			calls = append(calls, c)
		}
		c := b.newCall()
		if _, err := b.agent.Dial(b.plan(c, newSide())); !fault.Is(err, fault.Busy) || fault.CodeOf(err) != "503" {
			b.Errorf("an eighth call: %v", err)
		}
		b.calls = b.calls[:7]
		c.loop.Close()
		for range calls {
			p.Reply(p.Expect("INVITE"), "486 Busy Here", "x", "")
			p.Expect("ACK")
		}
		if d := time.Since(start); d < 2500*time.Millisecond || d > 3500*time.Millisecond {
			b.Errorf("seven calls are begun within %v", d)
		}
		for _, c := range calls {
			c.wants(`ended network 486 0 "Busy Here" 0`)
		}
	})
}

func TestIdentity(t *testing.T) {
	for name, x := range map[string]struct {
		change func(*Config)
		want   map[string]string
	}{
		"withheld": {func(c *Config) { c.Private = true }, map[string]string{
			"From": `"Anonymous" <sip:anonymous@anonymous.invalid>`, "Privacy": "id", "P-Asserted-Identity": `"Acme" <sip:+12065550110@192.0.2.1>`}},
		"user in From": {func(c *Config) { c.User, c.Domain, c.From, c.Identity = "acme", "carrier.example.com", "user", "ppi" }, map[string]string{
			"From": `"Acme" <sip:acme@carrier.example.com>`, "P-Preferred-Identity": `"Acme" <sip:+12065550110@carrier.example.com>`,
			"To": "<sip:+12065550123@carrier.example.com>"}},
		"national numbers": {func(c *Config) {
			c.Dialled = NumberRule{Form: "national", Country: "1", Trunk: "-", Prefix: "9"}
			c.Shown = NumberRule{Form: "digits"}
			c.Identity = "rpid"
			c.Headers = map[string]string{"X-Account": "4711"}
		}, map[string]string{
			"From": `"Acme" <sip:12065550110@192.0.2.1>`, "To": "<sip:92065550123@198.51.100.1>", "X-Account": "4711",
			"Remote-Party-ID": `"Acme" <sip:12065550110@192.0.2.1>;party=calling;screen=yes;privacy=off`}},
		"behind NAT": {func(c *Config) { c.Advertise = "203.0.113.9" }, map[string]string{
			"Contact": "<sip:+12065550110@203.0.113.9:5060>", "From": `"Acme" <sip:+12065550110@203.0.113.9>`}},
		"through a proxy": {func(c *Config) { c.Targets, c.Proxy = []string{"sip.example.com"}, theirIP+":5060" }, map[string]string{
			"To": "<sip:+12065550123@sip.example.com>", "Route": "<sip:198.51.100.1:5060;lr>"}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, x.change, func(b *bench) {
				p := b.net.Phone(b, theirIP+":5060")
				defer p.Close()
				c := b.dial(nil)
				m := p.Expect("INVITE")
				for h, want := range x.want {
					got, _, _ := strings.Cut(m.Get(h), ";tag=")
					if got != want {
						b.Errorf("%s: %s, not %s", h, got, want)
					}
				}
				p.Reply(m, "486 Busy Here", "x", "")
				p.Expect("ACK")
				c.wants(`ended network 486 0 "Busy Here" 0`)
			})
		})
	}
}

func TestPings(t *testing.T) {
	inBubble(t, func(c *Config) { c.Ping, c.Targets = 10*time.Second, []string{theirIP, "198.51.100.2"} }, func(b *bench) {
		p, q := b.net.Phone(b, theirIP+":5060"), b.net.Phone(b, "198.51.100.2:5060")
		defer p.Close()
		defer q.Close()
		time.Sleep(25 * time.Second)
		for _, h := range b.agent.Targets() {
			if h.State != StateUp || h.Answer != "200 OK" {
				b.Errorf("%+v", h)
			}
		}
		p.Deaf(true)
		time.Sleep(time.Minute)
		if h := b.agent.Targets()[0]; h.State != StateDown || h.LastError == "" {
			b.Errorf("%+v", h)
		}
		c := b.dial(nil) // at once to the one that is there
		q.Reply(q.Expect("INVITE"), "486 Busy Here", "x", "")
		q.Expect("ACK")
		c.wants(`ended network 486 0 "Busy Here" 0`)
		p.Deaf(false)
		time.Sleep(time.Minute)
		if h := b.agent.Targets()[0]; h.State != StateUp {
			b.Errorf("%+v", h)
		}
	})
}

func TestConfig(t *testing.T) {
	for field, change := range map[string]func(*Config){
		"targets:":            func(c *Config) { c.Targets = nil },
		"targets[0]:":         func(c *Config) { c.Targets = []string{"a b"} },
		"transport:":          func(c *Config) { c.Transport = "sctp" },
		"proxy:":              func(c *Config) { c.Proxy = "x:99999" },
		"listen:":             func(c *Config) { c.Listen = "5060" },
		"advertise:":          func(c *Config) { c.Advertise = "example.com" },
		"trust[0]:":           func(c *Config) { c.Trust = []string{"example.com"} },
		"register:":           func(c *Config) { c.Register = true },
		"identity:":           func(c *Config) { c.Identity = "id" },
		"headers:":            func(c *Config) { c.Headers = map[string]string{"X": "a\r\nb: c"} },
		"dialled.form:":       func(c *Config) { c.Dialled.Form = "e164" },
		"shown.calling_code:": func(c *Config) { c.Shown.Form = "national" },
		"reliable:":           func(c *Config) { c.Reliable = "yes" },
		"session_expires:":    func(c *Config) { c.Session = time.Second },
		"failover:":           func(c *Config) { c.Failover = []int{200} },
		"target_timeout:":     func(c *Config) { c.Timeout = time.Hour },
		"tls: cert and key":   func(c *Config) { c.TLS.Cert = "x" },
		"domain:":             func(c *Config) { c.Domain = "a/b" },
		"register_expires:":   func(c *Config) { c.Expires = time.Second },
		"from: user needs":    func(c *Config) { c.From = "user" },
		"calls_per_second:":   func(c *Config) { c.Rate = -1 },
		"max_calls:":          func(c *Config) { c.Max = -1 },
		"dialled.prefix:":     func(c *Config) { c.Dialled.Prefix = "x" },
	} {
		c := Config{Targets: []string{"sip.example.com"}}
		change(&c)
		var e *fault.Error
		if _, err := New(c, Options{}); !errors.As(err, &e) || e.Kind != fault.Invalid || !strings.HasPrefix(e.Message, field) {
			t.Errorf("%s %v", field, err)
		}
	}
}
