//go:build peers

package amd

import (
	"testing"
	"time"

	"outdial/gateway/voice/audio"
)

const second = time.Second

// fresh is a set that was made when the detector was done. It was judged once, and
// then looked at: tones on bad lines were seen to by it, people and machines were
// not. Whoever changes the detector by what they see here has to make another.
var fresh = set{
	name: "fresh set",
	voices: []speaker{
		{"espeak-ng", "da+whisper", "da", 50, 165}, {"espeak-ng", "da+anika", "da", 62, 178}, {"espeak-ng", "nb+klatt2", "nb", 46, 172}, {"espeak-ng", "nb+belinda", "nb", 58, 150},
		{"espeak-ng", "pl+m8", "pl", 28, 182}, {"espeak-ng", "pl+steph", "pl", 72, 162}, {"espeak-ng", "fi+grandma", "fi", 66, 156}, {"espeak-ng", "fi+adam", "fi", 37, 188},
		{"espeak-ng", "tr+croak", "tr", 44, 168}, {"espeak-ng", "tr+f4", "tr", 68, 174}, {"espeak-ng", "hu+Andy", "hu", 52, 160}, {"espeak-ng", "en-gb-scotland+grandpa", "en", 41, 150},
		{"espeak-ng", "en-us+Annie", "en", 77, 170}, {"flite", "kal", "en", 0, 0}, {"flite", "rms", "en", 0, 0}, {"flite", "awb", "en", 0, 0}, {"flite", "slt", "en", 0, 0},
	},
	people: map[string][]string{
		"da": {"Hallo?", "Ja?", "Det er Mette", "Goddag", "Ja, hej", "Hvem er det?"},
		"nb": {"Hallo?", "Ja?", "Det er Kari", "God dag", "Ja, hei", "Hvem snakker jeg med?"},
		"pl": {"Halo?", "Słucham?", "Tak?", "Dzień dobry", "Kowalski, słucham", "Kto mówi?"},
		"fi": {"Haloo?", "Joo?", "Virtanen", "Hyvää päivää", "Matti puhelimessa", "Kuka siellä?"},
		"tr": {"Alo?", "Efendim?", "Buyurun", "İyi günler", "Evet, benim", "Kim arıyor?"},
		"hu": {"Halló?", "Igen?", "Tessék", "Jó napot", "Kovács Anna", "Ki beszél?"},
		"en": {"Hey", "Hello there", "Yeah, hello?", "Peter here", "Good afternoon", "Who's calling please?"},
	},
	firms: map[string][]string{
		"en": {"Good morning, Miller and Sons, how can I help you?"},
		"da": {"Goddag, det er Tandlægerne på Torvet, du taler med Mette"},
		"pl": {"Dzień dobry, firma Nowak i synowie, w czym mogę pomóc?"},
	},
	boxes: map[string][]string{
		"da": {"Hej, du har ringt til Mette. Jeg kan ikke tage telefonen lige nu, men læg en besked efter tonen.", "Den person, du ringer til, kan ikke træffes i øjeblikket. Indtal din besked efter klartonen."},
		"nb": {"Hei, du har kommet til Kari Nordmann. Jeg er ikke tilgjengelig akkurat nå. Legg igjen en beskjed etter pipetonen.", "Abonnenten kan for øyeblikket ikke ta telefonen. Vennligst legg igjen en melding."},
		"pl": {"Dzień dobry, tu poczta głosowa Jana Kowalskiego. Nie mogę teraz odebrać, proszę zostawić wiadomość po sygnale.", "Abonent jest czasowo niedostępny. Prosimy nagrać wiadomość po usłyszeniu sygnału."},
		"fi": {"Hei, tämä on Matti Virtasen vastaaja. En voi juuri nyt vastata, jätä viesti äänimerkin jälkeen.", "Valitsemaasi numeroon ei juuri nyt saada yhteyttä. Voit jättää viestin äänimerkin jälkeen."},
		"tr": {"Merhaba, Ayşe Yılmaz'ın sesli mesaj kutusuna ulaştınız. Lütfen sinyal sesinden sonra mesajınızı bırakın.", "Aradığınız kişiye şu anda ulaşılamıyor. Lütfen sinyal sesinden sonra mesajınızı bırakınız."},
		"hu": {"Jó napot, Ön Kovács Anna hangpostáját hívta. Most nem tudom fogadni a hívását, kérem hagyjon üzenetet a sípszó után.", "A hívott szám jelenleg nem kapcsolható. Kérjük, hagyjon üzenetet."},
		"en": {"You've reached the Parkers. We're out in the garden or out of town. Say something nice when you hear the tone.", "Welcome to the message service of nine nine five, two one six. At the tone, please record your message.",
			"Hey, it's Tom. You know what to do, so leave me a message and I'll get back to you."},
	},
	lines: []path{
		{line: line{"good", 4, 0, 0, 0.8}}, {line: line{"hum", 20, 0, 0, 0.6}, hum: 120}, {line: line{"street", 30, 0, 0.01, 0.9}, rumble: 350, codec: 1},
		{line: line{"far echo", 12, 0.2, 0, 0.7}, delay: 130 * time.Millisecond}, {line: line{"bursts of loss", 25, 0, 0.06, 0.7}, burst: 3, codec: 1}, {line: line{"soft and poor", 40, 0.1, 0.02, 0.3}, delay: 70 * time.Millisecond, burst: 2, hum: 30},
	},
	beeps: []float64{1050, 500, 1200, 700, 1600, 1850, 560},
	tones: []sample{
		{was: "fax", want: []string{Fax}, sound: join(audio.Tone(audio.Rate, 3*second, 3000, 2100), quiet(3*second))},
		{was: "fax", want: []string{Fax}, sound: join(reversed(4*second, 5000), quiet(2*second))},
		{was: "fax", want: []string{Fax}, sound: join(quiet(second), audio.Tone(audio.Rate, 3*second, 7000, 2093), quiet(second))},
		{was: "SIT, no such number", want: []string{SITInvalid}, sound: three(3500, [3]float64{985.2, 1370.6, 1776.7}, [3]float64{380, 274, 380})},
		{was: "SIT, no such number", want: []string{SITInvalid}, sound: three(7000, [3]float64{913.8, 1370.6, 1776.7}, [3]float64{274, 274, 380})},
		{was: "SIT", want: []string{SIT}, sound: three(4500, [3]float64{985.2, 1428.5, 1776.7}, [3]float64{380, 380, 380})},
		{was: "SIT", want: []string{SIT}, sound: three(4500, [3]float64{913.8, 1428.5, 1776.7}, [3]float64{274, 380, 380})},
		{was: "SIT", want: []string{SIT}, sound: three(6000, [3]float64{950, 1400, 1800}, [3]float64{330, 330, 330})},
		{was: "busy", want: []string{SITBusy}, sound: bursts(500*time.Millisecond, 500*time.Millisecond, 8, 3000, 480, 620)},
		{was: "busy", want: []string{SITBusy}, sound: bursts(250*time.Millisecond, 250*time.Millisecond, 14, 4000, 480, 620)},
		{was: "busy", want: []string{SITBusy}, sound: bursts(480*time.Millisecond, 480*time.Millisecond, 8, 3000, 425)},
		{was: "busy", want: []string{SITBusy}, sound: bursts(240*time.Millisecond, 240*time.Millisecond, 14, 3000, 425)},
		{was: "busy", want: []string{SITBusy}, sound: bursts(375*time.Millisecond, 375*time.Millisecond, 9, 4000, 400)},
		{was: "busy", want: []string{SITBusy}, sound: bursts(350*time.Millisecond, 350*time.Millisecond, 9, 4000, 450)},
		{was: "silence", want: []string{Silence}, sound: quiet(8 * second)},
		{was: "spoken to too late", want: []string{Unresolved}, sound: join(quiet(2400*time.Millisecond), babble(900*time.Millisecond, 3), quiet(300*time.Millisecond), babble(2*second, 4))},
	},
	seed: 20261120,
}

// The matrix of the fresh set, with the parameters that the detector has by
// default.
func TestFreshMatrix(t *testing.T) {
	hold(t, &fresh)
}

// hold prints what came of a set, and fails where people or machines are not told
// apart as well as they should be.
func hold(t *testing.T, s *set) {
	j := s.judge(t)
	t.Log(table(s.name, j.matrix))
	called := 100 * float64(j.called) / float64(max(1, j.all["person"]))
	t.Logf("people right %.1f %%, called machines %.1f %%; machines right %.1f %%; beeps found %.1f %%; decided within %v",
		j.share("person"), called, j.share("machine"), j.share("machine, beep awaited"), j.latest)
	if j.share("person") < 90 || called > 2 || j.share("machine") < 90 || j.latest > 4*time.Second {
		t.Error("not good enough")
	}
}
