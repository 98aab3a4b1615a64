package voice

import (
	"context"
	"math/rand/v2"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/voice/media"
	"outdial/gateway/voice/sdp"
	"outdial/gateway/voice/signal"
)

// A call is the call of one contact. Everything of it happens in its loop.
type call struct {
	g     *Gateway
	id    contact.ID
	loop  *signal.Loop
	leg   *signal.Leg
	media *media.Session
	side  *sdp.Side

	up      bool // answered
	over    bool
	rang    bool
	begun   time.Time
	silent  bool // its end has been told by the answer to EndCall
	spoke   time.Time
	playing *playing
	listen  *listening
	waiting func() // what is to be played once the call is up
	buffer  []byte // keys that nobody asked for yet
	limit   *time.Timer
	detect  contact.AMDConfig
	unheard func() // ends the detector; nil: there is none
	third   *third
	desk    *desk       // the agent's telephone; nil: none
	refers  *referral   // the carrier was asked to put the caller through; nil: it was not
	away    *signal.Leg // one that is to take the place of leg; nil: none
	others  int         // calls of third parties and agents that are not gone yet
	tape    *tape
	live    *live                       // nil: it is not streamed
	writing int                         // recordings and streams that are not done yet
	private func(gateway.Arrival) error // hears in place of the house; nil: the house
	pressed func(key byte)              // takes keys in place of the flow; nil: the flow
	from    string                      // the customer's number, which a third party sees

	outbox    []letter
	telling   bool
	signalled bool   // the far side is released
	parting   func() // what waits for that; nil: nothing
}

// bufferKept is how many keys are kept that nobody asked for.
const bufferKept = 32

func (g *Gateway) newCall(id contact.ID) *call {
	return &call{g: g, id: id, loop: signal.NewLoop(g.log), begun: time.Now()}
}

// open has ports for the sound, and what we offer.
func (k *call) open() error {
	s := k.g.set
	m, err := media.Open(media.Options{
		Clock: k.g.clock, Ports: k.g.ports, Lost: s.lost(), Strict: s.Strict, Inband: s.inband, KeyTone: s.Tone, Log: k.g.log,
		Events: media.Events{
			Key: func(key byte) { k.loop.Post(func() { k.press(key) }) },
			Lost: func() {
				k.loop.Post(func() {
					k.leg.Hangup(signal.Outcome{By: contact.ByNetwork, Phrase: "no sound for " + s.Lost.String()})
				})
			},
		},
	})
	if err != nil {
		return err
	}
	k.media = m
	k.side = &sdp.Side{
		ID: rand.Uint64() >> 2, Host: s.Public, Port: m.Port(), Codecs: s.Codecs, Ptime: 20, Events: s.events, Secure: s.Secure, Mux: true,
	}
	if s.Secure != sdp.Never {
		k.side.Keys = media.NewKeys()
	}
	return nil
}

// plan is what the signalling must know of the call.
func (k *call) plan(p contact.PlaceCall) signal.Plan {
	ring := time.Duration(p.RingTimeout) * time.Second
	if ring <= 0 {
		ring = time.Minute // the API's default
	}
	return signal.Plan{
		To: p.To, From: p.From, FromName: p.FromName, Side: k.side, Ring: ring, Post: k.loop.Post,
		Events: signal.Events{
			Progress: func(bool) {
				if !k.rang {
					k.rang = true
					k.tell(contact.CallRinging{})
				}
			},
			Terms:     k.agree,
			Answered:  k.answered,
			Key:       k.press,
			Referred:  k.referred,
			Elsewhere: k.elsewhere,
			Ended:     k.ended,
			Gone: func() {
				k.signalled = true
				k.part()
				k.forget()
				k.leave()
			},
		},
	}
}

// agree lets sound flow on new terms. What plays goes on where another codec has
// another rate.
func (k *call) agree(t *sdp.Terms) error {
	rate := k.media.Rate()
	if err := k.media.Agree(t); err != nil {
		return err
	}
	if now := k.media.Rate(); now != rate && k.playing != nil {
		p := k.playing
		k.say(p.visit, p.sound.to(now), p.then)
	}
	return nil
}

// place rings the customer. It returns at once; what comes of it comes in.
func (g *Gateway) place(c *contact.Contact, p contact.PlaceCall) (gateway.Result, error) {
	k := g.newCall(c.ID)
	k.detect, k.from = p.AMD, p.To
	if err := k.open(); err != nil {
		return gateway.Result{}, err
	}
	fail := func(err error) (gateway.Result, error) {
		k.media.Close()
		return gateway.Result{}, err
	}
	// The leg is set before the first of its functions runs: they run in the loop,
	// which begins when the call is in the books.
	l, err := g.agent.Dial(k.plan(p))
	if err != nil {
		return fail(err)
	}
	k.leg = l
	if err := g.add(k); err != nil {
		l.Abandon()
		return fail(err)
	}
	return gateway.Result{Ref: l.CallID()}, nil
}

// answered begins what was waited for.
func (k *call) answered() {
	k.up = true
	k.keep()
	k.limit = time.AfterFunc(k.g.set.Most, func() {
		k.loop.Post(func() {
			k.leg.Hangup(signal.Outcome{By: contact.BySystem, Phrase: "the call took as long as a call may"})
		})
	})
	k.tell(contact.CallAnswered{Ref: k.leg.CallID()})
	if k.detect.Enable {
		k.listenForMachine()
	}
	if f := k.waiting; f != nil {
		k.waiting = nil
		f()
	}
}

// ended is the end of the call: nothing plays or listens any more.
func (k *call) ended(o signal.Outcome) {
	k.over = true
	k.playing, k.waiting = nil, nil
	k.deafen()
	if k.limit != nil {
		k.limit.Stop()
	}
	if k.unheard != nil {
		k.unheard()
	}
	k.dismiss()
	k.unsend()
	k.unfollow()
	k.letDesk("")
	k.stopTape()
	k.stopStream("callEnded")
	k.g.group.Go(func() error { k.media.Close(); return nil })
	if !k.silent {
		k.released(func() { k.tell(k.end(o)) })
	}
}

// parted is how long the ladder of a call that we hang up waits for the far side's
// last words.
const parted = time.Second

// released runs f when the far side has said its last words, or is late with them.
func (k *call) released(f func()) {
	if k.signalled {
		f()
		return
	}
	k.parting = f
	time.AfterFunc(parted, func() { k.loop.Post(k.part) })
}

// part runs what waited for the far side's last words.
func (k *call) part() {
	if f := k.parting; f != nil {
		k.parting = nil
		f()
	}
}

func (k *call) end(o signal.Outcome) contact.CallEnded {
	return contact.CallEnded{By: o.By, Code: o.Status(), Cause: o.Cause, Phrase: o.Phrase, RetryAfter: o.RetryAfter, Ladder: k.leg.Ladder().String()}
}

// leave is the end of the loop, once everything has been told and the far side
// released.
func (k *call) leave() {
	if k.over && k.signalled && !k.telling && len(k.outbox) == 0 && k.writing == 0 && k.others == 0 {
		k.g.remove(k)
		k.loop.Close()
	}
}

// A letter is something to be told to the house.
type letter struct {
	arrival gateway.Arrival
	then    func(error) // in the loop; nil: nothing
	patient bool        // it waits for the house, though there is a then
}

func (k *call) tell(in contact.Input) {
	k.write(letter{arrival: gateway.Arrival{Account: k.g.set.Name, Contact: k.id, Input: in}})
}

// announce tells of a call that came in, and answers it when the house has it.
func (k *call) announce(line contact.Line) {
	k.write(letter{
		arrival: gateway.Arrival{Account: k.g.set.Name, Contact: k.id, Line: line, Key: k.leg.CallID(), Input: contact.Started{}, Voice: true},
		then: func(err error) {
			switch {
			case err == nil:
				k.leg.Answer()
			case fault.Is(err, fault.NotFound):
				k.silent = true
				k.leg.Refuse(404, "Not Found")
			default:
				k.silent = true
				k.leg.Refuse(503, "Service Unavailable")
			}
		},
	})
}

// write sends letters off one after the other, apart from the loop: the sound and
// the far side do not wait for the house.
func (k *call) write(l letter) {
	k.outbox = append(k.outbox, l)
	if !k.telling {
		k.telling = true
		k.send()
	}
}

func (k *call) send() {
	l := k.outbox[0]
	k.outbox = k.outbox[1:]
	k.g.group.Go(func() error {
		err := k.deliver(l)
		k.loop.Post(func() { k.sent(l, err) })
		return nil
	})
}

func (k *call) sent(l letter, err error) {
	switch {
	case l.then != nil:
		l.then(err)
	case err != nil && !k.over: // nobody is there for this call any more
		k.g.log.Warn("a call is hung up: the house does not know it", "contact", k.id, "err", err)
		k.silent = true
		k.leg.Hangup(signal.Outcome{By: contact.BySystem, Phrase: "nobody is there for the call"})
	}
	if len(k.outbox) > 0 {
		k.send()
		return
	}
	k.telling = false
	k.leave()
}

// patience is how long the house may be away before what it should hear is lost:
// not long when we stop.
func (g *Gateway) patience() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stopping {
		return 3 * time.Second
	}
	return 2 * time.Minute
}

// deliver hands a letter in, again and again where the house has no time. A call
// that just came in is not kept waiting: its caller hears that we are busy.
func (k *call) deliver(l letter) error {
	pause := 100 * time.Millisecond
	for begun := time.Now(); ; {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		hear := k.g.in
		if k.private != nil {
			hear = func(_ context.Context, a gateway.Arrival) error { return k.private(a) }
		}
		err := hear(ctx, l.arrival)
		cancel()
		kind := fault.KindOf(err)
		if err == nil || l.then != nil && !l.patient || kind != fault.Busy && kind != fault.Internal || time.Since(begun) > k.g.patience() {
			return err
		}
		time.Sleep(pause)
		pause = min(2*pause, 5*time.Second)
	}
}
