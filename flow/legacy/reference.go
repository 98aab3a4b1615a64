package legacy

import "strings"

// system are the values that the console showed under "System".
var system = map[string]string{
	"customer number":                      "$.CustomerEndpoint.Address",
	"dialed number":                        "$.SystemEndpoint.Address",
	"customer callback number":             "$.CustomerEndpoint.Address",
	"customer id":                          "$.CustomerId",
	"stored customer input":                "$.StoredCustomerInput",
	"queue name":                           "$.Queue.Name",
	"queue arn":                            "$.Queue.ARN",
	"queue outbound number":                "$.Queue.OutboundCallerId.Address",
	"text to speech voice":                 "$.TextToSpeechVoiceId",
	"contact id":                           "$.ContactId",
	"initial contact id":                   "$.InitialContactId",
	"previous contact id":                  "$.PreviousContactId",
	"task contact id":                      "$.Task.ContactId",
	"channel":                              "$.Channel",
	"instance arn":                         "$.InstanceARN",
	"initiation method":                    "$.InitiationMethod",
	"name":                                 "$.Name",
	"description":                          "$.Description",
	"language":                             "$.LanguageCode",
	"aws region":                           "$.AwsRegion",
	"system endpoint type":                 "$.SystemEndpoint.Type",
	"customer endpoint type":               "$.CustomerEndpoint.Type",
	"lex intent name":                      "$.Lex.IntentName",
	"customer audio stream arn":            "$.MediaStreams.Customer.Audio.StreamARN",
	"customer audio start timestamp":       "$.MediaStreams.Customer.Audio.StartTimestamp",
	"customer audio stop timestamp":        "$.MediaStreams.Customer.Audio.StopTimestamp",
	"customer audio start fragment number": "$.MediaStreams.Customer.Audio.StartFragmentNumber",
}

// spaces are the namespaces whose values are members of an object.
var spaces = map[string]string{
	"user defined":           "$.Attributes",
	"external":               "$.External",
	"lex slots":              "$.Lex.Slots",
	"lex attributes":         "$.Lex.SessionAttributes",
	"lex session attributes": "$.Lex.SessionAttributes",
	"agent":                  "$.Agent",
	"queue metrics":          "$.Metrics.Queue",
}

// reference gives what a value of a namespace is today: "$.Attributes.name".
func (m *module) reference(namespace, value string) string {
	space := strings.ToLower(strings.TrimSpace(namespace))
	switch {
	case space == "", strings.HasPrefix(value, "$."):
		return value
	case spaces[space] != "":
		return member(spaces[space], value)
	case space == "lex":
		return member("$.Lex", strings.ReplaceAll(value, " ", ""))
	}
	if ref := system[strings.ToLower(strings.TrimSpace(value))]; space == "system" && ref != "" {
		return ref
	}
	m.say("the value %q of %q is not known: it is kept as an attribute of the contact", value, namespace)
	return member("$.Attributes", value)
}

// member names a member of an object, in brackets where its name wants it.
func member(object, name string) string {
	for _, r := range name {
		if r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return object + "['" + name + "']"
		}
	}
	return object + "." + name
}

// text gives the value of a parameter, as today's form would have it.
func (m *module) text(name string) string {
	m.asked[name] = true
	for _, p := range m.Parameters {
		if p.Name == name {
			return m.reference(p.Namespace, string(p.Value))
		}
	}
	return ""
}

// all gives the parameters of one name.
func (m *module) all(name string) []parameter {
	m.asked[name] = true
	var out []parameter
	for _, p := range m.Parameters {
		if p.Name == name {
			out = append(out, p)
		}
	}
	return out
}

// take sets a parameter of a to one of m, where m has it.
func (m *module) take(a *action, today, was string) bool {
	m.asked[was] = true
	for _, p := range m.Parameters {
		if p.Name == was && p.Value != "" {
			a.Parameters[today] = m.reference(p.Namespace, string(p.Value))
			return true
		}
	}
	return false
}
