package api

import (
	"fmt"
	"sync"
	"testing"

	"outdial/engine"
)

func TestTokenGivesTheSameContact(t *testing.T) {
	h := build(t)
	chat := func(change ...object) string { return chatRequest(append(change, object{"ClientToken": "t-1"})...) }
	id := h.start(t, "/contact/outbound-chat", chat())
	again := []object{
		{},
		{"InstanceId": instanceARN},
		{"ContactFlowId": instanceARN + "/contact-flow/" + flowID},
		source("CONNECT_PHONENUMBER_ARN", numberID),
	}
	for i, c := range again {
		if got := h.start(t, "/contact/outbound-chat", chat(c)); got != id {
			t.Errorf("repeat %d: %s, want %s", i, got, id)
		}
	}
	h.refuses(t, "/contact/outbound-chat", chat(object{"Attributes": object{"name": "Bob"}, "ChatDurationInMinutes": 60}),
		refusal{status: 400, want: "InvalidRequestException", says: "Attributes, ChatDurationInMinutes"})
	// The token is looked up before any other reason to refuse.
	h.mark(engine.OptOutKey(numberID, "+12065550123"))
	if got := h.start(t, "/contact/outbound-chat", chat()); got != id {
		t.Errorf("opted out since: %s, want %s", got, id)
	}
	h.refuses(t, "/contact/outbound-chat", chat(destination("+1")),
		refusal{status: 400, want: "InvalidRequestException", says: "DestinationEndpoint"})
	h.restart()
	if got := h.start(t, "/contact/outbound-chat", chat()); got != id {
		t.Errorf("after a restart: %s, want %s", got, id)
	}
	// For a chat it stays the same contact, ended or not.
	if status, _, answer := h.do("POST", "/contact/stop", request(object{"InstanceId": instanceID, "ContactId": id}, nil)); status != 200 {
		t.Fatal(answer)
	}
	h.rest()
	if got := h.start(t, "/contact/outbound-chat", chat()); got != id {
		t.Errorf("after its end: %s, want %s", got, id)
	}
}

func TestTokenOfACallStartsAnotherOnceItHasEnded(t *testing.T) {
	h := build(t)
	body := callRequest(object{"ClientToken": "t-1"})
	id := h.start(t, "/contact/outbound-voice", body)
	if got := h.start(t, "/contact/outbound-voice", body); got != id {
		t.Errorf("while it rings: %s, want %s", got, id)
	}
	if status, _, answer := h.do("POST", "/contact/stop", request(object{"InstanceId": instanceID, "ContactId": id}, nil)); status != 200 {
		t.Fatal(answer)
	}
	h.rest()
	second := h.start(t, "/contact/outbound-voice", body)
	if second == id {
		t.Error("the ended call was given again")
	}
	if got := h.start(t, "/contact/outbound-voice", body); got != second {
		t.Errorf("the token names the newest: %s, want %s", got, second)
	}
}

func TestTokensOfOperationsAreApart(t *testing.T) {
	h := build(t)
	chat := h.start(t, "/contact/outbound-chat", chatRequest(object{"ClientToken": "t-1"}))
	call := h.start(t, "/contact/outbound-voice", callRequest(object{"ClientToken": "t-1"}))
	if chat == call {
		t.Error("one contact for a chat and a call")
	}
}

func TestARefusedRequestDoesNotUseUpItsToken(t *testing.T) {
	h := build(t)
	h.refuses(t, "/contact/outbound-chat", chatRequest(object{"ClientToken": "t-1", "ContactFlowId": draftID}),
		refusal{status: 404, want: "ResourceNotFoundException"})
	h.start(t, "/contact/outbound-chat", chatRequest(object{"ClientToken": "t-1"}))
	// No token is none, not one that all share.
	h.start(t, "/contact/outbound-chat", chatRequest(destination("+12065550141"), object{"ClientToken": ""}))
	h.start(t, "/contact/outbound-chat", chatRequest(destination("+12065550142"), object{"ClientToken": ""}))
}

func TestTokenUnderConcurrency(t *testing.T) {
	h := build(t)
	body := chatRequest(object{"ClientToken": "t-1"})
	got := make([]string, 100)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() {
			status, exception, answer := h.do("PUT", "/contact/outbound-chat", body)
			got[i] = fmt.Sprintf("%d %s %s", status, exception, answer)
		})
	}
	all.Wait()
	for i, g := range got {
		if g != got[0] {
			t.Fatalf("call %d: %s, call 0: %s", i, g, got[0])
		}
	}
	h.rest()
	if n := len(h.world.Handset("+12065550123").Messages); n != 1 {
		t.Errorf("%d messages on the handset, want 1", n)
	}
}

// Every member that a request may have changes its hash.
func TestHashesNameEachMember(t *testing.T) {
	at := place{}
	one := func(v string) *string { return &v }
	base := func() *startOutboundChatContactInput {
		return &startOutboundChatContactInput{
			SourceEndpoint: &endpoint{"CONNECT_PHONENUMBER_ARN", "a"}, DestinationEndpoint: &endpoint{"TELEPHONE_NUMBER", "b"},
			SegmentAttributes: map[string]segmentValue{"k": {ValueString: one("v")}},
		}
	}
	n := 60
	changes := map[string]func(*startOutboundChatContactInput){
		"SourceEndpoint":      func(in *startOutboundChatContactInput) { in.SourceEndpoint.Address = "c" },
		"DestinationEndpoint": func(in *startOutboundChatContactInput) { in.DestinationEndpoint.Address = "c" },
		"SegmentAttributes": func(in *startOutboundChatContactInput) {
			in.SegmentAttributes["k"] = segmentValue{ValueArn: one("v")}
		},
		"Attributes":            func(in *startOutboundChatContactInput) { in.Attributes = map[string]string{"a": ""} },
		"ContactFlowId":         func(in *startOutboundChatContactInput) { in.ContactFlowId = "f" },
		"ChatDurationInMinutes": func(in *startOutboundChatContactInput) { in.ChatDurationInMinutes = &n },
		"ParticipantDetails":    func(in *startOutboundChatContactInput) { in.ParticipantDetails = &participantDetails{"Ann"} },
		"InitialSystemMessage":  func(in *startOutboundChatContactInput) { in.InitialSystemMessage = &chatMessage{"a", "b"} },
		"InitialTemplatedSystemMessage": func(in *startOutboundChatContactInput) {
			in.InitialTemplatedSystemMessage = &templatedMessage{"a", "b", &templateAttributes{}}
		},
		"RelatedContactId": func(in *startOutboundChatContactInput) { in.RelatedContactId = "r" },
		"SupportedMessagingContentTypes": func(in *startOutboundChatContactInput) {
			in.SupportedMessagingContentTypes = []string{"text/plain"}
		},
	}
	for member, change := range changes {
		in := base()
		change(in)
		a, b := base().hashes(at), in.hashes(at)
		for k := range changes {
			if differs := a[k] != b[k]; differs != (k == member) {
				t.Errorf("%s changed: %s differs %v", member, k, differs)
			}
		}
	}
	// What is framed does not run together.
	x, y := hashes{}, hashes{}
	x.pairs("m", map[string]string{"a": "bc"})
	y.pairs("m", map[string]string{"ab": "c"})
	if x["m"] == y["m"] {
		t.Error("two maps with one hash")
	}
}
