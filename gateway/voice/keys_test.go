package voice

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/gateway/voice/voicetest"
)

// With dtmf info keys go and come by SIP INFO, one after the other, and not in
// the sound.
func TestKeysByInfo(t *testing.T) {
	inBubble(t, func(t *Trunk) { t.Keys = keysInfo }, func(b *bench) {
		d := b.up()
		m, ear := b.third(contact.TransferCall{Visit: 9, To: "+12065550177", Timeout: 20, Digits: "4,a#x"})
		defer ear.Close()
		if strings.Contains(m.Body, "telephone-event") {
			b.Errorf("keys are offered in the sound:\n%s", m.Body)
		}
		b.phone.Reply(m, "200 OK", "third", "", voicetest.SDP(theirIP, 7000))
		b.phone.Expect("ACK")
		begun := time.Now()
		for i, key := range []string{"4", "A", "#"} {
			info := b.phone.Expect("INFO")
			if info.Get("Content-Type") != "application/dtmf-relay" || info.Body != "Signal="+key+"\r\nDuration=160\r\n" {
				b.Errorf("%s: %q", info.Get("Content-Type"), info.Body)
			}
			if paused := time.Since(begun) >= comma; paused != (i > 0) {
				b.Errorf("key %s after %v", key, time.Since(begun))
			}
			time.Sleep(100 * time.Millisecond)
			b.phone.Nothing(100 * time.Millisecond) // the next waits for the answer
			b.phone.Reply(info, "200 OK", "", "")
		}
		for _, p := range ear.Packets() {
			if p.Type != 8 {
				b.Fatalf("a packet of type %d", p.Type)
			}
		}
		b.phone.Called(m, "third").Request("BYE", "")
		b.phone.Expect("200")
		b.wants(contact.TransferEnded{Visit: 9, Outcome: transferCompleted})
		b.do(contact.CollectDigits{Visit: 10, First: 5, Max: 2})
		for _, body := range []string{"Signal=1\r\nDuration=160\r\n", "Signal=2\r\n"} {
			d.Request("INFO", "Content-Type: application/dtmf-relay\r\n", body)
			b.phone.Expect("200")
		}
		synctest.Wait()
		b.wants(contact.DigitsReceived{Visit: 10, Digits: "12", End: contact.Complete})
		b.hangUp(d)
	})
}
