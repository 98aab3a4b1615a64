package admin

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/store"
)

// Kinds of an entry of the timeline.
const (
	kindTurn    = "turn"    // an input and what the flow made of it
	kindMessage = "message" // a message reached a status
	kindEvent   = "event"   // others were told
)

// An entry is one thing that happened to a contact.
type entry struct {
	At      time.Time        `json:"at"`
	Kind    string           `json:"kind"`
	Turn    json.RawMessage  `json:"turn,omitempty"`    // engine.Turn: input, actions passed with branch and reason, effects, events, notes
	Status  string           `json:"status,omitempty"`  // of the message, since At
	Message *contact.Message `json:"message,omitempty"` // as it stands now
	Event   *told            `json:"event,omitempty"`

	order int // among what has the same time
}

// told is an event as the timeline names it; its body is among the events.
type told struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// timeline gives all that happened to a contact, in order. Nothing in it is
// masked.
func (s *Server) timeline(c *call) error {
	out := struct {
		Contact contact.ID `json:"contactId"`
		Entries []entry    `json:"entries"`
	}{Entries: []entry{}}
	err := s.Store.View(c.r.Context(), func(t *store.Tx) error {
		k, err := contactOf(t, c, contact.ID(c.label["id"]))
		if err != nil {
			return err
		}
		out.Contact = k.ID
		out.Entries, err = s.entries(t, k.ID)
		return err
	})
	if err != nil {
		return err
	}
	s.write(c, 200, out)
	return nil
}

// entries merges what is kept of a contact. Within one moment a message that
// came in goes before the turn that heard it, and what a turn caused behind it.
func (s *Server) entries(t *store.Tx, id contact.ID) ([]entry, error) {
	list := []entry{}
	records, err := t.Records(id)
	if err != nil {
		return nil, err
	}
	messages, err := t.Messages(id)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		turn, err := engine.Told(r.Doc, messages)
		if err != nil {
			return nil, err
		}
		list = append(list, entry{At: r.At, Kind: kindTurn, Turn: turn, order: 1})
	}
	for _, m := range s.shown(messages) {
		list = append(list, statuses(m)...)
	}
	q := store.EventQuery{Contact: id, Limit: 1000}
	for {
		events, err := t.Events(q)
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			list = append(list, entry{At: e.At, Kind: kindEvent, Event: &told{e.ID, e.Type}, order: 2})
			q.After = e.ID
		}
		if len(events) < q.Limit {
			break
		}
	}
	slices.SortStableFunc(list, func(a, b entry) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.order, b.order)) })
	return list, nil
}

// statuses are the entries of a message, one for each status that it reached.
func statuses(m *contact.Message) []entry {
	if m.Direction == "INBOUND" {
		return []entry{{At: m.Created, Kind: kindMessage, Status: contact.StatusReceived, Message: m, order: 0}}
	}
	list := []entry{{At: m.Created, Kind: kindMessage, Status: contact.StatusQueued, Message: m, order: 3}}
	failed := contact.StatusFailed
	if m.Status == contact.StatusCancelled {
		failed = m.Status
	}
	for i, v := range []struct {
		at     time.Time
		status string
	}{{m.Sent, contact.StatusSent}, {m.Delivered, contact.StatusDelivered}, {m.Read, contact.StatusRead}, {m.Failed, failed}} {
		if !v.at.IsZero() {
			list = append(list, entry{At: v.at, Kind: kindMessage, Status: v.status, Message: m, order: 4 + i})
		}
	}
	return list
}
