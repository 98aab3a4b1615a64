package webhook

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
)

// pipes is a listener without sockets, so that time may stand still around it.
type pipes struct {
	calls chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes"} }

// far is a far side that answers with f: real HTTP, over pipes.
func far(t *testing.T, f http.HandlerFunc) http.RoundTripper {
	p := &pipes{calls: make(chan net.Conn), done: make(chan struct{})}
	s := &http.Server{Handler: f}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := s.Serve(p); !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}()
	tr := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		select {
		case p.calls <- there:
			return here, nil
		case <-p.done:
			return nil, net.ErrClosed
		}
	}}
	t.Cleanup(func() {
		tr.CloseIdleConnections()
		s.Close()
		<-ended
	})
	return tr
}

// A seen is a request as it came in.
type seen struct {
	method, uri, host string
	header            http.Header
	body              string
}

func see(r *http.Request) seen {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return seen{uri: err.Error()}
	}
	return seen{r.Method, r.RequestURI, r.Host, r.Header, string(b)}
}

// silent answers nothing until nobody listens any more.
func silent(_ http.ResponseWriter, r *http.Request) {
	see(r) // a server that has not read the body does not see the caller leave
	<-r.Context().Done()
}
