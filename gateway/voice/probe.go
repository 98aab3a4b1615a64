package voice

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/media"
	"outdial/gateway/voice/signal"
)

// How a call for a test goes on once somebody has answered: a tone for a moment,
// and then a while in which keys may be pressed.
const (
	probeTone    = 2 * time.Second
	probeListen  = 5 * time.Second
	probeRelease = 3 * time.Second       // how long the far side may take to let go
	probeLook    = 20 * time.Millisecond // how often the sound is looked at
)

// A probe is a call for a test.
type probe struct {
	*call
	inputs   chan contact.Input
	answered bool
	sent     bool // sound has been noted as sent
	came     bool
	keys     string
}

// Test calls a number, says a tone for a moment, listens for keys, hangs up, and
// tells what happened: where the call went and why, each message with its time,
// and how the sound went both ways. Nobody else hears of it. It has passed when
// somebody answered and was heard. from may be empty.
func (g *Gateway) Test(ctx context.Context, from, to string) (steps []string, err error) {
	p := &probe{call: g.newCall(contact.ID("test-" + uuid.NewString())), inputs: make(chan contact.Input, 20)}
	if err := p.open(); err != nil {
		return nil, err
	}
	p.private = func(a gateway.Arrival) error {
		select {
		case p.inputs <- a.Input:
		default:
		}
		return nil
	}
	p.pressed = p.heardKey
	plan, released := p.plan(contact.PlaceCall{To: to, From: from, RingTimeout: probeRing(ctx)}), make(chan struct{})
	gone := plan.Events.Gone
	plan.Events.Gone = func() { gone(); close(released) }
	l, err := g.agent.Dial(plan)
	if err != nil {
		p.media.Close()
		return nil, err
	}
	p.leg = l
	if err := g.add(p.call); err != nil {
		l.Abandon()
		p.media.Close()
		return nil, err
	}
	steps = g.standing()
	end := p.follow(ctx)
	select { // the last messages belong to it
	case <-released:
	case <-time.After(probeRelease):
	}
	more, err := p.told(end)
	return append(steps, more...), err
}

// probeRing is how long the phone may ring in seconds, so that the test ends
// within its time.
func probeRing(ctx context.Context) int {
	deadline, ok := ctx.Deadline()
	if !ok {
		return 30
	}
	left := time.Until(deadline) - probeTone - probeListen - time.Second
	return min(60, max(5, int(left.Seconds())))
}

// standing says how the trunk does before the call.
func (g *Gateway) standing() (steps []string) {
	if r, ok := g.agent.Registration(); ok {
		steps = append(steps, registered(r))
	}
	return steps
}

func registered(r signal.RegistrationHealth) string {
	if r.Registered {
		return "registered at the carrier"
	}
	return "not registered: " + r.LastError
}

// heardKey notes a key of the far side.
func (p *probe) heardKey(key byte) {
	p.keys += string(key)
	p.leg.Ladder().Note("the key " + string(key) + " is heard")
}

// follow follows the call to its end.
func (p *probe) follow(ctx context.Context) contact.CallEnded {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	look := time.NewTicker(probeLook)
	defer look.Stop()
	hangUp := func() { p.loop.Post(func() { p.leg.Hangup(signal.Outcome{By: contact.BySystem}) }) }
	cancelled := ctx.Done()
	for {
		select {
		case <-cancelled:
			cancelled = nil
			p.leg.Ladder().Note("the test's time is over")
			hangUp()
		case <-timer.C:
			hangUp()
		case <-look.C:
			p.look()
		case in := <-p.inputs:
			switch v := in.(type) {
			case contact.CallAnswered:
				p.answered = true
				p.media.Play(media.Clip(audio.Tone(p.media.Rate(), probeTone, 6000, 1000), false), nil)
				timer.Reset(probeTone + probeListen)
			case contact.CallEnded:
				return v
			}
		}
	}
}

// look notes when the first sound went and came.
func (p *probe) look() {
	st := p.media.Stats()
	if !p.sent && st.Sent > 0 {
		p.sent = true
		p.leg.Ladder().Note("the first sound is sent to " + st.Remote.String() + " as " + st.Codec)
	}
	if !p.came && st.Received > 0 {
		p.came = true
		p.leg.Ladder().Note("the first sound comes from " + st.Remote.String())
	}
}

// told is what there is to say of the call, and why it has not passed.
func (p *probe) told(end contact.CallEnded) ([]string, error) {
	var steps []string
	for line := range strings.Lines(p.leg.Ladder().String()) {
		steps = append(steps, strings.TrimSpace(line))
	}
	if !p.answered {
		what := end.Phrase
		if end.By == contact.ByTimer {
			what = "nobody answered in time"
		}
		return steps, &fault.Error{Kind: fault.Refused, Code: end.Code, Message: "not answered: " + what}
	}
	st := p.media.Stats()
	steps = append(steps, fmt.Sprintf("sound: %s, %d packets sent, %d came, %d missing, jitter %v, round trip %v",
		st.Codec, st.Sent, st.Received, st.Missing, st.Jitter.Round(time.Microsecond), st.RTT.Round(time.Microsecond)))
	if st.Latched {
		steps = append(steps, "sound came from another address than was said: the far side is behind NAT")
	}
	if p.keys == "" {
		steps = append(steps, "no key was heard: nobody pressed one, or dtmf does not suit the carrier")
	} else {
		steps = append(steps, "keys that were heard: "+p.keys)
	}
	switch end.By {
	case contact.BySystem:
		steps = append(steps, "hung up by us")
	case contact.ByCustomer:
		steps = append(steps, "hung up by the far side")
	default:
		steps = append(steps, strings.TrimSpace("broken off: "+end.Code+" "+end.Phrase))
	}
	if st.Received == 0 {
		return steps, fault.New(fault.Refused, "answered, but no sound came: is the way for the ports %s open?", p.g.set.Ports)
	}
	return steps, nil
}
