package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"outdial/gateway/sms"
)

// What the part smpp sets up is a configuration without errors, and its session
// sends for real, if only for a moment.
func TestBenchSMPP(t *testing.T) {
	var out bytes.Buffer
	b := &bench{out: &out, dir: t.TempDir(), seconds: 10 * time.Millisecond}
	path, err := b.smppConfig("127.0.0.1:2775")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := parseConfig(path, doc, func(string) string { return "" }, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Carriers) != 1 || len(c.Instances) != 1 {
		t.Errorf("%d carriers, %d instances", len(c.Carriers), len(c.Instances))
	}
	for _, receipts := range []sms.MessageState{sms.Scheduled, sms.Delivered} {
		if err := b.smppSession(t.Context(), receipts); err != nil {
			t.Fatal(err)
		}
	}
	if got := out.String(); strings.Count(got, "messages/s") != 2 || strings.Contains(got, ": 0 messages") {
		t.Errorf("said %q", got)
	}
}
