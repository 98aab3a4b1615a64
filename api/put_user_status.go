package api

import (
	"context"

	"outdial/engine"
	"outdial/resource"
	"outdial/wire"
)

type putUserStatusInput struct {
	UserId        string `wire:"required,uri"`
	InstanceId    string `wire:"required,uri,len=1..100"`
	AgentStatusId string `wire:"required"`
}

// putUserStatus gives an agent another status, as if he had set it himself.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_PutUserStatus.html
func (s *Server) putUserStatus(ctx context.Context, in *putUserStatusInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	v, err := view[resource.Status](ctx, s, at, "AgentStatusId", in.AgentStatusId, resource.KindStatus)
	if err != nil {
		return nil, err
	}
	if v.State == "DISABLED" {
		return nil, wire.Invalid("AgentStatusId", "the status %s is disabled", quote(v.Name))
	}
	u, err := view[resource.User](ctx, s, at, "UserId", in.UserId, resource.KindUser)
	if err != nil {
		return nil, err
	}
	return &none{}, s.Engine.AtDesk(ctx, at.Instance, u.ID, engine.Desk{Status: v.Name}, false)
}
