package loopback

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"reflect"
	"testing"

	"outdial/contact"
	"outdial/fault"
)

// keeping stands in for the house's files.
func keeping(c *Config) {
	c.Keep = func(_ context.Context, a contact.Attachment, r io.Reader) (contact.Attachment, error) {
		b, err := io.ReadAll(r)
		if string(b) == "virus" {
			return a, fault.New(fault.Invalid, "not kept")
		}
		a.ID, a.Size = "f-"+a.Name, int64(len(b))
		return a, err
	}
	c.Kept = func(_ context.Context, id string) (contact.Attachment, error) {
		if id != "f-old" {
			return contact.Attachment{}, fault.New(fault.NotFound, "no file")
		}
		return contact.Attachment{ID: id, Name: "old.pdf"}, nil
	}
}

func TestAPersonSendsFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	h := build(t, keeping, journalled(path))
	send := func(text string, files ...Enclosed) (Message, error) {
		return h.world.Write(t.Context(), ann, Writing{To: ours, Text: text, Attachments: files})
	}
	m, err := send("", Enclosed{Name: "a.png", Type: "image/png", Data: []byte("12345")})
	want := []contact.Attachment{{ID: "f-a.png", Name: "a.png", Type: "image/png", Size: 5}}
	if err != nil || !reflect.DeepEqual(m.Attachments, want) || m.Text != "" {
		t.Errorf("%+v %v", m, err)
	}
	if got := h.mail[0].Input.(contact.MessageReceived); !reflect.DeepEqual(got.Attachments, want) {
		t.Errorf("%+v", got)
	}
	if _, err := send("", Enclosed{Name: "a.png", Data: []byte("virus")}); !fault.Is(err, fault.Invalid) || len(h.mail) != 1 {
		t.Error(err, h.mail)
	}
	if _, err := send("", make([]Enclosed, maxEnclosed+1)...); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	if _, err := send("", Enclosed{ID: "f-none"}); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	if _, err := send(" "); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	if _, err := build(t).world.Write(t.Context(), ann, Writing{To: ours, Attachments: []Enclosed{{Name: "a"}}}); !fault.Is(err, fault.Refused) {
		t.Error(err)
	}
	if m, err := send("see", Enclosed{ID: "f-old"}); err != nil || m.Attachments[0].Name != "old.pdf" {
		t.Error(m, err)
	}
	again := build(t, journalled(path))
	if got := again.world.Handset(ann).Messages; len(got) != 2 || !reflect.DeepEqual(got[0].Attachments, want) {
		t.Errorf("after a restart %+v", got)
	}
}

func TestWhatAPersonWroteBearsTheContactThatTookIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	h := build(t, journalled(path))
	h.takes = "c7"
	m, err := h.world.Write(t.Context(), ann, Writing{To: ours, Text: "hello"})
	if err != nil || m.ContactID != "c7" || h.world.Handset(ann).Messages[0].ContactID != "c7" {
		t.Errorf("%+v %v", m, err)
	}
	h.takes = "" // a keyword, which no contact takes
	if m, err = h.world.Write(t.Context(), ann, Writing{To: ours, Text: "STOP"}); err != nil || m.ContactID != "" {
		t.Errorf("%+v %v", m, err)
	}
	h.deny = errors.New("nobody")
	if m, err = h.world.Write(t.Context(), ann, Writing{To: ours, Text: "hello?"}); err == nil || m.ContactID != "" {
		t.Errorf("%+v %v", m, err)
	}
	var ids []contact.ID
	for _, m := range build(t, journalled(path)).world.Handset(ann).Messages {
		ids = append(ids, m.ContactID)
	}
	if !reflect.DeepEqual(ids, []contact.ID{"c7", "", ""}) {
		t.Errorf("after a restart %q", ids)
	}
}
