package api

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

// oneOwner finds the instance that a number is to belong to: by its ARN or by its id.
func (s *Server) oneOwner(ctx context.Context, arn, id string) (place, error) {
	if (arn == "") == (id == "") {
		return place{}, wire.OutOfBounds("TargetArn", "exactly one of TargetArn and InstanceId must be there")
	}
	return s.place(ctx, arn+id)
}

// available gives the numbers that the configuration offers to the caller's
// account and region, and that nobody has claimed.
func (s *Server) available(ctx context.Context, t *store.Tx, fn func(*resource.Number) bool) error {
	all, err := s.owners(ctx, "")
	if err != nil {
		return err
	}
	taken := func(number string) (bool, error) {
		for _, at := range all {
			_, err := t.ResourceNamed(resource.KindNumber, at.Instance, number)
			if !fault.Is(err, fault.NotFound) {
				return err == nil, err
			}
		}
		return false, nil
	}
	for _, at := range all {
		more := true
		var lost error
		err := each(t, at.Instance, resource.KindAvailable, "", func(n *resource.Number) bool {
			var there bool
			if there, lost = taken(n.Number); lost == nil && !there {
				more = fn(n)
			}
			return more && lost == nil
		})
		if err != nil || lost != nil || !more {
			return errors.Join(err, lost)
		}
	}
	return nil
}

// claimed is what a token remembers, for as long as AWS does.
const claimed = 24 * time.Hour

// claim makes an available number one of the instance's; nil where none is meant.
// The same token gives the same number, whatever has become of it.
func (s *Server) claim(ctx context.Context, at place, token string, meant func(*resource.Number) bool, m resource.Meta) (n *resource.Number, err error) {
	key := "claim/" + at.Account + "/" + at.Region + "/" + token
	err = s.update(ctx, func(t *store.Tx) error {
		n = nil
		if token != "" {
			doc, there, err := t.Mark(key, s.Engine.Now())
			if err != nil {
				return err
			}
			if there {
				n = new(resource.Number)
				return json.Unmarshal(doc, n)
			}
		}
		err := s.available(ctx, t, func(v *resource.Number) bool {
			if meant(v) {
				w := *v
				n = &w
			}
			return n == nil
		})
		if err != nil || n == nil {
			return err
		}
		n.Meta = resource.Meta{ID: newID(), Name: n.Number, Description: m.Description, Tags: m.Tags, Created: s.Engine.Now()}
		n.ARN, n.Modified = at.ARN("phone-number/"+n.ID), n.Created
		if err := put(t, at, resource.KindNumber, n); err != nil || token == "" {
			return err
		}
		doc, err := json.Marshal(n)
		if err != nil {
			return err
		}
		return t.PutMark(key, doc, s.Engine.Now().Add(claimed))
	})
	return n, err
}

// callsFrom refuses to let a number go from which a queue calls.
func callsFrom(t *store.Tx, at place, n *resource.Number) error {
	var queue *resource.Queue
	err := each(t, at.Instance, resource.KindQueue, "", func(q *resource.Queue) bool {
		if q.CallerNumber == n.ID {
			queue = q
		}
		return queue == nil
	})
	if err == nil && queue != nil {
		err = inUse(&queue.Meta, resource.KindQueue)
	}
	return err
}
