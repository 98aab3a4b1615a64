package loopback

import (
	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
)

// A caller who is joined with an agent hears what the agent says, and the agent
// what the caller says. Agents have no handsets: what they do they do at their
// desk, and what they hear of a call is asked for by its contact.

// bridge joins a caller with an agent, puts him on hold, or lets him hear what the
// agent says.
func (w *World) bridge(k *call, b contact.Bridge) gateway.Result {
	name := b.Name
	if name == "" {
		name = b.Agent
	}
	r := gateway.Result{}
	switch b.Do {
	case contact.BridgeJoin:
		k.playing, k.listen = nil, nil
		k.agent, k.onHold = name, false
		r.Note = "the caller talks with " + name
	case contact.BridgeHold, contact.BridgeResume:
		k.onHold = b.Do == contact.BridgeHold
	case contact.BridgeLeave:
		k.agent, k.onHold = "", false
	case contact.BridgeSay:
		w.hear(k, contact.Prompt{Text: b.Text})
	}
	w.called(k.set, w.Now())
	return r
}

// tellAgent is what an agent alone hears. It takes no time: nobody counts how long
// a simulated agent listens.
func (w *World) tellAgent(c *contact.Contact, v contact.TellAgent) gateway.Result {
	if in := w.remind(c.ID); in != nil {
		return gateway.Result{Input: in}
	}
	if v.Visit == 0 || v.Loop {
		return gateway.Result{}
	}
	return gateway.Result{Input: contact.PromptEnded{Visit: v.Visit}}
}

// sayToAgent is what a caller says to an agent.
func (w *World) sayToAgent(k *call, words string) error {
	if k.onHold {
		return fault.New(fault.Conflict, "action: the call is on hold, and nobody hears the caller")
	}
	if len(k.agentHeard) >= heardKept {
		k.agentHeard = k.agentHeard[1:]
	}
	k.agentHeard = append(k.agentHeard, words)
	return nil
}

// AgentHears gives what an agent has heard from the caller of a contact's call,
// oldest first, as long as the call goes on.
func (w *World) AgentHears(id contact.ID) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := w.calls[id]
	if k == nil {
		return nil
	}
	return append([]string(nil), k.agentHeard...)
}
