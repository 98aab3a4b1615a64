package api

import (
	"context"

	"outdial/resource"
	"outdial/wire"
)

type describeContactFlowInput struct {
	InstanceId    string `wire:"required,uri,len=1..100"`
	ContactFlowId string `wire:"required,uri,len=..500"`
}

type describeContactFlowOutput struct{ ContactFlow *contactFlow }

type contactFlow struct {
	Arn                string
	Id                 string `wire:"len=..500"`
	Name               string `wire:"len=1.."`
	Type               string `wire:"enum=CONTACT_FLOW|CUSTOMER_QUEUE|CUSTOMER_HOLD|CUSTOMER_WHISPER|AGENT_HOLD|AGENT_WHISPER|OUTBOUND_WHISPER|AGENT_TRANSFER|QUEUE_TRANSFER|CAMPAIGN"`
	State              string `wire:"enum=ACTIVE|ARCHIVED"`
	Status             string `wire:"enum=PUBLISHED|SAVED"`
	Description        string
	Content            string
	Tags               map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
	FlowContentSha256  string            `wire:"len=1..64,pattern=^[a-zA-Z0-9]{64}$"`
	Version            *int64            `wire:"range=1.."`
	VersionDescription string
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// describeContactFlow tells a flow's published content; with :$SAVED behind the
// id what is saved, with :3 that version.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeContactFlow.html
func (s *Server) describeContactFlow(ctx context.Context, in *describeContactFlowInput) (*describeContactFlowOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	ref, qualifier := qualified(in.ContactFlowId)
	f, err := view[resource.Flow](ctx, s, at, "ContactFlowId", ref, resource.KindFlow)
	if err != nil {
		return nil, err
	}
	c, err := contentOf(f, qualifier)
	if err != nil {
		return nil, err
	}
	return &describeContactFlowOutput{tellFlow(at, f, c)}, nil
}

func tellFlow(at place, f *resource.Flow, c flowContent) *contactFlow {
	out := &contactFlow{
		Arn: f.ARN, Id: f.ID, Name: f.Name, Type: f.Type, State: state(f), Status: c.status,
		Description: f.Description, Content: c.content, Tags: someTags(f.Tags), FlowContentSha256: c.hash,
		VersionDescription: c.description, LastModifiedTime: wire.At(f.Modified), LastModifiedRegion: at.Region,
	}
	if c.version != 0 {
		out.Version = &c.version
	}
	return out
}

// state is a flow's state: active where nobody has archived it.
func state(f *resource.Flow) string {
	if f.State == "" {
		return resource.Active
	}
	return f.State
}

// status is what of a flow is to be had without a qualifier.
func status(f *resource.Flow) string {
	if f.Hash == "" {
		return resource.Saved
	}
	return resource.Published
}
