package e2e

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/connect"
	"github.com/aws/aws-sdk-go-v2/service/connect/types"
)

const (
	chatFlow  = "Appointment reminder (chat)"
	voiceFlow = "Appointment reminder (voice)"
)

// chat is a good request for a chat to a customer.
func (s *server) chat(channel, to string) *connect.StartOutboundChatContactInput {
	arn, _ := s.number(channel)
	subtype := map[string]string{"SMS": "connect:SMS", "WHATSAPP": "connect:WhatsApp"}[channel]
	return &connect.StartOutboundChatContactInput{
		InstanceId:          aws.String(s.InstanceID),
		ContactFlowId:       aws.String(s.Flows[chatFlow]),
		SourceEndpoint:      &types.Endpoint{Type: types.EndpointTypeConnectPhonenumberArn, Address: aws.String(arn)},
		DestinationEndpoint: &types.Endpoint{Type: types.EndpointTypeTelephoneNumber, Address: aws.String(to)},
		SegmentAttributes:   map[string]types.SegmentAttributeValue{"connect:Subtype": {ValueString: aws.String(subtype)}},
		Attributes:          map[string]string{"name": "Ann", "appointment": "tomorrow at 10:00"},
	}
}

// ring is a good request for a call to a customer.
func (s *server) ring(to string) *connect.StartOutboundVoiceContactInput {
	_, number := s.number("VOICE")
	return &connect.StartOutboundVoiceContactInput{
		InstanceId:             aws.String(s.InstanceID),
		ContactFlowId:          aws.String(s.Flows[voiceFlow]),
		SourcePhoneNumber:      aws.String(number),
		DestinationPhoneNumber: aws.String(to),
		Attributes:             map[string]string{"name": "Ann", "appointment": "tomorrow at 10:00"},
	}
}

func (s *server) startChat(in *connect.StartOutboundChatContactInput) string {
	s.Helper()
	out, err := s.api.StartOutboundChatContact(s.Context(), in)
	if err != nil {
		s.Fatal(err)
	}
	return aws.ToString(out.ContactId)
}

func (s *server) startCall(in *connect.StartOutboundVoiceContactInput) string {
	s.Helper()
	out, err := s.api.StartOutboundVoiceContact(s.Context(), in)
	if err != nil {
		s.Fatal(err)
	}
	s.advance("0s") // it has been dialled
	return aws.ToString(out.ContactId)
}

func (s *server) describe(id string) *types.Contact {
	s.Helper()
	out, err := s.api.DescribeContact(s.Context(), &connect.DescribeContactInput{InstanceId: &s.InstanceID, ContactId: &id})
	if err != nil {
		s.Fatal(err)
	}
	return out.Contact
}

func (s *server) attributes(id string) map[string]string {
	s.Helper()
	out, err := s.api.GetContactAttributes(s.Context(), &connect.GetContactAttributesInput{InstanceId: &s.InstanceID, InitialContactId: &id})
	if err != nil {
		s.Fatal(err)
	}
	return out.Attributes
}

// ended fails unless a contact has ended for a reason, with a status that the flow set.
func (s *server) ended(id, reason, status string) {
	s.Helper()
	c := s.describe(id)
	if c.DisconnectTimestamp == nil || aws.ToString(c.DisconnectReason) != reason {
		s.Errorf("ended %v by %q, want %q", c.DisconnectTimestamp, aws.ToString(c.DisconnectReason), reason)
	}
	if got := s.attributes(id)["appointmentStatus"]; got != status {
		s.Errorf("appointmentStatus is %q, want %q", got, status)
	}
}

func TestSMS(t *testing.T) {
	s := serve(t, "")
	const phone = "+12065550100"
	in := s.chat("SMS", phone)
	in.InitialSystemMessage = &types.ChatMessage{ContentType: aws.String("text/plain"), Content: aws.String("This is the clinic.")}
	id := s.startChat(in)
	_, ours := s.number("SMS")
	if got := s.texts(phone); len(got) != 2 || got[0] != "This is the clinic." {
		t.Fatalf("on the handset: %q", got)
	}
	contains(t, s.texts(phone), "Hello Ann! Your appointment is tomorrow at 10:00")
	if c := s.describe(id); c.DisconnectTimestamp != nil || c.Channel != types.ChannelChat || c.InitiationMethod != types.ContactInitiationMethodApi ||
		aws.ToString(c.CustomerEndpoint.Address) != phone || c.CustomerEndpoint.Type != types.EndpointTypeTelephoneNumber {
		t.Errorf("contact %+v", c)
	}
	s.reply(phone, ours, "SMS", "perhaps")
	contains(t, s.texts(phone), "did not understand")
	s.reply(phone, ours, "SMS", "1")
	contains(t, s.texts(phone), "Thank you")
	s.ended(id, "CONTACT_FLOW_DISCONNECT", "confirmed")
}

func TestWhatsApp(t *testing.T) {
	s := serve(t, "")
	const phone = "+12065550100"
	in := s.chat("WHATSAPP", phone)
	for _, m := range s.Templates {
		if m.Channel == "WHATSAPP" {
			in.InitialTemplatedSystemMessage = &types.TemplatedMessageConfig{
				KnowledgeBaseId: aws.String(m.KnowledgeBaseID), MessageTemplateId: aws.String(m.MessageTemplateID),
				TemplateAttributes: &types.TemplateAttributes{CustomAttributes: map[string]string{"name": "Ann", "appointment": "tomorrow at 10:00"}},
			}
		}
	}
	id := s.startChat(in)
	if got := s.texts(phone); len(got) != 1 {
		t.Fatalf("on the handset: %q", got)
	}
	_, ours := s.number("WHATSAPP")
	s.reply(phone, ours, "WHATSAPP", "hello?")
	contains(t, s.texts(phone), "does it suit you?")
	s.reply(phone, ours, "WHATSAPP", "1")
	s.ended(id, "CONTACT_FLOW_DISCONNECT", "confirmed")
}

func TestVoice(t *testing.T) {
	s := serve(t, "")
	const phone = "+12065550100"
	in := s.ring(phone)
	in.Name, in.Description = aws.String("Reminder"), aws.String("Of tomorrow")
	in.References = map[string]types.Reference{"order": {Type: types.ReferenceTypeUrl, Value: aws.String("https://example.com/1")}}
	id := s.startCall(in)
	if h := s.handset(phone); h.Call.State != "ringing" || h.Call.ContactID != id {
		t.Fatalf("the call %+v", h.Call)
	}
	s.act(phone, "answer", "")
	contains(t, s.handset(phone).Call.Heard, "Press 1 to confirm")
	s.act(phone, "press", "1")
	contains(t, s.handset(phone).Call.Heard, "Thank you!")
	s.ended(id, "CONTACT_FLOW_DISCONNECT", "confirmed")
	c := s.describe(id)
	if aws.ToString(c.Name) != "Reminder" || c.ConnectedToSystemTimestamp == nil || c.Channel != types.ChannelVoice {
		t.Errorf("contact %+v", c)
	}
	refs, err := s.api.ListContactReferences(t.Context(), &connect.ListContactReferencesInput{
		InstanceId: &s.InstanceID, ContactId: &id, ReferenceTypes: []types.ReferenceType{types.ReferenceTypeUrl},
	})
	if err != nil || len(refs.ReferenceSummaryList) != 1 {
		t.Fatal(refs, err)
	}
	if u, ok := refs.ReferenceSummaryList[0].(*types.ReferenceSummaryMemberUrl); !ok || aws.ToString(u.Value.Value) != "https://example.com/1" {
		t.Errorf("reference %+v", refs.ReferenceSummaryList[0])
	}
}

// Free text outside of WhatsApp's window is refused by the carrier, not by the
// API: nothing was delivered, so the contact was never established.
func TestWhatsAppOutsideTheWindow(t *testing.T) {
	s := serve(t, "")
	in := s.chat("WHATSAPP", "+12065550100")
	in.InitialSystemMessage = &types.ChatMessage{ContentType: aws.String("text/plain"), Content: aws.String("This is the clinic.")}
	id := s.startChat(in)
	if got := s.texts("+12065550100"); len(got) != 0 {
		t.Errorf("on the handset: %q", got)
	}
	if got := aws.ToString(s.describe(id).DisconnectReason); got != "CUSTOMER_CONNECTION_NOT_ESTABLISHED" {
		t.Errorf("ended by %q", got)
	}
}

// The handsets with manners end calls as phones do.
func TestManners(t *testing.T) {
	s := serve(t, "")
	for _, c := range []struct{ phone, reason, amd string }{
		{"+12065550101", "TELECOM_BUSY", ""},
		{"+12065550102", "TELECOM_NUMBER_INVALID", ""},
		{"+12065550103", "TELECOM_TIMEOUT", ""},
		{"+12065550104", "CONTACT_FLOW_DISCONNECT", "HUMAN_ANSWERED"},
		{"+12065550105", "CONTACT_FLOW_DISCONNECT", "VOICEMAIL_BEEP"},
	} {
		in := s.ring(c.phone)
		in.TrafficType = types.TrafficTypeCampaign
		in.AnswerMachineDetectionConfig = &types.AnswerMachineDetectionConfig{EnableAnswerMachineDetection: true, AwaitAnswerMachinePrompt: true}
		id := s.startCall(in)
		s.advance("2m")
		d := s.describe(id)
		if aws.ToString(d.DisconnectReason) != c.reason || c.amd != "" && string(d.AnsweringMachineDetectionStatus) != c.amd {
			t.Errorf("%s: %s %s, want %s %s", c.phone, aws.ToString(d.DisconnectReason), d.AnsweringMachineDetectionStatus, c.reason, c.amd)
		}
	}
}

// Stopping a contact, and what is done to it around that.
func TestAroundAContact(t *testing.T) {
	s := serve(t, "")
	id := s.startChat(s.chat("SMS", "+12065550100"))
	ctx := t.Context()
	if _, err := s.api.UpdateContactAttributes(ctx, &connect.UpdateContactAttributesInput{
		InstanceId: &s.InstanceID, InitialContactId: &id, Attributes: map[string]string{"name": "Bob"}}); err != nil {
		t.Error(err)
	}
	if _, err := s.api.UpdateContact(ctx, &connect.UpdateContactInput{InstanceId: &s.InstanceArn, ContactId: &id, Name: aws.String("Reminder")}); err != nil {
		t.Error(err)
	}
	if _, err := s.api.TagContact(ctx, &connect.TagContactInput{InstanceId: &s.InstanceID, ContactId: &id, Tags: map[string]string{"team": "red", "shop": "a"}}); err != nil {
		t.Error(err)
	}
	if _, err := s.api.UntagContact(ctx, &connect.UntagContactInput{InstanceId: &s.InstanceID, ContactId: &id, TagKeys: []string{"shop"}}); err != nil {
		t.Error(err)
	}
	if _, err := s.api.StopContact(ctx, &connect.StopContactInput{InstanceId: &s.InstanceID, ContactId: &id}); err != nil {
		t.Error(err)
	}
	s.advance("0s")
	c := s.describe(id)
	if c.Attributes["name"] != "Bob" || aws.ToString(c.Name) != "Reminder" || len(c.Tags) != 1 || c.Tags["team"] != "red" || aws.ToString(c.DisconnectReason) != "API" {
		t.Errorf("contact %+v", c)
	}
	call := s.startCall(s.ring("+12065550100"))
	if _, err := s.api.StopContact(ctx, &connect.StopContactInput{InstanceId: &s.InstanceID, ContactId: &call}); err != nil {
		t.Error(err)
	}
	s.advance("0s")
	if got := aws.ToString(s.describe(call).DisconnectReason); got != "TELECOM_ORIGINATOR_CANCEL" {
		t.Errorf("stopped while ringing: %s", got)
	}
}

// Seven days pass: a chat that nobody answers ends when its time is over.
func TestSevenDays(t *testing.T) {
	s := serve(t, "")
	in := s.chat("WHATSAPP", "+12065550100") // waits for a first reply
	in.ChatDurationInMinutes = aws.Int32(60)
	id := s.startChat(in)
	s.advance("7d")
	if got := aws.ToString(s.describe(id).DisconnectReason); got != "EXPIRED" {
		t.Errorf("ended by %s", got)
	}
}
