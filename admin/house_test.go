package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"outdial/attachment"
	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/flow"
	"outdial/gateway"
	"outdial/gateway/loopback"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

const (
	account = "111122223333"
	demo    = "11111111-2222-4333-8444-555555555555"
	foreign = "22222222-2222-4333-8444-555555555555"
	ours    = "+12065550190"
	ann     = "+12065550100"
	arnDemo = "arn:aws:connect:us-east-1:111122223333:instance/" + demo
)

// A house is a server with everything below it: store, engine, simulated world.
type house struct {
	*testing.T
	server *Server
	store  *store.Store
	engine *engine.Engine
	world  *loopback.World
	files  *attachment.Files
	creds  wire.Credentials // of requests; none: unsigned
	remote string           // where requests come from
	gone   atomic.Bool      // the sink says that it is gone for good
	free   chan struct{}    // closed: the slow carrier takes messages
}

// play runs a test on a house, in a bubble: timers cost nothing.
func play(t *testing.T, change func(*Config), test func(h *house)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := build(t, change)
		test(h)
	})
}

func build(t *testing.T, change func(*Config)) *house {
	h := &house{T: t, free: make(chan struct{}), remote: "127.0.0.1:40000", creds: wire.Credentials{AccessKeyID: "AKFIRST", SecretAccessKey: "first secret"}}
	var err error
	h.world, err = loopback.Open(loopback.Config{Account: "sim", Now: func() time.Time { return h.engine.Now() },
		Keep: func(ctx context.Context, a contact.Attachment, r io.Reader) (contact.Attachment, error) {
			return h.files.Keep(ctx, a, r)
		},
		Kept: func(ctx context.Context, id string) (contact.Attachment, error) { return h.files.Kept(ctx, id) }})
	if err != nil {
		t.Fatal(err)
	}
	h.store, err = store.Open(t.Context(), "file:"+filepath.Join(t.TempDir(), "house.db"), store.Options{
		Node: "one", Handover: func(j []store.Job) { h.engine.Take(j) }, Now: func() time.Time { return h.engine.Now() }})
	if err != nil {
		t.Fatal(err)
	}
	h.files, err = attachment.New(attachment.Config{Store: h.store, Dir: filepath.Join(t.TempDir(), "files"), URL: "http://127.0.0.1:3425/_outdial/attachments/"})
	if err != nil {
		t.Fatal(err)
	}
	h.engine = engine.New(engine.Config{Store: h.store, Node: "one", Sinks: []string{"crm"}, Gateways: map[string]gateway.Gateway{
		"sim": h.world, "slow": slow{deaf{}, h.free}, engine.SinkPrefix + "crm": sink{gone: &h.gone}}, Simulated: map[string]bool{"sim": true}})
	h.run()
	h.declare()
	c := Config{
		Name: "outdial", Store: h.store, Engine: h.engine, World: h.world, Files: h.files,
		Verifier: &wire.Verifier{Keys: h.key},
		NewKey: func(account, name string) *resource.Key {
			k := &resource.Key{Account: account, Secret: "made"}
			k.ID, k.Name = "AK"+strings.ToUpper(name), name
			return k
		},
	}
	if change != nil {
		change(&c)
	}
	if h.server, err = New(c); err != nil {
		t.Fatal(err)
	}
	return h
}

// deaf is a sink that takes everything.
type deaf struct{}

func (deaf) Do(context.Context, *contact.Contact, contact.Effect) (gateway.Result, error) {
	return gateway.Result{}, nil
}

func (deaf) Run(ctx context.Context, _ gateway.Inbox) error {
	<-ctx.Done()
	return nil
}

// sink takes everything, or nothing ever.
type sink struct {
	deaf
	gone *atomic.Bool
}

func (s sink) Do(context.Context, *contact.Contact, contact.Effect) (gateway.Result, error) {
	if s.gone.Load() {
		return gateway.Result{}, fault.New(fault.Refused, "gone")
	}
	return gateway.Result{}, nil
}

// slow is a carrier that takes nothing until it is let go.
type slow struct {
	deaf
	free chan struct{}
}

func (s slow) Do(context.Context, *contact.Contact, contact.Effect) (gateway.Result, error) {
	<-s.free
	return gateway.Result{Ref: "taken"}, nil
}

func (h *house) run() {
	ctx, cancel := context.WithCancel(context.Background())
	storing, stop := context.WithCancel(context.Background())
	var run, keep errgroup.Group
	keep.Go(func() error { return h.store.Run(storing) })
	run.Go(func() error { return h.engine.Run(ctx) })
	h.Cleanup(func() {
		cancel()
		err := run.Wait()
		stop()
		if kept := keep.Wait(); !errors.Is(kept, context.Canceled) {
			err = errors.Join(err, kept)
		}
		if err := errors.Join(err, h.store.Close(), h.world.Close()); err != nil {
			h.Error(err)
		}
	})
	synctest.Wait()
}

func (h *house) key(ctx context.Context, id string) (k *wire.Key, err error) {
	err = h.store.View(ctx, func(t *store.Tx) error {
		r, err := store.Load[resource.Key](t, resource.KindKey, id)
		if err != nil || !r.Revoked.IsZero() {
			return nil
		}
		k = &wire.Key{ID: id, Secret: r.Secret, Account: r.Account, ARN: "arn:aws:iam::" + r.Account + ":user/" + r.Name, Policy: new(wire.Policy)}
		for _, a := range r.Allow {
			k.Policy.Statements = append(k.Policy.Statements, wire.Statement{Actions: a.Actions, Resources: a.Resources})
		}
		if len(r.Allow) == 0 {
			k.Policy = wire.Everything()
		}
		return nil
	})
	return k, err
}

// declare makes two instances of two accounts, a number, keys and flows.
func (h *house) declare() {
	h.put(resource.KindInstance, "", demo, "demo", resource.Instance{Meta: resource.Meta{ID: demo, ARN: arnDemo, Name: "demo"}, Account: account, Region: "us-east-1"})
	h.put(resource.KindInstance, "", foreign, "foreign", resource.Instance{Meta: resource.Meta{ID: foreign, ARN: strings.ReplaceAll(arnDemo, demo, foreign), Name: "foreign"}, Account: "999900001111", Region: "us-east-1"})
	h.put(resource.KindNumber, demo, "number", ours, resource.Number{Meta: resource.Meta{ID: "number", Name: ours}, Number: ours, Channels: []string{"SMS", "VOICE", "WHATSAPP"}, Flow: "ask", Account: "sim"})
	for id, k := range map[string]resource.Key{
		"AKFIRST":   {Account: account, Secret: "first secret"},
		"AKFOREIGN": {Account: "999900001111", Secret: "foreign secret"},
		"AKREADER":  {Account: account, Secret: "reader secret", Allow: []resource.Rule{{Actions: []string{"outdial:List*"}}}},
	} {
		k.Meta = resource.Meta{ID: id, Name: strings.ToLower(id), Created: time.Unix(1, 0)}
		h.put(resource.KindKey, "", id, k.Name, k)
	}
	h.flow("ask", `{"Version":"2019-10-30","StartAction":"hi","Actions":[
		{"Identifier":"hi","Type":"MessageParticipant","Parameters":{"Text":"Hi! 1 confirms."},"Transitions":{"NextAction":"wait","Errors":[{"ErrorType":"NoMatchingError","NextAction":"end"}]}},
		{"Identifier":"wait","Type":"Wait","Parameters":{"TimeLimitSeconds":"90000","Events":["CustomerReturned"]},"Transitions":{"NextAction":"late","Errors":[{"ErrorType":"NoMatchingError","NextAction":"end"}],
			"Conditions":[{"NextAction":"thanks","Condition":{"Operator":"Equals","Operands":["CustomerReturned"]}},{"NextAction":"late","Condition":{"Operator":"Equals","Operands":["WaitCompleted"]}}]}},
		{"Identifier":"thanks","Type":"MessageParticipant","Parameters":{"Text":"Thank you."},"Transitions":{"NextAction":"end","Errors":[{"ErrorType":"NoMatchingError","NextAction":"end"}]}},
		{"Identifier":"late","Type":"MessageParticipant","Parameters":{"Text":"Too late."},"Transitions":{"NextAction":"end","Errors":[{"ErrorType":"NoMatchingError","NextAction":"end"}]}},
		{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}`)
	h.flow("speak", `{"Version":"2019-10-30","StartAction":"hi","Actions":[
		{"Identifier":"hi","Type":"MessageParticipant","Parameters":{"Text":"Good morning."},"Transitions":{"NextAction":"menu","Errors":[{"ErrorType":"NoMatchingError","NextAction":"end"}]}},
		{"Identifier":"menu","Type":"GetParticipantInput","Parameters":{"Text":"Press 1.","InputTimeLimitSeconds":"5","StoreInput":"False"},"Transitions":{"NextAction":"end",
			"Conditions":[{"NextAction":"bye","Condition":{"Operator":"Equals","Operands":["1"]}}],
			"Errors":[{"ErrorType":"InputTimeLimitExceeded","NextAction":"end"},{"ErrorType":"NoMatchingCondition","NextAction":"end"},{"ErrorType":"NoMatchingError","NextAction":"end"}]}},
		{"Identifier":"bye","Type":"MessageParticipant","Parameters":{"Text":"You pressed 1."},"Transitions":{"NextAction":"end","Errors":[{"ErrorType":"NoMatchingError","NextAction":"end"}]}},
		{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}`)
}

func (h *house) flow(id, doc string) {
	h.Helper()
	f, err := flow.Parse(id, []byte(doc))
	if err != nil {
		h.Fatal(err)
	}
	h.put(resource.KindFlow, demo, id, id, resource.Flow{Meta: resource.Meta{ID: id, Name: id}, Type: "CONTACT_FLOW", State: resource.Active, Content: doc, Hash: f.Hash})
}

func (h *house) put(kind resource.Kind, instance, id, name string, v any) {
	h.Helper()
	doc, err := json.Marshal(v)
	if err != nil {
		h.Fatal(err)
	}
	err = h.store.Update(h.Context(), store.Need{}, func(t *store.Tx) error {
		return t.PutResource(store.Row{Kind: string(kind), Instance: instance, ID: id, Name: name, Doc: doc})
	})
	if err != nil {
		h.Fatal(err)
	}
}

// start begins a contact and lets everything that is due happen.
func (h *house) start(flow, customer string, channel contact.Channel, amd ...contact.AMDConfig) contact.ID {
	h.Helper()
	id := h.begin("sim", flow, customer, channel, amd...)
	h.rest()
	return id
}

// begin begins a contact on a carrier account.
func (h *house) begin(carrier, flow, customer string, channel contact.Channel, amd ...contact.AMDConfig) contact.ID {
	h.Helper()
	c := &contact.Contact{
		Instance: demo, Channel: channel, Subtype: contact.SMS, Method: contact.MethodAPI, Account: carrier, Position: contact.Position{Flow: flow},
		Customer: contact.Endpoint{Type: contact.TelephoneNumber, Address: customer}, System: contact.Endpoint{Type: contact.TelephoneNumber, Address: ours},
	}
	if channel == contact.Voice {
		c.Subtype = contact.Telephony
	}
	for _, a := range amd {
		c.AMD = a
	}
	id, err := h.engine.Start(h.Context(), engine.StartRequest{Contact: c})
	if err != nil {
		h.Fatal(err)
	}
	return id
}

// rest lets what is under way come to its end.
func (h *house) rest() {
	h.Helper()
	if err := h.engine.Advance(h.Context(), 0, time.Minute); err != nil {
		h.Fatal(err)
	}
}

// ask makes a request and gives its answer.
func (h *house) ask(method, path, body string) *httptest.ResponseRecorder {
	h.Helper()
	w := httptest.NewRecorder()
	h.server.ServeHTTP(w, h.request(method, path, body))
	return w
}

func (h *house) request(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, "http://127.0.0.1:3425/_outdial/"+path, bytes.NewReader([]byte(body)))
	r.RemoteAddr = h.remote
	if h.creds.AccessKeyID != "" {
		wire.Sign(r, []byte(body), h.creds, "us-east-1", "connect", time.Now())
	}
	return r
}

// get makes a request that has to succeed, and reads its answer into out.
func (h *house) get(method, path, body string, out any) {
	h.Helper()
	w := h.ask(method, path, body)
	if w.Code < 200 || w.Code > 299 {
		h.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
		h.Fatalf("%s %s: %s: %v", method, path, w.Body, err)
	}
}

// refused makes a request that has to be refused, and checks why.
func (h *house) refused(method, path, body string, status int, field string) string {
	h.Helper()
	w := h.ask(method, path, body)
	var v complaint
	err := json.Unmarshal(w.Body.Bytes(), &v)
	if err != nil || w.Code != status || v.Error == "" || v.Field != field || w.Header().Get("Content-Type") != "application/json" {
		h.Errorf("%s %s: %d %s, want %d about %q", method, path, w.Code, w.Body, status, field)
	}
	return v.Error
}
