package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type updatePhoneNumberInput struct {
	PhoneNumberId string `wire:"required,uri"`
	TargetArn     string
	InstanceId    string `wire:"len=1..100"`
	ClientToken   string `wire:"ignored,len=..500"`
}

type updatePhoneNumberOutput struct {
	PhoneNumberId  string
	PhoneNumberArn string
}

// updatePhoneNumber gives a claimed number to another instance of the account and
// region. Its flow stays behind.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_UpdatePhoneNumber.html
func (s *Server) updatePhoneNumber(ctx context.Context, in *updatePhoneNumberInput) (*updatePhoneNumberOutput, error) {
	from, n, err := s.phoneNumber(ctx, in.PhoneNumberId)
	if err != nil {
		return nil, err
	}
	to, err := s.oneOwner(ctx, in.TargetArn, in.InstanceId)
	if err != nil {
		return nil, err
	}
	err = s.update(ctx, func(t *store.Tx) error {
		n, err := own[resource.Number](t, from, "PhoneNumberId", n.ID, resource.KindNumber)
		if err != nil {
			return err
		}
		if from.Instance == to.Instance {
			return nil
		}
		if err := callsFrom(t, from, n); err != nil {
			return err
		}
		n.Flow, n.Modified = "", s.Engine.Now()
		return put(t, to, resource.KindNumber, n)
	})
	if err != nil {
		return nil, err
	}
	return &updatePhoneNumberOutput{n.ID, numberARN(to, n)}, nil
}
