package flow

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/resource"
)

// A testWorld is a small instance: what is not in it is not there.
type testWorld struct {
	flows   map[string]*Flow // by id
	old     map[string]*Flow // by hash: contents in which parked contacts stand
	queues  map[string]*resource.Queue
	hours   map[string]*resource.Hours
	prompts map[string]*resource.Prompt
	numbers map[string]*resource.Number
	users   map[string]*resource.User
	bots    map[string]Bot
	serves  map[string]bool
	silent  bool // the instance keeps no flow log
}

func (w *testWorld) Instance() *resource.Instance {
	return &resource.Instance{Meta: resource.Meta{ID: "i-1", ARN: "arn:aws:connect:us-east-1:111122223333:instance/i-1"},
		Region: "us-east-1", FlowLogs: !w.silent}
}

func find[T any](m map[string]*T, kind, ref string) (*T, error) {
	if v := m[ref]; v != nil {
		return v, nil
	}
	return nil, fault.New(fault.NotFound, "%s %q", kind, ref)
}

func (w *testWorld) Flow(ref string) (*Flow, error)       { return find(w.flows, "flow", ref) }
func (w *testWorld) FlowNamed(name string) (*Flow, error) { return find(w.flows, "flow", name) }
func (w *testWorld) Content(id, hash string) (*Flow, error) {
	if f := w.flows[id]; f != nil && f.Hash == hash {
		return f, nil
	}
	return find(w.old, "content", hash)
}
func (w *testWorld) Queue(ref string) (*resource.Queue, error) { return find(w.queues, "queue", ref) }
func (w *testWorld) Hours(ref string) (*resource.Hours, error) { return find(w.hours, "hours", ref) }
func (w *testWorld) Prompt(ref string) (*resource.Prompt, error) {
	return find(w.prompts, "prompt", ref)
}
func (w *testWorld) Number(ref string) (*resource.Number, error) {
	return find(w.numbers, "number", ref)
}
func (w *testWorld) User(ref string) (*resource.User, error) { return find(w.users, "user", ref) }
func (w *testWorld) Contact(id contact.ID) (*contact.Contact, error) {
	return nil, fault.New(fault.NotFound, "contact %q", id)
}
func (w *testWorld) Bot(alias string) (Bot, bool)            { b, ok := w.bots[alias]; return b, ok }
func (w *testWorld) Serves(service string) bool              { return w.serves[service] }
func (w *testWorld) Metrics(string, contact.Channel) Metrics { return Metrics{} }

// A stage is one contact in its world, fed with inputs.
type stage struct {
	t   testing.TB
	w   *testWorld
	c   *contact.Contact
	at  time.Time
	out *Out // of the last input
}

// The time at which every stage begins: a Friday.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// stageOf sets up a contact of a channel ("VOICE", "SMS", "WhatsApp", "TASK") in a
// flow whose actions are given, one a line: see script.
func stageOf(t testing.TB, channel, lines string) *stage {
	t.Helper()
	s := &stage{t: t, at: noon, w: &testWorld{flows: map[string]*Flow{}, old: map[string]*Flow{}}}
	s.publish("f", lines)
	s.c = &contact.Contact{ID: "c-1", Instance: "i-1", Channel: contact.Chat, Method: contact.MethodAPI, LanguageCode: "en-US",
		Customer:  contact.Endpoint{Type: contact.TelephoneNumber, Address: "+12065550100"},
		System:    contact.Endpoint{Type: contact.TelephoneNumber, Address: "+12065550199"},
		Initiated: noon, Position: contact.Position{Flow: "f"}}
	switch channel {
	case "SMS":
		s.c.Subtype = contact.SMS
	case "WhatsApp":
		s.c.Subtype = contact.WhatsApp
	default:
		s.c.Channel = contact.Channel(channel)
	}
	return s
}

// publish makes the flow id of lines; contacts that stand in the old one stay there.
func (s *stage) publish(id, lines string) *Flow {
	s.t.Helper()
	f, err := Parse(id, script(lines))
	if err != nil {
		s.t.Fatal(err)
	}
	if old := s.w.flows[id]; old != nil {
		s.w.old[old.Hash] = old
	}
	s.w.flows[id] = f
	return f
}

// script writes a flow: each line is an identifier, a type, its parameters as
// JSON (or nothing), and its transitions: "> next", "!Error next",
// "?Operator:operand next". The first line is the start; one that ends with a
// comma goes on in the next.
func script(lines string) []byte {
	var all []any
	start := ""
	for line := range strings.Lines(strings.ReplaceAll(lines, ",\n", ",")) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		id, rest, _ := strings.Cut(line, " ")
		kind, rest, _ := strings.Cut(rest, " ")
		if start == "" {
			start = id
		}
		params := json.RawMessage("{}")
		if rest = strings.TrimSpace(rest); strings.HasPrefix(rest, "{") {
			d := json.NewDecoder(strings.NewReader(rest))
			if err := d.Decode(&params); err != nil {
				panic(fmt.Sprintf("line %q: %v", line, err))
			}
			rest = rest[d.InputOffset():]
		}
		all = append(all, map[string]any{"Identifier": id, "Type": kind, "Parameters": params, "Transitions": transitions(rest)})
	}
	doc, err := json.Marshal(map[string]any{"Version": "2019-10-30", "StartAction": start, "Actions": all})
	if err != nil {
		panic(err)
	}
	return doc
}

func transitions(rest string) map[string]any {
	words := strings.Fields(rest)
	if len(words) == 0 {
		return map[string]any{}
	}
	errs, conds := []any{}, []any{}
	tr := map[string]any{}
	for i := 0; i+1 < len(words); i += 2 {
		w, next := words[i], words[i+1]
		switch w[0] {
		case '>':
			tr["NextAction"] = next
		case '!':
			errs = append(errs, map[string]any{"ErrorType": w[1:], "NextAction": next})
		case '?':
			op, operand, _ := strings.Cut(w[1:], ":")
			conds = append(conds, map[string]any{"NextAction": next,
				"Condition": map[string]any{"Operator": op, "Operands": []any{strings.ReplaceAll(operand, "_", " ")}}})
		}
	}
	tr["Errors"], tr["Conditions"] = errs, conds
	return tr
}

// hear feeds one input. The contact goes through JSON before and after: nothing
// may hang on what JSON does not keep.
func (s *stage) hear(in contact.Input) *Out {
	s.t.Helper()
	twin := s.kept()
	out, err := Step(s.w, s.c, in, s.at)
	if err != nil {
		s.t.Fatalf("%s: %v", contact.InputKind(in), err)
	}
	again, err := Step(s.w, twin, in, s.at)
	if err != nil {
		s.t.Fatalf("%s, after it was kept: %v", contact.InputKind(in), err)
	}
	if a, b := asJSON(s.t, out), asJSON(s.t, again); a != b {
		s.t.Fatalf("%s gives another Out after the contact was kept:\n%s\n%s", contact.InputKind(in), a, b)
	}
	if a, b := asJSON(s.t, s.c), asJSON(s.t, twin); a != b {
		s.t.Fatalf("%s gives another contact after it was kept:\n%s\n%s", contact.InputKind(in), a, b)
	}
	if back := s.kept(); asJSON(s.t, back) != asJSON(s.t, s.c) {
		s.t.Fatalf("%s leaves what JSON does not keep", contact.InputKind(in))
	}
	s.out = out
	return out
}

func (s *stage) kept() *contact.Contact {
	s.t.Helper()
	c := new(contact.Contact)
	if err := json.Unmarshal([]byte(asJSON(s.t, s.c)), c); err != nil {
		s.t.Fatal(err)
	}
	return c
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	doc, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

// answer starts a call and has it answered.
func (s *stage) answer() *Out {
	s.t.Helper()
	s.hear(contact.Started{})
	return s.hear(contact.CallAnswered{Ref: "call-1"})
}

// start starts a contact that is no call.
func (s *stage) start() *Out { s.t.Helper(); return s.hear(contact.Started{}) }

// later moves the time.
func (s *stage) later(d time.Duration) *stage { s.at = s.at.Add(d); return s }

// path is the actions passed with the branches taken, of the last input.
func (s *stage) path() string {
	var out []string
	for _, p := range s.out.Passed {
		out = append(out, p.Action+":"+p.Branch)
	}
	return strings.Join(out, ", ")
}

// expectPath fails unless the last input passed these actions by these branches.
func (s *stage) expectPath(want string) {
	s.t.Helper()
	if got := s.path(); got != want {
		s.t.Errorf("passed %s\nwant   %s\nnotes %q, why %q", got, want, s.out.Notes, s.whys())
	}
}

func (s *stage) whys() []string {
	var out []string
	for _, p := range s.out.Passed {
		if p.Why != "" {
			out = append(out, p.Action+": "+p.Why)
		}
	}
	return out
}

// expectEffects fails unless the last input asked for exactly these.
func (s *stage) expectEffects(want ...contact.Effect) {
	s.t.Helper()
	if len(want) == 0 && len(s.out.Effects) == 0 {
		return
	}
	if !reflect.DeepEqual(s.out.Effects, want) {
		s.t.Errorf("effects %s\nwant    %s", describe(s.out.Effects), describe(want))
	}
}

func describe(list []contact.Effect) string {
	var out []string
	for _, e := range list {
		doc, _ := json.Marshal(e)
		out = append(out, contact.EffectKind(e)+string(doc))
	}
	return strings.Join(out, " ")
}

// sent gives the texts of the messages that the last input asked for.
func (s *stage) sent() []string {
	var out []string
	for _, e := range s.out.Effects {
		if m, ok := e.(contact.SendMessage); ok {
			out = append(out, m.Text)
		}
	}
	return out
}

func (s *stage) expectSent(want ...string) {
	s.t.Helper()
	if got := s.sent(); !slices.Equal(got, want) {
		s.t.Errorf("sent %q, want %q", got, want)
	}
}

// expectEvents fails unless the last input told exactly these events.
func (s *stage) expectEvents(want ...string) {
	s.t.Helper()
	var got []string
	for _, e := range s.out.Events {
		got = append(got, e.Type)
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("events %q, want %q", got, want)
	}
}

// expectEnd fails unless the contact has ended with this reason.
func (s *stage) expectEnd(reason string) {
	s.t.Helper()
	if s.c.Open() || s.c.Reason != reason {
		s.t.Errorf("open %v, reason %q; want ended with %q; notes %q", s.c.Open(), s.c.Reason, reason, s.out.Notes)
	}
}

// expectOpen fails unless the contact waits at an action ("" for none).
func (s *stage) expectOpen(action string) {
	s.t.Helper()
	if !s.c.Open() || s.c.Position.Action != action {
		s.t.Errorf("open %v at %q (reason %q), want open at %q; notes %q", s.c.Open(), s.c.Position.Action, s.c.Reason, action, s.out.Notes)
	}
}

// expectStale fails unless the last input changed nothing.
func (s *stage) expectStale() {
	s.t.Helper()
	if !s.out.Stale || len(s.out.Effects)+len(s.out.Events)+len(s.out.Passed) > 0 {
		s.t.Errorf("not stale: %+v", s.out)
	}
}

// expectVar fails unless a reference gives this text.
func (s *stage) expectVar(ref, want string) {
	s.t.Helper()
	turn := &Turn{World: s.w, Contact: s.c, At: s.at}
	tpl := parseTemplate(ref)
	if got := turn.render(&tpl); got != want {
		s.t.Errorf("%s is %q, want %q", ref, got, want)
	}
}

// expectNote fails unless a note of the last input holds the words.
func (s *stage) expectNote(words string) {
	s.t.Helper()
	if !strings.Contains(strings.Join(s.out.Notes, "\n"), words) {
		s.t.Errorf("notes %q hold nothing of %q", s.out.Notes, words)
	}
}

// A parrot is a bot for tests: it understands the words it is told.
type parrot map[string]Heard

func (p parrot) Hear(text string, _ json.RawMessage, session map[string]string, _ time.Time) Heard {
	h := p[strings.ToLower(text)]
	if h.Session == nil {
		h.Session = maps.Clone(session)
	}
	return h
}
