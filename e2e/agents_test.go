package e2e

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/connect"
	"github.com/aws/aws-sdk-go-v2/service/connect/types"
)

// desk is how an agent stands.
type desk struct {
	Name, State string
	Queues      []string
	Contacts    []struct {
		ContactID, State, Queue, Customer string
		Heard                             []string
		Messages                          []struct{ From, Text string }
	}
}

// agent lets a simulated agent do something, and gives how he stands at rest.
func (s *server) agent(name string, does map[string]any) (d desk) {
	s.Helper()
	path := "agents/" + url.PathEscape(name)
	s.call("POST", path, does, nil)
	s.advance("0s")
	s.call("GET", path, nil, &d)
	return d
}

// created publishes a flow by the API, and gives its id.
func (s *server) created(name string, actions ...map[string]any) string {
	s.Helper()
	doc, err := json.Marshal(map[string]any{"Version": "2019-10-30", "StartAction": actions[0]["Identifier"], "Actions": actions})
	if err != nil {
		s.Fatal(err)
	}
	out, err := s.api.CreateContactFlow(s.Context(), &connect.CreateContactFlowInput{
		InstanceId: &s.InstanceID, Name: &name, Type: types.ContactFlowTypeContactFlow, Content: aws.String(string(doc))})
	if err != nil {
		s.Fatal(err)
	}
	return aws.ToString(out.ContactFlowId)
}

func block(id, kind string, parameters map[string]any, next string, errors ...string) map[string]any {
	tr := map[string]any{}
	if next != "" {
		list := []any{}
		for _, e := range errors {
			list = append(list, map[string]any{"ErrorType": e, "NextAction": "end"})
		}
		tr = map[string]any{"NextAction": next, "Errors": list, "Conditions": []any{}}
	}
	return map[string]any{"Identifier": id, "Type": kind, "Parameters": parameters, "Transitions": tr}
}

// selling is a flow to the demo instance's queue; after the agent a survey follows.
func (s *server) selling() string {
	s.Helper()
	end := block("end", "DisconnectParticipant", map[string]any{}, "")
	survey := s.created("Survey", block("ask", "MessageParticipant", map[string]any{"Text": "Were you served well, $.Attributes.name?"}, "end"), end)
	return s.created("Selling",
		block("after", "UpdateContactEventHooks", map[string]any{"EventHooks": map[string]any{"CustomerRemaining": survey}}, "target", "NoMatchingError"),
		block("target", "UpdateContactTargetQueue", map[string]any{"QueueId": s.Queues["BasicQueue"]}, "go", "NoMatchingError"),
		block("go", "TransferContactToQueue", map[string]any{}, "end", "QueueAtCapacity", "NoMatchingError"), end)
}

func TestAnAgentTakesAChat(t *testing.T) {
	s := serve(t, "")
	const phone = "+12065550100"
	in := s.chat("SMS", phone)
	in.ContactFlowId = aws.String(s.selling())
	id := s.startChat(in)
	contains(t, s.texts(phone), "Thank you for your patience")
	if c := s.describe(id); c.QueueInfo == nil || aws.ToString(c.QueueInfo.Id) != s.Queues["BasicQueue"] || c.AgentInfo != nil {
		t.Errorf("in the queue: %+v", c)
	}
	// A crash while it waits takes nothing away.
	s.kill()
	d := s.agent("zoe", map[string]any{"state": "Available", "queues": []string{"BasicQueue"}})
	if len(d.Contacts) != 1 || d.Contacts[0].ContactID != id || d.Contacts[0].State != "ringing" {
		t.Fatalf("zoe: %+v", d)
	}
	s.kill()
	s.agent("zoe", map[string]any{"action": "accept"})
	s.agent("zoe", map[string]any{"action": "say", "text": "How can I help?"})
	contains(t, s.texts(phone), "How can I help?")
	_, ours := s.number("SMS")
	s.reply(phone, ours, "SMS", "My order, please.")
	d = s.agent("zoe", map[string]any{})
	said := d.Contacts[0].Messages
	if m := said[len(said)-1]; d.Contacts[0].State != "connected" || m.From != "customer" || m.Text != "My order, please." {
		t.Errorf("zoe: %+v", d)
	}
	if c := s.describe(id); c.AgentInfo == nil || c.AgentInfo.ConnectedToAgentTimestamp == nil {
		t.Errorf("with the agent: %+v", c)
	}
	if d = s.agent("zoe", map[string]any{"action": "hangup"}); len(d.Contacts) != 0 || d.State != "Available" {
		t.Errorf("zoe: %+v", d)
	}
	contains(t, s.texts(phone), "Were you served well, Ann?")
	c := s.describe(id)
	if aws.ToString(c.DisconnectReason) != "AGENT_DISCONNECT" {
		t.Errorf("ended by %s", aws.ToString(c.DisconnectReason))
	}
	// The survey is a contact of its own, linked to the first.
	found, err := s.api.SearchContacts(t.Context(), &connect.SearchContactsInput{InstanceId: &s.InstanceID,
		TimeRange:      &types.SearchContactsTimeRange{Type: types.SearchContactsTimeRangeTypeInitiationTimestamp, StartTime: c.InitiationTimestamp, EndTime: aws.Time(c.InitiationTimestamp.AddDate(0, 0, 1))},
		SearchCriteria: &types.SearchCriteria{InitiationMethods: []types.ContactInitiationMethod{types.ContactInitiationMethodDisconnect}}})
	if err != nil || len(found.Contacts) != 1 {
		t.Fatal(found, err)
	}
	next := s.describe(aws.ToString(found.Contacts[0].Id))
	if aws.ToString(next.PreviousContactId) != id || aws.ToString(next.InitialContactId) != id || next.Attributes["name"] != "Ann" ||
		aws.ToString(next.DisconnectReason) != "CONTACT_FLOW_DISCONNECT" {
		t.Errorf("the survey: %+v", next)
	}
}

func TestAnAgentTakesACall(t *testing.T) {
	s := serve(t, "")
	const phone = "+12065550100"
	in := s.ring(phone)
	in.ContactFlowId = aws.String(s.selling())
	id := s.startCall(in)
	s.act(phone, "answer", "")
	contains(t, s.handset(phone).Call.Heard, "Thank you for your patience")
	s.agent("zoe", map[string]any{"state": "Available", "queues": []string{"BasicQueue"}})
	s.advance("20s") // she lets it ring
	if d := s.agent("zoe", map[string]any{}); len(d.Contacts) != 0 || d.State != "MissedCallAgent" {
		t.Errorf("zoe: %+v", d)
	}
	s.agent("zoe", map[string]any{"state": "Available"})
	s.agent("zoe", map[string]any{"action": "accept"})
	s.agent("zoe", map[string]any{"action": "say", "text": "Hello!"})
	contains(t, s.handset(phone).Call.Heard, "Hello!")
	d := s.agent("zoe", map[string]any{"action": "hold"})
	if d.Contacts[0].State != "onHold" || !slices.Contains(d.Contacts[0].Heard, "BasicQueue") {
		t.Errorf("zoe: %+v", d)
	}
	s.agent("zoe", map[string]any{"action": "resume"})
	s.agent("zoe", map[string]any{"action": "hangup"})
	h := s.handset(phone)
	contains(t, h.Call.Heard, "Were you served well, Ann?")
	if h.Call.State != "ended" {
		t.Errorf("the call %+v", h.Call)
	}
	c := s.describe(id)
	if aws.ToString(c.DisconnectReason) != "AGENT_DISCONNECT" || c.AgentInfo == nil || c.QueueInfo == nil {
		t.Errorf("contact %+v", c)
	}
}
