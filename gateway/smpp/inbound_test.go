package smpp

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/smpp/pdu"
	"outdial/gateway/smpp/smsctest"
	"outdial/gateway/sms"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestInboundTexts(t *testing.T) {
	for _, c := range []struct {
		name  string
		a     Account
		dc    byte
		class byte
		data  string
		want  string
	}{
		{"default", Account{}, 0, 0, "486900021b65", "Hi@$€"},
		{"default is latin 1", Account{Alphabet: "latin1"}, 0, 0, "4869e9", "Hié"},
		{"packed", Account{Packed: true}, 0, 0, "e8329bfd4697d9ec37", "hellohello"},
		{"packed behind a header", Account{Packed: true}, 0, 0x40, "05040423f00a" + "d06536fb0d", "hello"},
		{"ascii", Account{}, 1, 0, "4869", "Hi"},
		{"ascii that is not", Account{}, 1, 0, "481b651b3c", "H€["},
		{"latin 1", Account{}, 3, 0, "4869e9", "Hié"},
		{"ucs-2", Account{}, 8, 0, "0436d83dde00", "ж😀"},
		{"flash ucs-2", Account{}, 0x18, 0, "0436", "ж"},
		{"flash", Account{}, 0xF0, 0, "4869", "Hi"},
		{"octets that are text", Account{}, 4, 0, "4869c3a9", "Hié"},
		{"turkish by header", Account{}, 0, 0x40, "032401011b73", "ş"},
		{"hindi by header", Account{}, 0, 0x40, "0325010603", "अ"},
		{"ports are no matter", Account{}, 0, 0x40, "06050423f000004869", "Hi"},
		{"a header that cannot be", Account{}, 0, 0x40, "7f4869", "àHi"},
		{"an empty message", Account{}, 0, 0, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			open(t, c.a, smsctest.Options{}, func(h *house) {
				for _, payload := range []bool{false, true} {
					p := &pdu.PDU{Command: pdu.DeliverSM, Message: &pdu.Message{Source: pdu.Address{TON: 1, Addr: "4915110000001"}, Dest: pdu.Address{Addr: "12345"},
						DataCoding: c.dc, ESMClass: c.class, Short: unhex(t, c.data)}}
					if payload {
						p.TLVs = []pdu.TLV{{Tag: pdu.MessagePayload, Value: p.Message.Short}}
						p.Message.Short = nil
					}
					if s, err := h.Deliver(p).Wait(context.Background()); err != nil || s != pdu.ROK {
						t.Fatalf("%v %v", s, err)
					}
				}
				for i, got := range h.texts() {
					if got != c.want {
						t.Errorf("%d: %q, want %q", i, got, c.want)
					}
				}
				if a := h.heard()[0]; a.Line != (contact.Line{Subtype: contact.SMS, Customer: "+4915110000001", System: "12345"}) || !strings.HasPrefix(a.Key, "mo-") || a.Within == 0 {
					t.Errorf("%+v", a)
				}
			})
		})
	}
}

func TestInboundBinaryIsDropped(t *testing.T) {
	open(t, Account{}, smsctest.Options{}, func(h *house) {
		d := h.Deliver(&pdu.PDU{Command: pdu.DeliverSM, Message: &pdu.Message{DataCoding: 4, ESMClass: 0x40, Short: unhex(t, "0605040b8423f0010603")}})
		if s, _ := d.Wait(context.Background()); s != pdu.ROK {
			t.Errorf("%v: the carrier would bring it again for ever", s)
		}
		if len(h.heard()) != 0 || h.g.Health().Counts.Dropped != 1 {
			t.Errorf("%+v", h.heard())
		}
	})
}

func TestInboundByDataSM(t *testing.T) {
	open(t, Account{}, smsctest.Options{}, func(h *house) {
		d := h.Deliver(&pdu.PDU{Command: pdu.DataSM, Message: &pdu.Message{}, TLVs: []pdu.TLV{{Tag: pdu.MessagePayload, Value: []byte("Hi")}}})
		if s, _ := d.Wait(context.Background()); s != pdu.ROK || h.texts()[0] != "Hi" {
			t.Errorf("%v %v", s, h.texts())
		}
	})
}

func TestInboundAddresses(t *testing.T) {
	open(t, Account{Country: "DE", Numbers: map[string]string{"raw-77": "+49301"}}, smsctest.Options{}, func(h *house) {
		p := smsctest.Text("015112345678", "raw-77", "hi", noOptions)[0]
		p.Message.Source.TON = 2
		if _, err := h.Deliver(p).Wait(context.Background()); err != nil {
			t.Fatal(err)
		}
		if l := h.heard()[0].Line; l.Customer != "+4915112345678" || l.System != "+49301" {
			t.Errorf("%+v", l)
		}
	})
}

// What the house says decides how the carrier is answered.
func TestInboundIsAnsweredAfterTheCommit(t *testing.T) {
	for name, c := range map[string]struct {
		err   error
		want  pdu.Status
		tries int
	}{
		"kept":    {nil, pdu.ROK, 1},
		"busy":    {fault.New(fault.Busy, "later"), pdu.ROK, 3},
		"broken":  {errors.New("disk full"), pdu.ROK, 3},
		"nobody":  {fault.New(fault.NotFound, "no such number"), pdu.RXRAPPN, 1},
		"refused": {fault.New(fault.Refused, "no"), pdu.RXRAPPN, 1},
	} {
		t.Run(name, func(t *testing.T) {
			open(t, Account{InboundRetry: "ESME_RSYSERR"}, smsctest.Options{}, func(h *house) {
				n := 0
				h.keeps(func(gateway.Arrival) error {
					time.Sleep(time.Second)
					if n++; n < 3 {
						return c.err
					}
					return nil
				})
				began := time.Now()
				d := h.Deliver(smsctest.Text("4915110000001", "12345", "hi", noOptions)[0])
				s, err := d.Wait(context.Background())
				if s != c.want || err != nil || d.Tries() != c.tries {
					t.Errorf("%v %v after %d tries", s, err, d.Tries())
				}
				if time.Since(began) < time.Second {
					t.Error("answered before it was kept")
				}
			})
		})
	}
}

// The messages of one customer do not overtake each other; those of others do
// not wait for them.
func TestInboundOrder(t *testing.T) {
	open(t, Account{}, smsctest.Options{Window: 100}, func(h *house) {
		h.keeps(func(a gateway.Arrival) error {
			if a.Line.Customer == "+4915110000001" {
				time.Sleep(time.Second)
			}
			return nil
		})
		for i := range 10 {
			for from := range 3 {
				h.Deliver(smsctest.Text(fmt.Sprintf("491511000000%d", from+1), "12345", fmt.Sprint(from, i), noOptions)[0])
			}
		}
		synctest.Wait()
		if n := len(h.texts()); n != 20 {
			t.Errorf("%d messages have arrived while one customer's is kept", n)
		}
		time.Sleep(20 * time.Second)
		next := map[int]int{}
		for _, s := range h.texts() {
			var from, i int
			if _, err := fmt.Sscan(s, &from, &i); err != nil || next[from] != i {
				t.Errorf("%q where %d was due", s, next[from])
			}
			next[from]++
		}
	})
}

// More than can be taken at once is put off, and comes again.
func TestInboundFlood(t *testing.T) {
	open(t, Account{}, smsctest.Options{Window: 5000}, func(h *house) {
		h.keeps(func(gateway.Arrival) error { time.Sleep(2 * time.Second); return nil })
		for i := range 5000 {
			h.Deliver(smsctest.Text(fmt.Sprintf("49151%08d", i), "12345", "hi", noOptions)[0])
		}
		time.Sleep(time.Minute)
		if n := len(h.heard()); n != 5000 || h.Undelivered() != 0 {
			t.Errorf("%d messages", n)
		}
		if h.g.Health().Counts.Rejected == 0 {
			t.Error("nothing was put off")
		}
	})
}

// A message that was kept, and whose answer was lost with the bind, is not
// handed on again; the same words said again are.
func TestInboundAnswerLost(t *testing.T) {
	open(t, Account{}, smsctest.Options{}, func(h *house) {
		h.keeps(func(gateway.Arrival) error { time.Sleep(time.Second); return nil })
		p := smsctest.Text("4915110000001", "12345", "yes", noOptions)[0]
		d := h.Deliver(p)
		synctest.Wait()
		h.Drop()
		if s, err := d.Wait(context.Background()); s != pdu.ROK || err != nil {
			t.Fatal(s, err)
		}
		if n := len(h.heard()); n != 1 || d.Tries() != 2 {
			t.Errorf("%d messages after %d tries", n, d.Tries())
		}
		if _, err := h.Deliver(p).Wait(context.Background()); err != nil {
			t.Fatal(err)
		}
		if n := len(h.heard()); n != 2 {
			t.Errorf("%d messages", n)
		}
	})
}

func TestInboundParts(t *testing.T) {
	long := strings.Repeat("Grüße 10 € ", 40) + "😀 ende"
	for name, o := range map[string]sms.Options{"udh8": {Ref: 7}, "udh16": {Ref: 700, Concat: sms.UDH16}, "sar": {Ref: 7, Concat: sms.SAR}, "payload": {Concat: sms.Payload}} {
		t.Run(name, func(t *testing.T) {
			open(t, Account{}, smsctest.Options{}, func(h *house) {
				pdus := smsctest.Text("4915110000001", "12345", long, o)
				for i := range pdus { // backwards, and each twice
					for range 2 {
						d := h.Deliver(pdus[len(pdus)-1-i])
						if s, err := d.Wait(context.Background()); s != pdu.ROK || err != nil {
							t.Fatalf("%v %v", s, err)
						}
					}
				}
				got := h.texts()
				if len(pdus) == 1 { // nothing tells a repeat from the same words again
					got = got[:1]
				}
				if len(got) != 1 || got[0] != long {
					t.Fatalf("%q", got)
				}
				if a := h.heard()[0]; len(pdus) > 1 && !strings.HasPrefix(a.Key, "parts-") {
					t.Errorf("%+v", a)
				}
			})
		})
	}
}

func TestInboundPartsMissing(t *testing.T) {
	open(t, Account{PartsTimeout: time.Minute}, smsctest.Options{}, func(h *house) {
		fails := 2
		h.keeps(func(gateway.Arrival) error {
			if fails--; fails >= 0 {
				return fault.New(fault.Busy, "later")
			}
			return nil
		})
		pdus := smsctest.Text("4915110000001", "12345", strings.Repeat("a", 153)+"bye bye!", noOptions)
		if _, err := h.Deliver(pdus[1]).Wait(context.Background()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(lookEvery + time.Second)
		if h.g.Health().Parts != 1 {
			t.Error("it is not shown")
		}
		time.Sleep(5 * time.Minute)
		if got := h.texts(); len(got) != 1 || got[0] != "[...]bye bye!" {
			t.Errorf("%q", got)
		}
		if c := h.g.Health(); c.Counts.Incomplete != 1 || c.Parts != 0 {
			t.Errorf("%+v", c)
		}
	})
}

// The last part is answered when the whole message was kept, and comes again
// where it was not.
func TestInboundPartsThatFail(t *testing.T) {
	open(t, Account{}, smsctest.Options{}, func(h *house) {
		fails := 2
		h.keeps(func(gateway.Arrival) error {
			if fails--; fails >= 0 {
				return errors.New("disk")
			}
			return nil
		})
		var last *smsctest.Delivery
		for _, p := range smsctest.Text("4915110000001", "12345", strings.Repeat("a", 200), noOptions) {
			last = h.Deliver(p)
		}
		if s, err := last.Wait(context.Background()); s != pdu.ROK || err != nil || last.Tries() != 3 {
			t.Errorf("%v %v after %d tries", s, err, last.Tries())
		}
		if got := h.texts(); len(got) != 1 || len(got[0]) != 200 {
			t.Errorf("%q", got)
		}
	})
}

// Parts that were answered outlive a crash, come to whichever process there is,
// and make one message; what was handed on leaves nothing.
func TestInboundPartsOutliveACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &house{T: t, Server: smsctest.New(smsctest.Options{})}
		t.Cleanup(h.Close)
		shelf := newMemory()
		o := Options{Dial: h.Dial, Shelf: shelf}
		deliver := func(list ...*pdu.PDU) {
			t.Helper()
			for _, p := range list {
				if s, err := h.Deliver(p).Wait(context.Background()); s != pdu.ROK || err != nil {
					t.Fatal(s, err)
				}
			}
		}
		h.begin(Account{}, o)
		pdus := smsctest.Text("4915110000001", "12345", strings.Repeat("a", 400), noOptions)
		lonely := smsctest.Text("4915110000002", "12345", strings.Repeat("b", 153)+"see you!", noOptions)[1]
		deliver(pdus[0], pdus[0], pdus[2], lonely)
		h.end()
		if err := shelf.Change(t.Context(), "parts/broken", func([]byte) ([]byte, error) { return []byte("{"), nil }); err != nil {
			t.Fatal(err)
		}
		h.begin(Account{}, o)
		deliver(pdus[1])
		if got := h.texts(); len(got) != 1 || got[0] != strings.Repeat("a", 400) {
			t.Errorf("%q", got)
		}
		h.end()
		h.begin(Account{}, o)
		deliver(pdus...) // none was answered, as the carrier sees it
		time.Sleep(11 * time.Minute)
		if got := h.texts(); len(got) != 2 || got[1] != "[...]see you!" {
			t.Errorf("%q", got)
		}
		if keys, _, err := shelf.List(t.Context(), "", 10); len(keys) != 0 || err != nil {
			t.Errorf("left over: %v %v", keys, err)
		}
	})
}

// Two processes with binds of one account get the parts of one message between
// them.
func TestInboundPartsAtTwoProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shelf := newMemory()
		var nodes [2]*house
		for i := range nodes {
			nodes[i] = &house{T: t, Server: smsctest.New(smsctest.Options{})}
			t.Cleanup(nodes[i].Close)
			nodes[i].begin(Account{PartsTimeout: time.Minute}, Options{Dial: nodes[i].Dial, Shelf: shelf})
		}
		pdus := smsctest.Text("4915110000001", "12345", strings.Repeat("a", 400), noOptions)
		for i, p := range pdus {
			if s, err := nodes[i%2].Deliver(p).Wait(context.Background()); s != pdu.ROK || err != nil {
				t.Fatal(s, err)
			}
		}
		lonely := smsctest.Text("4915110000002", "12345", strings.Repeat("b", 153)+"bye bye!", noOptions)[1]
		nodes[1].Deliver(lonely)
		time.Sleep(5 * time.Minute)
		keys := map[string]bool{}
		for _, n := range nodes {
			for _, a := range n.heard() {
				keys[a.Key] = true
			}
		}
		if got := nodes[0].texts(); len(got) == 0 || got[0] != strings.Repeat("a", 400) || len(keys) != 2 {
			t.Errorf("%q, %d messages", got, len(keys))
		}
	})
}

// What is over the bound goes as it is, the oldest first; a straggler begins a
// message of its own.
func TestInboundPartsAreBounded(t *testing.T) {
	shelf := newMemory()
	set := &settings{Account: Account{PartsTimeout: time.Hour}}
	p := newParts(set, shelf, slog.New(slog.DiscardHandler))
	now := time.Now()
	part := func(i, seq int) sms.Part {
		return sms.Part{From: fmt.Sprint("+1", i), To: "2", Total: 2, Seq: seq, Data: []byte{byte(seq)}}
	}
	for i := range maxGroups + 3 {
		if _, state, err := p.add(t.Context(), part(i, 1), nil, now.Add(time.Duration(i)*time.Millisecond)); state != sms.Waiting || err != nil {
			t.Fatal(state, err)
		}
	}
	list, err := p.look(t.Context(), now.Add(time.Minute))
	if err != nil || len(list) != 3 || list[0].group.From != "+10" {
		t.Fatalf("%d are to go: %v", len(list), err)
	}
	if _, state, err := p.add(t.Context(), part(0, 2), nil, now); state != sms.Complete || err != nil {
		t.Error(state, err)
	}
	if err := p.drop(t.Context(), list[0].key, list[0].group, now); err != nil {
		t.Fatal(err)
	}
	if g := p.read(shelf.docs[list[0].key]); g == nil || len(g.Parts) != 1 || g.Parts[2].Data == nil {
		t.Errorf("the straggler: %+v", g)
	}
}

// failing is a shelf on a disk that is full.
type failing struct {
	*memory
	full atomic.Bool
}

func (f *failing) Change(ctx context.Context, key string, fn func([]byte) ([]byte, error)) error {
	if f.full.Load() {
		return errors.New("disk full")
	}
	return f.memory.Change(ctx, key, fn)
}

// A part that cannot be made safe is not answered as if it were.
func TestInboundPartsDiskFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &house{T: t, Server: smsctest.New(smsctest.Options{})}
		t.Cleanup(h.Close)
		shelf := &failing{memory: newMemory()}
		shelf.full.Store(true)
		h.begin(Account{}, Options{Dial: h.Dial, Shelf: shelf})
		pdus := smsctest.Text("4915110000001", "12345", strings.Repeat("a", 200), noOptions)
		d := h.Deliver(pdus[0])
		time.Sleep(10 * time.Second)
		shelf.full.Store(false)
		if s, err := d.Wait(context.Background()); s != pdu.ROK || err != nil || d.Tries() < 5 {
			t.Errorf("%v %v after %d tries", s, err, d.Tries())
		}
		h.Deliver(pdus[1])
		synctest.Wait()
		if got := h.texts(); len(got) != 1 {
			t.Errorf("%q", got)
		}
	})
}

// The sender's references come round before a message is whole: what there is of
// it goes first, and the next one is not mixed with it.
func TestInboundPartsReusedReference(t *testing.T) {
	open(t, Account{}, smsctest.Options{}, func(h *house) {
		old := smsctest.Text("4915110000001", "12345", strings.Repeat("x", 200), noOptions)
		fresh := smsctest.Text("4915110000001", "12345", strings.Repeat("y", 200), noOptions)
		for _, p := range []*pdu.PDU{old[0], fresh[0], fresh[1], old[1]} {
			if s, err := h.Deliver(p).Wait(context.Background()); s != pdu.ROK || err != nil {
				t.Fatal(s, err)
			}
		}
		time.Sleep(11 * time.Minute)
		want := []string{strings.Repeat("x", 153) + "[...]", strings.Repeat("y", 200), "[...]" + strings.Repeat("x", 47)}
		if got := h.texts(); !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
	})
}
