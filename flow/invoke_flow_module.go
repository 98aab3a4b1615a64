package flow

import "outdial/resource"

// invokeFlowModule runs a module and goes on by what it gives back.
var invokeFlowModule = Spec{
	Doc: docs + "contact-actions-invokeflowmodule.html",
	Params: []Param{
		{Name: "FlowModuleId", Use: J, Required: true, Ref: resource.KindModule},
		{Name: "Input", Shape: Map, Members: []Param{{Shape: Any}}},
	},
	Errors:  []ErrorRule{{Type: noMatch}, {Type: noCondition}},
	Results: []ResultRule{{Ops: equals}},
	Sets:    []string{"Modules"},
	Run:     runInvokeFlowModule,
}

// maxModules is how deep modules may call modules.
const maxModules = 10

func runInvokeFlowModule(t *Turn) Next {
	ref := t.Text("FlowModuleId")
	f, why := t.findFlow(ref)
	if why != "" {
		return t.Fail(noMatch, why)
	}
	if len(t.Contact.Position.Stack) >= maxModules {
		return t.Fail(noMatch, "modules are called too deep within each other")
	}
	in, _ := t.JSON("Input").(map[string]any)
	return t.Call(f, in)
}
