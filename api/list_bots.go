package api

import (
	"context"

	"outdial/resource"
)

type listBotsInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	NextToken  string `wire:"query=nextToken"`
	MaxResults *int   `wire:"query=maxResults,range=1..25"`
	LexVersion string `wire:"required,query=lexVersion,enum=V1|V2"`
}

type listBotsOutput struct {
	LexBots   []botEntry
	NextToken string
}

type botEntry struct {
	LexBot   *lexBot
	LexV2Bot *lexV2Bot
}

// listBots lists the bots of an instance, of one version of Lex.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListBots.html
func (s *Server) listBots(ctx context.Context, in *listBotsInput) (*listBotsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	out := &listBotsOutput{LexBots: []botEntry{}}
	l := listing{"ListBots", in.NextToken, in.MaxResults, 25, []string{in.LexVersion}}
	out.NextToken, err = list(ctx, s, at, resource.KindBot, l,
		func(v *association) bool {
			_, first := firstLex(v.Name)
			return first == (in.LexVersion == "V1")
		},
		func(v *association) {
			if b, first := firstLex(v.Name); first {
				out.LexBots = append(out.LexBots, botEntry{LexBot: &b})
				return
			}
			out.LexBots = append(out.LexBots, botEntry{LexV2Bot: &lexV2Bot{v.Name}})
		})
	return out, err
}
