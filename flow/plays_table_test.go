package flow_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"outdial/flow"
	"outdial/play"
)

// What no play shows of the table, and why.
var unplayed = map[string]string{
	"CompleteOutboundCall on chat":                                     "no chat comes to an outbound whisper that is yet to be dialled",
	"CreatePersistentContactAssociation succeeds":                      "no earlier chat is in a play; TestPersistentChat has one",
	"UntagContact error NoMatchingError":                               "its keys are static, and the check refuses those that fail",
	"UpdateContactRecordingAndAnalyticsBehavior error NoMatchingError": "it is to be declared, and nothing else can go wrong",
	"Wait condition Equals BotParticipantDisconnected":                 "no bot takes part in a contact",
}

// Each action type is played: where it succeeds, on each of its errors, with each
// result that its table names, and on each channel on which it does something
// else than on others.
func TestPlaysShowTheTable(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(plays, "*.play"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no plays: %v", err)
	}
	shown := map[string]bool{}
	for _, f := range files {
		doc, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		p, err := play.Read(filepath.Base(f), doc)
		if err != nil {
			t.Fatal(err)
		}
		channel := p.Head.Channel
		switch channel {
		case "":
			channel = "voice"
		case "SMS", "WHATSAPP", "CHAT":
			channel = "chat"
		}
		r := play.Perform(p, beside, play.Options{})
		for b, n := range r.Coverage.Taken() {
			if n == 0 {
				continue
			}
			shown[b.Type+" "+b.Label] = true
			shown[b.Type+" on "+strings.ToLower(channel)] = true
			if !strings.HasPrefix(b.Label, "error") {
				shown[b.Type+" succeeds"] = true
			}
			if op := strings.Fields(b.Label); op[0] == "condition" {
				shown[b.Type+" "+op[1]] = true
			}
		}
	}
	want := func(what string) {
		if !shown[what] && unplayed[what] == "" {
			t.Errorf("no play shows %s", what)
		}
	}
	for name, s := range flow.ActionTypes() {
		if s.Kind == flow.Unavailable {
			want(name + " error NoMatchingError")
			continue
		}
		want(name + " succeeds")
		for _, e := range s.Errors {
			want(name + " error " + e.Type)
		}
		for _, r := range s.Results {
			for _, o := range r.Operands {
				want(name + " condition Equals " + o)
			}
			for _, op := range r.Ops {
				want(name + " " + op)
			}
		}
		if s.Channels != 0 {
			for _, ch := range []string{"voice", "chat"} {
				want(name + " on " + ch)
			}
		}
	}
	for what := range unplayed {
		if shown[what] {
			t.Errorf("a play shows %s, and it is listed as unplayed", what)
		}
	}
}
