// Package chart draws a flow as an SVG: its blocks, where its author has put
// them, and the branches between them, coloured by how often they were taken.
//
// It reads a flow's content and writes a picture. It does not check the flow,
// run it, or read files: a flow with mistakes is drawn as far as it goes.
package chart

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"outdial/fault"
)

// A Branch names one way out of an action: "next", "condition Equals 1",
// "error NoMatchingError", "end".
type Branch struct{ Action, Label string }

// Options colour the picture.
type Options struct {
	// Taken tells how often a branch was taken; nil: nothing is coloured. A
	// NextAction that is not in it is one that is never taken: it is not drawn.
	Taken map[Branch]int
	// Layout lays the blocks out anew, wherever the flow says they lie.
	Layout bool
}

// A flow is a flow's content as far as it is drawn.
type content struct {
	StartAction string
	Metadata    struct {
		Name  string                     `json:"name"`
		Entry *point                     `json:"entryPointPosition"`
		Meta  map[string]json.RawMessage `json:"ActionMetadata"`
	}
	Actions []struct {
		Identifier  string
		Type        string
		Parameters  map[string]any
		Transitions struct {
			NextAction string
			Errors     []struct{ ErrorType, NextAction string }
			Conditions []struct {
				NextAction string
				Condition  struct {
					Operator string
					Operands []any
				}
			}
		}
	}
}

type point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// A block is an action on the canvas.
type block struct {
	id, kind string
	about    string // what it says, or does to what
	ways     []way
	at       point
	placed   bool // its author has put it there
	reached  bool // from the start
	taken    int
}

// A way is one branch.
type way struct {
	label string
	to    string
	taken int
}

// A picture is a flow ready to be drawn.
type picture struct {
	name     string
	start    string
	entry    point
	blocks   []*block
	byID     map[string]*block
	coloured bool
}

// Draw gives doc, a flow's content in today's form, as an SVG. It fails with a
// fault.Invalid where doc is no flow.
func Draw(doc []byte, o Options) ([]byte, error) {
	var c content
	if err := json.Unmarshal(bytes.TrimPrefix(doc, []byte("\ufeff")), &c); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return nil, fault.New(fault.Invalid, "not a flow: %s is of kind %s", cmp.Or(wrong.Field, "it"), wrong.Value)
		}
		return nil, fault.Wrap(fault.Invalid, err, "not a flow")
	}
	if len(c.Actions) == 0 {
		return nil, fault.New(fault.Invalid, "not a flow: it has no Actions")
	}
	p := &picture{name: c.Metadata.Name, start: c.StartAction, byID: map[string]*block{}, coloured: o.Taken != nil}
	for i := range c.Actions {
		b := c.block(i, o.Taken)
		if p.byID[b.id] == nil { // of two with one name the first is drawn
			p.byID[b.id] = b
			p.blocks = append(p.blocks, b)
		}
	}
	p.place(o.Layout)
	var out bytes.Buffer
	p.write(&out)
	return out.Bytes(), nil
}

// block reads the i-th action.
func (c *content) block(i int, taken map[Branch]int) *block {
	a := &c.Actions[i]
	b := &block{id: a.Identifier, kind: a.Type, about: about(a.Parameters)}
	var meta struct {
		Position *point `json:"position"`
	}
	if json.Unmarshal(c.Metadata.Meta[a.Identifier], &meta) == nil && meta.Position != nil {
		b.at, b.placed = *meta.Position, true
	}
	add := func(label, to string) {
		n := taken[Branch{a.Identifier, label}]
		b.ways = append(b.ways, way{label, to, n})
		b.taken += n
	}
	for _, k := range a.Transitions.Conditions {
		label := "condition " + k.Condition.Operator
		if len(k.Condition.Operands) == 1 {
			label += " " + plain(k.Condition.Operands[0])
		}
		add(label, k.NextAction)
	}
	for _, e := range a.Transitions.Errors {
		add("error "+e.ErrorType, e.NextAction)
	}
	_, can := taken[Branch{a.Identifier, "next"}]
	switch {
	case a.Transitions.NextAction != "" && !b.decides() && (can || taken == nil):
		add("next", a.Transitions.NextAction)
	case len(b.ways) == 0:
		b.taken = taken[Branch{a.Identifier, "end"}]
	}
	return b
}

// decides tells whether NextAction is never taken: what no condition matches has
// a branch of its own.
func (b *block) decides() bool {
	for _, w := range b.ways {
		if w.label == "error NoMatchingCondition" {
			return true
		}
	}
	return false
}

// abouts are the parameters by which a block is known, the first that is there.
var abouts = []string{"Text", "SSML", "PromptId", "LambdaFunctionARN", "ComparisonValue", "QueueId", "AgentId", "ContactFlowId",
	"FlowModuleId", "HoursOfOperationId", "MetricType", "TimeLimitSeconds", "LoopCount", "ThirdPartyPhoneNumber", "TextToSpeechVoice",
	"Attributes", "FlowAttributes", "EventHooks", "Media", "LexInitializationData", "LexV2Bot"}

func about(params map[string]any) string {
	for _, name := range abouts {
		v, ok := params[name]
		if !ok {
			continue
		}
		s := plain(v)
		if m, ok := v.(map[string]any); ok {
			var parts []string
			for _, k := range sorted(m) {
				parts = append(parts, k+" = "+plain(m[k]))
			}
			s = strings.Join(parts, ", ")
		}
		if strings.HasPrefix(s, "arn:") {
			s = s[strings.LastIndexAny(s, ":/")+1:]
		}
		return strings.Join(strings.Fields(s), " ")
	}
	return ""
}

// plain is a JSON value on one line.
func plain(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	doc, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(doc)
}
