package play

import (
	"reflect"
	"testing"

	"outdial/contact"
)

func TestFilesInAPlay(t *testing.T) {
	for _, c := range []struct {
		text, rest string
		files      []contact.Attachment
	}{
		{"hello", "hello", nil},
		{"[image/png card.png]", "", []contact.Attachment{{Type: "image/png", Name: "card.png"}}},
		{"see\n[image/png my card.png]\n[application/pdf]", "see", []contact.Attachment{{Type: "image/png", Name: "my card.png"}, {Type: "application/pdf"}}},
		{"[image/png a.png]\nsee", "[image/png a.png]\nsee", nil},
		{"[either/or]", "", []contact.Attachment{{Type: "either/or"}}},
		{"[perhaps]", "[perhaps]", nil},
		{"[image/png", "[image/png", nil},
	} {
		rest, files := enclosed(c.text)
		if rest != c.rest || !reflect.DeepEqual(files, c.files) {
			t.Errorf("%q: %q %+v", c.text, rest, files)
		}
		if got := messageText(contact.SendMessage{Text: rest, Attachments: files}); len(files) > 0 && rest != "" && c.files[0].Name != "" && len(files) == 1 && got != c.text {
			t.Errorf("%q is shown as %q", c.text, got)
		}
	}
	// The customer's picture is a message that the flow hears.
	r := script(t, chat, "< Hi Ann! …\n> 1\n|[image/png card.png]\n< Thank you…\n= end CONTACT_FLOW_DISCONNECT\n")
	if r.Err != nil || !r.OK() {
		t.Errorf("%v %v", r.Err, r.Failures)
	}
}
