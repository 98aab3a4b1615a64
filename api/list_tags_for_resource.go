package api

import (
	"context"
	"encoding/json"
	"strings"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type listTagsForResourceInput struct {
	ResourceArn string `wire:"required,name=resourceArn,uri=resourceArn"`
}

type listTagsForResourceOutput struct {
	Tags map[string]string `wire:"name=tags,items=1..50,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$"`
}

// listTagsForResource tells the tags of whatever has an ARN.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListTagsForResource.html
func (s *Server) listTagsForResource(ctx context.Context, in *listTagsForResourceInput) (*listTagsForResourceOutput, error) {
	r, err := s.tagged(ctx, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	out := &listTagsForResourceOutput{map[string]string{}}
	return out, s.Store.View(ctx, func(t *store.Tx) error {
		row, err := r.row(t)
		if err != nil {
			return err
		}
		var m resource.Meta
		if err := json.Unmarshal(row.Doc, &m); err != nil {
			return err
		}
		if m.Tags != nil {
			out.Tags = m.Tags
		}
		return nil
	})
}

// A named is a resource that an ARN names.
type named struct {
	arn      string
	kind     resource.Kind
	id       string
	instance string // "" of an instance itself
}

// tagged reads the ARN of a resource that may have tags.
func (s *Server) tagged(ctx context.Context, arn string) (named, error) {
	a, err := wire.ParseARN(arn)
	if err != nil || a.Service != "connect" {
		return named{}, wire.OutOfBounds("resourceArn", "%s is no ARN of Amazon Connect", quote(arn))
	}
	if c := wire.CallerFrom(ctx); c.Account != "" && c.Account != a.Account {
		return named{}, fault.New(fault.Denied, "resourceArn: %s lies in another account", arn)
	}
	parts := strings.Split(a.Resource, "/")
	switch {
	case len(parts) == 2 && parts[0] == "phone-number":
		at, n, err := s.phoneNumber(ctx, arn)
		if err != nil {
			return named{}, err
		}
		return named{arn, resource.KindNumber, n.ID, at.Instance}, nil
	case len(parts) < 2 || parts[0] != "instance":
		return named{}, wire.OutOfBounds("resourceArn", "%s is no ARN of a resource that has tags", quote(arn))
	}
	at, err := s.place(ctx, strings.TrimSuffix(arn, a.Resource)+"instance/"+parts[1])
	if err != nil {
		return named{}, err
	}
	if len(parts) == 2 {
		return named{arn, resource.KindInstance, at.Instance, ""}, nil
	}
	return named{arn, resource.Kind(strings.Join(parts[2:len(parts)-1], "/")), parts[len(parts)-1], at.Instance}, nil
}

// row reads the resource.
func (r named) row(t *store.Tx) (store.Row, error) {
	if !taggable[r.kind] {
		return store.Row{}, fault.New(fault.NotFound, "resourceArn: there is no resource %s", r.arn)
	}
	row, err := t.Resource(r.kind, r.id)
	if fault.Is(err, fault.NotFound) || err == nil && row.Instance != r.instance {
		return row, fault.New(fault.NotFound, "resourceArn: there is no resource %s", r.arn)
	}
	return row, err
}

// taggable are the kinds of resources that have tags.
var taggable = map[resource.Kind]bool{
	resource.KindInstance: true,
	resource.KindNumber:   true,
	resource.KindQueue:    true,
	resource.KindHours:    true,
	resource.KindFlow:     true,
	resource.KindModule:   true,
	resource.KindPrompt:   true,
	resource.KindUser:     true,
	resource.KindProfile:  true,

	resource.KindQuickConnect: true,
	resource.KindSecurity:     true,
	resource.KindGroup:        true,
	resource.KindStatus:       true,
}

// retag changes the tags of a resource, whatever else it is.
func (s *Server) retag(ctx context.Context, arn string, fn func(tags map[string]string) error) error {
	r, err := s.tagged(ctx, arn)
	if err != nil {
		return err
	}
	return s.update(ctx, func(t *store.Tx) error {
		row, err := r.row(t)
		if err != nil {
			return err
		}
		doc := map[string]json.RawMessage{}
		var m resource.Meta
		if err := json.Unmarshal(row.Doc, &doc); err != nil {
			return err
		}
		if err := json.Unmarshal(row.Doc, &m); err != nil {
			return err
		}
		if m.File {
			return wire.Invalid("resourceArn", "%s is declared in the server's configuration and can be changed only there", arn)
		}
		if m.Tags == nil {
			m.Tags = map[string]string{}
		}
		if err := fn(m.Tags); err != nil {
			return err
		}
		if doc["tags"], err = json.Marshal(m.Tags); err != nil {
			return err
		}
		if row.Doc, err = json.Marshal(doc); err != nil {
			return err
		}
		return t.PutResource(row)
	})
}
