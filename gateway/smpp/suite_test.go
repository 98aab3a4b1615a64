package smpp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"outdial/contact"
	"outdial/gateway/gatewaytest"
	"outdial/gateway/smpp/pdu"
	"outdial/gateway/smpp/smsctest"
	"outdial/gateway/sms"
)

// inboundID is the parameter in which the SMSC of the suite sends its own ids.
const inboundID = 0x1500

// A farSide is an SMSC as the suite wants it.
type farSide struct {
	*smsctest.Server
	mu    sync.Mutex
	next  pdu.Status // of the next submission
	phone smsctest.Phone
	taken chan gatewaytest.Taken
}

func newFarSide() *farSide {
	f := &farSide{taken: make(chan gatewaytest.Taken, 1000)}
	f.Server = smsctest.New(smsctest.Options{Submit: f.submit})
	return f
}

func (f *farSide) submit(s smsctest.Submission) smsctest.Answer {
	f.mu.Lock()
	defer f.mu.Unlock()
	if status := f.next; status != pdu.ROK {
		f.next = pdu.ROK
		return smsctest.Answer{Status: status}
	}
	a := smsctest.Answer{ID: fmt.Sprintf("ref-%d", s.N)}
	if text, whole := f.phone.Read(s); whole {
		m := s.PDU.Message
		f.taken <- gatewaytest.Taken{From: "+" + m.Source.Addr, To: "+" + m.Dest.Addr, Text: text}
	}
	return a
}

func (f *farSide) took(ctx context.Context) (gatewaytest.Taken, error) {
	select {
	case m := <-f.taken:
		return m, nil
	case <-ctx.Done():
		return gatewaytest.Taken{}, ctx.Err()
	}
}

func (f *farSide) answerNext(s pdu.Status) func(*contact.Contact) {
	return func(*contact.Contact) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.next = s
	}
}

// acknowledged delivers PDUs until the first answer of each; the suite wants to
// know what that was.
func (f *farSide) acknowledged(ctx context.Context, pdus ...*pdu.PDU) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, p := range pdus {
		s, err := f.Deliver(p).Wait(ctx)
		if err != nil {
			return err
		}
		if s != pdu.ROK {
			return errors.New(s.String())
		}
	}
	return nil
}

func (f *farSide) reply(ctx context.Context, c *contact.Contact, id, text string) error {
	o := sms.Options{Ref: uint16(len(text))}
	pdus := smsctest.Text(c.Customer.Address[1:], c.System.Address[1:], text, o)
	for _, p := range pdus {
		p.TLVs = append(p.TLVs, pdu.CString(inboundID, id))
	}
	return f.acknowledged(ctx, pdus...)
}

func (f *farSide) receipt(ctx context.Context, ref, status string) error {
	state := map[string]sms.MessageState{contact.StatusDelivered: sms.Delivered, contact.StatusFailed: sms.Undeliverable}[status]
	return f.acknowledged(ctx, smsctest.BothReceipt(smsctest.Receipt{ID: ref, State: state,
		Submission: smsctest.Submission{PDU: &pdu.PDU{Message: &pdu.Message{}}}}))
}

func contactTo(i int) *contact.Contact {
	return &contact.Contact{
		ID: contact.ID(fmt.Sprint(i)), Channel: contact.Chat, Subtype: contact.SMS,
		Customer: contact.Endpoint{Address: fmt.Sprintf("+4915110000%03d", i)}, System: contact.Endpoint{Address: "+4930123456"},
	}
}

func TestSuite(t *testing.T) {
	for name, a := range map[string]Account{
		"transceiver": {Window: 4},
		"pair":        {Bind: "pair", Binds: 2, Long: "udh16"},
		"sar":         {Long: "sar", Binds: 3},
		"payload":     {Long: "payload"},
		"data_sm":     {Submit: "data_sm"},
	} {
		t.Run(name, func(t *testing.T) {
			gatewaytest.RunInBubble(t, func(t *testing.T) gatewaytest.Carrier {
				f := newFarSide()
				t.Cleanup(f.Close)
				a.Name, a.Addresses, a.SystemID, a.InboundID = "carrier", []string{"smsc:2775"}, "me", inboundID
				g, err := New(a, Options{Dial: f.Dial})
				if err != nil {
					t.Fatal(err)
				}
				return gatewaytest.Carrier{
					Gateway: g, Account: "carrier", Contact: contactTo, Took: f.took, Receipt: f.receipt, Reply: f.reply,
					Busy: f.answerNext(pdu.RTHROTTLED), Refuse: f.answerNext(pdu.RXRAPPN),
					Ready: func(ctx context.Context) error {
						return f.Wait(ctx, func() bool { return f.Bound() == len(g.set.commands) })
					},
				}
			})
		})
	}
}
