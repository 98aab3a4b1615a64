package api

import (
	"context"
	"net/http"

	"outdial/store"
	"outdial/wire"
)

type startAttachedFileUploadInput struct {
	ClientToken           string `wire:"len=..500"`
	InstanceId            string `wire:"required,uri,len=1..100"`
	FileName              string `wire:"required,len=1..256,pattern=^\\P{C}*$"`
	FileSizeInBytes       *int64 `wire:"required,range=1.."`
	UrlExpiryInSeconds    *int   `wire:"range=5..300"`
	FileUseCaseType       string `wire:"required,enum=CONTACT_ANALYSIS|EMAIL_MESSAGE|EMAIL_MESSAGE_PLAIN_TEXT|EMAIL_MESSAGE_REDACTED|EMAIL_MESSAGE_PLAIN_TEXT_REDACTED|ATTACHMENT|VOICE_RECORDING"`
	AssociatedResourceArn string `wire:"required,query=associatedResourceArn"`
	CreatedBy             *createdBy
	Tags                  map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
}

type startAttachedFileUploadOutput struct {
	FileArn           string
	FileId            string `wire:"len=1..256"`
	CreationTime      string
	FileStatus        string `wire:"enum=APPROVED|REJECTED|PROCESSING|FAILED"`
	CreatedBy         *createdBy
	UploadUrlMetadata *uploadURLMetadata
}

// startAttachedFileUpload makes room for a file of a contact. AWS takes files
// for cases, emails and tasks; here every contact takes them. The address is
// ours, not one of S3; a file's type is what its name's end says.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_StartAttachedFileUpload.html
func (s *Server) startAttachedFileUpload(ctx context.Context, in *startAttachedFileUploadInput) (*startAttachedFileUploadOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	c, err := s.attachedTo(ctx, at, in.AssociatedResourceArn)
	if err != nil {
		return nil, err
	}
	if err := checkTags("Tags", in.Tags); err != nil {
		return nil, err
	}
	if *in.FileSizeInBytes > s.Files.Max {
		return nil, badFile("INVALID_FILE_SIZE", "FileSizeInBytes: at most %d, not %d", s.Files.Max, *in.FileSizeInBytes)
	}
	kind := s.Files.Named(in.FileName)
	if kind == "" {
		return nil, badFile("INVALID_FILE_TYPE", "FileName: files such as %s are not kept", quote(in.FileName))
	}
	row := store.File{Contact: c.ID, Name: in.FileName, Type: kind, Size: *in.FileSizeInBytes, UseCase: in.FileUseCaseType,
		Resource: in.AssociatedResourceArn, Tags: in.Tags, Identity: wire.CallerFrom(ctx).ARN}
	if in.CreatedBy != nil && in.CreatedBy.ConnectUserArn != "" {
		row.User = in.CreatedBy.ConnectUserArn
	} else if in.CreatedBy != nil && in.CreatedBy.AWSIdentityArn != "" {
		row.Identity = in.CreatedBy.AWSIdentityArn
	}
	f, err := s.announce(ctx, in, row)
	if err != nil {
		return nil, err
	}
	end := s.urlLife(in.UrlExpiryInSeconds)
	return &startAttachedFileUploadOutput{
		FileArn: fileArn(at, f), FileId: f.ID, CreationTime: iso(f.Created), FileStatus: f.Status, CreatedBy: whoAttached(f),
		UploadUrlMetadata: &uploadURLMetadata{Url: s.Files.Link(http.MethodPut, f.ID, end), UrlExpiry: iso(end),
			HeadersToInclude: map[string]string{"Content-Type": f.Type}},
	}, nil
}

// announce keeps the file, or finds the one that the same ClientToken made.
func (s *Server) announce(ctx context.Context, in *startAttachedFileUploadInput, row store.File) (*store.File, error) {
	once := s.once("file/"+in.InstanceId, in.ClientToken, fingerprint(in))
	id := ""
	if once.key != "" {
		err := s.Store.View(ctx, func(t *store.Tx) error { return once.before(t, &id) })
		if done(err) != nil {
			return nil, err
		}
	}
	if id != "" {
		return s.Store.File(ctx, id)
	}
	f, err := s.Files.Await(ctx, row)
	if err != nil {
		return nil, err
	}
	err = s.Store.Update(ctx, store.Need{}, func(t *store.Tx) error {
		if err := once.before(t, &id); err != nil {
			return err
		}
		return once.keep(t, f.ID)
	})
	if done(err) != nil {
		return nil, err
	}
	if id != "" { // another was faster with the same token
		if err := s.Store.DropFile(ctx, f.ID); err != nil {
			return nil, err
		}
		return s.Store.File(ctx, id)
	}
	return f, nil
}

// badFile is InvalidRequestException with the reason that AWS gives for files.
func badFile(reason, format string, args ...any) error {
	e := wire.Errorf("InvalidRequest", format, args...)
	e.Members = map[string]any{"Reason": map[string]string{"AttachedFileInvalidRequestExceptionReason": reason}}
	return e
}
