package web

import (
	"context"
	"errors"
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
)

// brakeWait is how long a send waits for the end of a throttling pause. One that
// has to wait longer is better given back.
const brakeWait = 5 * time.Second

// Do sends a message; it can do nothing else. An error of kind fault.Busy says
// that the carrier has nothing, or only a beginning: asked again, Do goes on
// where it stopped. fault.Internal says that nobody knows.
func (g *Gateway) Do(ctx context.Context, c *contact.Contact, e contact.Effect) (gateway.Result, error) {
	m, ok := e.(contact.SendMessage)
	if !ok {
		return gateway.Result{}, fault.New(fault.Refused, "%s cannot do %s", g.config.Kind, contact.EffectKind(e))
	}
	n := g.flights.Begin()
	defer g.flights.End(n)
	if err := g.mayBegin(ctx); err != nil {
		return gateway.Result{}, err
	}
	m.Attachments = g.linked(&m)
	msg := &Message{SendMessage: m, Contact: c, From: c.System.Address, To: c.Customer.Address, HookURL: g.opt.HookURL}
	list, err := g.config.Carrier.Requests(ctx, msg)
	if err != nil {
		return gateway.Result{}, err
	}
	return g.sendAll(ctx, msg, list)
}

// mayBegin tells whether anything may be sent now.
func (g *Gateway) mayBegin(ctx context.Context) error {
	g.mu.Lock()
	stopping := g.stopping
	g.mu.Unlock()
	if stopping {
		return busy(CodeStopping, "the gateway is being stopped")
	}
	if ctx.Err() != nil { // not wrapped: nothing was sent, and that is certain
		return busy(CodeNoTime, "there was no time left to send it")
	}
	end := g.brake.until()
	wait := time.Until(end)
	if end.IsZero() || wait <= 0 {
		return nil
	}
	throttled := busy(CodeThrottled, "the carrier throttles")
	if deadline, ok := ctx.Deadline(); wait > brakeWait || ok && time.Until(deadline) < wait+time.Second {
		return throttled
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-g.stopped:
		return busy(CodeStopping, "the gateway is being stopped")
	case <-ctx.Done():
		return throttled
	}
}

func busy(code, text string) error {
	return &fault.Error{Kind: fault.Busy, Code: code, Message: text}
}

// sendAll sends the requests of a message that were not taken before.
func (g *Gateway) sendAll(ctx context.Context, m *Message, list []Request) (gateway.Result, error) {
	if len(list) == 0 {
		return gateway.Result{}, fault.New(fault.Invalid, "text: is needed")
	}
	r := gateway.Result{Account: g.config.Name}
	mark := fingerprint(list)
	have := g.journeys.Resume(m.ID, mark)
	for i := range list {
		t, taken := have[i]
		if !taken {
			var err error
			if t, err = g.exchange(ctx, m, &list[i]); err != nil {
				return gateway.Result{}, begun(err, i > 0)
			}
			if len(list) > 1 {
				g.journeys.Took(m.ID, mark, i, t)
			}
		}
		add(&r, t)
	}
	g.journeys.Forget(m.ID)
	if r.Segments == 0 {
		r.Segments = g.config.Segments(m.Text)
	}
	return r, nil
}

// begun makes a no to a message of which the carrier has a beginning final:
// another route would send that again.
func begun(err error, has bool) error {
	if !has || !fault.Is(err, fault.Denied) {
		return err
	}
	return &fault.Error{Kind: fault.Refused, Code: fault.CodeOf(err), Message: "only a beginning of the message was taken", Err: err}
}

// fingerprint tells the requests of one message from those of another. What is
// signed or numbered anew at each try is not in it.
func fingerprint(list []Request) string {
	var b strings.Builder
	for _, q := range list {
		b.WriteString(q.Method + " " + q.URL + "\n")
		b.Write(q.Body)
	}
	return b.String()
}

func add(r *gateway.Result, t Taken) {
	refs := append([]string{t.Ref}, t.Refs...)
	for _, ref := range refs {
		switch {
		case ref == "":
		case r.Ref == "":
			r.Ref = ref
		default:
			r.Refs = append(r.Refs, ref)
		}
	}
	r.Segments += t.Segments
	if t.Customer != "" {
		r.Customer = t.Customer
	}
	if t.Note != "" {
		r.Note = t.Note
	}
}

// exchange sends one request and reads what came of it.
func (g *Gateway) exchange(ctx context.Context, m *Message, q *Request) (Taken, error) {
	if ctx.Err() != nil {
		return Taken{}, busy(CodeNoTime, "there was no time left to send it")
	}
	ctx, cancel := context.WithTimeout(ctx, g.config.Timeout)
	defer cancel()
	began := brakeMark(time.Now())
	a, err := g.roundTrip(ctx, q)
	if err != nil {
		return Taken{}, err
	}
	a.Message, a.Request = m, q
	t, err := g.config.Carrier.Answer(a)
	var no *Refusal
	switch {
	case errors.As(err, &no):
		return Taken{}, g.refused(no, a, began)
	case err != nil:
		err := &fault.Error{Kind: fault.Internal, Code: CodeUnreadable, Message: "the carrier's answer cannot be read", Err: err}
		g.counts.unanswered.Add(1)
		g.failed(err, false)
		return Taken{}, err
	}
	g.flights.Landed(append([]string{t.Ref}, t.Refs...)...)
	g.brake.accepted()
	g.counts.sent.Add(1)
	g.reached()
	return t, nil
}
