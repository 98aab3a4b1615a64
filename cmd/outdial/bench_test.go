package main

import (
	"os"
	"testing"

	"outdial/bench"
)

// What the bench sets up is a configuration without mistakes.
func TestBenchConfigurations(t *testing.T) {
	flow, err := demoFiles.ReadFile("demo/flows/" + bench.Reminder + ".json")
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(dir string) (string, error){
		"smpp": func(dir string) (string, error) { return bench.SMPPConfig(dir, "127.0.0.1:2775", flow) },
		"sip":  func(dir string) (string, error) { return bench.SIPConfig(dir, "127.0.0.1:5060") },
	} {
		path, err := write(t.TempDir())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		c, err := readConfig(path, nil, os.Getenv)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(c.Carriers) != 1 || len(c.Instances) != 1 {
			t.Errorf("%s: %d carriers, %d instances", name, len(c.Carriers), len(c.Instances))
		}
	}
}
