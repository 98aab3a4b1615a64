package config

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"outdial/gateway/voice/audio"
)

// A trunk whose hold music is not there, or whose recordings can be written
// nowhere, is refused before a caller finds out. The check leaves nothing behind.
func TestTrunksThatLackTheirFiles(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	var wav bytes.Buffer
	if err := audio.WriteWAV(&wav, audio.Clip{Rate: 8000, Samples: audio.Tone(8000, time.Second, 9000, 440)}); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "prompts/hold.wav", wav.String())
	write(t, dir, "prompts/text.wav", "no sound")
	write(t, dir, "file", "")
	const files = ", speech: {engine: none, files: [./prompts]}"
	for _, c := range []struct{ keys, want string }{
		{"hold_music: ./prompts/hold.wav" + files, ""},
		{"hold_music: hold.wav" + files, ""},
		{"hold_music: 'builtin:ringing'" + files, ""},
		{"hold_music: 'https://sound.example.com/hold.wav'" + files, ""},
		{"hold_music: ./prompts/hold.wav, speech: {engine: none}", "carriers[0].hold_music: ./prompts/hold.wav is in none of the folders of recordings"},
		{"hold_music: ./prompts/none.wav" + files, "carriers[0].hold_music: ./prompts/none.wav is in none"},
		{"hold_music: ./prompts/text.wav" + files, "carriers[0].hold_music: "},
		{"recordings: ./recordings/calls" + files, ""},
		{"recordings: ./file" + files, "carriers[0].recordings: " + filepath.Join(dir, "file") + " is no folder"},
		{"recordings: ./file/calls" + files, "carriers[0].recordings: nothing can be written in ./file/calls"},
		{"recordings: /proc/calls" + files, "carriers[0].recordings: nothing can be written in /proc/calls"},
	} {
		doc := "carriers:\n- {name: a, kind: sip, targets: [192.0.2.1], " + c.keys + "}\n"
		_, err := Read("-", strings.NewReader(doc), func(string) string { return "" })
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\nwant %s", c.keys, err, c.want)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
