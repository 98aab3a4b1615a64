package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/store"
)

// do performs one job and strikes it off, gives it back, or gives it up.
func (e *Engine) do(ctx context.Context, j store.Job) {
	f, err := j.Effect, error(nil)
	if f == nil {
		f, err = contact.ReadEffect(j.Kind, j.Doc)
	}
	if err != nil {
		e.log.Error("a job that cannot be read", "job", j.ID, "kind", j.Kind, "err", err)
		e.settle(ctx, j, nil, func(t *store.Tx) error { return t.Park(j, err.Error()) })
		return
	}
	if j.Account == ours {
		e.doOurs(ctx, j, f)
		return
	}
	if j.Lost && e.lost(ctx, j, f) {
		return
	}
	gw := e.Gateways[j.Account]
	if gw == nil {
		e.failed(ctx, j, f, &fault.Error{Kind: fault.Denied, Code: CodeAccount, Message: fmt.Sprintf("there is no carrier account %q", j.Account)})
		return
	}
	if v, ok := f.(contact.Reply); ok {
		e.reply(ctx, j, gw, v)
		return
	}
	c, err := e.snapshot(ctx, j.Contact)
	if err != nil {
		e.back(ctx, j, err, time.Second)
		return
	}
	if outward(f) && !(e.permitted(ctx, j, c, f) && e.admitted(ctx, j, f)) {
		return
	}
	if !c.Open() && c.NextID != "" {
		err := e.Store.View(ctx, func(t *store.Tx) (err error) {
			c, err = legOf(t, c)
			return err
		})
		if err != nil {
			e.back(ctx, j, err, time.Second)
			return
		}
	}
	if !e.begins(ctx, j, f) {
		return
	}
	r, err := e.perform(ctx, gw, c, f)
	e.tally(j.Account, f, err)
	if err != nil {
		e.failed(ctx, j, f, err)
		return
	}
	e.finish(ctx, j, f, r)
}

// holds tells whether an account's sends of unknown outcome are not sent again.
func (e *Engine) holds(account string) bool { return e.policy.Load().Hold[account] }

// begins notes that a message is about to be handed over, where its account holds
// what is of unknown outcome: what was only in hand when a process died did not
// go out, and goes. Where that cannot be kept, the message waits.
func (e *Engine) begins(ctx context.Context, j store.Job, f contact.Effect) bool {
	if _, message := f.(contact.SendMessage); !message || !e.holds(j.Account) {
		return true
	}
	err := e.Store.Update(ctx, store.Need{}, func(t *store.Tx) error { return t.Begin(j) })
	if err != nil {
		e.back(ctx, j, err, time.Second)
	}
	return err == nil
}

// perform calls the gateway; one that panics has failed with an unknown outcome.
func (e *Engine) perform(ctx context.Context, gw gateway.Gateway, c *contact.Contact, f contact.Effect) (r gateway.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			e.stats.Panics.Add(1)
			e.log.Error("panic in a gateway", "contact", c.ID, "effect", contact.EffectKind(f), "panic", p, "stack", string(debug.Stack()))
			err = fault.New(fault.Internal, "panic: %v", p)
		}
	}()
	return gw.Do(ctx, c, f)
}

// snapshot gives a contact as it was a moment ago.
func (e *Engine) snapshot(ctx context.Context, id contact.ID) (c *contact.Contact, err error) {
	if c, ok := e.recent.contact(id); ok {
		return c, nil
	}
	err = e.Store.View(ctx, func(t *store.Tx) error {
		c, err = t.Contact(id)
		return err
	})
	if fault.Is(err, fault.NotFound) { // swept: sinks still hear of it
		return &contact.Contact{ID: id}, nil
	}
	return c, err
}

// lost deals with an effect whose earlier try was cut off, where that decides
// it: nobody knows whether it happened.
func (e *Engine) lost(ctx context.Context, j store.Job, f contact.Effect) bool {
	switch v := f.(type) {
	case contact.PlaceCall:
		// Never dialled twice: the customer's phone may be ringing already.
		e.hear(ctx, j, contact.CallEnded{By: contact.ByLostNode, Phrase: "the node that dialled is gone"})
		return true
	case contact.PlayPrompt, contact.CollectDigits, contact.CollectSpeech, contact.TransferCall:
		e.hear(ctx, j, contact.CallEnded{By: contact.ByLostNode, Phrase: "the node that held the call is gone"})
		return true
	case contact.SendMessage:
		if !e.holds(j.Account) {
			e.resent(ctx, j, v)
		} else if j.Begun {
			e.unknown(ctx, j, v, errors.New("cut off while it was sent"))
			return true
		}
	}
	return false
}

// finish keeps what came of an effect, and strikes it off.
func (e *Engine) finish(ctx context.Context, j store.Job, f contact.Effect, r gateway.Result) {
	need := store.Need{Lanes: []contact.ID{j.Contact}}
	if r.Input != nil {
		need = store.Need{Contacts: []contact.ID{j.Contact}}
	}
	sent, isMessage := f.(contact.SendMessage)
	e.stats.outcomes.add(j.Account, "done")
	e.settle(ctx, j, &need, func(t *store.Tx) error {
		if isMessage {
			if err := e.sent(t, j, sent, r); err != nil {
				return err
			}
		}
		if err := t.Done(j); err != nil {
			return err
		}
		for _, l := range r.Later {
			if err := e.later(t, j, l); err != nil {
				return err
			}
		}
		if r.Input != nil {
			if err := e.draw(t, j.Contact, r.Input); err != nil {
				return err
			}
			if err := e.tellIfThere(t, j.Contact, r.Input); err != nil {
				return err
			}
		}
		return e.note(t, j.Contact, r.Note)
	})
}

// sent brings a message's row up to date after the carrier took it.
func (e *Engine) sent(t *store.Tx, j store.Job, s contact.SendMessage, r gateway.Result) error {
	m, err := e.row(t, j, s.ID)
	if err != nil {
		return err
	}
	m.Status, m.Sent, m.Ref, m.Segments, m.Account = contact.StatusSent, e.Now(), r.Ref, cmp.Or(r.Segments, j.Segments), j.Account
	if r.Status != "" {
		m.Status = r.Status
	}
	if r.Account != "" {
		m.Account = r.Account
	}
	if m.Status == contact.StatusDelivered {
		m.Delivered = m.Sent
	}
	refs := r.Refs
	if r.Ref != "" {
		refs = append([]string{r.Ref}, refs...)
	}
	m.Parts = partsOf(refs, m.Status, r.PartReceipts)
	t.After(func() { e.stats.Sent.Add(1) })
	if err := t.PutMessage(m); err != nil {
		return err
	}
	for i, ref := range refs {
		if i > 0 && ref == r.Ref {
			continue
		}
		if err := t.PutRef(store.Ref{Account: m.Account, Ref: ref}, m); err != nil {
			return err
		}
	}
	if err := e.alias(t, m, r.Customer); err != nil {
		return err
	}
	return e.status(t, m)
}

// row gives a message's row: at the first try as the turn that asked for it
// left it, since nobody else changes it before it has a reference; else read.
func (e *Engine) row(t *store.Tx, j store.Job, id string) (*contact.Message, error) {
	if j.Tries == 0 && !j.Lost {
		if m, ok := e.recent.asked(id); ok {
			return m, nil
		}
	}
	return t.Message(id)
}

// later keeps what a simulated world does after a while.
func (e *Engine) later(t *store.Tx, j store.Job, l gateway.Later) error {
	due := e.Now().Add(l.After)
	if l.Again != nil {
		return send(t, store.Job{Contact: j.Contact, Account: j.Account, Node: j.Node, Due: due}, l.Again)
	}
	a := l.Arrival
	id := a.Contact
	if id == "" {
		id = j.Contact
	}
	if a.Receipt == nil {
		doc, err := json.Marshal(a.Input)
		if err != nil {
			return err
		}
		return send(t, store.Job{Contact: id, Account: ours, Due: due}, contact.Hear{Kind: contact.InputKind(a.Input), Doc: doc})
	}
	f, err := contact.ReadEffect(j.Kind, j.Doc)
	if err != nil {
		return err
	}
	m, ok := f.(contact.SendMessage)
	if !ok {
		return nil
	}
	// A lane of its own: a receipt comes though its contact has ended.
	return send(t, store.Job{Contact: id, Account: ours, Lane: "receipt/" + m.ID + "/" + a.Receipt.Status, Due: due},
		contact.Hear{Message: m.ID, Status: a.Receipt.Status, Code: a.Receipt.Code})
}

// send keeps one effect as a job.
func send(t *store.Tx, j store.Job, f contact.Effect) error {
	doc, err := json.Marshal(f)
	if err != nil {
		return err
	}
	j.Kind, j.Doc, j.First = contact.EffectKind(f), doc, time.Now()
	return t.Send(j)
}

// tellIfThere hands an input to a contact that may have been swept meanwhile.
func (e *Engine) tellIfThere(t *store.Tx, id contact.ID, in contact.Input) error {
	err := e.tell(t, id, in)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// note adds a line for the operator to a contact's timeline.
func (e *Engine) note(t *store.Tx, id contact.ID, text string) error {
	if text == "" {
		return nil
	}
	doc, err := json.Marshal(Turn{Notes: []string{text}})
	if err != nil {
		return err
	}
	return t.Record(store.Record{Contact: id, At: e.Now(), Doc: doc})
}

// failed decides by the kind of an error whether an effect is tried again.
func (e *Engine) failed(ctx context.Context, j store.Job, f contact.Effect, err error) {
	kind := fault.KindOf(err)
	if errors.Is(err, context.DeadlineExceeded) {
		kind = fault.Internal
	}
	_, event := f.(contact.PublishEvent)
	switch {
	case event:
		e.sinkFailed(ctx, j, err)
	case kind == fault.Busy:
		e.busy(ctx, j, f, err)
	case kind == fault.Internal:
		e.unsure(ctx, j, f, err)
	case kind == fault.Denied && e.detour(ctx, j, f, err):
	default:
		e.refuse(ctx, j, f, err)
	}
}

// patience is how long a message is tried again before it is given up: the
// validity period that carriers use by default.
const patience = 72 * time.Hour

// busy gives an effect back with a growing pause; a call cannot wait.
func (e *Engine) busy(ctx context.Context, j store.Job, f contact.Effect, err error) {
	_, call := f.(contact.PlaceCall)
	if (call || !e.works(j.Account)) && e.detour(ctx, j, f, err) {
		return
	}
	if _, message := f.(contact.SendMessage); !message && j.Tries > 5 || time.Since(j.First) > patience {
		e.refuse(ctx, j, f, err)
		return
	}
	if call {
		e.refuse(ctx, j, f, err)
		return
	}
	e.back(ctx, j, err, pause(j.Tries))
}

// pause grows from one second to five minutes, with a fifth of it left to chance
// so that many do not come back at once.
func pause(tries int) time.Duration {
	d := min(time.Second<<min(max(tries, 0), 9), 5*time.Minute)
	return d - time.Duration(rand.Int64N(int64(d)/5+1))
}

// unsure deals with an unknown outcome: the effect may have happened.
func (e *Engine) unsure(ctx context.Context, j store.Job, f contact.Effect, err error) {
	s, message := f.(contact.SendMessage)
	switch {
	case message && e.holds(j.Account):
		e.unknown(ctx, j, s, err)
	case message && time.Since(j.First) < patience:
		e.resent(ctx, j, s)
		e.back(ctx, j, err, pause(j.Tries))
	default:
		e.refuse(ctx, j, f, err)
	}
}

// resent counts that a message goes out again though it may have gone before.
func (e *Engine) resent(ctx context.Context, j store.Job, s contact.SendMessage) {
	e.stats.Resent.Add(1)
	err := e.Store.Update(ctx, store.Need{}, func(t *store.Tx) error {
		m, err := e.row(t, j, s.ID)
		if err != nil {
			return err
		}
		m.Resent++
		if err := t.PutMessage(m); err != nil {
			return err
		}
		return e.note(t, j.Contact, "a message whose outcome is unknown is sent again: "+s.ID)
	})
	if err != nil {
		e.log.Warn("a repeated send was not counted", "contact", j.Contact, "err", err)
	}
}

// unknown leaves a message whose outcome nobody knows, as its account wants it.
func (e *Engine) unknown(ctx context.Context, j store.Job, s contact.SendMessage, cause error) {
	e.settle(ctx, j, nil, func(t *store.Tx) error {
		m, err := e.row(t, j, s.ID)
		if err != nil {
			return err
		}
		m.Status, m.Error = contact.StatusUnknown, cause.Error()
		if err := t.PutMessage(m); err != nil {
			return err
		}
		if err := e.status(t, m); err != nil {
			return err
		}
		if err := e.note(t, j.Contact, "whether a message was sent is not known; it is held: "+s.ID); err != nil {
			return err
		}
		return t.Done(j)
	})
}

// refuse strikes an effect off that will never be done, and tells the contact.
func (e *Engine) refuse(ctx context.Context, j store.Job, f contact.Effect, cause error) {
	e.stats.Refused.Add(1)
	e.stats.outcomes.add(j.Account, "refused")
	e.log.Info("refused", "contact", j.Contact, "effect", j.Kind, "account", j.Account, "err", cause)
	code, text := wording(cause)
	s, message := f.(contact.SendMessage)
	need := store.Need{Contacts: []contact.ID{j.Contact}}
	e.settle(ctx, j, &need, func(t *store.Tx) error {
		if message {
			m, err := e.row(t, j, s.ID)
			if err != nil {
				return err
			}
			m.Status, m.Failed, m.Code, m.Error = contact.StatusFailed, e.Now(), code, text
			if err := t.PutMessage(m); err != nil {
				return err
			}
			if err := e.status(t, m); err != nil {
				return err
			}
		}
		if err := t.Done(j); err != nil {
			return err
		}
		if message {
			if err := e.reached(t, j.Contact); err != nil {
				return err
			}
		}
		return e.tellIfThere(t, j.Contact, refusal(f, j.Kind, code, text))
	})
}

// reached tells a contact whether any message of it has left, before it hears
// that one was refused. It is asked here, of the rows, and not kept at every
// send: sends are many, refusals few.
func (e *Engine) reached(t *store.Tx, id contact.ID) error {
	list, err := t.Messages(id)
	if err != nil {
		return err
	}
	for _, m := range list {
		if !m.Sent.IsZero() {
			return e.tellIfThere(t, id, contact.MessageSent{ID: m.ID})
		}
	}
	return nil
}

// refusal is the input by which a contact learns that an effect will not be done.
func refusal(f contact.Effect, kind, code, text string) contact.Input {
	switch v := f.(type) {
	case contact.SendMessage:
		return contact.MessageRefused{ID: v.ID, Visit: v.Visit, Code: code, Message: text}
	case contact.PlaceCall:
		return contact.CallEnded{By: contact.ByNetwork, Code: code, Phrase: text}
	case contact.InvokeFunction:
		return contact.FunctionReturned{Visit: v.Visit, Invocation: v.Invocation, Error: text}
	case contact.CallService:
		return contact.ServiceReturned{Visit: v.Visit, Code: code, Error: text}
	case contact.TransferCall:
		return contact.TransferEnded{Visit: v.Visit, Outcome: "failed", Code: code}
	case contact.PlayPrompt:
		return contact.EffectFailed{Visit: v.Visit, Effect: kind, Code: code, Message: text}
	case contact.CollectDigits:
		return contact.EffectFailed{Visit: v.Visit, Effect: kind, Code: code, Message: text}
	case contact.CollectSpeech:
		return contact.EffectFailed{Visit: v.Visit, Effect: kind, Code: code, Message: text}
	case contact.StreamCall:
		return contact.EffectFailed{Visit: v.Visit, Effect: kind, Code: code, Message: text}
	}
	return contact.EffectFailed{Effect: kind, Code: code, Message: text}
}

// hear strikes a job off and hands its contact an input.
func (e *Engine) hear(ctx context.Context, j store.Job, in contact.Input) {
	need := store.Need{Contacts: []contact.ID{j.Contact}}
	e.settle(ctx, j, &need, func(t *store.Tx) error {
		if err := t.Done(j); err != nil {
			return err
		}
		return e.tellIfThere(t, j.Contact, in)
	})
}

// back gives a job back, to be done again after d.
func (e *Engine) back(ctx context.Context, j store.Job, why error, d time.Duration) {
	e.stats.Retried.Add(1)
	e.stats.outcomes.add(j.Account, "retried")
	e.log.Debug("again later", "contact", j.Contact, "effect", j.Kind, "account", j.Account, "in", d, "err", why)
	e.settle(ctx, j, nil, func(t *store.Tx) error { return t.Retry(j, e.Now().Add(d), why.Error()) })
}

// settle keeps the end of a job. Where that fails, the job's lease runs out and
// it is done again: at least once, and said so.
func (e *Engine) settle(ctx context.Context, j store.Job, need *store.Need, fn func(*store.Tx) error) {
	if need == nil { // its lane is read with it
		need = &store.Need{Contacts: []contact.ID{j.Contact}}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), doing)
	defer cancel()
	if err := e.Store.Update(ctx, *need, fn); err != nil {
		e.log.Error("the end of an effect was not kept", "contact", j.Contact, "effect", j.Kind, "job", j.ID, "err", err)
		err = e.Store.Update(ctx, store.Need{}, func(t *store.Tx) error {
			return t.Retry(j, e.Now().Add(pause(j.Tries)), fmt.Sprint("its end was not kept: ", err))
		})
		if err != nil {
			e.log.Error("a job stays leased until its time is over", "job", j.ID, "err", err)
		}
	}
}
