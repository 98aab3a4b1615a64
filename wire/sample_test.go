package wire

import (
	"context"
	"log/slog"
	"testing"
)

// Two operations with the shapes of StartOutboundChatContact and
// ListContactFlows, to test the room with what it is for.

type endpoint struct {
	Type    string `wire:"enum=TELEPHONE_NUMBER|VOIP|CONTACT_FLOW|CONNECT_PHONENUMBER_ARN|EMAIL_ADDRESS"`
	Address string `wire:"len=0..256"`
}

type segmentAttribute struct {
	ValueString  *string                      `wire:"len=0..1024"`
	ValueMap     map[string]*segmentAttribute `wire:"key.len=1..128"`
	ValueInteger *int32
	ValueList    []segmentAttribute
	ValueArn     *string `wire:"len=0..1024"`
}

type startInput struct {
	SourceEndpoint       *endpoint                    `wire:"required"`
	DestinationEndpoint  *endpoint                    `wire:"required"`
	InstanceId           string                       `wire:"required,len=1..100"`
	SegmentAttributes    map[string]*segmentAttribute `wire:"required,key.len=1..128"`
	Attributes           map[string]string            `wire:"key.len=1..32767,value.len=0..32767"`
	ContactFlowId        string                       `wire:"required,len=..500"`
	ChatDuration         *int32                       `wire:"name=ChatDurationInMinutes,range=60..10080"`
	ParticipantDetails   *participant
	InitialSystemMessage *message
	RelatedContactId     *string  `wire:"len=1..256"`
	ContentTypes         []string `wire:"name=SupportedMessagingContentTypes,item.len=1..100"`
	ClientToken          *string  `wire:"len=..500"`
}

type participant struct {
	DisplayName string `wire:"required,len=1..256,sensitive"`
}

type message struct {
	ContentType string `wire:"required,len=1..100"`
	Content     string `wire:"required,len=1..16384,sensitive"`
}

type startOutput struct {
	ContactId string `wire:"len=1..256"`
}

type listInput struct {
	InstanceId string   `wire:"uri,required,len=1..100"`
	Types      []string `wire:"name=ContactFlowTypes,query=contactFlowTypes,items=..10,item.enum=CONTACT_FLOW|CUSTOMER_QUEUE|AGENT_WHISPER"`
	NextToken  string   `wire:"query=nextToken"`
	MaxResults *int32   `wire:"query=maxResults,range=1..1000"`
}

type listOutput struct {
	ContactFlowSummaryList []flowSummary
	NextToken              string
}

type flowSummary struct {
	Id, Arn, Name, ContactFlowType string
}

// sampleBody is a typical request: 623 bytes.
const sampleBody = `{"SourceEndpoint":{"Type":"CONNECT_PHONENUMBER_ARN","Address":"arn:aws:connect:us-east-1:111122223333:phone-number/0198c1f2-7c50-7d11-9f7e-b53d1f2b8a01"},` +
	`"DestinationEndpoint":{"Type":"TELEPHONE_NUMBER","Address":"+12065550104"},"InstanceId":"0198c1f2-7c50-7d11-9f7e-b53d1f2b8a00",` +
	`"ContactFlowId":"0198c1f2-7c50-7d11-9f7e-b53d1f2b8a02","SegmentAttributes":{"connect:Subtype":{"ValueString":"connect:SMS"}},` +
	`"Attributes":{"name":"Ann","appointment":"2026-03-01T10:00"},"ChatDurationInMinutes":1500,"ParticipantDetails":{"DisplayName":"Ann"},` +
	`"ClientToken":"4e5f2b1c-9a64-4ac0-8fd5-0c0b7f6f3a11"}`

const (
	startErrors = "InvalidRequest Conflict InternalService ResourceNotFound LimitExceeded Throttling AccessDenied"
	listErrors  = "InvalidRequest InvalidParameter ResourceNotFound Throttling InternalService"
)

// sample makes the two operations, with what the tests want of them.
func sample(start func(context.Context, *startInput) (*startOutput, error), list func(context.Context, *listInput) (*listOutput, error)) []Operation {
	return []Operation{
		Op("StartOutboundChatContact", "PUT /contact/outbound-chat", "instance/{InstanceId}/contact-flow/{ContactFlowId}", startErrors, start),
		Op("ListContactFlows", "GET /contact-flows-summary/{InstanceId}", "instance/{InstanceId}", listErrors, list),
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func mustRouter(t testing.TB, c Config) *Router {
	t.Helper()
	if c.Log == nil {
		c.Log = quiet()
	}
	r, err := NewRouter(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
