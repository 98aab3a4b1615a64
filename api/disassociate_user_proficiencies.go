package api

import (
	"context"
	"slices"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

type disassociateUserProficienciesInput struct {
	InstanceId        string                        `wire:"required,uri,len=1..100"`
	UserId            string                        `wire:"required,uri"`
	UserProficiencies []userProficiencyDisassociate `wire:"required"`
}

type userProficiencyDisassociate struct {
	AttributeName  string `wire:"required,len=1..100"`
	AttributeValue string `wire:"required,len=1..100"`
}

// disassociateUserProficiencies takes proficiencies from an agent.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DisassociateUserProficiencies.html
func (s *Server) disassociateUserProficiencies(ctx context.Context, in *disassociateUserProficienciesInput) (*none, error) {
	return s.editUser(ctx, in.InstanceId, in.UserId, func(_ *store.Tx, _ place, u *resource.User) error {
		for _, p := range in.UserProficiencies {
			i := proficiencyAt(u, p.AttributeName, p.AttributeValue)
			if i < 0 {
				return fault.New(fault.NotFound, "UserProficiencies: %s has no proficiency %s %s", quote(u.Name), quote(p.AttributeName), quote(p.AttributeValue))
			}
			u.Proficiencies = slices.Delete(u.Proficiencies, i, i+1)
		}
		return nil
	})
}
