package flow

import (
	"slices"
	"strconv"
	"time"

	"outdial/contact"
)

// wait holds the contact until time passes, or until one of its events.
//
// LIVE: the parameter is TimeLimitSeconds (the documentation says
// TimeoutSeconds). Not documented, but in console exports: ContinueExecution
// ("Keep running while waiting"), by which the contact goes along Continue in the
// meantime, and is taken from there to WaitCompleted when the time is over.
var wait = Spec{
	Doc: docs + "flow-control-actions-wait.html",
	Params: []Param{
		{Name: "TimeLimitSeconds", Shape: Int, Use: J, Required: true, Min: 0, Max: 604800},
		{Name: "Events", Shape: List, Members: []Param{{Use: S, Enum: waitEvents}}},
		{Name: "ContinueExecution", Shape: Bool, Use: S},
		{Name: "MinimumWaitTimeSeconds", Shape: Int, Use: J, Min: 0, Max: 604800},
	},
	Errors: []ErrorRule{
		{Type: noMatch},
		{Type: "ParticipantNotFound"},
	},
	Results: []ResultRule{
		{When: When{Param: "ContinueExecution", Is: "True"}, Ops: equals, Operands: []string{"Continue", "WaitCompleted"},
			Require: []string{"WaitCompleted"}},
		{Ops: equals, Operands: append([]string{"WaitCompleted"}, waitEvents...), Require: []string{"WaitCompleted"}},
	},
	Flows: I | Q | MOD,
	Waits: true,
	Check: checkWait,
	Run:   runWait,
}

var waitEvents = []string{"CustomerReturned", "BotParticipantDisconnected"}

func runWait(t *Turn) Next {
	switch t.Input.(type) {
	case nil:
		return t.enterWait()
	case contact.TimerFired:
		return t.Match("WaitCompleted")
	case contact.FunctionReturned:
		// "Event-based wait": an asynchronous function has answered.
		for i := range t.node.conditions {
			if t.node.conditions[i].operand.literal == "LambdaReturned" {
				return t.Match("LambdaReturned")
			}
		}
	case contact.MessageReceived:
		if t.hears("CustomerReturned") {
			return t.Match("CustomerReturned")
		}
	}
	return Ignore
}

func (t *Turn) enterWait() Next {
	seconds, ok := t.Int("TimeLimitSeconds")
	if n, given := t.Int("MinimumWaitTimeSeconds"); given {
		seconds, ok = n, true
	}
	if !ok {
		return t.Fail(noMatch, "TimeLimitSeconds is \""+t.Text("TimeLimitSeconds")+"\", not a number up to 604800")
	}
	if t.hears("BotParticipantDisconnected") {
		return t.Fail("ParticipantNotFound", "no bot takes part in the contact")
	}
	d := time.Duration(seconds) * time.Second
	if t.Bool("ContinueExecution") {
		t.waitMeanwhile(d)
		return t.Match("Continue")
	}
	if t.Contact.Channel == contact.Voice {
		return t.Fail(noMatch, "a call waits only with ContinueExecution")
	}
	t.Wake("wait", d)
	return Wait
}

// waitMeanwhile sets a timer that brings the contact back here, wherever it
// stands by then. The last such wait of a contact counts.
func (t *Turn) waitMeanwhile(d time.Duration) {
	p := &t.Contact.Position
	name := "wait " + strconv.Itoa(p.Visit)
	t.Do(contact.Wake{Name: name, At: t.At.Add(d)})
	t.Contact.Extra = merged(t.Contact.Extra, map[string]any{meanwhile: map[string]any{
		"timer": name, "action": p.Action, "hash": p.Hash, "depth": strconv.Itoa(len(p.Stack))}})
}

// meanwhile is the member of Contact.Extra that holds such a wait.
const meanwhile = "wait"

// waitedMeanwhile takes the contact back to the action whose wait is over. It
// is stale once the contact has left that flow.
func (t *Turn) waitedMeanwhile(in contact.TimerFired) error {
	c := t.Contact
	w, _ := c.Extra[meanwhile].(map[string]any)
	p := &c.Position
	if w["timer"] != in.Name || w["hash"] != p.Hash || w["depth"] != strconv.Itoa(len(p.Stack)) {
		t.out.Stale = true
		return nil
	}
	delete(c.Extra, meanwhile)
	action, _ := w["action"].(string)
	if c.Channel == contact.Voice {
		t.Do(contact.StopPrompt{})
	}
	p.Action, p.State = action, nil
	if err := t.stand(); err != nil {
		return err
	}
	next, err := t.leave(t.Match("WaitCompleted"))
	if err != nil || next == nil {
		return err
	}
	return t.run(next)
}

// hears tells whether the wait names an event.
func (t *Turn) hears(event string) bool {
	return slices.Contains(t.Texts("Events"), event)
}

// checkWait demands a condition for each event that is waited for.
func checkWait(a *Checked) {
	for _, e := range a.Texts("Events") {
		a.NeedCondition(e)
	}
}
