package play

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"

	"outdial/contact"
	"outdial/fault"
	"outdial/flow"
)

// Limits bound an exploration; a zero member is its default.
type Limits struct {
	Moves    int      // things tried, in all; 20,000
	Channels []string // all of them
	PerPlace int      // states at one action from which everything is tried; 60
}

// An Exploration is what came of trying everything.
type Exploration struct {
	Coverage *Coverage
	Moves    int
	Ends     map[string]int // contacts that ended, by reason
	// Stuck are actions at which a contact stood and nothing could bring it on.
	Stuck []string
	// Unexplained are ends that no line of the timeline gives a reason for.
	Unexplained []string
	Errors      []string // what the language itself could not do
	entered     map[[2]string]bool
	whys        map[Branch]string
	types       map[string]*flow.Spec
	offers      map[[2]string]map[string]bool // the actions that a view offered
	loaded      []*loaded
}

// Explore plays a flow breadth first: wherever it waits it tries the inputs
// that could take another branch, from several beginnings and in several worlds
// (closed, nothing there, nothing works). It always comes to an end.
func Explore(h Head, files Files, l Limits) (*Exploration, error) {
	if l.Moves == 0 {
		l.Moves = 20_000
	}
	if l.PerPlace == 0 {
		l.PerPlace = 60
	}
	if len(l.Channels) == 0 {
		l.Channels = []string{"VOICE", "SMS", "WHATSAPP", "CHAT", "TASK"}
	}
	x := &explorer{limits: l, head: h, files: files, seen: map[uint64]bool{}, places: map[string]int{}, failed: map[[2]string]bool{},
		squeezed: map[[2]string]int{}, rounds: map[[2]string]int{}, decided: map[Branch]int{},
		got: &Exploration{Coverage: NewCoverage(), Ends: map[string]int{}, entered: map[[2]string]bool{}, whys: map[Branch]string{}, offers: map[[2]string]map[string]bool{}, types: flow.ActionTypes()}}
	probe, err := prepare(h, files)
	if err != nil {
		return nil, err
	}
	x.wants = seek(x.known(probe.world))
	x.utterances = probe.head.Stubs.utterances()
	for _, v := range x.variants() {
		if s := x.begin(v); s != nil {
			x.try(s, func(s *Stage) { s.begin() })
		}
	}
	for x.got.Moves < l.Moves {
		s := x.pop()
		if s == nil {
			break
		}
		for _, m := range x.moves(s) {
			x.try(s, m)
		}
	}
	x.got.Coverage.flows(x.loaded)
	x.got.loaded = x.loaded
	return x.got, nil
}

// An explorer is one exploration going on.
type explorer struct {
	limits Limits
	head   Head
	files  Files
	wants  *wants
	got    *Exploration
	loaded []*loaded // every real flow that was met
	// utterances are what the stubs of bots understand.
	utterances []string
	// States from which to go on: those that came by a new branch first.
	// Then those that stand where a branch is still to be taken.
	fresh, hot, rest []*Stage
	seen             map[uint64]bool
	places           map[string]int
	failed           map[[2]string]bool // actions whose prompt has failed once
	squeezed         map[[2]string]int  // how often attributes were made to overflow at an action
	rounds           map[[2]string]int  // how often a loop was put into its last round
	asked            [2]int             // how often the last move looked for a queue, and for a flow
	updates          []flow.Passed      // of attributes, in the present move
	compares         []flow.Passed      // likewise
	decided          map[Branch]int     // how often a branch of a comparison was aimed at
	new              bool               // a branch was taken for the first time, in the present move
	branches         int                // taken so far
}

// known gives the flows of a world with all that they name.
func (x *explorer) known(w *world) []*loaded {
	for i := 0; i < len(w.flows) && len(w.flows) < 50; i++ {
		for j := range w.flows[i].outline.Actions {
			p := w.flows[i].outline.Actions[j].Parameters
			for _, key := range []string{"FlowModuleId", "ContactFlowId", "ContactFlowArn"} {
				if ref, ok := p[key].(string); ok && !strings.HasPrefix(ref, "$") {
					w.Flow(ref) // what is not there is not known
				}
			}
			hooks, _ := p["EventHooks"].(map[string]any)
			for _, v := range hooks {
				if ref, ok := v.(string); ok && !strings.HasPrefix(ref, "$") {
					w.Flow(ref)
				}
			}
		}
	}
	x.loaded = append([]*loaded(nil), w.flows...)
	return w.flows
}

// elsewhere is in the reason of every action that is not for a channel: the
// reason that says least.
const elsewhere = "does not run on"

// passed counts a branch.
func (x *explorer) passed(p flow.Passed) {
	if strings.HasPrefix(p.Flow, synthetic) {
		return
	}
	b := Branch{p.Flow, p.Action, p.Type, p.Branch}
	x.got.entered[[2]string{p.Flow, p.Action}] = true
	if x.got.Coverage.taken[b] == 0 && p.Branch != "wait" && p.Branch != "call" {
		x.new = true
		x.branches++
	}
	if old := x.got.whys[b]; p.Why != "" && (old == "" || strings.Contains(old, elsewhere)) {
		x.got.whys[b] = p.Why
	}
	switch p.Type {
	case "UpdateContactAttributes":
		x.updates = append(x.updates, p)
	case "Compare":
		x.compares = append(x.compares, p)
	}
	x.got.Coverage.take(p)
}

func (x *explorer) pop() *Stage {
	for _, q := range []*[]*Stage{&x.fresh, &x.hot, &x.rest} {
		if len(*q) > 0 {
			s := (*q)[0]
			*q = (*q)[1:]
			return s
		}
	}
	return nil
}

// push keeps a state to go on from, unless its like was there already.
func (x *explorer) push(s *Stage) {
	key, place := fingerprint(s)
	if x.seen[key] || !x.new && x.places[place] >= x.limits.PerPlace {
		return
	}
	x.seen[key] = true
	x.places[place]++
	switch {
	case x.new:
		x.fresh = append(x.fresh, s)
	case x.promising(s):
		x.hot = append(x.hot, s)
	default:
		x.rest = append(x.rest, s)
	}
	x.new = false
}

// try lets one thing happen on a copy of s; and again, with each thing failing
// that is played meanwhile, where it has not failed there before.
func (x *explorer) try(s *Stage, m move) {
	found := x.branches
	plays := x.once(s, m, 0)
	updates, compares := x.updates, x.compares
	asked := x.asked
	if x.branches > found && !s.world.wild.v.missing {
		x.worse(s, m, asked)
	}
	x.around(s, m)
	x.overflow(s, m, updates)
	x.decide(s, m, compares)
	for i, p := range plays[:min(len(plays), 8)] {
		if key := [2]string{p.Flow, p.Action}; !x.failed[key] {
			x.failed[key] = true
			x.once(s, m, i+1)
		}
	}
}

func (x *explorer) once(s *Stage, m move, failAt int) []contact.Position {
	x.got.Moves++
	x.new, x.updates, x.compares = false, nil, nil
	c := s.copy()
	c.steps = maxSteps - 3000 // one move is no life
	c.failAt, c.plays, c.still = failAt, nil, 0
	c.world.wild.asked = [2]int{}
	m(c)
	c.Rest()
	x.asked = c.world.wild.asked
	x.look(s, c)
	if c.err == nil && c.Open() {
		x.push(c)
	}
	return c.plays
}

// look notes what ended, and how.
func (x *explorer) look(before, s *Stage) {
	if fault.Is(s.err, fault.Exceeded) {
		return // it goes on and on: the contact would be let alone until it expires
	}
	if s.err != nil {
		x.note(&x.got.Errors, s.err.Error())
		return
	}
	for i, a := range s.cast {
		if a.c.Open() || before != nil && i < len(before.cast) && !before.cast[i].c.Open() {
			continue
		}
		x.got.Ends[a.c.Reason]++
		if a.c.Reason == "" {
			x.note(&x.got.Unexplained, fmt.Sprintf("%s at %s", a.c.ID, a.c.Position.Flow))
		}
	}
}

func (x *explorer) note(list *[]string, s string) {
	for _, o := range *list {
		if o == s {
			return
		}
	}
	if len(*list) < 50 {
		*list = append(*list, s)
	}
}

// copy gives a stage that can go on without this one. It is at rest: nothing is
// to be done, nothing is shown.
func (s *Stage) copy() *Stage {
	c := *s
	c.cast = make([]*actor, len(s.cast))
	moved := map[*actor]*actor{}
	for i, a := range s.cast {
		b := *a
		b.c = a.c.Clone()
		for k := range b.c.Position.Stack {
			b.c.Position.Stack[k].Loops = merged(b.c.Position.Stack[k].Loops, nil)
			b.c.Position.Stack[k].Attrs = merged(b.c.Position.Stack[k].Attrs, nil)
		}
		b.c.Kept = append([]contact.Recording(nil), a.c.Kept...)
		b.lane = append([]contact.Effect(nil), a.lane...)
		if a.listen != nil {
			l := *a.listen
			keys := *a.listen.keys
			l.keys = &keys
			b.listen = &l
		}
		c.cast[i], moved[a] = &b, &b
	}
	if s.ghost != nil {
		c.ghost = s.ghost.Clone()
	}
	w := *s.world
	w.flows = append([]*loaded(nil), s.world.flows...)
	w.others = c.find
	c.world = &w
	if w.wild != nil {
		wild := *w.wild
		w.wild = &wild
	}
	c.due = append([]due(nil), s.due...)
	for i := range c.due {
		c.due[i].who = moved[c.due[i].who]
	}
	c.pending = append([]task(nil), s.pending...)
	for i := range c.pending {
		c.pending[i].who = moved[c.pending[i].who]
	}
	c.todo, c.shown = nil, nil
	c.calls = merged(s.calls, nil)
	return &c
}

// fingerprint is what makes two states alike, whatever the time and the number
// of the visit; and the place at which the conversation stands.
func fingerprint(s *Stage) (uint64, string) {
	h := fnv.New64a()
	e := json.NewEncoder(h)
	place := fmt.Sprintf("%+v", s.world.wild.v)
	for _, a := range s.cast {
		p := a.c.Position
		p.Visit = 0
		if i := strings.Index(string(p.State), `"round"`); i >= 0 {
			p.State = nil // a bot asks over and over
		}
		place += fmt.Sprint("/", p.Flow, "/", p.Action, "/", len(p.Stack))
		e.Encode([]any{p, a.c.Attributes, a.c.Vars, a.c.Waits(), rings(a.c), a.c.WithAgent(), a.c.Target, a.c.Open(), a.phone,
			a.listen != nil, a.transfer != nil, a.c.Hooks, a.c.Disconnected.IsZero()})
	}
	e.Encode([]any{place, len(s.pending), len(s.due)})
	return h.Sum64(), place
}

// rings tells whether a contact rings at an agent's.
func rings(c *contact.Contact) bool { return c.Queue != nil && c.Queue.Offer != nil }
