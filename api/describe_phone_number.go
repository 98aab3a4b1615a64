package api

import (
	"context"
	"strings"

	"outdial/contact"
	"outdial/fault"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type describePhoneNumberInput struct {
	PhoneNumberId string `wire:"required,uri"`
}

type describePhoneNumberOutput struct {
	ClaimedPhoneNumberSummary *claimedNumber
}

type claimedNumber struct {
	PhoneNumberId          string
	PhoneNumberArn         string
	PhoneNumber            string
	PhoneNumberCountryCode string
	PhoneNumberType        string `wire:"enum=TOLL_FREE|DID|UIFN|SHARED|THIRD_PARTY_TF|THIRD_PARTY_DID|SHORT_CODE"`
	PhoneNumberDescription string `wire:"len=0..500,pattern=^[\\W\\S_]*"`
	TargetArn              string
	InstanceId             string            `wire:"len=1..100"`
	Tags                   map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
	PhoneNumberStatus      *numberStatus
}

type numberStatus struct {
	Status string `wire:"enum=CLAIMED|IN_PROGRESS|FAILED"`
}

// describePhoneNumber tells what a number is, by its id or ARN.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribePhoneNumber.html
func (s *Server) describePhoneNumber(ctx context.Context, in *describePhoneNumberInput) (*describePhoneNumberOutput, error) {
	at, n, err := s.phoneNumber(ctx, in.PhoneNumberId)
	if err != nil {
		return nil, err
	}
	return &describePhoneNumberOutput{&claimedNumber{
		PhoneNumberId: n.ID, PhoneNumberArn: numberARN(at, n), PhoneNumber: n.Number,
		PhoneNumberCountryCode: countryOf(n), PhoneNumberType: typeOf(n), PhoneNumberDescription: n.Description,
		TargetArn: at.InstanceARN(), InstanceId: at.Instance, Tags: someTags(n.Tags),
		PhoneNumberStatus: &numberStatus{"CLAIMED"},
	}}, nil
}

// phoneNumber finds a number by its id or ARN alone, and the instance that has it.
func (s *Server) phoneNumber(ctx context.Context, ref string) (place, *resource.Number, error) {
	all, err := s.instances(ctx)
	if err != nil {
		return place{}, nil, err
	}
	id, where := ref, wire.ARN{}
	if strings.HasPrefix(ref, "arn:") {
		if where, err = wire.ParseARN(ref); err != nil || !strings.HasPrefix(where.Resource, "phone-number/") {
			return place{}, nil, wire.OutOfBounds("PhoneNumberId", "%s is not the ARN of a phone number", quote(ref))
		}
		id = strings.TrimPrefix(where.Resource, "phone-number/")
	}
	var n *resource.Number
	var p place
	err = s.Store.View(ctx, func(t *store.Tx) error {
		row, err := t.Resource(resource.KindNumber, id)
		if err != nil {
			return err
		}
		in := all.byID[row.Instance]
		if in == nil || !visible(ctx, in) || id != ref && !lies(in, where) {
			return fault.New(fault.NotFound, "of another account or region")
		}
		p = at(in)
		n, err = store.Load[resource.Number](t, resource.KindNumber, id)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "PhoneNumberId: there is no phone number %s", quote(ref))
	}
	return p, n, err
}

func numberARN(at place, n *resource.Number) string {
	if n.ARN != "" {
		return n.ARN
	}
	return at.ARN("phone-number/" + n.ID)
}

// countryOf gives a number's country; of what is no telephone number, what was declared.
func countryOf(n *resource.Number) string {
	if n.Country == "" && contact.E164(n.Number) {
		return country(n.Number)
	}
	return n.Country
}

func typeOf(n *resource.Number) string {
	switch {
	case n.Type != "":
		return n.Type
	case contact.E164(n.Number):
		return "DID"
	}
	return "SHORT_CODE"
}
