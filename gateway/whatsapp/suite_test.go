package whatsapp

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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
	"time"

	"outdial/contact"
	"outdial/gateway/gatewaytest"
	"outdial/gateway/web"
	"outdial/gateway/web/webtest"
)

const ours = "+4930123456"

// A farSide is Meta, or AWS before it.
type farSide struct {
	account Account
	sns     *webtest.SNS
	g       *web.Gateway
	taken   chan gatewaytest.Taken

	mu   sync.Mutex
	n    int
	next *refusal
}

// A refusal is an answer that is no good one.
type refusal struct {
	status int
	body   string
	header string // X-Amzn-Errortype
}

func (f *farSide) RoundTrip(r *http.Request) (*http.Response, error) {
	if a := f.sns.Serve(r); a != nil {
		return a, nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	w := httptest.NewRecorder()
	if n := f.next; n != nil {
		f.next = nil
		w.Header().Set("X-Amzn-Errortype", n.header)
		w.WriteHeader(n.status)
		_, _ = w.WriteString(n.body)
	} else {
		f.n++
		_, _ = w.WriteString(f.take(body, "ref-"+strconv.Itoa(f.n)))
	}
	a := w.Result()
	a.Request = r
	return a, nil
}

// take takes a message and answers.
func (f *farSide) take(body []byte, ref string) string {
	var envelope struct{ Message []byte }
	if f.account.Provider == aws && json.Unmarshal(body, &envelope) == nil {
		body = envelope.Message
	}
	var m struct {
		To   string
		Text struct{ Body string }
	}
	_ = json.Unmarshal(body, &m)
	f.taken <- gatewaytest.Taken{From: ours, To: m.To, Text: m.Text.Body, Ref: ref}
	if f.account.Provider == aws {
		return fmt.Sprintf(`{"messageId": %q}`, ref)
	}
	return fmt.Sprintf(`{"contacts": [{"wa_id": %q}], "messages": [{"id": %q}]}`, strings.TrimPrefix(m.To, "+"), ref)
}

func (f *farSide) took(ctx context.Context) (gatewaytest.Taken, error) {
	select {
	case m := <-f.taken:
		return m, nil
	case <-ctx.Done():
		return gatewaytest.Taken{}, ctx.Err()
	}
}

// tell calls the web-hook with what Meta calls a value.
func (f *farSide) tell(ref string, value map[string]any) error {
	value["metadata"] = map[string]string{"phone_number_id": "1", "display_phone_number": ours[1:]}
	entry := map[string]any{"id": "1", "changes": []any{map[string]any{"field": "messages", "value": value}}}
	var body []byte
	var r *http.Request
	if f.account.Provider == aws {
		inner, _ := json.Marshal(entry)
		event, _ := json.Marshal(map[string]any{"whatsAppWebhookEntry": string(inner), "messageId": ref})
		var err error
		if body, err = f.sns.Notification("arn:aws:sns:us-east-1:1:t", "", string(event), time.Now()); err != nil {
			return err
		}
		r = httptest.NewRequest(http.MethodPost, "/_outdial/hooks/wa", strings.NewReader(string(body)))
	} else {
		body, _ = json.Marshal(map[string]any{"object": "whatsapp_business_account", "entry": []any{entry}})
		r = httptest.NewRequest(http.MethodPost, "/_outdial/hooks/wa", strings.NewReader(string(body)))
		m := hmac.New(sha256.New, []byte(f.account.AppSecret))
		m.Write(body)
		r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(m.Sum(nil)))
	}
	w := httptest.NewRecorder()
	f.g.Hook().ServeHTTP(w, r)
	if w.Code >= 300 {
		return errors.New(w.Result().Status)
	}
	return nil
}

func (f *farSide) answerNext(n refusal) func(*contact.Contact) {
	return func(*contact.Contact) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.next = &n
	}
}

// TestSuite runs the suite of all message carriers, both ways.
func TestSuite(t *testing.T) {
	for name, c := range map[string]struct {
		account      Account
		busy, refuse refusal
	}{
		meta: {Account{Token: "t", AppSecret: "secret", Verify: "v", Phones: map[string]string{ours: "1"}},
			refusal{400, `{"error": {"code": 130429, "message": "slow down"}}`, ""}, refusal{400, `{"error": {"code": 131009}}`, ""}},
		aws: {Account{Provider: aws, Region: "us-east-1", User: "u", Secret: "s", Topics: []string{"arn:aws:sns:us-east-1:1:t"}, Phones: map[string]string{ours: "phone-number-id-1"}},
			refusal{429, `{}`, "ThrottledRequestException"}, refusal{400, `{}`, "InvalidParametersException"}},
	} {
		t.Run(name, func(t *testing.T) {
			gatewaytest.RunInBubble(t, func(t *testing.T) gatewaytest.Carrier {
				s, err := webtest.NewSNS()
				if err != nil {
					t.Fatal(err)
				}
				c.account.Name = "wa"
				f := &farSide{account: c.account, sns: s, taken: make(chan gatewaytest.Taken, 1000)}
				if f.g, err = New(c.account, Options{HTTP: f, HookURL: hooks}); err != nil {
					t.Fatal(err)
				}
				return gatewaytest.Carrier{
					Gateway: f.g, Account: "wa", Took: f.took,
					Ready: func(context.Context) error { synctest.Wait(); return nil },
					Contact: func(i int) *contact.Contact {
						return &contact.Contact{ID: contact.ID(fmt.Sprint(i)), Channel: contact.Chat, Subtype: contact.WhatsApp,
							Customer: contact.Endpoint{Address: fmt.Sprintf("+4915110000%03d", i)}, System: contact.Endpoint{Address: ours}}
					},
					Receipt: func(_ context.Context, ref, status string) error {
						word := map[string]string{contact.StatusDelivered: "delivered", contact.StatusFailed: "failed"}[status]
						return f.tell(ref, map[string]any{"statuses": []any{map[string]any{"id": ref, "status": word, "timestamp": "1"}}})
					},
					Reply: func(_ context.Context, c *contact.Contact, id, text string) error {
						return f.tell(id, map[string]any{"messages": []any{map[string]any{"from": c.Customer.Address[1:], "id": id, "type": "text",
							"text": map[string]string{"body": text}}}})
					},
					Busy: f.answerNext(c.busy), Refuse: f.answerNext(c.refuse),
				}
			})
		})
	}
}
