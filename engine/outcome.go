package engine

import (
	"maps"
	"sync"
)

// An Outcome is what became of effects that a carrier account was given.
type Outcome struct {
	Account string
	Outcome string // done, refused, retried, rerouted
}

// outcomes counts them.
type outcomes struct {
	mu sync.Mutex
	n  map[Outcome]int64
}

func (o *outcomes) add(account, outcome string) {
	if account == ours || account == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.n == nil {
		o.n = map[Outcome]int64{}
	}
	o.n[Outcome{account, outcome}]++
}

// Outcomes gives what became of effects, by carrier account.
func (s *Stats) Outcomes() map[Outcome]int64 {
	s.outcomes.mu.Lock()
	defer s.outcomes.mu.Unlock()
	return maps.Clone(s.outcomes.n)
}
