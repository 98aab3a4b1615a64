package bot

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"outdial/fault"
)

// at is a Wednesday.
var at = time.Date(2026, 10, 14, 10, 30, 0, 0, time.UTC)

func appointment() Definition {
	return Definition{
		Name: "appointment",
		Intents: []Intent{
			{Name: "Confirm", Utterances: []string{"1", "yes", "confirm", "I will be there", "👍"}, Reply: "See you."},
			{Name: "Postpone", Utterances: []string{"2", "no", "another time", "can we move it to {day}", "{day} at {hour} would be better"},
				Slots: []Slot{
					{Name: "day", Type: "AMAZON.Date", Prompt: "Which day?", Required: true},
					{Name: "hour", Type: "AMAZON.Time", Prompt: "At what time on {day}?", Required: true},
					{Name: "who", Type: "Doctor", Default: "Grey"},
				},
				Confirm: "{day} at {hour} with Dr {who}?", Declined: "As you like, [name].", Reply: "Moved to {day}, {hour}.",
				Session: map[string]string{"moved": "{day}"}},
			{Name: "Ask", Utterances: []string{"where is it", "what is the address", "I have a question"}, Reply: "1 Main Street."},
			{Name: "AMAZON.HelpIntent"},
		},
		Types: []Type{{Name: "Doctor", Values: []Value{{Value: "Grey"}, {Value: "House", Synonyms: []string{"the rude one"}}}}},
	}
}

func mustNew(t *testing.T, d Definition) *Bot {
	t.Helper()
	b, err := New(d)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestIntents(t *testing.T) {
	b := mustNew(t, appointment())
	for _, c := range []struct{ text, intent string }{
		{"1", "Confirm"},
		{" 1. ", "Confirm"},
		{"1️⃣", "Confirm"},
		{"１", "Confirm"},
		{"YES!!", "Confirm"},
		{"yes please", "Confirm"},
		{"Yès", "Confirm"},
		{"👍🏽", "Confirm"},
		{"✅", "Confirm"},
		{"I confirm that I'm coming", "Confirm"},
		{"confrim", "Confirm"},
		{"i'll be there", "Confirm"},
		{"2", "Postpone"},
		{"👎", "Postpone"},
		{"no thanks", "Postpone"},
		{"another time would be better", "Postpone"},
		{"Can we move it to tomorrow?", "Postpone"},
		{"friday at 5pm would be better", "Postpone"},
		{"Where is it?", "Ask"},
		{"whats the adress", "Ask"},
		{"I have 1 question about 20 other things", "Ask"},
		{"help", "AMAZON.HelpIntent"},
		{"", FallbackIntent},
		{"   ", FallbackIntent},
		{"3", FallbackIntent},
		{"purple monkey dishwasher", FallbackIntent},
		{"🦄", FallbackIntent},
		{"I can't confirm", FallbackIntent},
	} {
		h := b.Hear(c.text, nil, nil, at)
		if h.Intent != c.intent {
			t.Errorf("%q: heard %s (%.2f), not %s; others %v", c.text, h.Intent, h.Score, c.intent, h.Alternates)
		}
		if h.Score < 0 || h.Score > 1 {
			t.Errorf("%q: score %v", c.text, h.Score)
		}
	}
}

// turn is one line of a dialog with a bot.
type turn struct{ say, dialog, reply string }

func talkThrough(t *testing.T, b *Bot, session map[string]string, turns []turn) Heard {
	t.Helper()
	var st json.RawMessage
	var h Heard
	for i, u := range turns {
		h = b.Hear(u.say, st, session, at)
		if h.Dialog != u.dialog || h.Reply != u.reply {
			t.Fatalf("turn %d, %q: %s %q, not %s %q", i, u.say, h.Dialog, h.Reply, u.dialog, u.reply)
		}
		st, session = h.State, h.Session
	}
	return h
}

func TestDialogs(t *testing.T) {
	b := mustNew(t, appointment())
	for _, c := range []struct {
		name  string
		turns []turn
		slots string
	}{
		{"asks for slots and a yes", []turn{
			{"another time", ElicitSlot, "Which day?"},
			{"tomorrow", ElicitSlot, "At what time on 2026-10-15?"},
			{"half past five", ConfirmIntent, "2026-10-15 at 17:30 with Dr Grey?"},
			{"yes", Ready, "Moved to 2026-10-15, 17:30."},
		}, `{"day":"2026-10-15","hour":"17:30","who":"Grey"}`},
		{"all in one sentence", []turn{
			{"friday at 5 pm would be better", ConfirmIntent, "2026-10-16 at 17:00 with Dr Grey?"},
			{"that's right", Ready, "Moved to 2026-10-16, 17:00."},
		}, `{"day":"2026-10-16","hour":"17:00","who":"Grey"}`},
		{"asks again, then gives up", []turn{
			{"no", ElicitSlot, "Which day?"},
			{"bananas", ElicitSlot, "Which day?"},
			{"more bananas", ElicitSlot, "Which day?"},
			{"bananas", Failed, ""},
		}, `{"who":"Grey"}`},
		{"retries are for each question", []turn{
			{"no", ElicitSlot, "Which day?"},
			{"bananas", ElicitSlot, "Which day?"},
			{"more bananas", ElicitSlot, "Which day?"},
			{"well, on Monday then", ElicitSlot, "At what time on 2026-10-19?"},
			{"bananas", ElicitSlot, "At what time on 2026-10-19?"},
			{"nine thirty am", ConfirmIntent, "2026-10-19 at 09:30 with Dr Grey?"},
			{"hm", ConfirmIntent, "2026-10-19 at 09:30 with Dr Grey?"},
			{"no that is not right", Failed, "As you like, Ann."},
		}, `{"day":"2026-10-19","hour":"09:30","who":"Grey"}`},
		{"changes his mind", []turn{
			{"no", ElicitSlot, "Which day?"},
			{"where is it", Ready, "1 Main Street."},
		}, `{}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := talkThrough(t, b, map[string]string{"name": "Ann"}, c.turns)
			if got, _ := json.Marshal(h.Slots); c.name != "asks again, then gives up" && string(got) != c.slots {
				t.Errorf("slots %s, not %s", got, c.slots)
			}
			if len(h.State) > 0 {
				t.Errorf("a state after the end: %s", h.State)
			}
		})
	}
}

func TestSessionAttributes(t *testing.T) {
	b := mustNew(t, appointment())
	given := map[string]string{"name": "Ann"}
	h := b.Hear("friday at 5 pm would be better", nil, given, at)
	if h.Session["moved"] != "" {
		t.Error("set before the end")
	}
	h = b.Hear("yes", h.State, h.Session, at)
	if h.Session["moved"] != "2026-10-16" || h.Session["name"] != "Ann" {
		t.Errorf("session %v", h.Session)
	}
	if len(given) != 1 {
		t.Errorf("the caller's map was changed: %v", given)
	}
}

func TestFallbackRetries(t *testing.T) {
	d := appointment()
	d.Fallback = Fallback{Reply: "Sorry?", Retries: 1}
	h := talkThrough(t, mustNew(t, d), nil, []turn{{"xyzzy", ElicitIntent, "Sorry?"}, {"plugh", Ready, "Sorry?"}})
	if h.Intent != FallbackIntent {
		t.Errorf("heard %s", h.Intent)
	}
	h = talkThrough(t, mustNew(t, d), nil, []turn{{"xyzzy", ElicitIntent, "Sorry?"}, {"yes", Ready, "See you."}})
	if h.Intent != "Confirm" {
		t.Errorf("heard %s", h.Intent)
	}
}

func TestStateOfAnotherBot(t *testing.T) {
	b := mustNew(t, appointment())
	for _, st := range []string{`{`, `null`, `[]`, `{"intent":"Gone","ask":"x"}`, `{"intent":"Confirm","ask":"x"}`, `{"intent":"Postpone","ask":"day"}`} {
		if h := b.Hear("1", json.RawMessage(st), nil, at); h.Intent == "" || h.Dialog == "" {
			t.Errorf("%s: %+v", st, h)
		}
	}
}

func TestWrongDefinitions(t *testing.T) {
	one := func(in Intent) Definition { return Definition{Intents: []Intent{in}} }
	minus := -1
	for _, c := range []struct {
		d    Definition
		want string
	}{
		{Definition{}, "intents"},
		{one(Intent{Utterances: []string{"a"}}), "intents[0].name"},
		{one(Intent{Name: FallbackIntent, Utterances: []string{"a"}}), "intents[0].name"},
		{Definition{Intents: []Intent{{Name: "A", Utterances: []string{"a"}}, {Name: "A", Utterances: []string{"a"}}}}, "intents[1].name"},
		{one(Intent{Name: "A"}), "intent A: at least one utterance"},
		{one(Intent{Name: "A", Utterances: []string{" "}}), "empty"},
		{one(Intent{Name: "A", Utterances: []string{"go {there}"}}), `no slot "there"`},
		{one(Intent{Name: "A", Utterances: []string{"a"}, Slots: []Slot{{Name: "s", Type: "AMAZON.Nothing"}}}), `no type "AMAZON.Nothing"`},
		{one(Intent{Name: "A", Utterances: []string{"a"}, Slots: []Slot{{Type: "AMAZON.Date"}}}), "a slot's name"},
		{one(Intent{Name: "A", Utterances: []string{"a"}, Slots: []Slot{{Name: "s", Type: "AMAZON.Date", Required: true}}}), "without a prompt"},
		{one(Intent{Name: "A", Utterances: []string{"a"}, Slots: []Slot{{Name: "s", Type: "AMAZON.Date", Pattern: "("}}}), "pattern"},
		{Definition{Types: []Type{{Name: "AMAZON.Mine"}}}, "types[0].name"},
		{Definition{Types: []Type{{Name: "T"}}}, "type T: at least one value"},
		{Definition{Types: []Type{{Name: "T", Values: []Value{{}}}}}, "type T: an empty value"},
		{Definition{Threshold: 2}, "threshold"},
		{Definition{Retries: &minus}, "maxRetries"},
	} {
		_, err := New(c.d)
		if err == nil || !strings.Contains(err.Error(), c.want) || !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v; want %q", c.d, err, c.want)
		}
	}
}
