package api

import (
	"context"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type describeHoursOfOperationInput struct {
	InstanceId         string `wire:"required,uri,len=1..100"`
	HoursOfOperationId string `wire:"required,uri"`
}

type describeHoursOfOperationOutput struct{ HoursOfOperation *hoursDetail }

type hoursDetail struct {
	HoursOfOperationId      string
	HoursOfOperationArn     string
	Name                    string `wire:"len=1..127"`
	Description             string `wire:"len=1..250"`
	TimeZone                string
	Config                  []opening `wire:"items=0..100"`
	ParentHoursOfOperations []hoursName
	Tags                    map[string]string `wire:"items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
	LastModifiedTime        wire.Time
	LastModifiedRegion      string `wire:"pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
}

// describeHoursOfOperation tells hours of operation.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeHoursOfOperation.html
func (s *Server) describeHoursOfOperation(ctx context.Context, in *describeHoursOfOperationInput) (*describeHoursOfOperationOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	out := &describeHoursOfOperationOutput{}
	err = s.Store.View(ctx, func(t *store.Tx) error {
		h, err := find[resource.Hours](t, at, "HoursOfOperationId", in.HoursOfOperationId, resource.KindHours)
		if err != nil {
			return err
		}
		out.HoursOfOperation = tellHours(at, h)
		return out.HoursOfOperation.parents(t, at, h)
	})
	return out, err
}

// A hoursName is what is told of hours that others inherit from, or of the heirs.
type hoursName struct {
	Name string `wire:"len=1..127"`
	Id   string
	Arn  string
}

// parents names what hours inherit from. A parent that is gone is left out.
func (d *hoursDetail) parents(t *store.Tx, at place, h *resource.Hours) error {
	for _, id := range h.Parents {
		p, err := load[resource.Hours](t, at.Instance, "", resource.KindHours, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		d.ParentHoursOfOperations = append(d.ParentHoursOfOperations, hoursName{p.Name, p.ID, p.ARN})
	}
	return nil
}

func tellHours(at place, h *resource.Hours) *hoursDetail {
	return &hoursDetail{
		HoursOfOperationId: h.ID, HoursOfOperationArn: h.ARN, Name: h.Name, Description: h.Description,
		TimeZone: h.TimeZone, Config: tellOpenings(h.Config), Tags: someTags(h.Tags),
		LastModifiedTime: wire.At(h.Modified), LastModifiedRegion: at.Region,
	}
}
