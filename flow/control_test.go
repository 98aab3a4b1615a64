package flow

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"outdial/contact"
	"outdial/resource"
)

func TestWait(t *testing.T) {
	const lines = `
		w Wait {"TimeLimitSeconds":"$.Attributes.s","Events":["CustomerReturned"]} ?Equals:WaitCompleted done ?Equals:CustomerReturned back !NoMatchingError oops > done
		done DisconnectParticipant
		back DisconnectParticipant
		oops DisconnectParticipant`
	begin := func(seconds string) *stage {
		s := stageOf(t, "SMS", lines)
		s.c.Attributes = map[string]string{"s": seconds}
		s.start()
		return s
	}
	s := begin("60")
	s.expectEffects(contact.Wake{Name: "wait", Visit: 1, At: noon.Add(time.Minute)})
	s.hear(contact.TimerFired{Name: "wait", Visit: 1})
	s.expectPath("w:condition Equals WaitCompleted, done:end")
	s = begin("60")
	s.hear(contact.MessageReceived{Text: "hi"})
	s.expectPath("w:condition Equals CustomerReturned, back:end")
	begin("604801").expectPath("w:error NoMatchingError, oops:end")
	begin("soon").expectPath("w:error NoMatchingError, oops:end")
	s = stageOf(t, "VOICE", lines)
	s.c.Attributes = map[string]string{"s": "60"}
	s.answer()
	s.expectPath("w:error NoMatchingError, oops:end")
}

func TestWaitMeanwhile(t *testing.T) {
	const lines = `
		w Wait {"TimeLimitSeconds":"60","ContinueExecution":"True","MinimumWaitTimeSeconds":"30"} ?Equals:Continue m ?Equals:WaitCompleted done !NoMatchingError done > done
		m MessageParticipant {"Text":"music"} > again
		again MessageParticipant {"Text":"music"} > m
		done DisconnectParticipant`
	s := stageOf(t, "VOICE", lines)
	s.answer()
	s.expectPath("w:condition Equals Continue, m:wait")
	if e := s.out.Effects[0]; e != (contact.Wake{Name: "wait 1", At: noon.Add(30 * time.Second)}) {
		t.Errorf("effect %+v", e)
	}
	s.hear(contact.PromptEnded{Visit: 2})
	s.hear(contact.TimerFired{Name: "wait 9"})
	s.expectStale()
	s.hear(contact.TimerFired{Name: "wait 1"})
	s.expectPath("w:condition Equals WaitCompleted, done:end")
	if s.out.Effects[0] != (contact.StopPrompt{}) {
		t.Errorf("effects %v", s.out.Effects)
	}
}

func TestLoop(t *testing.T) {
	const lines = `
		l Loop {"LoopCount":"$.Attributes.n"} ?Equals:ContinueLooping l ?Equals:DoneLooping done > done
		done Wait {"TimeLimitSeconds":"1"} ?Equals:WaitCompleted l !NoMatchingError l > l`
	for n, want := range map[string]int{"0": 0, "1": 1, "3": 3, "100": 100} {
		s := stageOf(t, "SMS", lines)
		s.c.Attributes = map[string]string{"n": n}
		s.start()
		for range 2 { // it begins anew after DoneLooping
			if got := strings.Count(s.path(), "ContinueLooping"); got != want {
				t.Errorf("LoopCount %s: %d times", n, got)
			}
			s.hear(contact.TimerFired{Name: "wait", Visit: s.c.Position.Visit})
		}
	}
	for _, n := range []string{"101", "-1", "x", ""} {
		s := stageOf(t, "SMS", lines)
		s.c.Attributes = map[string]string{"n": n}
		s.start()
		s.expectEnd("CONTACT_FLOW_DISCONNECT")
		s.expectNote("LoopCount")
	}
}

func TestLoopOverList(t *testing.T) {
	s := stageOf(t, "SMS", `
		l Loop {"LoopArray":"$.External.list","LoopName":"each"} ?Equals:ContinueLooping m ?Equals:DoneLooping done > done
		m MessageParticipant {"Text":"$.Loop.each.Index $.Loop.each.Element.name"} > l
		done DisconnectParticipant`)
	s.c.Vars = map[string]any{"External": map[string]any{"list": []any{map[string]any{"name": "a"}, map[string]any{"name": "b"}}}}
	s.start()
	s.expectSent("0 a", "1 b")
}

func TestCompareWithoutValue(t *testing.T) {
	s := stageOf(t, "SMS", `
		a UpdateContactAttributes {"Attributes":{"x":"1","$.Attributes.x":"y"}} !NoMatchingError b > b
		b DisconnectParticipant`)
	s.c.Attributes = map[string]string{"x": "key"}
	s.start()
	s.expectEvents(contact.Initiated, contact.ConnectedSystem, contact.DataUpdated, contact.DisconnectedType, contact.Completed)
	s.expectVar("$.Attributes.x $.Attributes.key", "1 y")
}

func TestAttributeLimits(t *testing.T) {
	lines := func(value string) string {
		return `a UpdateContactAttributes {"Attributes":{"k":"` + value + `","l":"1"}} !NoMatchingError oops > b
			b DisconnectParticipant
			oops DisconnectParticipant`
	}
	s := stageOf(t, "SMS", lines(strings.Repeat("x", 32768-3)))
	s.start()
	s.expectPath("a:next, b:end")
	s = stageOf(t, "SMS", lines(strings.Repeat("x", 32768-2)))
	s.start()
	s.expectPath("a:error NoMatchingError, oops:end")
	if len(s.c.Attributes) != 0 {
		t.Error("not all or nothing")
	}
	s = stageOf(t, "SMS", `a UpdateContactAttributes {"Attributes":{"a key":"1"}} !NoMatchingError oops > oops
		oops DisconnectParticipant`)
	s.start()
	s.expectPath("a:error NoMatchingError, oops:end")
}

func TestRelatedAttributes(t *testing.T) {
	const lines = `
		a UpdateContactAttributes {"Attributes":{"k":"v"},"TargetContact":"Related"} !NoMatchingError oops > b
		b DisconnectParticipant
		oops DisconnectParticipant`
	s := stageOf(t, "SMS", lines)
	s.c.RelatedID = "c-2"
	s.start()
	s.expectEffects(contact.UpdateContact{ID: "c-2", Update: contact.ContactUpdated{
		Attributes: map[string]string{"k": "v"}, By: "UpdateContactAttributes"}})
	s = stageOf(t, "SMS", lines)
	s.start()
	s.expectPath("a:error NoMatchingError, oops:end")
}

func TestFlowAttributes(t *testing.T) {
	s := stageOf(t, "SMS", `
		a UpdateFlowAttributes {"FlowAttributes":{"k":{"Value":"$.Channel","Type":"String"}}} !NoMatchingError b > m
		m MessageParticipant {"Text":"$.FlowAttributes.k"} > t
		t TransferToFlow {"ContactFlowId":"g"} !NoMatchingError b > b
		b DisconnectParticipant`)
	s.publish("g", `m MessageParticipant {"Text":"[$.FlowAttributes.k]"} > b
		b DisconnectParticipant`)
	s.start()
	s.expectSent("CHAT", "[]")
	s.expectPath("a:next, m:next, t:next, m:next, b:end")
	if p := s.c.Position; p.Flow != "g" || p.Hash != s.w.flows["g"].Hash {
		t.Errorf("position %+v", p)
	}
}

func TestTargetQueue(t *testing.T) {
	const lines = `
		a UpdateContactTargetQueue {"QueueId":"arn:q"} !NoMatchingError oops > b
		b UpdateContactTargetQueue {"AgentId":"u"} !NoMatchingError oops > c
		c UpdateContactTargetQueue {"QueueId":"gone"} !NoMatchingError oops > oops
		oops DisconnectParticipant`
	s := stageOf(t, "SMS", lines)
	s.w.queues = map[string]*resource.Queue{"arn:q": {Meta: resource.Meta{ID: "q-1"}}}
	s.w.users = map[string]*resource.User{"u": {Meta: resource.Meta{ID: "u-1"}}}
	s.start()
	s.expectPath("a:next, b:next, c:error NoMatchingError, oops:end")
	if s.c.Target != "u-1" {
		t.Errorf("target %q", s.c.Target)
	}
}

func TestHours(t *testing.T) {
	week := func(start, end string) (out []resource.HoursOfDay) {
		for d := range 7 {
			out = append(out, resource.HoursOfDay{Day: strings.ToUpper(time.Weekday(d).String()), Start: start, End: end})
		}
		return out
	}
	day := &resource.Hours{TimeZone: "America/New_York", Config: week("09:00", "17:00"), Overrides: []resource.HoursExcept{
		{From: "2026-12-24", Till: "2026-12-26"},
		{From: "2026-12-26", Till: "2026-12-26", Config: week("10:00", "11:00")},
	}}
	always := &resource.Hours{TimeZone: "Europe/Berlin", Config: week("00:00", "00:00")}
	night := &resource.Hours{TimeZone: "UTC", Config: []resource.HoursOfDay{{Day: "FRIDAY", Start: "22:00", End: "06:00"}}}
	early := &resource.Hours{TimeZone: "America/New_York", Config: week("01:00", "03:30")}
	for _, c := range []struct {
		h    *resource.Hours
		at   string
		want bool
	}{
		{day, "2026-11-20T13:59:59Z", false}, {day, "2026-11-20T14:00:00Z", true}, // winter: UTC-5
		{day, "2026-11-20T21:59:59Z", true}, {day, "2026-11-20T22:00:00Z", false},
		{day, "2026-07-20T13:00:00Z", true}, {day, "2026-07-20T12:59:59Z", false}, // summer: UTC-4
		{day, "2026-12-24T15:00:00Z", false}, {day, "2026-12-26T15:30:00Z", true}, {day, "2026-12-26T16:30:00Z", false},
		{always, "2026-03-29T01:30:00Z", true}, {always, "2026-10-25T00:30:00Z", true}, {always, "2026-10-25T23:59:59Z", true},
		{night, "2026-11-20T21:59:59Z", false}, {night, "2026-11-20T23:00:00Z", true}, {night, "2026-11-21T05:59:59Z", true},
		{night, "2026-11-21T06:00:00Z", false}, {night, "2026-11-20T03:00:00Z", false},
		// The clocks go forward at 02:00: 03:30 comes an hour earlier.
		{early, "2026-03-08T06:30:00Z", true}, {early, "2026-03-08T07:29:00Z", true}, {early, "2026-03-08T07:30:00Z", false},
		// They go back at 02:00: the hour from 01:00 comes twice.
		{early, "2026-11-01T05:30:00Z", true}, {early, "2026-11-01T06:30:00Z", true}, {early, "2026-11-01T08:30:00Z", false},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Open(c.h, at); got != c.want || err != nil {
			t.Errorf("%s in %s: %v, %v", c.at, c.h.TimeZone, got, err)
		}
	}
	for _, h := range []*resource.Hours{{TimeZone: "Mars/Olympus"},
		{TimeZone: "UTC", Config: week("25:00", "26:00")}, {TimeZone: "UTC", Config: week("09:00", "")}} {
		if _, err := Open(h, noon); err == nil {
			t.Errorf("%+v can be read", h)
		}
	}
}

func TestCheckHours(t *testing.T) {
	const lines = `
		h CheckHoursOfOperation %s ?Equals:True open ?Equals:False shut !NoMatchingError oops > oops
		open DisconnectParticipant
		shut DisconnectParticipant
		oops DisconnectParticipant`
	for _, c := range []struct{ params, target, want string }{
		{`{"HoursOfOperationId":"h-1"}`, "", "h:condition Equals True, open:end"},
		{`{"HoursOfOperationId":"h-2"}`, "", "h:condition Equals False, shut:end"},
		{`{"HoursOfOperationId":"h-3"}`, "", "h:error NoMatchingError, oops:end"},
		{`{}`, "", "h:error NoMatchingError, oops:end"},
		{`{}`, "q-1", "h:condition Equals True, open:end"},
	} {
		s := stageOf(t, "SMS", fmt.Sprintf(lines, c.params))
		s.c.Target = c.target
		s.w.queues = map[string]*resource.Queue{"q-1": {Hours: "h-1"}}
		s.w.hours = map[string]*resource.Hours{
			"h-1": {TimeZone: "UTC", Config: []resource.HoursOfDay{{Day: "FRIDAY", Start: "09:00", End: "17:00"}}},
			"h-2": {TimeZone: "UTC"},
		}
		s.start()
		s.expectPath(c.want)
	}
}

func TestDistribute(t *testing.T) {
	const lines = `
		d DistributeByPercentage {} ?NumberLessThan:11 ten ?NumberLessThan:61 fifty !NoMatchingCondition rest > rest
		ten DisconnectParticipant
		fifty DisconnectParticipant
		rest DisconnectParticipant`
	count := map[string]int{}
	for i := range 4000 {
		s := stageOf(t, "SMS", lines)
		s.c.ID = contact.ID(fmt.Sprintf("0195-%d", i))
		out, err := Step(s.w, s.c, contact.Started{}, noon)
		if err != nil {
			t.Fatal(err)
		}
		count[out.Passed[1].Action]++
	}
	for name, want := range map[string]int{"ten": 400, "fifty": 2000, "rest": 1600} {
		if got := count[name]; got < want*9/10 || got > want*11/10 {
			t.Errorf("%s: %d of 4000, want about %d", name, got, want)
		}
	}
}

func TestStartOutboundChat(t *testing.T) {
	const lines = `
		s StartOutboundChatContact {"SourceEndpoint":{"Address":"n-1","Type":"CONNECT_PHONENUMBER_ARN"},"DestinationEndpoint":{"Address":"$.CustomerEndpoint.Address","Type":"TELEPHONE_NUMBER"},"ContactFlowArn":"f","ContactSubtype":"connect:SMS","InitialSystemMessage":{"Content":"Hi $.Attributes.name"},"RelatedContact":"CURRENT"} !NoMatchingError oops > bye
		bye DisconnectParticipant
		oops DisconnectParticipant`
	s := stageOf(t, "VOICE", lines)
	s.w.numbers = map[string]*resource.Number{"n-1": {Number: "+12065550198", Account: "acme"}}
	s.c.Attributes = map[string]string{"name": "Ann"}
	s.answer()
	e := s.out.Effects[0].(contact.StartContact)
	c := e.Contact
	if !e.Deflect || c.Subtype != contact.SMS || c.Channel != contact.Chat || c.Method != contact.MethodFlow || c.RelatedID != "c-1" ||
		c.System.Address != "+12065550198" || c.Account != "acme" || c.Customer.Address != "+12065550100" ||
		c.Position.Flow != "f" || c.Initial[0].Text != "Hi Ann" || c.Attributes["name"] != "Ann" || !c.Expires.Equal(noon.Add(25*time.Hour)) {
		t.Errorf("effect %+v, contact %+v", e, c)
	}
	s.hear(contact.ContactCreated{Visit: 1, ID: "c-9"})
	s.expectPath("s:next, bye:end")
	s = stageOf(t, "SMS", lines)
	s.start()
	s.expectPath("s:error NoMatchingError, oops:end")
	s = stageOf(t, "VOICE", lines)
	s.w.numbers = map[string]*resource.Number{"n-1": {Number: "+12065550198"}}
	s.answer()
	s.hear(contact.ContactCreated{Visit: 1, Code: "ConflictException"})
	s.expectPath("s:error NoMatchingError, oops:end")
}

func TestModules(t *testing.T) {
	s := stageOf(t, "SMS", `
		set UpdateFlowAttributes {"FlowAttributes":{"k":{"Value":"outer"}}} !NoMatchingError oops > call
		call InvokeFlowModule {"FlowModuleId":"m","Input":{"to":"$.CustomerEndpoint.Address"}} ?Equals:Good good !NoMatchingCondition none !NoMatchingError oops > plain
		good MessageParticipant {"Text":"$.Modules.Result $.Modules.ResultData.n [$.Modules.Input.to] $.FlowAttributes.k"} > bye
		none DisconnectParticipant
		plain DisconnectParticipant
		oops DisconnectParticipant
		bye DisconnectParticipant`)
	s.publish("m", `
		m MessageParticipant {"Text":"in $.Modules.Input.to [$.FlowAttributes.k]"} > w
		w Wait {"TimeLimitSeconds":"1"} ?Equals:WaitCompleted end !NoMatchingError end > end
		end EndFlowModuleExecution {"Result":"$.Attributes.result","ResultData":{"n":"1"}}`)
	for result, want := range map[string]string{"Good": "good:next, bye:end", "": "plain:end", "Odd": "none:end"} {
		s.c.Attributes = map[string]string{"result": result}
		c := s.c
		s.c = c.Clone()
		s.start()
		s.expectSent("in +12065550100 []")
		s.publish("m", `end EndFlowModuleExecution {}`)
		s.hear(contact.TimerFired{Name: "wait", Visit: s.c.Position.Visit})
		if !strings.HasSuffix(s.path(), want) {
			t.Errorf("result %q: %s", result, s.path())
		}
		if result == "Good" {
			s.expectSent("Good 1 [] outer")
		}
		s.c = c
		s.publish("m", `
		m MessageParticipant {"Text":"in $.Modules.Input.to [$.FlowAttributes.k]"} > w
		w Wait {"TimeLimitSeconds":"1"} ?Equals:WaitCompleted end !NoMatchingError end > end
		end EndFlowModuleExecution {"Result":"$.Attributes.result","ResultData":{"n":"1"}}`)
	}
	s = stageOf(t, "SMS", `
		call InvokeFlowModule {"FlowModuleId":"f"} !NoMatchingError oops > oops
		oops DisconnectParticipant`)
	s.start() // a module that calls itself
	s.expectEnd("CONTACT_FLOW_DISCONNECT")
	if !strings.HasSuffix(s.path(), "call:error NoMatchingError, oops:end") {
		t.Errorf("path %s", s.path())
	}
}

func TestTransferOutOfAModule(t *testing.T) {
	s := stageOf(t, "SMS", `call InvokeFlowModule {"FlowModuleId":"m"} !NoMatchingError call > call`)
	s.publish("m", `go TransferToFlow {"ContactFlowId":"g"} !NoMatchingError go > go`)
	s.publish("g", hold)
	s.start()
	s.expectOpen("wait")
	if p := s.c.Position; p.Flow != "g" || p.Kind != "" || len(p.Stack) > 0 {
		t.Errorf("position %+v", p)
	}
}

func TestTransferToAModule(t *testing.T) {
	s := stageOf(t, "SMS", `go TransferToFlow {"ContactFlowId":"m"} !NoMatchingError oops > oops
		oops DisconnectParticipant`)
	f, err := Parse("m", []byte(`{"Version":"2019-10-30","StartAction":"e","Settings":{"InputParameters":[],"OutputParameters":[],"Transitions":[]},
		"Actions":[{"Identifier":"e","Type":"EndFlowModuleExecution","Parameters":{},"Transitions":{}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	s.w.flows["m"] = f
	s.start()
	s.expectPath("go:error NoMatchingError, oops:end")
	if why := s.whys(); len(why) == 0 || !strings.Contains(why[0], "is a module") {
		t.Errorf("why: %q", why)
	}
}

func TestEndFlowInAQueue(t *testing.T) {
	s := stageOf(t, "SMS", `e EndFlowExecution`)
	s.c.Position.Kind = "CUSTOMER_QUEUE"
	s.start()
	s.expectOpen("")
	s = stageOf(t, "SMS", `e EndFlowExecution`)
	s.start()
	s.expectEnd("CONTACT_FLOW_DISCONNECT")
}
