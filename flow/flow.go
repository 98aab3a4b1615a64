// Package flow is the flow language of Amazon Connect: it parses a flow, checks
// it like the service checks it, and steps a contact through it on one input.
//
// It is pure: it does no I/O, reads no clock, starts no goroutine. The same
// contact, input, time and World give the same Out. It keeps nothing, sends
// nothing and knows no carrier: what is to be done it asks for as effects.
package flow

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"outdial/contact"
	"outdial/fault"
)

// A Flow is a parsed flow or module. It never changes: any number of contacts
// may stand in it at once.
type Flow struct {
	ID   string
	Hash string // sha256 of the content, hex
	// Type is the flow type that the export names, as the API spells it; "" when it names none.
	Type string
	// Settings are a module's; nil in a flow.
	Settings json.RawMessage

	start   *node
	actions map[string]*node
}

// Actions gives the number of actions.
func (f *Flow) Actions() int { return len(f.actions) }

// A node is one action of a flow.
type node struct {
	id         string
	kind       string // its action type
	spec       *Spec  // nil when the type is not honoured
	params     value
	next       string
	errors     []branch
	conditions []condition
}

// A branch leads to another action. Its label is for the timeline.
type branch struct {
	name  string
	label string
	next  string
}

// Parse reads a flow's content. It is lenient: what it takes can be run, and
// what is wrong in it comes out when a contact gets there; Check is the judge.
// It fails where there is nothing to run: no JSON object, no actions, no start,
// two actions of one name. A fault.Invalid says so.
func Parse(id string, doc []byte) (*Flow, error) {
	d, err := readDocument(doc)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "content of flow %s is not readable", id)
	}
	sum := sha256.Sum256(doc)
	f := &Flow{ID: id, Hash: hex.EncodeToString(sum[:]), actions: map[string]*node{}}
	if t := flowType(d.exportType()); t != 0 {
		f.Type = t.String()
	}
	if s, ok := d["Settings"]; ok && s != nil {
		f.Settings, _ = json.Marshal(s)
	}
	list, ok := d.actions()
	if !ok {
		return nil, fault.New(fault.Invalid, "flow %s has no Actions", id)
	}
	for i, v := range list {
		a, ok := v.(map[string]any)
		if !ok {
			return nil, fault.New(fault.Invalid, "flow %s: Actions[%d] is %s", id, i, jsonKind(v))
		}
		n := parseNode(a)
		if f.actions[n.id] != nil {
			return nil, fault.New(fault.Invalid, "flow %s: two actions are called %q", id, n.id)
		}
		f.actions[n.id] = n
	}
	start := text(d, "StartAction")
	if f.start = f.actions[start]; f.start == nil {
		return nil, fault.New(fault.Invalid, "flow %s: StartAction %q is not there", id, start)
	}
	return f, nil
}

// parseNode compiles one action.
func parseNode(a map[string]any) *node {
	n := &node{id: text(a, "Identifier"), kind: text(a, "Type")}
	n.spec = actions[n.kind]
	root := &Param{Shape: Object}
	if n.spec != nil {
		root.Members = n.spec.Params
	}
	params, _ := a["Parameters"].(map[string]any)
	n.params = compile(params, root)
	tr, _ := a["Transitions"].(map[string]any)
	n.next = text(tr, "NextAction")
	errs, _ := tr["Errors"].([]any)
	for _, v := range errs {
		if e, ok := v.(map[string]any); ok {
			name := text(e, "ErrorType")
			n.errors = append(n.errors, branch{name: name, label: "error " + name, next: text(e, "NextAction")})
		}
	}
	conds, _ := tr["Conditions"].([]any)
	for _, v := range conds {
		if c, ok := v.(map[string]any); ok {
			n.conditions = append(n.conditions, parseCondition(c))
		}
	}
	return n
}

// Step moves c on one input. It changes c in place; on an error (content that
// is gone, a bug) c must be thrown away. It holds the whole life of a contact:
// before the flow, within it, and its end.
func Step(w World, c *contact.Contact, in contact.Input, at time.Time) (*Out, error) {
	t := &Turn{World: w, Contact: c, At: at}
	if err := t.take(in); err != nil {
		return nil, fmt.Errorf("contact %s, input %s: %w", c.ID, contact.InputKind(in), err)
	}
	if !t.out.Stale {
		c.Updated = at
	}
	return &t.out, nil
}
