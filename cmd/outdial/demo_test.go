package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"outdial/bot"
	"outdial/config"
	"outdial/flow"
	"outdial/resource"
)

func TestConfigCheckVerb(t *testing.T) {
	var out, errs bytes.Buffer
	e := env{stdin: strings.NewReader("listen: here\n"), stdout: &out, stderr: &errs, getenv: noEnv}
	if got := run(t.Context(), e, []string{"config", "-check", "-"}); got != 1 || errs.String() != "standard input:1: listen: wants HOST:PORT, not \"here\"\n" {
		t.Errorf("exit %d, said %q", got, errs.String())
	}
	e.stdin = strings.NewReader("listen: 127.0.0.1:1\n")
	if got := run(t.Context(), e, []string{"config", "-check", "-"}); got != 0 || out.Len() > 0 {
		t.Errorf("exit %d, said %q", got, out.String())
	}
}

func TestDemoIsWhole(t *testing.T) {
	c, err := demoConfig()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	names := map[string]bool{}
	for _, r := range c.Declared.Rows {
		ids[r.Meta.ARN], names[string(r.Kind)+" "+r.Meta.Name] = true, true
	}
	for _, want := range []string{
		"contact-flow Default agent hold", "contact-flow Default agent transfer", "contact-flow Default agent whisper",
		"contact-flow Default customer hold", "contact-flow Default customer queue", "contact-flow Default customer whisper",
		"contact-flow Default outbound", "contact-flow Default queue transfer",
		"contact-flow Sample inbound flow (first contact experience)",
		"contact-flow Appointment reminder (chat)", "contact-flow Appointment reminder (voice)",
		"operating-hours Basic Hours", "queue BasicQueue",
	} {
		if !names[want] {
			t.Errorf("there is no %s", want)
		}
	}
	// What the flows refer to must be there.
	for _, r := range c.Declared.Rows {
		f, ok := r.Doc.(*resource.Flow)
		if !ok {
			continue
		}
		for _, x := range flow.Check([]byte(f.Content), flow.CheckOptions{Type: f.Type}).Problems() {
			// What is not honoured yet has its place in the default flows all the same.
			if !strings.HasPrefix(x.Message, "Invalid Action type. Type: ") {
				t.Errorf("%s: %s", f.Name, x)
			}
		}
		for _, arn := range arns(f.Content) {
			_, isBot := c.Declared.Bots.Find("", arn)
			if !ids[arn] && !isBot && !strings.Contains(arn, ":lambda:") {
				t.Errorf("%s refers to %s, which is not there", f.Name, arn)
			}
		}
	}
}

// arns gives the ARNs that stand in a flow.
func arns(content string) (out []string) {
	for _, part := range strings.Split(content, `"`) {
		if strings.HasPrefix(part, "arn:") {
			out = append(out, part)
		}
	}
	return out
}

// The same file makes the same ids in every store.
func TestDerivedIDsStay(t *testing.T) {
	c, err := demoConfig()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range c.Declared.Rows {
		switch r.Meta.Name {
		case "demo":
			if r.Meta.ARN != "arn:aws:connect:us-east-1:111122223333:instance/04bd2c48-bb28-5aa9-a002-f34632dc9efe" {
				t.Errorf("the demo instance moved to %s", r.Meta.ARN)
			}
		case "+12065550110":
			if r.Meta.ID != config.Derived("111122223333", "us-east-1", "demo", "phone-number", "+12065550110") {
				t.Errorf("the number's id is %s", r.Meta.ID)
			}
		}
	}
}

// The sample flows, as conversations on paper.
func TestDemoPlays(t *testing.T) {
	var out, errs bytes.Buffer
	e := env{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: noEnv}
	if status := run(t.Context(), e, []string{"test", "testdata"}); status != 0 {
		t.Errorf("exit %d\n%s%s", status, out.String(), errs.String())
	}
}

// The plays' bot is the demo instance's.
func TestPlaysHaveTheDemosBot(t *testing.T) {
	c, err := demoConfig()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("testdata/appointment.stubs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var stubs struct {
		Bots map[string]bot.Definition `yaml:"bots"`
	}
	if err := yaml.Unmarshal(doc, &stubs); err != nil {
		t.Fatal(err)
	}
	if b := c.Bots[0]; !reflect.DeepEqual(stubs.Bots[b.Aliases[0]], b.Definition) {
		t.Errorf("the plays have %+v, the demo %+v", stubs.Bots, b.Definition)
	}
}

func noEnv(string) string { return "" }

func envOf(m map[string]string) func(string) string {
	return func(k string) string { return m[k] }
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// tiny is the smallest flow.
const tiny = `{"Version":"2019-10-30","StartAction":"a","Actions":[{"Identifier":"a","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}`
