package api

import (
	"context"
	"strings"

	"outdial/resource"
	"outdial/wire"
)

type createPromptInput struct {
	InstanceId  string            `wire:"required,uri,len=1..100"`
	Name        string            `wire:"required,len=1..127"`
	Description string            `wire:"len=1..250"`
	S3Uri       string            `wire:"required,len=1..2000"`
	Tags        map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
}

type createPromptOutput struct {
	PromptARN string
	PromptId  string `wire:"len=1..256"`
}

// createPrompt makes a prompt of an audio file.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_CreatePrompt.html
func (s *Server) createPrompt(ctx context.Context, in *createPromptInput) (*createPromptOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := checkTags("Tags", in.Tags); err != nil {
		return nil, err
	}
	if err := checkAudio(in.S3Uri); err != nil {
		return nil, err
	}
	p := &resource.Prompt{Meta: resource.Meta{Name: in.Name, Description: in.Description, Tags: in.Tags}, URI: in.S3Uri}
	if err := create(ctx, s, at, resource.KindPrompt, p, nil); err != nil {
		return nil, err
	}
	return &createPromptOutput{p.ARN, p.ID}, nil
}

// checkAudio refuses what is no address of S3, in either form: the only ones
// that the operation takes.
func checkAudio(uri string) error {
	if rest, ok := strings.CutPrefix(uri, "s3://"); ok {
		if bucket, key, ok := strings.Cut(rest, "/"); ok && bucket != "" && key != "" {
			return nil
		}
	}
	if rest, ok := strings.CutPrefix(uri, "https://"); ok {
		host, key, _ := strings.Cut(rest, "/")
		if strings.Contains(host, ".s3.") && strings.HasSuffix(host, ".amazonaws.com") && key != "" {
			return nil
		}
	}
	return wire.OutOfBounds("S3Uri", "must be s3://BUCKET/KEY, not %s", quote(uri))
}
