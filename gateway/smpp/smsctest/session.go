package smsctest

import (
	"bufio"
	"net"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"outdial/gateway/smpp/pdu"
)

// A session is one connection of an ESME. What is written is gathered, and
// leaves by a goroutine of its own, so that nothing waits for the ESME to read.
type session struct {
	srv  *Server
	conn net.Conn
	in   *bufio.Reader
	wake chan struct{}

	mu      sync.Mutex
	out     []byte
	bound   pdu.Command // the bind; 0 before
	next    uint32
	waiting map[uint32]*Delivery
}

func newSession(s *Server, c net.Conn) *session {
	return &session{srv: s, conn: c, in: bufio.NewReaderSize(c, 64<<10), wake: make(chan struct{}, 1), waiting: map[uint32]*Delivery{}}
}

func (x *session) boundAs() pdu.Command {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.bound
}

func (x *session) sequence() uint32 {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.next++
	return x.next
}

func (x *session) write(p *pdu.PDU) {
	octets, err := pdu.Append(nil, p)
	if err == nil {
		x.raw(octets)
	}
}

func (x *session) raw(octets []byte) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.out = append(x.out, octets...)
	if x.wake == nil {
		return
	}
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// leave writes what was gathered, until wake is closed.
func (x *session) leave(wake <-chan struct{}) {
	var spare []byte
	for more := true; more; {
		_, more = <-wake
		x.mu.Lock()
		out := x.out
		x.out = spare[:0]
		x.mu.Unlock()
		if !more { // the ESME may not read any more
			_ = x.conn.SetWriteDeadline(time.Now().Add(time.Second))
		}
		_, _ = x.conn.Write(out)
		spare = out
	}
	_ = x.conn.Close()
}

func (x *session) serve() {
	var g errgroup.Group
	wake := x.wake
	g.Go(func() error { x.leave(wake); return nil })
	x.read()
	x.mu.Lock()
	x.wake = nil // nobody writes any more
	x.mu.Unlock()
	close(wake)
	_ = g.Wait()
}

func (x *session) read() {
	for {
		frame, err := pdu.Read(x.in)
		if err != nil {
			return
		}
		p, err := pdu.Decode(frame)
		if err != nil {
			x.write(p.Answer(pdu.RSYSERR))
			continue
		}
		if !x.take(p) {
			return
		}
	}
}

// take deals with one PDU; not ok where the session is over.
func (x *session) take(p *pdu.PDU) (ok bool) {
	switch p.Command {
	case pdu.BindTransmitter, pdu.BindReceiver, pdu.BindTransceiver:
		x.bind(p)
	case pdu.SubmitSM, pdu.DataSM:
		if b := x.boundAs(); b != pdu.BindTransmitter && b != pdu.BindTransceiver {
			x.write(p.Answer(pdu.RINVBNDSTS))
			return true
		}
		x.srv.submitted(x, p)
	case pdu.EnquireLink:
		x.write(p.Answer(pdu.ROK))
	case pdu.Unbind:
		x.write(p.Answer(pdu.ROK))
		return false
	case pdu.Unbind.Response():
		return false
	case pdu.DeliverSM.Response(), pdu.DataSM.Response():
		x.answered(p)
	}
	return true
}

func (x *session) bind(p *pdu.PDU) {
	status := pdu.ROK
	if f := x.srv.opt.Bind; f != nil {
		status = f(p)
	}
	if status == Silent {
		return
	}
	r := p.Answer(status)
	if status == pdu.ROK {
		r.ID = "smsctest"
		r.TLVs = []pdu.TLV{pdu.Uint8(pdu.SCInterfaceVersion, 0x34)}
	}
	x.write(r)
	if status != pdu.ROK {
		return
	}
	x.mu.Lock()
	x.bound = p.Command
	x.mu.Unlock()
	x.srv.mu.Lock()
	x.srv.binds++
	x.srv.happened()
	x.srv.mu.Unlock()
	x.srv.pump()
}

// offer sends d, if the session receives and its window has a place.
func (x *session) offer(d *Delivery) bool {
	x.mu.Lock()
	if x.bound != pdu.BindReceiver && x.bound != pdu.BindTransceiver || len(x.waiting) >= x.srv.opt.Window {
		x.mu.Unlock()
		return false
	}
	x.next++
	p := *d.PDU
	p.Sequence = x.next
	d.tries++
	x.waiting[p.Sequence] = d
	x.mu.Unlock()
	x.write(&p)
	return true
}

func (x *session) answered(p *pdu.PDU) {
	x.mu.Lock()
	d := x.waiting[p.Sequence]
	delete(x.waiting, p.Sequence)
	x.mu.Unlock()
	if d != nil {
		x.srv.settled(d, p.Status)
	}
}

// unanswered gives the deliveries that the session's end left open.
func (x *session) unanswered() (list []*Delivery) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for n := range x.next + 1 {
		if d := x.waiting[n]; d != nil {
			list = append(list, d)
		}
	}
	x.waiting = map[uint32]*Delivery{}
	x.bound = 0
	return list
}
