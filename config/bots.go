package config

import (
	"encoding/json"
	"fmt"
	"time"

	"outdial/bot"
	"outdial/flow"
	"outdial/resource"
	"outdial/wire"
)

// Bots are the local bots, by instance and alias.
type Bots map[string]flow.Bot

// Find gives the bot behind an alias ARN or a Lex V1 name.
func (b Bots) Find(instance, alias string) (flow.Bot, bool) {
	if x, ok := b[instance+" "+alias]; ok {
		return x, true
	}
	x, ok := b[" "+alias]
	return x, ok
}

// A hearer is a local bot as flows know bots.
type hearer struct{ *bot.Bot }

// Hear says what the bot understood, in the words of package flow.
func (h hearer) Hear(text string, state json.RawMessage, session map[string]string, at time.Time) flow.Heard {
	return heard(h.Bot.Hear(text, state, session, at))
}

func heard(in bot.Heard) flow.Heard {
	out := flow.Heard{Intent: in.Intent, Score: in.Score, Slots: in.Slots, Session: in.Session, Dialog: in.Dialog, Reply: in.Reply, State: in.State}
	for _, a := range in.Alternates {
		out.Alternates = append(out.Alternates, heard(a))
	}
	return out
}

// localAlias is the ARN of a bot that names no alias.
func localAlias(in *resource.Instance, name string) string {
	return wire.Home{Service: "lex", Region: in.Region, Account: in.Account}.ARN("bot-alias/" + name + "/LOCAL")
}

// botAliases makes the bots, and finds them by each of their names.
func (d *declarer) botAliases() {
	d.out.Bots = Bots{}
	for i, c := range d.c.Bots {
		path := fmt.Sprintf("bots[%d]", i)
		made, err := bot.New(c.Definition)
		if err != nil {
			d.fail(path, "%v", err)
			continue
		}
		if c.Name == "" {
			d.fail(path+".name", "is needed")
		}
		b := hearer{made}
		for _, a := range c.Aliases {
			d.out.Bots[" "+a] = b
		}
		for _, r := range d.out.Rows {
			if in, ok := r.Doc.(*resource.Instance); ok {
				d.out.Bots[in.ID+" "+localAlias(in, c.Name)] = b
				d.out.Bots[in.ID+" "+c.Name] = b
			}
		}
	}
}
