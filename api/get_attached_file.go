package api

import "context"

type getAttachedFileInput struct {
	InstanceId            string `wire:"required,uri,len=1..100"`
	FileId                string `wire:"required,uri,len=1..256"`
	UrlExpiryInSeconds    *int   `wire:"query=urlExpiryInSeconds,range=5..300"`
	AssociatedResourceArn string `wire:"required,query=associatedResourceArn"`
}

type getAttachedFileOutput struct {
	FileArn               string
	FileId                string `wire:"len=1..256"`
	CreationTime          string
	FileStatus            string `wire:"enum=APPROVED|REJECTED|PROCESSING|FAILED"`
	FileName              string `wire:"len=1..256,pattern=^\\P{C}*$"`
	FileSizeInBytes       int64  `wire:"required,range=1.."`
	AssociatedResourceArn string
	FileUseCaseType       string `wire:"enum=CONTACT_ANALYSIS|EMAIL_MESSAGE|EMAIL_MESSAGE_PLAIN_TEXT|EMAIL_MESSAGE_REDACTED|EMAIL_MESSAGE_PLAIN_TEXT_REDACTED|ATTACHMENT|VOICE_RECORDING"`
	CreatedBy             *createdBy
	DownloadUrlMetadata   *urlMetadata
	Tags                  map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
}

// getAttachedFile tells of a file of a contact, one that came with a message
// too, and where its content can be had.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_GetAttachedFile.html
func (s *Server) getAttachedFile(ctx context.Context, in *getAttachedFileInput) (*getAttachedFileOutput, error) {
	at, f, err := s.attachedFile(ctx, in.InstanceId, in.FileId, in.AssociatedResourceArn)
	if err != nil {
		return nil, err
	}
	return &getAttachedFileOutput{
		FileArn: fileArn(at, f), FileId: f.ID, CreationTime: iso(f.Created), FileStatus: f.Status, FileName: f.Name, FileSizeInBytes: f.Size,
		AssociatedResourceArn: at.InstanceARN("contact", string(f.Contact)), FileUseCaseType: useOf(f), CreatedBy: whoAttached(f),
		DownloadUrlMetadata: s.download(f, in.UrlExpiryInSeconds), Tags: f.Tags,
	}, nil
}
