package voice

import (
	"strconv"
	"time"

	"outdial/contact"
	"outdial/gateway/voice/sdp"
	"outdial/gateway/voice/signal"
)

// A referral is a caller whom the carrier was asked to put through to a third party.
type referral struct {
	visit int
	limit *time.Timer
}

// sendAway asks the carrier to put the caller through in our place. What it says
// last decides how the flow goes on; the flow then hangs up on the caller.
func (k *call) sendAway(v contact.TransferCall) {
	if v.Timeout <= 0 {
		v.Timeout = 30
	}
	s := &referral{visit: v.Visit}
	k.refers = s
	s.limit = time.AfterFunc(time.Duration(v.Timeout)*time.Second, func() {
		k.loop.Post(func() {
			if k.refers == s {
				k.put(transferTimeout, 0)
			}
		})
	})
	k.leg.Ladder().Note("the carrier is asked to put the caller through to " + v.To)
	k.leg.Refer(v.To)
}

// referred takes what the carrier says of it.
func (k *call) referred(status int) {
	switch {
	case k.refers == nil || status < 200:
	case status < 300:
		k.put(transferCompleted, 0)
	default:
		k.put(transferFailed, status)
	}
}

// put tells how it ended.
func (k *call) put(outcome string, status int) {
	in := contact.TransferEnded{Visit: k.refers.visit, Outcome: outcome}
	if status > 0 {
		in.Code = strconv.Itoa(status)
	}
	k.unsend()
	k.leg.Ladder().Note("transfer " + outcome)
	k.tell(in)
}

// unsend ends the wait for what the carrier says.
func (k *call) unsend() {
	if k.refers != nil {
		k.refers.limit.Stop()
		k.refers = nil
	}
}

// unfollow gives up whoever was to take the caller's place.
func (k *call) unfollow() {
	if k.away != nil {
		k.away.Hangup(signal.Outcome{By: contact.BySystem})
		k.away = nil
	}
}

// letGo is how long the far side may take to hang up the call that another one has
// taken the place of, before we do.
const letGo = 2 * time.Second

// elsewhere follows the far side's wish that we call somebody else in its place:
// once the other one has answered, the sound goes there, and nobody else notices.
func (k *call) elsewhere(number string) bool {
	if k.g.set.Referred != "follow" || k.over || !k.up {
		return false
	}
	old := k.leg
	var terms *sdp.Terms
	var other *signal.Leg
	p := k.plan(contact.PlaceCall{To: number, From: old.Ours()})
	p.Events.Progress = func(rings bool) {
		if rings {
			old.Forwarded(180, "Ringing")
		}
	}
	p.Events.Terms = func(t *sdp.Terms) error {
		if k.leg == other {
			return k.agree(t)
		}
		terms = t
		return nil
	}
	p.Events.Answered = func() {
		if k.over || k.leg != old {
			other.Hangup(signal.Outcome{By: contact.BySystem})
			return
		}
		k.replace(other, terms)
	}
	ended, gone := p.Events.Ended, p.Events.Gone
	p.Events.Ended = func(o signal.Outcome) {
		if k.leg == other {
			ended(o)
			return
		}
		old.Forwarded(max(o.Code, 400), o.Phrase)
	}
	p.Events.Gone = func() {
		k.others--
		if k.leg == other {
			gone()
			return
		}
		k.leave()
	}
	l, err := k.g.agent.Dial(p)
	if err != nil {
		old.Ladder().Note("the far side wants us to call " + number + ": " + err.Error())
		return false
	}
	other = l
	k.others++
	k.away = other
	old.Ladder().Note("the far side wants us to call " + number)
	return true
}

// replace lets another leg take the place of the caller's.
func (k *call) replace(other *signal.Leg, t *sdp.Terms) {
	old := k.leg
	old.Ladder().Note("the other one answered, and takes its place")
	old.Forwarded(200, "OK")
	k.others++
	old.Detach(func() {
		k.g.strikeOff(old.CallID(), k.id)
		k.others--
		k.leave()
	})
	k.leg, k.away = other, nil
	if err := k.agree(t); err != nil {
		other.Ladder().Note(err.Error())
	}
	k.keep()
	time.AfterFunc(letGo, func() { k.loop.Post(func() { old.Hangup(signal.Outcome{By: contact.BySystem}) }) })
}
