package smpp

import (
	"context"
	"errors"
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/smpp/pdu"
	"outdial/gateway/sms"
)

// Waits within one Do. They are short: an effect that waits longer is better
// given back.
const (
	bindWait  = 5 * time.Second // for a bind that is being made
	brakeWait = 5 * time.Second // for the end of a throttling pause
)

// Do sends a message; it can do nothing else. The parts of a long one go one
// after the other, each when the one before it was answered. An error of kind
// fault.Busy says that nothing, or only a beginning, was taken: asked again, Do
// goes on where it stopped. fault.Internal says that nobody knows.
func (g *Gateway) Do(ctx context.Context, c *contact.Contact, e contact.Effect) (gateway.Result, error) {
	m, ok := e.(contact.SendMessage)
	if !ok {
		return gateway.Result{}, fault.New(fault.Refused, "smpp cannot do %s", contact.EffectKind(e))
	}
	text, err := wording(m)
	if err != nil {
		return gateway.Result{}, err
	}
	base, err := g.set.message(c)
	if err != nil {
		return gateway.Result{}, err
	}
	o := g.set.encode
	o.Ref = uint16(g.refs.Add(1))
	have := g.journeys.Resume(m.ID, text)
	for _, p := range have {
		o.Ref = p.group
	}
	segs, coding := sms.Encode(text, o)
	if len(segs) == 0 {
		return gateway.Result{}, fault.New(fault.Refused, "text: at most %d parts, not %d", sms.MaxParts, o.Count(text))
	}
	r := gateway.Result{Segments: o.Count(text), Account: g.set.Name, PartReceipts: g.set.parts}
	if sent := joined(segs); sent != text && g.set.Transliterate {
		r.Note = "typographic characters were replaced, so that the message takes fewer parts"
	}
	refs := make([]string, 0, len(segs))
	for i, seg := range segs {
		p, has := have[i]
		if !has {
			took := func(id string) { g.journeys.Took(m.ID, text, i, taken{id, o.Ref}) }
			p.ref, err = g.deliver(ctx, func() *pdu.PDU { return g.set.submission(base, c, seg, coding) }, i > 0, took)
			if err != nil {
				return gateway.Result{}, begun(err, i > 0)
			}
			if len(segs) > 1 {
				took(p.ref)
			}
		}
		if p.ref != "" {
			refs = append(refs, p.ref)
		}
	}
	if len(segs) > 1 || have != nil {
		g.flights.Landed(refs...) // the first of them may be old
		g.journeys.Forget(m.ID)
	}
	if len(refs) > 0 {
		r.Ref, r.Refs = refs[0], refs[1:]
	}
	return r, nil
}

// taken is what the carrier answered to one part of a message, and the reference
// by which a phone knows what it belongs to.
type taken struct {
	ref   string
	group uint16
}

// begun makes a no to a message of which the carrier has a beginning final:
// another route would send that again.
func begun(err error, has bool) error {
	if !has || !fault.Is(err, fault.Denied) {
		return err
	}
	return &fault.Error{Kind: fault.Refused, Code: fault.CodeOf(err), Message: "only a beginning of the message was taken", Err: err}
}

func joined(segs []sms.Segment) string {
	if len(segs) == 1 {
		return segs[0].Text
	}
	var b strings.Builder
	for _, s := range segs {
		b.WriteString(s.Text)
	}
	return b.String()
}

// wording is what a message says in plain text. A file goes as its address, where
// it has one that the customer can open; any other does not go.
func wording(m contact.SendMessage) (string, error) {
	if t := m.ContentType; t != "" && !strings.HasPrefix(t, "text/") {
		return "", fault.New(fault.Refused, "contentType: %s cannot be sent as a short message", t)
	}
	text := m.Text
	for _, a := range m.Attachments {
		if !strings.HasPrefix(a.URL, "https://") && !strings.HasPrefix(a.URL, "http://") {
			return "", fault.New(fault.Refused, "attachments: %.100s (%.100s) cannot be sent: SMPP carries text alone", a.Name, a.Type)
		}
		if text != "" {
			text += "\n"
		}
		text += a.URL
	}
	if text == "" {
		return "", fault.New(fault.Invalid, "text: is needed")
	}
	return text, nil
}

// deliver submits one part until it is taken, refused, or given back. A later
// part (more) is worth waiting for: its message has begun.
func (g *Gateway) deliver(ctx context.Context, build func() *pdu.PDU, more bool, took func(id string)) (string, error) {
	for {
		if ctx.Err() != nil { // not wrapped: nothing was sent, and that is certain
			return "", &fault.Error{Kind: fault.Busy, Code: CodeWindow, Message: "there was no time left to send it"}
		}
		if err := g.holdBack(ctx); err != nil {
			return "", err
		}
		id, err := g.submit(ctx, build(), took)
		if err == nil || !more || !throttling(fault.CodeOf(err)) {
			return id, err
		}
	}
}

func throttling(code string) bool {
	return code == pdu.RTHROTTLED.String() || code == pdu.RMSGQFUL.String()
}

// holdBack waits for the end of a throttling pause, if that is near and leaves
// time for an answer.
func (g *Gateway) holdBack(ctx context.Context) error {
	d := g.brake.wait(time.Now())
	if d <= 0 {
		return nil
	}
	busy := &fault.Error{Kind: fault.Busy, Code: pdu.RTHROTTLED.String(), Message: "the carrier throttles"}
	if end, ok := ctx.Deadline(); d > brakeWait || ok && time.Until(end) < d+g.set.Response {
		return busy
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return busy
	}
}

// submit submits one part and waits for its answer.
func (g *Gateway) submit(ctx context.Context, p *pdu.PDU, took func(id string)) (string, error) {
	s, err := g.place(ctx)
	if err != nil {
		return "", err
	}
	began := time.Now()
	n := g.flights.Begin()
	answer, sent, err := s.ask(ctx, p, g.set.Response, func(late *pdu.PDU) {
		if late.Status == pdu.ROK {
			id := g.set.ids.Answer(late.ID)
			g.flights.End(n, id)
			took(id)
		}
	})
	g.leave(s)
	switch {
	case err != nil && !sent:
		g.flights.End(n)
		return "", &fault.Error{Kind: fault.Busy, Code: CodeNotBound, Message: "the bind was lost before the message was sent"}
	case err != nil:
		g.flights.End(n)
		g.counts.unanswered.Add(1)
		return "", unanswered(err)
	case answer.Status != pdu.ROK:
		g.flights.End(n)
		return "", g.refused(s, answer, began)
	}
	id := g.set.ids.Answer(answer.ID)
	g.flights.End(n, id)
	g.counts.submitted.Add(1)
	g.brake.accepted()
	return id, nil
}

func unanswered(err error) error {
	code, text := CodeBroken, "the connection broke before the carrier answered"
	if errors.Is(err, errPatient) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		code, text = CodeNoAnswer, "the carrier did not answer in time"
	}
	return &fault.Error{Kind: fault.Internal, Code: code, Message: text, Err: err}
}

// refused takes an answer that is not ESME_ROK.
func (g *Gateway) refused(s *session, answer *pdu.PDU, began time.Time) error {
	err := g.set.refusal(answer)
	switch {
	case throttling(answer.Status.String()):
		g.counts.throttled.Add(1)
		g.brake.throttled(began, time.Now())
		return err
	case answer.Status == pdu.RINVBNDSTS:
		s.end(errors.New("the carrier says that this bind may not submit"))
	}
	g.counts.refused.Add(1)
	g.mu.Lock()
	g.lastError, g.errorAt = err.Error(), time.Now()
	g.mu.Unlock()
	return err
}

// place takes a place in the window of a bind that is up, in turn. It waits
// for a place as long as ctx leaves time for an answer, and a while for a bind
// that is being made.
func (g *Gateway) place(ctx context.Context) (*session, error) {
	var patience <-chan time.Time
	for {
		g.mu.Lock()
		var up []*session
		for _, l := range g.links {
			if l.submits() {
				up = append(up, l.session)
			}
		}
		stopping, connecting, changed := g.stopping, g.connecting(), g.changed
		g.mu.Unlock()
		if stopping {
			return nil, &fault.Error{Kind: fault.Busy, Code: CodeStopping, Message: "the gateway is being stopped"}
		}
		first := int(g.turn.Add(1))
		for i := range up {
			s := up[(first+i)%len(up)]
			select {
			case s.window <- struct{}{}:
				g.hint() // there may be more: let the next who waits look
				return s, nil
			default:
			}
		}
		if len(up) == 0 && !connecting {
			return nil, &fault.Error{Kind: fault.Busy, Code: CodeNotBound, Message: "no bind is up"}
		}
		if patience == nil {
			timer := time.NewTimer(g.patience(ctx))
			defer timer.Stop()
			patience = timer.C
		}
		select {
		case <-g.freed:
		case <-changed:
		case <-patience:
			if len(up) == 0 {
				return nil, &fault.Error{Kind: fault.Busy, Code: CodeNotBound, Message: "no bind came up in time"}
			}
			return nil, &fault.Error{Kind: fault.Busy, Code: CodeWindow, Message: "the windows of all binds are full"}
		case <-ctx.Done():
			return nil, &fault.Error{Kind: fault.Busy, Code: CodeWindow, Message: "the windows of all binds are full"}
		}
	}
}

// patience is how long a place may be waited for.
func (g *Gateway) patience(ctx context.Context) time.Duration {
	end, ok := ctx.Deadline()
	if !ok {
		return bindWait
	}
	return max(0, min(bindWait, time.Until(end)-g.set.Response))
}

// leave gives a place back.
func (g *Gateway) leave(s *session) {
	<-s.window
	g.hint()
}

func (g *Gateway) hint() {
	select {
	case g.freed <- struct{}{}:
	default:
	}
}
