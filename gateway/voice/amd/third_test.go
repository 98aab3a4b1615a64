//go:build peers

package amd

import (
	"testing"
	"time"

	"outdial/gateway/voice/audio"
)

// third is a set that was made after the fresh one had been looked at, when tones
// on bad lines had been seen to; it was judged once then.
var third = set{
	name: "third set",
	voices: []speaker{
		{"espeak-ng", "cs+klatt4", "cs", 49, 168}, {"espeak-ng", "cs+Alicia", "cs", 64, 157}, {"espeak-ng", "ro+Mike", "ro", 39, 176}, {"espeak-ng", "ro+linda", "ro", 71, 163},
		{"espeak-ng", "el+iven2", "el", 34, 184}, {"espeak-ng", "el+aunty", "el", 57, 159}, {"espeak-ng", "id+Gene2", "id", 47, 171}, {"espeak-ng", "id+female1", "id", 73, 154},
		{"espeak-ng", "et+robert", "et", 43, 166}, {"espeak-ng", "ca+Storm", "ca", 36, 179}, {"espeak-ng", "ca+shelby", "ca", 69, 161}, {"espeak-ng", "en-us-nyc+max", "en", 53, 173},
		{"espeak-ng", "en-029+steph2", "en", 67, 152}, {"espeak-ng", "en-gb-x-rp+Lee", "en", 40, 181},
	},
	people: map[string][]string{
		"cs": {"Haló?", "Prosím?", "Ano?", "Dobrý den", "Novák, prosím", "Kdo volá?"},
		"ro": {"Alo?", "Da?", "Bună ziua", "Popescu", "Da, vă ascult", "Cine este?"},
		"el": {"Παρακαλώ;", "Εμπρός", "Ναι;", "Καλημέρα", "Λέγετε", "Ποιος είναι;"},
		"id": {"Halo?", "Ya?", "Selamat pagi", "Ya, halo", "Dengan Budi", "Ini siapa?"},
		"et": {"Halloo?", "Jah?", "Tere", "Jaan kuuleb", "Kes räägib?", "Tere päevast"},
		"ca": {"Digui?", "Sí?", "Hola", "Bon dia", "Sí, digui'm", "Qui és?"},
		"en": {"Hullo", "Morning", "Yep?", "This is Karen", "Hi, who's this?", "Hello, Robert speaking"},
	},
	firms: map[string][]string{
		"en": {"Thank you for calling the Riverside Clinic, this is Karen, how may I direct your call?"},
		"ro": {"Bună ziua, Clinica Dentară Zâmbet, cu ce vă pot ajuta?"},
	},
	boxes: map[string][]string{
		"cs": {"Dobrý den, dovolali jste se do hlasové schránky Jana Nováka. Zanechte prosím vzkaz po zaznění tónu.", "Volaný účastník není momentálně dostupný. Po zaznění signálu zanechte zprávu."},
		"ro": {"Bună ziua, ați sunat la căsuța vocală a lui Ion Popescu. Lăsați un mesaj după semnalul sonor.", "Abonatul apelat nu poate fi contactat momentan. Vă rugăm să lăsați un mesaj."},
		"el": {"Γεια σας, έχετε καλέσει τον τηλεφωνητή της Μαρίας. Παρακαλώ αφήστε μήνυμα μετά τον χαρακτηριστικό ήχο.", "Ο συνδρομητής που καλέσατε δεν είναι διαθέσιμος. Αφήστε το μήνυμά σας."},
		"id": {"Halo, ini kotak suara Budi. Saya tidak bisa menjawab telepon sekarang. Silakan tinggalkan pesan setelah nada.", "Nomor yang Anda tuju sedang tidak aktif. Silakan tinggalkan pesan."},
		"et": {"Tere, olete helistanud Jaan Tamme kõneposti. Ma ei saa praegu vastata, palun jätke teade pärast piiksu."},
		"ca": {"Hola, aquest és el contestador de la família Puig. Ara no som a casa, deixeu el vostre missatge després del senyal.", "El telèfon al qual truqueu no està disponible. Deixeu un missatge."},
		"en": {"Hi there, it's Bob and Jane. We can't come to the phone just now, but leave us a message and we'll ring you back.", "Your call has been forwarded to an automated voice messaging system. Please leave your message after the tone.",
			"The mailbox of the customer that you have dialled is switched off. Please try again later, or record a message."},
	},
	lines: []path{
		{line: line{"too loud", 10, 0, 0, 1.8}}, {line: line{"mobile", 35, 0, 0.08, 0.7}, burst: 2, codec: 1}, {line: line{"lorry", 15, 0, 0, 0.8}, rumble: 550, hum: 60},
		{line: line{"satellite", 20, 0.15, 0.01, 0.6}, delay: 210 * time.Millisecond}, {line: line{"far away", 8, 0, 0.02, 0.16}, codec: 1},
	},
	beeps: []float64{750, 1300, 480, 900, 1500, 1700, 2000, 370},
	tones: []sample{
		{was: "fax", want: []string{Fax}, sound: join(audio.Tone(audio.Rate, 3500*time.Millisecond, 4000, 2107), quiet(3*second))},
		{was: "fax", want: []string{Fax}, sound: join(quiet(400*time.Millisecond), reversed(3300*time.Millisecond, 6500), quiet(2*second))},
		{was: "SIT, no such number", want: []string{SITInvalid}, sound: three(5000, [3]float64{978.5, 1379, 1786}, [3]float64{360, 260, 360})},
		{was: "SIT, no such number", want: []string{SITInvalid}, sound: three(4000, [3]float64{919, 1362, 1769}, [3]float64{285, 285, 395})},
		{was: "SIT", want: []string{SIT}, sound: three(6000, [3]float64{991, 1420, 1770}, [3]float64{395, 370, 390})},
		{was: "SIT", want: []string{SIT}, sound: three(3500, [3]float64{955, 1405, 1795}, [3]float64{320, 340, 325})},
		{was: "busy", want: []string{SITBusy}, sound: bursts(480*time.Millisecond, 520*time.Millisecond, 8, 4500, 483, 617)},
		{was: "busy", want: []string{SITBusy}, sound: bursts(500*time.Millisecond, 500*time.Millisecond, 8, 5000, 400)},
		{was: "busy", want: []string{SITBusy}, sound: bursts(300*time.Millisecond, 300*time.Millisecond, 11, 3500, 428)},
		{was: "busy", want: []string{SITBusy}, sound: bursts(400*time.Millisecond, 400*time.Millisecond, 9, 4000, 450)},
		{was: "silence", want: []string{Silence}, sound: quiet(9 * second)},
		{was: "spoken to too late", want: []string{Unresolved}, sound: join(quiet(2500*time.Millisecond), babble(800*time.Millisecond, 13), quiet(250*time.Millisecond), babble(2*second, 14))},
	},
	seed: 1,
}

// The matrix of the third set, with the parameters that the detector has by
// default.
func TestThirdMatrix(t *testing.T) {
	hold(t, &third)
}
