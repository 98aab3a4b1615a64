package speech

import (
	"strings"

	"outdial/contact"
)

// A voice is what a flow asks for.
type voice struct {
	name     string // as flows name it: Joanna
	language string // BCP 47: en-US
	male     bool
	engine   string // standard, neural…
}

// voiceOf knows a voice by its name. One that it does not know speaks the
// language of the contact.
func voiceOf(name string, p contact.Prompt) voice {
	v := voice{name: name, language: p.Language, engine: strings.ToLower(p.Voice.Engine)}
	for _, x := range amazon {
		for i, names := range [2]string{x.female, x.male} {
			for n := range strings.FieldsSeq(names) {
				if strings.EqualFold(n, name) {
					v.language, v.male = x.language, i == 1
					return v
				}
			}
		}
	}
	if v.language == "" {
		v.language = "en-US"
	}
	return v
}

// amazon are the voices of Amazon Polly by language, which flows name.
// https://docs.aws.amazon.com/polly/latest/dg/available-voices.html
var amazon = []struct{ language, female, male string }{
	{"en-US", "Joanna Ivy Kendra Kimberly Salli Danielle Ruth Patrick", "Matthew Joey Justin Kevin Gregory Stephen"},
	{"en-GB", "Amy Emma", "Brian Arthur"},
	{"en-AU", "Nicole Olivia", "Russell"},
	{"en-IN", "Aditi Raveena Kajal", ""},
	{"en-IE", "Niamh", ""}, {"en-NZ", "Aria", ""}, {"en-SG", "Jasmine", ""}, {"en-ZA", "Ayanda", ""}, {"en-GB-WLS", "", "Geraint"},
	{"de-DE", "Marlene Vicki", "Hans Daniel"}, {"de-AT", "Hannah", ""}, {"de-CH", "Sabrina", ""},
	{"fr-FR", "Celine Céline Lea Léa", "Mathieu Remi Rémi"}, {"fr-CA", "Chantal Gabrielle", "Liam"}, {"fr-BE", "Isabelle", ""},
	{"es-ES", "Conchita Lucia", "Enrique Sergio Raul Raúl"}, {"es-MX", "Mia", "Andres Andrés"}, {"es-US", "Lupe Penelope", "Miguel Pedro"},
	{"it-IT", "Carla Bianca", "Giorgio Adriano"},
	{"pt-BR", "Camila Vitoria Vitória", "Ricardo Thiago"}, {"pt-PT", "Ines Inês", "Cristiano"},
	{"nl-NL", "Lotte Laura", "Ruben"}, {"nl-BE", "Lisa", ""},
	{"pl-PL", "Ewa Maja Ola", "Jacek Jan"}, {"ru-RU", "Tatyana", "Maxim"}, {"cs-CZ", "Jitka", ""}, {"ro-RO", "Carmen", ""},
	{"sv-SE", "Astrid Elin", ""}, {"nb-NO", "Liv Ida", ""}, {"da-DK", "Naja Sofie", "Mads"}, {"is-IS", "Dora Dóra", "Karl"}, {"fi-FI", "Suvi", ""},
	{"tr-TR", "Filiz Burcu", ""}, {"ca-ES", "Arlet", ""}, {"cy-GB", "Gwyneth", ""},
	{"ja-JP", "Mizuki Kazuha Tomoko", "Takumi"}, {"ko-KR", "Seoyeon Jihye", ""}, {"cmn-CN", "Zhiyu", ""}, {"yue-CN", "Hiujin", ""},
	{"arb", "Zeina", ""}, {"ar-AE", "Hala", "Zayd"}, {"hi-IN", "Kajal", ""},
}

// espeakNames are the languages that espeak-ng calls otherwise.
var espeakNames = map[string]string{
	"en": "en-us", "en-AU": "en-gb", "en-IN": "en-gb", "en-IE": "en-gb", "en-NZ": "en-gb", "en-SG": "en-gb", "en-ZA": "en-gb",
	"en-GB": "en-gb", "en-GB-WLS": "en-gb", "en-US": "en-us", "es-ES": "es", "es-MX": "es-419", "es-US": "es-419", "pt-BR": "pt-br",
	"fr-FR": "fr-fr", "fr-CA": "fr-fr", "fr-BE": "fr-be", "fr-CH": "fr-ch", "cmn-CN": "cmn", "zh-CN": "cmn", "yue-CN": "yue", "arb": "ar",
}

// espeakVoice gives espeak-ng's name for a voice: its language, and a variant.
func espeakVoice(v voice) string {
	name, ok := espeakNames[v.language]
	if !ok {
		name, _, _ = strings.Cut(strings.ToLower(v.language), "-")
	}
	if v.male {
		return name + "+m3"
	}
	return name + "+f2"
}

// fliteVoice gives one of flite's voices. It speaks English only.
func fliteVoice(v voice) string {
	if v.male {
		return "rms"
	}
	return "slt"
}

// ownVoice gives a voice as the flow names it.
func ownVoice(v voice) string { return v.name }
