package flow

import "strings"

// updateFlowLoggingBehavior turns the flow log on or off, for this contact's
// later flows too.
var updateFlowLoggingBehavior = Spec{
	Doc: docs + "flow-control-actions-updateflowloggingbehavior.html",
	Params: []Param{{Name: "FlowLoggingBehavior", Use: S, Required: true,
		Enum: []string{"Enabled", "Disabled"}}},
	Run: func(t *Turn) Next {
		t.Contact.Logging = strings.EqualFold(t.Text("FlowLoggingBehavior"), "Enabled")
		return t.Next()
	},
}
