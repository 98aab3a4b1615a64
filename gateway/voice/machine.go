package voice

import (
	"time"

	"outdial/contact"
	"outdial/gateway/voice/amd"
)

// listenForMachine finds out who answered, and tells it once. What the caller
// hears meanwhile is silence: the flow waits for the finding.
func (k *call) listenForMachine() {
	d, begun := amd.New(k.g.set.AMD, k.detect.AwaitPrompt), time.Now().UTC()
	k.unheard = k.media.Tap(func(heard, _ []int16) {
		f, ok := d.Add(heard)
		if !ok {
			return
		}
		k.loop.Post(func() {
			if k.over || k.unheard == nil {
				return
			}
			k.unheard()
			k.unheard = nil
			in := contact.MachineDetected{Status: f.Status}
			if f.End > 0 {
				in.GreetStart, in.GreetEnd = begun.Add(f.Start), begun.Add(f.End)
			}
			k.leg.Ladder().Note("answered by: " + f.Status + " after " + f.Decided.String())
			k.tell(in)
		})
	})
}
