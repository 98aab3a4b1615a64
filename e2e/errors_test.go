package e2e

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/connect"
	"github.com/aws/aws-sdk-go-v2/service/connect/types"
	"github.com/aws/smithy-go"
)

// is fails unless err is an E whose message holds a part.
func is[E interface {
	error
	ErrorMessage() string
}](t *testing.T, err error, part string) {
	t.Helper()
	var e E
	if !errors.As(err, &e) {
		t.Errorf("got %v, want %T", err, e)
		return
	}
	if !strings.Contains(e.ErrorMessage(), part) {
		t.Errorf("%q says nothing of %q", e.ErrorMessage(), part)
	}
}

// code fails unless err, which the operation does not declare, has a code.
func code(t *testing.T, err error, want string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) || e.ErrorCode() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// Each error comes out of the SDK as the type that the model gives it.
func TestErrorsAreTyped(t *testing.T) {
	s := serve(t, "")
	ctx := t.Context()
	chat := func(change func(*connect.StartOutboundChatContactInput)) error {
		in := s.chat("SMS", "+12065550120")
		change(in)
		_, err := s.api.StartOutboundChatContact(ctx, in)
		return err
	}
	call := func(change func(*connect.StartOutboundVoiceContactInput)) error {
		in := s.ring("+12065550121")
		change(in)
		_, err := s.api.StartOutboundVoiceContact(ctx, in)
		return err
	}
	is[*types.InvalidRequestException](t, chat(func(in *connect.StartOutboundChatContactInput) { in.ChatDurationInMinutes = aws.Int32(59) }), "at least 60")
	is[*types.ResourceNotFoundException](t, chat(func(in *connect.StartOutboundChatContactInput) {
		in.ContactFlowId = aws.String("00000000-0000-0000-0000-000000000000")
	}), "ContactFlowId")
	is[*types.ConflictException](t, chat(func(in *connect.StartOutboundChatContactInput) {
		in.DestinationEndpoint.Address = aws.String("+12065550106")
	}), "DESTINATION_PHONE_NUMBER_OPTED_OUT")
	open := s.startChat(s.chat("SMS", "+12065550122"))
	is[*types.ConflictException](t, chat(func(in *connect.StartOutboundChatContactInput) {
		in.DestinationEndpoint.Address = aws.String("+12065550122")
	}), open)
	is[*types.AccessDeniedException](t, chat(func(in *connect.StartOutboundChatContactInput) {
		in.InstanceId = aws.String(strings.Replace(s.InstanceArn, s.AccountID, "999900009999", 1))
	}), "999900009999")
	is[*types.InvalidParameterException](t, call(func(in *connect.StartOutboundVoiceContactInput) { in.RingTimeoutInSeconds = aws.Int32(61) }), "at most 60")
	is[*types.InvalidRequestException](t, call(func(in *connect.StartOutboundVoiceContactInput) { in.SourcePhoneNumber = nil }), "SourcePhoneNumber")
	is[*types.ResourceNotFoundException](t, call(func(in *connect.StartOutboundVoiceContactInput) { in.QueueId = aws.String("none") }), "QueueId")

	nobody := aws.String("00000000-0000-0000-0000-000000000000")
	_, err := s.api.StopContact(ctx, &connect.StopContactInput{InstanceId: &s.InstanceID, ContactId: nobody})
	is[*types.ContactNotFoundException](t, err, "ContactId")
	_, err = s.api.DescribeContact(ctx, &connect.DescribeContactInput{InstanceId: &s.InstanceID, ContactId: nobody})
	is[*types.ResourceNotFoundException](t, err, "ContactId")
	_, err = s.api.DescribeInstance(ctx, &connect.DescribeInstanceInput{InstanceId: nobody})
	is[*types.ResourceNotFoundException](t, err, "InstanceId")
	_, err = s.api.ListContactFlows(ctx, &connect.ListContactFlowsInput{InstanceId: &s.InstanceID, NextToken: aws.String("none")})
	is[*types.InvalidParameterException](t, err, "NextToken")

	// What no operation declares is an API error with its code.
	_, err = s.client(keyID, "wrong").ListInstances(ctx, nil)
	code(t, err, "InvalidSignatureException")
	_, err = s.client("AKODNOBODYNOBODYNOBO", secret).ListInstances(ctx, nil)
	code(t, err, "UnrecognizedClientException")
	_, err = s.api.ListEvaluationForms(ctx, &connect.ListEvaluationFormsInput{InstanceId: &s.InstanceID})
	code(t, err, "UnknownOperationException")
	if err == nil || !strings.Contains(err.Error(), "ListEvaluationForms") {
		t.Errorf("not served: %v", err)
	}
}

// closed is a server whose instance has AWS's own quotas and destinations; on
// the second instance calls are switched off.
const closed = `
accounts:
  - id: "111122223333"
    keys:
      - {id: ` + keyID + `, secret: "` + secret + `", name: test}
      - id: AKODCHATSCHATSCHATSC
        secret: of chats alone
        name: chats
        allow: [{actions: ["connect:StartOutboundChatContact"]}]
instances:
  - alias: closed
    destinations: aws
    quotas: aws
    hours: [{name: Always, open: [EVERYDAY 00:00-00:00]}]
    numbers: [{number: "+12065550110", channels: [SMS, VOICE]}]
  - alias: silent
    outboundCalls: false
    hours: [{name: Always, open: [EVERYDAY 00:00-00:00]}]
    numbers: [{number: "+12065550112", channels: [VOICE]}]
doNotContact: {name: dnc, numbers: ["+12065550198"]}
`

func TestErrorsOfAClosedInstance(t *testing.T) {
	s := serve(t, closed)
	ctx := t.Context()
	list, err := s.api.ListInstances(ctx, &connect.ListInstancesInput{})
	if err != nil || len(list.InstanceSummaryList) != 2 {
		t.Fatal(list, err)
	}
	ids := map[string]string{}
	for _, in := range list.InstanceSummaryList {
		ids[aws.ToString(in.InstanceAlias)] = aws.ToString(in.Id)
	}
	const content = `{"Version":"2019-10-30","StartAction":"end","Metadata":{},"Actions":[{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}`
	flows := map[string]*string{}
	for alias, id := range ids {
		made, err := s.api.CreateContactFlow(ctx, &connect.CreateContactFlowInput{
			InstanceId: &id, Name: aws.String("End"), Type: types.ContactFlowTypeContactFlow, Content: aws.String(content)})
		if err != nil {
			t.Fatal(err)
		}
		flows[alias] = made.ContactFlowId
	}
	call := func(alias, from, to string) error {
		id := ids[alias]
		_, err := s.api.StartOutboundVoiceContact(ctx, &connect.StartOutboundVoiceContactInput{
			InstanceId: &id, ContactFlowId: flows[alias], SourcePhoneNumber: &from, DestinationPhoneNumber: &to})
		return err
	}
	is[*types.OutboundContactNotPermittedException](t, call("silent", "+12065550112", "+12065550100"), "switched off")
	is[*types.DestinationNotAllowedException](t, call("closed", "+12065550110", "+4930123456"), "DE")
	is[*types.OutboundContactNotPermittedException](t, call("closed", "+12065550110", "+12065550198"), "do-not-contact")
	closed := ids["closed"]
	_, err = s.api.StartOutboundVoiceContact(ctx, &connect.StartOutboundVoiceContactInput{InstanceId: &closed, ContactFlowId: flows["closed"],
		SourcePhoneNumber: aws.String("+12065550110"), DestinationPhoneNumber: aws.String("+12065550100"), TrafficType: types.TrafficTypeCampaign})
	is[*types.LimitExceededException](t, err, "campaign")

	// Two a second, five at once: the next of many is one too many.
	for range 6 {
		if _, err = s.api.ListQueues(ctx, &connect.ListQueuesInput{InstanceId: &closed}); err != nil {
			break
		}
	}
	is[*types.ThrottlingException](t, err, "rate")

	// A key that may start chats may do nothing else.
	chats := s.client("AKODCHATSCHATSCHATSC", "of chats alone")
	_, err = chats.ListQueues(ctx, &connect.ListQueuesInput{InstanceId: &closed})
	code(t, err, "AccessDeniedException")
}

// The exceptions of flows list problems, and what the file declares stays.
func TestErrorsOfFlows(t *testing.T) {
	s := serve(t, "")
	ctx := t.Context()
	create := func(name, content string, status types.ContactFlowStatus) (*connect.CreateContactFlowOutput, error) {
		return s.api.CreateContactFlow(ctx, &connect.CreateContactFlowInput{
			InstanceId: &s.InstanceID, Name: &name, Type: types.ContactFlowTypeContactFlow, Content: &content, Status: status})
	}
	_, err := create("Wrong", `{"Version":"2019-10-30","StartAction":"a","Actions":[{"Identifier":"a","Type":"Fly","Parameters":{},"Transitions":{}}]}`, "")
	var wrong *types.InvalidContactFlowException
	if !errors.As(err, &wrong) || len(wrong.Problems) == 0 || !strings.Contains(aws.ToString(wrong.Problems[0].Message), "Fly") {
		t.Errorf("problems: %v", err)
	}
	made, err := create("Draft", "nothing yet", types.ContactFlowStatusSaved)
	if err != nil {
		t.Fatal(err)
	}
	_, err = create("Draft", "nothing yet", types.ContactFlowStatusSaved)
	is[*types.DuplicateResourceException](t, err, "Draft")
	_, err = s.api.DescribeContactFlow(ctx, &connect.DescribeContactFlowInput{InstanceId: &s.InstanceID, ContactFlowId: made.ContactFlowId})
	is[*types.ContactFlowNotPublishedException](t, err, "Draft")
	in := s.chat("SMS", "+12065550123")
	in.ContactFlowId = made.ContactFlowId
	_, err = s.api.StartOutboundChatContact(ctx, in)
	is[*types.ResourceNotFoundException](t, err, "never published")
}
