package signal

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/gateway/voice/voicetest"
)

// hangUp ends a call from the phone's side.
func hangUp(d *voicetest.Dialog, c *call) {
	d.Request("BYE", "")
	d.Await("200")
	c.wants(`ended customer 0 0 "" 0`)
}

func TestReoffers(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c, d := b.up(p, nil, "")

		d.Request("INVITE", "", voicetest.SDP(theirIP, 6000, "a=sendonly\r\n")) // hold
		ok := p.Expect("200")
		if !strings.Contains(ok.Body, "a=recvonly\r\n") || voicetest.Param(ok.Get("To"), "tag") == "" || ok.Get("Contact") == "" {
			b.Errorf("%s\n%s", ok.Get("Contact"), ok.Body)
		}
		again := p.Expect("200") // until it is acknowledged
		if again.Get("CSeq") != ok.Get("CSeq") {
			b.Errorf("CSeq %s", again.Get("CSeq"))
		}
		d.Request("ACK", "")
		c.wants(theirTerms + ", recvonly")

		d.Request("INVITE", "", voicetest.SDP("198.51.100.77", 7000)) // back, at another address
		p.Expect("200")
		d.Request("ACK", "")
		c.wants("terms PCMA to 198.51.100.77:7000")

		d.Request("INVITE", "") // no offer: ours
		ok = p.Expect("200")
		if !strings.Contains(ok.Body, "m=audio 4000 RTP/AVP 8 0 101\r\n") {
			b.Errorf("our offer:\n%s", ok.Body)
		}
		d.Request("ACK", "", voicetest.SDP("198.51.100.78", 8000))
		c.wants("terms PCMA to 198.51.100.78:8000")

		d.Request("INVITE", "", "v=0\r\nc=IN IP4 198.51.100.1\r\nm=audio 6000 RTP/AVP 18\r\n") // nothing that we know
		d.Acknowledge(p.Expect("488"))
		c.wants()

		d.Request("UPDATE", "", voicetest.SDP("198.51.100.79", 9000))
		if ok = p.Expect("200"); !strings.Contains(ok.Body, "m=audio 4000") {
			b.Errorf("answer to UPDATE:\n%s", ok.Body)
		}
		c.wants("terms PCMA to 198.51.100.79:9000")
		d.Request("UPDATE", "Session-Expires: 1800;refresher=uac\r\nSupported: timer\r\n")
		p.Expect("200")
		d.Request("UPDATE", "Session-Expires: 30\r\n")
		p.Expect("200") // we run no timer in this bench
		hangUp(d, c)
	})
}

// What is asked while something else is under way is put off, and what belongs
// to no call is said to.
func TestInTheWay(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c, d := b.up(p, nil, "")
		d.Request("INVITE", "", voicetest.SDP(theirIP, 6000))
		p.Expect("200")
		d.Request("INVITE", "", voicetest.SDP(theirIP, 6001))
		p.Await("500")
		d.Sequence--
		d.Request("ACK", "")
		d.Sequence++
		d.Request("OPTIONS", "")
		p.Await("200")
		d.Request("REFER", "Refer-To: <sip:else@example.com>\r\n")
		p.Expect("603")
		d.Request("MESSAGE", "")
		p.Expect("405")
		d.Request("PRACK", "RAck: 1 1 INVITE\r\n")
		p.Expect("481")
		d.Sequence -= 4
		d.Request("INFO", "")
		p.Expect("500") // older than what came before
		d.Sequence += 10
		stranger := *d
		stranger.Remote = strings.Replace(d.Remote, "tag=", "tag=x", 1)
		stranger.Request("BYE", "")
		p.Expect("481")
		stranger = *d
		stranger.CallID = "nobody"
		stranger.Request("BYE", "")
		p.Expect("481")
		c.wants(theirTerms)
		hangUp(d, c)
	})
}

func TestInfo(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c, d := b.up(p, nil, "")
		d.Request("INFO", "Content-Type: application/dtmf-relay\r\n", "Signal=5\r\nDuration=160\r\n")
		p.Expect("200")
		d.Request("INFO", "Content-Type: application/dtmf-relay\r\n", "Duration= 200\r\n signal = 11 \r\n")
		p.Expect("200")
		d.Request("INFO", "Content-Type: application/dtmf\r\n", "*")
		p.Expect("200")
		d.Request("INFO", "Content-Type: application/dtmf-relay\r\n", "Signal=!\r\n")
		p.Expect("200")
		d.Request("INFO", "Content-Type: text/xml\r\n", "<media_control/>")
		p.Expect("415")
		d.Request("INFO", "")
		p.Expect("200")
		c.wants("key 5", "key #", "key *")
		c.do(func() { c.Info('7', 120, nil) })
		m := p.Expect("INFO")
		if m.Body != "Signal=7\r\nDuration=120\r\n" || m.Get("Content-Type") != "application/dtmf-relay" {
			b.Errorf("%s %q", m.Get("Content-Type"), m.Body)
		}
		p.Reply(m, "200 OK", "", "")
		hangUp(d, c)
	})
}

func TestRefer(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c, d := b.up(p, nil, "")
		c.do(func() { c.Refer("+12065550177") })
		m := p.Expect("REFER")
		if m.Get("Refer-To") != "<sip:+12065550177@198.51.100.1>" || m.Get("Referred-By") == "" {
			b.Errorf("%s %s", m.Get("Refer-To"), m.Get("Referred-By"))
		}
		p.Reply(m, "202 Accepted", "", "")
		for _, line := range []string{"SIP/2.0 100 Trying", "SIP/2.0 200 OK", "nonsense"} {
			d.Request("NOTIFY", "Event: refer;id=3\r\nSubscription-State: active\r\nContent-Type: message/sipfrag;version=2.0\r\n", line+"\r\n")
			p.Expect("200")
		}
		d.Request("NOTIFY", "Event: presence\r\n")
		p.Expect("489")
		c.wants("referred 100", "referred 200")
		c.do(func() { c.Refer("+12065550178") })
		p.Reply(p.Expect("REFER"), "603 Decline", "", "")
		c.wants("referred 603")
		hangUp(d, c)
	})
}

// Both sides make an offer at once: theirs is refused, ours is refused, and one of
// them comes again.
func TestGlare(t *testing.T) {
	inBubble(t, func(c *Config) { c.Session = 30 * time.Minute }, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c, d := b.up(p, nil, "Session-Expires: 100;refresher=uac\r\n")
		ours := p.Expect("INVITE")
		d.Request("INVITE", "", voicetest.SDP(theirIP, 6000))
		d.Acknowledge(p.Expect("491"))
		p.Reply(ours, "491 Request Pending", "", "")
		p.Expect("ACK")
		start := time.Now()
		ours = p.Expect("INVITE")
		if w := time.Since(start); w < 2100*time.Millisecond || w > 4*time.Second {
			b.Errorf("again after %v", w)
		}
		p.Reply(ours, "200 OK", "", "Session-Expires: 100;refresher=uac\r\n", voicetest.SDP(theirIP, 6000))
		p.Expect("ACK")
		c.wants()
		hangUp(d, c)
	})
}

func TestRefresh(t *testing.T) {
	for name, headers := range map[string]string{"INVITE": "", "UPDATE": "Allow: INVITE, UPDATE, BYE\r\n"} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(c *Config) { c.Session = 30 * time.Minute }, func(b *bench) {
				p := b.net.Phone(b, theirIP+":5060")
				defer p.Close()
				c, d := b.up(p, nil, headers+"Session-Expires: 1800;refresher=uac\r\nRequire: timer\r\n")
				for range 3 {
					start := time.Now()
					p.Nothing(14 * time.Minute)
					m := p.Expect(name)
					if w := time.Since(start); w > 16*time.Minute || !strings.HasPrefix(m.Get("Session-Expires"), "1800;refresher=uac") {
						b.Errorf("refreshed after %v with %s", w, m.Get("Session-Expires"))
					}
					if name == "INVITE" {
						p.Reply(m, "200 OK", "", "Session-Expires: 1800;refresher=uac\r\n", voicetest.SDP(theirIP, 6000))
						p.Expect("ACK")
					} else {
						p.Reply(m, "200 OK", "", "Session-Expires: 1800;refresher=uac\r\n")
					}
				}
				c.wants()
				// They forgot us.
				p.Nothing(14 * time.Minute)
				p.Reply(p.Expect(name), "481 Call/Transaction Does Not Exist", "", "")
				p.Reply(p.Await("BYE"), "481 Call/Transaction Does Not Exist", "", "")
				c.wants(`ended network 481 0 "Call/Transaction Does Not Exist" 0`)
				_ = d
			})
		})
	}
}

// They are to refresh, and do not.
func TestSessionExpires(t *testing.T) {
	inBubble(t, func(c *Config) { c.Session = 30 * time.Minute }, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c, d := b.up(p, nil, "Session-Expires: 90;refresher=uas\r\n")
		p.Nothing(50 * time.Second)
		d.Request("UPDATE", "Session-Expires: 90;refresher=uac\r\nSupported: timer\r\n")
		ok := p.Expect("200")
		if ok.Get("Session-Expires") != "90;refresher=uac" || ok.Get("Require") != "timer" {
			b.Errorf("%s, Require %s", ok.Get("Session-Expires"), ok.Get("Require"))
		}
		d.Request("UPDATE", "Session-Expires: 60\r\n")
		if tooSmall := p.Expect("422"); tooSmall.Get("Min-SE") != "90" {
			b.Errorf("Min-SE %s", tooSmall.Get("Min-SE"))
		}
		c.wants()
		start := time.Now()
		bye := p.Expect("BYE")
		if w := time.Since(start); w < 55*time.Second || w > 65*time.Second {
			b.Errorf("given up after %v", w)
		}
		p.Reply(bye, "200 OK", "", "")
		c.wants(`ended network 408 0 "the session timer ran out" 0`)
	})
}

// A far side that is gone lets every request die.
func TestFarSideGone(t *testing.T) {
	inBubble(t, func(c *Config) { c.Session = 30 * time.Minute }, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		c, _ := b.up(p, nil, "Session-Expires: 100;refresher=uac\r\n")
		p.Close()
		time.Sleep(2 * time.Minute)
		c.wants(`ended network 408 0 "the far side does not answer any more" 0`)
	})
}

func TestTermsRefused(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c, d := b.up(p, nil, "")
		c.do(func() { c.refuse = errors.New("no") })
		d.Request("INVITE", "", voicetest.SDP("198.51.100.77", 7000))
		d.Acknowledge(p.Expect("488"))
		c.wants("terms PCMA to 198.51.100.77:7000")
		hangUp(d, c)
	})
}

var us = netip.MustParseAddrPort(ourIP + ":5060")

func TestIncoming(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		d := p.Call("+12065550199", "+12065550110", us, "P-Asserted-Identity: \"Ann\" <sip:+12065550123@carrier>\r\n", voicetest.SDP(theirIP, 6000))
		ok := p.Expect("200")
		if !strings.Contains(ok.Body, "m=audio 4000 RTP/AVP 8 101\r\n") || !strings.Contains(ok.Get("Contact"), "<sip:+12065550110@192.0.2.1:5060>") {
			b.Errorf("%s\n%s", ok.Get("Contact"), ok.Body)
		}
		c := b.calls[0]
		if c.Caller() != "+12065550123" || c.Called() != "+12065550110" {
			b.Errorf("%s called %s", c.Caller(), c.Called())
		}
		d.Answered(ok)
		c.wants(theirTerms)
		d.Request("ACK", "")
		c.wants("answered")
		c.do(func() { c.Hangup(Outcome{By: bySystem, Cause: 16}) })
		bye := p.Expect("BYE")
		if bye.URI() != "sip:callee@198.51.100.1:5060" || bye.Get("Reason") != "Q.850;cause=16" || bye.Get("To") != d.Local || bye.Get("From") != d.Remote {
			b.Errorf("%s %s\n%s\n%s", bye.Start, bye.Get("Reason"), bye.Get("To"), bye.Get("From"))
		}
		p.Reply(bye, "200 OK", "", "")
		c.wants(`ended system 0 16 "" 0`)
	})
}

func TestIncomingLateOffer(t *testing.T) {
	inBubble(t, func(c *Config) { c.Session = 30 * time.Minute }, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		d := p.Call("anonymous", "+12065550110", us, "Session-Expires: 1800\r\nSupported: timer\r\n")
		ok := p.Expect("200")
		if !strings.Contains(ok.Body, "m=audio 4000 RTP/AVP 8 0 101\r\n") || ok.Get("Session-Expires") != "1800;refresher=uac" {
			b.Errorf("%s\n%s", ok.Get("Session-Expires"), ok.Body)
		}
		d.Answered(ok)
		d.Request("ACK", "", voicetest.SDP(theirIP, 6000))
		b.calls[0].wants(theirTerms, "answered")
		hangUp(d, b.calls[0])
	})
}

func TestIncomingRefused(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		d := p.Call("+12065550123", "+4930123456", us, "", voicetest.SDP(theirIP, 6000))
		d.Acknowledge(p.Expect("404"))
		b.calls[0].wants(`ended system 404 0 "Not Found" 0`)
		d = p.Call("+12065550123", "+12065550110", us, "Require: precondition, 100rel\r\n", voicetest.SDP(theirIP, 6000))
		m := p.Expect("420")
		if m.Get("Unsupported") != "precondition" {
			b.Errorf("Unsupported: %s", m.Get("Unsupported"))
		}
		d.Acknowledge(m)
		d = p.Call("+12065550123", "+12065550110", us, "", "v=0\r\nm=audio 1 RTP/AVP 3\r\n")
		d.Acknowledge(p.Expect("488"))
		b.calls[1].wants(`ended network 488 0 "no codec in common" 0`)

		// A stranger is not even answered.
		q := b.net.Phone(b, "203.0.113.66:5060")
		defer q.Close()
		q.Call("+12065550123", "+12065550110", us, "", voicetest.SDP("203.0.113.66", 6000))
		q.Nothing(5 * time.Second)
		if n := b.agent.Counts().Dropped; n == 0 {
			b.Error("nothing was dropped")
		}
	})
}

func TestIncomingFull(t *testing.T) {
	inBubble(t, func(c *Config) { c.Max = 1 }, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		d := p.Call("+12065550123", "+12065550110", us, "", voicetest.SDP(theirIP, 6000))
		d.Answered(p.Expect("200"))
		d.Request("ACK", "")
		b.calls[0].wants(theirTerms, "answered")
		e := p.Call("+12065550124", "+12065550110", us, "", voicetest.SDP(theirIP, 6000))
		full := p.Expect("503")
		if full.Get("Retry-After") == "" {
			b.Error("no Retry-After")
		}
		e.Acknowledge(full)
		hangUp(d, b.calls[0])
	})
}

func TestIncomingCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Nobody answers here: the caller loses patience.
		b := &bench{T: t}
		ringing := make(chan *call, 1)
		inBubbleWith(b, func(l *Leg) {
			c := b.newCall()
			c.Leg = l
			l.Attach(b.plan(c, newSide()))
			ringing <- c
		})
		defer b.close()
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		d := p.Call("+12065550123", "+12065550110", us, "", voicetest.SDP(theirIP, 6000))
		c := <-ringing
		p.Expect("100")
		p.Send(us, fmt.Sprintf("CANCEL %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKphone%d;rport\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d CANCEL\r\nContent-Length: 0\r\n\r\n",
			d.Target, p.Address(), 2, d.Local, d.Remote, d.CallID, d.Sequence))
		p.Expect("200")
		d.Acknowledge(p.Expect("487"))
		c.wants(`ended customer 487 0 "Request Terminated" 0`)
	})
}

func TestIncomingNoACK(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		p.Call("+12065550123", "+12065550110", us, "", voicetest.SDP(theirIP, 6000))
		for range 10 {
			p.Expect("200")
		}
		p.Reply(p.Await("BYE"), "200 OK", "", "")
		b.calls[0].wants(theirTerms, `ended network 408 0 "the answer was not acknowledged" 0`)
	})
}

func TestNumbers(t *testing.T) {
	for _, x := range []struct{ country, in, want string }{
		{"", "+12065550123", "+12065550123"}, {"", "12065550123", "+12065550123"}, {"", "0012065550123", "+12065550123"},
		{"DE", "030123456", "+4930123456"}, {"DE", "004930123456", "+4930123456"}, {"US", "2065550123", "+12065550123"},
		{"", "%2B12065550123", "+12065550123"}, {"", "+1-206-555-0123", "+12065550123"}, {"", "+12065550123;phone-context=x", "+12065550123"},
		{"", "anonymous", "anonymous"}, {"", "911", "911"}, {"", "", ""}, {"DE", "110", "110"},
	} {
		s := &settings{Config: Config{Country: x.country}}
		if got := s.read(x.in); got != x.want {
			t.Errorf("%s in %s is read as %s", x.in, x.country, got)
		}
	}
}
