package legacy

import "strings"

func (m *module) wait(string) []action {
	a := m.as("Wait").without(timeLimit)
	for _, name := range []string{"TimeoutSeconds", "TimeLimitSeconds", "Timeout"} {
		if m.take(&a, "TimeLimitSeconds", name) {
			break
		}
	}
	for _, b := range m.Branches {
		switch b.Condition {
		case "Timeout", "TimeExpired", "WaitCompleted":
			a.when("Equals", "WaitCompleted", b.Transition)
		case "CustomerReturned":
			a.Parameters["Events"] = []string{"CustomerReturned"}
			a.when("Equals", "CustomerReturned", b.Transition)
		}
	}
	return []action{a}
}

func (m *module) invoke(string) []action {
	a := m.as("InvokeLambdaFunction")
	m.take(&a, "LambdaFunctionARN", "FunctionArn")
	if !m.take(&a, "InvocationTimeLimitSeconds", "TimeLimit") {
		a.Parameters["InvocationTimeLimitSeconds"] = "3"
	}
	if list := m.all("Parameter"); len(list) > 0 {
		a.Parameters["LambdaInvocationAttributes"] = m.pairs(list)
	}
	return []action{a}
}

func (m *module) setQueue(string) []action {
	a := m.as("UpdateContactTargetQueue")
	if !m.take(&a, "QueueId", "Queue") && !m.take(&a, "AgentId", "Agent") {
		m.say("it names no queue")
		a.Parameters["QueueId"] = "" // as exports of today have it: it loads, and fails when run
	}
	return []action{a}
}

// setHook says which flow runs on an event.
func (m *module) setHook(string) []action {
	a := m.as("UpdateContactEventHooks")
	event := m.text("Type")
	if event == "" {
		event = "CustomerQueue"
		m.say("it names no event: CustomerQueue is taken")
	}
	a.Parameters["EventHooks"] = map[string]any{event: m.text("ContactFlowId")}
	return []action{a}
}

func (m *module) setRecording(string) []action {
	a := m.as("UpdateContactRecordingBehavior").without(noMatch)
	parties := []string{}
	who := m.text("RecordingParticipantOption")
	if m.text("RecordingBehaviorOption") == "Enable" {
		switch who {
		case "Agent", "Customer":
			parties = append(parties, who)
		default:
			parties = append(parties, "Agent", "Customer")
		}
	}
	a.Parameters["RecordingBehavior"] = map[string]any{"RecordedParticipants": parties}
	return []action{a}
}

func (m *module) setLogging(string) []action {
	a := m.as("UpdateFlowLoggingBehavior").without(noMatch)
	a.Parameters["FlowLoggingBehavior"] = "Disabled"
	if strings.HasPrefix(m.text("LoggingBehavior"), "Enable") {
		a.Parameters["FlowLoggingBehavior"] = "Enabled"
	}
	return []action{a}
}

func (m *module) setVoice(string) []action {
	a := m.as("UpdateContactTextToSpeechVoice")
	m.take(&a, "TextToSpeechVoice", "GlobalVoice")
	return []action{a}
}

func (m *module) setPriority(string) []action {
	a := m.as("UpdateContactRoutingBehavior").without(noMatch)
	if !m.take(&a, "QueuePriority", "AbsolutePosition") {
		m.take(&a, "QueueTimeAdjustmentSeconds", "TimeOffset")
	}
	return []action{a}
}

func (m *module) setCallback(string) []action {
	a := m.as("UpdateContactCallbackNumber").without(noMatch)
	m.take(&a, "CallbackNumber", "CallBackNumber")
	return []action{a}
}

func (m *module) createCallback(string) []action {
	a := m.as("CreateCallbackContact")
	for today, was := range map[string]string{"InitialCallDelaySeconds": "InitialDelaySeconds",
		"RetryDelaySeconds": "RetryDelaySeconds", "MaximumConnectionAttempts": "MaxRetryAttempts"} {
		m.take(&a, today, was)
	}
	if !m.take(&a, "QueueId", "Queue") {
		m.take(&a, "AgentId", "Agent")
	}
	return []action{a}
}

func (m *module) startStreaming(string) []action {
	var directions []string
	for _, p := range m.all("Track") {
		switch p.Value {
		case "FromCustomer":
			directions = append(directions, "From")
		case "ToCustomer":
			directions = append(directions, "To")
		}
	}
	// The first form of all named the customer only.
	if m.text("ParticipantTypes"); len(directions) == 0 {
		directions = []string{"From"}
	}
	return m.streaming("Enabled", directions)
}

func (m *module) stopStreaming(string) []action {
	m.all("Track")
	m.text("ParticipantTypes")
	return m.streaming("Disabled", []string{"From", "To"})
}

func (m *module) streaming(state string, directions []string) []action {
	a := m.as("UpdateContactMediaStreamingBehavior")
	a.Parameters["MediaStreamingState"] = state
	a.Parameters["Participants"] = []map[string]any{{"ParticipantType": "Customer", "MediaDirections": directions}}
	a.Parameters["MediaStreamType"] = "Audio"
	m.asked["MediaStreamTypes"] = true
	return []action{a}
}

// holds are who waits, and who talks.
var holds = map[string]string{"Agent": "AgentOnHold", "Customer": "CustomerOnHold", "Conference": "OffHold", "All": "OffHold"}

func (m *module) hold(string) []action {
	a := m.as("UpdatePreviousContactParticipantState")
	who := m.text("HoldOption")
	if holds[who] == "" {
		m.say("%q is not known: nobody is held", who)
		who = "All"
	}
	a.Parameters["PreviousContactParticipantState"] = holds[who]
	return []action{a}
}

// transferToQueue leaves a queue for another one where the flow is a queue's.
func (m *module) transferToQueue(flowType string) []action {
	if flowType != "customerQueue" {
		return []action{m.as("TransferContactToQueue")}
	}
	a := m.as("DequeueContactAndTransferToQueue")
	if !m.take(&a, "QueueId", "Queue") {
		m.take(&a, "AgentId", "Agent")
	}
	return []action{a}
}

func (m *module) transferToFlow(string) []action {
	a := m.as("TransferToFlow")
	if !m.take(&a, "ContactFlowId", "ContactFlowId") {
		m.say("it names no flow")
		a.Parameters["ContactFlowId"] = ""
	}
	return []action{a}
}

func (m *module) transferToNumber(string) []action {
	a := m.as("TransferParticipantToThirdParty").without(timeLimit)
	m.take(&a, "ThirdPartyPhoneNumber", "PhoneNumber")
	limit := m.text("TimeLimit")
	if limit == "" {
		limit = "30"
	}
	a.Parameters["ThirdPartyConnectionTimeLimitSeconds"] = limit
	resumes := "False"
	if m.to("Success") != "" {
		resumes = "True"
	}
	if to := m.to("Timeout"); to != "" {
		a.Transitions.Errors = append(a.Transitions.Errors, failure{to, "ConnectionTimeLimitExceeded"})
	}
	a.Parameters["ContinueFlowExecution"] = resumes
	m.take(&a, "ThirdPartyDTMFDigits", "DTMF")
	return []action{a}
}
