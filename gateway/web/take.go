package web

import (
	"context"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/sms"
)

// early is how long a status is kept whose message is not known yet: it came
// before the send's own answer, or before that was kept.
const early = 8 * time.Second

// take hands one event on. It returns after the commit.
func (g *Gateway) take(ctx context.Context, e *Event) error {
	switch {
	case e.Receipt != nil:
		return g.receipt(ctx, e)
	case e.Part != nil && e.Part.Total > 1:
		return g.part(ctx, e)
	}
	return g.message(ctx, e)
}

// receipt hands a status on. One that overtakes the answer which tells the
// message's reference, or the commit which keeps it, is held, unanswered, as
// long as the reference may yet become known: the carrier has it still should
// we crash. One that nobody knows is said to be kept, for no repeat would find
// it an owner.
func (g *Gateway) receipt(ctx context.Context, e *Event) error {
	g.explain(e.Receipt)
	if g.trials.heard(e) {
		g.counts.receipts.Add(1)
		return nil
	}
	flight, end := g.flights.Last(), time.Now().Add(early)
	err := g.receiptOnce(ctx, e)
	for pause := 10 * time.Millisecond; fault.Is(err, fault.NotFound); pause = min(2*pause, 500*time.Millisecond) {
		if !time.Now().Before(end) || ctx.Err() != nil || !g.flights.Awaited(flight, e.Refs...) {
			break
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
		case <-g.stopped: // the carrier keeps it, and delivers it again
			timer.Stop()
			return busy(CodeStopping, "the gateway is being stopped")
		}
		timer.Stop()
		if g.trials.heard(e) {
			return nil
		}
		err = g.receiptOnce(ctx, e)
	}
	switch {
	case err == nil:
		g.counts.receipts.Add(1)
	case final(err):
		g.counts.strays.Add(1)
		g.log.Info("a status for a message that nobody knows", "refs", e.Refs, "status", e.Receipt.Status, "err", err)
		return nil
	default:
		g.counts.rejected.Add(1)
		g.log.Warn("a status was not taken", "refs", e.Refs, "err", err)
	}
	return err
}

// explain says in words what the carrier's code of a failure means, where it
// does not say so itself.
func (g *Gateway) explain(r *gateway.Receipt) {
	if r.Status != contact.StatusFailed || r.Error != "" {
		return
	}
	v, ok := g.config.Errors[r.Code]
	if !ok {
		v = g.config.Verdicts[r.Code]
	}
	r.Error = map[sms.Verdict]string{
		sms.OptedOut: "the recipient has opted out", sms.BadNumber: "there is no such recipient", sms.Refuse: "the message was refused",
	}[v]
	if r.Error == "" {
		r.Error = "not delivered"
	}
}

func (g *Gateway) receiptOnce(ctx context.Context, e *Event) (err error) {
	err = fault.New(fault.NotFound, "a status without a reference")
	for _, ref := range e.Refs {
		if ref == "" {
			continue
		}
		err = g.inbox(ctx, gateway.Arrival{Account: g.config.Name, Ref: ref, Receipt: e.Receipt})
		if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return err
}

// message hands an inbound message on, with its files.
func (g *Gateway) message(ctx context.Context, e *Event) error {
	files, err := g.files(ctx, e.Media)
	if err != nil {
		g.counts.rejected.Add(1)
		g.log.Warn("a file that came with a message cannot be had now", "to", e.To, "err", err)
		return err
	}
	err = g.inbox(ctx, gateway.Arrival{
		Account: g.config.Name, Key: e.Key, ReplyTo: e.ReplyTo,
		Line:  contact.Line{Subtype: g.config.Subtype, Customer: e.From, System: e.To},
		Input: contact.MessageReceived{Text: e.Text, ContentType: e.Type, Attachments: files},
	})
	if err != nil {
		g.counts.rejected.Add(1)
		g.log.Warn("an inbound message was not taken", "to", e.To, "err", err)
		return err
	}
	g.counts.received.Add(1)
	return nil
}
