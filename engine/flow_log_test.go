package engine_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"outdial/contact"
	"outdial/engine"
	"outdial/resource"
)

func logging(id, behavior, next string) action {
	return action{id, "UpdateFlowLoggingBehavior", map[string]any{"FlowLoggingBehavior": behavior}, transitions{NextAction: next}}
}

// A logHouse keeps a flow log where the instance says so.
func logHouse(t *testing.T, on bool) (*house, *far) {
	t.Helper()
	sink := &far{took: make(chan contact.Effect, 100)}
	h := build(t, func(c *engine.Config) {
		c.LogSinks = []string{"logs"}
		c.Gateways[engine.SinkPrefix+"logs"] = sink
	})
	h.put(resource.KindInstance, instance, "demo", resource.Instance{
		Meta:    resource.Meta{ID: instance, ARN: "arn:aws:connect:us-east-1:111122223333:instance/" + instance, Name: "demo"},
		Account: "111122223333", Region: "us-east-1", FlowLogs: on})
	h.flow("talk", say("quiet", "a", "on"), logging("on", "Enabled", "hi"), say("hi", "b", "hold"), wait("hold", "60", "off", "off"),
		logging("off", "Disabled", "bye"), say("bye", "c", "end"), end("end"))
	return h, sink
}

// What the flow log gets: one list a turn, in order, for what is logged only.
func TestFlowLog(t *testing.T) {
	h, sink := logHouse(t, true)
	id := h.start(chat("talk"))
	first := (<-sink.took).(contact.PublishEvent)
	if err := h.engine.Tell(t.Context(), id, contact.MessageReceived{ID: "m-1", Text: "hello"}); err != nil {
		t.Fatal(err)
	}
	second := (<-sink.took).(contact.PublishEvent)
	var got []string
	for _, p := range []contact.PublishEvent{first, second} {
		var list []map[string]any
		if err := json.Unmarshal(p.Body, &list); err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			got = append(got, fmt.Sprint(e["Identifier"], " ", e["ContactFlowModuleType"], " ", e["Results"]))
			if e["ContactId"] != string(id) || e["ContactFlowName"] != "talk" || len(e["Timestamp"].(string)) != len("2021-04-13T00:14:31.581Z") ||
				e["ContactFlowId"] != "arn:aws:connect:us-east-1:111122223333:instance/"+instance+"/contact-flow/talk" {
				t.Errorf("entry %v", e)
			}
		}
	}
	if want := "[on SetLoggingBehavior <nil> hi PlayPrompt <nil> hold Wait <nil> hold Wait CustomerReturned off SetLoggingBehavior <nil>]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}

// Where the instance keeps no flow log there is none, whatever a flow says.
func TestFlowLogIsOff(t *testing.T) {
	h, sink := logHouse(t, false)
	id := h.start(chat("talk"))
	if err := h.engine.Tell(t.Context(), id, contact.MessageReceived{ID: "m-1", Text: "hello"}); err != nil {
		t.Fatal(err)
	}
	h.hears(3)
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	if len(sink.did) > 0 {
		t.Errorf("%v", sink.did)
	}
}
