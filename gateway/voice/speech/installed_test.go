//go:build peers

package speech

import (
	"testing"
	"time"

	"outdial/contact"
	"outdial/gateway/voice/audio"
)

// The programs that Debian packages speak.
func TestInstalled(t *testing.T) {
	for _, engine := range []string{"espeak-ng", "flite"} {
		s := newSpeaker(t, Config{Engine: engine})
		for _, p := range []contact.Prompt{
			{Text: "Hello, this is Acme. Press one to confirm [[your]] appointment."},
			{SSML: `<speak>Hello <break time="500ms"/> <prosody rate="slow">this is Acme</prosody></speak>`, Voice: contact.Speech{Name: "Matthew"}},
			{Text: "Guten Tag, hier ist Äcme", Voice: contact.Speech{Name: "Hans"}},
			{Text: "-v de --help"},
		} {
			clip, err := s.Clip(t.Context(), p, 8000)
			if err != nil || clip.Length() < 500*time.Millisecond || clip.Length() > 20*time.Second || audio.Energy(clip.Samples) < 10000 {
				t.Errorf("%s: %+v: %v, %v", engine, p, clip.Length(), err)
			}
		}
	}
}
