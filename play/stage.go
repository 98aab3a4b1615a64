package play

import (
	"encoding/json"
	"fmt"
	"sort"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/flow"
	"outdial/gateway/dtmf"
)

// Bounds of one stage: beyond them a play is stopped, as one that spins.
const (
	maxSteps = 200_000 // turns in all
	maxStill = 5_000   // turns while the clock stands still
	maxCast  = 100
)

// A Stage is a play going on: contacts, a phone, timers and a clock that stands
// still until it is moved. Nothing happens on it by itself: Next lets things
// happen until there is something to show.
type Stage struct {
	head  *Head
	world *world
	now   time.Time
	cast  []*actor
	ghost *contact.Contact // the related contact of the head
	shown []Item           // what happened and was not yet taken
	todo  []task           // effects to be done at once
	due   []due            // what happens later
	calls map[string]int   // of functions and services, by stub
	seq   int              // numbers messages, dues and contacts
	stale bool             // the last input changed nothing
	steps int
	still int       // turns since the clock last moved
	last  time.Time // when the last turn was
	err   error
	// restart sends every contact through JSON between two turns, as if the
	// house had gone down and come up again.
	restart bool
	// For exploring: nothing is shown, what asks a function or a service waits
	// in pending for an answer, and the failAt-th thing that is played fails.
	quiet, asks bool
	pending     []task
	failAt      int
	plays       []contact.Position // where something was played
	passed      func(flow.Passed)
	prime       func(*Stage, *contact.Contact) // readies the first contact, in an exploration
}

// An Item is something that happened, as a play shows it.
type Item struct {
	Line           // Gets, Asks or Ends; Sign 0 is not for plays
	At   time.Time //
	// Passed and Note are for those who watch: Sign is 0 then.
	Passed *flow.Passed
	Note   string
}

// strict tells whether a play must mention the item.
func (i *Item) strict() bool { return i.Sign == Gets || i.Sign == Ends }

// A task is an effect that is done without a phone.
type task struct {
	who    *actor
	effect contact.Effect
}

// A due is something that happens later.
type due struct {
	at    time.Time
	seq   int
	who   *actor
	input contact.Input
	timer bool // belongs to the contact, and dies with it
	visit int  // of a wait for keys, where input is nil
}

// Raise makes a stage for a play's head, and starts its contact.
func Raise(h Head, files Files) (*Stage, error) { return raise(h, files, false, nil) }

// prepare makes a stage on which nothing has happened yet.
func prepare(h Head, files Files) (*Stage, error) {
	s := &Stage{head: &h, calls: map[string]int{}}
	if h.From == "" {
		h.From = "+12065550111"
	}
	if h.To == "" {
		h.To = "+12065550100"
	}
	if err := s.stubs(files); err != nil {
		return nil, err
	}
	var err error
	if s.world, err = newWorld(&h, files); err != nil {
		return nil, err
	}
	s.world.others = s.find
	if h.Type == "" {
		h.Type = s.world.flows[0].flow.Type
	}
	if s.now = h.At; s.now.IsZero() {
		s.now = Start
	}
	return s, nil
}

// begin starts the contact.
func (s *Stage) begin() error {
	c, err := s.leading()
	if err != nil {
		return err
	}
	if s.prime != nil {
		s.prime(s, c)
	}
	s.enter(c)
	return s.err
}

// stubs reads the file of stubs that the head names, and the one beside the
// first flow (FLOW.stubs.yaml) where there is one.
func (s *Stage) stubs(files Files) error {
	h := s.head
	if h.StubsFile != "" {
		doc, err := files.Read(h.StubsFile)
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "stubs")
		}
		if h.Stubs, err = ReadStubs(h.StubsFile, doc); err != nil {
			return fault.Wrap(fault.Invalid, err, "stubs")
		}
	}
	if len(h.Flows) > 0 && files.Read != nil {
		beside := StubsBeside(h.Flows[0])
		if doc, err := files.Read(beside); err == nil && beside != h.StubsFile {
			more, err := ReadStubs(beside, doc)
			if err != nil {
				return fault.Wrap(fault.Invalid, err, "stubs")
			}
			h.Stubs.merge(more)
		}
	}
	if h.At.IsZero() && h.Stubs.At != "" {
		at, err := readTime(h.Stubs.At)
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "stubs")
		}
		h.At = at
	}
	return nil
}

// StubsBeside names the file of stubs that belongs to a flow: flow.stubs.yaml
// beside flow.json.
func StubsBeside(file string) string {
	if n := len(file) - len(".json"); n > 0 && file[n:] == ".json" {
		file = file[:n]
	}
	return file + ".stubs.yaml"
}

// id makes ids that are the same each time.
func (s *Stage) id() contact.ID {
	s.seq++
	return contact.ID(fmt.Sprintf("00000000-0000-7000-8000-%012d", s.seq))
}

// leading makes the contact with which the play begins.
func (s *Stage) leading() (*contact.Contact, error) {
	h := s.head
	ch := channels[h.Channel]
	if h.Channel == "" {
		ch = channels["VOICE"]
	}
	direction := "OUTBOUND"
	if h.Method == "" {
		h.Method = contact.MethodAPI
	} else if h.Method == contact.MethodInbound {
		direction = "INBOUND"
	}
	d := h.Contact
	c := &contact.Contact{ID: s.id(), Instance: s.world.inst.ID, Channel: ch.channel, Subtype: ch.subtype, Method: h.Method,
		Customer: contact.Endpoint{Type: contact.TelephoneNumber, Address: h.To},
		System:   contact.Endpoint{Type: contact.TelephoneNumber, Address: h.From},
		Name:     d.Name, Description: d.Description, DisplayName: d.DisplayName, LanguageCode: d.Language, CustomerID: d.CustomerID,
		Tags: d.Tags, References: d.References, TrafficType: h.Traffic, RingTimeout: d.Ring, Target: d.Queue,
		Attributes: merged(h.Attributes, nil), Initiated: s.now,
		Segment:  map[string]contact.SegmentValue{"connect:Subtype": {String: &ch.subtype}, "connect:Direction": {String: &direction}},
		Position: contact.Position{Flow: s.world.flows[0].flow.ID, Kind: h.Type}}
	if h.ID != "" {
		c.ID = contact.ID(h.ID)
	}
	for k, v := range d.Segment {
		c.Segment[k] = contact.SegmentValue{String: &v}
	}
	if h.AMD != "" {
		c.AMD.Enable = true
		if c.TrafficType == "" {
			c.TrafficType = "CAMPAIGN"
		}
	}
	if c.TrafficType == "" {
		c.TrafficType = "GENERAL"
	}
	if d.Agent != "" {
		c.Agent = &contact.Agent{ID: d.Agent, Name: d.Agent, Connected: s.now}
	}
	if h.Related != nil {
		s.ghost = &contact.Contact{ID: s.id(), Instance: c.Instance, Channel: c.Channel, Attributes: merged(h.Related, nil), Initiated: s.now, Disconnected: s.now}
		c.RelatedID = s.ghost.ID
	}
	return c, s.chat(c)
}

// chat fills in what belongs to a chat, and to a segment of what goes on already.
func (s *Stage) chat(c *contact.Contact) error {
	d := s.head.Contact
	if c.Channel == contact.Chat {
		span := 1500 * time.Minute // ChatDurationInMinutes. API_StartOutboundChatContact
		if d.Duration != "" {
			var err error
			if span, err = ParseDuration(d.Duration); err != nil {
				return fault.Wrap(fault.Invalid, err, "contact: duration")
			}
		}
		c.Expires = c.Initiated.Add(span)
		c.Delivered = c.Method == contact.MethodInbound
		if d.Initial != "" {
			c.Initial = []contact.SendMessage{{Text: d.Initial, Initial: true}}
		}
		if t := d.Template; t != nil {
			c.Initial = append(c.Initial, contact.SendMessage{Text: t.Text, Initial: true, Template: &contact.Template{Name: t.Name}})
		}
	}
	s.within(c)
	return nil
}

// within makes of c what a flow of another type than CONTACT_FLOW runs on: a
// segment of something that goes on already, in a queue or with an agent.
func (s *Stage) within(c *contact.Contact) {
	switch s.head.Type {
	case "", "CONTACT_FLOW", "CAMPAIGN", "MODULE":
		return
	case "CUSTOMER_QUEUE":
		if c.Target == "" {
			c.Target = "BasicQueue"
		}
		c.Queue = &contact.Queued{ID: c.Target, Enqueued: s.now}
	case "QUEUE_TRANSFER":
		if c.Target == "" {
			c.Target = "BasicQueue"
		}
	default: // whispers, holds, AGENT_TRANSFER
		if c.Agent == nil {
			c.Agent = &contact.Agent{ID: "agent", Name: "agent", Connected: s.now}
		}
	}
	if c.Channel == contact.Voice && c.Method == contact.MethodAPI {
		c.Method, c.Connected, c.PreviousID = contact.MethodTransfer, s.now, s.id()
	}
}

// enter brings a contact onto the stage and gives it its first turn.
func (s *Stage) enter(c *contact.Contact) *actor {
	a := &actor{c: c, phone: silent}
	if c.Subtype == contact.WhatsApp && (s.head.Contact.Window == "open" || c.Method == contact.MethodInbound) {
		a.wrote = s.now
	}
	if c.Channel == contact.Voice && (c.Method == contact.MethodInbound || c.Method == contact.MethodTransfer || !c.Connected.IsZero()) {
		a.phone = talking
	}
	s.cast = append(s.cast, a)
	s.tell(a, contact.Started{})
	return a
}

// find gives a contact of the play.
func (s *Stage) find(id contact.ID) *contact.Contact {
	for _, a := range s.cast {
		if a.c.ID == id {
			return a.c
		}
	}
	if s.ghost != nil && s.ghost.ID == id {
		return s.ghost
	}
	return nil
}

// tell takes one turn.
func (s *Stage) tell(a *actor, in contact.Input) {
	if s.err != nil {
		return
	}
	if s.steps++; s.steps > maxSteps {
		s.err = fault.New(fault.Exceeded, "the play goes on and on: over %d turns", maxSteps)
		return
	}
	if s.still++; !s.now.Equal(s.last) {
		s.still, s.last = 0, s.now
	}
	if s.still > maxStill {
		s.err = fault.New(fault.Exceeded, "the play goes round and round: over %d turns while the clock stands still, the last at %q", maxStill, a.c.Position.Action)
		return
	}
	if s.restart {
		in = s.again(a, in)
		if s.err != nil {
			return
		}
	}
	a = s.present(a, in)
	open := a.c.Open()
	out, err := flow.Step(s.world, a.c, in, s.now)
	if err != nil {
		s.err = err
		return
	}
	s.stale = out.Stale
	for i := range out.Passed {
		s.show(Item{Passed: &out.Passed[i]})
		if s.passed != nil {
			s.passed(out.Passed[i])
		}
	}
	for _, n := range out.Notes {
		s.show(Item{Note: n})
	}
	for i := range out.Events {
		s.show(Item{Line: Line{Sign: Asks, Text: "Event " + out.Events[i].Type}})
	}
	s.leaves(a, out)
	for _, e := range out.Effects {
		s.ask(a, e)
	}
	next := s.follow(a, out.Next)
	if open && !a.c.Open() {
		s.silence(a)
	}
	if next != nil {
		s.cast = append(s.cast, next)
		s.tell(next, contact.Started{})
	}
}

// follow brings the contact that follows another one onto the stage. One that goes
// on with the same conversation takes over the phone, and what it is still to hear.
func (s *Stage) follow(a *actor, c *contact.Contact) *actor {
	if c == nil || len(s.cast) >= maxCast {
		return nil
	}
	c.ID = s.id()
	a.c.NextID = c.ID
	next := &actor{c: c, handed: a.c.Open()}
	if c.LegID != "" && !a.c.Open() {
		next.phone, next.amd, next.lane, next.buffer, next.sent, next.last, next.wrote = a.phone, a.amd, a.lane, a.buffer, a.sent, a.last, a.wrote
		a.phone, a.lane, a.sent, a.last = silent, nil, nil, nil
		a.handed = true
	}
	return next
}

// again sends the contact and the input through JSON, as the store does.
func (s *Stage) again(a *actor, in contact.Input) contact.Input {
	doc, err := json.Marshal(a.c)
	if err == nil {
		c := new(contact.Contact)
		if err = json.Unmarshal(doc, c); err == nil {
			a.c = c
			if doc, err = json.Marshal(in); err == nil {
				in, err = contact.ReadInput(contact.InputKind(in), doc)
			}
		}
	}
	if err != nil {
		s.err = fault.Wrap(fault.Internal, err, "a contact that cannot be kept")
	}
	return in
}

// show puts an item where Next finds it.
func (s *Stage) show(i Item) {
	if s.quiet {
		return
	}
	i.At = s.now
	s.shown = append(s.shown, i)
}

// silence drops what a contact that has ended no longer wants. A flow that ends
// a chat by itself has said its last words: they go out.
func (s *Stage) silence(a *actor) {
	a.playing, a.listen, a.transfer = nil, nil, nil
	a.phone = silent
	if !(a.c.Channel == contact.Chat && a.c.Reason == "CONTACT_FLOW_DISCONNECT") {
		a.lane = nil
	}
	kept := s.due[:0:0]
	for _, d := range s.due {
		if d.who != a || !d.timer {
			kept = append(kept, d)
		}
	}
	s.due = kept
	a.ending = true
}

// ask sorts an effect: what the customer hears waits its turn, the rest is done
// at once.
func (s *Stage) ask(a *actor, e contact.Effect) {
	switch v := e.(type) {
	case contact.SendMessage:
		if v.ID == "" {
			s.seq++
			v.ID = fmt.Sprintf("message-%d", s.seq)
		}
		a.lane = append(a.lane, v)
	case contact.PlaceCall, contact.PlayPrompt, contact.CollectDigits, contact.CollectSpeech, contact.TransferCall:
		a = s.phoneOf(a)
		a.lane = append(a.lane, e)
	case contact.StopPrompt, contact.EndCall:
		a = s.phoneOf(a)
		a.lane = nil
		s.todo = append(s.todo, task{a, e})
	case contact.InvokeFunction:
		if v.Invocation == "" { // every invocation bears an id, as in the engine
			s.seq++
			v.Invocation = fmt.Sprintf("invocation-%d", s.seq)
		}
		s.todo = append(s.todo, task{a, v})
	case contact.UpdateContact:
		if !s.word(v) {
			s.todo = append(s.todo, task{a, v})
		}
	case contact.Wake:
		s.later(due{at: v.At, who: a, timer: true, input: contact.TimerFired{Name: v.Name, Visit: v.Visit}})
	default:
		s.todo = append(s.todo, task{a, e})
	}
}

// later keeps what happens at a time to come.
func (s *Stage) later(d due) {
	s.seq++
	d.seq = s.seq
	i := sort.Search(len(s.due), func(i int) bool { return s.due[i].at.After(d.at) })
	s.due = append(s.due, due{})
	copy(s.due[i+1:], s.due[i:])
	s.due[i] = d
}

// pump lets the next thing happen that happens now and by itself, and tells
// whether there was one.
func (s *Stage) pump() bool {
	if s.err != nil {
		return false
	}
	if len(s.todo) > 0 {
		t := s.todo[0]
		s.todo = s.todo[1:]
		s.do(t.who, t.effect)
		return true
	}
	for _, a := range s.cast {
		if s.move(a) {
			return true
		}
	}
	if len(s.due) > 0 && !s.due[0].at.After(s.now) {
		s.fire()
		return true
	}
	return false
}

// fire lets the first thing happen that is due.
func (s *Stage) fire() {
	d := s.due[0]
	s.due = s.due[1:]
	if d.at.After(s.now) {
		s.now = d.at
	}
	if d.input != nil {
		s.tell(d.who, d.input)
		return
	}
	if l := d.who.listen; l != nil && l.visit == d.visit && !l.until.After(s.now) {
		l.keys.TimeOut()
		s.collected(d.who)
	}
}

// Rest lets everything happen that happens now.
func (s *Stage) Rest() error {
	for s.pump() {
	}
	return s.err
}

// Advance lets time go by, and what is due in it happen in its order.
func (s *Stage) Advance(d time.Duration) error {
	until := s.now.Add(d)
	for s.Rest() == nil && len(s.due) > 0 && !s.due[0].at.After(until) {
		s.fire()
	}
	if s.err == nil && s.now.Before(until) {
		s.now = until
	}
	return s.err
}

// Now is the time on the stage.
func (s *Stage) Now() time.Time { return s.now }

// Open tells whether any contact is open.
func (s *Stage) Open() bool {
	for _, a := range s.cast {
		if a.c.Open() || a.ending {
			return true
		}
	}
	return false
}

// Due tells when the next thing happens by itself; false when nothing will.
func (s *Stage) Due() (time.Time, bool) {
	for _, d := range s.due {
		if l := d.who.listen; d.input != nil || l != nil && l.visit == d.visit { // else the keys have come
			return d.at, true
		}
	}
	return time.Time{}, false
}

// Take gives what happened since it was last called, in order.
func (s *Stage) Take() []Item {
	out := s.shown
	s.shown = nil
	return out
}

// Contact is the contact with which the play goes on: the last segment of the
// one with which it began.
func (s *Stage) Contact() *contact.Contact {
	c := s.cast[0].c
	for _, a := range s.cast[1:] {
		if a.c.PreviousID == c.ID && a.c.PreviousID != "" {
			c = a.c
		}
	}
	return c
}

// listening is a wait for keys or words.
type listening struct {
	visit  int
	speech bool
	keys   *dtmf.Collector
	until  time.Time
}
