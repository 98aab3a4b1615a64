//go:build peers

package voice

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"outdial/contact"
	"outdial/gateway/voice/audio"
)

// spoken is a sentence, as a program speaks it that we did not write, behind a
// moment of silence and before a long one.
func spoken(t *testing.T, program ...string) audio.Clip {
	t.Helper()
	file := filepath.Join(t.TempDir(), "words.wav")
	cmd := exec.Command(program[0], append(program[1:], file)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := audio.ReadWAV(b)
	if err != nil {
		t.Fatal(err)
	}
	c = c.At(8000)
	pcm := append(make([]int16, 12000), c.Samples...)
	return audio.Clip{Rate: 8000, Samples: append(pcm, make([]int16, 160000)...)}
}

// A voice on a telephone is cut out of the call and handed to a program, which
// gets the whole sentence and nothing else.
func TestBaresipSpeaks(t *testing.T) {
	const sentence = "I would like to book a table for two"
	for name, program := range map[string][]string{
		"espeak-ng": {"espeak-ng", "-v", "en-us", sentence, "-w"},
		"flite":     {"flite", "-voice", "slt", "-t", sentence, "-o"},
	} {
		t.Run(name, func(t *testing.T) {
			clip := spoken(t, program...)
			target, _, said, _ := baresipWith(t, "", clip)
			took := filepath.Join(t.TempDir(), "took.wav")
			script := filepath.Join(t.TempDir(), "hear")
			if err := os.WriteFile(script, []byte("#!/bin/sh\ncat > \"$1\"\necho a table for two\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			p := newPeered(t, target, func(tr *Trunk) {
				tr.Ears.Engine, tr.Ears.Command, tr.Ears.Rate = "command", []string{script, took}, 8000
			})
			p.do(placeCall())
			for contact.InputKind(p.next()) != "CallAnswered" {
			}
			p.do(contact.CollectSpeech{Visit: 1, Language: "en-US"})
			in, ok := p.wants("SpeechReceived").(contact.SpeechReceived)
			if !ok || in.Text != "a table for two" {
				t.Fatalf("%+v\n%s", in, said)
			}
			b, err := os.ReadFile(took)
			if err != nil {
				t.Fatal(err)
			}
			heard, err := audio.ReadWAV(b)
			if err != nil {
				t.Fatal(err)
			}
			whole := time.Duration(len(clip.Samples)-172000) * time.Second / 8000
			if d := heard.Length(); d < whole-400*time.Millisecond || d > whole+1200*time.Millisecond {
				t.Errorf("%v were heard of %v", d, whole)
			}
			p.do(contact.EndCall{})
		})
	}
}

// What we send is what Amazon's own client sends: a server sees the same headers of
// both, and its answer is read alike.
func TestLexAsAmazonsClient(t *testing.T) {
	aws, err := exec.LookPath("aws")
	if err != nil {
		t.Fatal(err)
	}
	theirs, answer := lexHeaders(t, func(endpoint string) string {
		out := filepath.Join(t.TempDir(), "out")
		in := filepath.Join(t.TempDir(), "in")
		if err := os.WriteFile(in, make([]byte, 3200), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(aws, "lexv2-runtime", "recognize-utterance", "--endpoint-url", endpoint, "--region", "eu-west-2", "--bot-id", "ABCDEFGHIJ", "--bot-alias-id", "KLMNOPQRST",
			"--locale-id", "en_US", "--session-id", string(alice), "--request-content-type", "audio/lpcm; sample-rate=8000; sample-size-bits=16; channel-count=1; is-big-endian=false",
			"--response-content-type", "text/plain; charset=utf-8", "--session-state", "x", "--input-stream", in, out)
		cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=AKID", "AWS_SECRET_ACCESS_KEY=secret", "AWS_PAGER=")
		var complaint bytes.Buffer
		cmd.Stderr = &complaint
		text, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, complaint.String())
		}
		return string(text)
	})
	if !strings.Contains(answer, `"inputTranscript"`) || !strings.Contains(answer, `"sessionState"`) {
		t.Errorf("Amazon's client reads %s", answer)
	}
	target, _, _, _ := baresipWith(t, "", spoken(t, "espeak-ng", "-v", "en-us", "yes please", "-w"))
	ours, _ := lexHeaders(t, func(endpoint string) string {
		p := newPeered(t, target, func(tr *Trunk) {
			tr.Ears.Engine, tr.Ears.Lex.Endpoint, tr.Ears.Lex.Region, tr.Ears.Lex.Key, tr.Ears.Lex.Secret = "lex", endpoint, "eu-west-2", "AKID", "secret"
		})
		p.do(placeCall())
		for contact.InputKind(p.next()) != "CallAnswered" {
		}
		p.do(contact.CollectSpeech{Visit: 1, Language: "en-US", Remote: true, SessionID: string(alice), Session: map[string]string{"a": "b"},
			Bot: "arn:aws:lex:eu-west-2:111122223333:bot-alias/ABCDEFGHIJ/KLMNOPQRST"})
		in, _ := p.wants("SpeechReceived").(contact.SpeechReceived)
		if in.Text != "yes please" || len(in.Answer) == 0 {
			t.Errorf("%+v", in)
		}
		p.do(contact.EndCall{})
		return ""
	})
	for _, name := range []string{"path", "Content-Type", "Response-Content-Type", "X-Amz-Lex-Session-State"} {
		if name == "X-Amz-Lex-Session-State" {
			if ours[name] == "" || theirs[name] == "" {
				t.Errorf("%s: ours %q, theirs %q", name, ours[name], theirs[name])
			}
			continue
		}
		if ours[name] != theirs[name] {
			t.Errorf("%s: ours %q, theirs %q", name, ours[name], theirs[name])
		}
	}
	if !strings.Contains(ours["Authorization"], "/eu-west-2/lex/aws4_request") || !strings.Contains(theirs["Authorization"], "/eu-west-2/lex/aws4_request") {
		t.Errorf("ours %s\ntheirs %s", ours["Authorization"], theirs["Authorization"])
	}
}
