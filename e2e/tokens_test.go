package e2e

import (
	"errors"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/connect/types"
)

// A hundred calls at once with one token are one contact, also for a process
// that has been killed in between.
func TestClientToken(t *testing.T) {
	s := serve(t, "")
	in := s.chat("SMS", "+12065550100")
	in.ClientToken = aws.String("0190a0a0-0000-7000-8000-000000000001")
	ids := make([]string, 100)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			out, err := s.api.StartOutboundChatContact(t.Context(), in)
			if err != nil {
				t.Errorf("call %d: %v", i, err)
				return
			}
			ids[i] = aws.ToString(out.ContactId)
		})
	}
	all.Wait()
	for i, id := range ids {
		if id != ids[0] {
			t.Fatalf("call %d: contact %s, call 0: %s", i, id, ids[0])
		}
	}
	if got := s.texts("+12065550100"); len(got) != 1 {
		t.Errorf("%d messages: %q", len(got), got)
	}
	s.kill()
	if id := s.startChat(in); id != ids[0] {
		t.Errorf("after a crash: %s, want %s", id, ids[0])
	}
	in.Attributes["name"] = "Bob"
	_, err := s.api.StartOutboundChatContact(t.Context(), in)
	var invalid *types.InvalidRequestException
	if !errors.As(err, &invalid) {
		t.Errorf("other parameters: %v", err)
	}
	in.Attributes["name"] = "Ann"
	in.InstanceId = aws.String(s.InstanceArn)
	if id := s.startChat(in); id != ids[0] {
		t.Errorf("by the instance's ARN: %s, want %s", id, ids[0])
	}
}

// A contact that waits outlives a crash, and so do its timers.
func TestCrashInTheMiddle(t *testing.T) {
	s := serve(t, "")
	const phone = "+12065550100"
	id := s.startChat(s.chat("SMS", phone))
	before := len(s.texts(phone))
	s.kill()
	_, ours := s.number("SMS")
	s.reply(phone, ours, "SMS", "1")
	// What handsets have seen is kept beside a file only.
	got := s.texts(phone)
	if contains(t, got, "Thank you"); len(got) > before+1 {
		t.Errorf("%d messages, had %d", len(got), before)
	}
	s.ended(id, "CONTACT_FLOW_DISCONNECT", "confirmed")
}
