package smshttp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"outdial/contact"
	"outdial/gateway/gatewaytest"
	"outdial/gateway/web"
	"outdial/gateway/web/webtest"
)

// A dialect is how the far side of one carrier speaks in the suite.
type dialect struct {
	account Account
	// took reads a send, refused when it cannot be one.
	took func(r *http.Request, body string) gatewaytest.Taken
	// taken is the answer to it; busy and refuse are answers too: a status and
	// a body.
	taken        func(ref string) (int, string)
	busy, refuse func() (int, string)
	// reply and receipt make web-hooks.
	reply   func(f *farSide, from, to, id, text string) *http.Request
	receipt func(f *farSide, ref string, delivered bool) *http.Request
	// ours makes the reference out of our id: the carrier has none.
	ours func(r *http.Request) string
}

// A farSide is a carrier in memory.
type farSide struct {
	dialect
	sns   *webtest.SNS
	g     *web.Gateway
	taken chan gatewaytest.Taken

	mu   sync.Mutex
	n    int
	next func() (int, string)
}

func (f *farSide) RoundTrip(r *http.Request) (*http.Response, error) {
	if a := f.sns.Serve(r); a != nil {
		return a, nil
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if next := f.next; next != nil {
		f.next = nil
		return response(r, next), nil
	}
	f.n++
	ref := "ref-" + strconv.Itoa(f.n)
	t := f.took(r, string(body))
	if f.ours != nil {
		ref = f.ours(r)
	}
	t.Ref = ref
	f.taken <- t
	return response(r, func() (int, string) { return f.dialect.taken(ref) }), nil
}

func response(r *http.Request, f func() (int, string)) *http.Response {
	status, body := f()
	w := httptest.NewRecorder()
	w.WriteHeader(status)
	_, _ = w.WriteString(body)
	a := w.Result()
	a.Request = r
	return a
}

func (f *farSide) Took(ctx context.Context) (gatewaytest.Taken, error) {
	select {
	case m := <-f.taken:
		return m, nil
	case <-ctx.Done():
		return gatewaytest.Taken{}, ctx.Err()
	}
}

func (f *farSide) answerNext(a func() (int, string)) func(*contact.Contact) {
	return func(*contact.Contact) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.next = a
	}
}

// call calls the web-hook; nothing but a 2xx is an acknowledgement.
func (f *farSide) call(r *http.Request) error {
	w := httptest.NewRecorder()
	f.g.Hook().ServeHTTP(w, r)
	if w.Code >= 300 {
		return errors.New(w.Result().Status)
	}
	return nil
}

func post(path, kind, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:3425/_outdial/hooks/acme"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	return r
}

// contactOf gives contacts on the sender that a carrier knows.
func contactOf(i int) *contact.Contact {
	return &contact.Contact{ID: contact.ID(fmt.Sprint(i)), Channel: contact.Chat, Subtype: contact.SMS,
		Customer: contact.Endpoint{Address: fmt.Sprintf("+4915110000%03d", i)}, System: contact.Endpoint{Address: "+4930123456"}}
}

// TestSuite runs the suite of all message carriers for each carrier.
func TestSuite(t *testing.T) {
	for name := range carriers {
		d, ok := dialects[name]
		if !ok {
			t.Errorf("%s has no dialect", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			gatewaytest.RunInBubble(t, func(t *testing.T) gatewaytest.Carrier {
				s, err := webtest.NewSNS()
				if err != nil {
					t.Fatal(err)
				}
				f := &farSide{dialect: d, sns: s, taken: make(chan gatewaytest.Taken, 1000)}
				a := d.account
				a.Name, a.Carrier = "acme", name
				if f.g, err = New(a, Options{HTTP: f, HookURL: hooks}); err != nil {
					t.Fatal(err)
				}
				return gatewaytest.Carrier{
					Gateway: f.g, Account: "acme", Contact: contactOf, Took: f.Took,
					Ready: func(context.Context) error { synctest.Wait(); return nil }, // until it runs
					Receipt: func(_ context.Context, ref, status string) error {
						return f.call(d.receipt(f, ref, status == contact.StatusDelivered))
					},
					Reply: func(_ context.Context, c *contact.Contact, id, text string) error {
						return f.call(d.reply(f, c.Customer.Address, c.System.Address, id, text))
					},
					Busy: f.answerNext(d.busy), Refuse: f.answerNext(d.refuse),
				}
			})
		})
	}
}
