package api

import (
	"context"
	"strings"

	"outdial/fault"
	"outdial/resource"
	"outdial/wire"
)

type importPhoneNumberInput struct {
	InstanceId             string            `wire:"required,len=1..100"`
	SourcePhoneNumberArn   string            `wire:"required"`
	PhoneNumberDescription string            `wire:"len=0..500,pattern=^[\\W\\S_]*"`
	Tags                   map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
	ClientToken            string            `wire:"len=..500"`
}

type importPhoneNumberOutput struct {
	PhoneNumberId  string
	PhoneNumberArn string
}

// importPhoneNumber gives an instance a number that AWS End User Messaging would
// have: one that the configuration offers, by its id there.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ImportPhoneNumber.html
func (s *Server) importPhoneNumber(ctx context.Context, in *importPhoneNumberInput) (*importPhoneNumberOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := checkTags("Tags", in.Tags); err != nil {
		return nil, err
	}
	a, err := wire.ParseARN(in.SourcePhoneNumberArn)
	_, id, ok := strings.Cut(a.Resource, "/")
	if err != nil || !ok || a.Service != "sms-voice" && a.Service != "social-messaging" {
		return nil, wire.OutOfBounds("SourcePhoneNumberArn", "%s is no ARN of a number of AWS End User Messaging", quote(in.SourcePhoneNumberArn))
	}
	n, err := s.claim(ctx, at, in.ClientToken, func(n *resource.Number) bool { return n.ID == strings.TrimPrefix(id, "phone-") || n.Number == id },
		resource.Meta{Description: in.PhoneNumberDescription, Tags: in.Tags})
	if err != nil {
		return nil, err
	}
	if n == nil {
		return nil, fault.New(fault.NotFound, "SourcePhoneNumberArn: no number that the configuration offers has the id %s", quote(id))
	}
	return &importPhoneNumberOutput{n.ID, n.ARN}, nil
}
