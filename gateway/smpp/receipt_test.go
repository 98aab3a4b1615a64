package smpp

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
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

// A book is a house's memory of references, as the engine has one.
type book struct {
	mu   sync.Mutex
	refs map[string]bool
}

func (b *book) put(refs ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refs == nil {
		b.refs = map[string]bool{}
	}
	for _, r := range refs {
		b.refs[r] = true
	}
}

func (b *book) keep(a gateway.Arrival) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a.Receipt != nil && !b.refs[a.Ref] {
		return fault.New(fault.NotFound, "nobody sent %s", a.Ref)
	}
	return nil
}

func TestReceiptsAreRead(t *testing.T) {
	at := time.Date(2026, 3, 1, 14, 4, 0, 0, time.UTC)
	tlvs := func(v ...pdu.TLV) []pdu.TLV { return v }
	id := pdu.CString(pdu.ReceiptedMessageID, "7f")
	text := "id:127 sub:001 dlvrd:000 submit date:2603011503 done date:2603011504 stat:UNDELIV err:034 text:hi"
	for _, c := range []struct {
		name  string
		a     Account
		class byte
		text  string
		tlvs  []pdu.TLV
		want  *gateway.Receipt // nil: it is a message
		ref   string
	}{
		{"text", Account{}, 4, text, nil, &gateway.Receipt{Status: contact.StatusFailed, Code: "UNDELIV 034", Error: "undeliverable"}, "127"},
		{"text with a zone", Account{ReceiptZone: "Europe/Berlin"}, 4, text, nil,
			&gateway.Receipt{Status: contact.StatusFailed, Code: "UNDELIV 034", Error: "undeliverable", At: at}, "127"},
		{"parameters", Account{}, 4, "", tlvs(id, pdu.Uint8(pdu.MessageState, 2)), &gateway.Receipt{Status: contact.StatusDelivered, Code: "DELIVRD"}, "7f"},
		{"parameters go before text", Account{}, 4, text, tlvs(id, pdu.Uint8(pdu.MessageState, 3), pdu.TLV{Tag: pdu.NetworkErrorCode, Value: []byte{3, 1, 2}}),
			&gateway.Receipt{Status: contact.StatusFailed, Code: "EXPIRED 3/258", Error: "not delivered in time"}, "7f"},
		{"parameters without esm_class", Account{}, 0, "", tlvs(id, pdu.Uint8(pdu.MessageState, 8)),
			&gateway.Receipt{Status: contact.StatusFailed, Code: "REJECTD", Error: "rejected by the network or the handset"}, "7f"},
		{"hex and decimal", Account{MessageIDs: "hex-decimal"}, 4, text, nil, &gateway.Receipt{Status: contact.StatusFailed, Code: "UNDELIV 034", Error: "undeliverable"}, "127"},
		{"decimal and hex", Account{MessageIDs: "decimal-hex"}, 4, "id:7F stat:DELIVRD", nil, &gateway.Receipt{Status: contact.StatusDelivered, Code: "DELIVRD"}, "127"},
		{"intermediate", Account{}, 0x20, "id:127 stat:ENROUTE", nil, &gateway.Receipt{Status: contact.StatusSent, Code: "ENROUTE"}, "127"},
		{"accepted is not delivered", Account{}, 4, "id:127 stat:ACCEPTD", nil, &gateway.Receipt{Status: contact.StatusSent, Code: "ACCEPTD"}, "127"},
		{"unknown", Account{}, 4, "id:127 stat:UNKNOWN", nil, &gateway.Receipt{Status: contact.StatusUnknown, Code: "UNKNOWN"}, "127"},
		{"a state that nobody knows", Account{}, 4, "", tlvs(id, pdu.Uint8(pdu.MessageState, 99)), &gateway.Receipt{Status: contact.StatusUnknown, Code: "STATE 99"}, "7f"},
		{"text without esm_class is a message", Account{}, 0, text, nil, nil, ""},
		{"but for accounts that say so", Account{TextReceipts: true}, 0, text, nil, &gateway.Receipt{Status: contact.StatusFailed, Code: "UNDELIV 034", Error: "undeliverable"}, "127"},
		{"and even there a message is one", Account{TextReceipts: true}, 0, "id: yes", nil, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			open(t, c.a, smsctest.Options{}, func(h *house) {
				d := h.Deliver(&pdu.PDU{Command: pdu.DeliverSM, TLVs: c.tlvs, Message: &pdu.Message{
					Source: pdu.Address{TON: 1, NPI: 1, Addr: "4915110000001"}, Dest: pdu.Address{Addr: "12345"}, ESMClass: c.class, Short: []byte(c.text)}})
				if s, err := d.Wait(context.Background()); err != nil || s != pdu.ROK {
					t.Fatalf("%v %v", s, err)
				}
				a := h.heard()[0]
				switch {
				case c.want == nil:
					if m, ok := a.Input.(contact.MessageReceived); !ok || m.Text != c.text || a.Receipt != nil {
						t.Errorf("%+v", a)
					}
				case a.Receipt == nil:
					t.Errorf("%+v", a)
				default:
					if a.Receipt.At.Equal(c.want.At) {
						a.Receipt.At = c.want.At
					}
					if *a.Receipt != *c.want || a.Ref != c.ref || a.Account != "carrier" {
						t.Errorf("%+v for %s", *a.Receipt, a.Ref)
					}
				}
			})
		})
	}
}

// Receipts that come before the answer to the submission, and before the house
// has kept it, find their message all the same, and are not answered before.
func TestReceiptsThatAreEarly(t *testing.T) {
	for _, bind := range []string{"transceiver", "pair"} {
		t.Run(bind, func(t *testing.T) {
			open(t, Account{Bind: bind, Window: 50}, smsctest.Options{
				Receipts: sms.Delivered, Window: 1000,
				Submit: func(s smsctest.Submission) smsctest.Answer { return smsctest.Answer{Early: true, Delay: time.Second} },
			}, func(h *house) {
				var b book
				h.keeps(b.keep)
				var wg sync.WaitGroup
				for i := range 200 {
					wg.Go(func() {
						r := h.must(fmt.Sprint(i), "hi")
						time.Sleep(700 * time.Millisecond) // the commit
						b.put(r.Ref)
					})
				}
				wg.Wait()
				time.Sleep(2 * time.Second)
				if n := len(h.heard()); n != 200 {
					t.Errorf("%d receipts", n)
				}
				if c := h.g.Health().Counts; c.Strays != 0 || c.Receipts != 200 {
					t.Errorf("%+v", c)
				}
			})
		})
	}
}

// The first part's receipt comes long before the last part is answered, and the
// house knows of the message only then.
func TestReceiptsOfAnUnfinishedMessage(t *testing.T) {
	open(t, Account{}, smsctest.Options{Receipts: sms.Delivered, Submit: func(smsctest.Submission) smsctest.Answer {
		return smsctest.Answer{Delay: 9 * time.Second, Early: true}
	}}, func(h *house) {
		var b book
		h.keeps(b.keep)
		r := h.must("1", strings.Repeat("a", 400))
		time.Sleep(time.Second)
		b.put(append(r.Refs, r.Ref)...)
		time.Sleep(5 * time.Second)
		if c := h.g.Health().Counts; c.Receipts != 3 || c.Strays != 0 {
			t.Errorf("%+v", c)
		}
	})
}

// One that nobody knows does not hold up a carrier that waits for each answer.
func TestStrayReceipts(t *testing.T) {
	open(t, Account{}, smsctest.Options{Window: 1}, func(h *house) {
		var b book
		h.keeps(b.keep)
		began := time.Now()
		var last *smsctest.Delivery
		for i := range 100 {
			last = h.Deliver(smsctest.BothReceipt(smsctest.Receipt{ID: fmt.Sprint(i), State: sms.Delivered,
				Submission: smsctest.Submission{PDU: &pdu.PDU{Message: &pdu.Message{}}}}))
		}
		if s, err := last.Wait(context.Background()); s != pdu.ROK || err != nil {
			t.Errorf("%v %v", s, err)
		}
		if d := time.Since(began); d > 0 {
			t.Errorf("100 strays took %v", d)
		}
		if c := h.g.Health().Counts; c.Strays != 100 {
			t.Errorf("%+v", c)
		}
		// Without an id there is nobody to ask.
		d := h.Deliver(&pdu.PDU{Command: pdu.DeliverSM, Message: &pdu.Message{ESMClass: 4, Short: []byte("delivered!")}})
		if s, _ := d.Wait(context.Background()); s != pdu.ROK {
			t.Errorf("%v", s)
		}
	})
}

// While something is under way a stray is held, but not for ever.
func TestStrayReceiptsAreHeldForAWhile(t *testing.T) {
	open(t, Account{Response: time.Minute}, smsctest.Options{Submit: func(smsctest.Submission) smsctest.Answer { return smsctest.Answer{Mute: true} }}, func(h *house) {
		var b book
		h.keeps(b.keep)
		go h.send("1", "hi")
		synctest.Wait()
		began := time.Now()
		d := h.Deliver(smsctest.BothReceipt(smsctest.Receipt{ID: "77", Submission: smsctest.Submission{PDU: &pdu.PDU{Message: &pdu.Message{}}}}))
		if s, _ := d.Wait(context.Background()); s != pdu.ROK {
			t.Errorf("%v", s)
		}
		if d := time.Since(began); d < early || d > early+time.Second {
			t.Errorf("after %v", d)
		}
	})
}

// A house that cannot keep a receipt gets it again.
func TestReceiptsComeAgain(t *testing.T) {
	open(t, Account{}, smsctest.Options{Receipts: sms.Delivered}, func(h *house) {
		n := 0
		h.keeps(func(a gateway.Arrival) error {
			if n++; n < 4 {
				return []error{fault.New(fault.Busy, "later"), errors.New("disk"), context.DeadlineExceeded}[n-1]
			}
			return nil
		})
		h.must("1", "hi")
		time.Sleep(10 * time.Second)
		if len(h.heard()) != 1 || n != 4 {
			t.Errorf("%d kept after %d tries", len(h.heard()), n)
		}
	})
}

// After a restart, and on another bind, receipts find their messages.
func TestReceiptsAfterARestart(t *testing.T) {
	open(t, Account{}, smsctest.Options{Receipts: sms.Delivered, ReceiptDelay: time.Minute}, func(h *house) {
		var b book
		h.keeps(b.keep)
		r := h.must("1", strings.Repeat("a", 200))
		b.put(r.Ref)
		b.put(r.Refs...)
		h.end()
		time.Sleep(2 * time.Minute)
		h.begin(Account{Bind: "pair"}, Options{Dial: h.Dial})
		time.Sleep(time.Second)
		if n := len(h.heard()); n != 2 {
			t.Errorf("%d receipts for two parts", n)
		}
	})
}

// Receipts that were not answered when the bind broke come again.
func TestReceiptsWhenTheBindBreaks(t *testing.T) {
	open(t, Account{}, smsctest.Options{Receipts: sms.Delivered, Submit: func(smsctest.Submission) smsctest.Answer { return smsctest.Answer{Delay: 2 * time.Second} }},
		func(h *house) {
			h.keeps(func(gateway.Arrival) error { time.Sleep(3 * time.Second); return nil })
			h.must("1", "hi")
			h.Drop()
			time.Sleep(20 * time.Second)
			if n := len(h.heard()); n != 2 { // kept once unanswered, and once more: the house knows
				t.Errorf("%d", n)
			}
			if h.Undelivered() != 0 {
				t.Error("the carrier still has it")
			}
		})
}
