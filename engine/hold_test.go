package engine_test

import (
	"testing"
	"testing/synctest"

	"outdial/contact"
	"outdial/engine"
	"outdial/gateway"
)

// An account that holds what is of unknown outcome holds that alone: what was
// only in hand when the process ended goes out afterwards.
func TestHoldIsForWhatHadBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		h := build(t, func(c *engine.Config) { c.Hold, c.Workers = map[string]bool{"carrier": true}, 1 })
		h.far.answer = func(contact.Effect) (gateway.Result, error) {
			<-release
			return gateway.Result{}, nil
		}
		h.flow("ask", say("a", "one", "end"), end("end"))
		ids := []contact.ID{h.chatTo("ask", "+12065550101"), h.chatTo("ask", "+12065550102"), h.chatTo("ask", "+12065550103")}
		synctest.Wait() // the first is with the carrier, the others are in hand
		stopped := make(chan error, 1)
		go func() { stopped <- h.stop() }()
		synctest.Wait()
		close(release)
		if err := <-stopped; err != nil {
			t.Fatal(err)
		}
		h.open()
		h.hears(3)
		synctest.Wait()
		for _, id := range ids {
			if m := h.messages(id)[0]; m.Status != contact.StatusSent || m.Resent != 0 {
				t.Errorf("%s: %+v", id, m)
			}
		}
	})
}
