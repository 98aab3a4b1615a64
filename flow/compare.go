package flow

// compare branches on the value of one reference.
var compare = Spec{
	Doc:     docs + "flow-control-actions-compare.html",
	Params:  []Param{{Name: "ComparisonValue", Use: P, Required: true}},
	Errors:  []ErrorRule{{Type: noCondition, Use: Required}},
	Results: []ResultRule{{Ops: append([]string{"KeyExists"}, anyOp...)}},
	Run:     func(t *Turn) Next { return t.Match(t.Text("ComparisonValue")) },
}
