package api

import (
	"context"

	"outdial/resource"
)

type deletePromptInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	PromptId   string `wire:"required,uri,len=1..256"`
}

// deletePrompt deletes a prompt.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DeletePrompt.html
func (s *Server) deletePrompt(ctx context.Context, in *deletePromptInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	return &none{}, remove[resource.Prompt](ctx, s, at, "PromptId", in.PromptId, resource.KindPrompt, nil)
}
