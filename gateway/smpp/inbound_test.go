package smpp

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
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
				if a := h.heard()[0]; a.Line != (contact.Line{Subtype: contact.SMS, Customer: "+4915110000001", System: "12345"}) || a.Key != "" {
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

// Parts that were answered outlive a crash; what was handed on leaves nothing.
func TestInboundPartsOutliveACrash(t *testing.T) {
	dir := t.TempDir()
	files := func() (names []string) {
		list, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			names = append(names, f.Name())
		}
		return names
	}
	synctest.Test(t, func(t *testing.T) {
		h := &house{T: t, Server: smsctest.New(smsctest.Options{})}
		t.Cleanup(h.Close)
		o := Options{Dial: h.Dial, Spool: dir}
		h.begin(Account{}, o)
		pdus := smsctest.Text("4915110000001", "12345", strings.Repeat("a", 400), noOptions)
		lonely := smsctest.Text("4915110000002", "12345", strings.Repeat("b", 153)+"see you!", noOptions)[1]
		for _, p := range []*pdu.PDU{pdus[0], pdus[0], pdus[2], lonely} {
			if s, err := h.Deliver(p).Wait(context.Background()); s != pdu.ROK || err != nil {
				t.Fatal(s, err)
			}
		}
		if n := len(files()); n != 3 {
			t.Errorf("%d files for three parts", n)
		}
		h.end() // nothing is written then that was not there before
		if err := os.WriteFile(dir+"/broken"+spoolSuffix, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		h.begin(Account{}, o)
		if s, err := h.Deliver(pdus[1]).Wait(context.Background()); s != pdu.ROK || err != nil {
			t.Fatal(s, err)
		}
		if got := h.texts(); len(got) != 1 || got[0] != strings.Repeat("a", 400) {
			t.Errorf("%q", got)
		}
		time.Sleep(11 * time.Minute)
		if got := h.texts(); len(got) != 2 || got[1] != "[...]see you!" {
			t.Errorf("%q", got)
		}
		if n := files(); len(n) != 1 {
			t.Errorf("left over: %v", n)
		}
	})
}

// A part that cannot be made safe is not answered as if it were.
func TestInboundPartsDiskFull(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := &house{T: t, Server: smsctest.New(smsctest.Options{})}
		t.Cleanup(h.Close)
		h.begin(Account{}, Options{Dial: h.Dial, Spool: dir + "/spool"})
		if err := os.RemoveAll(dir + "/spool"); err != nil {
			t.Fatal(err)
		}
		pdus := smsctest.Text("4915110000001", "12345", strings.Repeat("a", 200), noOptions)
		d := h.Deliver(pdus[0])
		time.Sleep(10 * time.Second)
		if err := os.Mkdir(dir+"/spool", 0o700); err != nil {
			t.Fatal(err)
		}
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
