package api

import (
	"context"

	"outdial/contact"
	"outdial/fault"
	"outdial/resource"
	"outdial/wire"
)

type claimPhoneNumberInput struct {
	TargetArn              string
	InstanceId             string            `wire:"len=1..100"`
	PhoneNumber            string            `wire:"required"`
	PhoneNumberDescription string            `wire:"len=0..500,pattern=^[\\W\\S_]*"`
	Tags                   map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
	ClientToken            string            `wire:"len=..500"`
}

type claimPhoneNumberOutput struct {
	PhoneNumberId  string
	PhoneNumberArn string
}

// claimPhoneNumber gives an instance a number that is available: from then on it is
// a line like those that the configuration declares.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ClaimPhoneNumber.html
func (s *Server) claimPhoneNumber(ctx context.Context, in *claimPhoneNumberInput) (*claimPhoneNumberOutput, error) {
	at, err := s.oneOwner(ctx, in.TargetArn, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := checkTags("Tags", in.Tags); err != nil {
		return nil, err
	}
	if !contact.E164(in.PhoneNumber) {
		return nil, wire.OutOfBounds("PhoneNumber", "must be a number in E.164, such as +12065550100, not %s", quote(in.PhoneNumber))
	}
	n, err := s.claim(ctx, at, in.ClientToken, func(n *resource.Number) bool { return n.Number == in.PhoneNumber },
		resource.Meta{Description: in.PhoneNumberDescription, Tags: in.Tags})
	if err != nil {
		return nil, err
	}
	if n == nil {
		return nil, fault.New(fault.NotFound, "PhoneNumber: %s is not available: SearchAvailablePhoneNumbers lists what may be claimed", in.PhoneNumber)
	}
	return &claimPhoneNumberOutput{n.ID, n.ARN}, nil
}
