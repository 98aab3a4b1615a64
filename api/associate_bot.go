package api

import (
	"context"
	"strings"

	"outdial/resource"
	"outdial/wire"
)

type associateBotInput struct {
	InstanceId  string `wire:"required,uri,len=1..100"`
	LexBot      *lexBot
	LexV2Bot    *lexV2Bot
	ClientToken string `wire:"len=..500"`
}

type lexBot struct {
	Name      string `wire:"required,len=..50"`
	LexRegion string `wire:"required,len=..60"`
}

type lexV2Bot struct {
	AliasArn string `wire:"len=1..100"`
}

// associateBot lets the flows of an instance name a bot.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_AssociateBot.html
func (s *Server) associateBot(ctx context.Context, in *associateBotInput) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	name, err := botName(in.LexBot, in.LexV2Bot)
	if err != nil {
		return nil, err
	}
	return &none{}, s.associate(ctx, at, resource.KindBot, name, in.ClientToken)
}

// botName is what an association with a bot is called: the alias's ARN, or for
// the first version of Lex name and region.
func botName(v1 *lexBot, v2 *lexV2Bot) (string, error) {
	switch {
	case (v1 == nil) == (v2 == nil):
		return "", wire.Invalid("LexV2Bot", "exactly one of LexBot and LexV2Bot must be set")
	case v1 != nil:
		return v1.Name + "@" + v1.LexRegion, nil
	}
	a, err := wire.ParseARN(v2.AliasArn)
	if err != nil || a.Service != "lex" || !strings.HasPrefix(a.Resource, "bot-alias/") {
		return "", wire.Invalid("LexV2Bot.AliasArn", "%s is no ARN of a bot's alias", quote(v2.AliasArn))
	}
	return v2.AliasArn, nil
}

// firstLex splits the name of a bot of the first version of Lex.
func firstLex(name string) (lexBot, bool) {
	bot, region, ok := strings.Cut(name, "@")
	return lexBot{bot, region}, ok
}
