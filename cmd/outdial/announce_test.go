package main

import (
	"bytes"
	"strings"
	"testing"

	"outdial/config"
)

// A server that has carriers and no instance says what it lacks, in place of
// nothing between two commas.
func TestAnnouncesThatThereIsNoInstance(t *testing.T) {
	h := &house{facts: &ready{Endpoint: "http://127.0.0.1:3425"}}
	h.config = &config.File{Store: "file:outdial.db"}
	var out bytes.Buffer
	h.announce(&out)
	if s := out.String(); !strings.Contains(s, "There is no instance") || strings.Contains(s, "(account ,") {
		t.Errorf("it says %s", s)
	}
}
