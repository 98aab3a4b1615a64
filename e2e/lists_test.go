package e2e

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/connect"
	"github.com/aws/aws-sdk-go-v2/service/connect/types"
)

// The SDK's own paginators go through every list, and see each entry once.
func TestPaging(t *testing.T) {
	s := serve(t, "")
	ctx := t.Context()
	seen := map[string]int{}
	flows := connect.NewListContactFlowsPaginator(s.api, &connect.ListContactFlowsInput{InstanceId: &s.InstanceID, MaxResults: aws.Int32(3)})
	for flows.HasMorePages() {
		page, err := flows.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.ContactFlowSummaryList) > 3 {
			t.Errorf("a page of %d", len(page.ContactFlowSummaryList))
		}
		for _, f := range page.ContactFlowSummaryList {
			seen[aws.ToString(f.Id)]++
		}
	}
	for name, id := range s.Flows {
		if seen[id] != 1 {
			t.Errorf("the flow %s came %d times", name, seen[id])
		}
	}

	ids := map[string]int{}
	for i := range 7 {
		ids[s.startChat(s.chat("SMS", "+1206555020"+string([]byte{'0' + byte(i)})))] = 0
	}
	s.startCall(s.ring("+12065550300"))
	found := connect.NewSearchContactsPaginator(s.api, &connect.SearchContactsInput{
		InstanceId: &s.InstanceID, MaxResults: aws.Int32(2),
		TimeRange: &types.SearchContactsTimeRange{Type: types.SearchContactsTimeRangeTypeInitiationTimestamp,
			StartTime: aws.Time(time.Now().Add(-time.Hour)), EndTime: aws.Time(time.Now().Add(time.Hour))},
		SearchCriteria: &types.SearchCriteria{Channels: []types.Channel{types.ChannelChat}, InitiationMethods: []types.ContactInitiationMethod{types.ContactInitiationMethodApi}},
	})
	for found.HasMorePages() {
		page, err := found.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.Contacts {
			if _, ours := ids[aws.ToString(c.Id)]; !ours {
				t.Errorf("found %s", aws.ToString(c.Id))
			}
			ids[aws.ToString(c.Id)]++
		}
	}
	for id, n := range ids {
		if n != 1 {
			t.Errorf("contact %s came %d times", id, n)
		}
	}
}

// Everything that the demo instance has can be listed and described.
func TestDemoInstance(t *testing.T) {
	s := serve(t, "")
	ctx := t.Context()
	in, err := s.api.DescribeInstance(ctx, &connect.DescribeInstanceInput{InstanceId: &s.InstanceArn})
	if err != nil || aws.ToString(in.Instance.Arn) != s.InstanceArn {
		t.Fatal(in, err)
	}
	queues, err := s.api.ListQueues(ctx, &connect.ListQueuesInput{InstanceId: &s.InstanceID, QueueTypes: []types.QueueType{types.QueueTypeStandard}})
	if err != nil || len(queues.QueueSummaryList) != 1 || aws.ToString(queues.QueueSummaryList[0].Name) != "BasicQueue" {
		t.Fatal(queues, err)
	}
	q, err := s.api.DescribeQueue(ctx, &connect.DescribeQueueInput{InstanceId: &s.InstanceID, QueueId: queues.QueueSummaryList[0].Id})
	if err != nil || q.Queue.OutboundCallerConfig == nil {
		t.Fatal(q, err)
	}
	h, err := s.api.DescribeHoursOfOperation(ctx, &connect.DescribeHoursOfOperationInput{InstanceId: &s.InstanceID, HoursOfOperationId: q.Queue.HoursOfOperationId})
	if err != nil || aws.ToString(h.HoursOfOperation.Name) != "Basic Hours" {
		t.Fatal(h, err)
	}
	numbers, err := s.api.ListPhoneNumbersV2(ctx, &connect.ListPhoneNumbersV2Input{InstanceId: &s.InstanceID})
	if err != nil || len(numbers.ListPhoneNumbersSummaryList) != len(s.PhoneNumbers) {
		t.Fatal(numbers, err)
	}
	for _, n := range numbers.ListPhoneNumbersSummaryList {
		d, err := s.api.DescribePhoneNumber(ctx, &connect.DescribePhoneNumberInput{PhoneNumberId: n.PhoneNumberArn})
		if err != nil || d.ClaimedPhoneNumberSummary.PhoneNumberStatus.Status != types.PhoneNumberWorkflowStatusClaimed {
			t.Error(d, err)
		}
	}
	for name, id := range s.Flows {
		f, err := s.api.DescribeContactFlow(ctx, &connect.DescribeContactFlowInput{InstanceId: &s.InstanceID, ContactFlowId: &id})
		if err != nil || aws.ToString(f.ContactFlow.Name) != name || f.ContactFlow.Status != types.ContactFlowStatusPublished {
			t.Error(name, f, err)
		}
	}
}
