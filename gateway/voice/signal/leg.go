package signal

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	"outdial/fault"
	"outdial/gateway/voice/sdp"
)

// A Plan is what a call shall be.
type Plan struct {
	To, From, FromName string
	// Address is where somebody is called who is not at the carrier, in place of
	// To: "sip:ann@192.0.2.9". The carrier's limits, headers and password are not
	// for such a call.
	Address string
	// Side is what we offer. Where its Host is empty it becomes the address that
	// we send from.
	Side *sdp.Side
	// Ring is how long the phone may ring.
	Ring time.Duration
	// Post runs a function after those that were posted before it. All methods of
	// a leg must be called by such a function, and all events come by one. It is
	// false when nothing is run any more.
	Post   func(func()) bool
	Events Events
}

// Events are what a call tells. None of them is nil.
type Events struct {
	// Progress: the phone rings, or (not ringing) something is to be heard before
	// the answer.
	Progress func(ringing bool)
	// Terms: sound may flow on these terms from now on. It may come before the
	// answer, and again at any time. An error refuses them.
	Terms func(*sdp.Terms) error
	// Answered: somebody, or something, answered. Terms have come before it.
	Answered func()
	// Key: a key came by signalling.
	Key func(key byte)
	// Referred: how a transfer that was asked for by Refer goes: a SIP status.
	Referred func(status int)
	// Elsewhere: the far side wants us to call a number in its place. Where that
	// is true, Forwarded is to tell it how it goes; else it is refused.
	Elsewhere func(number string) bool
	// Ended: the call is over. It comes once, for every call.
	Ended func(Outcome)
	// Gone: the far side has been released too, and the leg is done with.
	Gone func()
}

// A Leg is one call, as one dialog or the attempt at one. Its methods may be
// called only by functions that its Post runs.
type Leg struct {
	a      *Agent
	callID string
	plan   Plan
	ladder Ladder
	way    inboundWay // of a call that came in
	inside sip.Uri    // of Plan.Address; no host: it goes to the carrier

	localTag string
	seq      atomic.Uint32 // CSeq of our last request
	heardSeq uint32        // CSeq of their last one
	hops     []hop
	at       int // which of hops is tried
	failed   Outcome
	redirect []sip.Uri // still to be tried
	turned   int       // redirections so far
	asked    int       // challenges that were answered at this target
	current  *attempt
	forks    map[string]*dialog // early dialogs, by their tag
	rseqs    map[string]uint32  // last reliable answer of each. RFC 3262
	early    []*sip.Response    // answers that overtook the one that they repeat
	ring     *time.Timer

	d         *dialog // nil until it is answered
	offer     *sdp.Description
	heardSDP  string // their last description
	terms     *sdp.Terms
	ack       *sip.Request // what we acknowledged their answer with
	offering  bool         // a re-INVITE or UPDATE of ours is under way
	accepting *accepting   // their INVITE which we answered, and they did not acknowledge yet
	methods   string       // what they allow
	sentTo    uint32       // CSeq of the REFER of theirs that is followed; 0: none
	session   session
	begun     time.Time

	ended bool
	gone  bool
	busy  int // transactions that are still to end
}

// Dial begins a call. It returns at once; everything else comes as events. An
// error of kind fault.Busy: there is no room now.
func (a *Agent) Dial(p Plan) (*Leg, error) {
	l := a.newLeg(p, sip.GenerateTagN(32))
	l.seq.Store(1)
	if p.Address != "" {
		if err := sip.ParseUri(p.Address, &l.inside); err != nil || l.inside.Host == "" {
			return nil, fault.New(fault.Refused, "%q is no address", p.Address)
		}
	}
	if err := a.add(l); err != nil {
		return nil, err
	}
	if err := a.turns.take(l); err != nil {
		a.over(l)
		a.remove(l)
		a.count(func(c *Counts) { c.Refused++ })
		return nil, err
	}
	return l, nil
}

func (a *Agent) newLeg(p Plan, callID string) *Leg {
	return &Leg{a: a, callID: callID, plan: p, localTag: sip.GenerateTagN(16), forks: map[string]*dialog{}, rseqs: map[string]uint32{}, begun: time.Now()}
}

// CallID names the call on both sides.
func (l *Leg) CallID() string { return l.callID }

// Ladder is what was said on the wire.
func (l *Leg) Ladder() *Ladder { return &l.ladder }

// Ended tells whether the call is over.
func (l *Leg) Ended() bool { return l.ended }

// post runs f among the leg's functions.
func (l *Leg) post(f func()) bool { return l.plan.Post(f) }

// background runs f apart, and then what it returns among the leg's functions.
// The leg is there until then.
func (l *Leg) background(f func() (then func())) {
	l.busy++
	l.a.background(func() {
		then := f()
		l.post(func() {
			l.busy--
			if then != nil {
				then()
			}
			l.leave()
		})
	})
}

// after runs f after d, unless the timer is stopped or the leg is gone.
func (l *Leg) after(d time.Duration, f func()) *time.Timer {
	return time.AfterFunc(d, func() {
		l.post(func() {
			if !l.gone {
				f()
			}
		})
	})
}

// end tells that the call is over.
func (l *Leg) end(o Outcome) {
	if l.ended {
		return
	}
	l.ended = true
	if l.ring != nil {
		l.ring.Stop()
	}
	l.session.stop()
	l.a.over(l)
	l.plan.Events.Ended(o)
	l.leave()
}

// leave is the end of the leg once nothing is left to be done.
func (l *Leg) leave() {
	if !l.ended || l.busy > 0 || l.gone {
		return
	}
	l.gone = true
	l.a.remove(l)
	if l.accepting != nil {
		l.accepting.stop()
	}
	l.plan.Events.Gone()
}

// Hangup ends the call for the reason in o, whatever state it is in. The far side
// is released, which may take its time.
func (l *Leg) Hangup(o Outcome) {
	if l.ended {
		return
	}
	switch {
	case l.d != nil && l.way.tx == nil:
		l.bye(l.d, o)
	case l.way.tx != nil:
		l.refuse(sip.StatusTemporarilyUnavailable, "Temporarily Unavailable")
	case l.current != nil:
		l.cancel(l.current)
	}
	l.end(o)
}

// bye releases a dialog. RFC 3261 §15.1.1
func (l *Leg) bye(d *dialog, o Outcome) {
	req := d.request(sip.BYE, l.seq.Add(1))
	if o.Cause > 0 {
		req.AppendHeader(sip.NewHeader("Reason", reasonHeader(o.Cause)))
	}
	l.transact(d, req, nil)
}

func reasonHeader(cause int) string { return "Q.850;cause=" + itoa(cause) }

// transact sends a request within a dialog, and hands the final answer to then,
// nil where there was none.
func (l *Leg) transact(d *dialog, req *sip.Request, then func(*sip.Response)) {
	l.background(func() func() {
		ctx, cancel := context.WithTimeout(context.Background(), 64*sip.T1+briefly)
		defer cancel()
		h, err := l.a.next(ctx, d)
		if err == nil {
			err = l.a.aim(req, h)
		}
		if err != nil {
			return func() { l.ladder.Note(string(req.Method) + " could not be sent: " + err.Error()); answer(then, nil) }
		}
		l.ladder.add(true, h.addr.String(), string(req.Method), "")
		do := l.a.do
		if !l.counts() && h.target == nil { // who gets no proof of who we are
			do = func(ctx context.Context, req *sip.Request) (*sip.Response, error) {
				return l.a.client.Do(ctx, req, asIs)
			}
		}
		res, err := do(ctx, req)
		// A request that was asked to prove itself has used up another number.
		if n := req.CSeq().SeqNo + 1; err == nil && res.CSeq() != nil && res.CSeq().SeqNo == n {
			l.seq.CompareAndSwap(n-1, n)
		}
		if err != nil {
			l.ladder.Note(string(req.Method) + " was not answered: " + err.Error())
			return func() { answer(then, nil) }
		}
		l.ladder.add(false, h.addr.String(), statusLine(res), string(req.Method))
		return func() { answer(then, res) }
	})
}

func answer(then func(*sip.Response), res *sip.Response) {
	if then != nil {
		then(res)
	}
}

// dead tells whether the answer to a request within a dialog means that the
// dialog is no more. RFC 3261 §12.2.1.2
func dead(res *sip.Response) bool {
	return res == nil || res.StatusCode == sip.StatusCallTransactionDoesNotExists || res.StatusCode == sip.StatusRequestTimeout
}

// acknowledge sends the ACK for an answer to our INVITE. RFC 3261 §13.2.2.4
func (l *Leg) acknowledge(d *dialog, invite *sip.Request, body []byte) {
	ack := d.request(sip.ACK, invite.CSeq().SeqNo)
	for _, name := range []string{"Authorization", "Proxy-Authorization"} {
		for _, h := range invite.GetHeaders(name) {
			ack.AppendHeader(sip.HeaderClone(h))
		}
	}
	if body != nil {
		ack.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	}
	ack.SetBody(body)
	ctx, cancel := context.WithTimeout(context.Background(), briefly)
	defer cancel()
	h, err := l.a.next(ctx, d)
	if err == nil {
		err = l.a.aim(ack, h)
	}
	if err == nil {
		l.ladder.add(true, h.addr.String(), "ACK", "")
		err = l.a.client.WriteRequest(ack, asIs)
	}
	if err != nil {
		l.ladder.Note("ACK could not be sent: " + err.Error())
	}
	l.ack = ack
}

// agree takes their description as the answer to our offer.
func (l *Leg) agree(body []byte) error {
	if l.offer == nil || l.terms != nil && l.heardSDP == string(body) {
		return nil // the same again: in a provisional answer and the final one
	}
	answer, err := sdp.Parse(body)
	if err != nil {
		return err
	}
	t, err := l.plan.Side.Accept(l.offer, answer)
	if err != nil {
		return err
	}
	return l.take(t, body)
}

// take makes terms hold.
func (l *Leg) take(t *sdp.Terms, body []byte) error {
	if err := l.resolve(t); err != nil {
		return err
	}
	if err := l.plan.Events.Terms(t); err != nil {
		return err
	}
	l.terms, l.heardSDP = t, string(body)
	l.ladder.Note("sound: " + t.String())
	return nil
}

// resolve makes addresses of the names in a description, which are rare.
func (l *Leg) resolve(t *sdp.Terms) error {
	for _, host := range []*string{&t.Host, &t.RTCPHost} {
		if isIP(*host) {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		found, err := l.a.lookupIP(ctx, *host, 1)
		cancel()
		if err != nil {
			return err
		}
		*host = found[0].Addr().String()
	}
	return nil
}

// isSDP tells whether a message has a description in it.
func isSDP(m sip.Message) bool {
	kind, _, _ := strings.Cut(value(m, "Content-Type"), ";")
	return len(m.Body()) > 0 && (kind == "" || strings.EqualFold(strings.TrimSpace(kind), "application/sdp"))
}

// Abandon gives up a call that Dial began and whose loop never ran.
func (l *Leg) Abandon() {
	l.ended, l.gone = true, true
	l.a.over(l)
	l.a.remove(l)
}
