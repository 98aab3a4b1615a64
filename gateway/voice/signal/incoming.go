package signal

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"outdial/gateway/voice/sdp"
)

// parseSource reads the address that a message came from.
func parseSource(s string) (netip.AddrPort, error) {
	a, err := netip.ParseAddrPort(s)
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()), err
}

// inboundWay is what is needed to answer a call that came in.
type inboundWay struct {
	req     *sip.Request          // nil: the call is ours
	tx      sip.ServerTransaction // nil once it has its final answer
	replied chan struct{}
	once    sync.Once
}

func (w *inboundWay) done() { w.once.Do(func() { close(w.replied) }) }

// serve tells the library who takes which request.
func (a *Agent) serve(s *sipgo.Server) {
	safely := func(f func(*sip.Request, sip.ServerTransaction)) sipgo.RequestHandler {
		return func(req *sip.Request, tx sip.ServerTransaction) {
			defer a.caught()
			f(req, tx)
		}
	}
	s.OnInvite(safely(a.onInvite))
	s.OnOptions(safely(func(req *sip.Request, tx sip.ServerTransaction) {
		if tagged(req) {
			a.onInside(req, tx)
			return
		}
		respond(tx, req, sip.StatusOK, "OK", optionsHeaders()...)
	}))
	for _, m := range []sip.RequestMethod{sip.ACK, sip.BYE, sip.INFO, sip.UPDATE, sip.PRACK, sip.REFER, sip.NOTIFY, sip.CANCEL} {
		s.OnRequest(m, safely(a.onInside))
	}
	s.OnNoRoute(safely(func(req *sip.Request, tx sip.ServerTransaction) {
		respond(tx, req, sip.StatusMethodNotAllowed, "Method Not Allowed", sip.NewHeader("Allow", allowed))
	}))
}

// caught keeps a bug of ours, or of the library, from ending every call.
func (a *Agent) caught() {
	if p := recover(); p != nil {
		a.log.Error("panic in signalling", "panic", p)
	}
}

func optionsHeaders() []sip.Header {
	return []sip.Header{sip.NewHeader("Allow", allowed), sip.NewHeader("Accept", "application/sdp"), sip.NewHeader("Supported", "timer, 100rel")}
}

// tagged tells whether a request belongs to a dialog.
func tagged(req *sip.Request) bool {
	to := req.To()
	return to != nil && to.Params.Has("tag")
}

func respond(tx sip.ServerTransaction, req *sip.Request, code int, phrase string, headers ...sip.Header) {
	if req.IsAck() {
		return
	}
	res := sip.NewResponseFromRequest(req, code, phrase, nil)
	for _, h := range headers {
		res.AppendHeader(h)
	}
	_ = tx.Respond(res) // who does not hear it asks again
}

// onInvite takes a new call, or a new offer within one.
func (a *Agent) onInvite(req *sip.Request, tx sip.ServerTransaction) {
	if tagged(req) {
		a.onInside(req, tx)
		return
	}
	src, err := parseSource(req.Source())
	switch {
	case err != nil || req.Contact() == nil:
		respond(tx, req, sip.StatusBadRequest, "Bad Request")
		return
	case a.incoming == nil || !a.trusted.has(src.Addr()):
		respond(tx, req, sip.StatusForbidden, "Forbidden")
		return
	}
	if unknown := unknownOptions(req); unknown != "" {
		respond(tx, req, sip.StatusBadExtension, "Bad Extension", sip.NewHeader("Unsupported", unknown))
		return
	}
	if n := seconds(value(req, "Session-Expires")); n > 0 && n < 90 && a.set.Session > 0 {
		respond(tx, req, 422, "Session Interval Too Small", sip.NewHeader("Min-SE", "90"))
		return
	}
	l := a.newLeg(Plan{Post: func(func()) bool { return false }}, string(*req.CallID()))
	l.way = inboundWay{req: req, tx: tx, replied: make(chan struct{})}
	l.d = uasDialog(req, hop{transport: a.set.Transport, addr: src}, l.localTag)
	l.heardSeq = req.CSeq().SeqNo
	l.seq.Store(1)
	l.ladder.add(false, src.String(), "INVITE "+req.Recipient.String(), "")
	if err := a.add(l); err != nil {
		l.ladder.Note(err.Error())
		respond(tx, req, sip.StatusServiceUnavailable, "Service Unavailable", sip.NewHeader("Retry-After", "10"))
		return
	}
	a.count(func(c *Counts) { c.Received++ })
	a.incoming(l)
	select {
	case <-l.way.replied:
	case <-tx.Done():
	}
}

// unknownOptions lists what the far side requires and we do not know. RFC 3261 §8.2.2.3
func unknownOptions(req *sip.Request) string {
	var list []string
	for _, h := range req.GetHeaders("Require") {
		for o := range strings.SplitSeq(h.Value(), ",") {
			if o = strings.ToLower(strings.TrimSpace(o)); o != "" && o != "100rel" && o != "timer" {
				list = append(list, o)
			}
		}
	}
	return strings.Join(list, ", ")
}

// Caller is who calls, and Called whom: in E.164 where it can be told.
func (l *Leg) Caller() string { return l.a.set.caller(l.way.req) }

// Called is the number of ours that was called.
func (l *Leg) Called() string { return l.a.set.called(l.way.req) }

// Ours is the number of ours that takes part in the call.
func (l *Leg) Ours() string {
	if l.way.req != nil {
		return l.Called()
	}
	return l.plan.From
}

// Attach gives a call that came in what Dial gives one that goes out; only Post,
// Side and Events count. It is the first that is done with it.
func (l *Leg) Attach(p Plan) {
	l.plan = p
	tx := l.way.tx
	cancelled := func() {
		l.post(func() {
			l.way.tx = nil
			l.way.done()
			l.ladder.add(false, l.d.hop.addr.String(), "CANCEL", "")
			l.end(Outcome{By: byCustomer, Code: sip.StatusRequestTerminated, Phrase: "Request Terminated"})
		})
	}
	if !tx.OnCancel(func(*sip.Request) { cancelled() }) {
		cancelled()
	}
}

// Refuse answers a call that came in with a no, when nothing is attached to it,
// or by a function of its Post.
func (l *Leg) Refuse(code int, phrase string) {
	if l.ended {
		return
	}
	l.refuse(code, phrase)
	if l.plan.Events.Ended == nil { // nobody took it
		l.ended, l.gone = true, true
		l.a.over(l)
		l.a.remove(l)
		return
	}
	l.end(Outcome{By: bySystem, Code: code, Phrase: phrase})
}

func (l *Leg) refuse(code int, phrase string) {
	w := &l.way
	if w.tx == nil {
		return
	}
	l.ladder.add(true, l.d.hop.addr.String(), itoa(code)+" "+phrase, "")
	var headers []sip.Header
	if code == sip.StatusServiceUnavailable {
		headers = append(headers, sip.NewHeader("Retry-After", "10"))
	}
	res := sip.NewResponseFromRequest(w.req, code, phrase, nil)
	res.To().Params.Add("tag", l.localTag)
	for _, h := range headers {
		res.AppendHeader(h)
	}
	_ = w.tx.Respond(res)
	w.tx = nil
	w.done()
}

// Answer takes the call. Answered comes when the far side has heard of it.
func (l *Leg) Answer() {
	w := &l.way
	if l.ended || w.tx == nil {
		return
	}
	body, err := l.describe(w.req)
	if err != nil {
		l.ladder.Note("their description is not understood: " + err.Error())
		l.refuse(sip.StatusNotAcceptableHere, "Not Acceptable Here")
		l.end(Outcome{By: byNetwork, Code: sip.StatusNotAcceptableHere, Phrase: words(err.Error())})
		return
	}
	l.methods = value(w.req, "Allow")
	tx, req := w.tx, w.req
	w.tx = nil
	l.accept(req, tx, body, func() {
		l.a.count(func(c *Counts) { c.Answered++ })
		l.plan.Events.Answered()
	})
	w.done()
}

// describe gives our description for a request of theirs: the answer to their
// offer, or our offer where they made none.
func (l *Leg) describe(req *sip.Request) ([]byte, error) {
	side := l.plan.Side
	if side.Host == "" {
		own, err := l.a.own(l.d.hop.addr.Addr())
		if err != nil {
			return nil, err
		}
		side.Host = own.Addr().String()
	}
	if !isSDP(req) {
		l.offer = side.Offer(sdp.SendRecv)
		return l.offer.Marshal(), nil
	}
	offer, err := sdp.Parse(req.Body())
	if err != nil {
		return nil, err
	}
	ours, t, err := side.Answer(offer, sdp.SendRecv)
	if err != nil {
		return nil, err
	}
	if err := l.take(t, req.Body()); err != nil {
		return nil, err
	}
	l.offer = nil
	return ours.Marshal(), nil
}

// accepting is an INVITE of theirs that we accepted: the answer is sent again
// until it is acknowledged. RFC 3261 §13.3.1.4
type accepting struct {
	tx    sip.ServerTransaction
	res   *sip.Response
	seq   uint32
	since time.Time
	pause time.Duration
	timer *time.Timer
	acked func()
}

func (x *accepting) stop() {
	if x.timer != nil {
		x.timer.Stop()
	}
}

// accept answers an INVITE of theirs with 200, and calls acked when they have it.
func (l *Leg) accept(req *sip.Request, tx sip.ServerTransaction, body []byte, acked func()) {
	res := sip.NewResponseFromRequest(req, sip.StatusOK, "OK", body)
	res.To().Params.Add("tag", l.localTag)
	contact, err := l.a.contact(l.acceptUser(req), l.d.hop)
	if err != nil {
		respond(tx, req, sip.StatusInternalServerError, "Server Internal Error")
		l.end(Outcome{By: byNetwork, Code: 500, Phrase: words(err.Error())})
		return
	}
	res.AppendHeader(contact)
	l.d.contact = *contact
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	res.AppendHeader(sip.NewHeader("Supported", "timer"))
	l.session.answer(l, req, res)
	res.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	x := &accepting{tx: tx, res: res, seq: req.CSeq().SeqNo, since: time.Now(), pause: sip.T1, acked: acked}
	l.accepting = x
	l.ladder.add(true, l.d.hop.addr.String(), "200 OK", "INVITE")
	if err := tx.Respond(res); err != nil {
		l.ladder.Note("200 could not be sent: " + err.Error())
	}
	x.timer = l.after(x.pause, func() { l.acceptAgain(x) })
}

func (l *Leg) acceptUser(req *sip.Request) string {
	if u := req.Recipient.User; u != "" {
		return u
	}
	return l.ownUser()
}

func (l *Leg) acceptAgain(x *accepting) {
	if l.accepting != x || l.ended {
		return
	}
	if time.Since(x.since) > 64*sip.T1 {
		l.ladder.Note("200 was never acknowledged")
		l.accepting = nil
		l.Hangup(Outcome{By: byNetwork, Code: sip.StatusRequestTimeout, Phrase: "the answer was not acknowledged"})
		return
	}
	_ = x.tx.Respond(x.res)
	x.pause = min(2*x.pause, sip.T2)
	x.timer = l.after(x.pause, func() { l.acceptAgain(x) })
}

// answer says in a 200 how the session is kept alive. RFC 4028 §9
func (s *session) answer(l *Leg, req *sip.Request, res *sip.Response) {
	text := value(req, "Session-Expires")
	if text == "" {
		text = value(req, "x")
	}
	n := seconds(text)
	if n == 0 || l.a.set.Session < 0 {
		s.stop()
		s.interval = 0
		return
	}
	who := "uas"
	if _, param, ok := strings.Cut(strings.ToLower(text), "refresher="); ok {
		who = strings.TrimSpace(param[:min(3, len(param))])
	} else if supports(req, "timer") {
		who = "uac"
	}
	res.AppendHeader(sip.NewHeader("Session-Expires", itoa(max(n, 90))+";refresher="+who))
	if who == "uac" && supports(req, "timer") {
		res.AppendHeader(sip.NewHeader("Require", "timer"))
	}
	s.interval, s.ours = time.Duration(max(n, 90))*time.Second, who == "uas"
	s.arm(l)
}
