package flow_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"outdial/flow"
	"outdial/play"
)

var update = flag.Bool("update", false, "write the plays of testdata/plays as they go")

// The plays lie beside the flows that they are played on.
const plays = "testdata/plays"

var beside = play.Files{
	Read: func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(plays, name)) },
	List: func(folder string) ([]string, error) {
		list, err := os.ReadDir(filepath.Join(plays, folder))
		var names []string
		for _, e := range list {
			names = append(names, e.Name())
		}
		return names, err
	},
}

// Branches of the flows in testdata/plays that no play can take, and why.
var closed = map[string]string{
	"UpdateContactRecordingAndAnalyticsBehavior: error NoMatchingError": "it is to be declared, and nothing else can go wrong",

	"amd: amd (CheckOutboundCallStatus): next":                                                                 "each result has a branch",
	"basics: set (UpdateFlowAttributes): error NoMatchingError":                                                "it is to be declared; the loop fills them up",
	"data: voice (UpdateContactData): next":                                                                    "Voice ID cannot be had",
	"persistent: go (CreatePersistentContactAssociation): next":                                                "no earlier chat is in a play; TestPersistentChat has one",
	"processing: on (UpdateContactMediaProcessing): next":                                                      "messages cannot be processed",
	"recording: redact (UpdateContactRecordingAndAnalyticsBehavior): next":                                     "messages cannot be redacted",
	"recording: redact (UpdateContactRecordingAndAnalyticsBehavior): error ChannelMismatch":                    "another action sees the channel first",
	"recording: chat (UpdateContactRecordingAndAnalyticsBehavior): error InFlightRedactionConfigurationFailed": "it redacts nothing",
	"recording: screen (UpdateContactRecordingAndAnalyticsBehavior): error ChannelMismatch":                    "it is for e-mail",
	"task: template (CreateTask): next":                                                                        "task templates cannot be had",
	"third_over: third (TransferParticipantToThirdParty): next":                                                "the contact is over with the third party's call",
	"wait: bot (Wait): condition Equals BotParticipantDisconnected":                                            "no bot takes part in a contact",
	"wait: bot (Wait): condition Equals WaitCompleted":                                                         "no bot takes part in a contact",
	"wait: bot (Wait): error NoMatchingError":                                                                  "no bot takes part in a contact",
	"wait: hold (Wait): condition Equals WaitCompleted":                                                        "the other wait is over first",
	"wait: hold (Wait): error NoMatchingError":                                                                 "only chats come there",
	"wait: on (Wait): error NoMatchingError":                                                                   "it waits on every channel",
	"wrong: cb (UpdateContactCallbackNumber): error CallbackNumberNotDialable":                                 "callback_forbidden has it",
	"wrong: cb (UpdateContactCallbackNumber): next":                                                            "it is to fail",
	"wrong: five (CreatePersistentContactAssociation): next":                                                   "it is to fail",
	"wrong: four (UpdatePreviousContactParticipantState): next":                                                "it is to fail",
	"wrong: rel (UpdateContactAttributes): next":                                                               "it is to fail",
	"wrong: six (ResumeContact): next":                                                                         "it is to fail",
	"wrong: two (MessageParticipant): next":                                                                    "it is to fail",
	"view_confirmation: view (ShowView): error NoMatchingCondition":                                            "it has one button",
	"view_custom: view (ShowView): error NoMatchingCondition":                                                  "it offers what has a condition",
}

// Each play goes as it is written, also where everything is kept and read back
// after each turn; together they take every branch of every flow.
func TestPlays(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(plays, "*.play"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no plays: %v", err)
	}
	all := play.NewCoverage()
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".play"), func(t *testing.T) {
			all.Add(perform(t, f))
		})
	}
	if *update {
		return
	}
	specs := flow.ActionTypes()
	for _, b := range all.Missing() {
		s := specs[b.Type]
		if s != nil && s.Kind == flow.Unavailable || closed[b.Type+": "+b.Label] != "" || closed[b.String()] != "" {
			continue
		}
		t.Errorf("no play takes %s", b)
	}
}

func perform(t *testing.T, file string) *play.Coverage {
	t.Helper()
	doc, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := play.Read(filepath.Base(file), doc)
	if err != nil {
		t.Fatal(err)
	}
	r := play.Perform(p, beside, play.Options{})
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	if *update {
		if err := os.WriteFile(file, []byte(r.Went.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return r.Coverage
	}
	for _, x := range append(r.Failures, play.Perform(p, beside, play.Options{Restart: true}).Failures...) {
		t.Error(x)
	}
	if !r.OK() {
		t.Logf("notes:\n%s", strings.Join(r.Notes, "\n"))
	}
	return r.Coverage
}

// The flows of the plays are such as the service takes.
func TestFlowsOfPlays(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(plays, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no flows: %v", err)
	}
	for _, f := range files {
		doc, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(doc) {
			t.Errorf("%s is no JSON", f)
		}
		for _, p := range flow.Check(doc, flow.CheckOptions{Strict: true}).Problems() {
			t.Errorf("%s: %s", f, p)
		}
	}
}
