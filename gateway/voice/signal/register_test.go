package signal

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emiago/sipgo/sip"

	"outdial/gateway/voice/voicetest"
)

func TestRegister(t *testing.T) {
	inBubble(t, func(c *Config) {
		c.User, c.Password, c.Domain, c.Register, c.Targets = "acme", "secret", "example.com", true, []string{"one.example.com"}
	}, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		m := p.Await("REGISTER")
		if m.URI() != "sip:example.com" || !strings.HasPrefix(m.Get("From"), "<sip:acme@example.com>;tag=") || m.Get("To") != "<sip:acme@example.com>" ||
			m.Get("Contact") != "<sip:acme@192.0.2.1:5060>" || m.Get("Expires") != "600" {
			b.Errorf("%s\n%v", m.Start, m.Headers)
		}
		p.Reply(m, "401 Unauthorized", "x", "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n")
		m = p.Await("REGISTER")
		if !strings.Contains(m.Get("Authorization"), `uri="sip:example.com"`) {
			b.Errorf("Authorization: %s", m.Get("Authorization"))
		}
		p.Reply(m, "423 Interval Too Brief", "x", "Min-Expires: 1200\r\n")
		m = p.Await("REGISTER")
		if m.Get("Expires") != "1200" {
			b.Errorf("Expires: %s", m.Get("Expires"))
		}
		p.Reply(m, "200 OK", "x", "Contact: <sip:acme@203.0.113.4:5060>;expires=7, <sip:acme@192.0.2.1:5060>;expires=100\r\nExpires: 999\r\n")
		synctest.Wait()
		if h, ok := b.agent.Registration(); !ok || !h.Registered || time.Until(h.Until) > 101*time.Second {
			b.Errorf("%+v", h)
		}
		start := time.Now()
		m = p.Await("REGISTER")
		if w := time.Since(start); w < 75*time.Second || w > 85*time.Second {
			b.Errorf("again after %v", w)
		}
		p.Reply(m, "403 Forbidden", "x", "")
		time.Sleep(30 * time.Second) // some tries later its time is over
		if h, _ := b.agent.Registration(); h.Registered || h.LastError == "" {
			b.Errorf("%+v", h)
		}
		var last string
		p.Each(func(m *voicetest.Message) {
			last = m.Get("Expires")
			p.Reply(m, "200 OK", "x", "")
		})
		time.Sleep(20 * time.Second)
		if h, _ := b.agent.Registration(); !h.Registered || h.LastError != "" {
			b.Errorf("%+v", h)
		}
		b.after = func() {
			p.Close()
			if last != "0" {
				b.Errorf("at the end it asks to be registered for %s", last)
			}
		}
	})
}

// What comes over the network must not hurt, whatever it is: neither what the
// library reads of it, nor what we do with it.
func FuzzMessages(f *testing.F) {
	dialog := "Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bK1;rport\r\nFrom: <sip:a@b>;tag=callee\r\nTo: <sip:c@d>;tag=OURS\r\nCall-ID: CALL\r\nMax-Forwards: 70\r\nContact: <sip:x@198.51.100.1>\r\n"
	for _, m := range []string{
		"INVITE sip:+12065550110@192.0.2.1 SIP/2.0\r\n" + dialog + "CSeq: 200 INVITE\r\nContent-Type: application/sdp\r\nContent-Length: 0\r\n\r\n",
		"BYE sip:+12065550110@192.0.2.1 SIP/2.0\r\n" + dialog + "CSeq: 200 BYE\r\nReason: Q.850;cause=16\r\n\r\n",
		"UPDATE sip:x@y SIP/2.0\r\n" + dialog + "CSeq: 200 UPDATE\r\nSession-Expires: 90;refresher=\r\n\r\n" + voicetest.SDP(theirIP, 1),
		"INFO sip:x@y SIP/2.0\r\n" + dialog + "CSeq: 200 INFO\r\nContent-Type: application/dtmf-relay\r\n\r\nSignal=5",
		"NOTIFY sip:x@y SIP/2.0\r\n" + dialog + "CSeq: 200 NOTIFY\r\nEvent: refer\r\n\r\nSIP/2.0 200 OK",
		"SIP/2.0 200 OK\r\n" + dialog + "CSeq: 2 INVITE\r\nRecord-Route: <sip:p;lr>\r\n\r\n",
		"ACK sip:x@y SIP/2.0\r\n" + dialog + "CSeq: 200 ACK\r\n\r\n",
	} {
		f.Add([]byte(m))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, ok := whole(data); !ok {
			return
		}
		m, err := sip.ParseMessage(data)
		if err != nil {
			t.Fatal("what is whole is not read: ", err)
		}
		a, err := New(Config{Targets: []string{theirIP}, Session: 30 * time.Minute}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		a.local = netip.MustParseAddrPort("192.0.2.1:5060")
		switch m := m.(type) {
		case *sip.Response:
			m.SetSource(theirIP + ":5060")
			outcomeOf(m)
			sortContacts(m)
			d := (&Leg{a: a}).uacDialog(a.outside(sip.INVITE, sip.Uri{Host: "x"}, hop{addr: us}), m, hop{addr: us})
			_ = d.request(sip.BYE, 1).String()
		case *sip.Request:
			m.SetSource(theirIP + ":5060")
			a.set.caller(m)
			a.set.called(m)
			outcomeOfBye(m)
			unknownOptions(m)
			infoKey(value(m, "Content-Type"), string(m.Body()))
			fragmentStatus(string(m.Body()))
			d := uasDialog(m, hop{addr: us}, "tag")
			_ = d.request(sip.BYE, 1).String()
			_ = sip.NewResponseFromRequest(m, 200, "OK", nil).String()
		}
	})
}

// A flood of garbage costs nothing that stays.
func TestGarbage(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c, d := b.up(p, nil, "")
		q := b.net.Phone(b, "203.0.113.66:5060")
		defer q.Close()
		for i := range 500 {
			q.Send(us, fmt.Sprintf("INVITE sip:%d@x SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK%d\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: %d\r\nCSeq: 1 INVITE\r\n\r\n", i, i, i))
			p.Send(us, strings.Repeat("\x00\xff garbage", i%7+1))
			p.Send(us, fmt.Sprintf("OPTIONS sip:%d@x SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK%d\r\n\r\n", i, i))
			p.Send(us, "\r\n\r\n")
		}
		synctest.Wait()
		if n := b.agent.Counts().Dropped; n != 1500 {
			b.Errorf("%d of 1500 were dropped", n)
		}
		if n := b.agent.ua.TransportLayer().Pool("udp").Size(); n > 3 {
			b.Errorf("the library remembers %d addresses", n)
		}
		c.wants()
		hangUp(d, c)
	})
}

func TestVerify(t *testing.T) {
	s, err := Config{Targets: []string{"sip.example.com", "sip2.example.com"}, Transport: "tls"}.check()
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.tls()
	if err != nil || c.ServerName != "sip.example.com" {
		t.Fatalf("%s, %v", c.ServerName, err)
	}
	ca, err := voicetest.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	for name, ok := range map[string]bool{"sip.example.com": true, "sip2.example.com": true, "other.example.com": false} {
		cert, err := ca.Certificate(name)
		if err != nil {
			t.Fatal(err)
		}
		state := tls.ConnectionState{PeerCertificates: cert.Chain()}
		if err := verify(state, ca.Pool(), s.tlsNames()); (err == nil) != ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	other, err := voicetest.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	cert, err := other.Certificate("sip.example.com")
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(tls.ConnectionState{PeerCertificates: cert.Chain()}, ca.Pool(), s.tlsNames()); err == nil {
		t.Error("a certificate of nobody's is taken")
	}
}

// A call over TCP and over TLS, on loopback sockets.
func TestStreams(t *testing.T) {
	for _, transport := range []string{"tcp", "tls"} {
		t.Run(transport, func(t *testing.T) {
			server, ca := voicetest.NewServer(t, transport)
			defer server.Close()
			_, port, _ := strings.Cut(server.Address(), ":")
			cfg := Config{Targets: []string{"localhost:" + port}, Transport: transport, Listen: "127.0.0.1:0", Ping: -1, Session: -1, TLS: TLS{CA: ca}}
			a, err := New(cfg, Options{LookupIP: func(context.Context, string, string) ([]netip.Addr, error) {
				return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
			}})
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			b := &bench{T: t, agent: a, stop: stop, done: make(chan error, 1)}
			go func() { b.done <- a.Run(ctx, b.incoming) }()
			for a.Counts().Placed == 0 { // until it runs
				c := b.newCall()
				ended := make(chan string, 1)
				plan := b.plan(c, newSide())
				up := make(chan struct{})
				plan.Events.Answered = func() { close(up) }
				plan.Events.Ended = func(o Outcome) { ended <- o.By }
				gone := make(chan struct{})
				plan.Events.Gone = func() { c.loop.Close(); close(gone) }
				l, err := a.Dial(plan)
				if err != nil {
					c.loop.Close()
					continue
				}
				c.Leg = l
				invite := server.Expect("INVITE")
				server.Reply(invite, "180 Ringing", "callee", "")
				server.Reply(invite, "200 OK", "callee", "", voicetest.SDP("127.0.0.1", 6000))
				server.Expect("ACK")
				<-up
				c.do(func() { c.Hangup(Outcome{By: bySystem}) })
				bye := server.Expect("BYE")
				server.Reply(bye, "200 OK", "", "")
				if n := bye.Get("Content-Length"); n != "0" {
					t.Errorf("the BYE is %q octets long: a telephone on a stream cannot tell where it ends", n)
				}
				if by := <-ended; by != bySystem {
					t.Errorf("ended by %s", by)
				}
				<-gone
				break
			}
			stop()
			if err := <-b.done; err != nil {
				t.Error(err)
			}
			b.loops.Wait()
		})
	}
}
