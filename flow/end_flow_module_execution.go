package flow

// endFlowModuleExecution gives back to the flow that called the module.
var endFlowModuleExecution = Spec{
	Doc: docs + "contact-actions-endflowmoduleexecution.html",
	Params: []Param{
		{Name: "Result", Use: J},
		{Name: "ResultData", Shape: Map, Members: []Param{{Shape: Any}}},
	},
	Flows:    MOD,
	Terminal: true,
	Run:      runEndFlowModuleExecution,
}

func runEndFlowModuleExecution(t *Turn) Next {
	result := t.Text("Result")
	data, _ := t.JSON("ResultData").(map[string]any)
	if data == nil {
		data = map[string]any{}
	}
	// Each call overwrites what the last one gave back.
	t.Set("Modules", map[string]any{"Result": result, "ResultData": data})
	return t.Return(result)
}
