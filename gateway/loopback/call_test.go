package loopback

import (
	"context"
	"reflect"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
)

func TestCallManners(t *testing.T) {
	amd := contact.AMDConfig{Enable: true}
	await := contact.AMDConfig{Enable: true, AwaitPrompt: true}
	for _, c := range []struct {
		name, number string
		amd          contact.AMDConfig
		wait         time.Duration
		heard        []contact.Input
		state        string
	}{
		{"busy", "+12065550101", amd, 0, []contact.Input{contact.CallEnded{By: contact.ByNetwork, Code: "486", Phrase: "Busy Here"}}, "ended"},
		{"invalid", "+12065550102", amd, 0, []contact.Input{contact.CallEnded{By: contact.ByNetwork, Code: "404", Phrase: "Not Found"}}, "ended"},
		{"rings", "+12065550103", amd, 29999 * time.Millisecond, []contact.Input{contact.CallRinging{}}, "ringing"},
		{"no answer", "+12065550103", amd, 30 * time.Second, []contact.Input{contact.CallRinging{}, contact.CallEnded{By: contact.ByTimer, Code: "487", Phrase: "Request Terminated"}}, "ended"},
		{"nobody holds it", ann, amd, time.Hour, []contact.Input{contact.CallRinging{}, contact.CallEnded{By: contact.ByTimer, Code: "487", Phrase: "Request Terminated"}}, "ended"},
		{"answers", "+12065550104", contact.AMDConfig{}, time.Hour, []contact.Input{contact.CallRinging{}, contact.CallAnswered{}}, "connected"},
		{"answers a detector", "+12065550104", amd, 0, []contact.Input{contact.CallRinging{}, contact.CallAnswered{},
			contact.MachineDetected{Status: "HUMAN_ANSWERED", GreetStart: noon, GreetEnd: noon}}, "connected"},
		{"voicemail, no detector", "+12065550105", contact.AMDConfig{}, time.Hour, []contact.Input{contact.CallRinging{}, contact.CallAnswered{}}, "connected"},
		{"voicemail", "+12065550105", amd, 0, []contact.Input{contact.CallRinging{}, contact.CallAnswered{},
			contact.MachineDetected{Status: "VOICEMAIL_BEEP", GreetStart: noon, GreetEnd: noon.Add(greeting)}}, "connected"},
		{"voicemail, before its beep", "+12065550105", await, greeting - time.Millisecond, []contact.Input{contact.CallRinging{}, contact.CallAnswered{}}, "connected"},
		{"voicemail, after its beep", "+12065550105", await, greeting, []contact.Input{contact.CallRinging{}, contact.CallAnswered{},
			contact.MachineDetected{Status: "VOICEMAIL_BEEP", GreetStart: noon, GreetEnd: noon.Add(greeting)}}, "connected"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := build(t)
			r := h.dial(voice(c.number), c.amd)
			if r.Ref == "" {
				t.Error("no reference")
			}
			h.advance(c.wait)
			h.expect(c.heard...)
			h.state(c.number, c.state)
		})
	}
}

func TestAnswerOvertakesTheRingTimer(t *testing.T) {
	h := build(t)
	c := voice(ann)
	h.dial(c, contact.AMDConfig{Enable: true})
	h.advance(29 * time.Second)
	h.act(ann, Act{Action: "answer"})
	h.advance(time.Hour)
	at := noon.Add(29 * time.Second)
	h.expect(contact.CallRinging{}, contact.CallAnswered{}, contact.MachineDetected{Status: "HUMAN_ANSWERED", GreetStart: at, GreetEnd: at})
	h.do(c, contact.EndCall{})
	h.advance(time.Hour)
	h.expect(contact.CallEnded{By: contact.BySystem})
	h.state(ann, "ended")
	h.do(c, contact.EndCall{}) // twice is as good as once
	h.expect(contact.CallEnded{By: contact.BySystem})
}

func TestDeclineAndHangUp(t *testing.T) {
	h := build(t)
	h.dial(voice(ann), contact.AMDConfig{})
	h.act(ann, Act{Action: "decline"})
	h.expect(contact.CallRinging{}, contact.CallEnded{By: contact.ByNetwork, Code: "603", Phrase: "Decline"})
	h.state(ann, "ended")

	h.dial(voice(ann), contact.AMDConfig{})
	h.act(ann, Act{Action: "hangup"}) // while it rings
	h.expect(contact.CallRinging{}, contact.CallEnded{By: contact.ByNetwork, Code: "603", Phrase: "Decline"})

	c := h.call(ann)
	h.act(ann, Act{Action: "hangup"})
	h.expect(contact.CallEnded{By: contact.ByCustomer})
	h.do(c, contact.PlayPrompt{Visit: 2, Prompt: contact.Prompt{Text: "hello?"}}) // it knows already
	h.advance(time.Hour)
	h.expect()
}

func TestActNeedsItsState(t *testing.T) {
	h := build(t)
	ctx := context.Background()
	for _, c := range []struct {
		act  Act
		kind fault.Kind
	}{
		{Act{Action: "answer"}, fault.Conflict},
		{Act{Action: "press", Digits: "1"}, fault.Conflict},
		{Act{Action: "press", Digits: "1a"}, fault.Invalid},
		{Act{Action: "press"}, fault.Invalid},
		{Act{Action: "say"}, fault.Invalid},
		{Act{Action: "dance"}, fault.Invalid},
		{Act{}, fault.Invalid},
	} {
		h.fails(h.world.Act(ctx, ann, c.act), c.kind)
	}
	h.call(ann)
	h.fails(h.world.Act(ctx, ann, Act{Action: "answer"}), fault.Conflict)
	h.fails(h.world.Act(ctx, ann, Act{Action: "say", Text: "yes"}), fault.Conflict) // nobody listens
	h.stop()
	h.fails(h.world.Act(ctx, ann, Act{Action: "hangup"}), fault.Busy)
}

func TestDials(t *testing.T) {
	h := build(t)
	ctx := context.Background()
	h.fails(h.world.Act(ctx, ann, Act{Action: "dial"}), fault.Invalid)
	h.act(ann, Act{Action: "dial", To: ours})
	if len(h.calls) != 1 {
		t.Fatalf("%+v", h.calls)
	}
	a := h.calls[0]
	if a.Contact == "" || a.Key == "" || a.Line != (contact.Line{Subtype: contact.Telephony, Customer: ann, System: ours}) || a.Input == nil {
		t.Errorf("%+v", a)
	}
	h.state(ann, "connected")
	h.fails(h.world.Act(ctx, ann, Act{Action: "dial", To: ours}), fault.Conflict)
	c := voice(ann)
	c.ID = a.Contact
	h.do(c, contact.PlayPrompt{Visit: 1, Prompt: contact.Prompt{Text: "Hello."}})
	h.do(c, contact.EndCall{})
	h.expect(contact.PromptEnded{Visit: 1}, contact.CallEnded{By: contact.BySystem})
	h.deny = fault.New(fault.NotFound, "nobody")
	h.fails(h.world.Act(ctx, ann, Act{Action: "dial", To: "+4930111"}), fault.NotFound)
	h.state(ann, "ended")
}

func TestOneCallAtATime(t *testing.T) {
	h := build(t)
	h.call(ann)
	other := voice(ann)
	other.ID = "other"
	h.dial(other, contact.AMDConfig{})
	h.expect(contact.CallEnded{By: contact.ByNetwork, Code: "486", Phrase: "Busy Here"})
	h.state(ann, "connected")
}

// What the house had no time for is told as soon as anything happens.
func TestToldLater(t *testing.T) {
	h := build(t)
	c := h.call(ann)
	h.do(c, contact.CollectDigits{Visit: 4, First: 5, Max: 1})
	h.deny = errAway
	if err := h.world.Act(context.Background(), ann, Act{Action: "hangup"}); err == nil {
		t.Fatal("the house was away")
	}
	h.deny = nil
	h.advance(time.Minute) // the time limit of the digits comes by
	h.expect(contact.CallEnded{By: contact.ByCustomer})

	c = h.call(ann)
	h.deny = errAway
	if err := h.world.Act(context.Background(), ann, Act{Action: "hangup"}); err == nil {
		t.Fatal("the house was away")
	}
	h.deny = nil
	h.do(c, contact.PlayPrompt{Visit: 5, Prompt: contact.Prompt{Text: "hello"}})
	h.expect(contact.CallEnded{By: contact.ByCustomer})

	h.call(ann)
	h.deny = errAway
	if err := h.world.Act(context.Background(), ann, Act{Action: "hangup"}); err == nil {
		t.Fatal("the house was away")
	}
	h.deny = nil
	h.act(ann, Act{Action: "hangup"}) // the person tries again
	h.expect(contact.CallEnded{By: contact.ByCustomer})
}

func TestCallOfNobody(t *testing.T) {
	h := build(t)
	h.dial(voice(ann), contact.AMDConfig{})
	h.deny = fault.New(fault.NotFound, "no such contact")
	h.fails(h.world.Act(context.Background(), ann, Act{Action: "answer"}), fault.NotFound)
	h.state(ann, "ended")
}

func TestCallScript(t *testing.T) {
	for _, c := range []struct {
		name  string
		step  Step
		wait  time.Duration
		heard []contact.Input
	}{
		{"answer", Step{Do: doAnswer, After: Span(9 * time.Second)}, 9 * time.Second, []contact.Input{contact.CallRinging{}, contact.CallAnswered{},
			contact.MachineDetected{Status: "HUMAN_ANSWERED", GreetStart: noon.Add(9 * time.Second), GreetEnd: noon.Add(9 * time.Second)}}},
		{"a fax answers", Step{Do: doAnswer, Value: "FAX_MACHINE_DETECTED"}, 0, []contact.Input{contact.CallRinging{}, contact.CallAnswered{},
			contact.MachineDetected{Status: "FAX_MACHINE_DETECTED", GreetStart: noon, GreetEnd: noon}}},
		{"answer too late", Step{Do: doAnswer, After: Span(31 * time.Second)}, time.Hour, []contact.Input{contact.CallRinging{}, contact.CallEnded{By: contact.ByTimer, Code: "487", Phrase: "Request Terminated"}}},
		{"busy", Step{Do: doBusy}, 0, []contact.Input{contact.CallEnded{By: contact.ByNetwork, Code: "486", Phrase: "Busy Here"}}},
		{"decline", Step{Do: doDecline, After: Span(time.Second)}, time.Hour, []contact.Input{contact.CallRinging{}, contact.CallEnded{By: contact.ByNetwork, Code: "603", Phrase: "Decline"}}},
		{"fail", Step{Do: doFail, Value: "480"}, 0, []contact.Input{contact.CallEnded{By: contact.ByNetwork, Code: "480", Phrase: "Temporarily Unavailable"}}},
		{"fail after a while", Step{Do: doFail, After: Span(time.Second)}, time.Hour, []contact.Input{contact.CallRinging{}, contact.CallEnded{By: contact.ByNetwork, Code: "503", Phrase: "Service Unavailable"}}},
		{"hang up", Step{Do: doHangUp, After: Span(time.Second)}, time.Hour, []contact.Input{contact.CallRinging{}, contact.CallAnswered{},
			contact.MachineDetected{Status: "HUMAN_ANSWERED", GreetStart: noon, GreetEnd: noon}, contact.CallEnded{By: contact.ByCustomer}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := build(t)
			c.step.On = onCall
			h.script(ann, c.step)
			h.dial(voice(ann), contact.AMDConfig{Enable: true})
			h.advance(c.wait)
			h.expect(c.heard...)
		})
	}
}

func TestThirdParty(t *testing.T) {
	const third = "+12065550144"
	for _, c := range []struct {
		name, number string
		act          []string
		heard        []contact.Input
	}{
		{"busy", "+12065550101", nil, []contact.Input{contact.TransferEnded{Visit: 7, Outcome: "failed", Code: "486"}}},
		{"no answer", third, nil, []contact.Input{contact.TransferEnded{Visit: 7, Outcome: "timeout", Code: "487"}}},
		{"declined", third, []string{"decline"}, []contact.Input{contact.TransferEnded{Visit: 7, Outcome: "failed", Code: "603"}}},
		{"talked", third, []string{"answer", "hangup"}, []contact.Input{contact.TransferEnded{Visit: 7, Outcome: "completed"}}},
		{"by itself", "+12065550104", []string{"hangup"}, []contact.Input{contact.TransferEnded{Visit: 7, Outcome: "completed"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := build(t)
			k := h.call(ann)
			h.do(k, contact.TransferCall{Visit: 7, To: c.number, Timeout: 20})
			h.advance(0)
			for _, a := range c.act {
				h.act(c.number, Act{Action: a})
			}
			h.advance(time.Hour)
			h.expect(c.heard...)
			h.state(ann, "connected")
		})
	}
	h := build(t)
	k := h.call(ann)
	h.script(third, Step{On: onCall, Do: doHangUp, After: Span(time.Minute)})
	h.do(k, contact.TransferCall{Visit: 7, To: third, Timeout: 20, Digits: "12"})
	h.advance(59 * time.Second)
	if v := h.world.Handset(third).Call; v.State != "connected" || !reflect.DeepEqual(v.Heard, []string{"12"}) || v.From != ann {
		t.Errorf("%+v", v)
	}
	h.act(ann, Act{Action: "hangup"}) // the caller leaves, and the third party with them
	h.state(third, "ended")
	h.advance(time.Hour)
	h.expect(contact.CallEnded{By: contact.ByCustomer})
}
