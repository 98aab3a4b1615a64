// Package smsctest is an SMSC for tests and benchmarks: it takes binds and
// submissions, gives receipts, delivers messages, and misbehaves on request.
//
// Like a real one it delivers again what was not answered, on whatever bind
// there is. It routes nothing and keeps nothing on disk.
package smsctest

import (
	"context"
	"errors"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"outdial/gateway/smpp/pdu"
	"outdial/gateway/sms"
)

// Options say how the SMSC behaves. The zero value takes everybody and
// everything, and gives no receipts.
type Options struct {
	// Bind decides on a bind; nil takes every one. See also Silent.
	Bind func(p *pdu.PDU) pdu.Status
	// Submit decides on a submission; nil takes it.
	Submit func(s Submission) Answer
	// Receipts gives a receipt in this state for each message that asks for
	// one, unless its Answer says otherwise; Scheduled gives none.
	Receipts sms.MessageState
	// ReceiptDelay is how long after the submission receipts come.
	ReceiptDelay time.Duration
	// Receipt writes a receipt; nil writes both parameters and text.
	Receipt func(r Receipt) *pdu.PDU
	// Window is how many deliveries may wait for their answer on one bind; 0 is 10.
	Window int
	// Again is the pause before a delivery that was put off is tried again; 0 is 1s.
	Again time.Duration
	// Quiet keeps no submissions: for long benchmarks.
	Quiet bool
}

// Silent, given as the status of a bind, answers nothing.
const Silent pdu.Status = 0xFFFFFFFF

// A Submission is a message that an ESME submitted.
type Submission struct {
	N    int // from 1, in the order in which they came
	PDU  *pdu.PDU
	At   time.Time
	ID   string // that it got
	Took bool   // it was answered with ESME_ROK, or would have been
}

// Data gives what the message says: short_message or message_payload.
func (s Submission) Data() []byte {
	if v, ok := s.PDU.TLV(pdu.MessagePayload); ok {
		return v
	}
	return s.PDU.Message.Short
}

// An Answer is how a submission is dealt with.
type Answer struct {
	Status pdu.Status
	ID     string        // "" is the number in decimal
	Delay  time.Duration // before the answer
	Mute   bool          // no answer ever, though the message was taken
	Drop   bool          // the connection is closed in place of an answer
	TLVs   []pdu.TLV
	// Receipt, where it is not Scheduled, is the state of this message's receipt.
	Receipt sms.MessageState
	// Early sends the receipt before the answer.
	Early bool
}

// A Receipt is what a receipt is made of.
type Receipt struct {
	Submission Submission
	ID         string
	State      sms.MessageState
	At         time.Time
}

// A Server is an SMSC.
type Server struct {
	opt   Options
	group errgroup.Group
	n     atomic.Int64 // submissions
	took  atomic.Int64 // among them, those taken
	gone  atomic.Int64 // deliveries that were answered with ESME_ROK

	mu       sync.Mutex
	closed   bool
	sessions []*session
	subs     []Submission
	queue    []*Delivery // that wait for a bind
	turn     int
	binds    int
	changed  chan struct{} // closed, and made anew, whenever something happens
}

// New makes an SMSC.
func New(o Options) *Server {
	if o.Window == 0 {
		o.Window = 10
	}
	if o.Again == 0 {
		o.Again = time.Second
	}
	if o.Receipt == nil {
		o.Receipt = BothReceipt
	}
	return &Server{opt: o, changed: make(chan struct{})}
}

// Dial connects to the SMSC in memory. It fits where a gateway dials.
func (s *Server) Dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errors.New("the SMSC is closed")
	}
	s.group.Go(func() error { s.Serve(there); return nil })
	return here, nil
}

// Listen serves a listener until it is closed.
func (s *Server) Listen(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.closed {
			_ = c.Close()
		} else {
			s.group.Go(func() error { s.Serve(c); return nil })
		}
		s.mu.Unlock()
	}
}

// Serve serves one connection until it ends.
func (s *Server) Serve(c net.Conn) {
	x := newSession(s, c)
	s.mu.Lock()
	s.sessions = append(s.sessions, x)
	s.mu.Unlock()
	x.serve()
	s.mu.Lock()
	for i, v := range s.sessions {
		if v == x {
			s.sessions = append(s.sessions[:i:i], s.sessions[i+1:]...)
		}
	}
	s.queue = append(x.unanswered(), s.queue...)
	s.happened()
	s.mu.Unlock()
	s.pump()
}

// Close closes all connections, and waits for their end.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.Drop()
	_ = s.group.Wait()
}

// happened wakes whoever waits. s.mu is held.
func (s *Server) happened() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Wait waits until ok, which is asked again whenever something has happened.
func (s *Server) Wait(ctx context.Context, ok func() bool) error {
	for {
		s.mu.Lock()
		c := s.changed
		s.mu.Unlock()
		if ok() {
			return nil
		}
		select {
		case <-c:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Bound counts the sessions that are bound.
func (s *Server) Bound() (n int) {
	for _, x := range s.all() {
		if x.boundAs() != 0 {
			n++
		}
	}
	return n
}

// Binds counts the binds that were ever taken.
func (s *Server) Binds() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.binds
}

func (s *Server) all() []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*session(nil), s.sessions...)
}

// Submissions gives what was submitted so far.
func (s *Server) Submissions() []Submission {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Submission(nil), s.subs...)
}

// Taken counts the submissions that were taken.
func (s *Server) Taken() int { return int(s.took.Load()) }

// Delivered counts the deliveries, receipts among them, that were answered with
// ESME_ROK.
func (s *Server) Delivered() int { return int(s.gone.Load()) }

// Drop closes all connections without a word.
func (s *Server) Drop() {
	for _, x := range s.all() {
		_ = x.conn.Close()
	}
}

// Unbind asks all sessions to unbind.
func (s *Server) Unbind() {
	for _, x := range s.all() {
		x.write(&pdu.PDU{Command: pdu.Unbind, Sequence: x.sequence()})
	}
}

// Send sends octets to all sessions, whatever they are.
func (s *Server) Send(octets []byte) {
	for _, x := range s.all() {
		x.raw(octets)
	}
}

// submitted decides on a submission, and answers it on x.
func (s *Server) submitted(x *session, p *pdu.PDU) {
	sub := Submission{N: int(s.n.Add(1)), PDU: p, At: time.Now()}
	var a Answer
	if s.opt.Submit != nil {
		a = s.opt.Submit(sub)
	}
	if a.Receipt == sms.Scheduled {
		a.Receipt = s.opt.Receipts
	}
	if sub.ID = a.ID; sub.ID == "" {
		sub.ID = strconv.Itoa(sub.N)
	}
	if sub.Took = a.Status == pdu.ROK; sub.Took {
		s.took.Add(1)
	}
	if !s.opt.Quiet {
		s.mu.Lock()
		s.subs = append(s.subs, sub)
		s.happened()
		s.mu.Unlock()
	}
	wanted := sub.Took && p.Message.Registered&3 == 1 && a.Receipt != sms.Scheduled
	if wanted && a.Early {
		s.receipt(sub, a.Receipt)
	}
	s.answer(x, p, sub, a)
	if wanted && !a.Early {
		s.after(s.opt.ReceiptDelay, func() { s.receipt(sub, a.Receipt) })
	}
}

func (s *Server) answer(x *session, p *pdu.PDU, sub Submission, a Answer) {
	r := p.Answer(a.Status)
	r.TLVs = a.TLVs
	if a.Status == pdu.ROK {
		r.ID = sub.ID
	}
	switch {
	case a.Mute:
	case a.Drop:
		_ = x.conn.Close()
	default:
		s.after(a.Delay, func() { x.write(r) })
	}
}

// after runs f after d: at once where d is zero.
func (s *Server) after(d time.Duration, f func()) {
	if d <= 0 {
		f()
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.group.Go(func() error {
		timer := time.NewTimer(d)
		defer timer.Stop()
		<-timer.C
		f()
		return nil
	})
}
