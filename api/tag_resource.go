package api

import (
	"context"
	"maps"

	"outdial/wire"
)

type tagResourceInput struct {
	ResourceArn string            `wire:"required,name=resourceArn,uri=resourceArn"`
	Tags        map[string]string `wire:"required,name=tags,items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
}

// tagResource adds tags to whatever has an ARN.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_TagResource.html
func (s *Server) tagResource(ctx context.Context, in *tagResourceInput) (*none, error) {
	if err := checkTags("tags", in.Tags); err != nil {
		return nil, err
	}
	return &none{}, s.retag(ctx, in.ResourceArn, func(tags map[string]string) error {
		maps.Copy(tags, in.Tags)
		if len(tags) > maxTags {
			return wire.Invalid("tags", "at most %d tags on a resource, not %d", maxTags, len(tags))
		}
		return nil
	})
}
