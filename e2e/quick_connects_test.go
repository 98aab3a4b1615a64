package e2e

import (
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/connect"
	"github.com/aws/aws-sdk-go-v2/service/connect/types"
)

// TestAnAgentHandsOnByAQuickConnect: the conversation goes on in a contact of its own,
// and the first one tells by which quick connect.
func TestAnAgentHandsOnByAQuickConnect(t *testing.T) {
	s := serve(t, "")
	const phone = "+12065550100"
	quick, err := s.api.CreateQuickConnect(t.Context(), &connect.CreateQuickConnectInput{InstanceId: &s.InstanceID, Name: aws.String("Billing"),
		QuickConnectConfig: &types.QuickConnectConfig{QuickConnectType: types.QuickConnectTypeQueue, QueueConfig: &types.QueueQuickConnectConfig{
			QueueId: aws.String(s.Queues["BasicQueue"]), ContactFlowId: aws.String(s.Flows["Default queue transfer"])}}})
	if err != nil {
		t.Fatal(err)
	}
	in := s.chat("SMS", phone)
	in.ContactFlowId = aws.String(s.selling())
	id := s.startChat(in)
	s.agent("zoe", map[string]any{"state": "Available", "queues": []string{"BasicQueue"}})
	s.agent("zoe", map[string]any{"action": "accept"})
	s.agent("zoe", map[string]any{"state": "Break"})
	s.agent("zoe", map[string]any{"action": "transfer", "quickConnect": "Billing"})
	c := s.describe(id)
	if c.DisconnectTimestamp == nil || len(c.NextContacts) != 1 {
		t.Fatalf("%+v", c)
	}
	next, ok := c.NextContacts[0].NextContactMetadata.(*types.NextContactMetadataMemberQuickConnectContactData)
	if !ok || aws.ToString(next.Value.QuickConnectId) != aws.ToString(quick.QuickConnectId) || aws.ToString(next.Value.QuickConnectName) != "Billing" {
		t.Fatalf("%+v", c.NextContacts)
	}
	d := s.describe(aws.ToString(next.Value.ContactId))
	if aws.ToString(d.PreviousContactId) != id || d.InitiationMethod != types.ContactInitiationMethodTransfer || d.QueueInfo == nil {
		t.Errorf("%+v", d)
	}
	if desk := s.agent("yan", map[string]any{"state": "Available", "queues": []string{"BasicQueue"}}); len(desk.Contacts) != 1 || desk.Contacts[0].ContactID != aws.ToString(d.Id) {
		t.Errorf("yan: %+v", desk)
	}
}

// TestGrace: a call that goes on when the server is told to end may end by itself.
func TestGrace(t *testing.T) {
	s := serve(t, "")
	s.end(syscall.SIGTERM)
	s.args = append(s.args, "-grace", "30s")
	s.begin()
	const phone = "+12065550100"
	in := s.ring(phone)
	in.ContactFlowId = aws.String(s.selling())
	id := s.startCall(in)
	s.act(phone, "answer", "")
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.cmd.Wait() }()
	select {
	case err := <-ended:
		t.Fatalf("it did not wait: %v", err)
	case <-time.After(time.Second):
	}
	if c := s.describe(id); c.DisconnectTimestamp != nil {
		t.Errorf("the call was cut off: %v", aws.ToString(c.DisconnectReason))
	}
	s.call("POST", "handsets/"+phone+"/call", map[string]any{"action": "hangup"}, nil)
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("%v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it waits on")
	}
	s.cmd = nil
}
