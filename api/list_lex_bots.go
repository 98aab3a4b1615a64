package api

import (
	"context"

	"outdial/resource"
)

type listLexBotsInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	NextToken  string `wire:"query=nextToken"`
	MaxResults *int   `wire:"query=maxResults,range=1..25"`
}

type listLexBotsOutput struct {
	LexBots   []lexBot
	NextToken string
}

// listLexBots lists the bots of the first version of Lex.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListLexBots.html
func (s *Server) listLexBots(ctx context.Context, in *listLexBotsInput) (*listLexBotsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	out := &listLexBotsOutput{LexBots: []lexBot{}}
	l := listing{"ListLexBots", in.NextToken, in.MaxResults, 25, nil}
	out.NextToken, err = list(ctx, s, at, resource.KindBot, l,
		func(v *association) bool { _, first := firstLex(v.Name); return first },
		func(v *association) {
			b, _ := firstLex(v.Name)
			out.LexBots = append(out.LexBots, b)
		})
	return out, err
}
