//go:build peers && opus

package voice

import (
	"strings"
	"testing"
	"time"

	"outdial/contact"
	"outdial/gateway/voice/audio"
)

// baresipOpus is baresip that speaks Opus too.
func baresipOpus(t *testing.T) (target, heard string, said *output, command func(string)) {
	t.Helper()
	tone := audio.Clip{Rate: 48000, Samples: audio.Tone(48000, 60*time.Second, 9000, 800)}
	return baresipWith(t, ",opus/48000/2", tone, "module opus.so", "ausrc_srate 48000", "auplay_srate 48000", "ausrc_channels 1", "auplay_channels 1")
}

// Both sides hear each other through Opus, and press keys.
func TestOpusBaresip(t *testing.T) {
	target, file, said, _ := baresipOpus(t)
	p := newPeered(t, target, func(t *Trunk) { t.Codecs = []string{"opus", "PCMA"} })
	callBaresip(t, p, "opus", file, said)
	if ladder := p.gw.Ladder(alice); !strings.Contains(ladder, "sound: opus to ") {
		t.Errorf("the ladder does not say opus:\n%s", ladder)
	}
}

// Keys that are pressed there are heard here.
func TestOpusBaresipPresses(t *testing.T) {
	target, _, said, command := baresipOpus(t)
	p := newPeered(t, target, func(t *Trunk) { t.Codecs = []string{"opus"} })
	p.do(placeCall())
	for contact.InputKind(p.next()) != "CallAnswered" {
	}
	p.do(contact.CollectDigits{Visit: 1, Max: 3, First: 9})
	for _, key := range []string{"4", "5", "#"} {
		command("sndcode " + key)
	}
	if d := p.wants("DigitsReceived").(contact.DigitsReceived); d.Digits != "45" || d.End != contact.Terminated {
		t.Errorf("%+v\n%s", d, said)
	}
	p.do(contact.EndCall{})
}

// An agent whose telephone speaks Opus hears a customer with G.711, and is heard.
func TestOpusBaresipIsTheAgent(t *testing.T) {
	desk, file, said, command := baresipOpus(t)
	baresipIsTheAgent(t, func(t *Trunk) { t.Codecs = []string{"opus", "PCMA"} }, desk, file, said, command)
	if !strings.Contains(said.String(), "Set audio encoder: opus") {
		t.Error("the agent does not speak Opus")
	}
}
