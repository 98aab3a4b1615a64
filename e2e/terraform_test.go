package e2e

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/connect"
	"github.com/aws/aws-sdk-go-v2/service/connect/types"
)

// must gives what a call of the SDK gave.
func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestWhatTerraformCalls makes, reads, changes and deletes one of each resource in
// the order in which Terraform's AWS provider calls the operations for it.
func TestWhatTerraformCalls(t *testing.T) {
	s := serve(t, "")
	ctx, in := t.Context(), &s.InstanceID
	attr := must[*connect.DescribeInstanceAttributeOutput](t)(s.api.DescribeInstanceAttribute(ctx, &connect.DescribeInstanceAttributeInput{
		InstanceId: in, AttributeType: types.InstanceAttributeTypeContactflowLogs}))
	if attr.Attribute == nil {
		t.Error("no attribute")
	}
	hours := must[*connect.CreateHoursOfOperationOutput](t)(s.api.CreateHoursOfOperation(ctx, &connect.CreateHoursOfOperationInput{InstanceId: in, Name: aws.String("Office"),
		TimeZone: aws.String("Europe/Berlin"), Config: []types.HoursOfOperationConfig{{Day: types.HoursOfOperationDaysMonday,
			StartTime: &types.HoursOfOperationTimeSlice{Hours: aws.Int32(9), Minutes: aws.Int32(0)}, EndTime: &types.HoursOfOperationTimeSlice{Hours: aws.Int32(17), Minutes: aws.Int32(0)}}}}))
	quick := must[*connect.CreateQuickConnectOutput](t)(s.api.CreateQuickConnect(ctx, &connect.CreateQuickConnectInput{InstanceId: in, Name: aws.String("Dentist"),
		QuickConnectConfig: &types.QuickConnectConfig{QuickConnectType: types.QuickConnectTypePhoneNumber, PhoneConfig: &types.PhoneNumberQuickConnectConfig{PhoneNumber: aws.String("+12065550150")}}}))
	queue := must[*connect.CreateQueueOutput](t)(s.api.CreateQueue(ctx, &connect.CreateQueueInput{InstanceId: in, Name: aws.String("Sales"),
		HoursOfOperationId: hours.HoursOfOperationId, QuickConnectIds: []string{*quick.QuickConnectId}, Tags: map[string]string{"team": "sales"}}))
	shown := must[*connect.ListQueueQuickConnectsOutput](t)(s.api.ListQueueQuickConnects(ctx, &connect.ListQueueQuickConnectsInput{InstanceId: in, QueueId: queue.QueueId}))
	if len(shown.QuickConnectSummaryList) != 1 || aws.ToString(shown.QuickConnectSummaryList[0].Name) != "Dentist" {
		t.Errorf("%+v", shown.QuickConnectSummaryList)
	}
	profile := must[*connect.CreateRoutingProfileOutput](t)(s.api.CreateRoutingProfile(ctx, &connect.CreateRoutingProfileInput{InstanceId: in, Name: aws.String("Sales"),
		Description: aws.String("sells"), DefaultOutboundQueueId: queue.QueueId, MediaConcurrencies: []types.MediaConcurrency{{Channel: types.ChannelVoice, Concurrency: aws.Int32(1)}}}))
	security := must[*connect.CreateSecurityProfileOutput](t)(s.api.CreateSecurityProfile(ctx, &connect.CreateSecurityProfileInput{InstanceId: in,
		SecurityProfileName: aws.String("Sales"), Permissions: []string{"BasicAgentAccess", "OutboundCallAccess"}}))
	allowed := must[*connect.ListSecurityProfilePermissionsOutput](t)(s.api.ListSecurityProfilePermissions(ctx, &connect.ListSecurityProfilePermissionsInput{InstanceId: in, SecurityProfileId: security.SecurityProfileId}))
	if len(allowed.Permissions) != 2 {
		t.Errorf("%v", allowed.Permissions)
	}
	if _, err := s.api.UpdateUserHierarchyStructure(ctx, &connect.UpdateUserHierarchyStructureInput{InstanceId: in, HierarchyStructure: &types.HierarchyStructureUpdate{LevelOne: &types.HierarchyLevelUpdate{Name: aws.String("Region")}}}); err != nil {
		t.Fatal(err)
	}
	group := must[*connect.CreateUserHierarchyGroupOutput](t)(s.api.CreateUserHierarchyGroup(ctx, &connect.CreateUserHierarchyGroupInput{InstanceId: in, Name: aws.String("Europe")}))
	user := must[*connect.CreateUserOutput](t)(s.api.CreateUser(ctx, &connect.CreateUserInput{InstanceId: in, Username: aws.String("ann"), Password: aws.String("Password123"),
		SecurityProfileIds: []string{*security.SecurityProfileId}, RoutingProfileId: profile.RoutingProfileId, HierarchyGroupId: group.HierarchyGroupId,
		PhoneConfig: &types.UserPhoneConfig{PhoneType: types.PhoneTypeSoftPhone, AfterContactWorkTimeLimit: 10}}))
	who := must[*connect.DescribeUserOutput](t)(s.api.DescribeUser(ctx, &connect.DescribeUserInput{InstanceId: in, UserId: user.UserId}))
	if aws.ToString(who.User.HierarchyGroupId) != *group.HierarchyGroupId || len(who.User.SecurityProfileIds) != 1 {
		t.Errorf("%+v", who.User)
	}
	found := must[*connect.SearchAvailablePhoneNumbersOutput](t)(s.api.SearchAvailablePhoneNumbers(ctx, &connect.SearchAvailablePhoneNumbersInput{TargetArn: &s.InstanceArn,
		PhoneNumberCountryCode: types.PhoneNumberCountryCodeUs, PhoneNumberType: types.PhoneNumberTypeDid}))
	if len(found.AvailableNumbersList) == 0 {
		t.Fatal("no number may be claimed")
	}
	number := must[*connect.ClaimPhoneNumberOutput](t)(s.api.ClaimPhoneNumber(ctx, &connect.ClaimPhoneNumberInput{TargetArn: &s.InstanceArn, PhoneNumber: found.AvailableNumbersList[0].PhoneNumber}))
	claimed := must[*connect.DescribePhoneNumberOutput](t)(s.api.DescribePhoneNumber(ctx, &connect.DescribePhoneNumberInput{PhoneNumberId: number.PhoneNumberId}))
	if claimed.ClaimedPhoneNumberSummary.PhoneNumberStatus.Status != types.PhoneNumberWorkflowStatusClaimed {
		t.Errorf("%+v", claimed.ClaimedPhoneNumberSummary)
	}
	bots := must[*connect.ListBotsOutput](t)(s.api.ListBots(ctx, &connect.ListBotsInput{InstanceId: in, LexVersion: types.LexVersionV2}))
	if len(bots.LexBots) != 1 {
		t.Errorf("the bot of the configuration is not listed: %+v", bots.LexBots)
	}
	const function = "arn:aws:lambda:us-east-1:111122223333:function:lookup"
	if _, err := s.api.AssociateLambdaFunction(ctx, &connect.AssociateLambdaFunctionInput{InstanceId: in, FunctionArn: aws.String(function)}); err != nil {
		t.Fatal(err)
	}
	if l := must[*connect.ListLambdaFunctionsOutput](t)(s.api.ListLambdaFunctions(ctx, &connect.ListLambdaFunctionsInput{InstanceId: in})); len(l.LambdaFunctions) != 1 || l.LambdaFunctions[0] != function {
		t.Errorf("%v", l.LambdaFunctions)
	}
	s.takenDown(number.PhoneNumberId, user.UserId, group.HierarchyGroupId, security.SecurityProfileId, profile.RoutingProfileId, queue.QueueId, quick.QuickConnectId, hours.HoursOfOperationId)
}

// takenDown deletes what was made; what is needed says so first.
func (s *server) takenDown(number, user, group, security, profile, queue, quick, hours *string) {
	s.Helper()
	ctx, in := s.Context(), &s.InstanceID
	_, err := s.api.DeleteSecurityProfile(ctx, &connect.DeleteSecurityProfileInput{InstanceId: in, SecurityProfileId: security})
	var used *types.ResourceInUseException
	if !errors.As(err, &used) || used.ResourceType != types.ResourceTypeUser {
		s.Errorf("a security profile that is needed: %v", err)
	}
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"number", func() error {
			_, err := s.api.ReleasePhoneNumber(ctx, &connect.ReleasePhoneNumberInput{PhoneNumberId: number})
			return err
		}},
		{"user", func() error {
			_, err := s.api.DeleteUser(ctx, &connect.DeleteUserInput{InstanceId: in, UserId: user})
			return err
		}},
		{"group", func() error {
			_, err := s.api.DeleteUserHierarchyGroup(ctx, &connect.DeleteUserHierarchyGroupInput{InstanceId: in, HierarchyGroupId: group})
			return err
		}},
		{"security profile", func() error {
			_, err := s.api.DeleteSecurityProfile(ctx, &connect.DeleteSecurityProfileInput{InstanceId: in, SecurityProfileId: security})
			return err
		}},
		{"routing profile", func() error {
			_, err := s.api.DeleteRoutingProfile(ctx, &connect.DeleteRoutingProfileInput{InstanceId: in, RoutingProfileId: profile})
			return err
		}},
		{"queue", func() error {
			_, err := s.api.DeleteQueue(ctx, &connect.DeleteQueueInput{InstanceId: in, QueueId: queue})
			return err
		}},
		{"quick connect", func() error {
			_, err := s.api.DeleteQuickConnect(ctx, &connect.DeleteQuickConnectInput{InstanceId: in, QuickConnectId: quick})
			return err
		}},
		{"hours", func() error {
			_, err := s.api.DeleteHoursOfOperation(ctx, &connect.DeleteHoursOfOperationInput{InstanceId: in, HoursOfOperationId: hours})
			return err
		}},
	} {
		if err := step.do(); err != nil {
			s.Errorf("%s: %v", step.what, err)
		}
	}
	_, err = s.api.DescribeQuickConnect(ctx, &connect.DescribeQuickConnectInput{InstanceId: in, QuickConnectId: quick})
	var missing *types.ResourceNotFoundException
	if !errors.As(err, &missing) {
		s.Errorf("a quick connect that is gone: %v", err)
	}
}

// TestProblemsAreTyped: what is wrong with a flow comes as the exception's own list.
func TestProblemsAreTyped(t *testing.T) {
	s := serve(t, "")
	_, err := s.api.CreateContactFlow(t.Context(), &connect.CreateContactFlowInput{InstanceId: &s.InstanceID, Name: aws.String("Wrong"), Type: types.ContactFlowTypeContactFlow,
		Content: aws.String(`{"Version":"2019-10-30","StartAction":"a","Actions":[{"Identifier":"a","Type":"Fly","Parameters":{},"Transitions":{}},{"Identifier":"b","Type":"MessageParticipant","Parameters":{},"Transitions":{"NextAction":"c"}}]}`)})
	var wrong *types.InvalidContactFlowException
	if !errors.As(err, &wrong) || len(wrong.Problems) < 2 || aws.ToString(wrong.Problems[0].Message) == "" {
		t.Fatalf("%v", err)
	}
}
