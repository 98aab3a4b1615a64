package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

const logged = `{"Version":"2019-10-30","StartAction":"on","Actions":[
 {"Identifier":"on","Type":"UpdateFlowLoggingBehavior","Parameters":{"FlowLoggingBehavior":"Enabled"},"Transitions":{"NextAction":"hi"}},
 {"Identifier":"hi","Type":"MessageParticipant","Parameters":{"Text":"Hello $.Attributes.name"},"Transitions":{"NextAction":"end"}},
 {"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}`

// The flow log of a contact is in its file, in order, as the service writes it.
func TestFlowLogSink(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Mkdir("flows", 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "flows"), "Talk.json", logged)
	write(t, dir, "outdial.yaml", `flows: flows
instances:
- {alias: loud, flowLogs: true, numbers: [{number: '+12065550190', channels: [SMS], flow: Talk}]}
flowLogSinks:
- {name: log, file: log.jsonl}
`)
	l := live(t, dir, serveFlags{})
	l.ok("start", "chat", "-flow", "Talk", "-from", "+12065550190", "-to", "+12065550105", "-attr", "name=Ann", "-wait")
	var lines [][]byte
	l.eventually("the log is written", func() bool {
		doc, _ := os.ReadFile("log.jsonl")
		lines = bytes.Split(bytes.TrimSpace(doc), []byte("\n"))
		return len(lines) >= 3
	})
	if len(lines) != 3 {
		t.Errorf("%d lines", len(lines))
	}
	var e struct {
		ContactFlowName, ContactFlowModuleType string
		Parameters                             map[string]string
	}
	if err := json.Unmarshal(lines[1], &e); err != nil {
		t.Fatal(err)
	}
	if e.ContactFlowName != "Talk" || e.ContactFlowModuleType != "PlayPrompt" || e.Parameters["Text"] != "Hello Ann" {
		t.Errorf("%s", lines[1])
	}
}
