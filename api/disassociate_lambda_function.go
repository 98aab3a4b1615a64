package api

import (
	"context"

	"outdial/resource"
)

type disassociateLambdaFunctionInput struct {
	InstanceId  string `wire:"required,uri,len=1..100"`
	FunctionArn string `wire:"required,query=functionArn,len=1..140"`
	ClientToken string `wire:"ignored,query=clientToken,len=..500"`
}

// disassociateLambdaFunction takes a function off an instance.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DisassociateLambdaFunction.html
func (s *Server) disassociateLambdaFunction(ctx context.Context, in *disassociateLambdaFunctionInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	return &none{}, s.disassociate(ctx, at, "FunctionArn", resource.KindFunction, in.FunctionArn)
}

// disassociate forgets an association.
func (s *Server) disassociate(ctx context.Context, at place, field string, kind resource.Kind, name string) error {
	return remove[association](ctx, s, at, field, associationID(at, name), kind, nil)
}
