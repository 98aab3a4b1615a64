package voice

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/gateway/voice/voicetest"
)

func byRefer(t *Trunk) { t.Transfer = "refer" }

// The carrier is asked to put the caller through; what it says last decides.
func TestTransferByRefer(t *testing.T) {
	for _, c := range []struct {
		name  string
		words []string // of its NOTIFYs
		want  contact.TransferEnded
	}{
		{"completed", []string{"100 Trying", "180 Ringing", "200 OK"}, contact.TransferEnded{Visit: 1, Outcome: transferCompleted}},
		{"busy", []string{"100 Trying", "486 Busy Here"}, contact.TransferEnded{Visit: 1, Outcome: transferFailed, Code: "486"}},
		{"never told", []string{"100 Trying"}, contact.TransferEnded{Visit: 1, Outcome: transferTimeout}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, byRefer, func(b *bench) {
				d := b.up()
				b.do(contact.TransferCall{Visit: 1, To: "+12065550177", Timeout: 20})
				m := b.phone.Expect("REFER")
				if m.Get("Refer-To") != "<sip:+12065550177@198.51.100.1>" {
					b.Errorf("%s", m.Get("Refer-To"))
				}
				b.phone.Reply(m, "202 Accepted", "", "")
				for _, words := range c.words {
					b.wants()
					d.Request("NOTIFY", "Event: refer\r\nSubscription-State: active\r\nContent-Type: message/sipfrag\r\n", "SIP/2.0 "+words+"\r\n")
					b.phone.Expect("200")
				}
				if c.want.Outcome == transferTimeout {
					time.Sleep(21 * time.Second)
				}
				b.wants(c.want)
				d.Request("NOTIFY", "Event: refer\r\nContent-Type: message/sipfrag\r\n", "SIP/2.0 200 OK\r\n") // too late
				b.phone.Expect("200")
				b.wants()
				if c.want.Outcome != transferCompleted { // the flow goes on
					b.do(contact.PlayPrompt{Visit: 2, Prompt: prompt("short")})
					time.Sleep(time.Second)
					b.wants(contact.PromptEnded{Visit: 2})
				}
				r := b.do(contact.EndCall{})
				b.phone.Reply(b.phone.Expect("BYE"), "200 OK", "", "")
				if end, _ := r.Input.(contact.CallEnded); end.By != contact.BySystem {
					b.Errorf("%+v", r)
				}
			})
		})
	}
}

// What REFER cannot do is done by a bridge; one that is refused has failed; and a
// caller who hangs up meanwhile has hung up.
func TestReferIsNotAll(t *testing.T) {
	inBubble(t, byRefer, func(b *bench) {
		d := b.up()
		for _, v := range []contact.TransferCall{{Visit: 1, To: "+12065550177", Resume: true}, {Visit: 1, To: "+12065550177", Digits: "1"}} {
			m, ear := b.third(v)
			ear.Close()
			b.phone.Reply(m, "486 Busy Here", "x", "")
			b.phone.Expect("ACK")
			b.wants(contact.TransferEnded{Visit: 1, Outcome: transferFailed, Code: "486"})
		}
		b.do(contact.TransferCall{Visit: 2, To: "+12065550177"})
		b.phone.Reply(b.phone.Expect("REFER"), "405 Method Not Allowed", "", "")
		b.wants(contact.TransferEnded{Visit: 2, Outcome: transferFailed, Code: "405"})
		b.do(contact.TransferCall{Visit: 3, To: "+12065550177"})
		b.phone.Reply(b.phone.Expect("REFER"), "202 Accepted", "", "")
		b.hangUp(d)
		time.Sleep(time.Minute)
		b.wants()
	})
}

// The far side sends us elsewhere, where the operator lets it: the sound goes
// there, and the flow goes on with what it does.
func TestReferredIsFollowed(t *testing.T) {
	dir := t.TempDir()
	inBubbleAt(t, dir, func(t *Trunk) { t.Referred = "follow" }, func(b *bench) {
		d := b.up()
		refer := func() {
			d.Request("REFER", "Refer-To: <sip:+12065550188@198.51.100.1>\r\n")
			b.phone.Expect("202")
			for _, m := range []*voicetest.Message{b.phone.Next(), b.phone.Next()} {
				if m.Method() == "NOTIFY" {
					b.phone.Reply(m, "200 OK", "", "")
					continue
				}
				if !strings.HasPrefix(m.URI(), "sip:+12065550188@") || !strings.Contains(m.Get("From"), "+12065550110@") {
					b.Errorf("%s from %s", m.Start, m.Get("From"))
				}
				b.other = m
			}
		}
		// Nobody there: everything stays as it is.
		refer()
		b.phone.Reply(b.other, "404 Not Found", "x", "")
		b.phone.Expect("ACK")
		b.notified("SIP/2.0 404 Not Found")
		b.wants()
		refer()
		b.phone.Reply(b.other, "180 Ringing", "other", "")
		b.notified("SIP/2.0 180 Ringing")
		ear := b.net.Ear(b, theirIP+":7000")
		defer ear.Close()
		ear.Toward(b.ear.To())
		b.do(contact.PlayPrompt{Visit: 1, Prompt: prompt("long")})
		b.phone.Reply(b.other, "200 OK", "other", "", voicetest.SDP(theirIP, 7000))
		b.phone.Expect("ACK")
		b.notified("SIP/2.0 200 OK")
		other := b.phone.Called(b.other, "other")
		ear.Talk(0, time.Second)
		d.Request("BYE", "")
		b.phone.Expect("200")
		synctest.Wait()
		ear.Packets()
		b.ear.Packets()
		ear.Talk(0, 2*time.Second)
		if got := loud(ear.Sound()[4000:12000], 440); got != "aa" {
			b.Errorf("the other one hears %q", got)
		}
		if n := len(b.ear.Packets()); n > 0 {
			b.Errorf("%d packets still go to the first", n)
		}
		b.wants()
		ear.Talk(0, 8*time.Second)
		b.wants(contact.PromptEnded{Visit: 1})
		if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
			b.Errorf("%d calls are written down, %v", len(files), err)
		}
		b.hangUp(other)
	})
}

// notified takes a NOTIFY of ours.
func (b *bench) notified(words string) {
	b.Helper()
	m := b.phone.Expect("NOTIFY")
	if strings.TrimSpace(m.Body) != words {
		b.Errorf("%q is told, not %q", m.Body, words)
	}
	b.phone.Reply(m, "200 OK", "", "")
	synctest.Wait()
}

// The caller hangs up while the other one rings; and one who does not hang up the
// old call is hung up on.
func TestReferredAndGone(t *testing.T) {
	inBubble(t, func(t *Trunk) { t.Referred = "follow" }, func(b *bench) {
		d := b.up()
		d.Request("REFER", "Refer-To: <sip:+12065550188@198.51.100.1>\r\n")
		b.phone.Expect("202")
		for _, m := range []*voicetest.Message{b.phone.Next(), b.phone.Next()} {
			if m.Method() == "NOTIFY" {
				b.phone.Reply(m, "200 OK", "", "")
			} else {
				b.other = m
			}
		}
		b.phone.Reply(b.other, "183 Session Progress", "other", "")
		synctest.Wait()
		b.hangUp(d)
		b.phone.Reply(b.phone.Expect("CANCEL"), "200 OK", "other", "")
		b.phone.Reply(b.other, "487 Request Terminated", "other", "")
		b.phone.Expect("ACK")
	})
	inBubble(t, nil, func(b *bench) {
		d := b.up()
		d.Request("REFER", "Refer-To: <sip:+12065550188@198.51.100.1>\r\n")
		b.phone.Expect("603")
		b.hangUp(d)
	})
}
