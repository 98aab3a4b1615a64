// Package bot is the local bot: it understands an utterance by the examples
// that its definition gives, fills slots, asks for what is missing and for a
// yes, in the manner of Amazon Lex V2.
//
// It is pure: what it must remember of a conversation goes out as State and
// comes in again; it reads no clock and keeps nothing. It does not learn, has no
// language model, and asks no service.
package bot

import (
	"regexp"
	"strings"

	"outdial/fault"
)

// FallbackIntent is the intent that is heard when nothing fits, as Lex names it.
const FallbackIntent = "FallbackIntent"

// Bounds of a definition and of what is heard.
const (
	// MaxText is how many characters of an utterance are read; Lex takes 1,024.
	// https://docs.aws.amazon.com/lexv2/latest/APIReference/API_runtime_RecognizeText.html
	MaxText = 1024
	// DefaultThreshold is the score below which nothing fits.
	DefaultThreshold = 0.5
	// DefaultRetries is how often a slot or a yes is asked for again.
	DefaultRetries = 2
	// SwitchScore is how well another intent must fit to be taken in the middle
	// of a question about this one.
	SwitchScore = 0.9
)

// A Definition is what the operator writes about a bot.
type Definition struct {
	Name string `yaml:"name,omitempty" json:"name"`
	// Locale is that of the examples, "en_US" when empty: it decides whether
	// 3/4 is in March or in April.
	Locale  string   `yaml:"locale,omitempty" json:"locale,omitempty"`
	Intents []Intent `yaml:"intents,omitempty" json:"intents"`
	// Fallback is what happens when nothing fits.
	Fallback Fallback `yaml:"fallback,omitempty" json:"fallback,omitzero"`
	Types    []Type   `yaml:"types,omitempty" json:"types,omitempty"`
	// Threshold is the least score of an intent, 0..1; 0 is DefaultThreshold.
	Threshold float64 `yaml:"threshold,omitempty" json:"threshold,omitempty"`
	// Retries is how often a slot or a yes is asked for again; nil is
	// DefaultRetries.
	Retries *int `yaml:"maxRetries,omitempty" json:"maxRetries,omitempty"`
}

// An Intent is something that a customer may want.
type Intent struct {
	Name string `yaml:"name" json:"name"`
	// Utterances are examples; {slot} stands for the value of a slot.
	Utterances []string `yaml:"utterances,omitempty" json:"utterances,omitempty"`
	Slots      []Slot   `yaml:"slots,omitempty" json:"slots,omitempty"`
	// Confirm asks for a yes once the slots are filled; "" does not ask.
	Confirm string `yaml:"confirm,omitempty" json:"confirm,omitempty"`
	// Declined is said after a no.
	Declined string `yaml:"declined,omitempty" json:"declined,omitempty"`
	// Reply is said at the end. Here and in each prompt {slot} is the slot's
	// value and [name] is a session attribute.
	Reply string `yaml:"reply,omitempty" json:"reply,omitempty"`
	// Session are session attributes that the intent sets when it is done.
	Session map[string]string `yaml:"session,omitempty" json:"session,omitempty"`
}

// A Slot is something that the bot must know, or would like to know.
type Slot struct {
	Name string `yaml:"name" json:"name"`
	// Type is a built-in type ("AMAZON.Date") or one of the definition's.
	Type     string `yaml:"type" json:"type"`
	Prompt   string `yaml:"prompt,omitempty" json:"prompt,omitempty"`
	Required bool   `yaml:"required,omitempty" json:"required,omitempty"`
	// Pattern is a regular expression that the whole value must match.
	Pattern string `yaml:"pattern,omitempty" json:"pattern,omitempty"`
	// Default is taken where nothing was said; a required slot that has one is
	// not asked for.
	Default string `yaml:"default,omitempty" json:"default,omitempty"`
}

// A Type is a slot type of the definition's own.
type Type struct {
	Name   string  `yaml:"name" json:"name"`
	Values []Value `yaml:"values" json:"values"`
	// Open takes any answer when asked for, not only the values.
	Open bool `yaml:"open,omitempty" json:"open,omitempty"`
}

// A Value is one value of a type, and other words for it.
type Value struct {
	Value    string   `yaml:"value" json:"value"`
	Synonyms []string `yaml:"synonyms,omitempty" json:"synonyms,omitempty"`
}

// A Fallback is what happens when nothing fits.
type Fallback struct {
	// Reply is said each time; the last time too.
	Reply string `yaml:"reply,omitempty" json:"reply,omitempty"`
	// Retries is how often the customer may try again before FallbackIntent is
	// heard; 0 is at once, as Lex V2 does.
	Retries int `yaml:"retries,omitempty" json:"retries,omitempty"`
}

// A Bot is a definition, made ready. It may be used by many at once.
type Bot struct {
	def       Definition
	intents   []intent
	exact     map[string]int // an example without slots, plain: its intent's place
	types     map[string]*customType
	threshold float64
	retries   int
	dayFirst  bool
}

type intent struct {
	Intent
	examples []example
	patterns map[string]*regexp.Regexp // by slot
}

func (i *intent) slot(name string) *Slot {
	for k := range i.Slots {
		if i.Slots[k].Name == name {
			return &i.Slots[k]
		}
	}
	return nil
}

// stock are the examples of Lex's built-in intents, for those that are named
// without examples. https://docs.aws.amazon.com/lexv2/latest/dg/built-in-intents.html
var stock = map[string][]string{
	"AMAZON.CancelIntent": {"cancel", "never mind", "forget it"},
	"AMAZON.HelpIntent":   {"help", "help me", "can you help me"},
	"AMAZON.StopIntent":   {"stop", "off", "shut up"},
	"AMAZON.RepeatIntent": {"repeat", "say that again", "repeat that"},
	"AMAZON.PauseIntent":  {"pause", "pause that"},
	"AMAZON.ResumeIntent": {"resume", "continue", "keep going"},
}

// New checks a definition and makes a bot of it. The error, of kind
// fault.Invalid, names the first thing that is wrong.
func New(d Definition) (*Bot, error) {
	b := &Bot{def: d, exact: map[string]int{}, types: map[string]*customType{}, threshold: DefaultThreshold, retries: DefaultRetries}
	if d.Threshold < 0 || d.Threshold > 1 {
		return nil, fault.New(fault.Invalid, "threshold: between 0 and 1, not %v", d.Threshold)
	}
	if d.Threshold > 0 {
		b.threshold = d.Threshold
	}
	if d.Retries != nil {
		if *d.Retries < 0 {
			return nil, fault.New(fault.Invalid, "maxRetries: at least 0, not %d", *d.Retries)
		}
		b.retries = *d.Retries
	}
	// The United States write the month first; most others do not.
	b.dayFirst = d.Locale != "" && !strings.HasSuffix(strings.ReplaceAll(d.Locale, "-", "_"), "_US")
	for i, t := range d.Types {
		if t.Name == "" || b.types[t.Name] != nil || strings.HasPrefix(t.Name, "AMAZON.") {
			return nil, fault.New(fault.Invalid, "types[%d].name: a name of its own is needed, not %q", i, t.Name)
		}
		c, err := newCustomType(t)
		if err != nil {
			return nil, err
		}
		b.types[t.Name] = c
	}
	if len(d.Intents) == 0 {
		return nil, fault.New(fault.Invalid, "intents: at least one is needed")
	}
	seen := map[string]bool{FallbackIntent: true, "AMAZON.FallbackIntent": true}
	for i, in := range d.Intents {
		if in.Name == "" || seen[in.Name] {
			return nil, fault.New(fault.Invalid, "intents[%d].name: a name of its own is needed, not %q", i, in.Name)
		}
		seen[in.Name] = true
		got, err := b.newIntent(in)
		if err != nil {
			return nil, err
		}
		for _, e := range got.examples {
			if _, ok := b.exact[e.plain]; !ok && len(e.slots) == 0 && e.plain != "" {
				b.exact[e.plain] = i
			}
		}
		b.intents = append(b.intents, *got)
	}
	return b, nil
}

func (b *Bot) newIntent(in Intent) (*intent, error) {
	out := &intent{Intent: in, patterns: map[string]*regexp.Regexp{}}
	names := map[string]bool{}
	for _, s := range in.Slots {
		if s.Name == "" || names[s.Name] {
			return nil, fault.New(fault.Invalid, "intent %s: a slot's name must be its own, not %q", in.Name, s.Name)
		}
		names[s.Name] = true
		if builtin[s.Type] == nil && b.types[s.Type] == nil {
			return nil, fault.New(fault.Invalid, "intent %s: slot %s: no type %q", in.Name, s.Name, s.Type)
		}
		if s.Required && s.Prompt == "" && s.Default == "" {
			return nil, fault.New(fault.Invalid, "intent %s: slot %s: required, but without a prompt", in.Name, s.Name)
		}
		if s.Pattern != "" {
			re, err := regexp.Compile(`^(?:` + s.Pattern + `)$`)
			if err != nil {
				return nil, fault.Wrap(fault.Invalid, err, "intent %s: slot %s: pattern %q", in.Name, s.Name, s.Pattern)
			}
			out.patterns[s.Name] = re
		}
	}
	if len(in.Utterances) == 0 {
		in.Utterances = stock[in.Name]
	}
	if len(in.Utterances) == 0 {
		return nil, fault.New(fault.Invalid, "intent %s: at least one utterance is needed", in.Name)
	}
	for _, u := range in.Utterances {
		e, err := newExample(u, names)
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "intent %s", in.Name)
		}
		out.examples = append(out.examples, *e)
	}
	return out, nil
}
