package e2e

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/connect"
	"github.com/aws/aws-sdk-go-v2/service/connect/types"
)

// TestAnAgentConsults: while the customer waits the second contact is there, linked to
// the first; and the first ends when its agent leaves the customer to the other.
func TestAnAgentConsults(t *testing.T) {
	s := serve(t, "")
	const phone = "+12065550100"
	_, err := s.api.CreateQuickConnect(t.Context(), &connect.CreateQuickConnectInput{InstanceId: &s.InstanceID, Name: aws.String("Billing"),
		QuickConnectConfig: &types.QuickConnectConfig{QuickConnectType: types.QuickConnectTypeQueue, QueueConfig: &types.QueueQuickConnectConfig{
			QueueId: aws.String(s.Queues["BasicQueue"]), ContactFlowId: aws.String(s.Flows["Default queue transfer"])}}})
	if err != nil {
		t.Fatal(err)
	}
	in := s.ring(phone)
	in.ContactFlowId = aws.String(s.selling())
	id := s.startCall(in)
	s.act(phone, "answer", "")
	s.agent("zoe", map[string]any{"state": "Available", "queues": []string{"BasicQueue"}})
	s.agent("zoe", map[string]any{"action": "accept"})
	s.agent("zoe", map[string]any{"action": "consult", "quickConnect": "Billing"})
	c := s.describe(id)
	if c.DisconnectTimestamp != nil || len(c.NextContacts) != 1 {
		t.Fatalf("%+v", c)
	}
	next, ok := c.NextContacts[0].NextContactMetadata.(*types.NextContactMetadataMemberQuickConnectContactData)
	if !ok {
		t.Fatalf("%+v", c.NextContacts)
	}
	second := aws.ToString(next.Value.ContactId)
	d := s.describe(second)
	if aws.ToString(d.PreviousContactId) != id || aws.ToString(d.InitialContactId) != id || d.InitiationMethod != types.ContactInitiationMethodTransfer || d.DisconnectTimestamp != nil {
		t.Errorf("%+v", d)
	}
	s.agent("yan", map[string]any{"state": "Available", "queues": []string{"BasicQueue"}})
	s.agent("yan", map[string]any{"action": "accept"})
	s.agent("zoe", map[string]any{"action": "join"})
	s.agent("zoe", map[string]any{"action": "leave"})
	if c = s.describe(id); aws.ToString(c.DisconnectReason) != "AGENT_DISCONNECT" || c.AgentInfo == nil {
		t.Errorf("%+v", c)
	}
	s.call("POST", "handsets/"+phone+"/call", map[string]any{"action": "hangup"}, nil)
	s.advance("0s")
	if d = s.describe(second); aws.ToString(d.DisconnectReason) != "CUSTOMER_DISCONNECT" || d.AgentInfo == nil || d.AgentInfo.ConnectedToAgentTimestamp == nil {
		t.Errorf("%+v", d)
	}
}
