package voice

import (
	"testing"
	"testing/synctest"

	"outdial/contact"
	"outdial/gateway/voice/voicetest"
)

// A contact that asked for the detection of machines is told that nothing was
// found out: else it would wait for ever.
func TestDetectionIsNotAwaitedForEver(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := placeCall()
		p.AMD = contact.AMDConfig{Enable: true}
		b.do(p)
		m := b.phone.Expect("INVITE")
		b.phone.Reply(m, "200 OK", "callee", "", voicetest.SDP(theirIP, 6000))
		b.phone.Expect("ACK")
		synctest.Wait()
		b.wants(contact.CallAnswered{}, contact.MachineDetected{Status: "AMD_UNRESOLVED"})
		b.hangUp(b.phone.Called(m, "callee"))
	})
}
