package bench

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"outdial/gateway/sms"
)

// The session of the part smpp sends for real, if only for a moment.
func TestSMPPSession(t *testing.T) {
	var out bytes.Buffer
	b := &Bench{Out: &out, For: 10 * time.Millisecond}
	for _, receipts := range []sms.MessageState{sms.Scheduled, sms.Delivered} {
		if err := b.smppSession(t.Context(), receipts); err != nil {
			t.Fatal(err)
		}
	}
	if got := out.String(); strings.Count(got, "messages/s") != 2 || strings.Contains(got, ": 0 messages") {
		t.Errorf("said %q", got)
	}
}

// What cannot be measured is said before anything is.
func TestCheck(t *testing.T) {
	for part, wrong := range map[string]string{"start": "", "sip-300": "", "sip-0": "no part", "sip-": "no part", "300": "no part", "parked": "no -store", "": "no part"} {
		err := (&Bench{Store: "postgres://"}).Check([]string{"idle", part})
		if (err == nil) != (wrong == "") || err != nil && !strings.Contains(err.Error(), wrong) {
			t.Errorf("%q: %v", part, err)
		}
	}
}
