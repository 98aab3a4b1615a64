package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"outdial/config"
	"outdial/play"
)

// What the manual says is configuration is one that holds, and what it says is
// a command is one.
func TestManual(t *testing.T) {
	raw, err := os.ReadFile("../../docs/messages.md")
	if err != nil {
		t.Fatal(err)
	}
	var settings, commands []string
	for _, m := range regexp.MustCompile("(?s)```(yaml|sh)\n(.*?)```").FindAllStringSubmatch(string(raw), -1) {
		if m[1] == "yaml" {
			settings = append(settings, m[2])
		} else {
			commands = append(commands, strings.Split(strings.TrimSpace(m[2]), "\n")...)
		}
	}
	if len(settings) < 2 || len(commands) < 9 {
		t.Fatalf("%d pieces of configuration, %d commands", len(settings), len(commands))
	}
	text := strings.Join(settings, "")
	c, err := config.Parse("messages.md", []byte(text), noEnv, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := c.Instances[0].Numbers[0]; n.Quiet == "" || n.Throttle == 0 || n.OptOut == "" || len(c.Routes) == 0 || len(c.Carriers) != 2 {
		t.Errorf("%+v", c)
	}
	for _, line := range commands {
		words := strings.Fields(line)
		known := false
		for _, v := range verbs() {
			known = known || words[0] == "outdial" && v.name == words[1]
		}
		if !known {
			t.Errorf("%s: there is no such verb", line)
		}
		if words[1] == "optout" && !strings.Contains(optoutAbout, "outdial optout "+words[2]) {
			t.Errorf("%s: there is no such verb", line)
		}
	}
}

// What the manual of flows shows is configuration that holds and stubs that can
// be read: their first key tells which.
func TestManualOfFlows(t *testing.T) {
	raw, err := os.ReadFile("../../docs/flows.md")
	if err != nil {
		t.Fatal(err)
	}
	var settings string
	stubs := 0
	for _, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(raw), -1) {
		if !strings.HasPrefix(m[1], "at:") {
			settings += m[1]
			continue
		}
		stubs++
		s, err := play.ReadStubs("flows.md", []byte(m[1]))
		if err != nil || len(s.Functions) != 2 || len(s.Bots) != 2 || len(s.Queues) != 2 || s.Hours["Office"].Is != "open" || len(s.Hours["Shop"].Overrides) != 1 {
			t.Errorf("%v: %+v", err, s)
		}
	}
	c, err := config.Parse("flows.md", []byte(settings), noEnv, nil)
	if err != nil {
		t.Fatal(err)
	}
	if stubs != 1 || len(c.Instances[0].Aliases) != 2 || c.Services["profile"].Endpoint == "" || len(c.Functions) != 1 {
		t.Errorf("%d stubs, %+v", stubs, c)
	}
}
