package api

import (
	"context"

	"outdial/resource"
)

type disassociateBotInput struct {
	InstanceId  string `wire:"required,uri,len=1..100"`
	LexBot      *lexBot
	LexV2Bot    *lexV2Bot
	ClientToken string `wire:"len=..500"`
}

// disassociateBot takes a bot off an instance.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DisassociateBot.html
func (s *Server) disassociateBot(ctx context.Context, in *disassociateBotInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	name, err := botName(in.LexBot, in.LexV2Bot)
	if err != nil {
		return nil, err
	}
	return &none{}, s.disassociate(ctx, at, "LexV2Bot", resource.KindBot, name, in.ClientToken)
}
