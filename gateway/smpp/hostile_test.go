package smpp

import (
	"context"
	"net"
	"testing"
	"time"

	"outdial/gateway"
	"outdial/gateway/smpp/pdu"
	"outdial/gateway/smpp/smsctest"
	"outdial/gateway/sms"
)

// FuzzFarSide lets a carrier say anything at all after the bind. Whatever it is,
// the gateway neither panics nor stalls: it stops when it is told to.
func FuzzFarSide(f *testing.F) {
	add := func(list ...*pdu.PDU) {
		var out []byte
		for i, p := range list {
			p.Sequence = uint32(i + 1)
			var err error
			if out, err = pdu.Append(out, p); err != nil {
				f.Fatal(err)
			}
		}
		f.Add(out)
	}
	add(&pdu.PDU{Command: pdu.EnquireLink}, &pdu.PDU{Command: pdu.Unbind})
	add(smsctest.Text("1", "2", "hi", sms.Options{})...)
	add(smsctest.Text("1", "2", string(make([]byte, 200)), sms.Options{})...)
	add(smsctest.Text("1", "2", string(make([]byte, 200)), sms.Options{Concat: sms.SAR})...)
	add(smsctest.BothReceipt(smsctest.Receipt{ID: "7", State: sms.Delivered, Submission: smsctest.Submission{PDU: &pdu.PDU{Message: &pdu.Message{}}}}),
		&pdu.PDU{Command: pdu.SubmitSM.Response(), ID: "7"}, &pdu.PDU{Command: pdu.GenericNack}, &pdu.PDU{Command: 0x777})
	f.Add(make([]byte, 16))
	f.Fuzz(hear)
}

// hear binds a gateway to a far side that says octets, and stops it.
func hear(t *testing.T, octets []byte) {
	a := plain()
	a.Response, a.TextReceipts, a.Country, a.InboundID = 200*time.Millisecond, true, "DE", 0x1500
	here, there := net.Pipe()
	g, err := New(a, Options{Dial: func(context.Context, string, string) (net.Conn, error) { return here, nil }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.Run(ctx, func(context.Context, gateway.Arrival) error { return nil }) }()
	frame, err := pdu.Read(there)
	if err != nil {
		t.Fatal(err)
	}
	bind, err := pdu.Decode(frame)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pdu.Append(nil, bind.Answer(pdu.ROK))
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			if _, err := pdu.Read(there); err != nil {
				return
			}
		}
	}()
	if _, err := there.Write(append(out, octets...)); err == nil {
		_ = there.Close()
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it does not stop")
	}
}
