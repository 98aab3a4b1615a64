package api

import (
	"context"
	"net/url"
	"strings"

	"outdial/fault"
	"outdial/resource"
	"outdial/wire"
)

type getPromptFileInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	PromptId   string `wire:"required,uri,len=1..256"`
}

type getPromptFileOutput struct {
	PromptPresignedUrl string `wire:"len=1..2000"`
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// getPromptFile tells where a prompt's file is. There is nobody here who could sign an
// address of S3: who may read the bucket may read it. A prompt whose file lies on
// the server itself has no address.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_GetPromptFile.html
func (s *Server) getPromptFile(ctx context.Context, in *getPromptFileInput) (*getPromptFileOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	p, err := view[resource.Prompt](ctx, s, at, "PromptId", in.PromptId, resource.KindPrompt)
	if err != nil {
		return nil, err
	}
	out := &getPromptFileOutput{PromptPresignedUrl: p.URI, LastModifiedTime: wire.At(p.Modified), LastModifiedRegion: at.Region}
	if rest, ok := strings.CutPrefix(p.URI, "s3://"); ok {
		bucket, key, _ := strings.Cut(rest, "/")
		u := url.URL{Scheme: "https", Host: bucket + ".s3." + at.Region + ".amazonaws.com", Path: "/" + key}
		out.PromptPresignedUrl = u.String()
	} else if !strings.HasPrefix(p.URI, "https://") && !strings.HasPrefix(p.URI, "http://") {
		return nil, fault.New(fault.NotFound, "PromptId: the file of %s lies on the server, and has no address", quote(p.Name))
	}
	return out, nil
}
