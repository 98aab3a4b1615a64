package engine

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"outdial/contact"
	"outdial/gateway"
	"outdial/resource"
	"outdial/store"
)

// States of an account's circuit.
const (
	CircuitClosed = "closed"
	CircuitOpen   = "open" // nothing is tried until the pause is over
	CircuitHalf   = "half-open"
)

// A Line is how one carrier account does on this node.
type Line struct {
	Account string `json:"account"`
	// Up is false where its gateway says so, or its circuit is not closed.
	Up       bool      `json:"up"`
	Circuit  string    `json:"circuit"`
	Until    time.Time `json:"until,omitzero"`  // an open circuit's pause ends
	Failures int       `json:"failures"`        // in a row
	Waiting  int       `json:"waiting"`         // messages and calls that wait for it or are under way, on all nodes
	Throttle float64   `json:"throttle"`        // segments per second; 0 is no limit
	Hold     bool      `json:"hold,omitempty"`  // sends of unknown outcome are not sent again
	Proven   time.Time `json:"proven,omitzero"` // an operator's test passed
	Simulate bool      `json:"simulated,omitempty"`

	Sent      int64     `json:"sent"` // since the start of this node
	Refused   int64     `json:"refused"`
	Failed    int64     `json:"failed"` // tries that reached nobody, or ended nobody knows how
	LastSent  time.Time `json:"lastSent,omitzero"`
	LastError string    `json:"lastError,omitempty"`
	ErrorAt   time.Time `json:"errorAt,omitzero"`

	Detail any `json:"detail,omitempty"` // the gateway's own
}

// A NumberRoute is which accounts serve one of our numbers, where no route of the
// configuration says otherwise.
type NumberRoute struct {
	Instance string   `json:"instance"`
	Number   string   `json:"number"`
	Channels []string `json:"channels"`
	Accounts []string `json:"accounts"`
	Throttle float64  `json:"throttle,omitempty"`
	Quiet    string   `json:"quietHours,omitempty"`
}

// Carriers names the carrier accounts, in order.
func (e *Engine) Carriers() []string {
	var list []string
	for name := range e.Gateways {
		if name != Functions && name != Services && !strings.HasPrefix(name, SinkPrefix) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// Lines tells how every carrier account does.
func (e *Engine) Lines(ctx context.Context) ([]Line, error) {
	lines := []Line{}
	err := e.Store.View(ctx, func(t *store.Tx) error {
		lines = lines[:0]
		waiting, err := t.Backlog()
		if err != nil {
			return err
		}
		for _, name := range e.Carriers() {
			l := e.lineOf(name)
			l.Waiting = waiting[name]
			if l.Proven, err = e.provenAt(t, name); err != nil {
				return err
			}
			lines = append(lines, l)
		}
		return nil
	})
	return lines, err
}

// lineOf is what is known of an account without the store.
func (e *Engine) lineOf(name string) Line {
	p := e.policy.Load()
	l := Line{Account: name, Up: true, Throttle: p.Throttles[name], Hold: p.Hold[name], Simulate: e.Simulated[name]}
	e.circuit(name).show(&l)
	if s, ok := e.Gateways[name].(gateway.Stated); ok {
		state := s.State()
		l.Up, l.Detail = l.Up && state.Up, state.Detail
		if state.LastError != "" && !state.ErrorAt.Before(l.ErrorAt) {
			l.LastError, l.ErrorAt = state.LastError, state.ErrorAt
		}
	}
	return l
}

// show fills in what a circuit knows.
func (k *circuit) show(l *Line) {
	k.mu.Lock()
	defer k.mu.Unlock()
	l.Circuit, l.Failures = CircuitClosed, k.failures
	if !k.until.IsZero() {
		l.Up, l.Circuit, l.Until = false, CircuitOpen, k.until.UTC()
		if !time.Now().Before(k.until) {
			l.Circuit = CircuitHalf
		}
	}
	l.Sent, l.Refused, l.Failed = k.sent, k.refused, k.failed
	l.LastSent, l.LastError, l.ErrorAt = k.lastSent, k.lastError, k.lastBad
}

// Routes gives the routes of the configuration, and the accounts of the numbers
// of some instances.
func (e *Engine) Routes(t *store.Tx, instances []string) ([]Route, []NumberRoute, error) {
	routes := slices.Clone(e.policy.Load().Routes)
	numbers := []NumberRoute{}
	for _, i := range instances {
		err := eachRow(t, resource.KindNumber, i, func(r store.Row) error {
			n := new(resource.Number)
			if err := json.Unmarshal(r.Doc, n); err != nil {
				return err
			}
			list := []string{}
			for _, name := range append([]string{n.Account}, n.Routes...) {
				if name != "" {
					list = append(list, name)
				}
			}
			numbers = append(numbers, NumberRoute{i, n.Number, n.Channels, list, n.Throttle, n.Quiet})
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return routes, numbers, nil
}

// provenKey is the mark of an account whose test has passed.
func provenKey(account string) string { return "proven/" + account }

func (e *Engine) provenAt(t *store.Tx, account string) (at time.Time, err error) {
	doc, ok, err := t.Mark(provenKey(account), time.Now())
	if err == nil && ok {
		err = json.Unmarshal(doc, &at)
	}
	return at, err
}

// pathOf gives the accounts by which something would go from one of our numbers
// to another, in order.
func (e *Engine) pathOf(ctx context.Context, c *contact.Contact) (list []string, err error) {
	err = e.Store.View(ctx, func(t *store.Tx) error {
		if list, err = e.accountsOf(t, c); err != nil {
			return err
		}
		return e.wanted(t, c)
	})
	return slices.DeleteFunc(slices.Clone(list), func(name string) bool { return name == "" }), err
}

// sortedRefs gives references without repeats.
func sortedRefs(refs ...string) []string {
	seen := map[string]bool{}
	for _, r := range refs {
		if r != "" {
			seen[r] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
