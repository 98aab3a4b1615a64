package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"outdial/contact"
)

func TestWhatBecameOfAMessage(t *testing.T) {
	at := time.Date(2030, 5, 6, 12, 0, 0, 0, time.Local)
	sent := contact.Message{Direction: "OUTBOUND", Channel: "SMS", Text: "hi", Created: at, Status: contact.StatusSent, Sent: at.Add(time.Second),
		Account: "acme", Ref: "SM1", Segments: 2}
	with := func(change func(*contact.Message)) *contact.Message {
		m := sent
		change(&m)
		return &m
	}
	for _, c := range []struct {
		name string
		m    *contact.Message
		want []string
	}{
		{"queued", &contact.Message{Direction: "OUTBOUND", Channel: "SMS", Text: "hi", Created: at, Status: contact.StatusQueued, Account: "acme"}, []string{"12:00:00 → SMS … \"hi\"", "by acme"}},
		{"sent", &sent, []string{"12:00:00 → SMS ✓ \"hi\"", "sent 12:00:01, by acme, reference SM1, 2 segments"}},
		{"delivered", with(func(m *contact.Message) {
			m.Status, m.Delivered, m.Segments = contact.StatusDelivered, at.Add(2*time.Second), 1
		}),
			[]string{"12:00:00 → SMS ✓✓ \"hi\"", "sent 12:00:01, delivered 12:00:02, by acme, reference SM1, 1 segment"}},
		{"read", with(func(m *contact.Message) {
			m.Status, m.Channel, m.Read, m.Segments = contact.StatusRead, "WHATSAPP", at.Add(time.Minute), 0
		}),
			[]string{"12:00:00 → WHATSAPP ✓✓ read \"hi\"", "sent 12:00:01, read 12:01:00, by acme, reference SM1"}},
		{"failed", with(func(m *contact.Message) {
			m.Status, m.Failed, m.Code, m.Error = contact.StatusFailed, at.Add(time.Hour), "30007", "filtered"
		}),
			[]string{"12:00:00 → SMS ✗ \"hi\"", "sent 12:00:01, failed 13:00:00, by acme, reference SM1, 2 segments", "✗ code 30007: filtered"}},
		{"cancelled", &contact.Message{Direction: "OUTBOUND", Channel: "SMS", Text: "hi", Created: at, Status: contact.StatusCancelled, Failed: at.Add(time.Minute), Account: "acme"},
			[]string{"12:00:00 → SMS ✗ cancelled \"hi\"", "cancelled 12:01:00, by acme"}},
		{"failed without words", with(func(m *contact.Message) { m.Status, m.Code = contact.StatusFailed, "30007" }),
			[]string{"12:00:00 → SMS ✗ \"hi\"", "sent 12:00:01, by acme, reference SM1, 2 segments", "✗ code 30007"}},
		{"unknown, sent again, by another", with(func(m *contact.Message) {
			m.Status, m.Resent, m.Tried = contact.StatusUnknown, 2, []contact.Attempt{{Account: "first", Code: "E1", Error: "is down"}}
		}), []string{"12:00:00 → SMS ? fate unknown \"hi\"", "sent 12:00:01, by acme, reference SM1, 2 segments, sent again twice: nobody knew what had become of it", "not by first: E1 is down"}},
		{"inbound, with files", &contact.Message{Direction: "INBOUND", Channel: "SMS", Created: at, Status: contact.StatusReceived, Attachments: []contact.Attachment{
			{ID: "f1", Name: "a.png", Type: "image/png", Size: 2048}, {Type: "application/zip", URL: "https://c.example/1", Error: "not kept"}, {Type: "video/mp4", URL: "https://c.example/2", Size: 3 << 20}}},
			[]string{"12:00:00 ← SMS [a.png, image/png, 2 kB] [application/zip] [video/mp4, 3.0 MB]", "outdial contact file f1", "application/zip is not kept: not kept", "https://c.example/2"}},
	} {
		var b strings.Builder
		s := &screen{w: &b}
		s.message(toldMessage{Message: c.m})
		var got []string
		for line := range strings.Lines(b.String()) {
			got = append(got, strings.TrimSpace(line))
		}
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

func TestWhatAMessageStillWaitsFor(t *testing.T) {
	soon := time.Now().Add(time.Minute)
	far := time.Date(2090, 5, 6, 12, 0, 0, 0, time.Local)
	for want, w := range map[string]waits{
		"it waits: for its turn": {},
		"it waits until " + soon.Format("15:04:05") + ": no bind is up, tried twice": {Why: "no bind is up", Tries: 2, Until: soon},
		"it waits until 2090-05-06 12:00:00: QUIET_HOURS":                            {Why: "QUIET_HOURS", Until: far},
		"it waits: throttled, tried 3 times":                                         {Why: "throttled", Tries: 3},
	} {
		var b strings.Builder
		(&screen{w: &b}).message(toldMessage{Message: &contact.Message{Direction: "OUTBOUND", Channel: "SMS", Status: contact.StatusQueued}, Waits: &w})
		if got := strings.Split(strings.TrimSpace(b.String()), "\n"); strings.TrimSpace(got[len(got)-1]) != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A file goes from a handset to whoever looks at the contact.
func TestAFileFromAHandset(t *testing.T) {
	dir := t.TempDir()
	l := live(t, dir, serveFlags{})
	h := hold(l, "+12065550100")
	id := strings.TrimSpace(l.ok("start", "chat", "-to", h.number, "-attr", "name=Ann", "-attr", "appointment=on Monday"))
	h.sees("does it suit you?")
	content := "\x89PNG\r\n\x1a\n" + strings.Repeat("x", 3<<20)
	picture := filepath.Join(dir, "my picture.png")
	if err := os.WriteFile(picture, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(dir, "bad.png")
	if err := os.WriteFile(bad, []byte("MZ"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.types("/file")
	h.sees("/file wants the path")
	h.types("/file " + filepath.Join(dir, "none.png"))
	h.sees("no such file")
	h.types("/file " + bad)
	h.sees("is said to be image/png, and is not")
	h.types(`/file "` + picture + `" this is it`)
	h.sees("(sent [my picture.png, image/png, 3.0 MB])")
	h.types("/quit")
	<-h.done
	shown := l.ok("contact", "show", id)
	for _, want := range []string{"[my picture.png, image/png, 3.0 MB]", "✓✓", "reference ", "1 segment", "outdial contact file "} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q in\n%s", want, shown)
		}
	}
	_, rest, _ := strings.Cut(shown, "outdial contact file ")
	file, _, _ := strings.Cut(rest, "\n")
	if got := l.ok("contact", "file", "-o", "-", file); got != content {
		t.Errorf("%d octets", len(got))
	}
	to := filepath.Join(dir, "saved")
	l.ok("contact", "file", "-o", to, file)
	if got, err := os.ReadFile(to); string(got) != content || err != nil {
		t.Errorf("%d octets, %v", len(got), err)
	}
}
