package loopback

import (
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
)

// Outcomes of a transfer to a third party.
const (
	completed = "completed"
	failed    = "failed"
	timeout   = "timeout"
)

// What a third party does by itself.
const (
	thirdAnswers = "answer"
	thirdLeaves  = "leave"
)

// transfer puts a caller through to a third party: another handset.
func (w *World) transfer(c *contact.Contact, t contact.TransferCall) (gateway.Result, error) {
	k, gone := w.connected(c)
	if k == nil {
		return gone, nil
	}
	k.playing, k.listen = nil, nil
	from := t.From
	if from == "" {
		from = k.set.number
	}
	if err := w.write(entry{At: w.Now(), Event: entryTransfer, Contact: c.ID, From: from, To: t.To}); err != nil {
		return gateway.Result{}, err
	}
	h := w.handset(t.To)
	fail := func(code string) (gateway.Result, error) {
		return gateway.Result{Input: contact.TransferEnded{Visit: t.Visit, Outcome: failed, Code: code}}, nil
	}
	if h.busy() != "" {
		return fail("486")
	}
	what := w.manner(h, onCall, from)
	switch what.Do {
	case doBusy:
		return fail(what.value("486"))
	case doDecline:
		return fail(what.value("603"))
	case doFail:
		return fail(what.value("503"))
	}
	k.third = &call{set: h, contact: c.ID, from: from, state: ringing, main: k, transfer: t}
	h.call = k.third
	w.called(h, w.Now())
	r := gateway.Result{}
	after := time.Duration(what.After)
	switch what.Do {
	case doAnswer:
		r.Later = append(r.Later, again(after, wakeThirdly+thirdAnswers, t.Visit))
	case doHangUp:
		r.Later = append(r.Later, again(0, wakeThirdly+thirdAnswers+" "+after.String(), t.Visit))
	}
	limit := time.Duration(t.Timeout) * time.Second
	if limit <= 0 {
		limit = 30 * time.Second
	}
	r.Later = append(r.Later, again(limit, wakeThird, t.Visit))
	return r, nil
}

// wakeThird does what a third party was to do later.
func (w *World) wakeThird(k *call, v contact.Wake) gateway.Result {
	t := k.third
	if t == nil || t.transfer.Visit != v.Visit || t.state == ended {
		return gateway.Result{}
	}
	if v.Name == wakeThird {
		if t.state != ringing {
			return gateway.Result{}
		}
		return gateway.Result{Input: w.leave(t, timeout, "487")}
	}
	what, leaves, _ := strings.Cut(strings.TrimPrefix(v.Name, wakeThirdly), " ")
	if what == thirdLeaves {
		return gateway.Result{Input: w.leave(t, completed, "")}
	}
	w.join(t)
	if d, err := time.ParseDuration(leaves); err == nil {
		return gateway.Result{Later: []gateway.Later{again(d, wakeThirdly+thirdLeaves, v.Visit)}}
	}
	return gateway.Result{}
}

// join connects a third party with the caller. Digits that the flow wants dialled
// behind the number are heard there.
func (w *World) join(t *call) {
	t.state = connected
	if d := t.transfer.Digits; d != "" {
		t.heard = append(t.heard, d)
	}
	w.called(t.set, w.Now())
}

// leave ends the third party's part.
func (w *World) leave(t *call, outcome, code string) contact.TransferEnded {
	t.main.third = nil
	w.end(t, contact.ByCustomer)
	return contact.TransferEnded{Visit: t.transfer.Visit, Outcome: outcome, Code: code}
}

// actThird is what a person does at a third party's handset.
func (w *World) actThird(t *call, action string) ([]told, error) {
	switch action {
	case "answer":
		w.join(t)
		return nil, nil
	case "decline":
		return []told{{t.contact, w.leave(t, failed, "603")}}, nil
	case "hangup":
		return []told{{t.contact, w.leave(t, completed, "")}}, nil
	}
	return nil, fault.New(fault.Conflict, "action: a third party can answer, decline and hang up, not %s", action)
}
