package api

import (
	"context"

	"outdial/resource"
	"outdial/store"
)

type disassociateLambdaFunctionInput struct {
	InstanceId  string `wire:"required,uri,len=1..100"`
	FunctionArn string `wire:"required,query=functionArn,len=1..140"`
	ClientToken string `wire:"query=clientToken,len=..500"`
}

// disassociateLambdaFunction takes a function off an instance.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DisassociateLambdaFunction.html
func (s *Server) disassociateLambdaFunction(ctx context.Context, in *disassociateLambdaFunctionInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	return &none{}, s.disassociate(ctx, at, "FunctionArn", resource.KindFunction, in.FunctionArn, in.ClientToken)
}

// disassociate forgets an association. The same token says so once.
func (s *Server) disassociate(ctx context.Context, at place, field string, kind resource.Kind, name, token string) error {
	id := associationID(at, name)
	once := s.once("disassociate/"+string(kind)+"/"+id, token, "")
	if err := s.Store.View(ctx, func(t *store.Tx) error { return once.before(t, &none{}) }); err != nil {
		return done(err)
	}
	return remove(ctx, s, at, field, id, kind, func(t *store.Tx, _ *association) error { return once.keep(t, &none{}) })
}
