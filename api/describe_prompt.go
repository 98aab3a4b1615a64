package api

import (
	"context"

	"outdial/resource"
	"outdial/wire"
)

type describePromptInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	PromptId   string `wire:"required,uri,len=1..256"`
}

type describePromptOutput struct{ Prompt *promptDetail }

type promptDetail struct {
	PromptARN          string
	PromptId           string            `wire:"len=1..256"`
	Name               string            `wire:"len=1..127"`
	Description        string            `wire:"len=1..250"`
	Tags               map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// describePrompt tells what a prompt is.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribePrompt.html
func (s *Server) describePrompt(ctx context.Context, in *describePromptInput) (*describePromptOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	p, err := view[resource.Prompt](ctx, s, at, "PromptId", in.PromptId, resource.KindPrompt)
	if err != nil {
		return nil, err
	}
	return &describePromptOutput{tellPrompt(at, p)}, nil
}

func tellPrompt(at place, p *resource.Prompt) *promptDetail {
	return &promptDetail{p.ARN, p.ID, p.Name, p.Description, someTags(p.Tags), wire.At(p.Modified), at.Region}
}
