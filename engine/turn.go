package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/flow"
	"outdial/store"
)

// A Turn is what the timeline keeps of one turn, as the Doc of a store.Record.
type Turn struct {
	Input    string          `json:"input"` // its kind
	In       json.RawMessage `json:"in,omitempty"`
	Passed   []flow.Passed   `json:"passed,omitempty"`
	Effects  []Asked         `json:"effects,omitempty"`
	Events   []string        `json:"events,omitempty"`
	Notes    []string        `json:"notes,omitempty"`
	Reason   string          `json:"reason,omitempty"` // where the contact ended in it
	Position string          `json:"position,omitempty"`
}

// Asked is one effect that a turn asked for.
type Asked struct {
	Kind string          `json:"kind"`
	Doc  json.RawMessage `json:"doc,omitempty"`
	Due  time.Time       `json:"due,omitzero"`
}

// Tell hands an input to a contact. fault.NotFound when there is none.
func (e *Engine) Tell(ctx context.Context, id contact.ID, in contact.Input) error {
	return e.Store.Update(ctx, store.Need{Contacts: []contact.ID{id}}, func(t *store.Tx) error {
		return e.tell(t, id, in)
	})
}

func (e *Engine) tell(t *store.Tx, id contact.ID, in contact.Input) error {
	c, err := t.Contact(id)
	if err != nil {
		return err
	}
	if c, err = present(t, c, in); err != nil {
		return err
	}
	if _, err = e.turn(t, c, in, false); err != nil {
		return err
	}
	return e.shareAttributes(t, c, in)
}

// turn steps c on one input and writes what came of it into t.
func (e *Engine) turn(t *store.Tx, c *contact.Contact, in contact.Input, fresh bool) (*flow.Out, error) {
	at := e.Now()
	open := fresh || c.Open()
	if fresh {
		t.Fresh(c.ID)
	}
	hash := c.Position.Hash
	out, err := e.step(t, c, in, at)
	if err != nil {
		return nil, err
	}
	if out.Stale {
		t.After(func() { e.stats.Turns.Add(1); e.stats.Stale.Add(1) })
		return out, nil
	}
	w := writer{e: e, t: t, c: c, at: at}
	if c.Position.Hash != hash && c.Position.Hash != "" {
		if err := e.flows.keep(t, c.Position.Flow, c.Position.Hash); err != nil {
			return nil, err
		}
	}
	ended := open && !c.Open()
	if ended {
		if err := w.silence(out.Shared || handsOver(c, out.Next)); err != nil {
			return nil, err
		}
	}
	if out.Next != nil {
		out.Next.ID = newID()
		c.NextID = out.Next.ID
	}
	silent := false // what plays is to stop, unless the next segment breaks it off
	for i, f := range out.Effects {
		if _, stop := f.(contact.StopPrompt); stop && (handsOver(c, out.Next) || outdone(out.Effects[i+1:])) {
			if _, err := t.Cancel(c.Leg(), store.LaneCustomer); err != nil {
				return nil, err
			}
			silent = handsOver(c, out.Next)
			continue
		}
		if err := w.ask(f); err != nil {
			return nil, err
		}
	}
	if err := t.Save(c); err != nil {
		return nil, err
	}
	for _, ev := range out.Events {
		if err := w.publish(ev); err != nil {
			return nil, err
		}
	}
	if err := w.log(out.Logs); err != nil {
		return nil, err
	}
	if out.Hidden {
		if in, err = w.hide(in); err != nil {
			return nil, err
		}
	}
	if err := w.record(in, out, ended); err != nil {
		return nil, err
	}
	t.After(func() {
		e.recent.put(c)
		e.waiting.note(c)
		e.count(fresh, ended)
	})
	if out.Next != nil {
		return out, e.follow(t, out.Next, silent)
	}
	return out, nil
}

func (e *Engine) count(fresh, ended bool) {
	e.stats.Turns.Add(1)
	if fresh {
		e.stats.Started.Add(1)
	}
	if ended {
		e.stats.Ended.Add(1)
	}
}

// step runs the flow. One which cannot go on (its content is gone, or we have a
// bug) ends its contact, as it stood before, instead of stopping the house.
func (e *Engine) step(t *store.Tx, c *contact.Contact, in contact.Input, at time.Time) (out *flow.Out, err error) {
	w, err := e.World(t, c.Instance)
	if err != nil {
		return nil, err
	}
	// A contact that follows another must not take that one with it.
	var spare *contact.Contact
	if _, starts := in.(contact.Started); starts && c.PreviousID != "" {
		spare = c.Clone()
	}
	func() {
		defer func() {
			if p := recover(); p != nil {
				e.stats.Panics.Add(1)
				e.log.Error("panic in a step", "contact", c.ID, "input", contact.InputKind(in), "panic", p, "stack", string(debug.Stack()))
				err = fault.New(fault.Internal, "panic: %v", p)
			}
		}()
		out, err = flow.Step(w, c, in, at)
	}()
	if err == nil {
		return out, nil
	}
	if _, starts := in.(contact.Started); starts && spare == nil {
		return nil, err
	}
	e.log.Error("a flow cannot go on", "contact", c.ID, "input", contact.InputKind(in), "err", err)
	before, missing := t.Contact(c.ID)
	if missing != nil {
		if spare == nil { // its first turn is in this very transaction
			return nil, err
		}
		before = spare
	}
	*c = *before
	return e.abandon(c, at, err), nil
}

// abandon ends a contact whose flow cannot go on.
func (e *Engine) abandon(c *contact.Contact, at time.Time, why error) *flow.Out {
	out := &flow.Out{Notes: []string{"the flow cannot go on: " + why.Error()}}
	if !c.Open() {
		return out
	}
	c.Disconnected, c.Updated, c.Reason = at, at, "OTHER"
	if c.Channel == contact.Chat {
		c.Reason = "SYSTEM_ERROR"
	} else if c.Apart != nil { // the call is another one's
		out.Shared = true
		out.Effects = append(out.Effects, contact.UpdateContact{ID: c.Apart.ID, Update: contact.ContactUpdated{Consult: contact.ConsultOver}})
	} else if c.Channel == contact.Voice {
		out.Effects = append(out.Effects, contact.EndCall{Reason: c.Reason})
	}
	for _, typ := range []string{contact.DisconnectedType, contact.Completed} {
		out.Events = append(out.Events, contact.Event{Type: typ, Contact: c.ID, At: at})
	}
	return out
}

// A writer writes what one turn asked for.
type writer struct {
	e  *Engine
	t  *store.Tx
	c  *contact.Contact
	at time.Time

	asked  []Asked
	events []string
	notes  []string
}

// silence drops what a contact that has ended no longer wants: its timers, and,
// where somebody or something else than the flow ended it, its waiting messages.
// Where its conversation goes on in another segment, they go out all the same.
func (w *writer) silence(goesOn bool) error {
	if err := w.dropTimers(goesOn); err != nil || goesOn {
		return err
	}
	if w.c.Reason == "CONTACT_FLOW_DISCONNECT" && w.c.Channel == contact.Chat {
		return nil // the flow said its last words, and they go out
	}
	jobs, err := w.t.Cancel(w.c.Leg(), store.LaneCustomer)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if j.Kind != "SendMessage" {
			continue
		}
		f, err := contact.ReadEffect(j.Kind, j.Doc)
		if err != nil {
			return err
		}
		m, err := w.t.Message(f.(contact.SendMessage).ID)
		if err != nil {
			return err
		}
		m.Status, m.Failed = contact.StatusCancelled, w.at
		if err := w.t.PutMessage(m); err != nil {
			return err
		}
	}
	return nil
}

// laneAgent is the lane of what an agent alone hears.
const laneAgent = "agent"

// ask keeps one effect as a job.
func (w *writer) ask(f contact.Effect) error {
	j := store.Job{Contact: w.c.ID, Due: w.at, Kind: contact.EffectKind(f), First: time.Now()}
	switch v := f.(type) {
	case contact.SendMessage:
		j.Contact = w.c.Leg()
		if v.ID == "" {
			v.ID = string(newID())
		}
		f = v
		if err := w.dispatch(v, &j); err != nil {
			return err
		}
	case contact.PlaceCall:
		w.c.Node = w.e.Node
		if to, err := w.route(); err != nil {
			return err
		} else if to != "" {
			w.c.Account = to
		}
		j.Lane, j.Account, j.Node = store.LaneCustomer, w.c.Account, w.c.Node
		w.t.After(func() { w.e.stats.Calls.Add(1) })
	case contact.PlayPrompt, contact.CollectDigits, contact.CollectSpeech, contact.TransferCall, contact.Bridge:
		j.Contact, j.Lane, j.Account, j.Node = w.c.Leg(), store.LaneCustomer, w.c.Account, w.c.Node
		if b, ok := f.(contact.Bridge); ok && (b.Do == contact.BridgeRing || b.Do == contact.BridgeUnring) {
			j.Lane = laneAgent // what the caller hears does not come into it
		}
	case contact.RecordCall, contact.StreamCall:
		j.Contact, j.Account, j.Node = w.c.Leg(), w.c.Account, w.c.Node
	case contact.TellAgent:
		j.Account = ours
		if w.c.Channel == contact.Voice {
			j.Contact, j.Lane, j.Account, j.Node = w.c.Leg(), laneAgent, w.c.Account, w.c.Node
		}
	case contact.StopPrompt, contact.EndCall:
		// These overtake: what waits to be played is not wanted any more.
		if _, err := w.t.Cancel(w.c.Leg(), store.LaneCustomer); err != nil {
			return err
		}
		j.Contact, j.Account, j.Node = w.c.Leg(), w.c.Account, w.c.Node
	case contact.InvokeFunction:
		if v.Invocation == "" {
			v.Invocation = string(newID())
		}
		// A lane of its own: an asynchronous call is made though its contact has ended.
		f, j.Account, j.Lane = v, Functions, "function/"+v.Invocation
	case contact.CallService:
		j.Account = Services
	case contact.Wake:
		j.Account, j.Due = ours, v.At
	case contact.UpdateContact:
		if v.Update.Hold != "" || v.Update.Consult != "" {
			return w.atOnce(v)
		}
		j.Account, j.Lane = ours, "update"
	default: // Hear, StartContact, Queue
		j.Account = ours
	}
	asked, err := shortly(&j, f, w.at)
	if err != nil {
		return err
	}
	if w.e.crowded(j.Account) {
		j.Held = true
	}
	w.asked = append(w.asked, asked)
	return w.t.Send(j)
}

// atOnce tells another contact of the same call something in this very unit of work:
// what both ask of the call is done in the order in which they said it.
func (w *writer) atOnce(v contact.UpdateContact) error {
	doc, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.asked = append(w.asked, Asked{Kind: contact.EffectKind(v), Doc: doc})
	return w.e.tellIfThere(w.t, v.ID, v.Update)
}

func later(due, at time.Time) time.Time {
	if due.After(at) {
		return due
	}
	return time.Time{}
}

// dispatch says by which account and when a message goes, and keeps its row.
func (w *writer) dispatch(v contact.SendMessage, j *store.Job) (err error) {
	j.Lane = store.LaneCustomer
	if j.Account, err = w.route(); err != nil {
		return err
	}
	if err := w.untilMorning(j); err != nil {
		return err
	}
	j.Segments, j.Meter = w.e.segments(w.c, v.Text), w.e.throttle.meter(j.Account, w.c)
	_, shut, _ := w.e.circuit(j.Account).room()
	j.Held = shut || w.e.throttle.limits(j.Account, numberThrottle(w.c))
	m := w.message(v)
	m.Account = j.Account
	if err := w.t.PutMessage(m); err != nil {
		return err
	}
	w.t.After(func() { w.e.recent.message(m) })
	return nil
}

// message is the row of a message that has just been asked for.
func (w *writer) message(v contact.SendMessage) *contact.Message {
	m := &contact.Message{
		ID: v.ID, Contact: w.c.ID, Direction: "OUTBOUND",
		From: w.c.System.Address, To: w.c.Customer.Address, Channel: messageChannel(w.c.Subtype),
		Text: v.Text, By: v.By, ContentType: v.ContentType, Attachments: v.Attachments,
		Status: contact.StatusQueued, Created: w.at,
	}
	if v.Template != nil {
		m.Template = v.Template.Name
	}
	return m
}

// messageChannel is how the handset and the message rows call a subtype.
func messageChannel(subtype string) string {
	return strings.ToUpper(strings.TrimPrefix(subtype, "connect:"))
}

func (e *Engine) segments(c *contact.Contact, text string) int {
	if e.Segments == nil {
		return 1
	}
	return max(1, e.Segments(c, text))
}

// record adds the turn to the contact's timeline.
func (w *writer) record(in contact.Input, out *flow.Out, ended bool) error {
	r := Turn{Input: contact.InputKind(in), Passed: terse(out.Passed), Effects: w.asked, Events: w.events, Notes: append(out.Notes, w.notes...), Position: w.c.Position.Action}
	if ended {
		r.Reason = w.c.Reason
	}
	doc, err := json.Marshal(in)
	if err != nil {
		return err
	}
	if string(doc) != "{}" {
		r.In = doc
	}
	if doc, err = json.Marshal(r); err != nil {
		return err
	}
	if err := w.t.Record(store.Record{Contact: w.c.ID, At: w.at, Doc: doc}); err != nil {
		return err
	}
	if w.e.log.Enabled(context.Background(), slog.LevelDebug) {
		w.t.After(func() { w.e.logTurn(w.c, &r) })
	}
	return nil
}

// terse leaves out what the entry before or after says: the flow where it is the
// same, the next action where it is the next entry. Timelines are most of what
// is written.
func terse(passed []flow.Passed) []flow.Passed {
	list := slices.Clone(passed)
	for i := range list {
		if i > 0 && passed[i].Flow == passed[i-1].Flow {
			list[i].Flow = ""
		}
		if i+1 < len(passed) && passed[i].Next == passed[i+1].Action {
			list[i].Next = ""
		}
	}
	return list
}

// logTurn writes one line for a turn: contact, input, the actions passed, effects.
func (e *Engine) logTurn(c *contact.Contact, r *Turn) {
	passed := make([]string, len(r.Passed))
	for i, p := range r.Passed {
		passed[i] = fmt.Sprintf("%s:%s", p.Type, p.Branch)
	}
	asked := make([]string, len(r.Effects))
	for i, a := range r.Effects {
		asked[i] = a.Kind
	}
	e.log.Debug("turn", "contact", c.ID, "input", r.Input, "passed", strings.Join(passed, " "),
		"effects", strings.Join(asked, " "), "notes", strings.Join(r.Notes, "; "), "reason", r.Reason)
}
