package flow

import "outdial/resource"

// checkHoursOfOperation asks whether it is within the hours of the target queue,
// or of those that are named.
var checkHoursOfOperation = Spec{
	Doc:     docs + "flow-control-actions-checkhoursofoperation.html",
	Params:  []Param{{Name: "HoursOfOperationId", Use: J, Ref: resource.KindHours}},
	Errors:  []ErrorRule{{Type: noMatch}},
	Results: []ResultRule{{Ops: equals, Operands: []string{"True", "False"}, Require: []string{"True", "False"}}},
	Flows:   I | Q | TA | TQ | MOD,
	Run:     runCheckHoursOfOperation,
}

func runCheckHoursOfOperation(t *Turn) Next {
	ref := t.Text("HoursOfOperationId")
	if ref == "" {
		q, err := t.World.Queue(t.Contact.Target)
		if err != nil || t.Contact.Target == "" {
			return t.Fail(noMatch, "no hours are named, and no target queue is set")
		}
		ref = q.Hours
	}
	h, err := t.World.Hours(ref)
	if err != nil {
		return t.Fail(noMatch, "the hours of operation \""+ref+"\" are not there")
	}
	open, err := Open(h, t.At)
	if err != nil {
		return t.Fail(noMatch, "the hours of operation \""+h.Name+"\" cannot be read: "+err.Error())
	}
	if open {
		return t.Match("True")
	}
	return t.Match("False")
}
