package api

import (
	"context"

	"outdial/fault"
	"outdial/store"
)

type completeAttachedFileUploadInput struct {
	InstanceId            string `wire:"required,uri,len=1..100"`
	FileId                string `wire:"required,uri,len=1..256"`
	AssociatedResourceArn string `wire:"required,query=associatedResourceArn"`
}

// completeAttachedFileUpload approves a file whose content was put to its
// address.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_CompleteAttachedFileUpload.html
func (s *Server) completeAttachedFileUpload(ctx context.Context, in *completeAttachedFileUploadInput) (*none, error) {
	_, f, err := s.attachedFile(ctx, in.InstanceId, in.FileId, in.AssociatedResourceArn)
	if err != nil {
		return nil, err
	}
	if f.Hash == "" {
		return nil, fault.New(fault.Invalid, "FileId: nothing has been put to the address of the upload")
	}
	f.Status = store.FileApproved
	return &none{}, s.Store.PutFile(ctx, f)
}
