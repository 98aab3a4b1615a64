package admin

import (
	"slices"
	"strings"
	"testing"

	"outdial/contact"
	"outdial/resource"
	"outdial/wire"
)

// queues declares a queue, the flows that run around it, and one that goes to it.
func (h *house) queues() {
	h.Helper()
	h.put(resource.KindQueue, demo, "sales", "Sales", resource.Queue{Meta: resource.Meta{ID: "sales", Name: "Sales"}})
	const whisper = `{"Version":"2019-10-30","StartAction":"a","Actions":[
		{"Identifier":"a","Type":"MessageParticipant","Parameters":{"Text":"TEXT"},"Transitions":{"NextAction":"b"}},
		{"Identifier":"b","Type":"EndFlowExecution","Parameters":{},"Transitions":{}}]}`
	for name, text := range map[string]string{"Default customer queue": "Please wait.", "Default agent whisper": "From $.Queue.Name.", "Default customer whisper": "You are through."} {
		h.flow(name, strings.Replace(whisper, "TEXT", text, 1))
	}
	h.flow("Default customer hold", `{"Version":"2019-10-30","StartAction":"a","Actions":[
		{"Identifier":"a","Type":"MessageParticipantIteratively","Parameters":{"Messages":[{"Text":"La"},{"Text":"la."}]},"Transitions":{}}]}`)
	h.flow("sell", `{"Version":"2019-10-30","StartAction":"a","Actions":[
		{"Identifier":"a","Type":"UpdateContactTargetQueue","Parameters":{"QueueId":"sales"},"Transitions":{"NextAction":"b","Errors":[{"ErrorType":"NoMatchingError","NextAction":"c"}]}},
		{"Identifier":"b","Type":"TransferContactToQueue","Parameters":{},"Transitions":{"NextAction":"c","Errors":[{"ErrorType":"QueueAtCapacity","NextAction":"c"},{"ErrorType":"NoMatchingError","NextAction":"c"}]}},
		{"Identifier":"c","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}`)
}

// desk lets an agent do something and everything come to rest, and gives how he
// stands then.
func (h *house) desk(name, body string) (v deskView) {
	h.Helper()
	h.get("POST", "agents/"+name, body, nil)
	h.rest()
	h.get("GET", "agents/"+name, "", &v)
	return v
}

func TestAgentOnACall(t *testing.T) {
	unsigned := func(c *Config) { c.Anonymous = wire.Caller{Account: account, Region: "us-east-1"} }
	play(t, unsigned, func(h *house) {
		h.queues()
		h.creds = wire.Credentials{} // unsigned on this machine, as handsets are
		id := h.start("sell", ann, contact.Voice)
		h.get("POST", "handsets/"+ann+"/call", `{"action":"answer"}`, nil)
		h.rest()
		v := h.desk("bob", `{"state":"Available","queues":["Sales"]}`)
		if len(v.Contacts) != 1 || v.Contacts[0].State != "ringing" || v.Contacts[0].ID != id || v.Contacts[0].Customer != ann || !slices.Equal(v.Queues, []string{"Sales"}) {
			h.Fatalf("%+v", v)
		}
		v = h.desk("bob", `{"action":"accept"}`)
		if c := v.Contacts[0]; c.State != "connected" || c.Queue != "Sales" || !slices.Equal(c.Heard, []string{"From Sales."}) {
			h.Errorf("%+v", c)
		}
		h.desk("bob", `{"action":"say","text":"Hello."}`)
		h.get("POST", "handsets/"+ann+"/call", `{"action":"say","text":"Hi Bob."}`, nil)
		v = h.desk("bob", `{"action":"hold"}`)
		if c := v.Contacts[0]; c.State != "onHold" || !slices.Equal(c.Heard, []string{"From Sales.", "Hi Bob."}) {
			h.Errorf("%+v", c)
		}
		h.refused("POST", "handsets/"+ann+"/call", `{"action":"say","text":"Anybody?"}`, 409, "action")
		h.desk("bob", `{"action":"resume"}`)
		k := h.world.Handset(ann).Call
		if got := strings.Join(k.Heard, "|"); got != "Please wait.|You are through.|Hello.|La|la." || k.Agent != "bob" || k.State != "connected" {
			h.Errorf("%+v", k)
		}
		v = h.desk("bob", `{"action":"hangup"}`)
		if len(v.Contacts) != 0 || v.State != "Available" {
			h.Errorf("%+v", v)
		}
		if k := h.world.Handset(ann).Call; k.State != "ended" {
			h.Errorf("%+v", k)
		}
	})
}

func TestAgentInAChat(t *testing.T) {
	play(t, nil, func(h *house) {
		h.queues()
		id := h.start("sell", ann, contact.Chat)
		h.desk("bob", `{"state":"Available"}`) // without queues of his own he serves all
		h.desk("bob", `{"action":"accept"}`)
		h.desk("bob", `{"action":"say","text":"How can I help?"}`)
		h.get("POST", "handsets/"+ann+"/messages", `{"text":"My order."}`, nil)
		v := h.desk("bob", `{"contactId":"`+string(id)+`"}`)
		var got []string
		for _, m := range v.Contacts[0].Messages {
			got = append(got, m.From+": "+m.Text)
		}
		want := []string{"system: Please wait.", "system: You are through.", "bob: How can I help?", "customer: My order."}
		if !slices.Equal(got, want) {
			h.Errorf("%q", got)
		}
		h.refused("POST", "agents/bob", `{"action":"hold"}`, 409, "action")
		h.desk("bob", `{"afterWork":60}`)
		if v := h.desk("bob", `{"action":"hangup"}`); v.Contacts[0].State != "afterContactWork" || v.AfterWork != 60 {
			h.Errorf("%+v", v)
		}
		if v := h.desk("bob", `{"action":"complete"}`); len(v.Contacts) != 0 {
			h.Errorf("%+v", v)
		}
		var all struct{ Agents []deskView }
		h.get("GET", "agents", "", &all)
		if len(all.Agents) != 1 || all.Agents[0].Name != "bob" {
			h.Errorf("%+v", all)
		}
	})
}

func TestAgentRefusals(t *testing.T) {
	play(t, nil, func(h *house) {
		h.queues()
		h.refused("GET", "agents/nobody", "", 404, "")
		h.refused("POST", "agents/bob", `{"action":"dance"}`, 400, "action")
		h.refused("POST", "agents/bob", `{"action":"say"}`, 400, "text")
		h.refused("POST", "agents/bob", `{"state":5}`, 400, "state")
		h.refused("POST", "agents/bob", `{"mood":"good"}`, 400, "mood")
		h.refused("POST", "agents/bob", `{"queues":["nowhere"]}`, 404, "queues")
		h.refused("POST", "agents/bob", `{"afterWork":-1}`, 400, "afterWork")
		h.refused("POST", "agents/bob?instance=foreign", `{"state":"Available"}`, 404, "instance") // of another account
		h.refused("GET", "agents/bob", "", 404, "")                                                // what was refused has made nobody
		h.desk("bob", `{"state":"Available"}`)
		h.refused("POST", "agents/bob", `{"action":"accept"}`, 409, "action")
		h.creds, h.remote = wire.Credentials{}, "192.0.2.1:4000"
		h.refused("GET", "agents/bob", "", 403, "")
	})
	play(t, func(c *Config) { c.World = nil }, func(h *house) { h.refused("GET", "agents/bob", "", 404, "") })
}

// An agent consults another one, and what both see of it.
func TestAgentsConsult(t *testing.T) {
	play(t, nil, func(h *house) {
		h.queues()
		h.start("sell", ann, contact.Voice)
		h.get("POST", "handsets/"+ann+"/call", `{"action":"answer"}`, nil)
		h.rest()
		h.desk("bob", `{"state":"Available","queues":["Sales"]}`)
		h.desk("bob", `{"action":"accept"}`)
		h.desk("eve", `{"state":"Offline"}`)
		h.flow("Default agent transfer", `{"Version":"2019-10-30","StartAction":"a","Actions":[
			{"Identifier":"a","Type":"TransferContactToAgent","Parameters":{},"Transitions":{}}]}`)
		h.desk("eve", `{"state":"Available","queues":["Sales"]}`)
		h.refused("POST", "agents/bob", `{"action":"leave"}`, 409, "action")
		h.refused("POST", "agents/bob", `{"action":"consult"}`, 400, "queue")
		v := h.desk("bob", `{"action":"consult","agent":"eve"}`)
		if c := v.Contacts[0]; c.State != "onHold" || c.Consult == nil || c.Consult.Agent != "" || c.Consult.Joined {
			h.Fatalf("%+v", v)
		}
		w := h.desk("eve", `{"action":"accept"}`)
		if c := w.Contacts[0]; c.ID != v.Contacts[0].Consult.ID || c.ConsultOf != "bob" || c.State != "connected" {
			h.Errorf("%+v", w)
		}
		h.desk("eve", `{"action":"say","text":"Yes?"}`)
		v = h.desk("bob", `{"action":"join"}`)
		if c := v.Contacts[0]; c.State != "connected" || c.Consult.Agent != "eve" || !c.Consult.Joined || !slices.Contains(c.Heard, "eve: Yes?") {
			h.Errorf("%+v %+v", v, c.Consult)
		}
		h.desk("eve", `{"action":"say","text":"Hello, caller."}`)
		v = h.desk("bob", `{"action":"leave"}`)
		if len(v.Contacts) != 0 {
			h.Errorf("%+v", v)
		}
		h.get("POST", "handsets/"+ann+"/call", `{"action":"say","text":"Hi Eve."}`, nil)
		w = deskView{}
		h.get("GET", "agents/eve", "", &w)
		if c := w.Contacts[0]; c.ConsultOf != "" || !slices.Contains(c.Heard, "Hi Eve.") {
			h.Errorf("%+v", c)
		}
		k := h.world.Handset(ann).Call
		if got := strings.Join(k.Heard, "|"); !strings.HasSuffix(got, "Hello, caller.") || k.Agent != "eve" || k.State != "connected" {
			h.Errorf("%+v", k)
		}
	})
}
