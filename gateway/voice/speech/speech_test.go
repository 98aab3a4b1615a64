package speech

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/voice/audio"
)

// TestMain lets the test binary be the program that speaks: it says a tone for
// each letter of the text, and writes down how it was called.
func TestMain(m *testing.M) {
	if os.Getenv("SPEECH_TEST_PROGRAM") == "" {
		os.Exit(m.Run())
	}
	text, err := io.ReadAll(os.Stdin)
	if err != nil || strings.Contains(string(text), "fail") {
		_, _ = os.Stderr.WriteString("I will not say that")
		os.Exit(3)
	}
	clip := audio.Clip{Rate: 22050, Samples: audio.Tone(22050, time.Duration(len(text))*100*time.Millisecond, 9000, 440)}
	var b bytes.Buffer
	if err := audio.WriteWAV(&b, clip); err != nil {
		os.Exit(4)
	}
	for i, a := range os.Args {
		if a == "-log" {
			line := strings.Join(os.Args[i+2:], " ") + "|" + string(text) + "\n"
			f, err := os.OpenFile(os.Args[i+1], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err == nil {
				_, err = f.WriteString(line)
			}
			if err != nil {
				os.Exit(5)
			}
		}
		if a == "-o" {
			if err := os.WriteFile(os.Args[i+1], b.Bytes(), 0o600); err != nil {
				os.Exit(6)
			}
			os.Exit(0)
		}
	}
	_, _ = os.Stdout.Write(b.Bytes())
	os.Exit(0)
}

// command is a configuration whose engine is this test.
func command(t *testing.T, args ...string) (c Config, log string) {
	t.Setenv("SPEECH_TEST_PROGRAM", "1")
	log = filepath.Join(t.TempDir(), "log")
	return Config{Engine: "command", Command: append([]string{os.Args[0], "-log", log}, args...)}, log
}

func newSpeaker(t *testing.T, c Config) *Speaker {
	t.Helper()
	s, err := New(c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func said(t *testing.T, log string) []string {
	t.Helper()
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

func TestCommand(t *testing.T) {
	c, log := command(t, "{voice}", "{language}")
	c.Cache = t.TempDir()
	s := newSpeaker(t, c)
	p := contact.Prompt{Text: "$(rm -rf /)", Voice: contact.Speech{Name: "Hans"}}
	for _, rate := range []int{8000, 16000, 8000} {
		clip, err := s.Clip(t.Context(), p, rate)
		if err != nil || clip.Rate != rate || clip.Length() != 1100*time.Millisecond {
			t.Fatalf("%v at %d, %v", clip.Length(), clip.Rate, err)
		}
	}
	if _, err := s.Clip(t.Context(), contact.Prompt{SSML: `<speak>Dr. <sub alias="Who">W.</sub> <break time="1s"/> is in</speak>`, Language: "fr-FR"}, 8000); err != nil {
		t.Fatal(err)
	}
	// After a restart it is there still.
	if _, err := newSpeaker(t, c).Clip(t.Context(), p, 8000); err != nil {
		t.Fatal(err)
	}
	want := []string{"Hans de-DE|$(rm -rf /)", "Joanna en-US|Dr. Who. is in"}
	if got := said(t, log); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("said %q", got)
	}
}

func TestCommandToFile(t *testing.T) {
	c, _ := command(t, "-o", "{out}")
	clip, err := newSpeaker(t, c).Clip(t.Context(), contact.Prompt{Text: "hello"}, 8000)
	if err != nil || clip.Length() != 500*time.Millisecond {
		t.Errorf("%v, %v", clip.Length(), err)
	}
}

func TestFailure(t *testing.T) {
	c, log := command(t)
	c.Fallback = "command"
	s := newSpeaker(t, c)
	if _, err := s.Clip(t.Context(), contact.Prompt{Text: "fail"}, 8000); !fault.Is(err, fault.Refused) || !strings.Contains(err.Error(), "I will not say that") {
		t.Errorf("%v", err)
	}
	if _, err := s.Clip(t.Context(), contact.Prompt{Text: strings.Repeat("x", 6001)}, 8000); !fault.Is(err, fault.Refused) {
		t.Errorf("too long: %v", err)
	}
	if _, err := newSpeaker(t, Config{Engine: "none"}).Clip(t.Context(), contact.Prompt{Text: "hello"}, 8000); !fault.Is(err, fault.Refused) {
		t.Errorf("nobody speaks: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Clip(ctx, contact.Prompt{Text: "later"}, 8000); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if clip, err := s.Clip(t.Context(), contact.Prompt{}, 8000); err != nil || len(clip.Samples) != 0 {
		t.Errorf("nothing: %v", err)
	}
	_ = log
}

// Many calls that want the same text have it spoken once.
func TestTogether(t *testing.T) {
	c, log := command(t)
	s := newSpeaker(t, c)
	done := make(chan error)
	for range 20 {
		go func() {
			_, err := s.Clip(context.Background(), contact.Prompt{Text: "the same"}, 8000)
			done <- err
		}()
	}
	for range 20 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if got := said(t, log); len(got) != 1 {
		t.Errorf("spoken %d times", len(got))
	}
}

func TestConfig(t *testing.T) {
	for field, c := range map[string]Config{
		"engine:": {Engine: "siri"}, "command:": {Engine: "command"}, "polly.endpoint:": {Engine: "polly"}, "fallback:": {Engine: "none", Fallback: "x"},
	} {
		var e *fault.Error
		if _, err := New(c, Options{}); !errors.As(err, &e) || e.Kind != fault.Invalid || !strings.HasPrefix(e.Message, field) {
			t.Errorf("%s %v", field, err)
		}
	}
}

func TestPolly(t *testing.T) {
	var calls atomic.Int32
	var asked map[string]string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if r.URL.Path != "/v1/speech" || !strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/polly/aws4_request") {
			t.Errorf("%s %s", r.URL.Path, r.Header.Get("Authorization"))
		}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			t.Error(err)
		}
		if asked["VoiceId"] == "Nobody" {
			http.Error(w, `{"message":"Invalid VoiceId"}`, http.StatusBadRequest)
			return
		}
		_, _ = w.Write(audio.Bytes(nil, audio.Tone(16000, time.Second, 9000, 440)))
	}))
	defer server.Close()
	s := newSpeaker(t, Config{Engine: "polly", Polly: Polly{Endpoint: server.URL, Region: "eu-west-1", Key: "AK", Secret: "s", Engine: "neural"}, Voices: map[string]string{"Hans": "Daniel"}})
	clip, err := s.Clip(t.Context(), contact.Prompt{SSML: "<speak>hi</speak>", Voice: contact.Speech{Name: "Hans"}}, 8000)
	if err != nil || clip.Length() != time.Second {
		t.Fatalf("%v, %v", clip.Length(), err)
	}
	if asked["TextType"] != "ssml" || asked["VoiceId"] != "Daniel" || asked["Engine"] != "neural" || asked["OutputFormat"] != "pcm" || asked["SampleRate"] != "16000" {
		t.Errorf("asked for %v", asked)
	}
	if _, err := s.Clip(t.Context(), contact.Prompt{Text: "hi", Voice: contact.Speech{Name: "Nobody"}}, 8000); !fault.Is(err, fault.Refused) || !strings.Contains(err.Error(), "Invalid VoiceId") {
		t.Errorf("%v", err)
	}
}

func wavFile(t *testing.T, path string, d time.Duration) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := audio.WriteWAV(&b, audio.Clip{Rate: 8000, Samples: audio.Tone(8000, d, 9000, 440)}); err != nil {
		t.Fatal(err)
	}
	if path != "" {
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func TestRecordings(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	wavFile(t, filepath.Join(dir, "welcome.wav"), time.Second)
	wavFile(t, filepath.Join(other, "secret.wav"), time.Second)
	if err := os.Symlink(filepath.Join(other, "secret.wav"), filepath.Join(dir, "link.wav")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "text.wav"), []byte("no sound"), 0o600); err != nil {
		t.Fatal(err)
	}
	var fetched atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/bucket/a b/hello.wav":
			if !strings.Contains(r.Header.Get("Authorization"), "/us-east-1/s3/aws4_request") {
				t.Errorf("not signed: %v", r.Header)
			}
		case "/web.wav":
			fetched.Add(1)
		default:
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(wavFile(t, "", 2*time.Second))
	}))
	defer server.Close()
	no := false
	c := Config{Engine: "none", Files: []string{dir}, S3: S3{Endpoint: server.URL, Key: "AK", Secret: "s"}, Aliases: map[string]string{"s3://acme/": dir + "/"}}
	s := newSpeaker(t, c)
	for uri, want := range map[string]time.Duration{
		"welcome.wav": time.Second, dir + "/welcome.wav": time.Second, "file://" + dir + "/welcome.wav": time.Second, "s3://acme/welcome.wav": time.Second,
		"s3://bucket/a b/hello.wav": 2 * time.Second, server.URL + "/web.wav": 2 * time.Second,
		"text.wav": 0, "link.wav": 0, "../" + filepath.Base(other) + "/secret.wav": 0, other + "/secret.wav": 0, "none.wav": 0,
		"s3://bucket": 0, "s3://bucket/none.wav": 0, server.URL + "/none.wav": 0, "https://%zz": 0,
	} {
		clip, err := s.Clip(t.Context(), contact.Prompt{URI: uri}, 8000)
		if want == 0 && !fault.Is(err, fault.Refused) || want > 0 && (err != nil || clip.Length() != want) {
			t.Errorf("%s: %v, %v", uri, clip.Length(), err)
		}
	}
	if _, err := s.Clip(t.Context(), contact.Prompt{URI: server.URL + "/web.wav"}, 8000); err != nil || fetched.Load() != 1 {
		t.Errorf("fetched %d times, %v", fetched.Load(), err)
	}
	c.Web = &no
	if _, err := newSpeaker(t, c).Clip(t.Context(), contact.Prompt{URI: server.URL + "/web.wav"}, 8000); !fault.Is(err, fault.Refused) {
		t.Errorf("from the web: %v", err)
	}
}

func TestMemory(t *testing.T) {
	m := newMemory(100000)
	for i := range 20 {
		m.put(string(rune('a'+i)), audio.Clip{Rate: 8000, Samples: make([]int16, 8000)}, 0)
		m.get("a", 8000)
	}
	if m.size > 100000 {
		t.Errorf("%d bytes are held", m.size)
	}
	if _, ok := m.get("a", 8000); !ok {
		t.Error("what is used all the time was forgotten")
	}
	if _, ok := m.get("b", 8000); ok {
		t.Error("what is not used was kept")
	}
}

func TestVoices(t *testing.T) {
	for name, want := range map[string]string{"Joanna": "en-us+f2", "Matthew": "en-us+m3", "hans": "de+m3", "Brian": "en-gb+m3", "Lupe": "es-419+f2", "Zhiyu": "cmn+f2", "Nobody": "it+f2"} {
		if got := espeakVoice(voiceOf(name, contact.Prompt{Language: "it-IT"})); got != want {
			t.Errorf("%s is %s", name, got)
		}
	}
}

func TestWords(t *testing.T) {
	for ssml, want := range map[string]string{
		"<speak>Hello <emphasis>Ann</emphasis>!</speak>": "Hello Ann!", "<speak><p>One</p><p>Two.</p></speak>": "One. Two.",
		"no tags & all": "no tags & all", "<speak>a<break/>b": "a. b", "<speak>a</p></speak>b<": "a",
		"<speak>&eacute;t&eacute;</speak>": "été", "": "",
	} {
		if got := Words(ssml); got != want {
			t.Errorf("%q: %q", ssml, got)
		}
	}
}

func FuzzWords(f *testing.F) {
	f.Add("<speak>Hi <break time='1s'/> <sub alias=\"x\">y</sub></speak>")
	f.Fuzz(func(t *testing.T, ssml string) {
		if w := Words(ssml); strings.TrimSpace(w) != w {
			t.Errorf("%q", w)
		}
	})
}
