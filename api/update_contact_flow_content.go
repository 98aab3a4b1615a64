package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type updateContactFlowContentInput struct {
	InstanceId    string `wire:"required,uri,len=1..100"`
	ContactFlowId string `wire:"required,uri,len=..500"`
	Content       string `wire:"required"`
}

// updateContactFlowContent publishes a new content, after the check; with
// :$SAVED behind the id it is saved unchecked, and what is published stays.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateContactFlowContent.html
func (s *Server) updateContactFlowContent(ctx context.Context, in *updateContactFlowContentInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := checkSize(in.Content); err != nil {
		return nil, err
	}
	ref, qualifier := qualified(in.ContactFlowId)
	if qualifier != "" && qualifier != savedQualifier && qualifier != latestQualifier {
		return nil, wire.Invalid("ContactFlowId", "the version %s cannot be changed", quote(qualifier))
	}
	return &none{}, edit(ctx, s, at, "ContactFlowId", ref, resource.KindFlow, func(t *store.Tx, f *resource.Flow) error {
		if qualifier == savedQualifier {
			f.Draft = in.Content
			return nil
		}
		f.Content, f.Hash, f.Draft = in.Content, contentHash(in.Content), ""
		return s.publish(t, at, f)
	})
}
