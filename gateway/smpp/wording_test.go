package smpp

import (
	"strings"
	"testing"

	"outdial/contact"
	"outdial/fault"
)

// SMPP carries text: files go as addresses that the customer can open, or not at
// all, and the reason says so.
func TestWhatIsNoTextIsRefused(t *testing.T) {
	for _, c := range []struct {
		m    contact.SendMessage
		want string
		err  string
	}{
		{m: contact.SendMessage{Text: "hi"}, want: "hi"},
		{m: contact.SendMessage{Text: "see", Attachments: []contact.Attachment{{URL: "https://a.example/1"}}}, want: "see\nhttps://a.example/1"},
		{m: contact.SendMessage{Text: "see", Attachments: []contact.Attachment{{ID: "f", Name: "a.png", Type: "image/png", URL: "attachment:f"}}}, err: "a.png (image/png) cannot be sent: SMPP carries text alone"},
		{m: contact.SendMessage{ContentType: "application/vnd.amazonaws.connect.message.interactive", Text: "{}"}, err: "cannot be sent as a short message"},
		{m: contact.SendMessage{}, err: "text: is needed"},
	} {
		got, err := wording(c.m)
		if got != c.want || (err == nil) != (c.err == "") {
			t.Errorf("%+v: %q %v", c.m, got, err)
		}
		if err != nil && (!strings.Contains(err.Error(), c.err) || fault.Is(err, fault.Busy)) {
			t.Errorf("%v, want %s", err, c.err)
		}
	}
}
