package flow

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"outdial/contact"
	"outdial/resource"
)

// A Turn is what an action sees while it runs: the contact, the world, and
// what was heard.
type Turn struct {
	World   World
	Contact *contact.Contact
	At      time.Time
	Input   contact.Input // what the waiting action hears; nil when it is entered

	out   Out
	chain time.Time // when the functions began that run one after the other; zero: none does
	flow  *Flow
	node  *node
	inst  *resource.Instance
}

// A Next says where the contact goes.
type Next struct {
	do   verb
	name string // of a result or an error type
	why  string
	flow *Flow                        // of enter and call
	then func(t *Turn) (*node, error) // of moves
	in   map[string]any
}

type verb byte

const (
	stay verb = iota
	ignore
	follow     // NextAction
	match      // conditions on name
	fail       // the branch of error name
	disconnect // the contact ends
	endFlow    // the flow ends
	enter      // another flow instead of this one
	call       // a module
	giveBack   // from a module, with result name
	moves      // the contact leaves its flow for then
)

// Wait stays at the action: it is run again on the next input.
var Wait = Next{do: stay}

// Ignore stays too, and says that the input was none of the action's.
var Ignore = Next{do: ignore}

// Next takes NextAction.
func (t *Turn) Next() Next { return Next{do: follow} }

// NextSaying takes NextAction and tells the timeline why.
func (t *Turn) NextSaying(why string) Next { return Next{do: follow, why: why} }

// Match takes the first condition that holds of result; else the
// NoMatchingCondition branch, else NextAction.
func (t *Turn) Match(result string) Next { return Next{do: match, name: result} }

// Fail takes the branch of an error type; else that of NoMatchingError; else
// the contact ends. The timeline says why.
func (t *Turn) Fail(errorType, why string) Next { return Next{do: fail, name: errorType, why: why} }

// Disconnect ends the contact.
func (t *Turn) Disconnect(why string) Next { return Next{do: disconnect, why: why} }

// DisconnectAs ends the contact with a DisconnectReason of its own.
func (t *Turn) DisconnectAs(reason, why string) Next {
	return Next{do: disconnect, name: reason, why: why}
}

// EndFlow ends the flow: a contact in a queue or with an agent goes on without
// one, any other ends.
func (t *Turn) EndFlow() Next { return Next{do: endFlow} }

// Enter goes to the start of another flow, and does not come back.
func (t *Turn) Enter(f *Flow) Next { return Next{do: enter, flow: f} }

// Call goes to the start of a module, which gives back to this action.
func (t *Turn) Call(f *Flow, input map[string]any) Next { return Next{do: call, flow: f, in: input} }

// Return leaves a module: the action that called it takes the condition on
// result, or NextAction when result is "".
func (t *Turn) Return(result string) Next { return Next{do: giveBack, name: result} }

// Visit names this stay at this action: effects bear it, and what answers them.
func (t *Turn) Visit() int { return t.Contact.Position.Visit }

// Do asks something of the world.
func (t *Turn) Do(e contact.Effect) {
	if t.Contact.Apart != nil {
		if e = t.doApart(e); e == nil {
			return
		}
	}
	t.out.Effects = append(t.out.Effects, e)
}

// Wake asks for a TimerFired of this name after d, while the action waits.
func (t *Turn) Wake(name string, d time.Duration) {
	t.Do(contact.Wake{Name: name, Visit: t.Visit(), At: t.At.Add(d)})
}

// Event tells the world by an AWS name, the same change once a turn.
func (t *Turn) Event(kind string, updated ...string) {
	for _, e := range t.out.Events {
		if e.Type == kind && slices.Equal(e.Updated, updated) {
			return
		}
	}
	t.out.Events = append(t.out.Events, contact.Event{Type: kind, Contact: t.Contact.ID, At: t.At, Updated: updated})
}

// Note tells the operator.
func (t *Turn) Note(text string) { t.out.Notes = append(t.out.Notes, text) }

// Keep remembers v until the action is left. v must be JSON.
func (t *Turn) Keep(v any) {
	// Only values of this room come here; none of them can fail.
	t.Contact.Position.State, _ = json.Marshal(v)
}

// Kept reads back what Keep remembered, and tells whether there was anything.
func (t *Turn) Kept(v any) bool {
	return len(t.Contact.Position.State) > 0 && json.Unmarshal(t.Contact.Position.State, v) == nil
}

// Set fills a namespace: "External", "Lex"… v must be what JSON decodes to.
func (t *Turn) Set(root string, v any) {
	if t.Contact.Vars == nil {
		t.Contact.Vars = map[string]any{}
	}
	t.Contact.Vars[root] = v
}

// SetMember fills one member of a namespace and leaves the others.
func (t *Turn) SetMember(root, name string, v any) {
	old, _ := t.Contact.Vars[root].(map[string]any)
	m := make(map[string]any, len(old)+1)
	maps.Copy(m, old)
	m[name] = v
	t.Set(root, m)
}

// Has tells whether a parameter is there and not an empty text.
func (t *Turn) Has(path ...string) bool {
	v := t.node.params.at(path...)
	return v != nil && (v.shape != 't' || v.text.literal != "")
}

// Text gives a parameter with its references resolved; "" when it is absent.
func (t *Turn) Text(path ...string) string {
	v := t.node.params.at(path...)
	if v == nil {
		return ""
	}
	return t.textOf(v)
}

func (t *Turn) textOf(v *value) string {
	if v.shape == 't' || v.shape == 's' {
		return t.render(&v.text)
	}
	return textOf(t.json(v))
}

// Int gives a whole number within the declared bounds.
func (t *Turn) Int(path ...string) (int, bool) {
	v := t.node.params.at(path...)
	if v == nil {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimSpace(t.textOf(v)))
	if err != nil {
		f, ok := number(t.textOf(v))
		if n = int(f); !ok || float64(n) != f {
			return 0, false
		}
	}
	if r := v.rule; r != nil && r.Max > 0 && (n < r.Min || n > r.Max) {
		return 0, false
	}
	return n, true
}

// Bool tells whether a parameter is "True", in any case.
func (t *Turn) Bool(path ...string) bool { return strings.EqualFold(t.Text(path...), "true") }

// A Pair is one entry of an open map, its references resolved.
type Pair struct{ Key, Value string }

// Pairs gives the entries of an open map in the order of their names.
func (t *Turn) Pairs(path ...string) []Pair {
	v := t.node.params.at(path...)
	if v == nil || v.shape != 'o' {
		return nil
	}
	out := make([]Pair, len(v.items))
	for i := range v.items {
		out[i] = Pair{Key: t.render(&v.keys[i]), Value: t.textOf(&v.items[i])}
	}
	return out
}

// Texts gives the items of a list; a single text is a list of one.
func (t *Turn) Texts(path ...string) []string {
	v := t.node.params.at(path...)
	if v == nil {
		return nil
	}
	if v.shape != 'l' {
		return []string{t.textOf(v)}
	}
	out := make([]string, len(v.items))
	for i := range v.items {
		out[i] = t.textOf(&v.items[i])
	}
	return out
}

// JSON gives a parameter as JSON with its references resolved: a text that is
// one single reference becomes what it names, of whatever type.
func (t *Turn) JSON(path ...string) any {
	v := t.node.params.at(path...)
	if v == nil {
		return nil
	}
	return t.json(v)
}

func (t *Turn) json(v *value) any {
	switch v.shape {
	case 't':
		if ref := v.text.single(); ref != nil {
			if got := t.lookup(ref); got != nil {
				return got
			}
			return ""
		}
		return t.render(&v.text)
	case 'l':
		out := make([]any, len(v.items))
		for i := range v.items {
			out[i] = t.json(&v.items[i])
		}
		return out
	case 'o':
		out := make(map[string]any, len(v.items))
		for i := range v.items {
			out[t.render(&v.keys[i])] = t.json(&v.items[i])
		}
		return out
	}
	return plain(v.raw)
}

// instance gives the instance, looked up once a turn.
func (t *Turn) instance() *resource.Instance {
	if t.inst == nil {
		if t.inst = t.World.Instance(); t.inst == nil {
			t.inst = new(resource.Instance)
		}
	}
	return t.inst
}
