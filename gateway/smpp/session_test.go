package smpp

import (
	"context"
	"errors"
	"net"
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
)

// Whatever the carrier does to the connection, in whatever state, the bind comes
// back and the next message goes out.
func TestForcedDisconnects(t *testing.T) {
	drop := func(h *house) { h.Drop() }
	for name, spoil := range map[string]func(h *house){
		"bound":          drop,
		"unbound":        func(h *house) { h.Unbind() },
		"half a header":  func(h *house) { h.Send([]byte{0, 0, 0}); synctest.Wait(); h.Drop() },
		"half a body":    func(h *house) { h.Send([]byte{0, 0, 0, 40, 0, 0, 0, 5, 0, 0}); synctest.Wait(); h.Drop() },
		"no length":      func(h *house) { h.Send(make([]byte, 16)) },
		"absurd length":  func(h *house) { h.Send([]byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1}) },
		"web server":     func(h *house) { h.Send([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) },
		"twice in a row": func(h *house) { h.Drop(); time.Sleep(3 * time.Second); h.Drop() },
		"while it delivers": func(h *house) {
			h.keeps(func(gateway.Arrival) error { time.Sleep(time.Second); return nil })
			h.Deliver(smsctest.Text("4915110000001", "4930123456", "yes", noOptions)[0])
			synctest.Wait()
			h.Drop()
		},
		"while it is submitted to": func(h *house) {
			go h.send("0", "mute")
			synctest.Wait()
			h.Drop()
		},
	} {
		t.Run(name, func(t *testing.T) {
			open(t, Account{}, smsctest.Options{Submit: func(s smsctest.Submission) smsctest.Answer {
				return smsctest.Answer{Mute: string(s.Data()) == "mute"}
			}}, func(h *house) {
				spoil(h)
				time.Sleep(10 * time.Second)
				h.must("1", "hi")
				if h.g.Health().LastError == "" {
					h.Error("nothing is said of it")
				}
			})
		})
	}
}

// badBinds are ways in which a bind can fail.
var badBinds = map[string]struct {
	bind pdu.Status
	dial func(ctx context.Context) (net.Conn, error)
	says string
}{
	"refused":       {dial: func(context.Context) (net.Conn, error) { return nil, errors.New("connection refused") }, says: "connection refused"},
	"nobody home":   {dial: func(ctx context.Context) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }, says: "deadline"},
	"not answered":  {bind: smsctest.Silent, says: "timeout"},
	"wrong secret":  {bind: pdu.RINVPASWD, says: "ESME_RINVPASWD"},
	"already bound": {bind: pdu.RALYBND, says: "ESME_RALYBND"},
	"closed": {dial: func(context.Context) (net.Conn, error) {
		a, b := net.Pipe()
		return a, b.Close()
	}, says: "closed pipe"},
}

// Nor does it matter where a connection fails to come about.
func TestBindsThatFail(t *testing.T) {
	for name, c := range badBinds {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			bad := true
			synctest.Test(t, func(t *testing.T) {
				h := &house{T: t}
				h.Server = smsctest.New(smsctest.Options{Bind: func(*pdu.PDU) pdu.Status {
					mu.Lock()
					defer mu.Unlock()
					if bad {
						return c.bind
					}
					return pdu.ROK
				}})
				t.Cleanup(h.Close)
				tries := 0
				h.begin(Account{}, Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
					mu.Lock()
					tries++
					fail := bad && c.dial != nil
					mu.Unlock()
					if fail {
						return c.dial(ctx)
					}
					return h.Dial(ctx, network, address)
				}})
				time.Sleep(time.Hour)
				mu.Lock()
				if tries < 50 || tries > 140 { // a minute apart, less up to a half
					t.Errorf("%d tries within an hour", tries)
				}
				bad = false
				mu.Unlock()
				health := h.g.Health()
				if health.Up || !strings.Contains(health.LastError, c.says) || health.Binds[0].Failures < 50 {
					t.Errorf("%+v", health)
				}
				if _, err := h.send("1", "hi"); !fault.Is(err, fault.Busy) {
					t.Errorf("%v", err)
				}
				time.Sleep(2 * time.Minute)
				h.must("1", "hi")
				if health := h.g.Health(); !health.Up || health.Binds[0].Failures != 0 || health.Binds[0].State != StateBound {
					t.Errorf("%+v", health)
				}
			})
		})
	}
}

func TestStopWhileConnecting(t *testing.T) {
	for name, dial := range map[string]func(ctx context.Context, network, address string) (net.Conn, error){
		"dialling": func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() },
		"binding":  nil, // the SMSC is made in the bubble
		"waiting":  func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &house{T: t}
				h.Server = smsctest.New(smsctest.Options{Bind: func(*pdu.PDU) pdu.Status { return smsctest.Silent }})
				t.Cleanup(h.Close)
				if dial == nil {
					dial = h.Dial
				}
				h.begin(Account{}, Options{Dial: dial})
				began := time.Now()
				h.end()
				if d := time.Since(began); d > 0 {
					t.Errorf("it took %v", d)
				}
			})
		})
	}
}

// A message that is asked for while the bind is being made goes out when it is.
func TestSendWaitsForTheBind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &house{T: t, Server: smsctest.New(smsctest.Options{})}
		t.Cleanup(h.Close)
		h.begin(Account{}, Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			time.Sleep(3 * time.Second)
			return h.Dial(ctx, network, address)
		}})
		h.must("1", "hi")
	})
}

func TestAddressesTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &house{T: t, Server: smsctest.New(smsctest.Options{})}
		t.Cleanup(h.Close)
		var mu sync.Mutex
		dialled := map[string]int{}
		h.begin(Account{Addresses: []string{"a:1", "b:2"}}, Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			mu.Lock()
			defer mu.Unlock()
			dialled[address]++
			if address == "a:1" {
				return nil, errors.New("down")
			}
			return h.Dial(ctx, network, address)
		}})
		time.Sleep(5 * time.Second)
		h.must("1", "hi")
		time.Sleep(time.Minute)
		h.Drop() // the address that worked for long is tried first
		time.Sleep(5 * time.Second)
		h.must("2", "hi")
		mu.Lock()
		defer mu.Unlock()
		if dialled["a:1"] != 1 || dialled["b:2"] != 2 {
			t.Errorf("%v", dialled)
		}
	})
}

// A far side that went away without a word is noticed; one that is only idle
// keeps its connection for a day.
func TestEnquireLink(t *testing.T) {
	open(t, Account{}, smsctest.Options{}, func(h *house) {
		time.Sleep(24 * time.Hour)
		if h.Binds() != 1 {
			h.Errorf("%d binds in a quiet day", h.Binds())
		}
	})
	synctest.Test(t, func(t *testing.T) {
		h := &house{T: t, Server: smsctest.New(smsctest.Options{})}
		t.Cleanup(h.Close)
		var there net.Conn
		h.begin(Account{}, Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if there != nil {
				return h.Dial(ctx, network, address)
			}
			var here net.Conn
			here, there = net.Pipe()
			go func() { // takes the bind, and then only listens
				frame, err := pdu.Read(there)
				if err != nil {
					return
				}
				p, _ := pdu.Decode(frame)
				out, _ := pdu.Append(nil, p.Answer(pdu.ROK))
				_, _ = there.Write(out)
				for {
					if _, err := pdu.Read(there); err != nil {
						return
					}
				}
			}()
			return here, nil
		}})
		if !h.g.Health().Up {
			t.Fatal("not bound")
		}
		time.Sleep(39 * time.Second)
		if !h.g.Health().Up {
			t.Error("given up too early")
		}
		time.Sleep(5 * time.Second)
		if h.Binds() != 1 || h.g.Health().LastError != errSilent.Error() {
			t.Errorf("%+v", h.g.Health())
		}
	})
}

// A far side that asks and never reads is given up, and costs bounded memory.
func TestFarSideThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &house{T: t, Server: smsctest.New(smsctest.Options{})}
		t.Cleanup(h.Close)
		first := true
		h.begin(Account{}, Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if !first {
				return h.Dial(ctx, network, address)
			}
			first = false
			here, there := net.Pipe()
			go func() {
				frame, err := pdu.Read(there)
				if err != nil {
					return
				}
				p, _ := pdu.Decode(frame)
				out, _ := pdu.Append(nil, p.Answer(pdu.ROK))
				ask, _ := pdu.Append(nil, &pdu.PDU{Command: pdu.EnquireLink, Sequence: 1})
				for err == nil {
					_, err = there.Write(out)
					out = ask
				}
			}()
			return here, nil
		}})
		time.Sleep(20 * time.Second)
		h.must("1", "hi")
	})
}

// asked are requests of the far side, and how they are answered: nil is not at
// all.
var asked = map[string]struct{ ask, want *pdu.PDU }{
	"enquire_link":              {&pdu.PDU{Command: pdu.EnquireLink}, &pdu.PDU{Command: pdu.EnquireLink.Response()}},
	"unknown":                   {&pdu.PDU{Command: 0x777}, &pdu.PDU{Command: pdu.GenericNack, Status: pdu.RINVCMDID}},
	"query_sm":                  {&pdu.PDU{Command: pdu.QuerySM}, &pdu.PDU{Command: pdu.QuerySM.Response(), Status: pdu.RINVBNDSTS}},
	"submit_sm":                 {&pdu.PDU{Command: pdu.SubmitSM, Message: &pdu.Message{}}, &pdu.PDU{Command: pdu.SubmitSM.Response(), Status: pdu.RINVBNDSTS}},
	"deliver_sm without a body": {nil, &pdu.PDU{Command: pdu.DeliverSM.Response(), Status: pdu.RINVCMDLEN}},
	"alert":                     {&pdu.PDU{Command: pdu.AlertNotification}, nil},
	"a stray answer":            {&pdu.PDU{Command: pdu.SubmitSM.Response(), ID: "7"}, nil},
}

// A line is the far side of a connection, PDU by PDU.
type line struct {
	*testing.T
	net.Conn
}

func (l line) next() *pdu.PDU {
	frame, err := pdu.Read(l.Conn)
	if err != nil {
		l.Fatal(err)
	}
	p, err := pdu.Decode(frame)
	if err != nil {
		l.Fatal(err)
	}
	return p
}

func (l line) say(p *pdu.PDU) {
	out, err := pdu.Append(nil, p)
	if err == nil {
		_, err = l.Write(out)
	}
	if err != nil {
		l.Fatal(err)
	}
}

// agree answers everything until the end of the connection.
func (l line) agree() {
	for {
		frame, err := pdu.Read(l.Conn)
		if err != nil {
			return
		}
		p, _ := pdu.Decode(frame)
		out, _ := pdu.Append(nil, p.Answer(pdu.ROK))
		_, _ = l.Write(out)
	}
}

// What the far side may ask at any time is answered as the standard says.
func TestRequestsOfTheFarSide(t *testing.T) {
	for name, c := range asked {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &house{T: t, Server: smsctest.New(smsctest.Options{})}
				t.Cleanup(h.Close)
				here, there := net.Pipe()
				t.Cleanup(func() { there.Close() })
				h.begin(Account{}, Options{Dial: func(context.Context, string, string) (net.Conn, error) { return here, nil }})
				l := line{t, there}
				l.say(l.next().Answer(pdu.ROK))
				if c.ask != nil {
					ask := *c.ask
					ask.Sequence = 99
					l.say(&ask)
				} else if _, err := l.Write([]byte{0, 0, 0, 16, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 99}); err != nil {
					t.Fatal(err)
				}
				l.say(&pdu.PDU{Command: pdu.EnquireLink, Sequence: 100})
				p := l.next()
				if c.want != nil {
					if p.Command != c.want.Command || p.Status != c.want.Status || p.Sequence != 99 {
						t.Errorf("%v %v %d", p.Command, p.Status, p.Sequence)
					}
					p = l.next()
				}
				if p.Command != pdu.EnquireLink.Response() || p.Sequence != 100 {
					t.Errorf("the session is over: %v", p.Command)
				}
				go l.agree() // so that the gateway can unbind
			})
		})
	}
}

// A stop waits for answers on both sides, unbinds, and then takes nothing more.
func TestStop(t *testing.T) {
	open(t, Account{Bind: "pair"}, smsctest.Options{Submit: func(smsctest.Submission) smsctest.Answer { return smsctest.Answer{Delay: 4 * time.Second} }}, func(h *house) {
		sent := make(chan error, 1)
		go func() { _, err := h.send("1", "hi"); sent <- err }()
		h.keeps(func(gateway.Arrival) error { time.Sleep(6 * time.Second); return nil })
		d := h.Deliver(smsctest.Text("4915110000001", "4930123456", "yes", noOptions)[0])
		synctest.Wait()
		began := time.Now()
		h.stop()
		synctest.Wait()
		if _, err := h.send("2", "late"); !fault.Is(err, fault.Busy) || fault.CodeOf(err) != CodeStopping {
			h.Errorf("%v", err)
		}
		h.end()
		if d := time.Since(began); d != 6*time.Second {
			h.Errorf("the stop took %v", d)
		}
		if err := <-sent; err != nil {
			h.Errorf("what was under way: %v", err)
		}
		if s, err := d.Wait(context.Background()); s != pdu.ROK || err != nil {
			h.Errorf("what was heard: %v %v", s, err)
		}
		if _, err := h.g.Do(context.Background(), contactTo(1), contact.SendMessage{ID: "3", Text: "later"}); !fault.Is(err, fault.Busy) {
			h.Errorf("%v", err)
		}
	})
}

// A stop does not wait for a carrier that answers no more.
func TestStopIsBounded(t *testing.T) {
	open(t, Account{}, smsctest.Options{Submit: func(smsctest.Submission) smsctest.Answer { return smsctest.Answer{Mute: true} }}, func(h *house) {
		go h.send("1", "hi")
		h.keeps(func(gateway.Arrival) error { time.Sleep(15 * time.Second); return nil })
		h.Deliver(smsctest.Text("4915110000001", "4930123456", "yes", noOptions)[0])
		synctest.Wait()
		began := time.Now()
		h.end()
		if d := time.Since(began); d > 20*time.Second {
			h.Errorf("the stop took %v", d)
		}
	})
}
