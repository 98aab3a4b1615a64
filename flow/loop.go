package flow

import (
	"encoding/json"
	"strconv"
)

// loop gives ContinueLooping a number of times, or once for each element of a
// list, then DoneLooping once, and begins anew.
//
// The list form is in the console ("Set array for looping", "Loop name"); how it
// lies in JSON is not documented: taken are LoopName, and LoopArray or a
// LoopCount that names a list.
var loop = Spec{
	Doc: docs + "flow-control-actions-loop.html",
	Params: []Param{
		{Name: "LoopCount", Shape: Int, Use: J, Min: 0, Max: 100},
		{Name: "LoopArray", Use: J},
		{Name: "LoopName", Use: S},
	},
	Groups:  []Group{{Names: []string{"LoopCount", "LoopArray"}, Rule: One}},
	Results: []ResultRule{{Ops: equals, Operands: loopResults, Require: loopResults}},
	Bounded: true,
	Sets:    []string{"Loop"},
	Run:     runLoop,
}

var loopResults = []string{"ContinueLooping", "DoneLooping"}

func runLoop(t *Turn) Next {
	p := &t.Contact.Position
	list, isList := t.loopList()
	count := len(list)
	if !isList {
		var ok bool
		if count, ok = t.Int("LoopCount"); !ok {
			return t.Fail(noMatch, "LoopCount is \""+t.Text("LoopCount")+"\", not a number from 0 to 100")
		}
	}
	at := p.Loops[t.node.id]
	name := t.Text("LoopName")
	if at >= count {
		delete(p.Loops, t.node.id)
		return t.Match("DoneLooping")
	}
	if p.Loops == nil {
		p.Loops = map[string]int{}
	}
	p.Loops[t.node.id] = at + 1
	if name != "" {
		state := map[string]any{"Index": strconv.Itoa(at)}
		if isList {
			state["Element"], state["Elements"] = list[at], list
		}
		t.SetMember("Loop", name, state)
	}
	return t.Match("ContinueLooping")
}

// loopList gives the list to loop over: a list, or the JSON text of one.
func (t *Turn) loopList() ([]any, bool) {
	name := "LoopArray"
	if !t.Has(name) {
		name = "LoopCount"
	}
	switch v := t.JSON(name).(type) {
	case []any:
		return v, true
	case string:
		var list []any
		if len(v) > 0 && v[0] == '[' && json.Unmarshal([]byte(v), &list) == nil {
			return list, true
		}
	}
	return nil, name == "LoopArray"
}
