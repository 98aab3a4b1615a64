package api

import (
	"context"
	"strings"

	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type associateLambdaFunctionInput struct {
	InstanceId  string `wire:"required,uri,len=1..100"`
	FunctionArn string `wire:"required,len=1..140"`
	ClientToken string `wire:"len=..500"`
}

// associateLambdaFunction lets the flows of an instance name a function. Where
// a function is reached stands in the configuration.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_AssociateLambdaFunction.html
func (s *Server) associateLambdaFunction(ctx context.Context, in *associateLambdaFunctionInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if a, err := wire.ParseARN(in.FunctionArn); err != nil || a.Service != "lambda" || !strings.HasPrefix(a.Resource, "function:") {
		return nil, wire.OutOfBounds("FunctionArn", "%s is no ARN of a function", quote(in.FunctionArn))
	}
	return &none{}, s.associate(ctx, at, resource.KindFunction, in.FunctionArn, in.ClientToken)
}

// An association lets an instance use something of another service: its name
// is an ARN, or of an old bot its name and region.
type association struct{ resource.Meta }

// associationID is an association's id: the same thing may belong to several instances.
func associationID(at place, name string) string { return at.Instance + "|" + name }

// associate keeps an association. A second one of the same is refused, unless it
// bears the token of the first.
func (s *Server) associate(ctx context.Context, at place, kind resource.Kind, name, token string) error {
	v := &association{resource.Meta{ID: associationID(at, name), Name: name, Created: s.Engine.Now()}}
	once := s.once("associate/"+string(kind)+"/"+v.ID, token, "")
	return done(s.update(ctx, func(t *store.Tx) error {
		if err := once.before(t, &none{}); err != nil {
			return err
		}
		if _, err := t.Resource(kind, v.ID); err == nil {
			return wire.Errorf("ResourceConflict", "%s is associated with the instance already", name)
		}
		if err := within[association, *association](t, at, kind); err != nil {
			return err
		}
		if err := put[association](t, at, kind, v); err != nil {
			return err
		}
		return once.keep(t, &none{})
	}))
}
