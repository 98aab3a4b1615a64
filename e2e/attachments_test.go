package e2e

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/connect"
	"github.com/aws/aws-sdk-go-v2/service/connect/types"
)

// fetched is what an address answers.
func (s *server) fetched(address string) string {
	s.Helper()
	answer, err := http.Get(address)
	if err != nil {
		s.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		s.Fatalf("%s: %d %s %v", address, answer.StatusCode, b, err)
	}
	return string(b)
}

// attachments gives a contact's files by name, as references tell of them.
func (s *server) attachments(id string) map[string]string {
	s.Helper()
	refs, err := s.api.ListContactReferences(s.Context(), &connect.ListContactReferencesInput{InstanceId: &s.InstanceID, ContactId: &id,
		ReferenceTypes: []types.ReferenceType{types.ReferenceTypeAttachment}})
	if err != nil {
		s.Fatal(err)
	}
	out := map[string]string{}
	for _, r := range refs.ReferenceSummaryList {
		a := r.(*types.ReferenceSummaryMemberAttachment).Value
		out[aws.ToString(a.Name)] = aws.ToString(a.Arn)
	}
	return out
}

// A customer's file, and one that a request attaches, outlive kill -9 and go with
// DeleteAttachedFile.
func TestAttachments(t *testing.T) {
	s := serve(t, "")
	const phone = "+12065550100"
	id := s.startChat(s.chat("SMS", phone))
	_, ours := s.number("SMS")
	content := append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte("x"), 100_000)...)
	s.call("POST", "handsets/"+phone+"/messages", map[string]any{"to": ours, "channel": "SMS", "text": "1",
		"attachments": []map[string]any{{"name": "card.png", "data": content}}}, nil)
	s.kill()
	_, instance, _ := strings.Cut(aws.ToString(s.describe(id).Arn), "arn:")
	contact := aws.String("arn:" + instance)
	file := s.attachments(id)["card.png"]
	got, err := s.api.GetAttachedFile(s.Context(), &connect.GetAttachedFileInput{InstanceId: &s.InstanceID, FileId: &file, AssociatedResourceArn: contact, UrlExpiryInSeconds: aws.Int32(60)})
	if err != nil {
		t.Fatal(err)
	}
	if got.FileStatus != types.FileStatusTypeApproved || aws.ToInt64(got.FileSizeInBytes) != int64(len(content)) || s.fetched(aws.ToString(got.DownloadUrlMetadata.Url)) != string(content) {
		t.Errorf("%+v", got)
	}

	note := []byte("call back on Monday")
	up, err := s.api.StartAttachedFileUpload(s.Context(), &connect.StartAttachedFileUploadInput{InstanceId: &s.InstanceID, FileName: aws.String("note.txt"),
		FileSizeInBytes: aws.Int64(int64(len(note))), FileUseCaseType: types.FileUseCaseTypeAttachment, AssociatedResourceArn: contact})
	if err != nil {
		t.Fatal(err)
	}
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPut, aws.ToString(up.UploadUrlMetadata.Url), bytes.NewReader(note))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range up.UploadUrlMetadata.HeadersToInclude {
		q.Header.Set(k, v)
	}
	answer, err := http.DefaultClient.Do(q)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer, err)
	}
	answer.Body.Close()
	if _, err := s.api.CompleteAttachedFileUpload(s.Context(), &connect.CompleteAttachedFileUploadInput{InstanceId: &s.InstanceID, FileId: up.FileId, AssociatedResourceArn: contact}); err != nil {
		t.Fatal(err)
	}
	s.kill()
	if got, err = s.api.GetAttachedFile(s.Context(), &connect.GetAttachedFileInput{InstanceId: &s.InstanceID, FileId: up.FileId, AssociatedResourceArn: contact}); err != nil {
		t.Fatal(err)
	}
	if s.fetched(aws.ToString(got.DownloadUrlMetadata.Url)) != string(note) {
		t.Error("another note")
	}
	if _, err := s.api.DeleteAttachedFile(s.Context(), &connect.DeleteAttachedFileInput{InstanceId: &s.InstanceID, FileId: up.FileId, AssociatedResourceArn: contact}); err != nil {
		t.Fatal(err)
	}
	if left := s.attachments(id); len(left) != 1 || left["note.txt"] != "" {
		t.Errorf("%v", left)
	}
	s.ended(id, "CONTACT_FLOW_DISCONNECT", "confirmed")
}
