package admin

import (
	"encoding/json"
	"time"

	"outdial/contact"
	"outdial/store"
)

// A keptMessage is a message, and what it waits for where it has not left yet.
type keptMessage struct {
	*contact.Message
	Waits *waits `json:"waits,omitempty"`
}

// waits tells why a message has not left: what went wrong last, how often it was
// tried, and when it is tried again. Without a why it waits for its turn: for a
// throttle, a carrier's circuit, or a message before it.
type waits struct {
	Why   string    `json:"why,omitempty"`
	Tries int       `json:"tries,omitempty"`
	Until time.Time `json:"until,omitzero"` // no sooner than then
}

// waiting adds to messages what they wait for.
func (s *Server) waiting(t *store.Tx, id contact.ID, list []*contact.Message) (out []keptMessage, err error) {
	queued := map[string]*waits{}
	for _, m := range list {
		k := keptMessage{Message: m}
		if m.Status == contact.StatusQueued {
			k.Waits = new(waits)
			queued[m.ID] = k.Waits
		}
		out = append(out, k)
	}
	if len(queued) == 0 {
		return out, nil
	}
	jobs, err := t.Jobs(id, 1000)
	for _, j := range jobs {
		var of struct {
			ID string `json:"id"`
		}
		if j.Kind != "SendMessage" || json.Unmarshal(j.Doc, &of) != nil || queued[of.ID] == nil {
			continue
		}
		w := queued[of.ID]
		w.Why, w.Tries = j.Why, j.Tries
		if j.Due.After(s.Engine.Now()) {
			w.Until = j.Due
		}
	}
	return out, err
}
