package loopback

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
)

func lines(t *testing.T, path string) (all []entry) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var e entry
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			t.Fatalf("%s: %v", s.Bytes(), err)
		}
		all = append(all, e)
	}
	return all
}

func TestJournal(t *testing.T) {
	path := tempJournal(t)
	h := build(t, journalled(path))
	h.do(chat(ann), contact.SendMessage{ID: "m1", Text: "two\nlines <&>"})
	if _, err := h.world.Write(context.Background(), ann, Writing{Text: "yes"}); err != nil {
		t.Fatal(err)
	}
	h.do(voice(ann), contact.PlaceCall{From: ours, To: ann})
	h.act(ann, Act{Action: "answer"})
	h.do(voice(ann), contact.PlayPrompt{Visit: 1, Prompt: contact.Prompt{Text: "Hello."}})
	h.act(ann, Act{Action: "hangup"})
	h.do(voice("+12065550101"), contact.PlaceCall{From: ours, To: "+12065550101"})
	c := contact.ID("c-" + ann)
	busy := contact.ID("c-+12065550101")
	want := []entry{
		{Event: "message", Contact: c, Message: "m1", Channel: "SMS", From: ours, To: ann, Text: "two\nlines <&>", Status: "DELIVERED"},
		{Event: "reply", Channel: "SMS", From: ann, To: ours, Text: "yes", Status: "SENT"},
		{Event: "dial", Contact: c, From: ours, To: ann},
		{Event: "answer", Contact: c, From: ours, To: ann},
		{Event: "end", Contact: c, From: ours, To: ann, By: "customer", Heard: []string{"Hello."}},
		{Event: "dial", Contact: busy, From: ours, To: "+12065550101"},
		{Event: "end", Contact: busy, From: ours, To: "+12065550101", By: "network"},
	}
	got := lines(t, path)
	for i := range got {
		if !got[i].At.Equal(noon) {
			t.Errorf("at %v", got[i].At)
		}
		got[i].At = time.Time{}
		if got[i].Event == "reply" {
			got[i].Message = ""
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v, want\n%+v", got, want)
	}
	if s, err := os.Stat(path); err != nil || s.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", s.Mode(), err)
	}
}

// tear leaves half a line at the end.
func tear(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(`{"event":"message","to":"+1206`); err != nil {
		t.Fatal(err)
	}
}

// A process that dies leaves its handsets behind: without Close, and with half a
// line at the end.
func TestRebuilt(t *testing.T) {
	path := tempJournal(t)
	h := build(t, journalled(path))
	h.do(chat(ann), contact.SendMessage{ID: "m1", Text: "hi"})
	h.do(chat("+12065550107"), contact.SendMessage{ID: "m2", Text: "hi"})
	if _, err := h.world.Write(context.Background(), ann, Writing{Text: "yes"}); err != nil {
		t.Fatal(err)
	}
	h.deny = fault.New(fault.NotFound, "nobody")
	if _, err := h.world.Write(context.Background(), ann, Writing{Text: "no"}); err == nil {
		t.Fatal("taken")
	}
	h.deny = nil
	h.call(ann)
	const over = "+12065550188"
	h.call(over)
	h.act(over, Act{Action: "hangup"})
	h.advance(time.Hour) // …03 fails
	before := h.world.Handset(ann)
	tear(t, path)

	again := build(t, journalled(path))
	after := again.world.Handset(ann)
	if len(after.Messages) != 3 {
		t.Fatalf("%+v", after)
	}
	for i, m := range after.Messages {
		if b := before.Messages[i]; m.ID != b.ID || m.Status != b.Status || m.Text != b.Text || m.Direction != b.Direction || m.ContactID != b.ContactID || !m.At.Equal(b.At) {
			t.Errorf("%+v was %+v", m, b)
		}
	}
	again.state(ann, "ended")
	again.state(over, "ended")
	if m := again.world.Handset("+12065550107").Messages; len(m) != 1 || m[0].Status != "FAILED" {
		t.Errorf("%+v", m)
	}

	// A contact whose call was cut off learns it; one whose call was over does not.
	again.do(voice(ann), contact.PlayPrompt{Visit: 3, Prompt: contact.Prompt{Text: "still there?"}})
	again.expect(contact.CallEnded{By: contact.ByLostNode, Phrase: "the simulator was started anew"})
	again.do(voice(over), contact.PlayPrompt{Visit: 3, Prompt: contact.Prompt{Text: "still there?"}})
	again.expect()

	// The torn line does not spoil the next one.
	again.do(chat(ann), contact.SendMessage{ID: "m9", Text: "next"})
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all := bytes.Split(bytes.TrimSpace(b), []byte("\n"))
	var last entry
	if err := json.Unmarshal(all[len(all)-1], &last); err != nil || last.Message != "m9" {
		t.Errorf("%s: %v", all[len(all)-1], err)
	}
}

func TestJournalThatCannotBeWritten(t *testing.T) {
	h := build(t, journalled(tempJournal(t)))
	c := h.call(ann)
	if err := h.world.journal.file.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := h.try(chat("+12065550150"), contact.SendMessage{ID: "m1", Text: "hi"})
	h.fails(err, fault.Busy)
	if v := h.world.Handset("+12065550150"); len(v.Messages) != 0 {
		t.Errorf("delivered, but not in the journal: %+v", v)
	}
	_, err = h.try(voice("+12065550151"), contact.PlaceCall{From: ours, To: "+12065550151"})
	h.fails(err, fault.Busy)
	_, err = h.world.Write(context.Background(), ann, Writing{To: ours, Text: "hi"})
	h.fails(err, fault.Busy)
	h.do(c, contact.EndCall{}) // an end has happened all the same
	h.expect(contact.CallEnded{By: contact.BySystem})
	var e error
	h.world.journal.file, e = os.Open(os.DevNull)
	if e != nil {
		t.Fatal(e)
	}
}

func TestJournalThatCannotBeRead(t *testing.T) {
	if _, err := Open(Config{Journal: t.TempDir()}); err == nil {
		t.Error("a folder is no journal")
	}
	if _, err := Open(Config{Journal: tempJournal(t) + "/no/such"}); err == nil {
		t.Error("there is no such folder")
	}
}

func TestBounds(t *testing.T) {
	h := build(t)
	for n := range messagesKept + 10 {
		h.do(chat(ann), contact.SendMessage{ID: fmt.Sprint("m", n), Text: "x"})
	}
	v := h.world.Handset(ann).Messages
	if len(v) != messagesKept || v[0].ID != "m10" || v[len(v)-1].ID != fmt.Sprint("m", messagesKept+9) {
		t.Errorf("%d messages, from %s", len(v), v[0].ID)
	}
	h.later = nil
	h.call("+12065550177")
	for n := range handsetsKept + 10 {
		h.do(chat(fmt.Sprintf("+1312%07d", n)), contact.SendMessage{ID: fmt.Sprint("n", n), Text: "x"})
		h.later = nil
	}
	w := h.world
	if len(w.handsets) != handsetsKept || w.recent.Len() != handsetsKept || w.total > totalKept {
		t.Errorf("%d handsets, %d messages", len(w.handsets), w.total)
	}
	if h.state("+12065550177", "connected"); len(w.Handset(ann).Messages) != 0 {
		t.Error("the longest untouched handset is still there")
	}
	list := w.Handsets("+13120000100", 5)
	if len(list) != 5 || list[0].Number != "+13120000101" || list[4].Messages != 1 {
		t.Errorf("%+v", list)
	}
}
