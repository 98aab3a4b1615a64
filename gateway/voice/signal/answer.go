package signal

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/emiago/sipgo/sip"
)

// progress takes a provisional answer.
func (l *Leg) progress(t *attempt, res *sip.Response) {
	tag := ""
	if to := res.To(); to != nil {
		tag, _ = to.Params.Get("tag")
	}
	var d *dialog
	if tag != "" {
		d = l.uacDialog(t.req, res, t.hop)
		if l.forks[tag] != nil || len(l.forks) < 20 {
			l.forks[tag] = d
		}
	}
	if lists(res, "Require", "100rel") && d != nil && !l.confirm(t, d, tag, res) {
		return // a repetition, or out of order
	}
	if isSDP(res) && res.StatusCode != 181 && res.StatusCode != 182 {
		if err := l.agree(res.Body()); err != nil {
			l.ladder.Note("their description before the answer is not understood: " + err.Error())
		}
	}
	switch res.StatusCode {
	case sip.StatusRinging:
		l.plan.Events.Progress(true)
	case sip.StatusSessionInProgress:
		l.plan.Events.Progress(false)
	}
}

// confirm acknowledges a reliable provisional answer by PRACK. It is false where
// the answer is not the next one. RFC 3262 §4
func (l *Leg) confirm(t *attempt, d *dialog, tag string, res *sip.Response) bool {
	n, err := strconv.ParseUint(value(res, "RSeq"), 10, 32)
	if err != nil || n == 0 {
		return true // it is not reliable, whatever it says
	}
	if last, ok := l.rseqs[tag]; ok && uint32(n) != last+1 {
		return false
	}
	l.rseqs[tag] = uint32(n)
	req := d.request(sip.PRACK, l.seq.Add(1))
	req.AppendHeader(sip.NewHeader("RAck", strconv.FormatUint(n, 10)+" "+itoa(int(t.req.CSeq().SeqNo))+" INVITE"))
	l.transact(d, req, nil)
	return true
}

// success takes the answer: somebody is there.
func (l *Leg) success(t *attempt, res *sip.Response) {
	d := l.uacDialog(t.req, res, t.hop)
	l.acknowledge(d, t.req, nil)
	if isSDP(res) {
		if err := l.agree(res.Body()); err != nil {
			l.ladder.Note("their description is not understood: " + err.Error())
			l.reject(d, "no agreement on the sound: "+err.Error())
			return
		}
	}
	if l.terms == nil {
		l.reject(d, "answered without a description of the sound")
		return
	}
	l.d, l.forks = d, nil
	l.methods = value(res, "Allow")
	if l.ring != nil {
		l.ring.Stop()
	}
	if l.counts() {
		l.a.count(func(c *Counts) { c.Answered++ })
	}
	l.session.begin(l, res, true)
	l.plan.Events.Answered()
}

// reject hangs up on an answer that is of no use.
func (l *Leg) reject(d *dialog, why string) {
	l.bye(d, Outcome{})
	l.end(Outcome{By: byNetwork, Code: sip.StatusNotAcceptableHere, Phrase: words(why)})
}

// refused takes a final answer that is no success: it is tried again where the
// far side says how, or elsewhere, else the call is over.
func (l *Leg) refused(t *attempt, res *sip.Response) {
	l.forks, l.rseqs = map[string]*dialog{}, map[string]uint32{}
	switch {
	case challenges(res):
		if l.again(t, res) {
			return
		}
	case res.StatusCode == 422: // RFC 4028 §7.4
		if least := time.Duration(seconds(value(res, "Min-SE"))) * time.Second; least > l.session.least && least <= 24*time.Hour {
			l.session.least = least
			l.try()
			return
		}
	case res.StatusCode >= 300 && res.StatusCode < 400:
		if l.follow(res) {
			return
		}
	}
	if len(l.redirect) > 1 && res.StatusCode < 600 {
		l.redirect = l.redirect[1:]
		l.toRedirect()
		return
	}
	o := outcomeOf(res)
	if res.StatusCode == sip.StatusServiceUnavailable && o.RetryAfter > 0 && t.hop.target != nil {
		t.hop.target.avoid(time.Duration(o.RetryAfter) * time.Second)
	}
	if slices.Contains(l.a.set.Failover, res.StatusCode) && l.at+1 < len(l.hops) {
		l.ladder.Note(t.hop.addr.String() + " does not take it: the next one is tried")
		l.another(o)
		return
	}
	l.end(o)
}

// again answers a challenge. The same answer to a second one is no better, unless
// only its number was too old.
func (l *Leg) again(t *attempt, res *sip.Response) bool {
	if l.a.set.Password == "" || t.hop.target == nil && !l.counts() || l.asked >= 3 || l.asked >= 1 && !stale(res) {
		return false
	}
	l.asked++
	req, err := l.invite(t.hop)
	if err == nil {
		// What another server on the way was told has to be said again.
		for _, name := range []string{"Authorization", "Proxy-Authorization"} {
			for _, h := range t.req.GetHeaders(name) {
				req.AppendHeader(sip.HeaderClone(h))
			}
		}
		err = l.a.authorize(req, res)
	}
	if err != nil {
		l.ladder.Note(err.Error())
		return false
	}
	l.ladder.Note("who we are is proven: " + l.a.set.AuthUser)
	l.launch(req, t.hop)
	return true
}

// follow goes where a redirection says. RFC 3261 §8.1.3.4
func (l *Leg) follow(res *sip.Response) bool {
	to := sortContacts(res)
	if len(to) == 0 || l.turned >= l.a.set.redirects {
		return false
	}
	l.turned++
	l.redirect = to
	l.toRedirect()
	return true
}

// toRedirect calls the first address of a redirection.
func (l *Leg) toRedirect() {
	u := l.redirect[0]
	l.asked = 0
	l.ladder.Note("redirected to " + u.String())
	if l.a.set.proxy != nil || l.a.set.FixedRoute {
		l.try() // by the same way, to another address
		return
	}
	l.background(func() func() {
		ctx, cancel := context.WithTimeout(context.Background(), briefly)
		defer cancel()
		found, _, err := l.a.lookup(ctx, u.Host, u.Port, l.a.set.Transport)
		return func() {
			if l.ended {
				return
			}
			if err != nil {
				l.end(Outcome{By: byNetwork, Phrase: words("redirected to where nobody is: " + err.Error())})
				return
			}
			l.hops, l.at = nil, 0
			for _, addr := range found {
				l.hops = append(l.hops, hop{transport: l.a.set.Transport, addr: addr})
			}
			l.try()
		}
	})
}

// stray takes an answer that belongs to no transaction any more: an answer to an
// INVITE that comes again because our ACK was lost, one from another phone that
// the call was forked to, or one that comes after we have given up.
func (a *Agent) stray(res *sip.Response) {
	defer a.caught()
	cseq, id := res.CSeq(), res.CallID()
	if cseq == nil || id == nil || cseq.MethodName != sip.INVITE || !res.IsSuccess() {
		return
	}
	if l := a.leg(string(*id)); l != nil && l.post(func() { l.strayed(res) }) {
		return
	}
	a.release(res)
}

// strayed acknowledges our own answer again, and releases every other one.
func (l *Leg) strayed(res *sip.Response) {
	tag, _ := res.To().Params.Get("tag")
	if l.ack != nil && l.d != nil && tag == l.d.remoteTag {
		if l.ack.CSeq().SeqNo == res.CSeq().SeqNo {
			l.ladder.add(false, res.Source(), statusLine(res), "again")
			if err := l.a.client.WriteRequest(l.ack.Clone(), asIs); err != nil {
				l.ladder.Note("ACK could not be sent: " + err.Error())
			}
		}
		return
	}
	if t := l.current; t != nil && !t.over && !l.ended && len(l.early) < 20 && branchOf(res) == branchOf(t.req) {
		l.early = append(l.early, res) // it may repeat the one that the transaction has, and that is still on its way here
		return
	}
	l.ladder.add(false, res.Source(), statusLine(res), "another phone")
	l.a.background(func() { l.a.release(res) })
}

// overtaken takes the answers that came before the one that the transaction had.
func (l *Leg) overtaken() {
	early := l.early
	l.early = nil
	for _, res := range early {
		l.strayed(res)
	}
}

// release acknowledges an answer that nobody wants, and hangs up.
func (a *Agent) release(res *sip.Response) {
	from, to, via := res.From(), res.To(), res.Via()
	tag, tagged := "", false
	if from != nil {
		tag, tagged = from.Params.Get("tag")
	}
	addr, err := parseSource(res.Source())
	if !tagged || to == nil || via == nil || err != nil || a.client == nil {
		return
	}
	a.count(func(c *Counts) { c.Strays++ })
	h := hop{transport: a.set.Transport, addr: addr}
	d := &dialog{callID: string(*res.CallID()), hop: h, source: res.Source(), localTag: tag, from: *from, to: *to, target: to.Address}
	if c := res.Contact(); c != nil && !c.Address.Wildcard {
		d.target = *c.Address.Clone()
	}
	rr := res.GetHeaders("Record-Route")
	for i := len(rr) - 1; i >= 0; i-- {
		d.addRoute(rr[i])
	}
	ctx, cancel := context.WithTimeout(context.Background(), 64*sip.T1)
	defer cancel()
	ack, bye := d.request(sip.ACK, res.CSeq().SeqNo), d.request(sip.BYE, res.CSeq().SeqNo+1)
	next, err := a.next(ctx, d)
	if err != nil || a.aim(ack, next) != nil || a.aim(bye, next) != nil {
		return
	}
	ack.SetBody(nil)
	bye.SetBody(nil)
	if err := a.client.WriteRequest(ack, asIs); err != nil {
		return
	}
	if _, err := a.do(ctx, bye); err != nil {
		a.log.Debug("a late answer was not released", "call", d.callID, "err", err)
	}
}
