package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"outdial/play"
)

// flowsOf makes a folder with the given files.
func flowsOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// askFlow asks for one key on a call, and for nothing on other channels.
const askFlow = `{"Version":"2019-10-30","StartAction":"ask","Actions":[
 {"Identifier":"ask","Type":"GetParticipantInput","Parameters":{"Text":"Press 1.","InputTimeLimitSeconds":"5","StoreInput":"False"},
  "Transitions":{"NextAction":"bye","Errors":[{"ErrorType":"NoMatchingCondition","NextAction":"ask"},{"ErrorType":"NoMatchingError","NextAction":"bye"},
   {"ErrorType":"InputTimeLimitExceeded","NextAction":"bye"}],"Conditions":[{"NextAction":"set","Condition":{"Operator":"Equals","Operands":["1"]}}]}},
 {"Identifier":"set","Type":"UpdateContactAttributes","Parameters":{"Attributes":{"pressed":"$.Attributes.name"},"TargetContact":"Current"},
  "Transitions":{"NextAction":"bye","Errors":[{"ErrorType":"NoMatchingError","NextAction":"bye"}],"Conditions":[]}},
 {"Identifier":"bye","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}`

const badFlow = `{"Version":"2019-10-30","StartAction":"ask","Actions":[
 {"Identifier":"ask","Type":"PlayMusic","Parameters":{},"Transitions":{"NextAction":"bye","Errors":[],"Conditions":[]}},
 {"Identifier":"bye","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}`

type verbRun func(context.Context, env, []string) error

// ranVerb runs a verb and gives what it printed, and its error.
func ranVerb(t *testing.T, run verbRun, stdin string, args ...string) (string, error) {
	t.Helper()
	var out, errs bytes.Buffer
	e := env{stdin: strings.NewReader(stdin), stdout: &out, stderr: &errs, getenv: func(string) string { return "" }}
	err := run(t.Context(), e, args)
	if strings.Contains(out.String(), "\x1b[") {
		t.Errorf("colours without a terminal: %q", out.String())
	}
	return out.String() + errs.String(), err
}

func TestTryTalks(t *testing.T) {
	dir := flowsOf(t, map[string]string{"ask.json": askFlow})
	flow := filepath.Join(dir, "ask.json")
	for _, c := range []struct {
		name, stdin string
		args, want  []string
	}{
		{"keys", "7\n1\n", nil, []string{"< Press 1.\n", "> 7\n", "⏳ 5s", "= end CONTACT_FLOW_DISCONNECT"}},
		{"keys as a play has them", "#1\n", nil, []string{"< Press 1.\n", "= end CONTACT_FLOW_DISCONNECT"}},
		{"time goes by", "/wait\n", nil, []string{"nothing was pressed", "= end CONTACT_FLOW_DISCONNECT"}},
		{"hang-up", "/hangup\n", nil, []string{"= end CUSTOMER_DISCONNECT"}},
		{"a busy phone", "/busy\n", []string{"-ring"}, []string{"the phone rings", "= end TELECOM_BUSY"}},
		{"branches", "1\n", []string{"-v", "-attributes", "name=Ann"}, []string{"ask (GetParticipantInput): condition Equals 1 → set", "* Event DISCONNECTED"}},
		{"a reference", "? $.Attributes.name\n", []string{"-attributes", "name=Ann"}, []string{"$.Attributes.name = Ann"}},
		{"another channel", "", []string{"-channel", "sms"}, []string{"does not run on SMS, only on voice", "= end CONTACT_FLOW_DISCONNECT"}},
		{"what cannot be", "/explode\n/transfer failed\n/busy\nhello\n1\n", nil, []string{"/help lists", "no call is put through", "no phone rings", "nobody listens"}},
		{"help", "/help\n/quit\n", nil, []string{"/hangup", "/press 12#"}},
		{"signs of a play", "!set name = Bob\n? $.Attributes.name\n+5s\n", nil, []string{"$.Attributes.name = Bob", "= end"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := ranVerb(t, runTry, c.stdin, append([]string{flow}, c.args...)...)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range c.want {
				if !strings.Contains(out, w) {
					t.Errorf("no %q in\n%s", w, out)
				}
			}
		})
	}
}

func TestTryWritesAPlay(t *testing.T) {
	dir := flowsOf(t, map[string]string{"flows/ask.json": askFlow, "plays/.keep": ""})
	file := filepath.Join(dir, "plays", "one.play")
	out, err := ranVerb(t, runTry, "7\n1\n? $.Attributes.pressed\n", filepath.Join(dir, "flows", "ask.json"), "-attributes", "name=Ann", "-write", file)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := "flow: ../flows/ask.json\nattributes:\n  name: Ann\n\n< Press 1.\n#7\n< Press 1.\n#1\n= end CONTACT_FLOW_DISCONNECT\n"
	if got, err := os.ReadFile(file); err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
	if out, err := ranVerb(t, runTest, "", file); err != nil {
		t.Errorf("the play that was written fails: %v\n%s", err, out)
	}
}

func TestTryExplores(t *testing.T) {
	dir := flowsOf(t, map[string]string{"ask.json": askFlow})
	out, err := ranVerb(t, runTry, "", filepath.Join(dir, "ask.json"), "-explore")
	if err != nil || !strings.Contains(out, "7 of 7 branches taken") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = ranVerb(t, runTry, "", filepath.Join(dir, "ask.json"), "-explore", "-channel", "sms", "-o", "json")
	var x struct {
		Taken, Of int
		Missing   []string
	}
	if err != nil || json.Unmarshal([]byte(out), &x) != nil || x.Taken >= x.Of || len(x.Missing) != x.Of-x.Taken {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestTryRefuses(t *testing.T) {
	dir := flowsOf(t, map[string]string{"ask.json": askFlow})
	for _, args := range [][]string{{}, {filepath.Join(dir, "no.json")}, {filepath.Join(dir, "ask.json"), "-channel", "fax"}, {filepath.Join(dir, "ask.json"), "-at", "noon"},
		{filepath.Join(dir, "ask.json"), "-stub", filepath.Join(dir, "no.yaml")}} {
		if out, err := ranVerb(t, runTry, "", args...); err == nil {
			t.Errorf("%v: %s", args, out)
		}
	}
}

func TestCheckVerb(t *testing.T) {
	dir := flowsOf(t, map[string]string{"good.json": askFlow, "bad/bad.json": badFlow, "other.json": `{"a":1}`, "broken.json": `{"StartAction": `})
	out, err := ranVerb(t, runCheck, "", filepath.Join(dir, "good.json"))
	if err != nil || !strings.Contains(out, "1 flow, 0 problems") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = ranVerb(t, runCheck, "", dir)
	var x exitError
	if !errors.As(err, &x) || x != 1 || !strings.Contains(out, "Invalid Action type. Type: PlayMusic") || !strings.Contains(out, "3 flows, ") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = ranVerb(t, runCheck, "", "-o", "json", filepath.Join(dir, "bad"))
	var all []struct {
		File     string
		Problems []struct{ Message, Action, Path string }
	}
	if !errors.As(err, &x) || json.Unmarshal([]byte(out), &all) != nil || len(all) != 1 || len(all[0].Problems) == 0 || all[0].Problems[0].Action != "ask" {
		t.Errorf("%v\n%s", err, out)
	}
	for _, args := range [][]string{{}, {filepath.Join(dir, "no.json")}, {"-type", "FLOW", dir}, {"-channel", "fax", dir}, {"-o", "xml", dir}, {t.TempDir()}} {
		if out, err := ranVerb(t, runCheck, "", args...); err == nil {
			t.Errorf("%v: %s", args, out)
		}
	}
}

func TestTestVerb(t *testing.T) {
	const good = "flow: ask.json\n\n< Press 1.\n#1\n= end CONTACT_FLOW_DISCONNECT\n"
	dir := flowsOf(t, map[string]string{"ask.json": askFlow, "good.play": good, "sub/bad.play": "flow: ../ask.json\nname: <the other>\n\n< Press 2.\n",
		"sub/broken.play": "flow: ../ask.json\nnonsense\n"})
	out, err := ranVerb(t, runTest, "", "-v", "-restarts", filepath.Join(dir, "good.play"))
	if err != nil || !strings.Contains(out, "ok     ") || !strings.Contains(out, "1 play, 0 failed; 3 of 7 branches of 1 flow taken") ||
		!strings.Contains(out, "ask (GetParticipantInput): error InputTimeLimitExceeded") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = ranVerb(t, runTest, "", dir)
	var x exitError
	if !errors.As(err, &x) || x != 1 || !strings.Contains(out, "bad.play:4:") || !strings.Contains(out, "broken.play:2:") ||
		!strings.Contains(out, "3 plays, 2 failed; 3 of 7 branches of 1 flow taken") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = ranVerb(t, runTest, "", "-o", "json", dir)
	var j struct {
		Plays []struct {
			File     string
			OK       bool
			Failures []struct {
				Line      int
				Want, Got string
			}
		}
		Failed int
	}
	if !errors.As(err, &x) || json.Unmarshal([]byte(out), &j) != nil || j.Failed != 2 || len(j.Plays) != 3 || j.Plays[1].Failures[0].Got != "< Press 1." {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = ranVerb(t, runTest, "", "-o", "junit", dir)
	var u struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Cases    []struct {
			Name    string `xml:"name,attr"`
			Failure string `xml:"failure"`
		} `xml:"testcase"`
	}
	if !errors.As(err, &x) || xml.Unmarshal([]byte(out), &u) != nil || u.Tests != 3 || u.Failures != 1 || u.Errors != 1 || u.Cases[1].Name != "<the other>" {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = ranVerb(t, runTest, "", "-update", filepath.Join(dir, "sub", "bad.play"))
	if got, _ := os.ReadFile(filepath.Join(dir, "sub", "bad.play")); err != nil || string(got) != "flow: ../ask.json\nname: <the other>\n\n< Press 1.\n" {
		t.Errorf("%v\n%s\n%s", err, out, got)
	}
	if out, err := ranVerb(t, runTest, "", t.TempDir()); err == nil {
		t.Errorf("no plays: %s", out)
	}
}

func TestTimeSpan(t *testing.T) {
	for d, want := range map[string]string{"5s": "5s", "25h": "1d1h", "90m": "1h30m", "0s": "0s", "1500ms": "2s"} {
		v, err := play.ParseDuration(d)
		if err != nil {
			t.Fatal(err)
		}
		if got := timeSpan(v); got != want {
			t.Errorf("%s: %s, not %s", d, got, want)
		}
	}
}

// Where something that a flow reaches is not there, try says once how it can be.
func TestTryHintsAtStubs(t *testing.T) {
	const bot = `{"Version":"2019-10-30","StartAction":"a","Actions":[
 {"Identifier":"a","Type":"ConnectParticipantWithLexBot","Parameters":{"Text":"Hm?","LexV2Bot":{"AliasArn":"helper"}},
  "Transitions":{"NextAction":"b","Errors":[{"ErrorType":"NoMatchingError","NextAction":"b"},{"ErrorType":"NoMatchingCondition","NextAction":"b"}]}},
 {"Identifier":"b","Type":"ConnectParticipantWithLexBot","Parameters":{"Text":"Hm?","LexV2Bot":{"AliasArn":"helper"}},
  "Transitions":{"NextAction":"c","Errors":[{"ErrorType":"NoMatchingError","NextAction":"c"},{"ErrorType":"NoMatchingCondition","NextAction":"c"}]}},
 {"Identifier":"c","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}`
	t.Chdir(flowsOf(t, map[string]string{"talk.json": bot}))
	out, err := ranVerb(t, runTry, "", "talk.json", "-channel", "sms")
	if err != nil || strings.Count(out, "talk.stubs.yaml beside the flow") != 1 {
		t.Errorf("%v\n%s", err, out)
	}
	// What it says can be taken as it stands.
	for kind, how := range stubbed {
		if _, err := play.ReadStubs("a.stubs.yaml", []byte(how)); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
