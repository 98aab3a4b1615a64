package api

import (
	"slices"
	"strings"

	"outdial/contact"
	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

// levelGroups are groups of agents by the level on which they lie.
type levelGroups struct {
	L1Ids []string `wire:"items=0..10"`
	L2Ids []string `wire:"items=0..10"`
	L3Ids []string `wire:"items=0..10"`
	L4Ids []string `wire:"items=0..10"`
	L5Ids []string `wire:"items=0..10"`
}

// contactAnalysis asks for what was said.
type contactAnalysis struct{ Transcript *transcript }

type transcript struct {
	Criteria []struct {
		ParticipantRole string   `wire:"required,enum=AGENT|CUSTOMER|SYSTEM|CUSTOM_BOT|SUPERVISOR"`
		SearchText      []string `wire:"required,sensitive,items=0..100,item.len=..128"`
		MatchType       string   `wire:"required,enum=MATCH_ALL|MATCH_ANY|MATCH_EXACT|MATCH_NONE"`
	} `wire:"required,items=0..6"`
	MatchType string `wire:"enum=MATCH_ALL|MATCH_ANY|MATCH_EXACT|MATCH_NONE"`
}

// searchedCriteria asks for contacts that wanted certain agents.
type searchedCriteria struct {
	Steps []struct {
		AgentCriteria *struct {
			AgentIds  []string `wire:"items=0..100,item.len=1..256"`
			MatchType string   `wire:"enum=MATCH_ALL|MATCH_ANY|MATCH_EXACT|MATCH_NONE"`
		}
	}
}

// fitsDeep tells whether a contact meets the criteria for which more than itself
// is to be read: its agent's groups, and what was said.
func (k *contactCriteria) fitsDeep(t *store.Tx, at place, c *contact.Contact) (bool, error) {
	if k == nil {
		return true, nil
	}
	if !k.RoutingCriteria.match(c.Criteria) {
		return false, nil
	}
	if g := k.AgentHierarchyGroups; g != nil {
		if ok, err := g.match(t, at, c.Agent); err != nil || !ok {
			return false, err
		}
	}
	if k.ContactAnalysis == nil || k.ContactAnalysis.Transcript == nil {
		return true, nil
	}
	messages, err := t.Messages(c.ID)
	return err == nil && k.ContactAnalysis.Transcript.match(messages), err
}

// match tells whether the agent lies in one of the groups of each level that is named.
func (g *levelGroups) match(t *store.Tx, at place, a *contact.Agent) (bool, error) {
	if a == nil {
		return false, nil
	}
	u, err := store.Load[resource.User](t, resource.KindUser, a.ID)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	p, err := pathOf(t, at, u.Group)
	if err != nil || p == nil {
		return false, err
	}
	for _, l := range []struct {
		ids []string
		in  *hierarchyGroupSummary
	}{{g.L1Ids, p.LevelOne}, {g.L2Ids, p.LevelTwo}, {g.L3Ids, p.LevelThree}, {g.L4Ids, p.LevelFour}, {g.L5Ids, p.LevelFive}} {
		if len(l.ids) > 0 && (l.in == nil || !slices.Contains(l.ids, l.in.Id)) {
			return false, nil
		}
	}
	return true, nil
}

// match looks for words in what was written. What an agent wrote is an agent's,
// what the customer wrote the customer's, and all else the system's or a bot's.
func (q *transcript) match(messages []*contact.Message) bool {
	return matches(q.MatchType, len(q.Criteria), func(i int) bool {
		want := q.Criteria[i]
		var said []string
		for _, m := range messages {
			role := "SYSTEM"
			switch {
			case m.Direction == "INBOUND":
				role = "CUSTOMER"
			case m.By != "":
				role = "AGENT"
			}
			if role == want.ParticipantRole || role == "SYSTEM" && want.ParticipantRole == "CUSTOM_BOT" {
				said = append(said, strings.ToLower(m.Text))
			}
		}
		return matches(want.MatchType, len(want.SearchText), func(k int) bool {
			text := strings.ToLower(want.SearchText[k])
			return slices.ContainsFunc(said, func(s string) bool {
				return want.MatchType == "MATCH_EXACT" && s == text || want.MatchType != "MATCH_EXACT" && strings.Contains(s, text)
			})
		})
	})
}

// match tells whether the routing criteria of a contact name the agents.
func (q *searchedCriteria) match(k *contact.Criteria) bool {
	if q == nil {
		return true
	}
	var named []string
	if k != nil {
		for i := range k.Steps {
			named = agentsIn(&k.Steps[i].Expression, named)
		}
	}
	for _, s := range q.Steps {
		if a := s.AgentCriteria; a != nil && !matches(a.MatchType, len(a.AgentIds), func(i int) bool { return slices.Contains(named, a.AgentIds[i]) }) {
			return false
		}
	}
	return true
}

// agentsIn adds the agents that an expression names to list.
func agentsIn(e *contact.Expression, list []string) []string {
	for _, p := range []*contact.Proficient{e.Attribute, e.Not} {
		if p != nil {
			list = append(list, p.Agents...)
		}
	}
	for _, more := range [][]contact.Expression{e.And, e.Or} {
		for i := range more {
			list = agentsIn(&more[i], list)
		}
	}
	return list
}
