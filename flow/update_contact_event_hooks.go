package flow

import (
	"strings"

	"outdial/contact"
	"outdial/resource"
)

// updateContactEventHooks sets which flow runs at an event of the contact, in
// place of the instance's default one. The service takes none and several at once.
// EventHooksConfiguration is in console exports: it switches a whisper flow off.
var updateContactEventHooks = Spec{
	Doc: docs + "contact-actions-updatecontacteventhooks.html",
	Params: []Param{
		{Name: "EventHooks", Shape: Object, Required: true, Members: hookParams()},
		{Name: "EventHooksConfiguration", Shape: Object, Members: []Param{
			{Name: agentWhisper.event, Shape: Object, Members: []Param{{Name: "DisableExecution", Shape: Bool, Use: S}}},
			{Name: customerWhisper.event, Shape: Object, Members: []Param{{Name: "DisableExecution", Shape: Bool, Use: S}}},
		}},
	},
	Errors: []ErrorRule{{Type: noMatch}},
	Run:    runUpdateContactEventHooks,
}

// hooks are the events. What runs in an agent's desktop is kept, and run by that.
var hooks = [...]string{"AgentHold", "AgentWhisper", "CustomerHold", "CustomerQueue", "CustomerRemaining", "CustomerWhisper",
	"DefaultAgentUI", "DisconnectAgentUI", "PauseContact", "ResumeContact"}

func hookParams() []Param {
	var out []Param
	for _, name := range hooks {
		out = append(out, Param{Name: name, Use: J, Ref: resource.KindFlow})
	}
	return out
}

func runUpdateContactEventHooks(t *Turn) Next {
	set := map[string]string{}
	for _, event := range hooks {
		off := t.Bool("EventHooksConfiguration", event, "DisableExecution")
		if t.node.params.at("EventHooks", event) == nil && !off {
			continue
		}
		if strings.HasSuffix(event, "Hold") && !t.voice() {
			return t.Fail(noMatch, "only calls are put on hold, not "+t.channel())
		}
		if off {
			set[event] = contact.NoFlow
			continue
		}
		f, why := t.findFlow(t.Text("EventHooks", event))
		if why != "" {
			return t.Fail(noMatch, why)
		}
		set[event] = f.ID
	}
	t.Contact.Hooks = merged(t.Contact.Hooks, set)
	return t.Next()
}
