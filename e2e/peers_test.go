//go:build peers

package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// These drive the server by clients that are not Go: Node, npm and Debian's
// awscli must be on the machine. go test -tags peers ./e2e

// TestJavaScript runs the official SDK for JavaScript.
func TestJavaScript(t *testing.T) {
	s := serve(t, "")
	dir := t.TempDir()
	for _, name := range []string{"package.json", "contacts.mjs"} {
		raw, err := os.ReadFile(filepath.Join("js", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.runs(dir, nil, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock")
	t.Log(s.runs(dir, []string{"READY=" + filepath.Join(s.dir, "ready.json")}, "node", "contacts.mjs"))
}

// runs runs a program in a folder with the test's key, and gives what it says.
func (s *server) runs(dir string, env []string, name string, args ...string) string {
	s.Helper()
	c := exec.CommandContext(s.Context(), name, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+keyID, "AWS_SECRET_ACCESS_KEY="+secret, "AWS_REGION="+s.Region,
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true")
	c.Env = append(c.Env, env...)
	out, err := c.CombinedOutput()
	if err != nil {
		s.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestPrintedLines runs the lines that the server prints, by Debian's awscli:
// it is older than the operations, and gets today's model by AWS_DATA_PATH.
func TestPrintedLines(t *testing.T) {
	model := os.Getenv("CONNECT_MODEL")
	if model == "" {
		t.Skip("CONNECT_MODEL is not set: it names AWS's model of Connect (service-2.json)")
	}
	raw, err := os.ReadFile(model)
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	at := filepath.Join(data, "connect", "2017-08-08")
	if err := os.MkdirAll(at, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(at, "service-2.json"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, "")
	s.advance("0s")
	said := s.read("said")
	n := 0
	for line := range strings.Lines(said) {
		line, ok := strings.CutPrefix(strings.TrimSpace(line), "aws connect ")
		if !ok {
			continue
		}
		n++
		out := s.runs(data, []string{"AWS_DATA_PATH=" + data}, "sh", "-c", "/usr/bin/aws connect "+line)
		var made struct{ ContactId string }
		if err := json.Unmarshal([]byte(out), &made); err != nil || made.ContactId == "" {
			t.Errorf("aws connect %s: %s", line, out)
			continue
		}
		s.advance("0s")
		if c := s.describe(made.ContactId); c.InitiationTimestamp == nil {
			t.Errorf("contact %+v", c)
		}
	}
	if n < 3 {
		t.Errorf("the server printed %d lines for the AWS CLI, want one for SMS, WhatsApp and voice each:\n%s", n, said)
	}
	if got := s.texts("+12065550100"); len(got) != 2 {
		t.Errorf("on the handset: %q", got)
	}
	// Errors are readable there too.
	c := exec.CommandContext(t.Context(), "/usr/bin/aws", "connect", "stop-contact", "--endpoint-url", s.Endpoint,
		"--instance-id", s.InstanceID, "--contact-id", "00000000-0000-0000-0000-000000000000")
	c.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+keyID, "AWS_SECRET_ACCESS_KEY="+secret, "AWS_REGION="+s.Region, "AWS_DATA_PATH="+data)
	out, err := c.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "ContactNotFoundException") || !strings.Contains(string(out), "there is no contact") {
		t.Errorf("stop-contact: %v %s", err, out)
	}
	// And what is wrong with a flow is told, all of it.
	c = exec.CommandContext(t.Context(), "/usr/bin/aws", "connect", "create-contact-flow", "--endpoint-url", s.Endpoint, "--instance-id", s.InstanceID, "--name", "Wrong",
		"--type", "CONTACT_FLOW", "--content", `{"Version":"2019-10-30","StartAction":"a","Actions":[{"Identifier":"a","Type":"Fly","Parameters":{},"Transitions":{}},{"Identifier":"b","Type":"Swim","Parameters":{},"Transitions":{}}]}`)
	c.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+keyID, "AWS_SECRET_ACCESS_KEY="+secret, "AWS_REGION="+s.Region, "AWS_DATA_PATH="+data)
	out, err = c.CombinedOutput()
	for _, want := range []string{"InvalidContactFlowException", "Fly", "Swim"} {
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("create-contact-flow lacks %s: %v %s", want, err, out)
		}
	}
}
