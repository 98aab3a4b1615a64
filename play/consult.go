package play

import (
	"outdial/contact"
	"outdial/flow"
)

// An agent who consults another one has a second contact on the stage, which is
// without a phone until he leaves.

// actor gives who plays a contact; nil where it is none of the play's.
func (s *Stage) actor(id contact.ID) *actor {
	for _, a := range s.cast {
		if a.c.ID == id {
			return a
		}
	}
	return nil
}

// present gives whose input it is that was meant for a: an answer to what the flow
// of a consult has played on the phone is the other contact's.
func (s *Stage) present(a *actor, in contact.Input) *actor {
	if k := a.c.Consult; k != nil {
		if v, _ := flow.VisitOf(in); v > k.From {
			if other := s.actor(a.c.NextID); other != nil {
				return other
			}
		}
	}
	return a
}

// phoneOf gives who holds the phone on which a speaks.
func (s *Stage) phoneOf(a *actor) *actor {
	if a.c.Apart != nil {
		if other := s.actor(a.c.Apart.ID); other != nil {
			return other
		}
	}
	return a
}

// leaves hands the phone of one who has ended on to whom he consulted.
func (s *Stage) leaves(a *actor, out *flow.Out) {
	if !out.Shared || a.c.Open() {
		return
	}
	if next := s.actor(a.c.NextID); next != nil && next.c.Open() {
		next.phone, next.amd, next.buffer, next.sent, next.last = a.phone, a.amd, a.buffer, a.sent, a.last
		a.phone, a.lane, a.sent, a.last, a.playing, a.listen = silent, nil, nil, nil, nil, nil
		a.handed, next.handed = true, false
	}
}

// word lets another contact of the same call hear something within this turn.
func (s *Stage) word(v contact.UpdateContact) bool {
	if v.Update.Hold == "" && v.Update.Consult == "" {
		return false
	}
	if v.Update.Hold != "" && !s.quiet {
		s.show(Item{Line: asked(s.world, v)})
	}
	stale := s.stale
	s.update(v)
	s.stale = stale
	return true
}

// consults gives who consults somebody just now.
func (s *Stage) consults() *actor {
	for _, a := range s.cast {
		if a.c.Open() && a.c.Consult != nil {
			return a
		}
	}
	return nil
}
