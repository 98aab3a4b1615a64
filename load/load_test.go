package load

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestEveryRequestIsSentOnce(t *testing.T) {
	var seen, bad atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		if string(b) == "no" {
			bad.Add(1)
			http.Error(w, "no", http.StatusTeapot)
			return
		}
		seen.Add(1)
		w.Header().Set("Content-Length", "2")
		w.Write([]byte("ok"))
	}))
	defer s.Close()
	var requests []Request
	for i := range 100 {
		body := "yes"
		if i%10 == 0 {
			body = "no"
		}
		r, err := http.NewRequest("PUT", s.URL+"/x?y=1", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		requests = append(requests, Prepare(r, []byte(body)))
	}
	var told atomic.Int64
	run := Run{Addr: s.Listener.Addr().String(), Conns: 4, Rate: 2000, Each: func(int, int, []byte) { told.Add(1) }}
	res, err := run.Send(context.Background(), requests)
	if err != nil {
		t.Fatal(err)
	}
	if res.OK != 90 || res.Bad != 10 || seen.Load() != 90 || bad.Load() != 10 || told.Load() != 100 {
		t.Errorf("OK %d, bad %d, seen %d, refused %d, told %d", res.OK, res.Bad, seen.Load(), bad.Load(), told.Load())
	}
	if !strings.HasPrefix(res.FirstBad, "418 no") {
		t.Errorf("first bad: %q", res.FirstBad)
	}
	if res.Took < 45*time.Millisecond {
		t.Errorf("100 requests at 2000/s took %v", res.Took)
	}
	if res.Percentile(50) > res.Percentile(99) || len(res.Latencies) != 90 {
		t.Error("latencies are not sorted")
	}
}

func TestABrokenConnectionIsAnError(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }))
	defer s.Close()
	r, _ := http.NewRequest("GET", s.URL, nil)
	if _, err := (Run{Addr: s.Listener.Addr().String(), Conns: 1}).Send(context.Background(), []Request{Prepare(r, nil)}); err == nil {
		t.Error("no error")
	}
}
