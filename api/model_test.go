package api

import (
	"os"
	"testing"

	"outdial/wire/wiretest"
)

// accepted are the differences from AWS's model that are meant.
var accepted = []string{
	// The model's own patterns of these are escaped twice, so that no number and
	// no address could match them: the operations check what is meant.
	`StartOutboundVoiceContact: input DestinationPhoneNumber: pattern "", the model says "\\\\+[1-9]\\\\d{1,14}$"`,
	`StartOutboundVoiceContact: input SourcePhoneNumber: pattern "", the model says "\\\\+[1-9]\\\\d{1,14}$"`,
	`CreateQuickConnect: input QuickConnectConfig.PhoneConfig.PhoneNumber: pattern "", the model says "\\\\+[1-9]\\\\d{1,14}$"`,
	`UpdateQuickConnectConfig: input QuickConnectConfig.PhoneConfig.PhoneNumber: pattern "", the model says "\\\\+[1-9]\\\\d{1,14}$"`,
	`ClaimPhoneNumber: input PhoneNumber: pattern "", the model says "\\\\+[1-9]\\\\d{1,14}$"`,
	`CreateUser: input IdentityInfo.Mobile: pattern "", the model says "\\\\+[1-9]\\\\d{1,14}$"`,
	`UpdateUserIdentityInfo: input IdentityInfo.Mobile: pattern "", the model says "\\\\+[1-9]\\\\d{1,14}$"`,
	`CreatePrompt: input S3Uri: pattern "", the model says "s3://\\S+/.+|https://\\\\S+\\\\.s3\\\\.\\\\S+\\\\.amazonaws\\\\.com/\\\\S+"`,
	`UpdatePrompt: input S3Uri: pattern "", the model says "s3://\\S+/.+|https://\\\\S+\\\\.s3\\\\.\\\\S+\\\\.amazonaws\\\\.com/\\\\S+"`,
}

// TestModel has AWS's own model examine every operation: routes, inputs,
// outputs and exceptions.
func TestModel(t *testing.T) {
	path := os.Getenv("CONNECT_MODEL")
	if path == "" {
		t.Skip("CONNECT_MODEL is not set: it names AWS's model of Connect (service-2.json)")
	}
	s := New(Config{})
	report, err := wiretest.Examine(path, s.Operations(), accepted...)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Differences {
		t.Error(d)
	}
	for _, m := range report.NotHonoured {
		t.Log("not honoured: " + m)
	}
	routes, err := wiretest.Routes(path, s.Operations(), unserved(s.Operations()))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range routes {
		t.Error(d)
	}
}
