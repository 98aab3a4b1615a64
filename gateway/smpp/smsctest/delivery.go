package smsctest

import (
	"context"
	"fmt"
	"time"

	"outdial/gateway/smpp/pdu"
	"outdial/gateway/sms"
)

// A Delivery is something that the SMSC delivers until it is answered for good.
type Delivery struct {
	PDU   *pdu.PDU
	tries int
	done  chan pdu.Status // has room for the one final answer
}

// Tries tells how often it was sent. It is for after Wait.
func (d *Delivery) Tries() int { return d.tries }

// Wait waits for the final answer.
func (d *Delivery) Wait(ctx context.Context) (pdu.Status, error) {
	select {
	case s := <-d.done:
		return s, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Deliver queues a deliver_sm or data_sm, and gives what will come of it.
func (s *Server) Deliver(p *pdu.PDU) *Delivery {
	d := &Delivery{PDU: p, done: make(chan pdu.Status, 1)}
	s.mu.Lock()
	s.queue = append(s.queue, d)
	s.mu.Unlock()
	s.pump()
	return d
}

// Undelivered counts what waits for a bind, or for a place in a window.
func (s *Server) Undelivered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}

// pump sends what is queued, as long as a session takes it.
func (s *Server) pump() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.queue) > 0 && s.offer(s.queue[0]) {
		s.queue[0] = nil
		s.queue = s.queue[1:]
	}
}

// offer offers d to the sessions, in turn. s.mu is held: who frees a place in a
// window meanwhile pumps after us.
func (s *Server) offer(d *Delivery) bool {
	s.turn++
	for i := range s.sessions {
		if s.sessions[(s.turn+i)%len(s.sessions)].offer(d) {
			return true
		}
	}
	return false
}

// settled takes the answer to a delivery: one that is put off comes again.
func (s *Server) settled(d *Delivery, status pdu.Status) {
	switch status {
	case pdu.RXTAPPN, pdu.RSYSERR, pdu.RTHROTTLED, pdu.RMSGQFUL:
		s.after(s.opt.Again, func() {
			s.mu.Lock()
			s.queue = append(s.queue, d)
			s.mu.Unlock()
			s.pump()
		})
	default:
		if status == pdu.ROK {
			s.gone.Add(1)
		}
		d.done <- status
		s.mu.Lock()
		s.happened()
		s.mu.Unlock()
	}
	s.pump()
}

// receipt delivers a receipt.
func (s *Server) receipt(sub Submission, state sms.MessageState) {
	s.Deliver(s.opt.Receipt(Receipt{Submission: sub, ID: sub.ID, State: state, At: time.Now()}))
}

// TextReceipt writes a receipt as SMPP 3.4 appendix B does, and no parameters.
func TextReceipt(r Receipt) *pdu.PDU {
	m := r.Submission.PDU.Message
	text := fmt.Sprintf("id:%s sub:001 dlvrd:001 submit date:%s done date:%s stat:%s err:000 text:", r.ID,
		r.Submission.At.UTC().Format("0601021504"), r.At.UTC().Format("0601021504"), r.State)
	return &pdu.PDU{Command: pdu.DeliverSM, Message: &pdu.Message{Source: m.Dest, Dest: m.Source, ESMClass: pdu.ClassReceipt, Short: []byte(text)}}
}

// ParameterReceipt writes a receipt as parameters, and no text.
func ParameterReceipt(r Receipt) *pdu.PDU {
	m := r.Submission.PDU.Message
	return &pdu.PDU{Command: pdu.DeliverSM, Message: &pdu.Message{Source: m.Dest, Dest: m.Source, ESMClass: pdu.ClassReceipt},
		TLVs: []pdu.TLV{pdu.CString(pdu.ReceiptedMessageID, r.ID), pdu.Uint8(pdu.MessageState, byte(r.State))}}
}

// BothReceipt writes a receipt as most carriers do, in both ways.
func BothReceipt(r Receipt) *pdu.PDU {
	p := TextReceipt(r)
	p.TLVs = ParameterReceipt(r).TLVs
	return p
}

// Text makes the deliveries of a text from a handset, one for each part.
func Text(from, to, text string, o sms.Options) []*pdu.PDU {
	segs, coding := sms.Encode(text, o)
	out := make([]*pdu.PDU, len(segs))
	for i, seg := range segs {
		m := &pdu.Message{Source: pdu.Address{TON: 1, NPI: 1, Addr: from}, Dest: pdu.Address{TON: 1, NPI: 1, Addr: to}}
		p := &pdu.PDU{Command: pdu.DeliverSM, Message: m}
		if coding == sms.UCS2 {
			m.DataCoding = 8
		}
		if len(seg.UDH) > 0 {
			m.ESMClass = pdu.ClassUDHI
		}
		m.Short = append(append([]byte(nil), seg.UDH...), seg.Data...)
		if o.Concat == sms.SAR && seg.Total > 1 {
			p.TLVs = []pdu.TLV{pdu.Uint16(pdu.SARRef, seg.Ref), pdu.Uint8(pdu.SARTotal, byte(seg.Total)), pdu.Uint8(pdu.SARSeq, byte(seg.Seq))}
		}
		if len(m.Short) > pdu.MaxShort {
			p.TLVs = append(p.TLVs, pdu.TLV{Tag: pdu.MessagePayload, Value: m.Short})
			m.Short = nil
		}
		out[i] = p
	}
	return out
}
