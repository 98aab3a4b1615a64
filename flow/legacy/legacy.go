// Package legacy reads flows in the form that the console of Amazon Connect
// exported before the flow language had one: modules with branches and named
// parameters. It writes them in today's form.
//
// It converts, and does nothing else: it does not check what comes out, runs
// nothing, and reads no file. That form was never documented; what is here was
// learnt from exports that people have published. What it does not know it
// keeps as a remark, never silently.
package legacy

import (
	"bytes"
	"encoding/json"
	"fmt"

	"outdial/fault"
)

// flowVersion is the Version of today's form.
// https://docs.aws.amazon.com/connect/latest/devguide/flow-language.html
const flowVersion = "2019-10-30"

// An export is a flow in the old form.
type export struct {
	Modules  []module                   `json:"modules"`
	Start    string                     `json:"start"`
	Type     string                     `json:"type"`
	Metadata map[string]json.RawMessage `json:"metadata"`
}

// A module is what is an action today, or several.
type module struct {
	ID         string          `json:"id"`
	Type       string          `json:"type"`
	Target     string          `json:"target"`
	Branches   []branch        `json:"branches"`
	Parameters []parameter     `json:"parameters"`
	Metadata   json.RawMessage `json:"metadata"`

	said  []string // remarks
	asked map[string]bool
}

type branch struct {
	Condition  string `json:"condition"`
	Operator   string `json:"conditionType"`
	Operand    scalar `json:"conditionValue"`
	Transition string `json:"transition"`
}

type parameter struct {
	Name      string `json:"name"`
	Key       string `json:"key"`
	Value     scalar `json:"value"`
	Namespace string `json:"namespace"`
}

// A scalar is a string, a number or a boolean, as text: today's form has only
// strings.
type scalar string

// UnmarshalJSON takes any JSON but objects and lists; null is "".
func (s *scalar) UnmarshalJSON(doc []byte) error {
	var v any
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
		*s = ""
	case string:
		*s = scalar(v)
	case json.Number:
		*s = scalar(v.String())
	case bool:
		*s = scalar(map[bool]string{true: "True", false: "False"}[v])
	default:
		return fmt.Errorf("a text, a number or a boolean is wanted, not %s", bytes.TrimSpace(doc))
	}
	return nil
}

// A document is a flow in today's form.
type document struct {
	Version     string
	StartAction string
	Metadata    map[string]any
	Actions     []action
}

// An action is one of today's.
type action struct {
	Identifier  string
	Type        string
	Parameters  map[string]any
	Transitions transitions
}

// transitions are empty for an action that ends a flow.
type transitions struct {
	NextAction string      `json:",omitempty"`
	Errors     []failure   `json:",omitempty"`
	Conditions []condition `json:",omitempty"`
}

type failure struct{ NextAction, ErrorType string }

type condition struct {
	NextAction string
	Condition  struct {
		Operator string
		Operands []string
	}
}

// Is tells whether doc is a flow in the old form.
func Is(doc []byte) bool {
	var head struct {
		Modules []json.RawMessage `json:"modules"`
		Start   *string           `json:"start"`
		Actions json.RawMessage   `json:"Actions"`
	}
	return json.Unmarshal(unmarked(doc), &head) == nil && head.Modules != nil && head.Start != nil && head.Actions == nil
}

// unmarked leaves out the byte order mark with which some editors begin a file.
func unmarked(doc []byte) []byte { return bytes.TrimPrefix(doc, []byte("\ufeff")) }

// Convert gives doc in today's form, and remarks on what has no place there. It
// fails with a fault.Invalid where doc is not in the old form.
func Convert(doc []byte) ([]byte, []string, error) {
	var old export
	if err := json.Unmarshal(unmarked(doc), &old); err != nil {
		return nil, nil, fault.Wrap(fault.Invalid, err, "not a flow in the legacy form")
	}
	if !Is(doc) {
		return nil, nil, fault.New(fault.Invalid, "not a flow in the legacy form: it has modules and a start")
	}
	out := document{Version: flowVersion, StartAction: old.Start, Metadata: map[string]any{}, Actions: []action{}}
	for k, v := range old.Metadata {
		out.Metadata[k] = v
	}
	if out.Metadata["type"] == nil && old.Type != "" {
		out.Metadata["type"] = old.Type
	}
	seen := map[string]json.RawMessage{}
	var remarks []string
	for i := range old.Modules {
		m := &old.Modules[i]
		m.asked = map[string]bool{}
		for _, a := range m.convert(old.kind()) {
			a.complete()
			out.Actions = append(out.Actions, a)
		}
		if at := m.position(); at != nil {
			seen[m.ID] = at
		}
		for _, s := range append(m.said, m.unread()...) {
			remarks = append(remarks, fmt.Sprintf("%s (%s): %s", m.ID, m.Type, s))
		}
	}
	out.Metadata["ActionMetadata"] = seen
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return nil, nil, fault.Wrap(fault.Invalid, err, "the flow cannot be written")
	}
	return append(text, '\n'), remarks, nil
}

// kind is the flow type, in the export's own words: "contactFlow".
func (e *export) kind() string {
	if e.Type != "" {
		return e.Type
	}
	var s string
	if json.Unmarshal(e.Metadata["type"], &s) != nil {
		return ""
	}
	return s
}

// position keeps where the block lies on the canvas.
func (m *module) position() json.RawMessage {
	var meta struct {
		Position json.RawMessage `json:"position"`
	}
	if json.Unmarshal(m.Metadata, &meta) != nil || meta.Position == nil {
		return nil
	}
	doc, err := json.Marshal(map[string]json.RawMessage{"position": meta.Position})
	if err != nil {
		return nil
	}
	return doc
}

// convert gives the actions that m is today.
func (m *module) convert(flowType string) []action {
	for _, key := range []string{m.Type + "/" + m.Target, m.Type} {
		if rule, ok := rules[key]; ok {
			return rule(m, flowType)
		}
	}
	m.say("nothing of today is known for this type: it is kept under its own name, and the check will refuse it")
	a := m.as(m.Type)
	for _, p := range m.Parameters {
		a.Parameters[p.Name] = m.text(p.Name)
	}
	return []action{a}
}

func (m *module) say(format string, args ...any) {
	m.said = append(m.said, fmt.Sprintf(format, args...))
}

// unread remarks on parameters that no rule has asked for.
func (m *module) unread() []string {
	var out []string
	told := map[string]bool{}
	for _, p := range m.Parameters {
		if !m.asked[p.Name] && !told[p.Name] {
			told[p.Name] = true
			out = append(out, fmt.Sprintf("the parameter %s = %q has no place today and is left out", p.Name, string(p.Value)))
		}
	}
	return out
}

// complete gives an action a NextAction where none of its branches was plain
// success: today's form wants one even if it is never taken.
func (a *action) complete() {
	t := &a.Transitions
	if t.NextAction != "" || ends[a.Type] {
		return
	}
	for _, e := range t.Errors {
		if e.ErrorType == noCondition {
			t.NextAction = e.NextAction
			return
		}
	}
	switch {
	case len(t.Errors) > 0:
		t.NextAction = t.Errors[len(t.Errors)-1].NextAction
	case len(t.Conditions) > 0 && a.Type != "MessageParticipantIteratively":
		t.NextAction = t.Conditions[0].NextAction
	}
}

// ends are the actions without transitions.
var ends = map[string]bool{"DisconnectParticipant": true, "EndFlowExecution": true, "TransferContactToAgent": true}
