package api

import (
	"time"
	"unicode/utf8"

	"outdial/contact"
	"outdial/wire"
)

// chatMetrics are how a chat went. API_ChatMetrics
type chatMetrics struct {
	ChatContactMetrics *chatContactMetrics
	AgentMetrics       *participantMetrics
	CustomerMetrics    *participantMetrics
}

type chatContactMetrics struct {
	MultiParty                     *bool
	TotalMessages                  *int
	TotalBotMessages               *int
	TotalBotMessageLengthInChars   *int
	ConversationCloseTimeInMillis  *int64 `wire:"range=0.."`
	ConversationTurnCount          *int
	AgentFirstResponseTimestamp    wire.Time
	AgentFirstResponseTimeInMillis *int64 `wire:"range=0.."`
}

type participantMetrics struct {
	ParticipantId             string `wire:"len=1..256"`
	ParticipantType           string `wire:"enum=ALL|MANAGER|AGENT|CUSTOMER|THIRDPARTY"`
	ConversationAbandon       *bool
	MessagesSent              *int
	NumResponses              *int
	MessageLengthInChars      *int
	TotalResponseTimeInMillis *int64 `wire:"range=0.."`
	MaxResponseTimeInMillis   *int64 `wire:"range=0.."`
	LastMessageTimestamp      wire.Time
}

// A talker is what one side of a chat has said.
type talker struct {
	sent, length, responses int
	waited, longest         time.Duration
	last                    time.Time
}

// says counts a message. since is when the other side began to wait for it, zero
// where nobody did.
func (k *talker) says(m *contact.Message, since time.Time) {
	k.sent++
	k.length += utf8.RuneCountInString(m.Text)
	k.last = m.Created
	if !since.IsZero() {
		d := m.Created.Sub(since)
		k.responses++
		k.waited, k.longest = k.waited+d, max(k.longest, d)
	}
}

func (k *talker) tell(id, kind string, abandoned bool) *participantMetrics {
	p := &participantMetrics{
		ParticipantId: id, ParticipantType: kind, ConversationAbandon: &abandoned, MessagesSent: &k.sent,
		NumResponses: &k.responses, MessageLengthInChars: &k.length, LastMessageTimestamp: wire.At(k.last),
	}
	waited, longest := k.waited.Milliseconds(), k.longest.Milliseconds()
	if k.responses > 0 {
		p.TotalResponseTimeInMillis, p.MaxResponseTimeInMillis = &waited, &longest
	}
	return p
}

// tellChat counts what was said. A turn is when the customer speaks after us; a
// response, when the agent speaks after the customer, or the customer after the
// agent. What no agent wrote is a bot's or the system's.
func tellChat(c *contact.Contact, messages []*contact.Message) *chatMetrics {
	var customer, agent, bot talker
	var first, asked, answered time.Time // the agent's first word; since when each side waits for the other
	total, turns, ours := len(messages), 0, false
	for _, m := range messages {
		switch {
		case m.Direction == "INBOUND":
			customer.says(m, answered)
			if answered = (time.Time{}); asked.IsZero() {
				asked = m.Created
			}
			if ours {
				turns++
			}
		case m.By != "":
			agent.says(m, asked)
			if asked = (time.Time{}); answered.IsZero() {
				answered = m.Created
			}
			if first.IsZero() {
				first = m.Created
			}
		default:
			bot.says(m, time.Time{})
		}
		ours = m.Direction != "INBOUND"
	}
	multi := false
	k := &chatContactMetrics{
		MultiParty: &multi, TotalMessages: &total, TotalBotMessages: &bot.sent, TotalBotMessageLengthInChars: &bot.length,
		ConversationTurnCount: &turns, AgentFirstResponseTimestamp: wire.At(first),
	}
	if !customer.last.IsZero() && !c.Open() {
		n := max(0, c.Disconnected.Sub(customer.last).Milliseconds())
		k.ConversationCloseTimeInMillis = &n
	}
	out := &chatMetrics{ChatContactMetrics: k, CustomerMetrics: customer.tell("", "CUSTOMER", c.Reason == "CUSTOMER_DISCONNECT" && agent.sent == 0)}
	if c.Agent != nil {
		if !first.IsZero() && !c.Agent.Connected.IsZero() {
			n := max(0, first.Sub(c.Agent.Connected).Milliseconds())
			k.AgentFirstResponseTimeInMillis = &n
		}
		out.AgentMetrics = agent.tell(c.Agent.ID, "AGENT", false)
	}
	return out
}
