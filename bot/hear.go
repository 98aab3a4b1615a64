package bot

import (
	"encoding/json"
	"maps"
	"regexp"
	"strings"
	"time"
)

// Dialog states, as the reference $.Lex.DialogState has them.
const (
	ElicitIntent  = "ElicitIntent"
	ElicitSlot    = "ElicitSlot"
	ConfirmIntent = "ConfirmIntent"
	Ready         = "ReadyForFulfillment"
	Failed        = "Failed"
)

// Heard is what the bot understood.
type Heard struct {
	Intent     string
	Score      float64           // 0..1; 0 for FallbackIntent
	Slots      map[string]string // filled ones
	Session    map[string]string
	Dialog     string // ElicitIntent…
	Reply      string // what the bot says, before it goes on or ends
	State      json.RawMessage
	Alternates []Heard // intents that fit less well, the best first
}

// state is what the bot remembers between two utterances.
type state struct {
	Intent string            `json:"intent,omitempty"`
	Score  float64           `json:"score,omitempty"`
	Slots  map[string]string `json:"slots,omitempty"`
	Ask    string            `json:"ask,omitempty"`     // the slot that was asked for
	Yes    bool              `json:"confirm,omitempty"` // a yes was asked for
	Tries  int               `json:"tries,omitempty"`   // of the present question, or without an intent
}

// hearing is what the types of slots need to know.
type hearing struct {
	at       time.Time
	dayFirst bool
}

// Hear understands text. state is what the last Heard gave, nil at first;
// session are the session attributes, which are not changed; at is the present
// time, in the time zone in which "tomorrow" is meant. A state that cannot be
// read counts as none.
func (b *Bot) Hear(text string, st json.RawMessage, session map[string]string, at time.Time) Heard {
	var s state
	if len(st) > 0 && json.Unmarshal(st, &s) != nil {
		s = state{}
	}
	t := &talk{b: b, s: s, h: hearing{at, b.dayFirst}, session: maps.Clone(session)}
	if t.session == nil {
		t.session = map[string]string{}
	}
	t.text = clip(text)
	t.words = words(t.text)
	in := b.named(s.Intent)
	switch {
	case in == nil:
		return t.open()
	case s.Yes:
		return t.confirmed(in)
	case in.slot(s.Ask) != nil:
		return t.answered(in, in.slot(s.Ask))
	}
	return t.open()
}

// named finds an intent by its name.
func (b *Bot) named(name string) *intent {
	for i := range b.intents {
		if b.intents[i].Name == name {
			return &b.intents[i]
		}
	}
	return nil
}

// A talk is one utterance being understood.
type talk struct {
	b       *Bot
	s       state
	h       hearing
	text    string
	words   []word
	session map[string]string
	others  []Heard
}

// open hears an utterance that answers no question of ours.
func (t *talk) open() Heard {
	// Most answers are an example word for word: they need no comparing.
	if i, ok := t.b.exact[plain(t.words)]; ok {
		return t.take(match{intent: &t.b.intents[i], score: 1})
	}
	m := t.b.best(t.text, t.words, t.h)
	if len(m) == 0 || m[0].score < t.b.threshold {
		t.alternates(m)
		return t.nothing()
	}
	t.alternates(m[1:])
	return t.take(m[0])
}

func (t *talk) alternates(m []match) {
	for _, o := range m[:min(len(m), 4)] { // Lex names up to four
		t.others = append(t.others, Heard{Intent: o.intent.Name, Score: o.score, Slots: o.slots})
	}
}

// nothing fits: the customer may try again, or FallbackIntent is heard.
func (t *talk) nothing() Heard {
	f := t.b.def.Fallback
	if t.s.Tries < f.Retries {
		t.s = state{Tries: t.s.Tries + 1}
		return t.say(ElicitIntent, f.Reply)
	}
	t.s = state{Intent: FallbackIntent}
	return t.say(Ready, f.Reply)
}

// take begins an intent with the slots that the utterance gave.
func (t *talk) take(m match) Heard {
	t.s = state{Intent: m.intent.Name, Score: m.score, Slots: m.slots}
	if t.s.Slots == nil {
		t.s.Slots = map[string]string{}
	}
	return t.next(m.intent)
}

// next asks for what is missing, then for a yes, then is ready.
func (t *talk) next(in *intent) Heard {
	t.s.Ask, t.s.Yes, t.s.Tries = "", false, 0
	for i := range in.Slots {
		s := &in.Slots[i]
		if _, ok := t.s.Slots[s.Name]; ok {
			continue
		}
		if s.Default != "" {
			t.s.Slots[s.Name] = s.Default
		} else if s.Required {
			t.s.Ask = s.Name
			return t.say(ElicitSlot, s.Prompt)
		}
	}
	if in.Confirm != "" {
		t.s.Yes = true
		return t.say(ConfirmIntent, in.Confirm)
	}
	return t.ready(in)
}

func (t *talk) ready(in *intent) Heard {
	for k, v := range in.Session {
		t.session[k] = t.fill(v)
	}
	return t.say(Ready, in.Reply)
}

// answered hears the answer to the question for a slot.
func (t *talk) answered(in *intent, s *Slot) Heard {
	if t.s.Slots == nil {
		t.s.Slots = map[string]string{}
	}
	if v, ok := t.b.answer(in, s, t.text, t.words, t.h); ok {
		t.s.Slots[s.Name] = v
		return t.next(in)
	}
	if h, ok := t.switched(in); ok {
		return h
	}
	return t.again(ElicitSlot, s.Prompt, "")
}

// confirmed hears the answer to the question for a yes.
func (t *talk) confirmed(in *intent) Heard {
	switch v, _ := confirmation(t.text, t.words, t.h, true); v {
	case "Yes":
		return t.ready(in)
	case "No":
		return t.say(Failed, in.Declined)
	}
	if h, ok := t.switched(in); ok {
		return h
	}
	return t.again(ConfirmIntent, in.Confirm, in.Declined)
}

// switched takes another intent that fits very well, in place of the present one.
func (t *talk) switched(in *intent) (Heard, bool) {
	m := t.b.best(t.text, t.words, t.h)
	if len(m) == 0 || m[0].score < SwitchScore || m[0].intent == in {
		return Heard{}, false
	}
	t.alternates(m[1:])
	return t.take(m[0]), true
}

// again repeats a question until its retries are used up.
func (t *talk) again(dialog, prompt, last string) Heard {
	if t.s.Tries >= t.b.retries {
		return t.say(Failed, last)
	}
	t.s.Tries++
	return t.say(dialog, prompt)
}

// say ends the turn. A state is handed on only while the bot still asks.
func (t *talk) say(dialog, reply string) Heard {
	h := Heard{Intent: t.s.Intent, Score: t.s.Score, Slots: t.s.Slots, Session: t.session,
		Dialog: dialog, Reply: t.fill(reply), Alternates: t.others}
	switch dialog {
	case ElicitIntent, ElicitSlot, ConfirmIntent:
		h.State, _ = json.Marshal(t.s) // strings and numbers: it cannot fail
	}
	return h
}

var mark = regexp.MustCompile(`\{\s*[A-Za-z0-9_.-]+\s*\}|\[\s*[A-Za-z0-9_.:-]+\s*\]`)

// fill puts values of slots in the place of {slot} and session attributes in
// that of [name]. Marks that name neither stay as they are.
func (t *talk) fill(s string) string {
	if !strings.ContainsAny(s, "{[") {
		return s
	}
	in := t.b.named(t.s.Intent)
	return mark.ReplaceAllStringFunc(s, func(m string) string {
		name := strings.TrimSpace(m[1 : len(m)-1])
		if m[0] == '{' {
			if v, ok := t.s.Slots[name]; ok || in != nil && in.slot(name) != nil {
				return v
			}
		} else if v, ok := t.session[name]; ok {
			return v
		}
		return m
	})
}
