package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type createHoursOfOperationInput struct {
	InstanceId                    string            `wire:"required,uri,len=1..100"`
	Name                          string            `wire:"required,len=1..127"`
	Description                   string            `wire:"len=1..250"`
	TimeZone                      string            `wire:"required"`
	Config                        []opening         `wire:"required,items=0..100"`
	ParentHoursOfOperationConfigs []parentHours     `wire:"items=0..3"`
	Tags                          map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
}

type createHoursOfOperationOutput struct{ HoursOfOperationId, HoursOfOperationArn string }

// createHoursOfOperation makes hours of operation.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_CreateHoursOfOperation.html
func (s *Server) createHoursOfOperation(ctx context.Context, in *createHoursOfOperationInput) (*createHoursOfOperationOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := checkTags("Tags", in.Tags); err != nil {
		return nil, err
	}
	if err := checkZone(in.TimeZone); err != nil {
		return nil, err
	}
	h := &resource.Hours{
		Meta:     resource.Meta{Name: in.Name, Description: in.Description, Tags: in.Tags},
		TimeZone: in.TimeZone,
		Config:   readOpenings(in.Config),
	}
	if err := create(ctx, s, at, resource.KindHours, h, func(t *store.Tx) error {
		h.Parents = nil
		return inherit(t, at, h, in.ParentHoursOfOperationConfigs)
	}); err != nil {
		return nil, err
	}
	return &createHoursOfOperationOutput{h.ID, h.ARN}, nil
}
