package api

import "context"

type untagResourceInput struct {
	ResourceArn string   `wire:"required,name=resourceArn,uri=resourceArn"`
	TagKeys     []string `wire:"required,name=tagKeys,query=tagKeys,items=1..50,item.len=1..128,item.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
}

// untagResource takes tags off whatever has an ARN.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UntagResource.html
func (s *Server) untagResource(ctx context.Context, in *untagResourceInput) (*none, error) {
	return &none{}, s.retag(ctx, in.ResourceArn, func(tags map[string]string) error {
		for _, key := range in.TagKeys {
			delete(tags, key)
		}
		return nil
	})
}
