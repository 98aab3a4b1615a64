package api

import (
	"context"

	"outdial/resource"
	"outdial/wire"
)

type listPromptsInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	NextToken  string `wire:"query=nextToken"`
	MaxResults *int   `wire:"query=maxResults,range=1..1000"`
}

type listPromptsOutput struct {
	PromptSummaryList []promptSummary
	NextToken         string
}

type promptSummary struct {
	Id                 string `wire:"len=1..256"`
	Arn                string
	Name               string `wire:"len=1..256"`
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// listPrompts lists the prompts of an instance.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListPrompts.html
func (s *Server) listPrompts(ctx context.Context, in *listPromptsInput) (*listPromptsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	out := &listPromptsOutput{PromptSummaryList: []promptSummary{}}
	l := listing{"ListPrompts", in.NextToken, in.MaxResults, listed, nil}
	out.NextToken, err = list(ctx, s, at, resource.KindPrompt, l, nil, func(p *resource.Prompt) {
		out.PromptSummaryList = append(out.PromptSummaryList, promptSummary(summary(at, &p.Meta)))
	})
	return out, err
}
