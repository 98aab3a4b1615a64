//go:build peers

package amd

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"outdial/gateway/voice/audio"
)

// A speaker is a voice of an engine.
type speaker struct {
	engine, voice, language string
	pitch, speed            int // of espeak-ng
}

// What people say when they pick up, and what machines say.
var people = map[string][]string{
	"en": {"Hello?", "Hello", "Yes?", "Hi, this is Ann", "Good morning", "Smith residence", "Speaking", "Hello, who is it?"},
	"de": {"Hallo?", "Ja?", "Müller", "Schmidt, guten Tag", "Ja bitte", "Guten Morgen", "Wer ist da?", "Hallo, hier Anna"},
	"fr": {"Allô?", "Oui?", "Bonjour", "Allô, oui", "Oui, bonjour", "Qui est là?", "Dupont", "Oui j'écoute"},
	"es": {"¿Diga?", "¿Sí?", "Hola", "¿Bueno?", "Dígame", "¿Quién es?", "Hola, buenos días", "Sí, soy yo"},
	"it": {"Pronto?", "Sì?", "Buongiorno", "Pronto, chi parla?", "Ciao", "Sì, pronto", "Chi è?", "Rossi"},
	"pt": {"Alô?", "Sim?", "Bom dia", "Alô, quem fala?", "Estou", "Sim, diga lá", "Oi, tudo bem?", "Aqui é o João"},
	"sv": {"Hallå?", "Ja?", "Andersson", "God morgon", "Ja, det är Anna", "Vem är det?", "Hej hej", "Hallå, vem är det där?"},
	"nl": {"Hallo?", "Ja?", "Met Jan", "Goedemorgen", "Hallo met Anna", "Wie is daar?", "Jansen", "Ja hallo"},
}

var machines = map[string][]string{
	"en": {"Hello, you have reached the voice mail of John Smith. I cannot take your call right now. Please leave a message after the tone.",
		"Hi, this is Mary. Sorry I missed you. Leave your name and number and I will call you back as soon as I can.",
		"The person you are calling is not available. Please record your message after the beep."},
	"de": {"Guten Tag, Sie sind verbunden mit der Mailbox von Hans Müller. Bitte hinterlassen Sie eine Nachricht nach dem Signalton.",
		"Der gewünschte Gesprächspartner ist zur Zeit nicht erreichbar. Bitte sprechen Sie nach dem Ton.",
		"Hallo, hier ist Anna. Ich bin gerade nicht zu Hause, aber sprecht mir gerne auf das Band."},
	"fr": {"Bonjour, vous êtes bien sur la messagerie de Jean Dupont. Je ne suis pas disponible, laissez un message après le signal sonore.",
		"Votre correspondant n'est pas joignable pour le moment. Veuillez laisser un message après le bip.",
		"Salut, c'est Marie, je ne peux pas répondre, laissez moi un petit mot et je vous rappelle."},
	"es": {"Hola, ha llamado al buzón de voz de Juan García. En este momento no puedo atenderle, deje su mensaje después de la señal.",
		"El teléfono al que llama está apagado o fuera de cobertura. Deje un mensaje después del tono.",
		"Hola, soy María, ahora no puedo contestar, déjame un mensaje y te llamo en cuanto pueda."},
	"it": {"Salve, questa è la segreteria telefonica di Mario Rossi. Al momento non posso rispondere, lasciate un messaggio dopo il segnale.",
		"La persona chiamata non è al momento raggiungibile. Si prega di lasciare un messaggio dopo il bip.",
		"Ciao, sono Lucia, adesso non posso rispondere, lasciami un messaggio e ti richiamo presto."},
	"pt": {"Olá, ligou para a caixa postal de João Silva. Não posso atender agora, deixe a sua mensagem após o sinal.",
		"O número que ligou não está disponível. Por favor deixe mensagem depois do bip.", "Oi, aqui é a Maria, não posso atender, deixa um recado que eu ligo depois."},
	"sv": {"Hej, du har kommit till Anders Anderssons röstbrevlåda. Jag kan inte svara just nu, lämna ett meddelande efter tonen.",
		"Den du söker kan inte nås för tillfället. Var god tala in ditt meddelande efter signalen.", "Hej, det är Anna, jag kan inte svara, prata in något så ringer jag upp."},
	"nl": {"Hallo, dit is de voicemail van Jan Jansen. Ik kan de telefoon nu niet opnemen, spreek een bericht in na de toon.",
		"De persoon die u belt is op dit moment niet bereikbaar. Laat een bericht achter na de piep.",
		"Hoi, met Anna, ik ben er even niet, spreek je naam en nummer in en ik bel je terug."},
}

// The sets have no voice, language, pitch, speed, beep or noise in common.
var tuning = []speaker{
	{"espeak-ng", "en-us+m3", "en", 50, 175}, {"espeak-ng", "en-us+f2", "en", 60, 160}, {"espeak-ng", "de+m3", "de", 45, 170},
	{"espeak-ng", "fr-fr+f2", "fr", 55, 165}, {"flite", "slt", "en", 0, 0}, {"flite", "kal16", "en", 0, 0},
	{"espeak-ng", "pt+m4", "pt", 38, 140}, {"espeak-ng", "pt+f5", "pt", 85, 190}, {"espeak-ng", "sv+m6", "sv", 33, 148}, {"espeak-ng", "sv+whisperf", "sv", 65, 152},
	{"espeak-ng", "de+f5", "de", 78, 142}, {"espeak-ng", "en-us+croak", "en", 48, 150},
}

// tuningLines are those over which the set for tuning comes.
var tuningLines = []line{{"clean", 5, 0, 0, 1}, {"noisy", 120, 0, 0, 0.7}, {"lossy", 20, 0, 0.03, 0.8}, {"street", 200, 0, 0, 1}, {"hall", 10, 0.3, 0, 0.9}, {"bad", 70, 0.2, 0.04, 0.6}}

var unseen = []speaker{
	{"espeak-ng", "es+m1", "es", 40, 150}, {"espeak-ng", "es+f4", "es", 75, 185}, {"espeak-ng", "it+m7", "it", 35, 155}, {"espeak-ng", "it+f3", "it", 80, 180},
	{"espeak-ng", "nl+m5", "nl", 42, 158}, {"espeak-ng", "nl+f1", "nl", 70, 168}, {"espeak-ng", "en-gb+m2", "en", 30, 145}, {"flite", "rms", "en", 0, 0}, {"flite", "awb", "en", 0, 0},
}

func (s speaker) say(t *testing.T, text string) []int16 {
	t.Helper()
	var b []byte
	var err error
	if s.engine == "flite" {
		out := filepath.Join(t.TempDir(), "x.wav")
		if err = exec.Command("flite", "-voice", s.voice, "-t", text+" ", "-o", out).Run(); err == nil {
			b, err = os.ReadFile(out)
		}
	} else {
		cmd := exec.Command("espeak-ng", "--stdout", "-v", s.voice, "-p", fmt.Sprint(s.pitch), "-s", fmt.Sprint(s.speed), text)
		b, err = cmd.Output()
	}
	if err != nil {
		t.Fatalf("%+v: %v", s, err)
	}
	c, err := audio.ReadWAV(b)
	if err != nil {
		t.Fatal(err)
	}
	return c.At(audio.Rate).Samples
}

// A line is how a call sounds on its way.
type line struct {
	name  string
	noise float64 // amplitude
	echo  float64
	loss  float64
	gain  float64
}

// through lets sound go over a line: softer, with its echo, in noise, with packets
// lost, and by the codec.
func (l line) through(sound []int16, r *rand.Rand) []int16 {
	out := make([]int16, len(sound))
	for i := range sound {
		v := float64(sound[i]) * l.gain
		if d := i - 8*45; l.echo > 0 && d >= 0 { // 45 ms
			v += float64(sound[d]) * l.gain * l.echo
		}
		out[i] = audio.Clamp(int(v + r.NormFloat64()*l.noise))
	}
	codec := audio.Formats()[0].New()
	out = codec.Decode(nil, codec.Encode(nil, out))
	for i := 0; i+160 <= len(out); i += 160 {
		if r.Float64() < l.loss {
			clear(out[i : i+160])
		}
	}
	return out
}

// measure gives the confusion matrix of a set: by what it was, how often each
// status was found, and the times to the decision.
func measure(t *testing.T, voices []speaker, lines []line, beeps []float64, seed uint64) (map[string]map[string]int, []time.Duration) {
	r := rand.New(rand.NewPCG(seed, seed))
	matrix := map[string]map[string]int{}
	var times []time.Duration
	note := func(was string, f Finding, ok bool) {
		if matrix[was] == nil {
			matrix[was] = map[string]int{}
		}
		if !ok {
			f.Status = "undecided"
		}
		matrix[was][f.Status]++
		times = append(times, f.Decided)
	}
	for _, v := range voices {
		for n, text := range people[v.language] {
			said := v.say(t, text)
			for _, l := range lines {
				lead := quiet(time.Duration(200+r.IntN(1300)) * time.Millisecond)
				// After a while whoever picked up asks again.
				f, ok := feed(New(Config{}, n%2 == 0), l.through(join(lead, said, quiet(3*time.Second), said, quiet(3*time.Second)), r))
				note("human", f, ok)
			}
		}
		for n, text := range machines[v.language] {
			said := v.say(t, text)
			for k, l := range lines {
				lead := quiet(time.Duration(200+r.IntN(1000)) * time.Millisecond)
				beep := tone2(time.Duration(200+r.IntN(500))*time.Millisecond, beeps[(n+k)%len(beeps)])
				whole := join(lead, said, quiet(time.Duration(200+r.IntN(800))*time.Millisecond), beep, quiet(3*time.Second))
				f, ok := feed(New(Config{}, false), l.through(whole, r))
				note("machine", f, ok)
				f, ok = feed(New(Config{}, true), l.through(whole, r))
				note("machine, beep awaited", f, ok)
			}
		}
	}
	return matrix, times
}

func machineStatus(s string) bool { return s == Beep || s == NoBeep }

func share(row map[string]int, is func(string) bool) float64 {
	n, all := 0, 0
	for s, c := range row {
		all += c
		if is(s) {
			n += c
		}
	}
	return 100 * float64(n) / float64(max(1, all))
}

func table(name string, matrix map[string]map[string]int) string {
	var b bytes.Buffer
	var rows []string
	for was := range matrix {
		rows = append(rows, was)
	}
	sort.Strings(rows)
	fmt.Fprintf(&b, "%s\n", name)
	for _, was := range rows {
		var cells []string
		for s, n := range matrix[was] {
			cells = append(cells, fmt.Sprintf("%s %d", s, n))
		}
		sort.Strings(cells)
		fmt.Fprintf(&b, "  %-22s %s\n", was, strings.Join(cells, ", "))
	}
	return b.String()
}

// The matrix on voices, languages, pitches, beeps and lines that nothing was tuned
// with, beside that of the set for tuning.
func TestMatrix(t *testing.T) {
	tuned, _ := measure(t, tuning, tuningLines, []float64{1000, 440, 800}, 1)
	t.Log(table("tuning set", tuned))
	matrix, times := measure(t, unseen, []line{{"quiet line", 3, 0, 0, 0.5}, {"office", 180, 0, 0, 0.9}, {"echo", 15, 0.25, 0, 0.8}, {"5 % lost", 30, 0, 0.05, 0.6}, {"all", 90, 0.15, 0.03, 0.7}},
		[]float64{620, 950, 1400, 850, 1750}, 2)
	t.Log(table("test set", matrix))
	humans, called := share(matrix["human"], func(s string) bool { return s == Human }), share(matrix["human"], machineStatus)
	found := share(matrix["machine"], machineStatus)
	beeps := share(matrix["machine, beep awaited"], func(s string) bool { return s == Beep })
	sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
	t.Logf("humans right %.1f %%, called machines %.1f %%; machines right %.1f %%; beeps found %.1f %%; decided after %v (median), %v (99 %%), %v (most)",
		humans, called, found, beeps, times[len(times)/2], times[len(times)*99/100], times[len(times)-1])
	if humans < 90 || called > 2 || found < 90 || times[len(times)-1] > 4*time.Second {
		t.Error("not good enough")
	}
}
