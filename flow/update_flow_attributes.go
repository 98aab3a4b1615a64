package flow

// updateFlowAttributes writes attributes of the flow: they end with it.
var updateFlowAttributes = Spec{
	Doc: docs + "flow-control-actions-updateflowattributes.html",
	Params: []Param{{Name: "FlowAttributes", Shape: Map, Required: true, Min: 1, Members: []Param{{
		Shape: Object, Members: []Param{
			{Name: "Value", Required: true},
			{Name: "Type", Use: S, Enum: []string{"String"}},
		}}}}},
	// LIVE: required, where the documentation says there is none.
	Errors: []ErrorRule{{Type: noMatch, Use: Required}},
	Sets:   []string{"FlowAttributes"},
	Run:    runUpdateFlowAttributes,
}

func runUpdateFlowAttributes(t *Turn) Next {
	v := t.node.params.at("FlowAttributes")
	if v == nil {
		return t.Fail(noMatch, "there are no flow attributes")
	}
	p := &t.Contact.Position
	next := make(map[string]string, len(p.Attrs)+len(v.items))
	for k, s := range p.Attrs {
		next[k] = s
	}
	for i := range v.items {
		key, val := t.render(&v.keys[i]), ""
		if m := v.items[i].at("Value"); m != nil {
			val = t.textOf(m)
		}
		if val == "" {
			delete(next, key)
		} else {
			next[key] = val
		}
	}
	size := 0
	for k, s := range next {
		size += len(k) + len(s)
	}
	if size > maxAttributes {
		return t.Fail(noMatch, "the flow attributes would be over 32,768 bytes")
	}
	p.Attrs = next
	return t.Next()
}
