package flow

import (
	"time"

	"outdial/contact"
	"outdial/resource"
)

// messageParticipantIteratively plays prompts over and over to who waits in a
// queue or on hold. With InterruptFrequencySeconds the flow leaves it from time to
// time; ContinueMessagingDuringInterrupt, of console exports, lets the prompts go
// on meanwhile.
var messageParticipantIteratively = Spec{
	Doc: docs + "participant-actions-messageparticipantiteratively.html",
	Params: []Param{
		{Name: "Messages", Shape: List, Required: true, Min: 1, Members: []Param{{Shape: Object, Members: []Param{
			{Name: "PromptId", Use: J, Ref: resource.KindPrompt},
			{Name: "Text"},
			{Name: "SSML"},
			{Name: "Media", Shape: Object, Members: mediaParams},
			{Name: "TextToSpeechType", Use: S, Enum: []string{"text", "ssml"}, Fold: true},
		}}}},
		{Name: "InterruptFrequencySeconds", Shape: Int, Use: J, Min: 1},
		{Name: "ContinueMessagingDuringInterrupt", Shape: Bool, Use: S},
	},
	Errors:   []ErrorRule{{Type: noMatch}},
	Results:  []ResultRule{{Ops: equals, Operands: []string{interrupted}}},
	Channels: V,
	Flows:    Q | CH | AH,
	NoNext:   true,
	Speaks:   true,
	Waits:    true,
	Check:    checkMessages,
	Run:      runMessageParticipantIteratively,
}

const interrupted = "MessagesInterrupted"

func runMessageParticipantIteratively(t *Turn) Next {
	switch t.Input.(type) {
	case nil:
		return t.loopPrompts()
	case contact.TimerFired:
		if !t.Bool("ContinueMessagingDuringInterrupt") && !t.toAgent() {
			t.Do(contact.StopPrompt{})
		}
		return t.Match(interrupted)
	}
	return Ignore
}

func (t *Turn) loopPrompts() Next {
	var prompts []contact.Prompt
	list := t.node.params.at("Messages")
	for i := range list.listed() {
		p, why := t.promptAt(&list.items[i])
		if why != "" {
			return t.Fail(noMatch, why)
		}
		prompts = append(prompts, p)
	}
	if len(prompts) == 0 {
		return t.Fail(noMatch, "there are no messages")
	}
	if t.Has("InterruptFrequencySeconds") {
		n, ok := t.Int("InterruptFrequencySeconds")
		if !ok || n < 1 {
			return t.Fail(noMatch, "InterruptFrequencySeconds is \""+t.Text("InterruptFrequencySeconds")+"\", not a number of seconds")
		}
		t.Wake("interrupt", time.Duration(n)*time.Second)
	}
	if t.toAgent() {
		t.tellAgent(prompts, true)
	} else {
		t.Do(contact.PlayPrompt{Visit: t.Visit(), Prompt: prompts[0], More: prompts[1:], Loop: true})
	}
	return Wait
}

// listed gives the items of a list, none of anything else.
func (v *value) listed() []value {
	if v == nil || v.shape != 'l' {
		return nil
	}
	return v.items
}

// checkMessages demands exactly one prompt of each message.
func checkMessages(a *Checked) {
	list, _ := a.value("Messages").([]any)
	for i, m := range list {
		if obj, ok := m.(map[string]any); ok {
			a.groupOf(Group{Names: promptNames, Rule: One}, obj, []string{"Parameters", "Messages", index(i)})
		}
	}
}
