package routing

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"outdial/contact"
	"outdial/resource"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func ago(seconds int) time.Time { return noon.Add(-time.Duration(seconds) * time.Second) }

// call waits in the queue sales since so many seconds.
func call(id string, seconds int, change ...func(*Waiting)) Waiting {
	w := Waiting{Contact: contact.ID(id), Queue: "sales", Channel: contact.Voice, Since: ago(seconds)}
	for _, f := range change {
		f(&w)
	}
	return w
}

// ann is available since so many seconds, and serves calls of the queue sales.
func agent(id string, seconds int, change ...func(*Agent)) Agent {
	a := Agent{ID: id, Status: Available, Since: ago(seconds), Serves: []resource.ProfileQueue{{Queue: "sales", Channel: "VOICE", Priority: 1}}}
	for _, f := range change {
		f(&a)
	}
	return a
}

func wants(steps ...contact.Step) func(*Waiting) {
	return func(w *Waiting) { w.Criteria = &contact.Criteria{Steps: steps} }
}

func french(level float64, expiry int) contact.Step {
	return contact.Step{Expiry: expiry, Expression: contact.Expression{Attribute: &contact.Proficient{Name: "language", Value: "fr", Level: level}}}
}

func speaks(level float64) func(*Agent) {
	return func(a *Agent) { a.Skills = []resource.Proficiency{{Name: "language", Value: "fr", Level: level}} }
}

func TestMatch(t *testing.T) {
	in := func(queue string) func(*Waiting) { return func(w *Waiting) { w.Queue = queue } }
	of := func(p int) func(*Waiting) { return func(w *Waiting) { w.Priority = p } }
	shift := func(s int) func(*Waiting) { return func(w *Waiting) { w.Shift = time.Duration(s) * time.Second } }
	on := func(ch contact.Channel) func(*Waiting) { return func(w *Waiting) { w.Channel = ch } }
	is := func(status string) func(*Agent) { return func(a *Agent) { a.Status = status } }
	has := func(ch contact.Channel, n int) func(*Agent) {
		return func(a *Agent) { a.Has = map[contact.Channel]int{ch: n} }
	}
	serves := func(list ...resource.ProfileQueue) func(*Agent) { return func(a *Agent) { a.Serves = list } }
	most := func(ch string, n int) func(*Agent) { return func(a *Agent) { a.Most = map[string]int{ch: n} } }
	and := contact.Expression{And: []contact.Expression{french(3, 0).Expression, {Not: &contact.Proficient{Name: "tier", Value: "new", Level: 1}}}}
	for _, c := range []struct {
		name    string
		waiting []Waiting
		agents  []Agent
		want    string
	}{
		{"nobody waits", nil, []Agent{agent("ann", 1)}, ""},
		{"nobody is there", []Waiting{call("a", 1)}, nil, ""},
		{"the oldest goes first", []Waiting{call("a", 1), call("b", 9)}, []Agent{agent("ann", 1)}, "b>ann"},
		{"who is idle longest gets it", []Waiting{call("a", 1)}, []Agent{agent("ann", 1), agent("bob", 9)}, "a>bob"},
		{"one each", []Waiting{call("a", 1), call("b", 9)}, []Agent{agent("ann", 1), agent("bob", 9)}, "b>bob a>ann"},
		{"priority before age", []Waiting{call("a", 1, of(2)), call("b", 9)}, []Agent{agent("ann", 1)}, "a>ann"},
		{"five is the default", []Waiting{call("a", 1, of(5)), call("b", 9), call("c", 99, of(6))}, []Agent{agent("ann", 1)}, "b>ann"},
		{"a shift makes older", []Waiting{call("a", 1, shift(60)), call("b", 9)}, []Agent{agent("ann", 1)}, "a>ann"},
		{"a shift makes younger", []Waiting{call("a", 20, shift(-60)), call("b", 9)}, []Agent{agent("ann", 1)}, "b>ann"},
		{"the profile's first queue goes first", []Waiting{call("a", 99), call("b", 1, in("vip"))},
			[]Agent{agent("ann", 1, serves(resource.ProfileQueue{Queue: "sales", Channel: "VOICE", Priority: 2}, resource.ProfileQueue{Queue: "vip", Channel: "VOICE", Priority: 1}))}, "b>ann"},
		{"queues of one priority are one", []Waiting{call("a", 99), call("b", 1, in("vip"))},
			[]Agent{agent("ann", 1, serves(resource.ProfileQueue{Queue: "sales", Channel: "VOICE", Priority: 1}, resource.ProfileQueue{Queue: "vip", Channel: "VOICE", Priority: 1}))}, "a>ann"},
		{"another queue", []Waiting{call("a", 1, in("vip"))}, []Agent{agent("ann", 1)}, ""},
		{"an agent's own queue", []Waiting{call("a", 99), call("b", 1, in("ann"))}, []Agent{agent("ann", 1)}, "b>ann"},
		{"another channel", []Waiting{call("a", 1, on(contact.Chat))}, []Agent{agent("ann", 1)}, ""},
		{"any channel", []Waiting{call("a", 1, on(contact.Chat))}, []Agent{agent("ann", 1, serves(resource.ProfileQueue{Queue: "sales"}))}, "a>ann"},
		{"too young for the profile", []Waiting{call("a", 29)}, []Agent{agent("ann", 1, serves(resource.ProfileQueue{Queue: "sales", Delay: 30}))}, ""},
		{"old enough for the profile", []Waiting{call("a", 30)}, []Agent{agent("ann", 1, serves(resource.ProfileQueue{Queue: "sales", Delay: 30}))}, "a>ann"},
		{"on a break", []Waiting{call("a", 1)}, []Agent{agent("ann", 1, is("Break"))}, ""},
		{"offline", []Waiting{call("a", 1)}, []Agent{agent("ann", 1, is("Offline"))}, ""},
		{"it rings already", []Waiting{call("a", 1)}, []Agent{agent("ann", 1, func(a *Agent) { a.Ringing = true })}, ""},
		{"hands full", []Waiting{call("a", 1)}, []Agent{agent("ann", 1, has(contact.Voice, 1))}, ""},
		{"a hand free", []Waiting{call("a", 1, on(contact.Chat))}, []Agent{agent("ann", 1, has(contact.Chat, 1), most("CHAT", 2), serves(resource.ProfileQueue{Queue: "sales"}))}, "a>ann"},
		{"both hands full", []Waiting{call("a", 1, on(contact.Chat))}, []Agent{agent("ann", 1, has(contact.Chat, 2), most("CHAT", 2), serves(resource.ProfileQueue{Queue: "sales"}))}, ""},
		{"a channel that is not taken", []Waiting{call("a", 1)}, []Agent{agent("ann", 1, most("CHAT", 2))}, ""},
		{"no call beside a chat", []Waiting{call("a", 1)}, []Agent{agent("ann", 1, has(contact.Chat, 1))}, ""},
		{"speaks it well", []Waiting{call("a", 1, wants(french(3, 0)))}, []Agent{agent("ann", 9, speaks(2)), agent("bob", 1, speaks(3))}, "a>bob"},
		{"nobody speaks it", []Waiting{call("a", 1, wants(french(3, 0)))}, []Agent{agent("ann", 9, speaks(2)), agent("bob", 1)}, ""},
		{"the step is over", []Waiting{call("a", 31, wants(french(3, 30), french(2, 30)))}, []Agent{agent("ann", 9, speaks(2)), agent("bob", 99)}, "a>ann"},
		{"all steps are over", []Waiting{call("a", 60, wants(french(3, 30), french(2, 30)))}, []Agent{agent("ann", 9, speaks(2)), agent("bob", 99)}, "a>bob"},
		{"all of them", []Waiting{call("a", 1, wants(contact.Step{Expression: and}))},
			[]Agent{agent("ann", 9, func(a *Agent) {
				a.Skills = []resource.Proficiency{{Name: "language", Value: "fr", Level: 5}, {Name: "tier", Value: "new", Level: 1}}
			}), agent("bob", 1, speaks(4))}, "a>bob"},
		{"one of them", []Waiting{call("a", 1, wants(contact.Step{Expression: contact.Expression{Or: []contact.Expression{
			french(5, 0).Expression, {Attribute: &contact.Proficient{Operator: "Match", Agents: []string{"arn:aws:connect:x/agent/ann"}}}}}}))},
			[]Agent{agent("bob", 9, speaks(4)), agent("ann", 1)}, "a>ann"},
		{"within a range", []Waiting{call("a", 1, wants(contact.Step{Expression: contact.Expression{
			Attribute: &contact.Proficient{Name: "language", Value: "fr", Operator: "Range", Least: 2, Most: 3}}}))},
			[]Agent{agent("bob", 9, speaks(4)), agent("ann", 1, speaks(3))}, "a>ann"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, o := range Match(c.waiting, c.agents, noon) {
				got = append(got, string(o.Contact)+">"+o.Agent)
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("%q, want %q", s, c.want)
			}
		})
	}
}

func TestNext(t *testing.T) {
	slow := func(a *Agent) { a.Serves[0].Delay = 30 }
	for _, c := range []struct {
		name   string
		w      Waiting
		agents []Agent
		want   int // seconds from now; 0 is never
	}{
		{"nothing to wait for", call("a", 1), []Agent{agent("ann", 1)}, 0},
		{"a delay", call("a", 10), []Agent{agent("ann", 1, slow)}, 20},
		{"a delay that is over", call("a", 30), []Agent{agent("ann", 1, slow)}, 0},
		{"a delay of somebody busy", call("a", 10), []Agent{agent("ann", 1, slow, func(a *Agent) { a.Ringing = true })}, 0},
		{"a step", call("a", 10, wants(french(3, 15), french(1, 15))), []Agent{agent("ann", 1)}, 5},
		{"the second step", call("a", 20, wants(french(3, 15), french(1, 15))), []Agent{agent("ann", 1)}, 10},
		{"a step without end", call("a", 10, wants(french(3, 0))), []Agent{agent("ann", 1)}, 0},
		{"steps that are over", call("a", 40, wants(french(3, 15), french(1, 15))), []Agent{agent("ann", 1)}, 0},
		{"nobody is there", call("a", 10, wants(french(3, 15))), nil, 0},
		{"whatever is first", call("a", 10, wants(french(3, 25))), []Agent{agent("ann", 1, slow)}, 15},
		{"criteria that came later", call("a", 100, func(w *Waiting) {
			w.Criteria = &contact.Criteria{Steps: []contact.Step{french(3, 15)}, Since: ago(10)}
		}), []Agent{agent("ann", 1)}, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Next([]Waiting{c.w}, c.agents, noon)
			if want := noon.Add(time.Duration(c.want) * time.Second); c.want == 0 && !got.IsZero() || c.want > 0 && !got.Equal(want) {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

// Whatever waits, and whoever is there: nobody is offered twice or to two, nobody
// gets what he must not have, nobody is passed over, and each gets the best of
// what the others leave.
func TestMatchHoldsWhatItPromises(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		waiting, agents := someWaiting(r), someAgents(r)
		offers := Match(waiting, agents, noon)
		by, to := map[contact.ID]*Waiting{}, map[string]*Agent{}
		for i := range waiting {
			by[waiting[i].Contact] = &waiting[i]
		}
		for i := range agents {
			to[agents[i].ID] = &agents[i]
		}
		got := map[string]*Waiting{}
		for _, o := range offers {
			w, a := by[o.Contact], to[o.Agent]
			if w == nil || got[o.Agent] != nil {
				t.Fatalf("seed %d: %v is offered twice, or to an agent with another offer", seed, o)
			}
			if _, ok := a.takes(w, noon); !ok {
				t.Fatalf("seed %d: %v must not have %v", seed, *a, *w)
			}
			got[o.Agent] = w
			delete(by, o.Contact)
		}
		for id, w := range by { // who waits on
			for _, a := range agents {
				rank, ok := a.takes(w, noon)
				if !ok {
					continue
				}
				mine := got[a.ID]
				if mine == nil {
					t.Fatalf("seed %d: %s waits on, and %s has nothing", seed, id, a.ID)
				}
				if r, _ := a.takes(mine, noon); rank < r || rank == r && inTurn(*w, *mine) < 0 {
					t.Fatalf("seed %d: %s got %v, and %v would go before it", seed, a.ID, *mine, *w)
				}
			}
		}
		// The order in which they are named decides nothing.
		mixed, others := slices.Clone(waiting), slices.Clone(agents)
		r.Shuffle(len(mixed), func(i, k int) { mixed[i], mixed[k] = mixed[k], mixed[i] })
		r.Shuffle(len(others), func(i, k int) { others[i], others[k] = others[k], others[i] })
		if again := Match(mixed, others, noon); !slices.Equal(offers, again) {
			t.Fatalf("seed %d: %v, and in another order %v", seed, offers, again)
		}
		// Before the time that Next gives nothing changes for those who are left.
		stillFree := slices.DeleteFunc(slices.Clone(agents), func(a Agent) bool { return got[a.ID] != nil })
		var left []Waiting
		for _, w := range by {
			left = append(left, *w)
		}
		if next := Next(left, stillFree, noon); !next.IsZero() {
			if early := Match(left, stillFree, next.Add(-time.Millisecond)); len(early) > 0 {
				t.Fatalf("seed %d: %v before %v", seed, early, next)
			}
		} else if late := Match(left, stillFree, noon.Add(24*time.Hour)); len(late) > 0 {
			t.Fatalf("seed %d: never, says Next, and in a day there is %v", seed, late)
		}
	}
}

var channels = []contact.Channel{contact.Voice, contact.Chat, contact.Task}

func someWaiting(r *rand.Rand) []Waiting {
	var list []Waiting
	for i := range r.IntN(8) {
		w := Waiting{Contact: contact.ID(fmt.Sprint("c", i)), Queue: fmt.Sprint("q", r.IntN(3)), Channel: channels[r.IntN(3)],
			Since: ago(r.IntN(60)), Priority: r.IntN(4), Shift: time.Duration(r.IntN(40)-20) * time.Second}
		if r.IntN(3) == 0 {
			w.Criteria = &contact.Criteria{Since: w.Since}
			for range 1 + r.IntN(2) {
				w.Criteria.Steps = append(w.Criteria.Steps, french(float64(1+r.IntN(5)), r.IntN(40)))
			}
		}
		if r.IntN(10) == 0 {
			w.Queue = fmt.Sprint("a", r.IntN(4))
		}
		list = append(list, w)
	}
	return list
}

func someAgents(r *rand.Rand) []Agent {
	var list []Agent
	for i := range r.IntN(6) {
		a := Agent{ID: fmt.Sprint("a", i), Status: []string{Available, Available, Available, "Offline"}[r.IntN(4)], Since: ago(r.IntN(60)),
			Most: map[string]int{"VOICE": 1, "CHAT": r.IntN(3), "TASK": 2}, Ringing: r.IntN(8) == 0}
		if r.IntN(3) == 0 {
			a.Has = map[contact.Channel]int{channels[r.IntN(3)]: r.IntN(3)}
		}
		if r.IntN(2) == 0 {
			a.Skills = []resource.Proficiency{{Name: "language", Value: "fr", Level: float64(1 + r.IntN(5))}}
		}
		for range r.IntN(4) {
			a.Serves = append(a.Serves, resource.ProfileQueue{Queue: fmt.Sprint("q", r.IntN(3)), Channel: string(channels[r.IntN(3)]), Priority: r.IntN(3), Delay: r.IntN(2) * 30})
		}
		list = append(list, a)
	}
	return list
}

func BenchmarkMatch(b *testing.B) {
	var waiting []Waiting
	for i := range 10_000 {
		waiting = append(waiting, call(fmt.Sprint(i), i))
	}
	var agents []Agent
	for i := range 50 {
		agents = append(agents, agent(fmt.Sprint(i), i))
	}
	for b.Loop() {
		if len(Match(waiting, agents, noon)) != 50 {
			b.Fatal("somebody has nothing")
		}
	}
}
