package web

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
)

// far listens on loopback and handles each connection; it gives its address.
func far(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { defer c.Close(); handle(c) })
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return l.Addr().String()
}

func sendTo(t *testing.T, url string, timeout time.Duration) error {
	t.Helper()
	tr := transport().(*http.Transport)
	defer tr.CloseIdleConnections()
	c := config(plain{url: url})
	c.Timeout = timeout
	_, err := New(c, Options{HTTP: tr}).Do(context.Background(), person(), contact.SendMessage{ID: "1", Text: "x"})
	return err
}

// TestFate: whether the carrier may have a message decides whether it may be
// sent again without a word. The connections are real.
func TestFate(t *testing.T) {
	dead := far(t, func(net.Conn) {})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	l.Close()
	silent := make(chan struct{})
	hangs := far(t, func(c net.Conn) {
		_, _ = http.ReadRequest(bufio.NewReader(c))
		<-silent
	})
	defer close(silent)
	drops := far(t, func(c net.Conn) { _, _ = http.ReadRequest(bufio.NewReader(c)) })
	torn := far(t, func(c net.Conn) {
		_, _ = http.ReadRequest(bufio.NewReader(c))
		_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"))
	})
	for _, c := range []struct {
		name, url string
		want      fault.Kind
		code      string
	}{
		{"nobody listens", "http://" + nobody, fault.Busy, CodeUnreachable},
		{"no such name", "http://outdial.invalid", fault.Busy, CodeUnreachable},
		{"no TLS there", "https://" + dead, fault.Busy, CodeUnreachable},
		{"taken and dropped", "http://" + drops, fault.Internal, CodeBroken},
		{"taken and never answered", "http://" + hangs, fault.Internal, CodeNoAnswer},
		{"half an answer", "http://" + torn, fault.Internal, CodeBroken},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := sendTo(t, c.url, 300*time.Millisecond)
			if !fault.Is(err, c.want) || fault.CodeOf(err) != c.code {
				t.Errorf("%v: %v, %q", err, fault.KindOf(err), fault.CodeOf(err))
			}
		})
	}
}

// TestNeverTwice: a connection that was kept and breaks in the middle of a
// request does not make net/http send it again by itself.
func TestNeverTwice(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		t.Run(method, func(t *testing.T) {
			var seen atomic.Int32
			address := far(t, func(c net.Conn) {
				b := bufio.NewReader(c)
				for n := 0; ; n++ {
					r, err := http.ReadRequest(b)
					if err != nil {
						return
					}
					seen.Add(1)
					if n > 0 || r.URL.Path == "/break" {
						return // it was taken, and the answer never comes
					}
					if _, err := c.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nref")); err != nil {
						return
					}
				}
			})
			tr := transport().(*http.Transport)
			defer tr.CloseIdleConnections()
			g := New(config(plain{}), Options{HTTP: tr})
			ask := func(path string) error {
				q := &Request{Method: method, URL: "http://" + address + path}
				if method == http.MethodPost {
					q.Body = []byte("x")
				}
				_, err := g.roundTrip(t.Context(), q)
				return err
			}
			if err := ask("/"); err != nil {
				t.Fatal(err)
			}
			if err := ask("/break"); !fault.Is(err, fault.Internal) {
				t.Errorf("%v is not of unknown outcome", err)
			}
			if n := seen.Load(); n != 2 {
				t.Errorf("the carrier got %d requests, not 2", n)
			}
		})
	}
}
