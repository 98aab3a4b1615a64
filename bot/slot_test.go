package bot

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

func TestSlots(t *testing.T) {
	for _, c := range []struct{ typ, text, want string }{ // "" where it is no value
		{"AMAZON.Number", "42", "42"},
		{"AMAZON.Number", "1,234.50", "1234.50"},
		{"AMAZON.Number", "-3", "-3"},
		{"AMAZON.Number", "minus three", "-3"},
		{"AMAZON.Number", "twenty-one", "21"},
		{"AMAZON.Number", "two hundred and five", "205"},
		{"AMAZON.Number", "one thousand two hundred", "1200"},
		{"AMAZON.Number", "3 million", "3000000"},
		{"AMAZON.Number", "a dozen", "12"},
		{"AMAZON.Number", "one two three", "123"},
		{"AMAZON.Number", "I would say about 7 of them", "7"},
		{"AMAZON.Number", "10k", "10000"},
		{"AMAZON.Number", "٣٤", "34"},
		{"AMAZON.Number", "many", ""},
		{"AMAZON.Date", "today", "2026-10-14"},
		{"AMAZON.Date", "Tomorrow!", "2026-10-15"},
		{"AMAZON.Date", "the day after tomorrow", "2026-10-16"},
		{"AMAZON.Date", "yesterday", "2026-10-13"},
		{"AMAZON.Date", "friday", "2026-10-16"},
		{"AMAZON.Date", "wednesday", "2026-10-21"},
		{"AMAZON.Date", "next friday", "2026-10-23"},
		{"AMAZON.Date", "next monday", "2026-10-19"},
		{"AMAZON.Date", "last monday", "2026-10-12"},
		{"AMAZON.Date", "last wednesday", "2026-10-07"},
		{"AMAZON.Date", "in three days", "2026-10-17"},
		{"AMAZON.Date", "in a week", "2026-10-21"},
		{"AMAZON.Date", "2 weeks ago", "2026-09-30"},
		{"AMAZON.Date", "2026-12-24", "2026-12-24"},
		{"AMAZON.Date", "2026-13-24", ""},
		{"AMAZON.Date", "12/24/2026", "2026-12-24"},
		{"AMAZON.Date", "24/12/2026", "2026-12-24"},
		{"AMAZON.Date", "3/4", "2027-03-04"},
		{"AMAZON.Date", "October 14th", "2026-10-14"},
		{"AMAZON.Date", "13 October", "2027-10-13"},
		{"AMAZON.Date", "the twenty first of November", "2026-11-21"},
		{"AMAZON.Date", "Fri, Dec 25 2026", "2026-12-25"},
		{"AMAZON.Date", "29 February", "2028-02-29"},
		{"AMAZON.Date", "31 June", ""},
		{"AMAZON.Date", "the 3rd", "2026-11-03"},
		{"AMAZON.Date", "maybe on friday if you like", "2026-10-16"},
		{"AMAZON.Date", "soon", ""},
		{"AMAZON.Date", "this weekend", "2026-10-17"},
		{"AMAZON.Time", "17:30", "17:30"},
		{"AMAZON.Time", "5pm", "17:00"},
		{"AMAZON.Time", "5:15 a.m.", "05:15"},
		{"AMAZON.Time", "12 am", "00:00"},
		{"AMAZON.Time", "12 pm", "12:00"},
		{"AMAZON.Time", "noon", "12:00"},
		{"AMAZON.Time", "half past five", "17:30"},
		{"AMAZON.Time", "quarter to nine in the morning", "08:45"},
		{"AMAZON.Time", "ten past six in the evening", "18:10"},
		{"AMAZON.Time", "five thirty pm", "17:30"},
		{"AMAZON.Time", "at nine", "09:00"},
		{"AMAZON.Time", "5", "17:00"},
		{"AMAZON.Time", "11", "11:00"},
		{"AMAZON.Time", "in the morning", "MO"},
		{"AMAZON.Time", "25:00", ""},
		{"AMAZON.Time", "13 pm", ""},
		{"AMAZON.Time", "whenever", ""},
		{"AMAZON.PhoneNumber", "+1 (206) 555-0100", "+12065550100"},
		{"AMAZON.PhoneNumber", "it is 206.555.0100", "2065550100"},
		{"AMAZON.PhoneNumber", "two oh six double five five", "206555"},
		{"AMAZON.PhoneNumber", "none", ""},
		{"AMAZON.EmailAddress", "write to ann.lee+x@example.co.uk please", "ann.lee+x@example.co.uk"},
		{"AMAZON.EmailAddress", "ann at example dot com", "ann@example.com"},
		{"AMAZON.EmailAddress", "ann@", ""},
		{"AMAZON.AlphaNumeric", "A B C 1 2 3", "abc123"},
		{"AMAZON.AlphaNumeric", "my code is AB-12", "ab12"},
		{"AMAZON.AlphaNumeric", "I think it was x7y9z", "x7y9z"},
		{"AMAZON.Confirmation", "yep", "Yes"},
		{"AMAZON.Confirmation", "no, that is not right", "No"},
		{"AMAZON.Confirmation", "I don't know", "Don't know"},
		{"AMAZON.Confirmation", "perhaps", "Maybe"},
		{"AMAZON.Confirmation", "yes please", "Yes"},
		{"AMAZON.Confirmation", "purple", ""},
		{"AMAZON.YesNo", "perhaps", ""},
		{"AMAZON.YesNo", "👍", "Yes"},
		{"AMAZON.FirstName", "my name is Zoë", "Zoë"},
		{"AMAZON.FirstName", "ann", "Ann"},
		{"AMAZON.LastName", "O'Brien-Smith", "O'Brien-Smith"},
		{"AMAZON.LastName", "42", ""},
		{"AMAZON.City", "new york", "New York"},
		{"AMAZON.Percentage", "50%", "50"},
		{"AMAZON.Percentage", "around fifty percent", "50"},
		{"AMAZON.Duration", "an hour and a half", "PT1H30M"},
		{"AMAZON.Duration", "2 hours and 30 minutes", "PT2H30M"},
		{"AMAZON.Duration", "three days", "P3D"},
		{"AMAZON.UKPostalCode", "sw1a1aa", "SW1A 1AA"},
		{"AMAZON.FreeFormInput", " Anything, really… ", "Anything, really…"},
	} {
		b := mustNew(t, Definition{Intents: []Intent{{Name: "I", Utterances: []string{"go"},
			Slots: []Slot{{Name: "s", Type: c.typ, Required: true, Prompt: "?"}}}}})
		h := b.Hear("go", nil, nil, at)
		h = b.Hear(c.text, h.State, nil, at)
		if got := h.Slots["s"]; got != c.want {
			t.Errorf("%s %q: %q, not %q", c.typ, c.text, got, c.want)
		}
	}
}

func TestDayFirst(t *testing.T) {
	for locale, want := range map[string]string{"en_GB": "2027-04-03", "en_US": "2027-03-04", "": "2027-03-04", "de-DE": "2027-04-03"} {
		b := mustNew(t, Definition{Locale: locale, Intents: []Intent{{Name: "I", Utterances: []string{"on {d}"}, Slots: []Slot{{Name: "d", Type: "AMAZON.Date"}}}}})
		if h := b.Hear("on 3/4", nil, nil, at); h.Slots["d"] != want {
			t.Errorf("%s: %q, not %q", locale, h.Slots["d"], want)
		}
	}
}

func TestSlotsInSentences(t *testing.T) {
	b := mustNew(t, Definition{
		Types: []Type{{Name: "Size", Values: []Value{{Value: "small"}, {Value: "large", Synonyms: []string{"big", "extra large"}}}}},
		Intents: []Intent{
			{Name: "Order", Utterances: []string{"I want {n} {size} pizzas", "order {n} pizzas", "a {size} one"},
				Slots: []Slot{{Name: "n", Type: "AMAZON.Number"}, {Name: "size", Type: "Size"}}},
			{Name: "Name", Utterances: []string{"my name is {first}", "call {first} on {phone}"},
				Slots: []Slot{{Name: "first", Type: "AMAZON.FirstName"}, {Name: "phone", Type: "AMAZON.PhoneNumber"}}},
			{Name: "Code", Utterances: []string{"{code}"}, Slots: []Slot{{Name: "code", Type: "AMAZON.AlphaNumeric", Pattern: "[a-z]{2}[0-9]{4}"}}},
		},
	})
	for _, c := range []struct{ text, intent, slots string }{
		{"I want two big pizzas", "Order", `{"n":"2","size":"large"}`},
		{"I'd want 12 extra large pizzas please", "Order", `{"n":"12","size":"large"}`},
		{"order 3 pizzas", "Order", `{"n":"3"}`},
		{"a smal one", "Order", `{"size":"small"}`},
		{"Hello, my name is Mary Ann", "Name", `{"first":"Mary Ann"}`},
		{"call Bob on +1 206 555 0100", "Name", `{"first":"Bob","phone":"+12065550100"}`},
		{"AB1234", "Code", `{"code":"ab1234"}`},
		{"AB12345", FallbackIntent, `null`},
	} {
		h := b.Hear(c.text, nil, nil, at)
		got, _ := json.Marshal(h.Slots)
		if h.Intent != c.intent || string(got) != c.slots {
			t.Errorf("%q: %s %s (%.2f), not %s %s", c.text, h.Intent, got, h.Score, c.intent, c.slots)
		}
	}
}

func FuzzHear(f *testing.F) {
	for _, s := range []string{"", "1", "friday at 5pm would be better", "half past", "the twenty first of", "\xff\xfe", "👍🏽👍",
		"minus", "a", "hundred hundred million billion thousand", "1.1.1.1", "12:60:99", "{day}", "[name]", "double", "in  days ago from now",
		"२०२६-१२-३१", "o'clock", "+", "at at dot", "99999999999999999999999999 weeks ago"} {
		f.Add(s, "")
	}
	f.Add("5pm", `{"intent":"Postpone","ask":"hour","slots":{"day":"x"}}`)
	f.Add("no", `{"intent":"Postpone","confirm":true,"tries":-5}`)
	d := appointment()
	names := []string{"AMAZON.Number", "AMAZON.PhoneNumber", "AMAZON.EmailAddress", "AMAZON.Duration", "AMAZON.Percentage", "AMAZON.UKPostalCode",
		"AMAZON.AlphaNumeric", "AMAZON.FirstName", "AMAZON.YesNo", "AMAZON.Date", "AMAZON.Time"}
	for _, n := range names {
		d.Intents = append(d.Intents, Intent{Name: n, Utterances: []string{"take {s} now", "{s} and {s2}"}, Slots: []Slot{{Name: "s", Type: n}, {Name: "s2", Type: n}}})
	}
	b, err := New(d)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, st string) {
		h := b.Hear(text, json.RawMessage(st), nil, at)
		if h.Dialog == "" || h.Intent == "" && h.Dialog != ElicitIntent {
			t.Errorf("%+v", h)
		}
		if !utf8.ValidString(h.Reply) && utf8.ValidString(st) {
			t.Errorf("reply %q", h.Reply)
		}
		again := b.Hear(text, json.RawMessage(st), nil, at)
		if again.Intent != h.Intent || again.Reply != h.Reply || again.Score != h.Score {
			t.Errorf("twice: %+v, %+v", h, again)
		}
		for n := range names {
			for _, r := range []bool{true, false} {
				if w := words(clip(text)); len(w) > 0 {
					builtin[names[n]](clip(text), w, hearing{at: at}, r)
				}
			}
		}
	})
}

func BenchmarkHear(b *testing.B) {
	bot, err := New(appointment())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		bot.Hear("Yes!", nil, nil, at)
	}
}
