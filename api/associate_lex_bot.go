package api

import (
	"context"

	"outdial/resource"
)

type associateLexBotInput struct {
	InstanceId  string  `wire:"required,uri,len=1..100"`
	LexBot      *lexBot `wire:"required"`
	ClientToken string  `wire:"len=..500"`
}

// associateLexBot lets the flows of an instance name a bot of the first version of Lex.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_AssociateLexBot.html
func (s *Server) associateLexBot(ctx context.Context, in *associateLexBotInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	return &none{}, s.associate(ctx, at, resource.KindBot, in.LexBot.Name+"@"+in.LexBot.LexRegion, in.ClientToken)
}
