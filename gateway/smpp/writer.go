package smpp

import (
	"errors"
	"net"
	"sync"
	"time"

	"outdial/gateway/smpp/pdu"
)

// maxQueued bounds what waits to be written. The windows keep it far below;
// only a far side that asks and asks and never reads comes near.
const maxQueued = 4 << 20

var errQueued = errors.New("the far side does not read")

// A writer gathers PDUs and writes many at once. It knows how much of the
// stream has been handed to the connection: what lies beyond it has certainly
// not been sent.
type writer struct {
	mu     sync.Mutex
	buf    []byte
	spare  []byte
	put    int64 // octets ever added
	handed int64 // octets ever handed to the connection
	wake   chan struct{}
	over   error // set by close; what is queued is written first
}

func newWriter() *writer { return &writer{wake: make(chan struct{}, 1)} }

// add queues a PDU, and gives its place in the stream.
func (w *writer) add(p *pdu.PDU) (at int64, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.over != nil:
		return w.put, w.over
	case len(w.buf) > maxQueued:
		return w.put, errQueued
	}
	n := len(w.buf)
	if w.buf, err = pdu.Append(w.buf, p); err != nil {
		return w.put, err
	}
	at = w.put
	w.put += int64(len(w.buf) - n)
	w.signal()
	return at, nil
}

func (w *writer) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// sent tells whether the PDU at a place may have reached the far side.
func (w *writer) sent(at int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return at < w.handed
}

// close lets run write what is queued, and end with err.
func (w *writer) close(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over == nil {
		w.over = err
	}
	w.signal()
}

// run writes until close, or until over is closed.
func (w *writer) run(conn net.Conn, patience time.Duration, over <-chan struct{}) error {
	for {
		select {
		case <-w.wake:
		case <-over:
			return nil
		}
		w.mu.Lock()
		out := w.buf
		w.buf, w.spare = w.spare[:0], nil
		w.handed = w.put
		end := w.over
		w.mu.Unlock()
		if len(out) > 0 {
			if err := conn.SetWriteDeadline(time.Now().Add(patience)); err != nil {
				return err
			}
			if _, err := conn.Write(out); err != nil {
				return err
			}
		}
		if end != nil {
			return end
		}
		w.mu.Lock()
		w.spare = out
		w.mu.Unlock()
	}
}
