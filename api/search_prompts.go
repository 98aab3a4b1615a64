package api

import (
	"context"

	"outdial/resource"
)

type searchPromptsInput struct {
	InstanceId     string `wire:"required,len=1..100"`
	NextToken      string `wire:"len=1..2500"`
	MaxResults     *int   `wire:"range=1..100"`
	SearchFilter   *searchFilter
	SearchCriteria *metaCriteria
}

type searchPromptsOutput struct {
	Prompts               []promptDetail
	NextToken             string `wire:"len=1..2500"`
	ApproximateTotalCount *int64
}

// searchPrompts finds prompts by name, description and tags.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_SearchPrompts.html
func (s *Server) searchPrompts(ctx context.Context, in *searchPromptsInput) (*searchPromptsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := searchable(in.SearchCriteria, plainFields); err != nil {
		return nil, err
	}
	out := &searchPromptsOutput{Prompts: []promptDetail{}}
	l := listing{"SearchPrompts", in.NextToken, in.MaxResults, listed, []string{fingerprint(in.SearchFilter), fingerprint(in.SearchCriteria)}}
	out.NextToken, out.ApproximateTotalCount, err = search(ctx, s, at, resource.KindPrompt, l,
		func(p *resource.Prompt) bool {
			return in.SearchFilter.match(p.Tags) && in.SearchCriteria.match(metaField(&p.Meta))
		},
		func(p *resource.Prompt) { out.Prompts = append(out.Prompts, *tellPrompt(at, p)) })
	return out, err
}
