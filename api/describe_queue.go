package api

import (
	"context"

	"outdial/resource"
	"outdial/wire"
)

type describeQueueInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	QueueId    string `wire:"required,uri"`
}

type describeQueueOutput struct{ Queue *queueDetail }

type queueDetail struct {
	Name                 string `wire:"len=1..127"`
	QueueArn             string
	QueueId              string
	Description          string `wire:"len=1..250"`
	OutboundCallerConfig *callerConfig
	HoursOfOperationId   string
	MaxContacts          *int              `wire:"range=0.."`
	Status               string            `wire:"enum=ENABLED|DISABLED"`
	Tags                 map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
	LastModifiedTime     wire.Time
	LastModifiedRegion   string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// A callerConfig is what the customer sees of a queue's outbound calls.
type callerConfig struct {
	OutboundCallerIdName     string `wire:"len=1..255"`
	OutboundCallerIdNumberId string
	OutboundFlowId           string `wire:"len=..500"`
}

// describeQueue tells what a queue is.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeQueue.html
func (s *Server) describeQueue(ctx context.Context, in *describeQueueInput) (*describeQueueOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	q, err := view[resource.Queue](ctx, s, at, "QueueId", in.QueueId, resource.KindQueue)
	if err != nil {
		return nil, err
	}
	return &describeQueueOutput{tellQueueDetail(at, q)}, nil
}

func tellQueueDetail(at place, q *resource.Queue) *queueDetail {
	d := &queueDetail{
		Name: q.Name, QueueArn: q.ARN, QueueId: q.ID, Description: q.Description, HoursOfOperationId: q.Hours,
		Status: q.Status, Tags: someTags(q.Tags), LastModifiedTime: wire.At(q.Modified), LastModifiedRegion: at.Region,
	}
	if d.Status == "" {
		d.Status = "ENABLED"
	}
	if q.Max > 0 {
		d.MaxContacts = &q.Max
	}
	if q.CallerName != "" || q.CallerNumber != "" || q.OutboundFlow != "" {
		d.OutboundCallerConfig = &callerConfig{q.CallerName, q.CallerNumber, q.OutboundFlow}
	}
	return d
}

// queueType is a queue's type: standard where it belongs to no agent.
func queueType(q *resource.Queue) string {
	if q.Type == "" {
		return "STANDARD"
	}
	return q.Type
}
