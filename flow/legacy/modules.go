package legacy

import (
	"strconv"
	"strings"
)

// rules say what each type of module is today. A key "Type/Target" comes before
// "Type". One more module is one line.
var rules = map[string]func(m *module, flowType string) []action{
	"PlayPrompt":             (*module).playPrompt,
	"PlayAudio":              (*module).playPrompt,
	"LoopPrompts":            (*module).loopPrompts,
	"GetUserInput":           (*module).getUserInput,
	"GetUserInput/Lex":       (*module).lex,
	"GetUserInput/LexBot":    (*module).lex,
	"StoreUserInput":         (*module).storeUserInput,
	"StoreCustomerInput":     (*module).storeUserInput,
	"SetAttributes":          (*module).setAttributes,
	"SetScreenPop":           (*module).setScreenPop,
	"CheckAttribute":         (*module).checkAttribute,
	"CheckHoursOfOperation":  (*module).checkHours,
	"CheckQueueStatus":       (*module).checkQueueStatus,
	"CheckStaffing":          (*module).checkStaffing,
	"PercentileBranching":    (*module).percentiles,
	"Loop":                   (*module).loop,
	"Wait":                   (*module).wait,
	"InvokeExternalResource": (*module).invoke,
	"SetQueue":               (*module).setQueue,
	"SetEventHook":           (*module).setHook,
	"SetContactFlow":         (*module).setHook,
	"SetRecordingBehavior":   (*module).setRecording,
	"SetLoggingBehavior":     (*module).setLogging,
	"SetVoice":               (*module).setVoice,
	"UpdateRoutingPriority":  (*module).setPriority,
	"SetCallBackNumber":      (*module).setCallback,
	"CreateCallback":         (*module).createCallback,
	"StartMediaStreaming":    (*module).startStreaming,
	"StopMediaStreaming":     (*module).stopStreaming,
	"HoldCustomerAgent":      (*module).hold,
	"Transfer/Queue":         (*module).transferToQueue,
	"CustomerInQueue":        (*module).transferToQueue,
	"Transfer/Flow":          (*module).transferToFlow,
	"TransferToFlow":         (*module).transferToFlow,
	"Transfer/PhoneNumber":   (*module).transferToNumber,
	"TransferToPhoneNumber":  (*module).transferToNumber,
	"Transfer/Agent":         simply("TransferContactToAgent"),
	"TransferToAgent":        simply("TransferContactToAgent"),
	"Disconnect":             simply("DisconnectParticipant"),
	"Resume":                 simply("EndFlowExecution"),
	"EndFlowExecution":       simply("EndFlowExecution"),
}

// simply is an action without parameters.
func simply(kind string) func(*module, string) []action {
	return func(m *module, _ string) []action { return []action{m.as(kind)} }
}

// prompt fills in what is said: a text, SSML, or a recording.
func (m *module) prompt(a *action) {
	kind := strings.ToLower(m.text("TextToSpeechType"))
	switch {
	case m.take(a, "PromptId", "AudioPrompt"), m.take(a, "PromptId", "Prompt"):
	case kind == "ssml":
		m.take(a, "SSML", "Text")
	default:
		m.take(a, "Text", "Text")
	}
}

func (m *module) playPrompt(string) []action {
	a := m.as("MessageParticipant")
	m.prompt(&a)
	return []action{a}
}

func (m *module) loopPrompts(string) []action {
	a := m.as("MessageParticipantIteratively").without(timeLimit)
	messages := []map[string]any{}
	for _, p := range m.Parameters {
		value := m.reference(p.Namespace, string(p.Value))
		switch {
		case p.Name == "Text" && strings.EqualFold(p.Key, "ssml"):
			messages = append(messages, map[string]any{"SSML": value})
		case p.Name == "Text":
			messages = append(messages, map[string]any{"Text": value})
		case p.Name == "AudioPrompt", p.Name == "Prompt":
			messages = append(messages, map[string]any{"PromptId": value})
		default:
			continue
		}
		m.asked[p.Name] = true
	}
	a.Parameters["Messages"] = messages
	if m.take(&a, "InterruptFrequencySeconds", "InterruptSeconds") {
		a.when("Equals", "MessagesInterrupted", m.to("Timeout"))
	}
	return []action{a}
}

// getUserInput asks for one key. Its MaxDigits was always one.
func (m *module) getUserInput(string) []action {
	if m.text("BotName") != "" || m.text("LexV2BotAliasArn") != "" {
		return m.lex("")
	}
	a := m.as("GetParticipantInput")
	m.prompt(&a)
	a.Parameters["StoreInput"] = "False"
	if !m.take(&a, "InputTimeLimitSeconds", "Timeout") {
		a.Parameters["InputTimeLimitSeconds"] = "5"
	}
	if n := m.text("MaxDigits"); n != "" && n != "1" {
		m.say("it takes one key, not %s", n)
	}
	a.evaluated(m)
	return []action{a}
}

func (m *module) lex(string) []action {
	a := m.as("ConnectParticipantWithLexBot")
	m.prompt(&a)
	if arn := m.text("LexV2BotAliasArn"); arn != "" {
		a.Parameters["LexV2Bot"] = map[string]any{"AliasArn": arn}
	} else {
		a.Parameters["LexBot"] = map[string]any{"Name": m.text("BotName"), "Region": m.text("BotRegion"), "Alias": m.text("BotAlias")}
	}
	if list := m.all("SessionAttribute"); len(list) > 0 {
		a.Parameters["LexSessionAttributes"] = m.pairs(list)
	}
	a.evaluated(m)
	return []action{a.without(timeLimit)}
}

func (m *module) storeUserInput(string) []action {
	a := m.as("GetParticipantInput").without(timeLimit, noCondition)
	m.prompt(&a)
	a.Parameters["StoreInput"] = "True"
	if !m.take(&a, "InputTimeLimitSeconds", "Timeout") {
		a.Parameters["InputTimeLimitSeconds"] = "5"
	}
	if m.text("CustomerInputType") == "PhoneNumber" {
		number := map[string]any{"NumberFormat": m.text("PhoneNumberFormat")}
		if code := m.text("CountryCode"); code != "" {
			number["CountryCode"] = code
		}
		a.Parameters["InputValidation"] = map[string]any{"PhoneNumberValidation": number}
		return []action{a}
	}
	length := m.text("MaxDigits")
	if length == "" {
		length = "20"
	}
	a.Parameters["InputValidation"] = map[string]any{"CustomValidation": map[string]any{"MaximumLength": length}}
	id, key := m.text("EncryptionKeyId"), m.text("EncryptionKey")
	if strings.EqualFold(m.text("EncryptEntry"), "true") {
		a.Parameters["InputEncryption"] = map[string]any{"EncryptionKeyId": id, "Key": key}
	}
	return []action{a.without("InvalidPhoneNumber")}
}

// pairs makes an object of parameters that have a key.
func (m *module) pairs(list []parameter) map[string]any {
	out := map[string]any{}
	for _, p := range list {
		out[p.Key] = m.reference(p.Namespace, string(p.Value))
	}
	return out
}

func (m *module) setAttributes(string) []action {
	a := m.as("UpdateContactAttributes")
	a.Parameters["Attributes"] = m.pairs(m.all("Attribute"))
	return []action{a}
}

// setScreenPop set one attribute, in two parameters.
func (m *module) setScreenPop(string) []action {
	a := m.as("UpdateContactAttributes")
	a.Parameters["Attributes"] = map[string]any{m.text("key"): m.text("value")}
	return []action{a}
}

func (m *module) checkAttribute(string) []action {
	a := m.as("Compare")
	m.asked["Attribute"], m.asked["Namespace"] = true, true
	var name, space string
	for _, p := range m.Parameters {
		switch p.Name {
		case "Attribute":
			name = string(p.Value)
		case "Namespace":
			space = string(p.Value)
		}
	}
	a.Parameters["ComparisonValue"] = m.reference(space, name)
	a.evaluated(m)
	return []action{a.without(noMatch)}
}

// truths adds the two branches of a question.
func (a *action) truths(m *module) {
	for _, answer := range []string{"True", "False"} {
		if to := m.to(answer); to != "" {
			a.when("Equals", answer, to)
		}
	}
}

func (m *module) checkHours(string) []action {
	a := m.as("CheckHoursOfOperation")
	if !m.take(&a, "HoursOfOperationId", "Hours") {
		m.take(&a, "HoursOfOperationId", "HoursOfOperation")
	}
	a.truths(m)
	return []action{a}
}

// metrics are what CheckQueueStatus could ask for, each an action today.
var metrics = []struct {
	condition, metric string
	unit              float64
}{
	{"CheckQueueTime", "OldestContactInQueueAgeSeconds", 1000}, // milliseconds
	{"CheckQueueCapacity", "NumberOfContactsInQueue", 1},
}

// checkQueueStatus becomes one action for each figure that it asks for; what
// none of the first matches goes to the next.
func (m *module) checkQueueStatus(string) []action {
	var out []action
	for _, f := range metrics {
		a := m.as("CheckMetricData")
		a.Parameters["MetricType"] = f.metric
		m.take(&a, "QueueId", "Queue")
		for _, b := range m.Branches {
			if b.Condition != f.condition {
				continue
			}
			value := string(b.Operand)
			if n, err := strconv.ParseFloat(value, 64); err == nil {
				value = strconv.FormatFloat(n/f.unit, 'f', -1, 64)
			}
			a.when(operators[b.Operator], value, b.Transition)
		}
		if len(a.Transitions.Conditions) > 0 {
			out = append(out, a)
		}
	}
	if len(out) == 0 {
		m.say("it asks for no figure that is known")
		return []action{m.as("CheckMetricData")}
	}
	for i := range out[1:] {
		second := m.ID + " 2"
		out[i+1].Identifier = second
		for j := range out[i].Transitions.Errors {
			if e := &out[i].Transitions.Errors[j]; e.ErrorType == noCondition {
				e.NextAction = second
			}
		}
	}
	return out
}

func (m *module) checkStaffing(string) []action {
	a := m.as("CheckMetricData")
	a.Parameters["MetricType"] = "NumberOfAgents" + m.text("Status")
	m.take(&a, "QueueId", "Queue")
	a.when("NumberGreaterThan", "0", m.to("True"))
	a.Transitions.Errors = append(a.Transitions.Errors, failure{m.to("False"), noCondition})
	return []action{a}
}

// percentiles counted each share for itself; today a number from 1 to 100 is
// compared with the sum so far.
func (m *module) percentiles(string) []action {
	a := m.as("DistributeByPercentage")
	sum := 1
	for _, b := range m.Branches {
		if b.Condition != "Evaluate" {
			continue
		}
		n, err := strconv.Atoi(string(b.Operand))
		if err != nil {
			m.say("%q is no share: the branch is left out", string(b.Operand))
			continue
		}
		sum += n
		a.when("NumberLessThan", strconv.Itoa(sum), b.Transition)
	}
	return []action{a}
}

func (m *module) loop(string) []action {
	a := m.as("Loop")
	m.take(&a, "LoopCount", "LoopCount")
	a.when("Equals", "ContinueLooping", m.to("Looping"))
	a.when("Equals", "DoneLooping", m.to("Complete"))
	a.Transitions.NextAction = m.to("Complete")
	return []action{a}
}
