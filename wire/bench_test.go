package wire

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"
)

func BenchmarkBind(b *testing.B) {
	s, err := ShapeOf(reflect.TypeFor[startInput]())
	if err != nil {
		b.Fatal(err)
	}
	body := []byte(sampleBody)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		in := new(startInput)
		d := binder{}
		if err := d.bind(s, reflect.ValueOf(in).Elem(), string(body), nil, "", nil); err != nil {
			b.Fatal(err)
		}
	}
}

// signed is sampleBody, as a Go SDK signs it.
func signed(now time.Time) *http.Request {
	r := httptest.NewRequest("PUT", "http://127.0.0.1:3425/contact/outbound-chat", strings.NewReader(sampleBody))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Amz-Sdk-Invocation-Id", "b2d1f2b8-7c50-4d11-9f7e-0198c1f27c50")
	r.Header.Set("X-Amz-User-Agent", "aws-sdk-go-v2/1.47 os/linux")
	Sign(r, []byte(sampleBody), Credentials{suiteKey, suiteSecret, ""}, "us-east-1", "connect", now)
	return r
}

func BenchmarkVerify(b *testing.B) {
	r := signed(suiteNow)
	v := suiteVerifier()
	body := strings.NewReader("")
	r.Body = io.NopCloser(body)
	buf := make([]byte, 0, 2048)
	b.ReportAllocs()
	for b.Loop() {
		body.Reset(sampleBody)
		if _, _, err := v.verify(r, "connect", nil, buf); err != nil {
			b.Fatal(err)
		}
	}
}

// nowhere is a ResponseWriter that keeps nothing.
type nowhere struct {
	h      http.Header
	status int
}

func (n *nowhere) Header() http.Header         { return n.h }
func (n *nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (n *nowhere) WriteHeader(status int)      { n.status = status }

// BenchmarkServe is one whole request but for net/http: verify, bind, authorize, call, answer.
func BenchmarkServe(b *testing.B) {
	r := mustRouter(b, Config{Service: "connect", Verifier: suiteVerifier(), Operations: sample(
		func(context.Context, *startInput) (*startOutput, error) {
			return &startOutput{"0198c1f2-7c50-7d11-9f7e-b53d1f2b8a0f"}, nil
		},
		func(context.Context, *listInput) (*listOutput, error) { return nil, nil })})
	q := signed(suiteNow)
	body := strings.NewReader("")
	q.Body = io.NopCloser(body)
	w := &nowhere{h: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		body.Reset(sampleBody)
		if r.ServeHTTP(w, q); w.status != 200 {
			b.Fatal(w.status)
		}
	}
}
