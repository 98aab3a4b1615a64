package voice

import (
	"strconv"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/media"
	"outdial/gateway/voice/sdp"
	"outdial/gateway/voice/signal"
)

// Outcomes of a transfer, as TransferEnded has them.
const (
	transferCompleted = "completed"
	transferFailed    = "failed"
	transferTimeout   = "timeout"
)

// A third is a third party that the caller is put through to: another call, whose
// sound is joined with the caller's.
type third struct {
	k    *call // its own call, which has no contact
	t    contact.TransferCall
	main *call
	part []func() // what undoes the joining
	up   bool
	over bool
}

// transfer calls a third party and joins it with the caller.
func (k *call) transfer(v contact.TransferCall) (gateway.Result, error) {
	if !k.up || k.refers != nil || k.third != nil && !k.third.over {
		return gateway.Result{}, &fault.Error{Kind: fault.Refused, Message: "the call is not in a state for a transfer"}
	}
	k.still()
	if k.g.set.Transfer == "refer" && !v.Resume && v.Digits == "" {
		k.sendAway(v)
		return gateway.Result{}, nil
	}
	if v.From == "" {
		v.From = k.from // who is called sees the caller
	}
	if v.Timeout <= 0 {
		v.Timeout = 30
	}
	t := &third{k: k.g.newCall(k.id), t: v, main: k}
	t.k.loop = k.loop // both belong together
	if err := t.k.open(); err != nil {
		return gateway.Result{}, refused(err)
	}
	p := t.k.plan(contact.PlaceCall{To: v.To, From: v.From, FromName: v.Name, RingTimeout: v.Timeout})
	p.Events.Progress = t.rings
	p.Events.Elsewhere = func(string) bool { return false }
	p.Events.Terms = t.terms
	p.Events.Answered = t.answered
	p.Events.Ended = t.ended
	p.Events.Gone = func() {
		t.k.forget()
		k.others--
		k.leave()
	}
	l, err := k.g.agent.Dial(p)
	if err != nil {
		t.k.media.Close()
		return gateway.Result{}, refused(err)
	}
	t.k.leg = l
	k.third = t
	k.others++
	k.leg.Ladder().Note("transfer to " + v.To)
	return gateway.Result{}, nil
}

// refused makes an error final: a caller on the line does not wait for room.
func refused(err error) error {
	return &fault.Error{Kind: fault.Refused, Code: fault.CodeOf(err), Message: "the third party cannot be called", Err: err}
}

// rings lets the caller hear that it rings, unless the third party's own network
// is to be heard.
func (t *third) rings(rings bool) {
	if rings && len(t.part) == 0 && !t.main.over {
		t.main.media.Play(newSequence([]audio.Clip{ringing().At(t.main.media.Rate())}, true), nil)
	}
}

// terms joins the sound as soon as there is any: the caller hears it ring.
func (t *third) terms(x *sdp.Terms) error {
	if err := t.k.media.Agree(x); err != nil {
		return err
	}
	if len(t.part) == 0 && !t.main.over {
		p := media.NewPipe(t.main.media.Rate())
		t.part = append(t.part, t.k.media.Tap(func(heard, _ []int16) { p.Put(heard) }))
		t.main.media.Play(p, nil)
	}
	return nil
}

// answered lets the third party hear the caller, after the keys that the flow
// wants dialled behind the number.
func (t *third) answered() {
	if t.main.over {
		t.k.leg.Hangup(signal.Outcome{By: contact.BySystem})
		return
	}
	t.up = true
	t.k.keep()
	t.k.dialOn(t.t.Digits)
	p := media.NewPipe(t.k.media.Rate())
	t.part = append(t.part, t.main.media.Tap(func(heard, _ []int16) { p.Put(heard) }))
	t.k.media.Play(p, nil)
	t.main.leg.Ladder().Note("the third party answered")
}

// ended is the end of the third party's call: the caller is back with the flow.
func (t *third) ended(o signal.Outcome) {
	t.over = true
	for _, undo := range t.part {
		undo()
	}
	t.main.g.group.Go(func() error { t.k.media.Close(); return nil })
	if t.main.over {
		return
	}
	t.main.media.Hush()
	in := contact.TransferEnded{Visit: t.t.Visit, Outcome: transferFailed, Code: o.Status()}
	switch {
	case t.up:
		in.Outcome, in.Code = transferCompleted, ""
	case o.By == contact.ByTimer:
		in.Outcome = transferTimeout
	}
	t.main.leg.Ladder().Note("transfer " + in.Outcome + " after " + strconv.Itoa(int(time.Since(t.k.begun).Seconds())) + " s")
	t.main.tell(in)
}

// dismiss hangs up on a third party whose caller is gone.
func (k *call) dismiss() {
	if k.refers != nil || k.third != nil && !k.third.over {
		k.third.k.leg.Hangup(signal.Outcome{By: contact.BySystem})
	}
}
