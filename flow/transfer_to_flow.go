package flow

import (
	"outdial/fault"
	"outdial/resource"
)

// transferToFlow goes to the newest published content of another flow, and does
// not come back.
var transferToFlow = Spec{
	Doc:    docs + "flow-control-actions-transfertoflow.html",
	Params: []Param{{Name: "ContactFlowId", Use: J, Required: true, Ref: resource.KindFlow}},
	Errors: []ErrorRule{{Type: noMatch}},
	Flows:  I | TA | TQ | MOD,
	Run:    runTransferToFlow,
}

func runTransferToFlow(t *Turn) Next {
	ref := t.Text("ContactFlowId")
	f, why := t.findFlow(ref)
	if why != "" {
		return t.Fail(noMatch, why)
	}
	if f.Settings != nil {
		return t.Fail(noMatch, "\""+ref+"\" is a module: InvokeFlowModule runs it")
	}
	return t.Enter(f)
}

// findFlow gives the published flow that ref names, or why it is not there.
func (t *Turn) findFlow(ref string) (*Flow, string) {
	if ref == "" {
		return nil, "no flow is named"
	}
	f, err := t.World.Flow(ref)
	switch {
	case fault.Is(err, fault.NotFound), err == nil && f == nil:
		return nil, "the flow \"" + ref + "\" is not there"
	case err != nil:
		return nil, "the flow \"" + ref + "\" cannot be run: " + err.Error()
	}
	return f, ""
}
