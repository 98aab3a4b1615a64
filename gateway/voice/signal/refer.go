package signal

import (
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"

	"outdial/gateway/voice/sdp"
)

// Refer asks the far side to call somebody else in our place. Referred tells how
// it goes. RFC 3515
func (l *Leg) Refer(number string) {
	if l.ended || l.d == nil {
		l.plan.Events.Referred(sip.StatusCallTransactionDoesNotExists)
		return
	}
	to := sip.Uri{Scheme: "sip", User: l.a.set.Dialled.write(number), Host: l.a.set.Domain}
	if to.Host == "" {
		to.Host = l.a.set.targets[0].host
	}
	req := l.d.request(sip.REFER, l.seq.Add(1))
	req.AppendHeader(&sip.ReferToHeader{Address: to})
	req.AppendHeader(sip.NewHeader("Referred-By", "<"+l.d.contact.Address.String()+">"))
	req.SetBody(nil)
	l.transact(l.d, req, func(res *sip.Response) {
		switch {
		case l.ended:
		case res == nil:
			l.plan.Events.Referred(sip.StatusRequestTimeout)
		case !res.IsSuccess():
			l.plan.Events.Referred(res.StatusCode)
		}
	})
}

// notified takes word of a transfer. RFC 3515 §2.4.5
func (l *Leg) notified(req *sip.Request, tx sip.ServerTransaction) {
	event, _, _ := strings.Cut(value(req, "Event"), ";")
	if !strings.EqualFold(strings.TrimSpace(event), "refer") {
		l.reply(tx, req, 489, "Bad Event")
		return
	}
	l.reply(tx, req, sip.StatusOK, "OK")
	status := fragmentStatus(string(req.Body()))
	state, _, _ := strings.Cut(value(req, "Subscription-State"), ";")
	if status < 200 && strings.EqualFold(strings.TrimSpace(state), "terminated") {
		status = sip.StatusTemporarilyUnavailable // and nothing more will be told
	}
	if status > 0 {
		l.ladder.Note("the transfer: " + itoa(status))
		l.plan.Events.Referred(status)
	}
}

// fragmentStatus reads the status of a message fragment: "SIP/2.0 200 OK".
func fragmentStatus(body string) int {
	f := strings.Fields(body[:min(len(body), 100)])
	if len(f) < 2 || !strings.EqualFold(f[0], "SIP/2.0") {
		return 0
	}
	n, err := strconv.Atoi(f[1])
	if err != nil || n < 100 || n > 699 {
		return 0
	}
	return n
}

// referred takes the wish of the far side that we call somebody else in its place.
func (l *Leg) referred(req *sip.Request, tx sip.ServerTransaction) {
	var to sip.Uri
	text := value(req, "Refer-To")
	if _, err := sip.ParseAddressValue(text, &to, nil); err != nil || to.Host == "" && numberOf(&to) == "" {
		l.reply(tx, req, sip.StatusBadRequest, "Bad Refer-To")
		return
	}
	number := l.a.set.read(numberOf(&to))
	replaces := len(to.Headers) > 0 // an attended transfer: it names a dialog that is not ours. RFC 3891
	switch {
	case l.d == nil || l.ended || l.sentTo != 0:
		l.reply(tx, req, sip.StatusRequestPending, "Request Pending")
		return
	case replaces || !allDigits(strings.TrimPrefix(number, "+")) || !l.plan.Events.Elsewhere(number):
		// Where the caller goes the flow decides, unless the operator lets others.
		l.reply(tx, req, sip.StatusGlobalDecline, "Decline")
		return
	}
	l.sentTo = req.CSeq().SeqNo
	l.reply(tx, req, sip.StatusAccepted, "Accepted")
	l.Forwarded(sip.StatusTrying, "Trying")
}

// Forwarded tells the far side how the call goes that it wanted: the last time
// with a final status.
func (l *Leg) Forwarded(status int, phrase string) {
	if l.ended || l.d == nil || l.sentTo == 0 {
		return
	}
	req := l.d.request(sip.NOTIFY, l.seq.Add(1))
	state := "active;expires=120"
	if status >= 200 {
		state = "terminated;reason=noresource"
	}
	req.AppendHeader(sip.NewHeader("Event", "refer;id="+strconv.FormatUint(uint64(l.sentTo), 10)))
	req.AppendHeader(sip.NewHeader("Subscription-State", state))
	req.AppendHeader(sip.NewHeader("Content-Type", "message/sipfrag;version=2.0"))
	req.SetBody([]byte("SIP/2.0 " + itoa(status) + " " + words(phrase) + "\r\n"))
	if status >= 200 {
		l.sentTo = 0
	}
	l.transact(l.d, req, nil)
}

// Detach lets nobody hear of the call any more but gone, once its far side has
// been released.
func (l *Leg) Detach(gone func()) {
	e := &l.plan.Events
	e.Progress, e.Answered, e.Key = func(bool) {}, func() {}, func(byte) {}
	e.Referred, e.Elsewhere, e.Ended, e.Gone = func(int) {}, func(string) bool { return false }, func(Outcome) {}, gone
	e.Terms = func(*sdp.Terms) error { return nil }
}
