package wire

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// An Operation is one entry of a face's table: what AWS calls it, where it is
// reached, what it may answer, and the function that does it. Op makes it.
type Operation struct {
	Name     string   // "StopContact"
	Method   string   // "POST"
	Path     string   // "/contacts/{InstanceId}/{ContactId}": labels stand in braces
	Resource string   // what a policy is asked about; see Op
	Errors   []string // the exceptions that it declares, by full name
	In, Out  *Shape   // what its input and output structs say

	fresh    func() any
	call     func(ctx context.Context, in any) (any, error)
	resource []resourcePart
}

// Op makes the Operation that calls fn. route is "METHOD /path". resource is a
// template of the part of an ARN behind the account, in which {Member} stands
// for an input member of the top level: "instance/{InstanceId}/contact/{ContactId}".
// An ARN in the member counts by its last part, an absent member as "*".
// resource is "" where the action has no resource; a policy is then asked about
// "*". errors lists the declared exceptions, separated by blanks, with or
// without the ending "Exception".
//
// fn's error is an *Exception, a *Violation or Violations; any other is answered
// as InternalServiceException and logged. Where an operation does not declare
// what fn returns, the nearest of kin is answered.
//
// Op panics, as regexp.MustCompile does, where a tag, the route, the resource or
// the name of an exception is wrong: tables are literals, so the first start tells.
func Op[In, Out any](name, route, resource, errors string, fn func(context.Context, *In) (*Out, error)) Operation {
	o := Operation{Name: name, Resource: resource}
	o.fresh = func() any { return new(In) }
	o.call = func(ctx context.Context, in any) (any, error) {
		out, err := fn(ctx, in.(*In))
		if out == nil { // so that nothing is nothing, not a pointer to it
			return nil, err
		}
		return out, err
	}
	if err := o.describe(route, errors, reflect.TypeFor[In](), reflect.TypeFor[Out]()); err != nil {
		panic(fmt.Sprintf("operation %s: %v", name, err))
	}
	return o
}

func (o *Operation) describe(route, errors string, in, out reflect.Type) (err error) {
	if o.In, err = ShapeOf(in); err != nil {
		return err
	}
	if o.Out, err = ShapeOf(out); err != nil {
		return err
	}
	var ok bool
	if o.Method, o.Path, ok = strings.Cut(route, " "); !ok || !strings.HasPrefix(o.Path, "/") {
		return fmt.Errorf("route %q is not of the form \"PUT /path\"", route)
	}
	for name := range strings.FieldsSeq(errors) {
		name = fullName(name)
		if _, known := classes[name]; !known {
			return fmt.Errorf("there is no %s", name)
		}
		o.Errors = append(o.Errors, name)
	}
	labels := o.In.labels()
	for _, part := range splitPath(o.Path) {
		if name, ok := label(part); ok {
			if _, has := labels[name]; !has {
				return fmt.Errorf("no member for the label {%s}", name)
			}
			delete(labels, name)
		}
	}
	for name := range labels {
		return fmt.Errorf("no label {%s} in %s", name, o.Path)
	}
	o.resource, err = parseResource(o.Resource, o.In)
	return err
}

// splitPath returns the segments of a path.
func splitPath(path string) []string { return strings.Split(path, "/")[1:] }

// label returns the name of a segment that is a label.
func label(segment string) (string, bool) {
	if strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}") {
		return segment[1 : len(segment)-1], true
	}
	return "", false
}

// A resourcePart is plain text, or a member whose value stands there.
type resourcePart struct {
	text   string
	member *Member
}

func parseResource(template string, in *Shape) (parts []resourcePart, err error) {
	for template != "" {
		text, rest, ok := strings.Cut(template, "{")
		parts = append(parts, resourcePart{text: text})
		if !ok {
			break
		}
		name, after, ok := strings.Cut(rest, "}")
		i := slices.IndexFunc(in.Members, func(m Member) bool { return m.Name == name && m.Shape.Type == String })
		if !ok || i < 0 {
			return nil, fmt.Errorf("resource %q: no string member {%s}", template, name)
		}
		parts = append(parts, resourcePart{member: &in.Members[i]})
		template = after
	}
	return parts, nil
}

// arn writes the resource that a bound input is about.
func (o *Operation) arn(c Caller, service string, in any) string {
	if len(o.resource) == 0 {
		return "*"
	}
	v := reflect.ValueOf(in).Elem()
	var b strings.Builder
	for _, p := range o.resource {
		if p.member == nil {
			b.WriteString(p.text)
			continue
		}
		f := reflect.Indirect(v.Field(p.member.field))
		switch {
		case !f.IsValid() || f.Len() == 0:
			b.WriteByte('*')
		default:
			b.WriteString(lastPart(f.String()))
		}
	}
	return ARN{c.Partition(), service, c.Region, c.Account, b.String()}.String()
}

// A Caller is who signed the request, and for which region.
type Caller struct {
	AccessKeyID string
	Account     string // "111122223333"
	ARN         string // "arn:aws:iam::111122223333:user/demo"
	UserID      string // as GetCallerIdentity answers it
	Region      string // that the request is signed for: "us-east-1"
	Policy      *Policy
}

// Partition returns the partition of the caller's region: "aws", "aws-us-gov" or "aws-cn".
func (c Caller) Partition() string { return Partition(c.Region) }

// A visit is what is known of a request while its operation runs.
type visit struct {
	id     string
	caller Caller
}

type visitKey struct{}

func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// CallerFrom returns who calls the operation that runs under ctx.
func CallerFrom(ctx context.Context) Caller { return visitOf(ctx).caller }

// WithCaller returns a context in which c calls: for faces that verify by
// themselves, and for tests of operations.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, visitKey{}, &visit{visitOf(ctx).id, c})
}

// RequestID returns the id that the answer to this request carries, for logs.
func RequestID(ctx context.Context) string { return visitOf(ctx).id }
