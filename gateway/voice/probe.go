package voice

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"outdial/contact"
	"outdial/gateway"
	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/media"
	"outdial/gateway/voice/signal"
)

// A Probe is what a call for a test came to.
type Probe struct {
	Outcome string // in a sentence
	Lines   []string
}

// listened is how long a test listens once somebody has answered.
const listened = 3 * time.Second

// Test calls a number, says a tone for a moment, hangs up, and tells what
// happened: each message, and how the sound went both ways. Nobody else hears of
// it. from may be empty.
func (g *Gateway) Test(ctx context.Context, number, from string) (Probe, error) {
	k := g.newCall(contact.ID("test-" + uuid.NewString()))
	p := contact.PlaceCall{To: number, From: from, RingTimeout: 30}
	if err := k.open(); err != nil {
		return Probe{}, err
	}
	inputs := make(chan contact.Input, 20)
	k.private = func(a gateway.Arrival) error {
		select {
		case inputs <- a.Input:
		default:
		}
		return nil
	}
	l, err := g.agent.Dial(k.plan(p))
	if err != nil {
		k.media.Close()
		return Probe{}, err
	}
	k.leg = l
	if err := g.add(k); err != nil {
		l.Abandon()
		k.media.Close()
		return Probe{}, err
	}
	return k.probe(ctx, inputs)
}

// probe follows a call for a test to its end.
func (k *call) probe(ctx context.Context, inputs <-chan contact.Input) (Probe, error) {
	answered := false
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	hangUp := func() {
		k.loop.Post(func() { k.leg.Hangup(signal.Outcome{By: contact.BySystem}) })
	}
	cancelled := ctx.Done()
	for {
		select {
		case <-cancelled:
			cancelled = nil
			hangUp()
		case <-timer.C:
			hangUp()
		case in := <-inputs:
			switch v := in.(type) {
			case contact.CallAnswered:
				answered = true
				k.media.Play(media.Clip(audio.Tone(k.media.Rate(), listened, 6000, 1000), false), nil)
				timer.Reset(listened)
			case contact.CallEnded:
				return k.told(v, answered), ctx.Err()
			}
		}
	}
}

// told is what there is to say of a call for a test.
func (k *call) told(end contact.CallEnded, answered bool) Probe {
	p := Probe{Lines: strings.Split(end.Ladder, "\n")}
	st := k.media.Stats()
	switch {
	case !answered:
		p.Outcome = strings.TrimSpace(fmt.Sprintf("not answered: %s %s", end.Code, end.Phrase))
	case st.Received == 0:
		p.Outcome = "answered, but no sound came: is the way for " + k.g.set.Ports + " open?"
	default:
		p.Outcome = "answered, and sound came"
	}
	if answered {
		p.Lines = append(p.Lines, fmt.Sprintf("sound: %s to %s, %d packets sent, %d came, %d missing, jitter %v, round trip %v",
			st.Codec, st.Remote, st.Sent, st.Received, st.Missing, st.Jitter, st.RTT))
		if st.Latched {
			p.Lines = append(p.Lines, "sound came from another address than was said: the far side is behind NAT")
		}
	}
	return p
}
