package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type createContactFlowVersionInput struct {
	InstanceId         string `wire:"required,uri,len=1..100"`
	Description        string
	ContactFlowId      string `wire:"required,uri"`
	FlowContentSha256  string `wire:"len=1..64,pattern=^[a-zA-Z0-9]{64}$"`
	ContactFlowVersion *int64 `wire:"range=1.."`
	LastModifiedTime   wire.Time
	LastModifiedRegion string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

type createContactFlowVersionOutput struct {
	ContactFlowArn string
	Version        *int64 `wire:"range=1.."`
}

// createContactFlowVersion freezes what of a flow is published under the next
// number. AWS does so for flows of type CAMPAIGN alone; here any flow has versions.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_CreateContactFlowVersion.html
func (s *Server) createContactFlowVersion(ctx context.Context, in *createContactFlowVersionInput) (*createContactFlowVersionOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	ref, _ := qualified(in.ContactFlowId)
	out := &createContactFlowVersionOutput{}
	return out, edit(ctx, s, at, "ContactFlowId", ref, resource.KindFlow, func(_ *store.Tx, f *resource.Flow) error {
		if in.LastModifiedRegion != "" && in.LastModifiedRegion != at.Region {
			return wire.Invalid("LastModifiedRegion", "the flow was changed in %s last", at.Region)
		}
		if !in.LastModifiedTime.IsZero() && in.LastModifiedTime.Unix() != f.Modified.Unix() {
			return wire.Invalid("LastModifiedTime", "the flow was changed at %d last", f.Modified.Unix())
		}
		n, err := freeze(f, in.FlowContentSha256, in.Description, s.Engine.Now())
		if err != nil {
			return err
		}
		if in.ContactFlowVersion != nil && *in.ContactFlowVersion != n {
			return wire.Invalid("ContactFlowVersion", "the next version is %d, not %d", n, *in.ContactFlowVersion)
		}
		out.ContactFlowArn, out.Version = f.ARN, &n
		return nil
	})
}
