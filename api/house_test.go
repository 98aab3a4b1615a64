package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"outdial/attachment"
	"outdial/engine"
	"outdial/gateway"
	"outdial/gateway/loopback"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

// What every house of a test has.
const (
	account    = "111122223333"
	region     = "us-east-1"
	instanceID = "11111111-2222-4333-8444-555555555555"
	otherID    = "11111111-2222-4333-8444-666666666666" // of another account
	numberID   = "aaaaaaaa-0000-4000-8000-000000000001" // +12065550190: SMS, voice
	whatsAppID = "aaaaaaaa-0000-4000-8000-000000000002" // +12065550191
	otherNumID = "aaaaaaaa-0000-4000-8000-000000000003" // of the other account
	hoursID    = "bbbbbbbb-0000-4000-8000-000000000001"
	queueID    = "cccccccc-0000-4000-8000-000000000001"
	dumbID     = "cccccccc-0000-4000-8000-000000000002" // a queue without a caller id
	flowID     = "dddddddd-0000-4000-8000-000000000001"
	voiceID    = "dddddddd-0000-4000-8000-000000000002"
	draftID    = "dddddddd-0000-4000-8000-000000000003" // never published
	whisperID  = "dddddddd-0000-4000-8000-000000000004"
	securityID = "ffffffff-0000-4000-8000-000000000001"
	onlineID   = "ffffffff-0000-4000-8000-000000000002" // the status Available
	offlineID  = "ffffffff-0000-4000-8000-000000000003"
	promptID   = "eeeeeeee-0000-4000-8000-000000000001"
)

// A house is the whole of it on a SQLite file of the test's own: store, engine,
// simulated carrier, and the API in front.
type house struct {
	testing.TB
	store  *store.Store
	engine *engine.Engine
	world  *loopback.World
	files  *attachment.Files
	server *Server
	http   http.Handler
	stop   func() error
	path   string
}

// build makes a house; change may change the instance before it is kept.
func build(t testing.TB, change ...func(*resource.Instance)) *house {
	t.Helper()
	h := &house{TB: t, path: filepath.Join(t.TempDir(), "house.db")}
	h.open()
	h.furnish(change...)
	return h
}

// open starts the house, or starts it again on the same file.
func (h *house) open() {
	h.Helper()
	var e *engine.Engine
	s, err := store.Open(h.Context(), "file:"+h.path, store.Options{
		Node: "one", Handover: func(j []store.Job) { e.Take(j) }, Now: func() time.Time { return e.Now() },
	})
	if err != nil {
		h.Fatal(err)
	}
	h.files, err = attachment.New(attachment.Config{Store: s, Dir: h.path + ".files", Max: 1000, Key: []byte("of the test"), URL: "http://127.0.0.1:3425/_x/attachments/"})
	if err != nil {
		h.Fatal(err)
	}
	if h.world, err = loopback.Open(loopback.Config{Account: "loopback", Now: func() time.Time { return e.Now() }, Keep: h.files.Keep, Kept: h.files.Kept}); err != nil {
		h.Fatal(err)
	}
	e = engine.New(engine.Config{
		Store: s, Gateways: map[string]gateway.Gateway{"loopback": h.world},
		Simulated: map[string]bool{"loopback": true}, Node: "one",
	})
	h.store, h.engine = s, e
	h.server = New(Config{
		Engine: e, Store: s, Tokens: wire.Tokens{Key: []byte("of the test, 32 bytes long......")},
		Anonymous: wire.Caller{Account: account, Region: region, ARN: "arn:aws:iam::" + account + ":user/test", UserID: "test",
			Policy: &wire.Policy{Statements: []wire.Statement{{Actions: []string{"*"}}}}},
		Carrier: func(*resource.Number, string) string { return "loopback" },
		URL:     "http://127.0.0.1:3425",
		Files:   h.files,
	})
	if h.http, err = h.server.Handler(); err != nil {
		h.Fatal(err)
	}
	h.run(s, e)
}

func (h *house) run(s *store.Store, e *engine.Engine) {
	ctx, cancel := context.WithCancel(context.Background())
	last, close := context.WithCancel(context.Background())
	var work, keep errgroup.Group
	keep.Go(func() error { return s.Run(last) })
	work.Go(func() error { return e.Run(ctx) })
	h.stop = sync.OnceValue(func() error {
		cancel()
		err := work.Wait()
		close()
		if ended := keep.Wait(); ended != nil && !errors.Is(ended, context.Canceled) {
			err = errors.Join(err, ended)
		}
		return errors.Join(err, s.Close(), h.world.Close())
	})
	h.Cleanup(func() {
		if err := h.stop(); err != nil {
			h.Error(err)
		}
	})
}

// restart ends the house and starts it again.
func (h *house) restart() {
	h.Helper()
	if err := h.stop(); err != nil {
		h.Fatal(err)
	}
	h.open()
}

// put keeps a resource as the configuration does.
func (h *house) put(kind resource.Kind, instance string, v interface{ Head() *resource.Meta }) {
	h.Helper()
	m := v.Head()
	if m.ARN == "" && instance != "" {
		m.ARN = h.home(instance).InstanceARN(string(kind), m.ID)
	}
	doc, err := json.Marshal(v)
	if err != nil {
		h.Fatal(err)
	}
	err = h.store.Update(h.Context(), store.Need{}, func(t *store.Tx) error {
		return t.PutResource(store.Row{Kind: string(kind), Instance: instance, ID: m.ID, Name: m.Name, Doc: doc})
	})
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) home(instance string) wire.Home {
	home := wire.Home{Service: "connect", Region: region, Account: account, Instance: instance}
	if instance == otherID {
		home.Account = "444455556666"
	}
	return home
}

// furnish puts in what the cases refer to.
func (h *house) furnish(change ...func(*resource.Instance)) {
	h.Helper()
	meta := func(id, name string) resource.Meta {
		return resource.Meta{ID: id, Name: name, File: true, Created: time.Unix(1700000000, 0), Modified: time.Unix(1700000000, 0)}
	}
	in := &resource.Instance{Meta: meta(instanceID, "demo"), Account: account, Region: region, Inbound: true, Outbound: true}
	for _, f := range change {
		f(in)
	}
	h.put(resource.KindInstance, "", in)
	h.put(resource.KindInstance, "", &resource.Instance{Meta: meta(otherID, "other"), Account: "444455556666", Region: region, Outbound: true})
	number := func(id, number, instance string, channels ...string) {
		n := &resource.Number{Meta: meta(id, number), Number: number, Channels: channels}
		n.ARN = h.home(instance).ARN("phone-number/" + id)
		h.put(resource.KindNumber, instance, n)
	}
	number(numberID, "+12065550190", instanceID, "SMS", "VOICE")
	number(whatsAppID, "+12065550191", instanceID, "WHATSAPP")
	number(otherNumID, "+12065550192", otherID, "SMS")
	free := &resource.Number{Meta: resource.Meta{ID: "aaaaaaaa-0000-4000-8000-000000000004", Name: "+12065550194"}, Number: "+12065550194", Channels: []string{"VOICE", "WHATSAPP"}}
	free.ARN = h.home(instanceID).ARN("phone-number/" + free.ID)
	h.put(resource.KindNumber, instanceID, free) // not the configuration's
	h.put(resource.KindHours, instanceID, &resource.Hours{Meta: meta(hoursID, "Basic Hours"), TimeZone: "UTC",
		Config: []resource.HoursOfDay{{Day: "MONDAY", Start: "09:00", End: "17:00"}}})
	h.put(resource.KindQueue, instanceID, &resource.Queue{Meta: meta(queueID, "BasicQueue"), Hours: hoursID, CallerNumber: numberID, CallerName: "Demo"})
	h.put(resource.KindQueue, instanceID, &resource.Queue{Meta: meta(dumbID, "NoCaller"), Hours: hoursID})
	h.put(resource.KindPrompt, instanceID, &resource.Prompt{Meta: meta(promptID, "Beep.wav"), URI: "s3://demo/beep.wav"})
	h.put(resource.KindSecurity, instanceID, &resource.SecurityProfile{Meta: meta(securityID, "Agent"), Permissions: []string{"BasicAgentAccess"}})
	h.put(resource.KindStatus, instanceID, &resource.Status{Meta: meta(onlineID, "Available"), Type: "ROUTABLE", State: "ENABLED", Order: 1})
	h.put(resource.KindStatus, instanceID, &resource.Status{Meta: meta(offlineID, "Offline"), Type: "OFFLINE", State: "ENABLED", Order: 2})
	for _, number := range []string{"+12065550195", "+12065550196"} {
		h.put(resource.KindAvailable, instanceID, &resource.Number{Meta: meta(derivedID(number), number), Number: number, Channels: []string{"SMS", "VOICE"}})
	}
	published := func(id, name, kind, content string) {
		f := &resource.Flow{Meta: meta(id, name), Type: kind, State: resource.Active, Content: content, Hash: contentHash(content)}
		h.put(resource.KindFlow, instanceID, f)
	}
	published(flowID, "Chat", "CONTACT_FLOW", chatContent)
	published(voiceID, "Voice", "CONTACT_FLOW", voiceContent)
	published(whisperID, "Whisper", "OUTBOUND_WHISPER", voiceContent)
	h.put(resource.KindFlow, instanceID, &resource.Flow{Meta: meta(draftID, "Draft"), Type: "CONTACT_FLOW", State: resource.Active, Draft: chatContent})
	h.put(resource.KindTemplate, instanceID, &resource.Template{Meta: meta("reminder-sms", "reminder"), KnowledgeBase: "kb-1", Channel: "SMS",
		Text: "Hi {{Attributes.Custom.name}}, see you at {{time}}."})
	h.put(resource.KindTemplate, instanceID, &resource.Template{Meta: meta("reminder-wa", "reminder_wa"), KnowledgeBase: "kb-1", Channel: "WHATSAPP",
		Text: "Hi {{name}}, see you at {{time}}.", Attributes: []string{"name", "time"}, Approved: "appointment_reminder", Language: "en_US"})
}

// chatContent says something, waits for an answer, says thanks and ends.
const chatContent = `{"Version":"2019-10-30","StartAction":"say","Metadata":{},"Actions":[
{"Identifier":"say","Type":"MessageParticipant","Parameters":{"Text":"Hi $.Attributes.name"},"Transitions":{"NextAction":"wait","Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"}],"Conditions":[]}},
{"Identifier":"wait","Type":"Wait","Parameters":{"TimeLimitSeconds":"600","Events":["CustomerReturned"]},"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"}],"Conditions":[{"NextAction":"end","Condition":{"Operator":"Equals","Operands":["WaitCompleted"]}},{"NextAction":"thanks","Condition":{"Operator":"Equals","Operands":["CustomerReturned"]}}]}},
{"Identifier":"thanks","Type":"MessageParticipant","Parameters":{"Text":"Thank you"},"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"}],"Conditions":[]}},
{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}`

// voiceContent says something and hangs up.
const voiceContent = `{"Version":"2019-10-30","StartAction":"say","Metadata":{},"Actions":[
{"Identifier":"say","Type":"MessageParticipant","Parameters":{"Text":"Hello"},"Transitions":{"NextAction":"end","Errors":[{"NextAction":"end","ErrorType":"NoMatchingError"}],"Conditions":[]}},
{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}`

// do sends a request, and gives status, exception ("" for none) and body.
func (h *house) do(method, path, body string) (int, string, string) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	w := httptest.NewRecorder()
	h.http.ServeHTTP(w, r)
	return w.Code, w.Header().Get("X-Amzn-Errortype"), w.Body.String()
}

// rest waits until nothing is under way.
func (h *house) rest() {
	h.Helper()
	h.advance(0)
}

func (h *house) advance(d time.Duration) {
	h.Helper()
	if err := h.engine.Advance(h.Context(), d, 10*time.Second); err != nil {
		h.Fatal(err)
	}
}
