package play

import (
	"encoding/json"
	"strconv"
	"strings"
)

// An offering is a view as a contact keeps it while it is shown.
type offering struct {
	View struct {
		Fields []struct {
			Name   string
			Values []string
		}
		Offers []struct{ Label, Action string }
	}
	At int
}

// offered notes what a view offers.
func (x *explorer) offered(a *actor, n node) {
	if n.view == nil {
		return
	}
	key := [2]string{a.c.Position.Flow, a.c.Position.Action}
	if x.got.offers[key] == nil {
		x.got.offers[key] = map[string]bool{}
	}
	for _, o := range n.view.View.Offers {
		x.got.offers[key][o.Action] = true
	}
}

// views are what a customer might do at a view: say something that it does not
// offer; leave it as it is by each action; fill its form in several ways, and
// leave it then.
func (x *explorer) views(who int, v *offering) []move {
	out := []move{func(s *Stage) { s.say(other) }}
	ways := 1
	for i := range v.View.Fields {
		ways = max(ways, len(v.View.Fields[i].Values), len(x.wanted(v.View.Fields[i].Name)))
	}
	if v.At >= len(v.View.Fields) {
		ways = 0
	}
	for i, o := range v.View.Offers {
		if ways == 0 {
			out = append(out, func(s *Stage) { s.say(strconv.Itoa(i + 1)) })
			continue
		}
		out = append(out, func(s *Stage) { s.say(o.Label) })
		for k := -1; k < min(ways, 6); k++ {
			out = append(out, func(s *Stage) {
				x.fillIn(s, who, k)
				s.say(strconv.Itoa(i + 1))
			})
		}
	}
	return out
}

// wanted are the values that flows compare a field of a view with.
func (x *explorer) wanted(name string) []string {
	var out []string
	for _, key := range sortedNames(x.wants.values) {
		if strings.HasPrefix(key, "Views.") && strings.HasSuffix(key, "."+name) {
			out = append(out, x.wants.values[key]...)
		}
	}
	return out
}

// fillIn answers all fields of the form that is shown: each with its k-th value,
// or with nothing where k is -1 and it may be left out.
func (x *explorer) fillIn(s *Stage, who, k int) {
	at := -1
	for {
		var v offering
		if !s.cast[who].c.Open() || json.Unmarshal(s.cast[who].c.Position.State, &v) != nil || v.At >= len(v.View.Fields) {
			return
		}
		f := v.View.Fields[v.At]
		text := other
		switch want := append(x.wanted(f.Name), f.Values...); {
		case k < 0 && v.At != at:
			text = "-"
		case len(want) > 0:
			text = want[max(k, 0)%len(want)]
		}
		if v.At == at && text == other {
			return // it is asked for again
		}
		at = v.At
		if s.say(text) != nil {
			return
		}
	}
}
