package signal

import (
	"strings"
	"testing"
)

// The far side wants us to call somebody else in its place.
func TestReferred(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c, d := b.up(p, nil, "")
		for _, x := range [][3]string{
			{"", "400"}, {"Refer-To: <sip:ann@example.com>\r\n", "603"},
			{"Refer-To: <sip:+12065550177@example.com>\r\n", "603", "elsewhere +12065550177"},
			{"Refer-To: <sip:+12065550188@example.com?Replaces=x%3Bto-tag%3D1>\r\n", "603"},
		} {
			d.Request("REFER", x[0])
			p.Expect(x[1])
			if x[2] == "" {
				c.wants()
			} else {
				c.wants(x[2])
			}
		}
		d.Request("REFER", "Refer-To: \"Ann\" <sip:+12065550188@example.com;user=phone>\r\n")
		seq := d.Sequence
		p.Expect("202")
		notify := p.Expect("NOTIFY")
		if notify.Get("Subscription-State") != "active;expires=120" || notify.Body != "SIP/2.0 100 Trying\r\n" || notify.Get("Event") != "refer;id="+itoa(seq) {
			b.Errorf("%s %s %q", notify.Get("Event"), notify.Get("Subscription-State"), notify.Body)
		}
		p.Reply(notify, "200 OK", "", "")
		c.wants("elsewhere +12065550188")
		d.Request("REFER", "Refer-To: <sip:+12065550188@example.com>\r\n")
		p.Expect("491")
		c.do(func() { c.Forwarded(486, "Busy Here") })
		notify = p.Expect("NOTIFY")
		if !strings.HasPrefix(notify.Get("Subscription-State"), "terminated") || notify.Body != "SIP/2.0 486 Busy Here\r\n" {
			b.Errorf("%s %q", notify.Get("Subscription-State"), notify.Body)
		}
		p.Reply(notify, "200 OK", "", "")
		c.do(func() { c.Forwarded(200, "OK") }) // it has been told
		hangUp(d, c)
	})
}

// A transfer of which nothing more will be told has failed.
func TestReferBreaksOff(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c, d := b.up(p, nil, "")
		c.do(func() { c.Refer("+12065550177") })
		p.Reply(p.Expect("REFER"), "202 Accepted", "", "")
		d.Request("NOTIFY", "Event: refer\r\nSubscription-State: terminated;reason=noresource\r\nContent-Type: message/sipfrag\r\n", "SIP/2.0 100 Trying\r\n")
		p.Expect("200")
		c.wants("referred 480")
		c.do(func() { c.Hangup(Outcome{By: bySystem}) })
		p.Reply(p.Expect("BYE"), "200 OK", "", "")
		c.wants(`ended system 0 0 "" 0`)
	})
}
