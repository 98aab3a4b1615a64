package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/store"
	"outdial/wire"
)

// attachmentUse is the use of files of messages, and of those that a request
// attaches without saying more.
const attachmentUse = "ATTACHMENT"

// A createdBy says who attached a file.
type createdBy struct {
	_              struct{} `wire:"union"`
	ConnectUserArn string
	AWSIdentityArn string
}

type urlMetadata struct {
	Url       string `wire:"len=1..2000"`
	UrlExpiry string
}

type uploadURLMetadata struct {
	Url              string `wire:"len=1..2000"`
	UrlExpiry        string
	HeadersToInclude map[string]string `wire:"key.len=1..128,value.len=1..256"`
}

// attachedTo gives the contact that an associated resource is, by its ARN. Cases
// and emails, which AWS attaches files to as well, are not here.
func (s *Server) attachedTo(ctx context.Context, at place, arn string) (*contact.Contact, error) {
	if s.Files == nil {
		return nil, fault.New(fault.NotFound, "attached files are not kept here")
	}
	if !strings.HasPrefix(arn, "arn:") {
		return nil, wire.Invalid("associatedResourceArn", "must be the ARN of a contact, not %s", quote(arn))
	}
	return s.viewContact(ctx, at, "associatedResourceArn", arn)
}

// attachedFile gives a file of a contact.
func (s *Server) attachedFile(ctx context.Context, instance, id, arn string) (place, *store.File, error) {
	at, err := s.place(ctx, instance)
	if err != nil {
		return at, nil, err
	}
	c, err := s.attachedTo(ctx, at, arn)
	if err != nil {
		return at, nil, err
	}
	f, err := s.fileOf(ctx, at, c, id)
	return at, f, err
}

func (s *Server) fileOf(ctx context.Context, at place, c *contact.Contact, ref string) (*store.File, error) {
	id, err := at.ID("FileId", ref, "file")
	if err != nil {
		return nil, err
	}
	f, err := s.Store.File(ctx, id)
	if err == nil && f.Contact != c.ID {
		err = fault.New(fault.NotFound, "of another contact")
	}
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "FileId: the contact has no file %s", quote(ref))
	}
	return f, err
}

// fileArn is the ARN of a file.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonconnect.html
func fileArn(at place, f *store.File) string { return at.InstanceARN("file", f.ID) }

// iso is ISO8601Datetime of AWS's model.
func iso(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func whoAttached(f *store.File) *createdBy {
	switch {
	case f.User != "":
		return &createdBy{ConnectUserArn: f.User}
	case f.Identity != "":
		return &createdBy{AWSIdentityArn: f.Identity}
	}
	return nil
}

func useOf(f *store.File) string {
	if f.UseCase == "" {
		return attachmentUse
	}
	return f.UseCase
}

// urlLife is how long an address is good: 300 seconds where the request does not
// say.
func (s *Server) urlLife(seconds *int) time.Time {
	n := 300
	if seconds != nil {
		n = *seconds
	}
	return s.Now().Add(time.Duration(n) * time.Second).Truncate(time.Second)
}

// download is the address of a file's content; nil unless it is approved.
func (s *Server) download(f *store.File, seconds *int) *urlMetadata {
	if f.Status != store.FileApproved || f.Hash == "" {
		return nil
	}
	end := s.urlLife(seconds)
	return &urlMetadata{Url: s.Files.Link(http.MethodGet, f.ID, end), UrlExpiry: iso(end)}
}
