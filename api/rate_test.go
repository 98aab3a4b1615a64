package api

import (
	"fmt"
	"testing"
	"time"

	"outdial/resource"
)

// sometime gives a clock that jumps a minute at every look, so that no rate binds.
func (h *house) sometime() func() time.Time {
	now := time.Now()
	return func() time.Time {
		now = now.Add(time.Minute)
		return now
	}
}

func TestRates(t *testing.T) {
	h := build(t, func(in *resource.Instance) { in.Quotas = "aws" })
	now := time.Now()
	h.server.Now = func() time.Time { return now }
	describe := func() int {
		status, _, _ := h.do("GET", "/queues/"+instanceID+"/"+queueID, "")
		return status
	}
	start := func(i int) (int, string) {
		status, exception, _ := h.do("PUT", "/contact/outbound-chat", chatRequest(destination(fmt.Sprintf("+1206555%04d", i))))
		return status, exception
	}
	// 2 a second and 5 at once, for each operation.
	for i := range 5 {
		if status, exception := start(i); status != 200 {
			t.Fatalf("start %d: %d %s", i, status, exception)
		}
	}
	if status, exception := start(5); status != 429 || exception != "ThrottlingException" {
		t.Errorf("over the burst: %d %s", status, exception)
	}
	if status := describe(); status != 200 {
		t.Errorf("another operation has a bucket of its own: %d", status)
	}
	now = now.Add(500 * time.Millisecond)
	if status, _ := start(6); status != 200 {
		t.Errorf("half a second later there is one more: %d", status)
	}
	if status, _ := start(7); status != 429 {
		t.Errorf("and no second one: %d", status)
	}
	h.refuses(t, "/contact/outbound-voice", callRequest(object{"InstanceId": "none"}), refusal{status: 404, want: "ResourceNotFoundException"})
}

func TestNoRatesWithoutQuotas(t *testing.T) {
	h := build(t)
	for i := range 20 {
		if status, exception, _ := h.do("GET", "/queues/"+instanceID+"/"+queueID, ""); status != 200 {
			t.Fatalf("%d: %d %s", i, status, exception)
		}
	}
}
