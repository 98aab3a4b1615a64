package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updatePromptInput struct {
	InstanceId  string  `wire:"required,uri,len=1..100"`
	PromptId    string  `wire:"required,uri,len=1..256"`
	Name        *string `wire:"len=1..127"`
	Description *string `wire:"len=1..250"`
	S3Uri       string  `wire:"len=1..2000"`
}

// updatePrompt changes a prompt.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdatePrompt.html
func (s *Server) updatePrompt(ctx context.Context, in *updatePromptInput) (*createPromptOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if in.S3Uri != "" {
		if err := checkAudio(in.S3Uri); err != nil {
			return nil, err
		}
	}
	out := &createPromptOutput{}
	return out, edit(ctx, s, at, "PromptId", in.PromptId, resource.KindPrompt, func(_ *store.Tx, p *resource.Prompt) error {
		rename(&p.Meta, in.Name, in.Description)
		if in.S3Uri != "" {
			p.URI, p.Text = in.S3Uri, ""
		}
		out.PromptARN, out.PromptId = p.ARN, p.ID
		return nil
	})
}
