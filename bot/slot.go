package bot

import (
	"strings"

	"outdial/fault"
)

// A resolver reads a value of a slot type. asked is true when the text answers
// the question for the slot; else it is a run of words within a sentence.
type resolver func(text string, w []word, h hearing, asked bool) (string, bool)

// builtin are the slot types that Lex V2 has, in English.
// https://docs.aws.amazon.com/lexv2/latest/dg/howitworks-builtins-slots.html
var builtin = map[string]resolver{
	"AMAZON.AlphaNumeric":  alphaNumeric,
	"AMAZON.City":          name,
	"AMAZON.Confirmation":  confirmation,
	"AMAZON.Country":       name,
	"AMAZON.Date":          date,
	"AMAZON.Duration":      duration,
	"AMAZON.EmailAddress":  email,
	"AMAZON.FirstName":     name,
	"AMAZON.FreeFormInput": freeForm,
	"AMAZON.LastName":      name,
	"AMAZON.Number":        number,
	"AMAZON.Percentage":    percentage,
	"AMAZON.PhoneNumber":   phone,
	"AMAZON.State":         name,
	"AMAZON.StreetName":    name,
	"AMAZON.Time":          clock,
	"AMAZON.UKPostalCode":  ukPostalCode,
	"AMAZON.YesNo":         yesNo, // not Lex's, but many bots have one of this kind
}

// looseTypes take nearly any words, so that a sentence's own words must bound them.
var looseTypes = map[string]bool{
	"AMAZON.AlphaNumeric": true, "AMAZON.City": true, "AMAZON.Country": true, "AMAZON.FirstName": true,
	"AMAZON.FreeFormInput": true, "AMAZON.LastName": true, "AMAZON.State": true, "AMAZON.StreetName": true,
}

func (b *Bot) loose(typ string) bool { return looseTypes[typ] }

// resolve reads a value of slot s out of a run of words.
func (b *Bot) resolve(in *intent, s *Slot, text string, w []word, h hearing, asked bool) (string, bool) {
	var v string
	var ok bool
	if c := b.types[s.Type]; c != nil {
		v, ok = c.resolve(text, w, asked)
	} else {
		v, ok = builtin[s.Type](text, w, h, asked)
	}
	if re := in.patterns[s.Name]; ok && re != nil && !re.MatchString(v) {
		return "", false
	}
	return v, ok
}

// answer reads a value of s out of the answer to its question: the whole of it,
// or else the longest run of words that is one.
func (b *Bot) answer(in *intent, s *Slot, text string, w []word, h hearing) (string, bool) {
	if strings.TrimSpace(text) == "" {
		return "", false
	}
	if v, ok := b.resolve(in, s, text, w, h, true); ok {
		return v, true
	}
	for n := min(len(w)-1, maxSpan); n > 0; n-- {
		for i := 0; i+n <= len(w); i++ {
			if v, ok := b.resolve(in, s, passage(text, w[i:i+n]), w[i:i+n], h, false); ok {
				return v, true
			}
		}
	}
	return "", false
}

// passage gives the text of a run of words, with the sign before it and the
// per cent sign behind it.
func passage(text string, w []word) string {
	from, to := w[0].start, w[len(w)-1].end
	if from > 0 && strings.ContainsRune("+-(", rune(text[from-1])) && (from == 1 || text[from-2] == ' ' || text[from-2] == '(') {
		from--
	}
	if to < len(text) && text[to] == '%' {
		to++
	}
	return text[from:to]
}

// A customType is a type of the definition's, made ready.
type customType struct {
	Type
	forms []form
}

type form struct {
	plain string
	words []string
	value string
}

func newCustomType(t Type) (*customType, error) {
	c := &customType{Type: t}
	if len(t.Values) == 0 && !t.Open {
		return nil, fault.New(fault.Invalid, "type %s: at least one value is needed", t.Name)
	}
	for _, v := range t.Values {
		if strings.TrimSpace(v.Value) == "" {
			return nil, fault.New(fault.Invalid, "type %s: an empty value", t.Name)
		}
		for _, s := range append([]string{v.Value}, v.Synonyms...) {
			w := words(s)
			c.forms = append(c.forms, form{plain(w), pieces(w), v.Value})
		}
	}
	return c, nil
}

// resolve finds the value that the words name; with slips of the finger when
// they do not name one exactly.
func (c *customType) resolve(text string, w []word, asked bool) (string, bool) {
	p := plain(w)
	for i := range c.forms {
		if c.forms[i].plain == p && p != "" {
			return c.forms[i].value, true
		}
	}
	for i := range c.forms {
		if near(c.forms[i].words, w) {
			return c.forms[i].value, true
		}
	}
	if t := strings.TrimSpace(text); c.Open && asked && t != "" {
		return t, true
	}
	return "", false
}

// near tells whether w is words, slips of the finger forgiven.
func near(words []string, w []word) bool {
	if len(words) != len(w) || len(w) == 0 {
		return false
	}
	for i := range w {
		if alike(words[i], w[i].text) == 0 {
			return false
		}
	}
	return true
}

// Words that Lex's AMAZON.Confirmation knows, and more of their kind.
var confirmations = map[string]string{
	"yes": "Yes", "y": "Yes", "yeah": "Yes", "yep": "Yes", "yup": "Yes", "ya": "Yes", "yea": "Yes", "sure": "Yes",
	"ok": "Yes", "okay": "Yes", "k": "Yes", "correct": "Yes", "right": "Yes", "confirm": "Yes", "confirmed": "Yes",
	"absolutely": "Yes", "definitely": "Yes", "certainly": "Yes", "of course": "Yes", "please do": "Yes",
	"that is correct": "Yes", "thats correct": "Yes", "thats right": "Yes", "that is right": "Yes", "affirmative": "Yes",
	"sounds good": "Yes", "fine": "Yes", "go ahead": "Yes", "do it": "Yes", "1": "Yes", "true": "Yes", "exactly": "Yes",
	"no": "No", "n": "No", "nope": "No", "nah": "No", "not": "No", "never": "No", "wrong": "No", "incorrect": "No",
	"cancel": "No", "negative": "No", "no way": "No", "dont": "No", "not really": "No", "that is wrong": "No",
	"thats wrong": "No", "2": "No", "false": "No", "not correct": "No", "not right": "No",
	"maybe": "Maybe", "perhaps": "Maybe", "possibly": "Maybe", "not sure": "Don't know", "i dont know": "Don't know",
	"dont know": "Don't know", "no idea": "Don't know", "dunno": "Don't know", "unsure": "Don't know",
}

// confirmation reads Yes, No, Maybe or Don't know. A sentence is read by the
// words in it, and a No in it outweighs a Yes ("no, that is not right").
func confirmation(_ string, w []word, _ hearing, asked bool) (string, bool) {
	var kept []word
	for i := range w {
		if !(light[w[i].text] && w[i].text != "i") || len(w) == 1 {
			kept = append(kept, w[i])
		}
	}
	for _, p := range []string{plain(w), plain(kept)} {
		if v, ok := confirmations[p]; ok {
			return v, true
		}
	}
	if !asked {
		return "", false
	}
	found := ""
	for n := min(len(w), 3); n > 0; n-- {
		for i := 0; i+n <= len(w); i++ {
			v, ok := confirmations[plain(w[i:i+n])]
			switch {
			case !ok || n == 1 && isNumber(w[i].text):
			case n > 1 && found == "":
				return v, true
			case found == "" || v == "No":
				found = v
			}
		}
	}
	return found, found != ""
}

// yesNo reads Yes or No.
func yesNo(text string, w []word, h hearing, asked bool) (string, bool) {
	v, ok := confirmation(text, w, h, asked)
	return v, ok && (v == "Yes" || v == "No")
}
