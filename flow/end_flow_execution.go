package flow

// endFlowExecution ends the flow, not the contact: a whisper or a queue flow has
// done its part.
var endFlowExecution = Spec{
	Doc:      docs + "flow-control-actions-endflowexecution.html",
	Flows:    Q | CW | AW | OW,
	Terminal: true,
	Run:      func(t *Turn) Next { return t.EndFlow() },
}
