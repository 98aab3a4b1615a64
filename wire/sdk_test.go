package wire

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/connect"
	"github.com/aws/aws-sdk-go-v2/service/connect/types"
	"github.com/aws/smithy-go"
)

// sdk returns the official client against r, with one secret and session token.
func sdk(t *testing.T, r http.Handler, secret, token string) *connect.Client {
	t.Helper()
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	return connect.New(connect.Options{
		Region:       "us-east-1",
		BaseEndpoint: aws.String(server.URL),
		Retryer:      aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: suiteKey, SecretAccessKey: secret, SessionToken: token}, nil
		}),
	})
}

// live is suiteVerifier on the real clock, which the SDK signs by.
func live() *Verifier {
	v := suiteVerifier()
	v.Now = nil
	return v
}

func TestSDKSucceeds(t *testing.T) {
	var got startInput
	var listed listInput
	var who Caller
	r := mustRouter(t, Config{Service: "connect", Verifier: live(), Operations: sample(
		func(ctx context.Context, in *startInput) (*startOutput, error) {
			got, who = *in, CallerFrom(ctx)
			return &startOutput{"c-1"}, nil
		},
		func(_ context.Context, in *listInput) (*listOutput, error) {
			listed = *in
			return &listOutput{[]flowSummary{{Id: "f-1", Name: "Grüße"}}, "more"}, nil
		})})
	for _, token := range []string{"", "a+session/token=="} {
		c := sdk(t, r, suiteSecret, token)
		out, err := c.StartOutboundChatContact(t.Context(), &connect.StartOutboundChatContactInput{
			SourceEndpoint:      &types.Endpoint{Type: types.EndpointTypeConnectPhonenumberArn, Address: aws.String("arn:aws:connect:us-east-1:111122223333:phone-number/n-1")},
			DestinationEndpoint: &types.Endpoint{Type: types.EndpointTypeTelephoneNumber, Address: aws.String("+12065550100")},
			InstanceId:          aws.String("i-1"),
			ContactFlowId:       aws.String("f-1"),
			SegmentAttributes: map[string]types.SegmentAttributeValue{
				"connect:Subtype": {ValueString: aws.String("connect:SMS")},
				"deep": {ValueMap: map[string]types.SegmentAttributeValue{
					"list": {ValueList: []types.SegmentAttributeValue{{ValueInteger: aws.Int32(7)}}}}},
			},
			Attributes:            map[string]string{"naïve": "✓ \"quoted\"\n"},
			ChatDurationInMinutes: aws.Int32(60),
			ParticipantDetails:    &types.ParticipantDetails{DisplayName: aws.String("Ann")},
		})
		if err != nil {
			t.Fatal(err)
		}
		if *out.ContactId != "c-1" || got.Attributes["naïve"] != "✓ \"quoted\"\n" || *got.ChatDuration != 60 || got.ClientToken == nil ||
			*got.SegmentAttributes["deep"].ValueMap["list"].ValueList[0].ValueInteger != 7 || got.SourceEndpoint.Type != "CONNECT_PHONENUMBER_ARN" {
			t.Errorf("bound %+v", got)
		}
		if who.Account != "111122223333" || who.Region != "us-east-1" {
			t.Errorf("caller %+v", who)
		}
		list, err := c.ListContactFlows(t.Context(), &connect.ListContactFlowsInput{
			InstanceId:       aws.String("arn:aws:connect:us-east-1:111122223333:instance/i 1"),
			ContactFlowTypes: []types.ContactFlowType{types.ContactFlowTypeContactFlow, types.ContactFlowTypeCustomerQueue},
			NextToken:        aws.String("a b+c/d="),
			MaxResults:       aws.Int32(2),
		})
		if err != nil {
			t.Fatal(err)
		}
		if *list.NextToken != "more" || *list.ContactFlowSummaryList[0].Name != "Grüße" {
			t.Errorf("listed %+v", list)
		}
		if listed.InstanceId != "arn:aws:connect:us-east-1:111122223333:instance/i 1" || listed.NextToken != "a b+c/d=" || *listed.MaxResults != 2 ||
			!slices.Equal(listed.Types, []string{"CONTACT_FLOW", "CUSTOMER_QUEUE"}) {
			t.Errorf("bound %+v", listed)
		}
	}
}

func startBy(ctx context.Context, c *connect.Client) error {
	_, err := c.StartOutboundChatContact(ctx, &connect.StartOutboundChatContactInput{
		SourceEndpoint: &types.Endpoint{}, DestinationEndpoint: &types.Endpoint{}, InstanceId: aws.String("i"), ContactFlowId: aws.String("f"),
		SegmentAttributes: map[string]types.SegmentAttributeValue{},
	})
	return err
}

// createBy asks for a flow, and holds the typed problems against what the server said.
func createBy(ctx context.Context, c *connect.Client) error {
	_, err := c.CreateContactFlow(ctx, &connect.CreateContactFlowInput{InstanceId: aws.String("i"), Content: aws.String("{}"), Name: aws.String("n"), Type: types.ContactFlowTypeContactFlow})
	var typed *types.InvalidContactFlowException
	if errors.As(err, &typed) && (len(typed.Problems) != 2 || *typed.Problems[1].Message != "dead end") {
		return fmt.Errorf("problems %+v", typed.Problems)
	}
	return err
}

func TestSDKTypesErrors(t *testing.T) {
	var answer error
	r := mustRouter(t, Config{Service: "connect", Verifier: live(),
		Unserved: "PUT /users/{InstanceId} CreateUser",
		Operations: append(sample(
			func(context.Context, *startInput) (*startOutput, error) { return nil, answer },
			func(context.Context, *listInput) (*listOutput, error) { return nil, answer }),
			Op("CreateContactFlow", "PUT /contact-flows/{InstanceId}", "", "InvalidContactFlow InvalidRequest",
				func(context.Context, *struct {
					InstanceId string `wire:"uri,required"`
				}) (*struct{}, error) {
					return nil, answer
				}))})
	start := func(c *connect.Client) error { return startBy(t.Context(), c) }
	right, bad := sdk(t, r, suiteSecret, ""), sdk(t, r, "wrong", "")
	for _, c := range []struct {
		name   string
		answer error
		call   func() error
		is     any // a pointer to the typed error, or nil
		code   string
		status int
		says   string
	}{
		{"typed", Errorf("Conflict", "contact %s is open", "c-1"), func() error { return start(right) }, new(*types.ConflictException), "ConflictException", 409, "contact c-1 is open"},
		{"quota", Errorf("LimitExceeded", "10 calls"), func() error { return start(right) }, new(*types.LimitExceededException), "LimitExceededException", 429, "10 calls"},
		{"throttled", Errorf("Throttling", "2 a second"), func() error { return start(right) }, new(*types.ThrottlingException), "ThrottlingException", 429, "2 a second"},
		{"violation", OutOfBounds("ContactFlowId", "wrong"), func() error { return start(right) }, new(*types.InvalidRequestException), "InvalidRequestException", 400, "ContactFlowId: wrong"},
		{"ours", errors.New("disk on fire"), func() error { return start(right) }, new(*types.InternalServiceException), "InternalServiceException", 500, "an error within"},
		{"wrong secret", nil, func() error { return start(bad) }, nil, "InvalidSignatureException", 403, "does not match"},
		{"problems", Problems("InvalidContactFlow", []string{"no start", "dead end"}), func() error { return createBy(t.Context(), right) }, new(*types.InvalidContactFlowException), "InvalidContactFlowException", 400, ""},
		{"unserved", nil, func() error {
			_, err := right.CreateUser(t.Context(), &connect.CreateUserInput{InstanceId: aws.String("i"), Username: aws.String("u"), PhoneConfig: &types.UserPhoneConfig{PhoneType: "SOFT_PHONE"},
				RoutingProfileId: aws.String("r"), SecurityProfileIds: []string{"s"}})
			return err
		}, nil, "UnknownOperationException", 404, "CreateUser"},
		{"unknown", nil, func() error {
			_, err := right.ListInstances(t.Context(), &connect.ListInstancesInput{})
			return err
		}, nil, "UnknownOperationException", 404, `"GET /instance"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer = c.answer
			err := c.call()
			if c.is != nil && !errors.As(err, c.is) {
				t.Errorf("got %T %v", err, err)
			}
			var api smithy.APIError
			var response *awshttp.ResponseError
			if !errors.As(err, &api) || !errors.As(err, &response) {
				t.Fatalf("got %v", err)
			}
			if api.ErrorCode() != c.code || len(response.ServiceRequestID()) != 36 || response.HTTPStatusCode() != c.status || !strings.Contains(api.ErrorMessage(), c.says) {
				t.Errorf("got %s (%d): %s", api.ErrorCode(), response.HTTPStatusCode(), api.ErrorMessage())
			}
		})
	}
}

// The SDK must read a skewed clock from our answer, so that its next try is signed by ours.
func TestSDKLearnsSkew(t *testing.T) {
	v := live()
	v.Now = func() time.Time { return time.Now().Add(30 * time.Minute) }
	r := mustRouter(t, Config{Service: "connect", Verifier: v, Operations: sample(nil, func(context.Context, *listInput) (*listOutput, error) { return nil, nil })})
	_, err := sdk(t, r, suiteSecret, "").ListContactFlows(t.Context(), &connect.ListContactFlowsInput{InstanceId: aws.String("i")})
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "InvalidSignatureException" || !strings.HasPrefix(api.ErrorMessage(), "Signature expired: ") {
		t.Errorf("got %v", err)
	}
}
