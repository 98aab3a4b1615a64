package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type deleteUserHierarchyGroupInput struct {
	HierarchyGroupId string `wire:"required,uri"`
	InstanceId       string `wire:"required,uri,len=1..100"`
}

// deleteUserHierarchyGroup deletes a group that has no agents and no groups below it.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DeleteUserHierarchyGroup.html
func (s *Server) deleteUserHierarchyGroup(ctx context.Context, in *deleteUserHierarchyGroupInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	return &none{}, remove(ctx, s, at, "HierarchyGroupId", in.HierarchyGroupId, resource.KindGroup, func(t *store.Tx, g *resource.Group) error {
		var below *resource.Group
		err := each(t, at.Instance, resource.KindGroup, "", func(v *resource.Group) bool {
			if v.Parent == g.ID {
				below = v
			}
			return below == nil
		})
		if err != nil || below != nil {
			if err == nil {
				err = inUse(&below.Meta, resource.KindGroup)
			}
			return err
		}
		var user *resource.User
		err = each(t, at.Instance, resource.KindUser, "", func(u *resource.User) bool {
			if u.Group == g.ID {
				user = u
			}
			return user == nil
		})
		if err == nil && user != nil {
			err = inUse(&user.Meta, resource.KindUser)
		}
		return err
	})
}
