package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An export of old: a prompt, then the end.
const exportOfOld = `{"modules":[
	{"id":"a","type":"PlayPrompt","branches":[{"condition":"Success","transition":"b"}],"parameters":[{"name":"Text","value":"Hello from long ago"},{"name":"Mood","value":"calm"}]},
	{"id":"b","type":"Disconnect","branches":[],"parameters":[]}],"version":"1","type":"contactFlow","start":"a","metadata":{"name":"Old"}}`

// keep writes a file of its own.
func keep(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestFlowConvert(t *testing.T) {
	file := keep(t, "old.json", exportOfOld)
	got, err := ranVerb(t, runFlow, "", "convert", file)
	if err != nil || !strings.Contains(got, `"Type": "MessageParticipant"`) || !strings.Contains(got, "Mood") {
		t.Errorf("%v: %s", err, got)
	}
	now := file + ".now"
	if _, err := ranVerb(t, runFlow, "", "convert", "-o", now, file); err != nil {
		t.Fatal(err)
	}
	if got, err := ranVerb(t, runCheck, "", now); err != nil {
		t.Errorf("%v: %s", err, got)
	}
	if _, err := ranVerb(t, runFlow, "", "convert", now); err == nil {
		t.Error("a flow of today is taken for one of old")
	}
}

// What reads a flow reads one of old.
func TestOldExportsAreRead(t *testing.T) {
	file := keep(t, "old.json", exportOfOld)
	if got, err := ranVerb(t, runCheck, "", file); err != nil {
		t.Errorf("check: %v: %s", err, got)
	}
	if got, err := ranVerb(t, runTry, "", file); err != nil || !strings.Contains(got, "Hello from long ago") {
		t.Errorf("try: %v: %s", err, got)
	}
	if got, err := ranVerb(t, runFlow, "", "graph", file); err != nil || !strings.Contains(got, "Old: 2 actions") {
		t.Errorf("graph: %v: %s", err, got)
	}
	if got, err := ranVerb(t, runCheck, "", filepath.Dir(file)); err != nil || !strings.Contains(got, "1 flow") {
		t.Errorf("check of a folder: %v: %s", err, got)
	}
}

func TestFlowGraphIsColoured(t *testing.T) {
	flow := "demo/flows/Appointment reminder (voice).json"
	got, err := ranVerb(t, runFlow, "", "graph", "-plays", "testdata", flow)
	if err != nil || !strings.Contains(got, "branches taken") || !strings.Contains(got, "×") {
		t.Errorf("%v: %.400s", err, got)
	}
	got, err = ranVerb(t, runFlow, "", "graph", "-plays", "testdata/sms_confirms.play", flow)
	if err != nil || !strings.Contains(got, "no play takes a branch of "+flow) {
		t.Errorf("%v: %.400s", err, got)
	}
}

func TestFlowIsUsedWrongly(t *testing.T) {
	for _, args := range [][]string{{}, {"graph"}, {"convert"}, {"paint", "x"}, {"graph", "a", "b"}} {
		if _, err := ranVerb(t, runFlow, "", args...); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
	if _, err := ranVerb(t, runFlow, "", "graph", keep(t, "x.json", "{}")); err == nil || !strings.Contains(err.Error(), "x.json") {
		t.Errorf("no flow: %v", err)
	}
}
