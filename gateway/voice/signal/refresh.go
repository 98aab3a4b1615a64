package signal

import (
	"math/rand/v2"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"outdial/gateway/voice/sdp"
)

// session is the timer by which both sides know that the other is still there.
// RFC 4028
type session struct {
	least    time.Duration // the shortest that they take; 0: not known
	interval time.Duration // 0: none
	ours     bool          // we refresh
	timer    *time.Timer
}

func (s *session) stop() {
	if s.timer != nil {
		s.timer.Stop()
	}
}

// begin reads what was agreed on in the answer to an INVITE or UPDATE. sent: it
// was our request.
func (s *session) begin(l *Leg, m sip.Message, sent bool) {
	s.stop()
	s.interval = 0
	text := value(m, "Session-Expires")
	if text == "" {
		text = value(m, "x")
	}
	n := seconds(text)
	if n == 0 || l.a.set.Session < 0 {
		return
	}
	s.interval = max(time.Duration(n)*time.Second, 90*time.Second)
	// The sender of the request is "uac".
	s.ours = strings.Contains(strings.ToLower(text), "refresher=uac") == sent
	if !strings.Contains(strings.ToLower(text), "refresher=") {
		s.ours = sent
	}
	s.arm(l)
}

// arm waits for half of the time where we refresh, and for nearly all of it where
// they do. RFC 4028 §10
func (s *session) arm(l *Leg) {
	s.stop()
	if s.interval == 0 || l.ended {
		return
	}
	if s.ours {
		s.timer = l.after(s.interval/2, l.refresh)
		return
	}
	s.timer = l.after(s.interval-min(32*time.Second, s.interval/3), func() {
		l.ladder.Note("the session timer ran out")
		l.Hangup(Outcome{By: byNetwork, Code: sip.StatusRequestTimeout, Phrase: "the session timer ran out"})
	})
}

// refresh says that we are still there: by UPDATE where they take it, else by a
// re-INVITE with the description that holds.
func (l *Leg) refresh() {
	if l.ended || l.d == nil {
		return
	}
	if l.offering || l.accepting != nil {
		l.session.timer = l.after(2*time.Second, l.refresh)
		return
	}
	if strings.Contains(strings.ToUpper(l.methods), "UPDATE") {
		req := l.d.request(sip.UPDATE, l.seq.Add(1))
		l.refreshing(req)
		l.offering = true
		l.transact(l.d, req, l.refreshed)
		return
	}
	l.reinvite()
}

func (l *Leg) refreshing(req *sip.Request) {
	req.AppendHeader(sip.NewHeader("Supported", "timer"))
	req.AppendHeader(sip.NewHeader("Allow", allowed))
	if l.session.interval > 0 {
		req.AppendHeader(sip.NewHeader("Session-Expires", itoa(int(max(l.session.interval, l.session.least).Seconds()))+";refresher=uac"))
		req.AppendHeader(sip.NewHeader("Min-SE", itoa(max(90, int(l.session.least.Seconds())))))
	}
}

// refreshed takes the answer to an UPDATE of ours.
func (l *Leg) refreshed(res *sip.Response) {
	l.offering = false
	if l.ended {
		return
	}
	switch {
	case dead(res):
		l.lostDialog(res)
	case res.IsSuccess():
		l.session.begin(l, res, true)
	case res.StatusCode == sip.StatusRequestPending:
		l.session.timer = l.after(glare(true), l.refresh)
	case res.StatusCode == 422:
		if n := seconds(value(res, "Min-SE")); n > 0 && n < 86400 && time.Duration(n)*time.Second > l.session.least {
			l.session.least = time.Duration(n) * time.Second
			l.refresh()
			return
		}
		l.session.arm(l)
	default: // they say that they take UPDATE, and do not
		l.methods = ""
		l.reinvite()
	}
}

// lostDialog ends a call whose other side does not know it any more.
func (l *Leg) lostDialog(res *sip.Response) {
	o := Outcome{By: byNetwork, Code: sip.StatusRequestTimeout, Phrase: "the far side does not answer any more"}
	if res != nil {
		o = outcomeOf(res)
	}
	if l.d != nil {
		l.bye(l.d, Outcome{}) // in case it still thinks that there is a call
	}
	l.end(o)
}

// glare is how long to wait after both sides made an offer at once: longer for
// the one that made the call. RFC 3261 §14.1
func glare(caller bool) time.Duration {
	if caller {
		return 2100*time.Millisecond + time.Duration(rand.Int64N(int64(1900*time.Millisecond)))
	}
	return time.Duration(rand.Int64N(int64(2 * time.Second)))
}

// reinvite makes our offer again within the dialog.
func (l *Leg) reinvite() {
	req := l.d.request(sip.INVITE, l.seq.Add(1))
	l.refreshing(req)
	l.offer = l.plan.Side.Offer(sdp.SendRecv)
	req.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	req.SetBody(l.offer.Marshal())
	d := *l.d
	l.offering = true
	l.transactInvite(&d, req)
}

// transactInvite is transact for a re-INVITE, whose answer is acknowledged.
func (l *Leg) transactInvite(d *dialog, req *sip.Request) {
	l.transact(d, req, func(res *sip.Response) {
		l.offering = false
		switch {
		case l.ended:
			if res != nil && res.IsSuccess() {
				l.acknowledge(d, req, nil)
			}
		case dead(res):
			l.lostDialog(res)
		case res.IsSuccess():
			l.reinvited(d, req, res)
		case res.StatusCode == sip.StatusRequestPending:
			l.session.timer = l.after(glare(l.way.req == nil), l.refresh)
		default: // they stay with what holds
			l.session.arm(l)
		}
	})
}

func (l *Leg) reinvited(d *dialog, req *sip.Request, res *sip.Response) {
	if c := res.Contact(); c != nil && !c.Address.Wildcard {
		l.d.target = *c.Address.Clone()
		d.target = l.d.target
	}
	if n := res.CSeq(); n != nil { // it may have been sent twice, to prove who we are
		req.CSeq().SeqNo = n.SeqNo
	}
	l.acknowledge(d, req, nil)
	if isSDP(res) {
		if err := l.agree(res.Body()); err != nil {
			l.ladder.Note("their description is not understood: " + err.Error())
		}
	}
	l.session.begin(l, res, true)
}
