package api

import "context"

type deleteAttachedFileInput struct {
	InstanceId            string `wire:"required,uri,len=1..100"`
	FileId                string `wire:"required,uri,len=1..256"`
	AssociatedResourceArn string `wire:"required,query=associatedResourceArn"`
}

// deleteAttachedFile deletes a file, one that came with a message too: the
// message goes on naming it, and it is not there.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DeleteAttachedFile.html
func (s *Server) deleteAttachedFile(ctx context.Context, in *deleteAttachedFileInput) (*none, error) {
	_, f, err := s.attachedFile(ctx, in.InstanceId, in.FileId, in.AssociatedResourceArn)
	if err != nil {
		return nil, err
	}
	if err := s.Store.DropFile(ctx, f.ID); err != nil {
		return nil, err
	}
	_, err = s.Files.Sweep(ctx)
	return &none{}, err
}
