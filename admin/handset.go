package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"outdial/fault"
	"outdial/gateway/loopback"
)

// errNoWorld is why there are no handsets.
var errNoWorld = fault.New(fault.NotFound, "the simulator is off: there are no handsets, and time is real")

// set gives the number of the handset that a call is about.
func (s *Server) set(c *call) (string, error) {
	if s.World == nil {
		return "", errNoWorld
	}
	return c.number()
}

func (s *Server) listHandsets(c *call) error {
	if s.World == nil {
		return errNoWorld
	}
	n, err := c.limit()
	if err != nil {
		return err
	}
	out := struct {
		Handsets []loopback.Summary `json:"handsets"`
		Next     string             `json:"next,omitempty"`
	}{Handsets: s.World.Handsets(c.query.Get("after"), n)}
	if len(out.Handsets) == n {
		out.Next = out.Handsets[n-1].Number
	}
	s.write(c, 200, out)
	return nil
}

func (s *Server) describeHandset(c *call) error {
	number, err := s.set(c)
	if err != nil {
		return err
	}
	s.write(c, 200, s.World.Handset(number))
	return nil
}

// writeMessage is what the person at a handset writes.
func (s *Server) writeMessage(c *call) error {
	number, err := s.set(c)
	if err != nil {
		return err
	}
	var in loopback.Writing
	if err := c.decode(&in); err != nil {
		return err
	}
	m, err := s.World.Write(c.r.Context(), number, in)
	if err != nil {
		return err
	}
	s.write(c, 200, m)
	return nil
}

// actOnCall is what the person at a handset does with its call.
func (s *Server) actOnCall(c *call) error {
	number, err := s.set(c)
	if err != nil {
		return err
	}
	var in loopback.Act
	if err := c.decode(&in); err != nil {
		return err
	}
	if err := s.World.Act(c.r.Context(), number, in); err != nil {
		return err
	}
	s.write(c, 200, s.World.Handset(number).Call)
	return nil
}

func (s *Server) describeScript(c *call) error {
	number, err := s.set(c)
	if err != nil {
		return err
	}
	s.write(c, 200, s.World.Steps(number))
	return nil
}

func (s *Server) putScript(c *call) error {
	number, err := s.set(c)
	if err != nil {
		return err
	}
	var in []loopback.Step
	if err := c.decode(&in); err != nil {
		return err
	}
	if err := s.World.Script(number, in); err != nil {
		return err
	}
	return s.describeScript(c)
}

// Pauses of the stream of a handset.
const (
	lookEvery = time.Second      // for what only time changes
	beatEvery = 15 * time.Second // so that nobody takes the connection for dead
)

// streamHandset tells what happens at a handset, as server-sent events: "message"
// with a message that came, was written or changed, "call" with the call. It
// begins with what is there, or with what changed after the event whose id is in
// Last-Event-ID or the parameter since.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
func (s *Server) streamHandset(c *call) error {
	number, err := s.set(c)
	if err != nil {
		return err
	}
	var rev uint64
	for _, last := range []string{c.r.Header.Get("Last-Event-ID"), c.query.Get("since")} {
		if last == "" {
			continue
		}
		if rev, err = strconv.ParseUint(last, 10, 64); err != nil {
			return fault.New(fault.Invalid, "since: the id of an event, not %q", last)
		}
		break
	}
	changed, stop := s.World.Watch(number)
	defer stop()
	c.w.Header().Set("Content-Type", "text/event-stream")
	c.w.WriteHeader(200)
	out := http.NewResponseController(c.w)
	look, beat := time.NewTicker(lookEvery), time.NewTicker(beatEvery)
	defer look.Stop()
	defer beat.Stop()
	for {
		if rev, err = s.tell(c, number, rev); err == nil {
			err = out.Flush()
		}
		if err != nil { // the caller is gone
			return nil
		}
		select {
		case <-changed:
		case <-look.C:
		case <-beat.C:
			fmt.Fprint(c.w, ": still here\n\n")
		case <-c.r.Context().Done():
			return nil
		case <-s.Done:
			return nil
		}
	}
}

// tell writes what changed after rev.
func (s *Server) tell(c *call, number string, rev uint64) (uint64, error) {
	messages, k, next := s.World.Since(number, rev)
	for i := range messages {
		if err := event(c.w, "message", next, messages[i]); err != nil {
			return rev, err
		}
	}
	if k != nil {
		if err := event(c.w, "call", next, k); err != nil {
			return rev, err
		}
	}
	return next, nil
}

func event(w http.ResponseWriter, name string, id uint64, v any) error {
	doc, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "event: %s\nid: %d\ndata: %s\n\n", name, id, doc)
	return err
}
