package smpp

import (
	"fmt"
	"strings"
	"time"

	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/smpp/pdu"
	"outdial/gateway/sms"
)

// early is how long a receipt is kept whose message is not known yet: it came
// before the submission's own answer, or before that was kept.
const early = 10 * time.Second

// A receipt is a delivery receipt, from parameters or from text.
type receipt struct {
	ref   string
	state sms.MessageState
	code  string
	at    time.Time
}

// receiptOf reads a receipt; nil where the delivery is a message. What the
// parameters say (SMPP 3.4 §5.3.2.12, §5.3.2.35) goes before the text.
func (s *settings) receiptOf(p *pdu.PDU, d *delivery) *receipt {
	kind := p.Message.ESMClass & pdu.ClassType
	id, byTLV := p.Text(pdu.ReceiptedMessageID)
	state, hasState := p.Uint(pdu.MessageState)
	marked := kind == pdu.ClassReceipt || kind == pdu.ClassIntermediate || byTLV && hasState
	if !marked && !s.TextReceipts {
		return nil
	}
	text, ok := sms.ParseReceipt(sms.Decode(d.data, d.coding, d.header.Tables), s.zone)
	if !marked && !ok {
		return nil
	}
	r := &receipt{state: text.State, code: text.Stat}
	if hasState {
		r.state = sms.MessageState(min(state, 255))
		r.code = r.state.String()
	} else if !ok {
		r.state, r.code = sms.Unknown, "no state"
	}
	if id == "" {
		id = text.ID
	}
	if id != "" {
		r.ref = s.ids.Receipt(id)
	}
	if e := networkError(p); e != "" {
		r.code += " " + e
	} else if strings.Trim(text.Err, "0") != "" {
		r.code += " " + text.Err
	}
	if s.zone != nil {
		r.at = text.Done
	}
	return r
}

// networkError reads network_error_code: a network type and a code, SMPP 3.4 §5.3.2.31.
func networkError(p *pdu.PDU) string {
	v, ok := p.TLV(pdu.NetworkErrorCode)
	if !ok || len(v) != 3 || v[1] == 0 && v[2] == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", v[0], int(v[1])<<8|int(v[2]))
}

// receive hands a receipt on, and then answers it. A receipt can overtake the
// answer that tells the message's reference, or the commit that keeps it. It is
// then held, unanswered, as long as the reference may yet become known: the
// carrier has it still should we crash. Of a message that is not finished the
// carrier is asked to bring it again. One that nobody knows is answered with
// ESME_ROK, for no repeat would find it an owner.
func (g *Gateway) receive(d *delivery) {
	r := d.receipt
	if r.ref == "" {
		g.counts.strays.Add(1)
		g.log.Warn("a receipt without a message id", "from", d.from)
		d.s.done(d.p, pdu.ROK)
		return
	}
	a := gateway.Arrival{Account: g.set.Name, Ref: r.ref, Receipt: &gateway.Receipt{Status: r.state.Status(), Code: r.code, At: r.at}}
	if a.Receipt.Status == "FAILED" {
		a.Receipt.Error = failure(r.state)
	}
	flight, end := g.flights.Last(), time.Now().Add(early)
	err := g.inbox(a)
	for pause := 10 * time.Millisecond; fault.Is(err, fault.NotFound); pause = min(2*pause, 500*time.Millisecond) {
		now := time.Now()
		if !now.Before(end) || !g.flights.Awaited(flight, r.ref) || d.s.ended() != nil {
			break
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-d.s.over: // the carrier keeps it, and delivers it again
		}
		timer.Stop()
		err = g.inbox(a)
	}
	switch {
	case err == nil:
		g.counts.receipts.Add(1)
		d.s.done(d.p, pdu.ROK)
	case fault.Is(err, fault.NotFound) && g.journeys.Any(func(p taken) bool { return p.ref == r.ref }):
		g.counts.rejected.Add(1)
		d.s.done(d.p, g.set.retry)
	case g.verdictOf(err) == pdu.RXRAPPN:
		g.counts.strays.Add(1)
		g.log.Info("a receipt for a message that nobody knows", "ref", r.ref, "state", r.state.String(), "err", err)
		d.s.done(d.p, pdu.ROK)
	default:
		g.counts.rejected.Add(1)
		g.log.Warn("a receipt was not taken", "ref", r.ref, "err", err)
		d.s.done(d.p, g.set.retry)
	}
}

// failure says in words why a message was not delivered.
func failure(s sms.MessageState) string {
	switch s {
	case sms.Expired:
		return "not delivered in time"
	case sms.Deleted:
		return "deleted by the carrier"
	case sms.Rejected:
		return "rejected by the network or the handset"
	case sms.Skipped:
		return "skipped by the carrier"
	}
	return "undeliverable"
}
