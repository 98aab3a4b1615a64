package flow

import (
	"slices"
	"testing"

	"outdial/contact"
)

// Who waits in the queue of an instance without a customer queue flow hears music,
// until an agent takes the call; a flow, a hook that switches it off, and a chat
// leave it out.
func TestQueueMusic(t *testing.T) {
	plays := func(s *stage) bool {
		return slices.ContainsFunc(s.out.Effects, func(e contact.Effect) bool {
			p, ok := e.(contact.PlayPrompt)
			return ok && p.Loop && p.Prompt.URI == "builtin:music"
		})
	}
	s := queued(t, "VOICE", nil, nil)
	if !plays(s) {
		t.Errorf("silence: %s", describe(s.out.Effects))
	}
	s.moves(contact.Offered)
	s.moves(contact.Accepted)
	if !slices.ContainsFunc(s.out.Effects, func(e contact.Effect) bool { _, stop := e.(contact.StopPrompt); return stop }) {
		t.Errorf("it plays on: %s", describe(s.out.Effects))
	}
	for name, s := range map[string]*stage{
		"a flow": queued(t, "VOICE", map[string]string{"Default customer queue": `a EndFlowExecution`}, nil),
		"off":    queued(t, "VOICE", nil, func(s *stage) { s.c.Hooks = map[string]string{"CustomerQueue": contact.NoFlow} }),
		"a chat": queued(t, "SMS", nil, nil),
	} {
		if plays(s) || !s.c.Waits() {
			t.Errorf("%s: %s", name, describe(s.out.Effects))
		}
	}
}
