package bench

import (
	"os"
	"testing"

	"outdial/config"
)

// What is set up is a configuration without mistakes.
func TestConfigurations(t *testing.T) {
	flow, err := os.ReadFile("../cmd/outdial/demo/flows/" + Reminder + ".json")
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(dir string) (string, error){
		"smpp": func(dir string) (string, error) { return SMPPConfig(dir, "127.0.0.1:2775", flow) },
		"sip":  func(dir string) (string, error) { return SIPConfig(dir, "127.0.0.1:5060") },
	} {
		path, err := write(t.TempDir())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		c, err := config.Read(path, nil, os.Getenv)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(c.Carriers) != 1 || len(c.Instances) != 1 {
			t.Errorf("%s: %d carriers, %d instances", name, len(c.Carriers), len(c.Instances))
		}
	}
}
