package stream

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/coder/websocket"
)

// A far is the operator's server, on a network of pipes.
type far struct {
	t      *testing.T
	conns  chan net.Conn
	closed chan struct{}
	server *http.Server
	client *http.Client

	mu      sync.Mutex
	away    bool // nobody answers
	refuse  int  // HTTP status, in place of an answer
	deaf    bool // it takes connections, and reads nothing
	asked   []*http.Request
	said    []map[string]any
	binary  [][]byte
	sockets []*websocket.Conn
}

func newFar(t *testing.T) *far {
	f := &far{t: t, conns: make(chan net.Conn), closed: make(chan struct{})}
	f.server = &http.Server{Handler: f}
	served := make(chan struct{})
	go func() { _ = f.server.Serve(f); close(served) }()
	transport := &http.Transport{DialContext: f.dial}
	f.client = &http.Client{Transport: transport}
	t.Cleanup(func() {
		f.breakOff()
		transport.CloseIdleConnections()
		_ = f.server.Close()
		<-served
	})
	return f
}

func (f *far) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	f.mu.Lock()
	away := f.away
	f.mu.Unlock()
	if away {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: net.ErrClosed}
	}
	ours, theirs := net.Pipe()
	select {
	case f.conns <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (f *far) Accept() (net.Conn, error) {
	select {
	case c := <-f.conns:
		return c, nil
	case <-f.closed:
		return nil, net.ErrClosed
	}
}

func (f *far) Close() error   { close(f.closed); return nil }
func (f *far) Addr() net.Addr { return &net.TCPAddr{} }

func (f *far) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	refuse, deaf := f.refuse, f.deaf
	f.asked = append(f.asked, r)
	f.mu.Unlock()
	if refuse != 0 {
		http.Error(w, "no", refuse)
		return
	}
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		f.t.Error(err)
		return
	}
	f.mu.Lock()
	f.sockets = append(f.sockets, c)
	f.mu.Unlock()
	if deaf {
		<-f.closed
		return
	}
	for {
		kind, b, err := c.Read(context.Background())
		if err != nil {
			return
		}
		f.mu.Lock()
		if kind == websocket.MessageBinary {
			f.binary = append(f.binary, b)
		} else {
			var m map[string]any
			if err := json.Unmarshal(b, &m); err != nil {
				f.t.Errorf("%s: %v", b, err)
			}
			f.said = append(f.said, m)
		}
		f.mu.Unlock()
	}
}

// breakOff breaks every connection.
func (f *far) breakOff() {
	f.mu.Lock()
	sockets := f.sockets
	f.sockets = nil
	f.mu.Unlock()
	for _, c := range sockets {
		_ = c.CloseNow()
	}
}

func (f *far) set(change func(*far)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// heard gives what came since the last call.
func (f *far) heard() (said []map[string]any, sound [][]byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	said, sound = f.said, f.binary
	f.said, f.binary = nil, nil
	return said, sound
}
