package api

import (
	"context"

	"outdial/resource"
)

type disassociateLexBotInput struct {
	InstanceId  string `wire:"required,uri,len=1..100"`
	BotName     string `wire:"required,query=botName,len=..50"`
	LexRegion   string `wire:"required,query=lexRegion,len=..60"`
	ClientToken string `wire:"query=clientToken,len=..500"`
}

// disassociateLexBot takes a bot of the first version of Lex off an instance.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DisassociateLexBot.html
func (s *Server) disassociateLexBot(ctx context.Context, in *disassociateLexBotInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	return &none{}, s.disassociate(ctx, at, "BotName", resource.KindBot, in.BotName+"@"+in.LexRegion, in.ClientToken)
}
