package admin

import (
	"encoding/json"
	"strconv"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/store"
)

// eventTypes are the types of what is kept and told to the sinks.
func eventTypes() []string {
	return []string{contact.Initiated, contact.ConnectedSystem, contact.DataUpdated, contact.QueuedEvent, contact.ConnectedAgent,
		contact.DisconnectedType, contact.Completed, contact.Paused, contact.Resumed, contact.AMDDisabled, contact.MessageStatus, engine.RecordType}
}

// A published event is one as it was told to the sinks.
type published struct {
	ID      string          `json:"id"`
	Contact contact.ID      `json:"contactId"`
	At      time.Time       `json:"at"`
	Type    string          `json:"type"`
	Body    json.RawMessage `json:"body"`
}

// ofAccount tells whether an event or a contact record is of an account.
func ofAccount(body json.RawMessage, account string) bool {
	var v struct {
		Event  string `json:"account"`
		Record string `json:"AWSAccountId"`
	}
	return json.Unmarshal(body, &v) == nil && (v.Event == account || v.Record == account)
}

// listEvents gives kept events, oldest first or, with order=newest, newest first.
func (s *Server) listEvents(c *call) (err error) {
	q := store.EventQuery{Contact: contact.ID(c.query.Get("contact")), Types: c.list("type"), After: c.query.Get("after")}
	n, err := c.limit()
	if err != nil {
		return err
	}
	if err := among("type", q.Types, eventTypes()); err != nil {
		return err
	}
	switch v := c.query.Get("order"); v {
	case "", "oldest":
	case "newest":
		q.Newest = true
	default:
		return fault.New(fault.Invalid, "order: oldest or newest, not %q", v)
	}
	if q.From, err = c.at("from"); err != nil {
		return err
	}
	if q.To, err = c.at("to"); err != nil {
		return err
	}
	q.Limit = n
	out := struct {
		Events []published `json:"events"`
		Next   string      `json:"next,omitempty"`
	}{Events: []published{}}
	err = s.Store.View(c.r.Context(), func(t *store.Tx) error {
		for {
			rows, err := engine.Events(t, q)
			if err != nil {
				return err
			}
			for _, r := range rows {
				q.After = r.ID
				if !ofAccount(r.Body, c.caller.Account) {
					continue
				}
				out.Events = append(out.Events, published{r.ID, r.Contact, r.At, r.Type, r.Body})
				if len(out.Events) == n {
					out.Next = r.ID
					return nil
				}
			}
			if len(rows) < q.Limit {
				return nil
			}
		}
	})
	if err != nil {
		return err
	}
	s.write(c, 200, out)
	return nil
}

// A parked event is one that its sink did not take for three days, or ever.
type parked struct {
	ID      string     `json:"id"`
	Contact contact.ID `json:"contactId"`
	Sink    string     `json:"sink"`
	Event   string     `json:"eventId"`
	Since   time.Time  `json:"since"`
	Why     string     `json:"why"`
}

// listParked gives what waits for POST events/replay.
func (s *Server) listParked(c *call) error {
	n, err := c.limit()
	if err != nil {
		return err
	}
	var after int64
	if text := c.query.Get("after"); text != "" {
		if after, err = strconv.ParseInt(text, 10, 64); err != nil {
			return fault.New(fault.Invalid, "after: the id of a parked event, not %q", text)
		}
	}
	out := struct {
		Parked []parked `json:"parked"`
		Next   string   `json:"next,omitempty"`
	}{Parked: []parked{}}
	err = s.Store.View(c.r.Context(), func(t *store.Tx) error {
		for len(out.Parked) < n {
			jobs, err := t.Parked("", after, n)
			if err != nil || len(jobs) == 0 {
				return err
			}
			for _, j := range jobs {
				after = j.ID
				var e contact.PublishEvent
				if j.Kind != contact.EffectKind(e) || json.Unmarshal(j.Doc, &e) != nil || !ofAccount(e.Body, c.caller.Account) {
					continue
				}
				out.Parked = append(out.Parked, parked{strconv.FormatInt(j.ID, 10), j.Contact, e.Sink, e.ID, j.First, j.Why})
				if len(out.Parked) == n {
					out.Next = strconv.FormatInt(j.ID, 10)
					break
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.write(c, 200, out)
	return nil
}

// replayAtOnce is how many events are sent again in one unit of work.
const replayAtOnce = 500

// replayEvents gives parked events back to their sinks, and sends kept ones
// again where the body selects some.
func (s *Server) replayEvents(c *call) error {
	var in struct {
		Contact contact.ID `json:"contact"`
		From    time.Time  `json:"from"`
		To      time.Time  `json:"to"`
		Types   []string   `json:"types"`
	}
	if len(c.body) > 0 {
		if err := c.decode(&in); err != nil {
			return err
		}
	}
	q := store.EventQuery{Contact: in.Contact, From: in.From, To: in.To, Types: in.Types, Limit: replayAtOnce}
	total, err := s.Engine.Replay(c.r.Context(), store.EventQuery{})
	for some := in.Contact != "" || !in.From.IsZero() || !in.To.IsZero() || len(in.Types) > 0; err == nil && some; {
		var last string
		if last, err = s.lastOf(c, q); err != nil || last == "" {
			break
		}
		var n int
		n, err = s.Engine.Replay(c.r.Context(), q)
		total += n
		q.After = last
	}
	if err != nil {
		return err
	}
	s.write(c, 200, map[string]int{"sent": total})
	return nil
}

// lastOf gives the id of the last event of a page; "" where the page is empty.
func (s *Server) lastOf(c *call, q store.EventQuery) (id string, err error) {
	err = s.Store.View(c.r.Context(), func(t *store.Tx) error {
		rows, err := t.Events(q)
		if err == nil && len(rows) > 0 {
			id = rows[len(rows)-1].ID
		}
		return err
	})
	return id, err
}
