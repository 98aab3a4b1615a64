package api

import (
	"context"
	"strings"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

// A place is the instance that a request is about, and where it lies.
type place struct {
	wire.Home
	in *resource.Instance
}

// place finds the instance that ref, an id or an ARN, names to the caller. An
// instance of another account or region is not there for them.
func (s *Server) place(ctx context.Context, ref string) (place, error) {
	all, err := s.instances(ctx)
	if err != nil {
		return place{}, err
	}
	id, where := ref, wire.ARN{}
	if strings.HasPrefix(ref, "arn:") {
		if where, err = wire.ParseARN(ref); err != nil {
			return place{}, wire.Invalid("InstanceId", "%s", err)
		}
		if c := wire.CallerFrom(ctx); c.Account != "" && where.Account != c.Account {
			return place{}, fault.New(fault.Denied, "InstanceId: %s lies in account %s, and the caller in %s", ref, where.Account, c.Account)
		}
		rest, ok := strings.CutPrefix(where.Resource, "instance/")
		if !ok || rest == "" || strings.Contains(rest, "/") || where.Service != "connect" {
			return place{}, wire.Invalid("InstanceId", "%s is not the ARN of an instance", ref)
		}
		id = rest
	}
	in := all.byID[id]
	if in == nil || !visible(ctx, in) || id != ref && !lies(in, where) {
		return place{}, fault.New(fault.NotFound, "InstanceId: there is no instance %s in this account and region", ref)
	}
	return at(in), nil
}

// at is the place of an instance.
func at(in *resource.Instance) place {
	return place{wire.Home{Service: "connect", Region: in.Region, Account: in.Account, Instance: in.ID}, in}
}

// visible tells whether the caller's account and region are the instance's.
func visible(ctx context.Context, in *resource.Instance) bool {
	c := wire.CallerFrom(ctx)
	return (c.Account == "" || c.Account == in.Account) && (c.Region == "" || c.Region == in.Region)
}

// lies tells whether an ARN is of the instance's account and region.
func lies(in *resource.Instance, a wire.ARN) bool {
	return a.Account == in.Account && a.Region == in.Region && a.Partition == wire.Partition(in.Region)
}

// load gives a resource of an instance. One of another instance is not there.
// What it gives is shared, and must not be changed.
func load[T any](t *store.Tx, instance, field string, kind resource.Kind, id string) (*T, error) {
	row, err := t.Resource(kind, id)
	if err == nil && row.Instance != instance {
		err = fault.New(fault.NotFound, "of another instance")
	}
	if fault.Is(err, fault.NotFound) {
		return nil, missing(field, kind, id)
	}
	if err != nil {
		return nil, err
	}
	return store.Load[T](t, kind, id)
}

// missing says that there is no resource.
func missing(field string, kind resource.Kind, id string) error {
	return fault.New(fault.NotFound, "%s: there is no %s %q in this instance", field, kind, id)
}

// find gives the resource that ref, an id or an ARN, names.
func find[T any](t *store.Tx, at place, field, ref string, kind resource.Kind) (*T, error) {
	id, err := at.ID(field, ref, string(kind))
	if err != nil {
		return nil, err
	}
	return load[T](t, at.Instance, field, kind, id)
}

// view reads one resource.
func view[T any](ctx context.Context, s *Server, at place, field, ref string, kind resource.Kind) (v *T, err error) {
	err = s.Store.View(ctx, func(t *store.Tx) error {
		v, err = find[T](t, at, field, ref, kind)
		return err
	})
	return v, err
}
