package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type updateContactFlowModuleContentInput struct {
	InstanceId          string `wire:"required,uri,len=1..100"`
	ContactFlowModuleId string `wire:"required,uri,len=1..256"`
	Content             string `wire:"len=1..256000"`
	Settings            *string
}

// updateContactFlowModuleContent publishes a new content of a module, after the
// check; with :$SAVED behind the id it is saved unchecked.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdateContactFlowModuleContent.html
func (s *Server) updateContactFlowModuleContent(ctx context.Context, in *updateContactFlowModuleContentInput) (*none, error) {
	ref, qualifier := qualified(in.ContactFlowModuleId)
	if qualifier != "" && qualifier != savedQualifier && qualifier != latestQualifier {
		return nil, wire.Invalid("ContactFlowModuleId", "the version %s cannot be changed", quote(qualifier))
	}
	return s.editModule(ctx, in.InstanceId, ref, func(t *store.Tx, at place, f *resource.Flow) error {
		if in.Settings != nil {
			f.Settings = *in.Settings
		}
		switch {
		case in.Content == "":
			return nil
		case qualifier == savedQualifier:
			f.Draft = in.Content
			return nil
		}
		f.Content, f.Hash, f.Draft = in.Content, contentHash(in.Content), ""
		return s.publishModule(t, at, f)
	})
}

// editModule changes a module.
func (s *Server) editModule(ctx context.Context, instance, ref string, fn func(*store.Tx, place, *resource.Flow) error) (*none, error) {
	at, err := s.place(ctx, instance)
	if err != nil {
		return nil, err
	}
	return &none{}, edit(ctx, s, at, "ContactFlowModuleId", ref, resource.KindModule, func(t *store.Tx, f *resource.Flow) error { return fn(t, at, f) })
}
