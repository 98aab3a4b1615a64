package sms

import (
	"strings"
	"testing"
)

func TestKeywords(t *testing.T) {
	plain, _ := NewKeywords(nil, nil)
	k, unknown := NewKeywords([]string{"en_US", "fr", "de", "es", "pt-BR", "tr", "ru", "hi", "zh", "xx"}, map[string]Keyword{"Schluss": Stop, "cancel": None})
	if len(unknown) != 1 || unknown[0] != "xx" {
		t.Errorf("unknown languages: %v", unknown)
	}
	for _, c := range []struct {
		k    *Keywords
		text string
		want Keyword
	}{
		{plain, "STOP", Stop}, {plain, " stop. ", Stop}, {plain, "\"Stop!\"", Stop}, {plain, "Arrêt", Stop},
		{plain, "opt-out", Stop}, {plain, "Opt out.", Stop}, {plain, "revoke", Stop}, {plain, "stop all", Stop}, {plain, "yes", None}, {plain, "cancel my appointment", None}, {plain, "TD", Stop}, {plain, "help?", Help}, {plain, "Start", Start}, {plain, "unstop", Start},
		{plain, "stop it", None}, {plain, "please stop", None}, {plain, "", None}, {plain, "1", None}, {plain, "baja", None},
		{plain, strings.Repeat("stop ", 50), None}, {plain, "!!!", None},
		{k, "stop  all", Stop}, {k, "Please stop!", Stop}, {k, "please don't stop", None}, {k, "désabonner", Stop}, {k, "HILFE", Help}, {k, "alta", Start}, {k, "começar", Start},
		{k, "iptal", Stop}, {k, "İPTAL", Stop}, {k, "başla", Start}, {k, "стоп", Stop}, {k, "Помощь", Help}, {k, "रोकें", Stop}, {k, "退订", Stop},
		{k, "schluss", Stop}, {k, "CANCEL", None},
	} {
		if got := c.k.Find(c.text); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

// Every word of the tables is found as what it stands for.
func TestVocabularies(t *testing.T) {
	for lang, v := range vocabularies {
		k, _ := NewKeywords([]string{lang}, nil)
		for words, want := range map[string]Keyword{v.stop: Stop, v.help: Help, v.start: Start} {
			if words == "" {
				t.Errorf("%s has no word for %s", lang, want)
			}
			for _, w := range strings.Fields(words) {
				w = strings.ReplaceAll(w, "_", " ")
				if got := k.Find(strings.ToLower(w)); got != want {
					t.Errorf("%s: %s is %q, want %q", lang, w, got, want)
				}
			}
		}
	}
}
