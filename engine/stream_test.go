package engine_test

import (
	"testing"
	"testing/synctest"

	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/gateway"
	"outdial/resource"
)

// stream is a flow that streams the call, and says whether it could.
func stream(id, yes, no string) action {
	return action{id, "UpdateContactMediaStreamingBehavior", map[string]any{
		"MediaStreamingState": "Enabled", "MediaStreamType": "Audio",
		"Participants": []any{map[string]any{"ParticipantType": "Customer", "MediaDirections": []string{"From", "To"}}},
	}, transitions{NextAction: yes, Errors: []map[string]string{{"ErrorType": "NoMatchingError", "NextAction": no}}}}
}

// A flow hears whether its call is streamed, and the contact's record says where
// to.
func TestACallIsStreamedOrNot(t *testing.T) {
	for _, c := range []struct {
		err  error
		says string
		done int // effects that succeed
	}{{nil, "yes", 3}, {&fault.Error{Kind: fault.Refused, Message: "no address"}, "no", 2}} {
		synctest.Test(t, func(t *testing.T) {
			h := build(t)
			h.flow("talk", stream("a", "b", "c"), say("b", "yes", "end"), say("c", "no", "end"), end("end"))
			h.far.answer = func(e contact.Effect) (gateway.Result, error) {
				switch v := e.(type) {
				case contact.PlaceCall:
					return gateway.Result{Input: contact.CallAnswered{}}, nil
				case contact.StreamCall:
					return gateway.Result{Input: contact.StreamChanged{Visit: v.Visit}}, c.err
				}
				return gateway.Result{}, nil
			}
			id := h.start(call("talk"))
			h.hears(c.done)
			synctest.Wait()
			p, ok := h.far.did[c.done-1].(contact.PlayPrompt)
			if !ok || p.Prompt.Text != c.says {
				t.Fatalf("did %#v", h.far.did[1:])
			}
			tell := func(in contact.Input) {
				if err := h.engine.Deliver(t.Context(), gateway.Arrival{Account: "carrier", Contact: id, Input: in}); err != nil {
					t.Fatal(err)
				}
			}
			tell(contact.CallEnded{By: contact.ByCustomer})
			tell(contact.RecordingKept{Recording: contact.Recording{Path: "wss://far.example/x", Party: "ALL", Started: h.contact(id).Connected, Live: true, Last: 412}})
			r := engine.Record(&resource.Instance{Meta: resource.Meta{ID: instance}}, h.contact(id))["Recordings"].([]any)
			if len(r) != 1 {
				t.Fatalf("%v", r)
			}
			if m := r[0].(map[string]any); m["StorageType"] != "WEBSOCKET" || m["Location"] != "wss://far.example/x" || m["FragmentStopNumber"] != "412" || m["StopTimestamp"] != nil {
				t.Errorf("%v", m)
			}
		})
	}
}
