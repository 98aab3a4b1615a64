package flow

import "strings"

// A Logged is one entry of the flow log: a block that the contact entered, or
// what a block gave. Names are those that blocks had before action types had
// theirs: the service's log still uses them.
// https://docs.aws.amazon.com/connect/latest/adminguide/contact-flow-log-data.html
type Logged struct {
	Flow       string // flow or module id
	Module     bool
	Action     string // its identifier
	Block      string // SetQueue, PlayPrompt…
	Parameters map[string]any
	Results    string
	External   any // what a function returned
}

// blocks are the old names. A type that came later, or whose old name is not
// known, is logged under its own.
var blocks = map[string]string{
	"Compare":                             "CheckAttribute",
	"ConnectParticipantWithLexBot":        "GetUserInput",
	"CreateWisdomSession":                 "SetWisdomAssistant",
	"DisconnectParticipant":               "Disconnect",
	"EndFlowExecution":                    "Resume",
	"InvokeLambdaFunction":                "InvokeExternalResource",
	"MessageParticipant":                  "PlayPrompt",
	"MessageParticipantIteratively":       "LoopPrompts",
	"TransferContactToQueue":              "Transfer",
	"TransferParticipantToThirdParty":     "Transfer",
	"TransferToFlow":                      "Transfer",
	"UpdateContactAttributes":             "SetAttributes",
	"UpdateContactData":                   "SetContactData",
	"UpdateContactEventHooks":             "SetEventHook",
	"UpdateContactRecordingBehavior":      "SetRecordingBehavior",
	"UpdateContactRoutingBehavior":        "UpdateRoutingPriority",
	"UpdateContactTargetQueue":            "SetQueue",
	"UpdateContactTextToSpeechVoice":      "SetVoice",
	"UpdateFlowLoggingBehavior":           "SetLoggingBehavior",
	"UpdateContactMediaStreamingBehavior": "StartMediaStreaming",
}

// renamed are parameters whose old names are known, by action type.
var renamed = map[string]map[string]string{
	"GetParticipantInput":            {"InputTimeLimitSeconds": "Timeout"},
	"InvokeLambdaFunction":           {"LambdaFunctionARN": "FunctionArn", "InvocationTimeLimitSeconds": "TimeLimit", "LambdaInvocationAttributes": "Parameters"},
	"UpdateContactTargetQueue":       {"QueueId": "Queue", "AgentId": "Agent"},
	"UpdateContactTextToSpeechVoice": {"TextToSpeechVoice": "GlobalVoice"},
	"UpdateFlowLoggingBehavior":      {"FlowLoggingBehavior": "LoggingBehavior"},
}

// masked stands for what no log may show.
const masked = "********"

// logs tells whether the flow log is on: by the flow, and by the instance's
// attribute CONTACTFLOW_LOGS.
func (t *Turn) logs() bool { return t.Contact.Logging && t.instance().FlowLogs }

// acted enters the action, and logs it.
func (t *Turn) acted() Next {
	before := t.logs()
	from := len(t.out.Logs)
	if before {
		t.logEntry()
	}
	n := t.act()
	switch {
	case !before && t.logs(): // the block that turns it on is in the log
		t.logEntry()
	case before:
		t.logResult(n, from)
	}
	return n
}

// resumed hands the input to the action, and logs what came of it.
func (t *Turn) resumed() Next {
	n := t.node.spec.Run(t)
	if t.logs() {
		t.logResult(n, -1)
	}
	return n
}

// logEntry adds what the present action is given.
func (t *Turn) logEntry() {
	switch t.node.kind {
	case "UpdateContactAttributes": // an entry for each attribute
		v := t.node.params.at("Attributes")
		for i := 0; v != nil && i < len(v.items); i++ {
			t.log(Logged{Parameters: map[string]any{"Key": t.render(&v.keys[i]), "Value": t.json(&v.items[i])}})
		}
	case "Compare": // its conditions say more: see logResult
	default:
		t.log(Logged{Parameters: t.logged()})
	}
}

// logResult adds what the present action gave: to its entry where it has just
// been made, else in one of its own.
func (t *Turn) logResult(n Next, from int) {
	e := Logged{}
	switch n.do {
	case match:
		if t.node.kind == "Compare" {
			t.logCompared(n.name)
			return
		}
		e.Results = n.name
	case fail:
		e.Results = n.why
	case follow:
		if t.node.kind != "InvokeLambdaFunction" {
			return
		}
		if got := t.Contact.Vars["External"]; got != nil {
			e.External = got
		}
	default:
		return
	}
	if from >= 0 && from < len(t.out.Logs) && e.External == nil {
		for i := from; i < len(t.out.Logs); i++ {
			t.out.Logs[i].Results = e.Results
		}
		return
	}
	t.log(e)
}

// logCompared adds an entry for each condition up to the one that holds.
func (t *Turn) logCompared(result string) {
	for i := range t.node.conditions {
		c := &t.node.conditions[i]
		e := Logged{Results: "false", Parameters: map[string]any{"Value": result, "ComparisonMethod": c.op, "SecondValue": t.render(&c.operand)}}
		if t.holds(c, result) {
			e.Results = "true"
		}
		t.log(e)
		if e.Results == "true" {
			return
		}
	}
}

// log adds an entry for the present action.
func (t *Turn) log(e Logged) {
	e.Flow, e.Module, e.Action, e.Block = t.flow.ID, t.Contact.Position.Kind == moduleKind, t.node.id, blocks[t.node.kind]
	switch {
	case t.node.kind == "GetParticipantInput" && t.Bool("StoreInput"):
		e.Block = "StoreUserInput"
	case t.node.kind == "GetParticipantInput":
		e.Block = "GetUserInput"
	case t.node.kind == "UpdateContactMediaStreamingBehavior" && !strings.EqualFold(t.Text("MediaStreamingState"), "Enabled"):
		e.Block = "StopMediaStreaming"
	case e.Block == "":
		e.Block = t.node.kind
	}
	t.out.Logs = append(t.out.Logs, e)
}

// logged gives the parameters for the flow log, without keys and secrets.
func (t *Turn) logged() map[string]any {
	out, _ := t.shown(&t.node.params).(map[string]any)
	if len(out) == 0 {
		return nil
	}
	for now, then := range renamed[t.node.kind] {
		if v, ok := out[now]; ok {
			delete(out, now)
			out[then] = v
		}
	}
	if v, ok := out["LoggingBehavior"].(string); ok {
		out["LoggingBehavior"] = strings.TrimSuffix(v, "d") // Enable, Disable
	}
	if v, ok := out["SSML"]; ok {
		delete(out, "SSML")
		out["Text"], out["TextToSpeechType"] = v, "ssml"
	} else if _, ok := out["Text"]; ok {
		out["TextToSpeechType"] = "text"
	}
	return out
}

// shown gives a value as json does, with what is hidden masked.
func (t *Turn) shown(v *value) any {
	switch {
	case v.rule != nil && v.rule.Hidden:
		return masked
	case v.shape == 'o':
		out := make(map[string]any, len(v.items))
		for i := range v.items {
			out[t.render(&v.keys[i])] = t.shown(&v.items[i])
		}
		return out
	case v.shape == 'l':
		out := make([]any, len(v.items))
		for i := range v.items {
			out[i] = t.shown(&v.items[i])
		}
		return out
	}
	return t.json(v)
}
