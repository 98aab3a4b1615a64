package loopback

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"outdial/contact"
)

// TestErase writes a journal by hand, and forgets contacts and a person.
func TestErase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	lines := []string{
		`{"event":"message","contact":"c1","message":"m1","channel":"SMS","from":"+12065550110","to":"+12065550100","text":"one"}`,
		`{"event":"message","contact":"c2","message":"m2","channel":"SMS","from":"+12065550110","to":"+12065550100","text":"two"}`,
		`{"event":"message","contact":"c3","message":"m3","channel":"SMS","from":"+12065550110","to":"+12065550107","text":"three"}`,
		`what is not ours`,
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := Open(Config{Journal: path})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	kept := func(want ...int) {
		t.Helper()
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var text []string
		for _, i := range want {
			text = append(text, lines[i]+"\n")
		}
		if string(raw) != strings.Join(text, "") {
			t.Errorf("the journal is\n%s", raw)
		}
	}
	kept(0, 1, 2, 3)
	if err := w.Erase([]contact.ID{"c1"}, ""); err != nil {
		t.Fatal(err)
	}
	kept(1, 2, 3)
	if m := w.Handset("+12065550100").Messages; len(m) != 1 || m[0].Text != "two" {
		t.Errorf("%+v", m)
	}
	if err := w.Erase(nil, "+12065550107"); err != nil {
		t.Fatal(err)
	}
	kept(1, 3)
	if m := w.Handset("+12065550107").Messages; len(m) != 0 {
		t.Errorf("%+v", m)
	}
}
