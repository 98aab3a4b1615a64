package voice

import (
	"context"
	"strings"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/media"
	"outdial/gateway/voice/sdp"
	"outdial/gateway/voice/signal"
)

// A desk is the telephone of an agent: one at which the contact rings, or who
// talks with the caller.
type desk struct {
	k     *call // its own call, of the same contact
	main  *call // the caller's
	agent string

	rings  bool   // the agent is offered the contact, and takes it by picking up
	wanted bool   // he is to be joined as soon as he has picked up
	joined bool   // both hear each other
	held   bool   // his telephone holds the line
	quiet  bool   // its end is ours, and not told
	over   bool   // its call is over
	first  func() // what he is to hear once he has picked up
	part   []func()
}

// bridge does what routing wants of the caller and an agent.
func (g *Gateway) bridge(ctx context.Context, c *contact.Contact, v contact.Bridge) (gateway.Result, error) {
	var wait []audio.Clip
	if k, _ := g.call(c.ID); k != nil && v.Do == contact.BridgeHold {
		wait = g.holdMusic(k.media.Rate())
	}
	system := c.System.Address
	return g.within(ctx, c, contact.Prompt{}, func(k *call, _ audio.Clip) (gateway.Result, error) {
		switch v.Do {
		case contact.BridgeRing:
			return k.ringDesk(v, system), nil
		case contact.BridgeJoin:
			return k.joinDesk(v, system), nil
		case contact.BridgeHold:
			k.still()
			if k.desk != nil {
				k.desk.apart()
			}
			k.media.Play(newSequence(wait, true).to(k.media.Rate()), nil)
		case contact.BridgeResume:
			k.still()
			if k.desk != nil {
				k.desk.join()
			}
		case contact.BridgeLeave, contact.BridgeUnring:
			k.letDesk(v.Agent)
		}
		return gateway.Result{}, nil
	})
}

// still ends whatever the caller hears, and what is waited for.
func (k *call) still() {
	k.deafen()
	k.playing, k.waiting = nil, nil
	k.media.Hush()
}

// ringDesk lets the contact ring at an agent's telephone.
func (k *call) ringDesk(v contact.Bridge, system string) gateway.Result {
	if !k.up || k.desk != nil && !k.desk.over && k.desk.agent == v.Agent {
		return gateway.Result{}
	}
	k.letDesk("")
	if err := k.dialDesk(v, system, true); err != nil {
		k.moved(contact.Rejected, v.Agent, nil)
		return gateway.Result{Note: "the telephone of " + v.Name + " cannot be called: " + err.Error()}
	}
	return gateway.Result{}
}

// joinDesk joins the caller with an agent, whose telephone rings first where he
// took the contact elsewhere.
func (k *call) joinDesk(v contact.Bridge, system string) gateway.Result {
	k.still()
	d := k.desk
	if d != nil && (d.over || d.agent != v.Agent) {
		k.letDesk("")
		d = nil
	}
	switch {
	case d == nil && v.Phone == "":
		return gateway.Result{Note: "the agent " + v.Name + " has no telephone: the caller hears nobody"}
	case d == nil:
		if err := k.dialDesk(v, system, false); err != nil {
			k.moved(contact.Left, v.Agent, nil)
			return gateway.Result{Note: "the telephone of " + v.Name + " cannot be called: " + err.Error()}
		}
	}
	k.desk.wanted = true
	if k.desk.k.up {
		k.desk.join()
	} else {
		k.media.Play(newSequence([]audio.Clip{ringing().At(k.media.Rate())}, true), nil)
	}
	return gateway.Result{Note: "the caller talks with " + v.Name}
}

// letDesk hangs up on an agent; "" is whoever it is.
func (k *call) letDesk(agent string) {
	d := k.desk
	if d == nil || agent != "" && d.agent != agent {
		return
	}
	d.quiet = true
	if d.joined || d.wanted {
		k.media.Hush()
	}
	d.apart()
	if !d.over {
		d.k.leg.Hangup(signal.Outcome{By: contact.BySystem})
	}
	k.desk = nil
}

// dialDesk calls an agent's telephone: at its own address, or a number by the
// carrier. The agent sees who the caller is, the carrier the number of ours that
// he called or was called from.
func (k *call) dialDesk(v contact.Bridge, system string, rings bool) error {
	d := &desk{k: k.g.newCall(k.id), main: k, agent: v.Agent, rings: rings}
	d.k.loop = k.loop
	d.k.pressed = d.key
	if err := d.k.open(); err != nil {
		return err
	}
	p := d.k.plan(contact.PlaceCall{To: v.Phone, From: system, RingTimeout: 120})
	if isAddress(v.Phone) {
		p.Address, p.From = v.Phone, k.from
	}
	p.Events.Progress = func(bool) {}
	p.Events.Elsewhere = func(string) bool { return false } // transfers are done at the desk
	p.Events.Terms = d.terms
	p.Events.Answered = d.answered
	p.Events.Ended = d.ended
	p.Events.Gone = func() {
		d.k.forget()
		k.others--
		k.leave()
	}
	l, err := k.g.agent.Dial(p)
	if err != nil {
		d.k.media.Close()
		return err
	}
	d.k.leg = l
	k.desk = d
	k.others++
	k.leg.Ladder().Note("the telephone of the agent " + v.Name + " rings: " + v.Phone)
	return nil
}

// isAddress tells a SIP address from a number.
func isAddress(phone string) bool { return strings.HasPrefix(strings.ToLower(phone), "sip:") }

// terms lets sound flow. A telephone that does not want to hear us is one that
// holds the line.
func (d *desk) terms(t *sdp.Terms) error {
	if err := d.k.agree(t); err != nil {
		return err
	}
	if !d.k.up || d.held == t.Held {
		return nil
	}
	d.held = t.Held
	what := contact.Resume
	if d.held {
		what = contact.Hold
	}
	d.tell(what, nil)
	return nil
}

// tell tells the house what the agent does with his telephone.
func (d *desk) tell(outcome string, refused func(error)) { d.main.moved(outcome, d.agent, refused) }

// moved tells the house what an agent does. Where it knows better the call goes on.
func (k *call) moved(outcome, agent string, refused func(error)) {
	in := contact.QueueMoved{Outcome: outcome, Agent: agent}
	k.write(letter{arrival: gateway.Arrival{Account: k.g.set.Name, Contact: k.id, Input: in}, patient: true, then: func(err error) {
		if err != nil && refused != nil {
			refused(err)
		}
	}})
}

// answered is the agent who picks up.
func (d *desk) answered() {
	d.k.up = true
	d.k.keep()
	d.main.leg.Ladder().Note("the agent picks up")
	if d.main.over {
		d.k.leg.Hangup(signal.Outcome{By: contact.BySystem})
		return
	}
	if d.rings {
		d.tell(contact.Accepted, func(err error) {
			d.main.g.log.Info("an agent picked up too late", "contact", d.main.id, "err", err)
			if d.main.desk == d && !d.joined {
				d.main.letDesk("")
			}
		})
	}
	if f := d.first; f != nil {
		d.first = nil
		f()
	}
	if d.wanted {
		d.main.still()
		d.join()
	}
}

// join lets both hear each other.
func (d *desk) join() {
	if d.over || !d.k.up {
		return
	}
	d.apart()
	d.k.playing = nil
	d.joined, d.wanted = true, true
	for _, way := range [][2]*call{{d.k, d.main}, {d.main, d.k}} {
		p := media.NewPipe(way[1].media.Rate())
		d.part = append(d.part, way[0].media.Tap(func(heard, _ []int16) { p.Put(heard) }))
		way[1].media.Play(p, nil)
	}
}

// apart parts them again: the agent hears nothing.
func (d *desk) apart() {
	for _, undo := range d.part {
		undo()
	}
	d.part, d.joined = nil, false
	d.k.media.Hush()
}

// key takes a key of the agent's telephone: the caller's side hears it, which may
// be a machine that asks for it.
func (d *desk) key(key byte) {
	if d.joined {
		d.main.dialOn(string(key))
	}
}

// ended is the end of the agent's call.
func (d *desk) ended(o signal.Outcome) {
	d.over = true
	was := d.joined || d.wanted
	d.apart()
	d.main.g.group.Go(func() error { d.k.media.Close(); return nil })
	if d.main.over || d.quiet {
		return
	}
	d.main.leg.Ladder().Note("the agent's telephone: " + said(o))
	if was {
		d.main.media.Hush()
	}
	switch {
	case d.k.up || d.wanted:
		d.tell(contact.Left, nil)
	default:
		// Who had taken it at his desk, and never picked up, is one who leaves.
		d.tell(contact.Rejected, func(error) { d.tell(contact.Left, nil) })
	}
}

// said is an outcome in words.
func said(o signal.Outcome) string {
	if o.Code == 0 && o.Phrase == "" {
		return "hung up"
	}
	return strings.TrimSpace(o.Status() + " " + o.Phrase)
}

// tellAgent lets the agent alone hear prompts. Without a telephone he is taken to
// have heard them.
func (g *Gateway) tellAgent(ctx context.Context, c *contact.Contact, v contact.TellAgent) (gateway.Result, error) {
	heard := gateway.Result{}
	if v.Visit != 0 && !v.Loop {
		heard.Input = contact.PromptEnded{Visit: v.Visit}
	}
	k, _ := g.call(c.ID)
	if k == nil { // a callback that is not dialled yet, or a call that is over
		return heard, nil
	}
	clips, err := g.clips(ctx, audio.Rate, v.Prompts...)
	if err != nil {
		if fault.Is(err, fault.Refused) { // the caller does not wait for what an agent cannot hear
			heard.Note = "the agent hears nothing: " + err.Error()
			return heard, nil
		}
		return gateway.Result{}, err
	}
	return g.within(ctx, c, contact.Prompt{}, func(k *call, _ audio.Clip) (gateway.Result, error) {
		d := k.desk
		sound := newSequence(clips, v.Loop)
		if d == nil || d.over || d.agent != v.Agent || sound.empty() {
			return heard, nil
		}
		play := func() {
			d.k.say(v.Visit, sound.to(d.k.media.Rate()), func() {
				if v.Visit != 0 {
					k.tell(contact.PromptEnded{Visit: v.Visit})
				}
			})
		}
		if d.k.up {
			play()
		} else {
			d.first = play
		}
		return gateway.Result{}, nil
	})
}
