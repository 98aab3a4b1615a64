package api

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"outdial/engine"
	"outdial/resource"
	"outdial/store"
)

const (
	numberARN1   = "arn:aws:connect:us-east-1:111122223333:phone-number/" + numberID
	whatsAppARN1 = "arn:aws:connect:us-east-1:111122223333:phone-number/" + whatsAppID
	instanceARN  = "arn:aws:connect:us-east-1:111122223333:instance/" + instanceID
)

type object = map[string]any

// chatRequest is a good request; changes replace members, nil takes one away.
func chatRequest(changes ...object) string {
	return request(object{
		"SourceEndpoint":      object{"Type": "CONNECT_PHONENUMBER_ARN", "Address": numberARN1},
		"DestinationEndpoint": object{"Type": "TELEPHONE_NUMBER", "Address": "+12065550123"},
		"InstanceId":          instanceID,
		"ContactFlowId":       flowID,
		"SegmentAttributes":   object{"connect:Subtype": object{"ValueString": "connect:SMS"}},
	}, changes)
}

// callRequest is a good request for a call.
func callRequest(changes ...object) string {
	return request(object{
		"DestinationPhoneNumber": "+12065550123",
		"InstanceId":             instanceID,
		"ContactFlowId":          voiceID,
		"QueueId":                queueID,
	}, changes)
}

func request(good object, changes []object) string {
	for _, c := range changes {
		maps.Copy(good, c)
	}
	for k, v := range good {
		if v == nil {
			delete(good, k)
		}
	}
	b, err := json.Marshal(good)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// overWhatsApp makes a chat request one over WhatsApp.
var overWhatsApp = object{
	"SourceEndpoint":    object{"Type": "CONNECT_PHONENUMBER_ARN", "Address": whatsAppARN1},
	"SegmentAttributes": object{"connect:Subtype": object{"ValueString": "connect:WhatsApp"}},
}

// segment is a chat request's segment attributes with one more.
func segment(key string, value any) object {
	return object{"SegmentAttributes": object{"connect:Subtype": object{"ValueString": "connect:SMS"}, key: value}}
}

func destination(number string) object {
	return object{"DestinationEndpoint": object{"Type": "TELEPHONE_NUMBER", "Address": number}}
}

func source(kind, address string) object {
	return object{"SourceEndpoint": object{"Type": kind, "Address": address}}
}

func initial(kind, content string) object {
	return object{"InitialSystemMessage": object{"ContentType": kind, "Content": content}}
}

func templated(base, id string, attributes object) object {
	return object{"InitialTemplatedSystemMessage": object{"KnowledgeBaseId": base, "MessageTemplateId": id, "TemplateAttributes": attributes}}
}

type refusal struct {
	name   string
	change object
	status int
	want   string // exception
	says   string // part of the message
}

func names(n int) object {
	out := object{}
	for i := range n {
		out[strings.Repeat("k", i+1)] = strings.Repeat("v", 1000)
	}
	return out
}

var chatRefusals = []refusal{
	{"no source", object{"SourceEndpoint": nil}, 400, "InvalidRequestException", "SourceEndpoint"},
	{"a null is absent", object{"ContactFlowId": json.RawMessage("null")}, 400, "InvalidRequestException", "ContactFlowId"},
	{"no destination", object{"DestinationEndpoint": nil}, 400, "InvalidRequestException", "DestinationEndpoint"},
	{"no instance", object{"InstanceId": nil}, 400, "InvalidRequestException", "InstanceId"},
	{"no flow", object{"ContactFlowId": nil}, 400, "InvalidRequestException", "ContactFlowId"},
	{"empty flow", object{"ContactFlowId": ""}, 400, "InvalidRequestException", "ContactFlowId"},
	{"no segment attributes", object{"SegmentAttributes": nil}, 400, "InvalidRequestException", "SegmentAttributes"},
	{"mistyped", object{"ChatDurationInMinutes": "sixty"}, 400, "InvalidRequestException", "ChatDurationInMinutes"},
	{"instance of nobody", object{"InstanceId": "99999999-2222-4333-8444-555555555555"}, 404, "ResourceNotFoundException", "InstanceId"},
	{"instance of another account", object{"InstanceId": otherID}, 404, "ResourceNotFoundException", "InstanceId"},
	{"instance ARN of another account", object{"InstanceId": strings.Replace(instanceARN, account, "444455556666", 1)}, 403, "AccessDeniedException", "444455556666"},
	{"instance ARN of another region", object{"InstanceId": strings.Replace(instanceARN, region, "eu-west-2", 1)}, 404, "ResourceNotFoundException", "InstanceId"},

	{"source type", source("TELEPHONE_NUMBER", "+12065550190"), 400, "InvalidRequestException", "SourceEndpoint.Type: must be CONNECT_PHONENUMBER_ARN"},
	{"source type unknown", source("PIGEON", numberARN1), 400, "InvalidRequestException", "SourceEndpoint.Type"},
	{"no source type", object{"SourceEndpoint": object{"Address": numberARN1}}, 400, "InvalidRequestException", "SourceEndpoint.Type"},
	{"no source address", object{"SourceEndpoint": object{"Type": "CONNECT_PHONENUMBER_ARN"}}, 400, "InvalidRequestException", "SourceEndpoint.Address"},
	{"source is a number", source("CONNECT_PHONENUMBER_ARN", "+12065550190"), 400, "InvalidRequestException", "not the number"},
	{"source of nobody", source("CONNECT_PHONENUMBER_ARN", numberARN1+"9"), 404, "ResourceNotFoundException", "SourceEndpoint.Address"},
	{"source of another account", source("CONNECT_PHONENUMBER_ARN", otherNumID), 404, "ResourceNotFoundException", "SourceEndpoint.Address"},
	{"source is a queue", source("CONNECT_PHONENUMBER_ARN", instanceARN+"/queue/"+queueID), 400, "InvalidRequestException", "SourceEndpoint.Address"},
	{"source has no SMS", source("CONNECT_PHONENUMBER_ARN", whatsAppARN1), 400, "InvalidRequestException", "has no channel SMS"},
	{"source too long", source("CONNECT_PHONENUMBER_ARN", strings.Repeat("x", 257)), 400, "InvalidRequestException", "at most 256"},

	{"destination type", object{"DestinationEndpoint": object{"Type": "EMAIL_ADDRESS", "Address": "ann@example.com"}}, 400, "InvalidRequestException", "DestinationEndpoint.Type: must be TELEPHONE_NUMBER"},
	{"destination without plus", destination("12065550123"), 400, "InvalidRequestException", "E.164"},
	{"destination with a zero", destination("+0206555012"), 400, "InvalidRequestException", "E.164"},
	{"destination with blanks", destination("+1 206 555 0123"), 400, "InvalidRequestException", "E.164"},
	{"destination in other digits", destination("+١٢٠٦٥٥٥٠١٢٣"), 400, "InvalidRequestException", "E.164"},
	{"destination too short", destination("+1206555012"), 400, "InvalidRequestException", "no length"},
	{"destination too long", destination("+120655501234"), 400, "InvalidRequestException", "no length"},
	{"destination over 15 digits", destination("+1234567890123456"), 400, "InvalidRequestException", "E.164"},
	{"destination empty", destination(""), 400, "InvalidRequestException", "DestinationEndpoint.Address"},

	{"no subtype", object{"SegmentAttributes": object{}}, 400, "InvalidRequestException", "connect:Subtype"},
	{"subtype unknown", object{"SegmentAttributes": object{"connect:Subtype": object{"ValueString": "connect:Pigeon"}}}, 400, "InvalidRequestException", "connect:SMS or connect:WhatsApp"},
	{"subtype in small letters", object{"SegmentAttributes": object{"connect:Subtype": object{"ValueString": "connect:sms"}}}, 400, "InvalidRequestException", "connect:SMS or connect:WhatsApp"},
	{"subtype is a number", object{"SegmentAttributes": object{"connect:Subtype": object{"ValueInteger": 1}}}, 400, "InvalidRequestException", "connect:Subtype"},
	{"segment key", segment("a key", object{"ValueString": "v"}), 400, "InvalidRequestException", "letters, digits"},
	{"segment value empty", segment("k", object{}), 400, "InvalidRequestException", "exactly one"},
	{"segment value double", segment("k", object{"ValueString": "v", "ValueInteger": 1}), 400, "InvalidRequestException", "exactly one"},
	{"a list is the system's", segment("k", object{"ValueList": []any{object{"ValueString": "v"}}}), 400, "InvalidRequestException", "keys that begin with connect:"},
	{"an ARN is the system's", segment("k", object{"ValueArn": numberARN1}), 400, "InvalidRequestException", "keys that begin with connect:"},
	{"a list in a map is the system's", segment("k", object{"ValueMap": object{"m": object{"ValueList": []any{}}}}), 400, "InvalidRequestException", "keys that begin with connect:"},
	{"an ARN that is none", segment("connect:x", object{"ValueArn": "here"}), 400, "InvalidRequestException", "ValueArn"},
	{"segment value too long", segment("k", object{"ValueString": strings.Repeat("x", 1025)}), 400, "InvalidRequestException", "at most 1024"},

	{"attribute key", object{"Attributes": object{"first name": "Ann"}}, 400, "InvalidRequestException", "letters, digits, - and _ only"},
	{"attribute key empty", object{"Attributes": object{"": "Ann"}}, 400, "InvalidRequestException", "Attributes"},
	{"attribute is a number", object{"Attributes": object{"n": 1}}, 400, "InvalidRequestException", "Attributes.n"},
	{"attributes over 32,768 bytes", object{"Attributes": names(33)}, 400, "InvalidRequestException", "32768 bytes"},
	{"attributes over 32,768 bytes in UTF-8", object{"Attributes": object{"k": strings.Repeat("é", 16384)}}, 400, "InvalidRequestException", "32768 bytes"},

	{"flow of nobody", object{"ContactFlowId": "dddddddd-0000-4000-8000-000000000099"}, 404, "ResourceNotFoundException", "ContactFlowId"},
	{"flow never published", object{"ContactFlowId": draftID}, 404, "ResourceNotFoundException", "never published"},
	{"flow of another type", object{"ContactFlowId": whisperID}, 400, "InvalidRequestException", "OUTBOUND_WHISPER"},
	{"flow ARN of a queue", object{"ContactFlowId": instanceARN + "/queue/" + queueID}, 400, "InvalidRequestException", "ContactFlowId"},
	{"flow too long", object{"ContactFlowId": strings.Repeat("x", 501)}, 400, "InvalidRequestException", "at most 500"},

	{"duration 59", object{"ChatDurationInMinutes": 59}, 400, "InvalidRequestException", "at least 60, not 59"},
	{"duration 10081", object{"ChatDurationInMinutes": 10081}, 400, "InvalidRequestException", "at most 10080, not 10081"},
	{"display name empty", object{"ParticipantDetails": object{"DisplayName": ""}}, 400, "InvalidRequestException", "DisplayName"},
	{"display name missing", object{"ParticipantDetails": object{}}, 400, "InvalidRequestException", "DisplayName"},
	{"display name too long", object{"ParticipantDetails": object{"DisplayName": strings.Repeat("x", 257)}}, 400, "InvalidRequestException", "at most 256"},

	{"initial content type", initial("text/html", "hi"), 400, "InvalidRequestException", "InitialSystemMessage.ContentType"},
	{"initial content empty", initial("text/plain", ""), 400, "InvalidRequestException", "InitialSystemMessage.Content"},
	{"initial content missing", object{"InitialSystemMessage": object{"ContentType": "text/plain"}}, 400, "InvalidRequestException", "InitialSystemMessage.Content"},
	{"initial over 1,024 characters", initial("text/plain", strings.Repeat("é", 1025)), 400, "InvalidRequestException", "at most 1024 characters on SMS, not 1025"},
	{"initial over 16,384 bytes", initial("text/plain", strings.Repeat("é", 8193)), 400, "InvalidRequestException", "at most 16384 bytes"},
	{"both initial messages", object{
		"InitialSystemMessage":          object{"ContentType": "text/plain", "Content": "hi"},
		"InitialTemplatedSystemMessage": object{"KnowledgeBaseId": "kb-1", "MessageTemplateId": "reminder-sms", "TemplateAttributes": object{}},
	}, 400, "InvalidRequestException", "not together"},
	{"template of nobody", templated("kb-1", "no-such", object{}), 404, "ResourceNotFoundException", "MessageTemplateId"},
	{"template of another base", templated("kb-2", "reminder-sms", object{}), 404, "ResourceNotFoundException", "KnowledgeBaseId"},
	{"template of another channel", templated("kb-1", "reminder-wa", object{"CustomAttributes": object{"name": "Ann", "time": "9"}}), 400, "InvalidRequestException", "is for WHATSAPP"},
	{"template variables missing", templated("kb-1", "reminder-sms", object{"CustomAttributes": object{"name": "Ann"}}), 400, "InvalidRequestException", "needs the variables time"},
	{"template attributes missing", templated("kb-1", "reminder-sms", nil), 400, "InvalidRequestException", "TemplateAttributes"},
	{"profile attributes that are none", templated("kb-1", "reminder-sms", object{"CustomerProfileAttributes": "{"}), 400, "InvalidRequestException", "CustomerProfileAttributes"},
	{"template fills over 1,024 characters", templated("kb-1", "reminder-sms", object{"CustomAttributes": object{"name": strings.Repeat("x", 1100), "time": "9"}}), 400, "InvalidRequestException", "at most 1024"},

	{"related contact of nobody", object{"RelatedContactId": "0190a0a0-0000-7000-8000-000000000000"}, 404, "ResourceNotFoundException", "RelatedContactId"},
	{"no plain text", object{"SupportedMessagingContentTypes": []string{"application/json"}}, 400, "InvalidRequestException", "must contain text/plain"},
	{"no content types", object{"SupportedMessagingContentTypes": []string{}}, 400, "InvalidRequestException", "must contain text/plain"},
	{"content type unknown", object{"SupportedMessagingContentTypes": []string{"text/plain", "text/html"}}, 400, "InvalidRequestException", "text/html"},
	{"token too long", object{"ClientToken": strings.Repeat("x", 501)}, 400, "InvalidRequestException", "at most 500"},
}

var callRefusals = []refusal{
	{"no destination", object{"DestinationPhoneNumber": nil}, 400, "InvalidRequestException", "DestinationPhoneNumber"},
	{"no flow", object{"ContactFlowId": nil}, 400, "InvalidRequestException", "ContactFlowId"},
	{"no instance", object{"InstanceId": nil}, 400, "InvalidRequestException", "InstanceId"},
	{"destination is no number", object{"DestinationPhoneNumber": "Ann"}, 400, "InvalidParameterException", "E.164"},
	{"destination too short", object{"DestinationPhoneNumber": "+1206555"}, 400, "InvalidParameterException", "no length"},
	{"neither queue nor number", object{"QueueId": nil}, 400, "InvalidRequestException", "QueueId: needed where there is no SourcePhoneNumber"},
	{"queue of nobody", object{"QueueId": "cccccccc-0000-4000-8000-000000000099"}, 404, "ResourceNotFoundException", "QueueId"},
	{"queue without caller id", object{"QueueId": dumbID}, 400, "InvalidRequestException", "no outbound caller id"},
	{"number of nobody", object{"SourcePhoneNumber": "+12065550999"}, 404, "ResourceNotFoundException", "SourcePhoneNumber"},
	{"number of another account", object{"SourcePhoneNumber": "+12065550192"}, 404, "ResourceNotFoundException", "SourcePhoneNumber"},
	{"number without voice", object{"SourcePhoneNumber": "+12065550191"}, 400, "InvalidRequestException", "has no channel VOICE"},
	{"number that is none", object{"SourcePhoneNumber": "Demo"}, 400, "InvalidParameterException", "SourcePhoneNumber"},
	{"attribute key", object{"Attributes": object{"first name": "Ann"}}, 400, "InvalidParameterException", "letters, digits, - and _ only"},
	{"attributes over 32,768 bytes", object{"Attributes": names(33)}, 400, "InvalidParameterException", "32768 bytes"},
	{"name too long", object{"Name": strings.Repeat("x", 1025)}, 400, "InvalidParameterException", "Name"},
	{"description too long", object{"Description": strings.Repeat("x", 4097)}, 400, "InvalidParameterException", "Description"},
	{"reference without type", object{"References": object{"r": object{"Value": "v"}}}, 400, "InvalidRequestException", "References.r.Type"},
	{"reference of an attachment", object{"References": object{"r": object{"Type": "ATTACHMENT", "Value": "v"}}}, 400, "InvalidRequestException", "must be URL, NUMBER, STRING, DATE or EMAIL"},
	{"reference type unknown", object{"References": object{"r": object{"Type": "PIGEON"}}}, 400, "InvalidParameterException", "References.r.Type"},
	{"reference date", object{"References": object{"r": object{"Type": "DATE", "Value": "tomorrow"}}}, 400, "InvalidRequestException", "seconds since 1970"},
	{"references over 4,096 bytes", object{"References": object{"r": object{"Type": "STRING", "Value": strings.Repeat("x", 4096)}}}, 400, "InvalidRequestException", "at most 4096 bytes"},
	{"campaign empty", object{"CampaignId": ""}, 400, "InvalidParameterException", "CampaignId"},
	{"traffic type", object{"TrafficType": "HEAVY"}, 400, "InvalidParameterException", "GENERAL | CAMPAIGN"},
	{"detection needs campaign", object{"AnswerMachineDetectionConfig": object{"EnableAnswerMachineDetection": true}}, 400, "InvalidRequestException", "needs TrafficType CAMPAIGN"},
	{"detection with general", object{"AnswerMachineDetectionConfig": object{"EnableAnswerMachineDetection": true}, "TrafficType": "GENERAL"}, 400, "InvalidRequestException", "needs TrafficType CAMPAIGN"},
	{"ring timeout 14", object{"RingTimeoutInSeconds": 14}, 400, "InvalidParameterException", "at least 15, not 14"},
	{"ring timeout 61", object{"RingTimeoutInSeconds": 61}, 400, "InvalidParameterException", "at most 60, not 61"},
	{"outbound strategy", object{"OutboundStrategy": object{"Type": "AGENT_FIRST"}}, 400, "InvalidRequestException", "OutboundStrategy"},
	{"outbound strategy is checked", object{"OutboundStrategy": object{"Type": "AGENT_LAST"}}, 400, "InvalidParameterException", "OutboundStrategy.Type"},
	{"outbound strategy's timeout", object{"OutboundStrategy": object{"Type": "AGENT_FIRST", "Config": object{"AgentFirst": object{"Preview": object{
		"PostAcceptTimeoutConfig": object{}, "AllowedUserActions": []string{"CALL"}}}}}}, 400, "InvalidRequestException", "DurationInSeconds"},
	{"flow never published", object{"ContactFlowId": draftID}, 404, "ResourceNotFoundException", "never published"},
	{"related contact of nobody", object{"RelatedContactId": "0190a0a0-0000-7000-8000-000000000000"}, 404, "ResourceNotFoundException", "RelatedContactId"},
}

func TestChatRefusals(t *testing.T) {
	h := build(t)
	for _, c := range chatRefusals {
		t.Run(c.name, func(t *testing.T) { h.refuses(t, "/contact/outbound-chat", chatRequest(c.change), c) })
	}
}

func TestCallRefusals(t *testing.T) {
	h := build(t)
	for _, c := range callRefusals {
		t.Run(c.name, func(t *testing.T) { h.refuses(t, "/contact/outbound-voice", callRequest(c.change), c) })
	}
}

func (h *house) refuses(t *testing.T, path, body string, c refusal) {
	t.Helper()
	status, exception, answer := h.do("PUT", path, body)
	var e struct{ Message string }
	if err := json.Unmarshal([]byte(answer), &e); err != nil {
		t.Fatalf("%s: %v", answer, err)
	}
	if status != c.status || exception != c.want || !strings.Contains(e.Message, c.says) {
		t.Errorf("%d %s %q, want %d %s with %q", status, exception, e.Message, c.status, c.want, c.says)
	}
}

// start starts a contact, and gives its id.
func (h *house) start(t *testing.T, path, body string) string {
	t.Helper()
	status, exception, answer := h.do("PUT", path, body)
	var out struct{ ContactId string }
	if err := json.Unmarshal([]byte(answer), &out); err != nil || status != 200 || out.ContactId == "" {
		t.Fatalf("%d %s %s", status, exception, answer)
	}
	return out.ContactId
}

// Requests at the very edge of what is allowed.
func TestStartAllows(t *testing.T) {
	h := build(t)
	full := object{}
	for i := range 32 { // 32 keys of 2 bytes and values of 1,022
		full["k"+"abcdefghijklmnopqrstuvwxyz012345"[i:i+1]] = strings.Repeat("v", 1022)
	}
	n := 0
	for _, c := range []object{
		{"Attributes": object{}},
		{"Attributes": object{"a-b_C9": ""}},
		{"Attributes": object{"k": strings.Repeat("v", 32767)}},
		{"ChatDurationInMinutes": 60},
		{"ChatDurationInMinutes": 10080},
		{"ContactFlowId": instanceARN + "/contact-flow/" + flowID},
		{"InstanceId": instanceARN},
		source("CONNECT_PHONENUMBER_ARN", numberID),
		source("CONNECT_PHONENUMBER_ARN", numberARN1),
		initial("text/plain", strings.Repeat("é", 1024)),
		{"SupportedMessagingContentTypes": []string{"application/json", "text/plain"}},
		segment("mine", object{"ValueInteger": 0}),
		segment("mine", object{"ValueMap": object{"a": object{"ValueString": ""}}}),
		segment("connect:Guide", object{"ValueArn": numberARN1}),
		segment("connect:List", object{"ValueList": []any{object{"ValueString": "a"}, object{"ValueInteger": 2}}}),
		{"Unknown": object{"members": "are ignored"}},
		{"ClientToken": json.RawMessage("null"), "Attributes": json.RawMessage("null")},
	} {
		n++
		to := destination("+1555555" + string([]byte{'0' + byte(n/1000%10), '0' + byte(n/100%10), '0' + byte(n/10%10), '0' + byte(n%10)}))
		h.start(t, "/contact/outbound-chat", chatRequest(c, to))
	}
	for _, number := range []string{"+15555550100", "+447700900123", "+4915112345678", "+390612345678", "+81312345678", "+6581234567", "+882123456789"} {
		h.start(t, "/contact/outbound-chat", chatRequest(destination(number)))
	}
	for _, c := range []object{
		{"SourcePhoneNumber": "+12065550190", "QueueId": nil},
		{"SourcePhoneNumber": "+12065550190", "QueueId": dumbID},
		{"QueueId": instanceARN + "/queue/" + queueID},
		{"RingTimeoutInSeconds": 15, "TrafficType": "CAMPAIGN", "AnswerMachineDetectionConfig": object{"EnableAnswerMachineDetection": true, "AwaitAnswerMachinePrompt": true}},
		{"AnswerMachineDetectionConfig": object{"EnableAnswerMachineDetection": false}},
		{"References": object{"r": object{"Type": "DATE", "Value": "1700000000"}, "u": object{"Type": "URL", "Value": "https://example.com"}}},
		{"Attributes": full},
	} {
		h.start(t, "/contact/outbound-voice", callRequest(c))
	}
}

// What the engine refuses, each face words in its own way.
func TestEngineRefusals(t *testing.T) {
	h := build(t)
	h.mark(engine.OptOutKey(numberID, "+12065550131"))
	h.mark(engine.DoNotContactKey(instanceID, "+12065550132"))
	for _, c := range []struct {
		path, body string
		want       refusal
	}{
		{"/contact/outbound-chat", chatRequest(destination("+12065550131")), refusal{status: 409, want: "ConflictException", says: "DESTINATION_PHONE_NUMBER_OPTED_OUT"}},
		{"/contact/outbound-chat", chatRequest(destination("+12065550132")), refusal{status: 409, want: "ConflictException", says: "do-not-contact"}},
		{"/contact/outbound-voice", callRequest(object{"DestinationPhoneNumber": "+12065550132"}), refusal{status: 403, want: "OutboundContactNotPermittedException", says: "do-not-contact"}},
	} {
		h.refuses(t, c.path, c.body, c.want)
	}
	h.start(t, "/contact/outbound-voice", callRequest(object{"DestinationPhoneNumber": "+12065550131"})) // an opt-out is of messages
	id := h.start(t, "/contact/outbound-chat", chatRequest())
	h.refuses(t, "/contact/outbound-chat", chatRequest(), refusal{status: 409, want: "ConflictException", says: id})
	h.start(t, "/contact/outbound-chat", chatRequest(overWhatsApp)) // another number, another line
}

func (h *house) mark(key string) {
	h.Helper()
	err := h.store.Update(h.Context(), store.Need{Marks: []string{key}}, func(t *store.Tx) error {
		return t.PutMark(key, json.RawMessage(`{}`), h.engine.Now().AddDate(1, 0, 0))
	})
	if err != nil {
		h.Fatal(err)
	}
}

func TestSwitchedOff(t *testing.T) {
	h := build(t, func(in *resource.Instance) { in.Outbound = false })
	h.refuses(t, "/contact/outbound-voice", callRequest(), refusal{status: 403, want: "OutboundContactNotPermittedException", says: "switched off"})
	h.start(t, "/contact/outbound-chat", chatRequest()) // only calls are switched off
}

func TestDestinations(t *testing.T) {
	for _, c := range []struct {
		region, number string
		open           bool
	}{
		{"us-east-1", "+12065550123", true},
		{"us-east-1", "+15555550100", true}, // given to no country, so the first of its code
		{"us-east-1", "+14165550123", true}, // Canada
		{"us-east-1", "+525512345678", true},
		{"us-east-1", "+17872345678", true},  // Puerto Rico
		{"us-east-1", "+18765550123", false}, // Jamaica
		{"us-east-1", "+442079460958", true},
		{"us-east-1", "+447700900123", false}, // closed without a quota request
		{"us-east-1", "+4989123456", false},
		{"eu-west-2", "+33123456789", true},
		{"eu-west-2", "+447700900123", false},
		{"ap-northeast-1", "+81312345678", true},
		{"ap-northeast-1", "+819012345678", false},
		{"ap-northeast-2", "+447700900123", true}, // no star there
		{"ap-southeast-2", "+6421123456", true},
		{"mars-north-1", "+12065550123", true},
		{"mars-north-1", "+33123456789", false},
	} {
		in := &resource.Instance{Region: c.region, Destinations: "aws"}
		if err := checkDestination(in, c.number); (err == nil) != c.open {
			t.Errorf("%s from %s: %v, open should be %v", c.number, c.region, err, c.open)
		}
		in.Destinations = "open"
		if err := checkDestination(in, c.number); err != nil {
			t.Errorf("%s from %s, all open: %v", c.number, c.region, err)
		}
	}
	h := build(t, func(in *resource.Instance) { in.Destinations = "aws" })
	h.refuses(t, "/contact/outbound-voice", callRequest(object{"DestinationPhoneNumber": "+4989123456"}),
		refusal{status: 403, want: "DestinationNotAllowedException", says: "DE"})
	h.refuses(t, "/contact/outbound-chat", chatRequest(destination("+4989123456")),
		refusal{status: 400, want: "InvalidRequestException", says: "DE"})
}

func TestConcurrencyQuotas(t *testing.T) {
	h := build(t, func(in *resource.Instance) { in.Quotas = "aws" })
	h.server.Now = h.sometime() // rates are another test's
	h.refuses(t, "/contact/outbound-voice", callRequest(object{"TrafficType": "CAMPAIGN"}), refusal{status: 429, want: "LimitExceededException", says: "campaign"})
	for i := range maxCalls {
		h.start(t, "/contact/outbound-voice", callRequest(object{"DestinationPhoneNumber": "+120655502" + string([]byte{'0' + byte(i/10), '0' + byte(i%10)}), "ClientToken": string(rune('a' + i))}))
	}
	h.refuses(t, "/contact/outbound-voice", callRequest(), refusal{status: 429, want: "LimitExceededException", says: "limit"})
	// A repeated token is no new call.
	h.start(t, "/contact/outbound-voice", callRequest(object{"DestinationPhoneNumber": "+12065550200", "ClientToken": "a"}))
}
