package signal

import (
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// onInside takes a request that belongs to a dialog: it waits until the leg has
// answered it.
func (a *Agent) onInside(req *sip.Request, tx sip.ServerTransaction) {
	l := a.leg(string(*req.CallID()))
	if l != nil {
		done := make(chan struct{})
		ok := l.post(func() {
			defer close(done)
			l.request(req, tx)
		})
		if ok {
			<-done
			return
		}
	}
	respond(tx, req, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist")
}

// request takes one request within the dialog.
func (l *Leg) request(req *sip.Request, tx sip.ServerTransaction) {
	if req.Method != sip.ACK {
		l.ladder.add(false, req.Source(), string(req.Method), "")
	}
	d := l.dialogOf(req)
	switch {
	case d == nil || l.ended && req.Method != sip.BYE && req.Method != sip.ACK:
		l.reply(tx, req, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist")
		return
	case req.Method == sip.ACK:
		l.acked(req)
		return
	case req.CSeq().SeqNo < l.heardSeq: // RFC 3261 §12.2.2
		l.reply(tx, req, sip.StatusInternalServerError, "Out Of Order")
		return
	}
	l.heardSeq = req.CSeq().SeqNo
	d.source = req.Source()
	switch req.Method {
	case sip.BYE:
		l.reply(tx, req, sip.StatusOK, "OK")
		o := outcomeOfBye(req)
		if l.d == nil && l.current != nil { // before the answer
			l.cancel(l.current)
			o.By = byNetwork
		}
		l.end(o)
	case sip.INVITE:
		l.reoffered(d, req, tx)
	case sip.UPDATE:
		l.updated(d, req, tx)
	case sip.INFO:
		l.info(req, tx)
	case sip.OPTIONS:
		l.reply(tx, req, sip.StatusOK, "OK", optionsHeaders()...)
	case sip.NOTIFY:
		l.notified(req, tx)
	case sip.REFER:
		l.referred(req, tx)
	default: // PRACK, CANCEL: nothing of ours waits for them
		l.reply(tx, req, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist")
	}
}

// reply answers a request within the dialog.
func (l *Leg) reply(tx sip.ServerTransaction, req *sip.Request, code int, phrase string, headers ...sip.Header) {
	if req.IsAck() {
		return
	}
	l.ladder.add(true, req.Source(), itoa(code)+" "+phrase, string(req.Method))
	respond(tx, req, code, phrase, headers...)
}

// dialogOf finds the dialog that a request belongs to: the call's, or one that
// rings; nil where the tags are nobody's.
func (l *Leg) dialogOf(req *sip.Request) *dialog {
	ours, _ := req.To().Params.Get("tag")
	theirs, _ := req.From().Params.Get("tag")
	if ours != l.localTag {
		return nil
	}
	if l.d != nil {
		if l.d.remoteTag != theirs {
			return nil
		}
		return l.d
	}
	return l.forks[theirs]
}

// acked takes the ACK for an INVITE of theirs.
func (l *Leg) acked(req *sip.Request) {
	x := l.accepting
	if x == nil || req.CSeq().SeqNo != x.seq {
		return
	}
	x.stop()
	l.accepting = nil
	l.ladder.add(false, req.Source(), "ACK", "")
	if l.ended {
		l.leave()
		return
	}
	if l.offer != nil && isSDP(req) {
		if err := l.agree(req.Body()); err != nil {
			l.ladder.Note("their description is not understood: " + err.Error())
			if l.terms == nil {
				l.reject(l.d, "no agreement on the sound: "+err.Error())
				return
			}
		}
	}
	if l.terms == nil {
		l.reject(l.d, "no description of the sound")
		return
	}
	if x.acked != nil {
		x.acked()
	}
}

// reoffered takes a re-INVITE: hold, another address, another codec, or only the
// question whether we are there. RFC 3261 §14.2
func (l *Leg) reoffered(d *dialog, req *sip.Request, tx sip.ServerTransaction) {
	switch {
	case l.d == nil:
		l.reply(tx, req, sip.StatusRequestPending, "Request Pending")
		return
	case l.offering: // glare
		l.reply(tx, req, sip.StatusRequestPending, "Request Pending")
		return
	case l.accepting != nil: // the one before is not acknowledged yet
		l.reply(tx, req, sip.StatusInternalServerError, "Server Internal Error", sip.NewHeader("Retry-After", "1"))
		return
	}
	if n := seconds(value(req, "Session-Expires")); n > 0 && n < 90 && l.a.set.Session > 0 {
		l.reply(tx, req, 422, "Session Interval Too Small", sip.NewHeader("Min-SE", "90"))
		return
	}
	l.moved(d, req)
	body, err := l.describe(req)
	if err != nil {
		l.ladder.Note("their description is not understood: " + err.Error())
		l.reply(tx, req, sip.StatusNotAcceptableHere, "Not Acceptable Here") // what held before goes on
		return
	}
	l.accept(req, tx, body, nil)
}

// moved notes where they are now. RFC 3261 §12.2.2
func (l *Leg) moved(d *dialog, req *sip.Request) {
	if c := req.Contact(); c != nil && !c.Address.Wildcard && c.Address.Host != "" {
		d.target = *c.Address.Clone()
	}
}

// updated takes an UPDATE: the same as a re-INVITE, without an ACK. RFC 3311
func (l *Leg) updated(d *dialog, req *sip.Request, tx sip.ServerTransaction) {
	if n := seconds(value(req, "Session-Expires")); n > 0 && n < 90 && l.a.set.Session > 0 {
		l.reply(tx, req, 422, "Session Interval Too Small", sip.NewHeader("Min-SE", "90"))
		return
	}
	if isSDP(req) && (l.offering || l.accepting != nil || l.terms == nil) {
		l.reply(tx, req, sip.StatusRequestPending, "Request Pending")
		return
	}
	l.moved(d, req)
	var body []byte
	if isSDP(req) {
		var err error
		if body, err = l.describe(req); err != nil {
			l.ladder.Note("their description is not understood: " + err.Error())
			l.reply(tx, req, sip.StatusNotAcceptableHere, "Not Acceptable Here")
			return
		}
	}
	res := sip.NewResponseFromRequest(req, sip.StatusOK, "OK", body)
	if contact, err := l.a.contact(l.ownUser(), d.hop); err == nil {
		res.AppendHeader(contact)
	}
	res.AppendHeader(sip.NewHeader("Allow", allowed))
	res.AppendHeader(sip.NewHeader("Supported", "timer"))
	l.session.answer(l, req, res)
	if body != nil {
		res.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	}
	l.ladder.add(true, req.Source(), "200 OK", "UPDATE")
	_ = tx.Respond(res)
}

// info takes a key that comes by INFO, as old gateways send them.
func (l *Leg) info(req *sip.Request, tx sip.ServerTransaction) {
	kind, _, _ := strings.Cut(strings.ToLower(value(req, "Content-Type")), ";")
	key, ok := infoKey(strings.TrimSpace(kind), string(req.Body()))
	switch {
	case ok:
		l.reply(tx, req, sip.StatusOK, "OK")
		if key != 0 {
			l.plan.Events.Key(key)
		}
	case len(req.Body()) == 0: // only to see whether we are there
		l.reply(tx, req, sip.StatusOK, "OK")
	default:
		l.reply(tx, req, sip.StatusUnsupportedMediaType, "Unsupported Media Type", sip.NewHeader("Accept", "application/dtmf-relay, application/dtmf"))
	}
}

// infoKey reads the key in an INFO; ok is false where it is about something else,
// and the key 0 where it is none that a telephone has.
func infoKey(kind, body string) (key byte, ok bool) {
	switch kind {
	case "application/dtmf-relay":
		for line := range strings.Lines(body) {
			k, v, _ := strings.Cut(strings.TrimSpace(line), "=")
			if strings.EqualFold(strings.TrimSpace(k), "Signal") {
				return oneKey(strings.TrimSpace(v)), true
			}
		}
		return 0, true
	case "application/dtmf", "audio/telephone-event":
		return oneKey(strings.TrimSpace(body)), true
	}
	return 0, false
}

// oneKey reads "5", "*", "b", or an event number from 10 on.
func oneKey(s string) byte {
	s = strings.ToUpper(s)
	const keys = "0123456789*#ABCD"
	if len(s) == 1 && strings.Contains(keys, s) {
		return s[0]
	}
	if n, err := strconv.Atoi(s); err == nil && n >= 10 && n < len(keys) {
		return keys[n]
	}
	return 0
}

// Info presses a key by INFO, for gateways that know no other way, and calls then
// when they have answered: keys that are sent at once may come in any order.
func (l *Leg) Info(key byte, milliseconds int, then func()) {
	if l.ended || l.d == nil {
		return
	}
	req := l.d.request(sip.INFO, l.seq.Add(1))
	req.AppendHeader(sip.NewHeader("Content-Type", "application/dtmf-relay"))
	req.SetBody([]byte("Signal=" + string(key) + "\r\nDuration=" + itoa(milliseconds) + "\r\n"))
	l.transact(l.d, req, func(res *sip.Response) {
		if !l.ended && then != nil {
			then()
		}
	})
}
