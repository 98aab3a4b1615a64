package smpp

import (
	"context"
	"encoding/hex"
	"hash/fnv"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/smpp/pdu"
	"outdial/gateway/sms"
)

// keeping bounds one call of the inbox. Carriers wait some 30 seconds for an
// answer, and deliver again then.
const keeping = 20 * time.Second

// A delivery is what a deliver_sm or data_sm brings.
type delivery struct {
	s       *session
	p       *pdu.PDU
	from    string // canonical
	to      string
	coding  sms.Coding
	header  sms.Header // with SAR parameters read into it
	data    []byte     // without the header
	id      string     // the carrier's own, of an inbound message
	sum     uint64     // of all that a repeat has in common with the first
	receipt *receipt
}

// take takes what the far side delivers. It does not wait: the work is done in
// lanes, by customer or by the message that a receipt is for.
func (g *Gateway) take(s *session, p *pdu.PDU) {
	d := g.set.read(p)
	d.s = s
	work, key := g.message, d.from
	if d.receipt != nil {
		work, key = g.receive, "receipt "+d.receipt.ref
	}
	if !g.lanes.put(key, func() { work(d) }) {
		g.counts.rejected.Add(1)
		s.done(p, g.set.retry, 0)
	}
}

// read takes a delivery apart.
func (s *settings) read(p *pdu.PDU) *delivery {
	m := p.Message
	d := &delivery{p: p, data: m.Short, header: sms.Header{Port: -1},
		from: s.canonical(m.Source), to: s.canonical(m.Dest)}
	if v, ok := p.TLV(pdu.MessagePayload); ok && len(d.data) == 0 {
		d.data = v
	}
	all := len(d.data)
	if m.ESMClass&pdu.ClassUDHI != 0 {
		// A header that cannot be is text: better a strange message than none.
		d.header, d.data, _ = sms.ParseHeader(d.data)
	}
	d.coding = s.alphabetOf(m.DataCoding, d.data)
	if d.coding == sms.GSM7 && s.Packed {
		d.data = sms.Unpack(d.data, sms.Fill(all-len(d.data)))
	}
	if d.header.Total == 0 {
		d.segmentation(p)
	}
	if s.InboundID > 0 {
		d.id, _ = p.Text(pdu.Tag(s.InboundID))
	}
	d.receipt = s.receiptOf(p, d)
	d.sum = d.hash()
	return d
}

// segmentation reads the SAR parameters, SMPP 3.4 §5.3.2.22 to §5.3.2.24.
func (d *delivery) segmentation(p *pdu.PDU) {
	ref, a := p.Uint(pdu.SARRef)
	total, b := p.Uint(pdu.SARTotal)
	seq, c := p.Uint(pdu.SARSeq)
	if a && b && c && total > 1 && total <= sms.MaxParts && seq >= 1 && seq <= total {
		d.header.Ref, d.header.Wide, d.header.Total, d.header.Seq = uint16(ref), true, int(total), int(seq)
	}
}

// canonical gives the house's form of an address.
func (s *settings) canonical(a pdu.Address) string {
	if n, ok := s.Numbers[a.Addr]; ok {
		return n
	}
	return sms.Canonical(strings.ToValidUTF8(a.Addr, "?"), int(a.TON), s.Country)
}

func (d *delivery) hash() uint64 {
	h := fnv.New64a()
	m := d.p.Message
	for _, b := range [][]byte{[]byte(m.Source.Addr), {0}, []byte(m.Dest.Addr), {0, m.ESMClass, m.DataCoding}, m.Short} {
		_, _ = h.Write(b)
	}
	for _, t := range d.p.TLVs {
		_, _ = h.Write([]byte{byte(t.Tag >> 8), byte(t.Tag)})
		_, _ = h.Write(t.Value)
	}
	return h.Sum64() | 1
}

// message hands an inbound message on, when it is whole, and then answers.
func (g *Gateway) message(d *delivery) {
	if g.paid(d.sum) {
		g.counts.repeats.Add(1)
		d.s.done(d.p, pdu.ROK, d.sum)
		return
	}
	if d.coding == sms.Binary && !readable(d.data) {
		g.counts.dropped.Add(1)
		g.log.Warn("an inbound message that is no text was dropped", "to", d.to, "octets", len(d.data), "port", d.header.Port)
		d.s.done(d.p, pdu.ROK, d.sum)
		return
	}
	if d.header.Total > 1 {
		g.part(d)
		return
	}
	text := sms.Decode(d.data, d.coding, d.header.Tables)
	err := g.keepMessage(d.from, d.to, text, d.id)
	d.s.done(d.p, g.verdictOf(err), d.sum)
}

// paid tells whether a message was kept before, and only its answer was lost
// with the bind. It holds for one repeat.
func (g *Gateway) paid(sum uint64) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	at, ok := g.unpaid[sum]
	delete(g.unpaid, sum)
	return ok && time.Since(at) < unpaidTime
}

// unpaidTime is how long a carrier may take to come back with a message whose
// answer it never got.
const unpaidTime = 10 * time.Minute

// lost notes an inbound message that was kept, and whose answer never left.
func (g *Gateway) lost(sum uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.unpaid[sum] = time.Now()
}

// forgetUnpaid drops what no carrier came back with.
func (g *Gateway) forgetUnpaid() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for sum, at := range g.unpaid {
		if time.Since(at) >= unpaidTime {
			delete(g.unpaid, sum)
		}
	}
}

// readable tells whether octets of no declared alphabet are a text after all.
func readable(data []byte) bool {
	if !utf8.Valid(data) {
		return false
	}
	return !strings.ContainsFunc(string(data), func(r rune) bool { return !unicode.IsPrint(r) && !unicode.IsSpace(r) })
}

// part keeps one part of a message. The last one to come hands the message on.
func (g *Gateway) part(d *delivery) {
	p := sms.Part{From: d.from, To: d.to, Ref: d.header.Ref, Wide: d.header.Wide, Total: d.header.Total, Seq: d.header.Seq,
		Coding: d.coding, Tables: d.header.Tables, Data: d.data}
	w, state, err := g.parts.add(p, time.Now())
	switch state {
	case sms.Complete:
		err = g.whole(w)
		g.parts.settle(w, err == nil, time.Now())
		d.s.done(d.p, g.verdictOf(err), d.sum)
	case sms.Busy: // the message is being handed on by another part, whose outcome is not known yet
		d.s.done(d.p, g.set.retry, 0)
	case sms.Repeat:
		g.counts.repeats.Add(1)
		d.s.done(d.p, pdu.ROK, 0)
	default:
		if err != nil {
			g.log.Error("a part of an inbound message cannot be kept", "err", err)
			g.counts.rejected.Add(1)
			d.s.done(d.p, g.set.retry, 0)
			return
		}
		d.s.done(d.p, pdu.ROK, 0)
	}
}

// whole hands on a message of several parts. It has no id, but its reference
// and its length tell it from any other: a crash between the commit and the
// answer makes no second one.
func (g *Gateway) whole(w sms.Whole) error {
	h := fnv.New128a()
	for _, s := range []string{w.From, w.To, strconv.Itoa(int(w.Ref)), strconv.Itoa(w.Total), w.Text} {
		_, _ = h.Write([]byte(s))
		_, _ = h.Write([]byte{0})
	}
	return g.keepMessage(w.From, w.To, w.Text, "parts-"+hex.EncodeToString(h.Sum(nil)))
}

// keepMessage hands an inbound message to the inbox.
func (g *Gateway) keepMessage(from, to, text, id string) error {
	err := g.inbox(gateway.Arrival{
		Account: g.set.Name, Key: id,
		Line:  contact.Line{Subtype: contact.SMS, Customer: from, System: to},
		Input: contact.MessageReceived{Text: text},
	})
	if err != nil {
		g.counts.rejected.Add(1)
		g.log.Warn("an inbound message was not taken", "to", to, "err", err)
		return err
	}
	g.counts.received.Add(1)
	return nil
}

func (g *Gateway) inbox(a gateway.Arrival) error {
	g.mu.Lock()
	in := g.in
	g.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), keeping)
	defer cancel()
	return in(ctx, a)
}

// verdictOf is how the carrier is answered: again later, unless it would never
// be of use (SMPP 3.4 §5.1.3).
func (g *Gateway) verdictOf(err error) pdu.Status {
	if err == nil {
		return pdu.ROK
	}
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Invalid, fault.Denied, fault.Refused:
		return pdu.RXRAPPN
	}
	return g.set.retry
}

// sweep gives up what was waited for too long, until ctx is done.
func (g *Gateway) sweep(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, w := range g.parts.expire(time.Now()) {
			g.incomplete(w)
		}
		if n%60 == 0 {
			g.progress.sweep(time.Now())
			g.forgetUnpaid()
		}
	}
}

// incomplete hands on a message of which parts never came. There is nobody left
// to answer, so that an inbox which cannot take it is asked again.
func (g *Gateway) incomplete(w sms.Whole) {
	ok := g.lanes.put(w.From, func() {
		err := g.whole(w)
		if g.verdictOf(err) == g.set.retry {
			g.parts.postpone(w)
			return
		}
		if err == nil && w.Missing > 0 {
			g.counts.incomplete.Add(1)
			g.log.Warn("parts of an inbound message never came", "to", w.To, "missing", w.Missing, "of", w.Total)
		}
		g.parts.forget(w)
	})
	if !ok {
		g.parts.postpone(w)
	}
}
