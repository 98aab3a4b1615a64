package play

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"outdial/bot"
	"outdial/contact"
	"outdial/fault"
	"outdial/flow"
	"outdial/resource"
)

// The instance of every play, unless its stubs say otherwise.
const (
	account  = "111122223333"
	region   = "us-east-1"
	instance = "00000000-0000-4000-8000-000000000001"
)

// A loaded is one flow of the play.
type loaded struct {
	file    string
	flow    *flow.Flow
	outline *outline
	doc     []byte

	byAction map[string][]Branch // see ways
}

// A world is what the flows of a play may look up. What the stubs do not name
// is there all the same, and in good order: queues are open, hours are always,
// prompts exist. But a function, a service or a bot without a stub is not there.
type world struct {
	files  Files
	stubs  *Stubs
	inst   resource.Instance
	from   string
	flows  []*loaded
	names  map[string]string // what the exports show for an id or an ARN
	tried  map[string]bool   // files that were looked into
	bots   map[string]flow.Bot
	others func(contact.ID) *contact.Contact
	any    flow.Bot // understands what no stub does; nil is nobody
	wild   *wild    // of an exploration; nil in a play
	serves func(service string) bool
}

func newWorld(h *Head, files Files) (*world, error) {
	w := &world{files: files, stubs: &h.Stubs, from: h.From, names: map[string]string{}, tried: map[string]bool{}, bots: map[string]flow.Bot{}}
	i := h.Stubs.Instance
	pick := func(key, none string) string {
		if v := i[key]; v != "" {
			return v
		}
		return none
	}
	w.inst = resource.Instance{Account: pick("account", account), Region: pick("region", region), Inbound: true, Outbound: pick("outbound", "true") == "true",
		FlowLogs: pick("flowLogs", "") == "true", References: pick("references", "lenient")}
	w.inst.ID = pick("id", instance)
	w.inst.Name = pick("alias", "play")
	w.inst.ARN = pick("arn", fmt.Sprintf("arn:aws:connect:%s:%s:instance/%s", w.inst.Region, w.inst.Account, w.inst.ID))
	for _, f := range h.Flows {
		if _, err := w.load(f); err != nil {
			return nil, err
		}
	}
	if len(w.flows) == 0 {
		return nil, fault.New(fault.Invalid, "flow: the head names none")
	}
	return w, w.makeBots()
}

// load reads a flow's file once.
func (w *world) load(file string) (*loaded, error) {
	for _, l := range w.flows {
		if l.file == file {
			return l, nil
		}
	}
	w.tried[file] = true
	if w.files.Read == nil {
		return nil, fault.New(fault.NotFound, "there is no file %s", file)
	}
	doc, err := w.files.Read(file)
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, err, "flow %s", file)
	}
	return w.add(file, doc)
}

// add takes a flow's content under the name of its file.
func (w *world) add(file string, doc []byte) (*loaded, error) {
	f, err := flow.Parse(strings.TrimSuffix(file, path.Ext(file)), doc)
	if err != nil {
		return nil, err
	}
	o, err := readOutline(doc)
	if err != nil {
		return nil, err
	}
	l := &loaded{file: file, flow: f, outline: o, doc: doc}
	w.flows = append(w.flows, l)
	for id, name := range o.names() {
		w.names[id] = name
	}
	return l, nil
}

func (w *world) makeBots() error {
	for _, key := range sortedNames(w.stubs.Bots) {
		s := w.stubs.Bots[key]
		if s.File != "" {
			doc, err := w.files.Read(s.File)
			if err != nil {
				return fault.Wrap(fault.Invalid, err, "bot %s", key)
			}
			file := s.File
			s = BotStub{}
			if err := unmarshal(string(doc), &s); err != nil {
				return fault.Wrap(fault.Invalid, err, "bot %s: %s", key, file)
			}
		}
		if len(s.Hears) > 0 {
			w.bots[key] = botTable(s.Hears)
			continue
		}
		b, err := bot.New(s.Definition)
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "bot %s", key)
		}
		w.bots[key] = localBot{b}
	}
	return nil
}

// A localBot is a bot of ours behind the flow's door for bots.
type localBot struct{ b *bot.Bot }

// Hear implements flow.Bot.
func (l localBot) Hear(text string, state json.RawMessage, session map[string]string, at time.Time) flow.Heard {
	return heard(l.b.Hear(text, state, session, at))
}

func heard(h bot.Heard) flow.Heard {
	out := flow.Heard{Intent: h.Intent, Score: h.Score, Slots: h.Slots, Session: h.Session, Dialog: h.Dialog, Reply: h.Reply, State: h.State}
	for _, a := range h.Alternates {
		out.Alternates = append(out.Alternates, heard(a))
	}
	return out
}

// A botTable understands what stands in it.
type botTable map[string]Heard

// Hear implements flow.Bot.
func (b botTable) Hear(text string, _ json.RawMessage, session map[string]string, _ time.Time) flow.Heard {
	h, ok := b[text]
	for _, key := range sortedNames(b) {
		if !ok && strings.EqualFold(strings.TrimSpace(key), strings.TrimSpace(text)) {
			h, ok = b[key], true
		}
	}
	if !ok {
		h, ok = b["*"]
	}
	if !ok || h.Intent == "" {
		h.Intent = bot.FallbackIntent
	}
	out := flow.Heard{Intent: h.Intent, Score: h.Score, Slots: h.Slots, Session: merged(h.Session, session), Sentiment: h.Sentiment,
		Dialog: h.Dialog, Reply: h.Reply}
	if out.Dialog == "" {
		out.Dialog = bot.Ready
	}
	if out.Score == 0 && h.Intent != bot.FallbackIntent {
		out.Score = 1
	}
	return out
}

// stub finds what a map of stubs has for a reference.
func stub[V any](w *world, m map[string]V, ref string) (V, string, bool) {
	if len(m) == 0 {
		var none V
		return none, "", false
	}
	for _, key := range slices.Concat([]string{ref, last(ref), w.names[ref]}, ends(ref), parts(ref)) {
		if v, ok := m[key]; ok && key != "" && key != "*" {
			return v, key, true
		}
	}
	if name := w.names[ref]; name != "" {
		for _, key := range sortedNames(m) {
			if folded(key) == folded(name) {
				return m[key], key, true
			}
		}
	}
	v, ok := m["*"]
	return v, "*", ok
}

// meta names a resource that a flow refers to.
func (w *world) meta(kind resource.Kind, ref string) resource.Meta {
	m := resource.Meta{ID: last(ref), ARN: ref, Name: w.names[ref]}
	if !strings.HasPrefix(ref, "arn:") {
		m.ARN = w.inst.ARN + "/" + string(kind) + "/" + ref
	}
	if m.Name == "" {
		m.Name = m.ID
	}
	return m
}

// gone tells whether nothing that a flow names is there.
func (w *world) gone() bool { return w.wild != nil && w.wild.v.missing }

func notThere(kind resource.Kind, ref string) error {
	return fault.New(fault.NotFound, "there is no %s %s", kind, ref)
}

// Instance implements flow.World, as all that follow.
func (w *world) Instance() *resource.Instance { return &w.inst }

// Flow looks among the stubs, the play's flows, and the files beside them.
func (w *world) Flow(ref string) (*flow.Flow, error) {
	if file, _, ok := stub(w, w.stubs.Flows, ref); ok {
		if file == missing {
			return nil, notThere(resource.KindFlow, ref)
		}
		l, err := w.load(file)
		if err != nil {
			return nil, err
		}
		return l.flow, nil
	}
	for _, l := range w.flows {
		if l.flow.ID == ref || l.file == ref {
			return l.flow, nil
		}
	}
	if w.gone() {
		return nil, notThere(resource.KindFlow, ref)
	}
	if l := w.among(ref); l != nil {
		return l.flow, nil
	}
	if l := w.beside(ref); l != nil {
		return l.flow, nil
	}
	if w.wild != nil {
		if l, ok := w.wild.flow(ref); ok {
			w.flows = append(w.flows, l)
			return l.flow, nil
		}
	}
	return nil, notThere(resource.KindFlow, ref)
}

// FlowNamed gives a default flow of the instance: one of the play's flows, or a
// file beside them, that bears its name.
func (w *world) FlowNamed(name string) (*flow.Flow, error) {
	if file, key, ok := stub(w, w.stubs.Flows, name); ok && key != "*" && file != missing {
		l, err := w.load(file)
		if err != nil {
			return nil, err
		}
		return l.flow, nil
	}
	if l := w.among(name); l != nil && !w.gone() {
		return l.flow, nil
	}
	if l := w.beside(name); l != nil && !w.gone() {
		return l.flow, nil
	}
	return nil, notThere(resource.KindFlow, name)
}

// among finds a flow by its id, its file's name, or its own name.
func (w *world) among(ref string) *loaded {
	id, name := folded(last(ref)), folded(w.names[ref])
	for _, l := range w.flows {
		for _, n := range []string{stem(l.file), l.outline.Metadata.Name} {
			if n = folded(n); n != "" && (n == id || n == name || n == folded(ref)) {
				return l
			}
		}
	}
	return nil
}

// beside looks for a file that bears the flow's name in the folders of the
// flows that are there.
func (w *world) beside(ref string) *loaded {
	if w.files.List == nil {
		return nil
	}
	id, name := folded(last(ref)), folded(w.names[ref])
	seen := map[string]bool{}
	for _, l := range w.flows[:len(w.flows):len(w.flows)] {
		folder := path.Dir(l.file)
		if seen[folder] {
			continue
		}
		seen[folder] = true
		list, err := w.files.List(folder)
		if err != nil {
			continue
		}
		for _, f := range list {
			s := folded(stem(f))
			if path.Ext(f) != ".json" || s != id && s != name || s == "" {
				continue
			}
			if l, err := w.load(path.Join(folder, path.Base(f))); err == nil {
				return l
			}
		}
	}
	return nil
}

// Content gives a flow of the play by its id and hash.
func (w *world) Content(id, hash string) (*flow.Flow, error) {
	for _, l := range w.flows {
		if l.flow.ID == id && l.flow.Hash == hash {
			return l.flow, nil
		}
	}
	return nil, notThere(resource.KindFlow, id)
}

func (w *world) Queue(ref string) (*resource.Queue, error) {
	if ref == "" {
		return nil, notThere(resource.KindQueue, ref)
	}
	s, key, ok := stub(w, w.stubs.Queues, ref)
	if s.Is == missing || w.gone() || w.wild != nil && w.wild.gone(0, w.wild.v.queueless) {
		return nil, notThere(resource.KindQueue, ref)
	}
	q := &resource.Queue{Meta: w.meta(resource.KindQueue, ref), Type: "STANDARD", Status: "ENABLED", Hours: "always", Max: s.Max, CallerNumber: s.CallerID}
	if w.wild != nil && w.wild.wants.force["Queue.Name"] != "" && !ok {
		q.Name = w.wild.wants.force["Queue.Name"]
	}
	if w.wild != nil && w.wild.v.full {
		q.Max = 1
	}
	if w.wild != nil && w.wild.v.off {
		q.Status = "DISABLED"
	}
	switch {
	case s.Name != "":
		q.Name = s.Name
	case ok && key != "*" && key != ref:
		q.Name = key
	}
	if s.Hours != "" {
		q.Hours = s.Hours
	}
	return q, nil
}

func (w *world) Hours(ref string) (*resource.Hours, error) {
	s, _, ok := stub(w, w.stubs.Hours, ref)
	if w.wild != nil && w.wild.v.closed {
		s.Is = "closed"
	}
	if s.Is == missing || w.gone() {
		return nil, notThere(resource.KindHours, ref)
	}
	h := &resource.Hours{Meta: w.meta(resource.KindHours, ref), TimeZone: "UTC"}
	switch {
	case ok && s.Is == "":
		h.Config, h.Overrides = s.Config, s.Overrides
		if s.TimeZone != "" {
			h.TimeZone = s.TimeZone
		}
	case s.Is != "closed":
		for d := time.Sunday; d <= time.Saturday; d++ {
			h.Config = append(h.Config, resource.HoursOfDay{Day: strings.ToUpper(d.String()), Start: "00:00", End: "00:00"})
		}
	}
	return h, nil
}

func (w *world) Prompt(ref string) (*resource.Prompt, error) {
	text, key, ok := stub(w, w.stubs.Prompts, ref)
	if text == missing || ref == "" || w.gone() {
		return nil, notThere(resource.KindPrompt, ref)
	}
	p := &resource.Prompt{Meta: w.meta(resource.KindPrompt, ref), Text: text}
	if ok && key != "*" && key != ref {
		p.Name = key
	}
	return p, nil
}

func (w *world) Number(ref string) (*resource.Number, error) {
	s, _, ok := stub(w, w.stubs.Numbers, ref)
	if s == missing || ref == "" || w.gone() {
		return nil, notThere(resource.KindNumber, ref)
	}
	n := &resource.Number{Meta: w.meta(resource.KindNumber, ref), Number: w.from, Channels: []string{"SMS", "VOICE", "WHATSAPP"}}
	switch {
	case ok:
		n.Number = s
	case strings.HasPrefix(ref, "+"):
		n.Number = ref
	}
	n.Name = n.Number
	return n, nil
}

func (w *world) User(ref string) (*resource.User, error) {
	s, key, ok := stub(w, w.stubs.Users, ref)
	// A queue that is missing is no agent's either.
	if q, _, _ := stub(w, w.stubs.Queues, ref); ref == "" || q.Is == missing || w.wild != nil && w.wild.gone(0, w.wild.v.queueless) {
		return nil, notThere(resource.KindUser, ref)
	}
	u := &resource.User{Meta: w.meta(resource.KindUser, ref), FirstName: s.FirstName, LastName: s.LastName}
	if ok && key != "*" && key != ref {
		u.Name = key
	}
	return u, nil
}

func (w *world) Contact(id contact.ID) (*contact.Contact, error) {
	if c := w.others(id); c != nil {
		return c, nil
	}
	return nil, fault.New(fault.NotFound, "there is no contact %s", id)
}

func (w *world) Bot(alias string) (flow.Bot, bool) {
	b, _, ok := stub(w, w.bots, alias)
	if !ok && w.any != nil && !w.gone() {
		return w.any, true
	}
	return b, ok
}

func (w *world) Serves(service string) bool {
	if w.serves != nil && w.serves(service) {
		return true
	}
	if arn, ok := strings.CutPrefix(service, "lambda:"); ok {
		_, _, ok := stub(w, w.stubs.Functions, arn)
		return ok
	}
	for key := range w.stubs.Services {
		name, _, _ := strings.Cut(key, ".")
		if name == service || key == "*" {
			return true
		}
	}
	return false
}

func (w *world) Metrics(queue string, _ contact.Channel) flow.Metrics {
	s, _, ok := stub(w, w.stubs.Queues, queue)
	if w.wild != nil && !ok {
		return w.wild.metrics()
	}
	span := func(text string) time.Duration {
		d, _ := ParseDuration(text) // it was checked when it was read
		return d
	}
	return flow.Metrics{Waiting: s.Waiting, Oldest: span(s.Oldest), Wait: span(s.Wait), Online: s.Online, Available: s.Available,
		Staffed: s.Staffed, AfterWork: s.AfterWork, Busy: s.Busy}
}
