package smpp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
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
	came    time.Time
	receipt *receipt
}

// take takes what the far side delivers. It does not wait: the work is done in
// lanes, by customer or by the message that a receipt is for.
func (g *Gateway) take(s *session, p *pdu.PDU) {
	d := g.set.read(p)
	d.s, d.came = s, time.Now()
	work, key := g.message, d.from
	if d.receipt != nil {
		work, key = g.receive, "receipt "+d.receipt.ref
	}
	if !g.lanes.put(key, func() { work(d) }) {
		g.counts.rejected.Add(1)
		s.done(p, g.set.retry)
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

// key is what a message without an id of the carrier's has in common with its
// repeats: everything but its number in the sequence.
func (d *delivery) key() string {
	h := sha256.New()
	m := d.p.Message
	fmt.Fprintf(h, "%q %q %d %d %x", m.Source.Addr, m.Dest.Addr, m.ESMClass, m.DataCoding, m.Short)
	for _, t := range d.p.TLVs {
		fmt.Fprintf(h, " %d %x", t.Tag, t.Value)
	}
	return "mo-" + hex.EncodeToString(h.Sum(nil)[:16])
}

// message hands an inbound message on, when it is whole, and then answers.
func (g *Gateway) message(d *delivery) {
	if d.coding == sms.Binary && !readable(d.data) {
		g.counts.dropped.Add(1)
		g.log.Warn("an inbound message that is no text was dropped", "to", d.to, "octets", len(d.data), "port", d.header.Port)
		d.s.done(d.p, pdu.ROK)
		return
	}
	p := sms.Part{From: d.from, To: d.to, Ref: d.header.Ref, Wide: d.header.Wide, Total: d.header.Total, Seq: d.header.Seq,
		Coding: d.coding, Tables: d.header.Tables, Data: d.data}
	if !p.Whole() {
		g.part(d, p)
		return
	}
	a := g.arrival(d.from, d.to, sms.Decode(d.data, d.coding, d.header.Tables))
	if a.Key = d.id; d.id != "" {
		d.s.done(d.p, g.verdictOf(g.hand(a)))
		return
	}
	a.Key, a.Within = d.key(), repeatTime
	if g.answers.arrived(a.Key) { // the same words again
		a.Forget = []string{a.Key}
	}
	status := g.verdictOf(g.hand(a))
	at := d.s.done(d.p, status)
	if status == pdu.ROK {
		g.answers.given(a.Key, d, at, time.Now())
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
func (g *Gateway) part(d *delivery, p sms.Part) {
	ctx, cancel := context.WithTimeout(context.Background(), keeping)
	defer cancel()
	group, state, err := g.parts.add(ctx, p, nil, time.Now())
	if err == nil && state == sms.Other {
		// The sender's references have come round: what there is of the message
		// before goes first.
		if !group.Done {
			err = g.whole(group)
		}
		if g.verdictOf(err) != g.set.retry {
			group, state, err = g.parts.add(ctx, p, group, time.Now())
		}
	}
	switch {
	case err != nil:
		g.log.Error("a part of an inbound message cannot be kept", "err", err)
		g.counts.rejected.Add(1)
		d.s.done(d.p, g.set.retry)
	case state == sms.Complete:
		status := g.verdictOf(g.whole(group))
		if status != g.set.retry {
			if err := g.parts.finish(ctx, &p, time.Now()); err != nil {
				g.log.Warn("a message of parts was handed on, and is kept for another time", "err", err)
			}
		}
		d.s.done(d.p, status)
	case state == sms.Repeat:
		g.counts.repeats.Add(1)
		d.s.done(d.p, pdu.ROK)
	default:
		d.s.done(d.p, pdu.ROK)
	}
}

// whole hands on a message of several parts. It has no id, but its reference
// and its text tell it from others of its sender: neither a crash between the
// commit and the answer, nor another process that has its parts, makes a second.
func (g *Gateway) whole(group *sms.Group) error {
	w := group.Whole()
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %d %d %q", w.From, w.To, w.Ref, w.Total, w.Text)
	a := g.arrival(w.From, w.To, w.Text)
	a.Key, a.Within = "parts-"+hex.EncodeToString(h.Sum(nil)[:16]), max(time.Hour, 2*g.set.PartsTimeout)
	err := g.hand(a)
	if err == nil && w.Missing > 0 {
		g.counts.incomplete.Add(1)
		g.log.Warn("parts of an inbound message never came", "to", w.To, "missing", w.Missing, "of", w.Total)
	}
	return err
}

func (g *Gateway) arrival(from, to, text string) gateway.Arrival {
	return gateway.Arrival{Account: g.set.Name, Line: contact.Line{Subtype: contact.SMS, Customer: from, System: to},
		Input: contact.MessageReceived{Text: text}}
}

// hand hands an inbound message to the inbox.
func (g *Gateway) hand(a gateway.Arrival) error {
	if err := g.inbox(a); err != nil {
		g.counts.rejected.Add(1)
		g.log.Warn("an inbound message was not taken", "to", a.Line.System, "err", err)
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
	every := int(max(1, min(lookEvery, g.set.PartsTimeout/6)/time.Second))
	for n := 0; ; n++ {
		if n%every == 0 {
			g.lookAtParts(ctx)
		}
		if n%60 == 0 {
			g.journeys.Sweep(time.Now())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		g.release(time.Now())
	}
}

// lookEvery is how often it is looked for messages whose parts never came.
const lookEvery = 10 * time.Second

// lookAtParts hands on the messages whose parts never came. There is nobody left
// to answer, so that an inbox which cannot take one is asked again.
func (g *Gateway) lookAtParts(ctx context.Context) {
	list, err := g.parts.look(ctx, time.Now())
	if err != nil && ctx.Err() == nil {
		g.log.Warn("parts of inbound messages could not be looked for", "err", err)
	}
	for _, w := range list {
		g.lanes.put(w.group.From, func() {
			if g.verdictOf(g.whole(w.group)) == g.set.retry {
				return
			}
			ctx, cancel := context.WithTimeout(context.Background(), keeping)
			defer cancel()
			if err := g.parts.drop(ctx, w.key, w.group, time.Now()); err != nil {
				g.log.Warn("an incomplete message was handed on, and is kept for another time", "err", err)
			}
		})
	}
}
