package api

import (
	"context"
	"maps"
	"slices"
)

type listContactReferencesInput struct {
	InstanceId     string   `wire:"required,uri,len=1..100"`
	ContactId      string   `wire:"required,uri,len=1..256"`
	ReferenceTypes []string `wire:"required,query=referenceTypes,items=..6,item.enum=URL|ATTACHMENT|CONTACT_ANALYSIS|NUMBER|STRING|DATE|EMAIL|EMAIL_MESSAGE|EMAIL_MESSAGE_PLAIN_TEXT|EMAIL_MESSAGE_PLAIN_TEXT_REDACTED|EMAIL_MESSAGE_REDACTED"`
	NextToken      string   `wire:"query=nextToken"`
}

type listContactReferencesOutput struct {
	ReferenceSummaryList []referenceSummary
}

// A referenceSummary is one reference, under the name of its type.
type referenceSummary struct {
	_          struct{} `wire:"union"`
	Url        *namedReference
	Attachment *attachmentReference
	String     *namedReference
	Number     *namedReference
	Date       *namedReference
	Email      *namedReference
}

// An attachmentReference is a file: the name and ARN by which the operations of
// attached files know it.
type attachmentReference struct {
	Name   string `wire:"len=1..4096"`
	Value  string `wire:"len=0..4096"`
	Status string `wire:"enum=AVAILABLE|DELETED|APPROVED|REJECTED|PROCESSING|FAILED"`
	Arn    string `wire:"len=20..256,pattern=^[-:/A-Za-z0-9]+"`
}

type namedReference struct {
	Name  string `wire:"len=1..4096"`
	Value string `wire:"len=0..4096"`
}

// listContactReferences tells the references of some types; its files are those
// of type ATTACHMENT. All of a contact's fit one answer, since they take no more
// than 4,096 bytes.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListContactReferences.html
func (s *Server) listContactReferences(ctx context.Context, in *listContactReferencesInput) (*listContactReferencesOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if _, err := s.Tokens.Open(in.NextToken, "ListContactReferences", at.Instance, in.ContactId); err != nil {
		return nil, err
	}
	c, err := s.viewContact(ctx, at, "ContactId", in.ContactId)
	if err != nil {
		return nil, err
	}
	out := &listContactReferencesOutput{ReferenceSummaryList: []referenceSummary{}}
	for _, name := range slices.Sorted(maps.Keys(c.References)) {
		r := c.References[name]
		if !slices.Contains(in.ReferenceTypes, r.Type) {
			continue
		}
		n := &namedReference{name, r.Value}
		switch r.Type {
		case "URL":
			out.ReferenceSummaryList = append(out.ReferenceSummaryList, referenceSummary{Url: n})
		case "STRING":
			out.ReferenceSummaryList = append(out.ReferenceSummaryList, referenceSummary{String: n})
		case "NUMBER":
			out.ReferenceSummaryList = append(out.ReferenceSummaryList, referenceSummary{Number: n})
		case "DATE":
			out.ReferenceSummaryList = append(out.ReferenceSummaryList, referenceSummary{Date: n})
		case "EMAIL":
			out.ReferenceSummaryList = append(out.ReferenceSummaryList, referenceSummary{Email: n})
		}
	}
	if s.Files == nil || !slices.Contains(in.ReferenceTypes, "ATTACHMENT") {
		return out, nil
	}
	files, err := s.Store.Files(ctx, c.ID)
	for _, f := range files {
		out.ReferenceSummaryList = append(out.ReferenceSummaryList, referenceSummary{Attachment: &attachmentReference{
			Name: f.Name, Value: s.Files.URL + f.ID, Status: f.Status, Arn: fileArn(at, f)}})
	}
	return out, err
}
