package smpp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"outdial/gateway/smpp/pdu"
)

// Why a session ends.
var (
	errUnbound = errors.New("the carrier unbound")
	errStopped = errors.New("stopped")
	errSilent  = errors.New("no answer to enquire_link")
	errPatient = errors.New("no answer in time")
)

// A session is one bound connection. Requests wait for their answers by
// sequence number; what the far side delivers is handed to the gateway.
type session struct {
	set    *settings
	conn   net.Conn
	in     *bufio.Reader
	out    *writer
	window chan struct{} // one for each submission that waits for its answer
	gw     *Gateway
	counts *counters

	heard   atomic.Int64 // when the last PDU came, in Unix nanoseconds
	over    chan struct{}
	mu      sync.Mutex
	why     error // of its end
	next    uint32
	pending map[uint32]*request
	taking  int           // what the far side asked and we have not answered
	quiet   chan struct{} // closed when taking falls to zero; nil while nobody waits
	parted  bool          // it was ended in good order: what was answered arrived
}

// A request waits for its answer.
type request struct {
	answer chan *pdu.PDU
	late   func(*pdu.PDU) // takes an answer that comes after it was given up
	given  time.Time      // when it was given up
}

func newSession(set *settings, conn net.Conn, g *Gateway) *session {
	s := &session{
		set: set, conn: conn, in: bufio.NewReaderSize(conn, 64<<10), out: newWriter(), window: make(chan struct{}, set.Window),
		gw: g, counts: &g.counts, over: make(chan struct{}), pending: map[uint32]*request{},
	}
	s.heard.Store(time.Now().UnixNano())
	return s
}

// bind makes a session of a connection: SMPP 3.4 §4.1. Nothing else is read
// before the answer but what a far side may ask at any time.
func (s *session) bind(ctx context.Context, command pdu.Command) error {
	req := &pdu.PDU{Command: command, Sequence: 1, Bind: &pdu.Bind{
		SystemID: s.set.SystemID, Password: s.set.Password, SystemType: s.set.SystemType, Version: 0x34, Range: s.set.Address}}
	s.next = 1
	out, err := pdu.Append(nil, req)
	if err != nil {
		return err
	}
	if err := s.conn.SetDeadline(time.Now().Add(s.set.Response)); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = s.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err := s.conn.Write(out); err != nil {
		return fmt.Errorf("%v: %w", command, err)
	}
	for {
		frame, err := pdu.Read(s.in)
		if err != nil {
			return fmt.Errorf("%v: %w", command, err)
		}
		p, err := pdu.Decode(frame)
		switch {
		case err != nil:
			return fmt.Errorf("%v: %w", command, err)
		case p.Command == pdu.EnquireLink:
			if out, err = pdu.Append(nil, p.Answer(pdu.ROK)); err == nil {
				_, err = s.conn.Write(out)
			}
			if err != nil {
				return err
			}
		case p.Sequence == 1 && (p.Command == command.Response() || p.Command == pdu.GenericNack):
			if p.Status != pdu.ROK {
				return &bindError{p.Status}
			}
			return s.conn.SetDeadline(time.Time{})
		}
	}
}

// A bindError is the carrier's no to a bind.
type bindError struct{ status pdu.Status }

func (e *bindError) Error() string { return "the bind was refused: " + e.status.String() }

// lasting tells whether trying again soon is of no use.
func (e *bindError) lasting() bool {
	switch e.status {
	case pdu.RINVPASWD, pdu.RINVSYSID, pdu.RINVSYSTYP, pdu.RINVCMDID:
		return true
	}
	return false
}

// run serves a bound session until it ends, and says why. When ctx is done it
// waits for what is under way, and unbinds.
func (s *session) run(ctx context.Context) error {
	var g errgroup.Group
	g.Go(func() error { s.end(s.read()); return nil })
	g.Go(func() error { s.end(s.out.run(s.conn, s.set.Response, s.over)); return nil })
	g.Go(func() error { s.watch(ctx); return nil })
	_ = g.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.why
}

// end ends the session; the first reason stands.
func (s *session) end(why error) {
	if why == nil {
		why = net.ErrClosed
	}
	s.mu.Lock()
	first := s.why == nil
	if first {
		s.why = why
		close(s.over)
	}
	s.mu.Unlock()
	if first {
		_ = s.conn.Close() // which takes its time where TLS takes its leave
	}
}

// ended tells why the session is over; nil while it is not.
func (s *session) ended() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.why
}

// read hands out what comes in. It never waits for anything but the
// connection: a slow inbox must not hold up an answer.
func (s *session) read() error {
	for {
		frame, err := pdu.Read(s.in)
		if errors.Is(err, pdu.ErrLength) {
			s.counts.malformed.Add(1)
			// SMPP 3.4 §3.2: nothing after it can be told apart.
			_, _ = s.out.add(&pdu.PDU{Command: pdu.GenericNack, Status: pdu.RINVCMDLEN})
			s.out.close(err)
			<-s.over
		}
		if err != nil {
			return err
		}
		s.heard.Store(time.Now().UnixNano())
		p, err := pdu.Decode(frame)
		if err != nil {
			s.counts.malformed.Add(1)
			s.malformed(p, err)
			continue
		}
		switch {
		case p.Command.IsResponse():
			s.answered(p)
		case p.Command == pdu.EnquireLink:
			s.reply(p.Answer(pdu.ROK))
		case p.Command == pdu.Unbind:
			s.reply(p.Answer(pdu.ROK))
			s.part()
			s.out.close(errUnbound)
		case p.Command == pdu.DeliverSM || p.Command == pdu.DataSM:
			s.begin()
			s.gw.take(s, p)
		case p.Command == pdu.AlertNotification || p.Command == pdu.Outbind:
			// Nothing is to be answered.
		case p.Command.Known():
			s.reply(p.Answer(pdu.RINVBNDSTS))
		default:
			s.reply(&pdu.PDU{Command: pdu.GenericNack, Status: pdu.RINVCMDID, Sequence: p.Sequence})
		}
	}
}

// reply answers what needs no thought.
func (s *session) reply(p *pdu.PDU) {
	if _, err := s.out.add(p); errors.Is(err, errQueued) {
		s.end(err)
	}
}

// malformed answers a request that could not be read; a response is lost.
func (s *session) malformed(p *pdu.PDU, err error) {
	var e *pdu.Error
	if p != nil && errors.As(err, &e) && !p.Command.IsResponse() {
		s.reply(p.Answer(e.Status))
	}
}

// answered finds the request of an answer.
func (s *session) answered(p *pdu.PDU) {
	s.mu.Lock()
	r := s.pending[p.Sequence]
	delete(s.pending, p.Sequence)
	late := r != nil && !r.given.IsZero()
	if r != nil && !late {
		r.answer <- p // has room for the one answer
	}
	s.mu.Unlock()
	if late {
		s.counts.late.Add(1)
		if r.late != nil {
			r.late(p)
		}
	}
}

// ask sends a request and waits for its answer. sent tells, where there is an
// error, whether the far side may have got it; it need not be known before late
// is called with an answer that comes after all.
func (s *session) ask(ctx context.Context, p *pdu.PDU, patience time.Duration, late func(*pdu.PDU)) (answer *pdu.PDU, sent bool, err error) {
	r := &request{answer: make(chan *pdu.PDU, 1), late: late}
	s.mu.Lock()
	s.next = s.next%0x7FFFFFFF + 1 // SMPP 3.4 §3.2: from 1 to 0x7FFFFFFF
	p.Sequence = s.next
	s.pending[p.Sequence] = r
	s.mu.Unlock()
	at, err := s.out.add(p)
	if err != nil {
		s.forget(p.Sequence)
		return nil, false, err
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case answer = <-r.answer:
		return answer, true, nil
	case <-timer.C:
		err = errPatient
	case <-ctx.Done():
		err = ctx.Err()
	case <-s.over:
		err = s.ended()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case answer = <-r.answer: // it came at the same moment
		return answer, true, nil
	default:
	}
	r.given = time.Now()
	return nil, s.out.sent(at), err
}

func (s *session) forget(sequence uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.pending, sequence)
}

// givenUp is how long an answer may come late.
const givenUp = 10 * time.Minute

// watch asks after a far side that is silent, and ends the session in good
// order when ctx is done.
func (s *session) watch(ctx context.Context) {
	wait := s.set.Enquire
	for {
		timer := time.NewTimer(wait)
		select {
		case <-s.over:
			timer.Stop()
			return
		case <-ctx.Done():
			timer.Stop()
			s.stop()
			return
		case <-timer.C:
		}
		s.prune()
		if silent := time.Since(time.Unix(0, s.heard.Load())); silent < s.set.Enquire {
			wait = s.set.Enquire - silent
			continue
		}
		wait = s.set.Enquire
		if _, _, err := s.ask(ctx, &pdu.PDU{Command: pdu.EnquireLink}, s.set.Response, nil); errors.Is(err, errPatient) {
			s.end(errSilent)
			return
		}
	}
}

// prune forgets requests that were given up long ago.
func (s *session) prune() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, r := range s.pending {
		if !r.given.IsZero() && time.Since(r.given) > givenUp {
			delete(s.pending, n)
		}
	}
}

// stop waits for answers, ours and theirs, as long as an answer may take; then
// it unbinds (SMPP 3.4 §4.2).
func (s *session) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), s.set.Response)
	defer cancel()
	for range cap(s.window) {
		select {
		case s.window <- struct{}{}:
		case <-s.over:
			return
		case <-ctx.Done():
		}
	}
	select {
	case <-s.silence():
	case <-s.over:
		return
	case <-ctx.Done():
	}
	if _, _, err := s.ask(context.Background(), &pdu.PDU{Command: pdu.Unbind}, min(s.set.Response, 5*time.Second), nil); err == nil {
		s.part()
	}
	s.end(errStopped)
}

// part notes that both sides have said goodbye.
func (s *session) part() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parted = true
}

// begin and done count what the far side asked and we have not answered.
func (s *session) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taking++
}

// done answers p, and gives the answer's place in what is written.
func (s *session) done(p *pdu.PDU, status pdu.Status) (at int64) {
	at, err := s.out.add(p.Answer(status))
	if err != nil {
		at = math.MaxInt64
	}
	s.mu.Lock()
	s.taking--
	if s.taking == 0 && s.quiet != nil {
		close(s.quiet)
		s.quiet = nil
	}
	s.mu.Unlock()
	if errors.Is(err, errQueued) {
		s.end(err)
	}
	return at
}

// silence gives a channel that is closed when all the far side asked is answered.
func (s *session) silence() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taking == 0 {
		c := make(chan struct{})
		close(c)
		return c
	}
	if s.quiet == nil {
		s.quiet = make(chan struct{})
	}
	return s.quiet
}
