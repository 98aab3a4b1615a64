package api

import (
	"context"

	"outdial/fault"
)

type batchGetAttachedFileMetadataInput struct {
	FileIds               []string `wire:"required,items=1..100,item.len=1..256"`
	InstanceId            string   `wire:"required,uri,len=1..100"`
	AssociatedResourceArn string   `wire:"required,query=associatedResourceArn"`
}

type batchGetAttachedFileMetadataOutput struct {
	Files  []attachedFile
	Errors []attachedFileError
}

type attachedFile struct {
	CreationTime          string `wire:"required"`
	FileArn               string `wire:"required"`
	FileId                string `wire:"required,len=1..256"`
	FileName              string `wire:"required,len=1..256,pattern=^\\P{C}*$"`
	FileSizeInBytes       int64  `wire:"required,range=1.."`
	FileStatus            string `wire:"required,enum=APPROVED|REJECTED|PROCESSING|FAILED"`
	CreatedBy             *createdBy
	FileUseCaseType       string `wire:"enum=CONTACT_ANALYSIS|EMAIL_MESSAGE|EMAIL_MESSAGE_PLAIN_TEXT|EMAIL_MESSAGE_REDACTED|EMAIL_MESSAGE_PLAIN_TEXT_REDACTED|ATTACHMENT|VOICE_RECORDING"`
	AssociatedResourceArn string
	Tags                  map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
}

type attachedFileError struct {
	ErrorCode    string
	ErrorMessage string
	FileId       string `wire:"len=1..256"`
}

// batchGetAttachedFileMetadata tells of several files of one contact; what is
// not there is among the errors.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_BatchGetAttachedFileMetadata.html
func (s *Server) batchGetAttachedFileMetadata(ctx context.Context, in *batchGetAttachedFileMetadataInput) (*batchGetAttachedFileMetadataOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	c, err := s.attachedTo(ctx, at, in.AssociatedResourceArn)
	if err != nil {
		return nil, err
	}
	out := &batchGetAttachedFileMetadataOutput{Files: []attachedFile{}, Errors: []attachedFileError{}}
	for _, id := range in.FileIds {
		f, err := s.fileOf(ctx, at, c, id)
		switch {
		case fault.Is(err, fault.NotFound):
			out.Errors = append(out.Errors, attachedFileError{"ResourceNotFoundException", "the contact has no such file", id})
		case err != nil:
			return nil, err
		default:
			out.Files = append(out.Files, attachedFile{
				CreationTime: iso(f.Created), FileArn: fileArn(at, f), FileId: f.ID, FileName: f.Name, FileSizeInBytes: f.Size, FileStatus: f.Status,
				CreatedBy: whoAttached(f), FileUseCaseType: useOf(f), AssociatedResourceArn: at.InstanceARN("contact", string(c.ID)), Tags: f.Tags,
			})
		}
	}
	return out, nil
}
