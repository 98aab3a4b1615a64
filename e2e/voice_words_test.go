//go:build peers

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"outdial/gateway/voice/audio"
)

const wordsBot = "arn:aws:lex:us-east-1:111122223333:bot-alias/APPOINTMEN/TSTALIASID"

// asks is a flow whose bot asks a question, and says what it understood.
const asks = `{"Version":"2019-10-30","StartAction":"record","Actions":[
 {"Identifier":"record","Type":"UpdateContactRecordingBehavior","Parameters":{"RecordingBehavior":{"RecordedParticipants":["Agent","Customer"],"IVRRecordingBehavior":"Enabled"}},"Transitions":{"NextAction":"ask"}},
 {"Identifier":"ask","Type":"ConnectParticipantWithLexBot","Parameters":{"Text":"Does Monday suit you? Please say yes or no.","LexV2Bot":{"AliasArn":"` + wordsBot + `"}},
  "Transitions":{"NextAction":"no","Conditions":[{"NextAction":"yes","Condition":{"Operator":"Equals","Operands":["Confirm"]}}],
   "Errors":[{"ErrorType":"NoMatchingCondition","NextAction":"no"},{"ErrorType":"NoMatchingError","NextAction":"no"}]}},
 {"Identifier":"yes","Type":"MessageParticipant","Parameters":{"Text":"Thank you, see you on Monday."},"Transitions":{"NextAction":"end"}},
 {"Identifier":"no","Type":"MessageParticipant","Parameters":{"Text":"Good bye."},"Transitions":{"NextAction":"end"}},
 {"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}`

// wordy is a house that recognises whatever is said as "yes", and records.
func (c *called) wordy() (config, recordings string) {
	c.Helper()
	script := filepath.Join(c.TempDir(), "hear")
	if err := os.WriteFile(script, []byte("#!/bin/sh\ntest $(wc -c) -gt 8000 && echo Yes.\n"), 0o700); err != nil {
		c.Fatal(err)
	}
	recordings = c.TempDir()
	c.more = fmt.Sprintf(", recordings: %q, recognition: {engine: command, command: [%q]}", recordings, script)
	return c.trunked() + fmt.Sprintf(`bots:
  - {name: appointment, aliases: [%q], intents: [{name: Confirm, utterances: ["yes"]}]}
`, wordsBot), recordings
}

// A customer answers a bot's question by saying so.
func TestACustomerSaysYes(t *testing.T) {
	c := newCalled(t)
	config, _ := c.wordy()
	s := serve(t, config)
	id := s.dial(s.imported("Asks", asks), nil, nil)
	c.answer()
	c.hears("the question", 2*time.Second)
	c.says("Yes, that is fine.")
	c.hears("what follows", time.Second)
	c.isHungUp()
	s.gone(id, "CONTACT_FLOW_DISCONNECT")
	s.took(id, "ConnectParticipantWithLexBot condition Equals Confirm", "MessageParticipant next")
}

// The server is killed in the middle of a recorded call: the contact knows of its
// recording, which plays as far as it got.
func TestARecordingOutlivesAKill(t *testing.T) {
	c := newCalled(t)
	config, _ := c.wordy()
	s := serve(t, config)
	id := s.dial(s.imported("Asks", asks), nil, nil)
	c.answer()
	c.hears("the question", 2*time.Second)
	s.kill()
	got := s.gone(id, "OTHER")
	if len(got.Recordings) != 1 {
		t.Fatalf("%d recordings", len(got.Recordings))
	}
	file := aws.ToString(got.Recordings[0].Location)
	b, err := os.ReadFile(file)
	if err != nil || !strings.Contains(file, id) {
		t.Fatalf("%s: %v", file, err)
	}
	clip, err := audio.ReadWAV(b)
	if err != nil || clip.Length() < 2*time.Second {
		t.Errorf("%v of sound, %v", clip.Length(), err)
	}
}
