package api

import (
	"context"

	"outdial/resource"
)

type listLambdaFunctionsInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	NextToken  string `wire:"query=nextToken"`
	MaxResults *int   `wire:"query=maxResults,range=1..25"`
}

type listLambdaFunctionsOutput struct {
	LambdaFunctions []string `wire:"item.len=1..140"`
	NextToken       string
}

// listLambdaFunctions lists the functions of an instance.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListLambdaFunctions.html
func (s *Server) listLambdaFunctions(ctx context.Context, in *listLambdaFunctionsInput) (*listLambdaFunctionsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	out := &listLambdaFunctionsOutput{LambdaFunctions: []string{}}
	l := listing{"ListLambdaFunctions", in.NextToken, in.MaxResults, 25, nil}
	out.NextToken, err = list(ctx, s, at, resource.KindFunction, l, nil, func(v *association) {
		out.LambdaFunctions = append(out.LambdaFunctions, v.Name)
	})
	return out, err
}
