package signal

import (
	"testing"

	"outdial/fault"
	"outdial/gateway/voice/voicetest"
)

// Somebody who is not at the carrier is called where he is, whatever the carrier's
// limits are, and gets neither its headers nor a proof by its password.
func TestCallToAnAddress(t *testing.T) {
	inBubble(t, func(c *Config) {
		c.Max, c.Rate, c.Private = 1, 0.01, true
		c.User, c.Password, c.Headers = "acme", "secret", map[string]string{"X-Account": "4711"}
	}, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		desk := b.net.Phone(b, "198.51.100.2:5070")
		defer desk.Close()
		c, d := b.up(p, nil, "") // the only call that the carrier allows
		ann := b.dial(func(p *Plan) {
			p.Address, p.From, p.FromName = "sip:ann@two.example.com:5070", "+12065550123", "Eve"
		})
		m := desk.Expect("INVITE")
		if m.URI() != "sip:ann@two.example.com:5070" || m.Get("X-Account") != "" || m.Get("P-Asserted-Identity") != "" || m.Get("Privacy") != "" ||
			m.Get("From")[:29] != `"Eve" <sip:+12065550123@192.0` {
			b.Errorf("%s\n%s", m.Start, m.Headers)
		}
		desk.Reply(m, "180 Ringing", "ann", "")
		desk.Reply(m, "200 OK", "ann", "", voicetest.SDP("198.51.100.2", 6000))
		desk.Expect("ACK")
		ann.wants("progress true", "terms PCMA to 198.51.100.2:6000", "answered")
		if n := b.agent.Counts(); n.Placed != 1 || n.Answered != 1 {
			b.Errorf("%+v", n)
		}
		ann.do(func() { ann.Hangup(Outcome{By: bySystem}) })
		bye := desk.Expect("BYE")
		desk.Reply(bye, "401 Unauthorized", "", "WWW-Authenticate: Digest realm=\"a\", nonce=\"n\"\r\n")
		ann.wants(`ended system 0 0 "" 0`)
		desk.Nothing(0)

		ann = b.dial(func(p *Plan) { p.Address = "sip:ann@198.51.100.2:5070" })
		m = desk.Expect("INVITE")
		desk.Reply(m, "401 Unauthorized", "x", "WWW-Authenticate: Digest realm=\"a\", nonce=\"n\"\r\n")
		desk.Expect("ACK")
		ann.wants(`ended network 401 0 "Unauthorized" 0`)

		ann = b.dial(func(p *Plan) { p.Address = "sip:ann@nowhere.example.com" })
		ann.wants(`ended network 0 0 "lookup nowhere.example.com: no address that we can reach" 0`)
		if _, err := b.agent.Dial(Plan{Address: "ann"}); !fault.Is(err, fault.Refused) {
			b.Errorf("%v", err)
		}
		hangUp(d, c)
	})
}
