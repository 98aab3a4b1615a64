package store

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
)

func putContent(t *testing.T, s *Store, hash string, at time.Time, data ...string) {
	t.Helper()
	if _, err := s.TouchContent(t.Context(), hash, at); err != nil {
		t.Fatal(err)
	}
	for n, d := range data {
		if err := s.PutChunk(t.Context(), hash, n, []byte(d)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAFileBelongsToTheFirstMessageThatNamesIt(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{})
		now := time.Now().UTC().Truncate(time.Millisecond)
		putContent(t, s, "h1", now, "one\x00", "two")
		if whole, err := s.TouchContent(t.Context(), "h1", now); whole || err != nil {
			t.Error("a content counts as whole before a file has it", err)
		}
		f := &File{ID: "f1", Created: now, Hash: "h1", Name: "a.png", Type: "image/png", Size: 7, Status: FileApproved, Tags: map[string]string{"k": "v"}}
		if err := s.PutFile(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		if whole, err := s.TouchContent(t.Context(), "h1", now); !whole || err != nil {
			t.Error("not whole", err)
		}
		for n, want := range []string{"one\x00", "two", ""} {
			if data, err := s.Chunk(t.Context(), "h1", n); err != nil || !bytes.Equal(data, []byte(want)) || (data == nil) != (want == "") {
				t.Errorf("%d: %q %v", n, data, err)
			}
		}
		for _, id := range []contact.ID{"c1", "c2"} {
			update(t, s, Need{}, func(tx *Tx) error {
				return tx.PutMessage(&contact.Message{ID: "m-" + string(id), Contact: id, Created: now, Attachments: []contact.Attachment{{ID: "f1"}, {URL: "https://elsewhere.example"}}})
			})
		}
		got, err := s.File(t.Context(), "f1")
		if err != nil || got.Contact != "c1" || got.Name != "a.png" || got.Hash != "h1" || !got.Created.Equal(now) || got.Tags["k"] != "v" {
			t.Errorf("%+v %v", got, err)
		}
		list, err := s.Files(t.Context(), "c1")
		if err != nil || len(list) != 1 || list[0].ID != "f1" {
			t.Errorf("%+v %v", list, err)
		}
		if list, err := s.Files(t.Context(), ""); len(list) != 0 || err != nil {
			t.Errorf("%+v %v", list, err)
		}
		if _, err := s.File(t.Context(), "f2"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

func TestContentsGoWithTheLastFileThatHasThem(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{})
		now := time.Now().UTC().Truncate(time.Millisecond)
		old := now.Add(-48 * time.Hour)
		for _, hash := range []string{"of-a-contact", "loose", "fresh"} {
			putContent(t, s, hash, old, hash)
		}
		if _, err := s.TouchContent(t.Context(), "fresh", now); err != nil { // somebody brings it again just now
			t.Fatal(err)
		}
		for _, f := range []*File{
			{ID: "1", Contact: "c1", Created: old, Hash: "of-a-contact", Status: FileApproved},
			{ID: "2", Contact: "c2", Created: old, Hash: "of-a-contact", Status: FileApproved},
			{ID: "3", Created: old, Hash: "loose", Status: FileApproved},
			{ID: "4", Created: now, Status: FileProcessing},
		} {
			if err := s.PutFile(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		sweep := func(want ...string) {
			t.Helper()
			var gone []string
			n, err := s.SweepFiles(t.Context(), now.Add(-24*time.Hour), now.Add(-time.Hour), 10, func(hash string) error { gone = append(gone, hash); return nil })
			slices.Sort(gone)
			if err != nil || n != len(want) || !slices.Equal(gone, want) {
				t.Errorf("%v %d %v, want %v", gone, n, err, want)
			}
		}
		_, err := s.SweepFiles(t.Context(), now.Add(-24*time.Hour), now.Add(-time.Hour), 10, func(string) error { return errors.New("the disk is gone") })
		if err == nil {
			t.Error("a content that could not be deleted was forgotten")
		}
		sweep("loose")
		if data, err := s.Chunk(t.Context(), "loose", 0); data != nil || err != nil {
			t.Error(data, err)
		}
		if err := s.Erase(t.Context(), []contact.ID{"c1"}); err != nil {
			t.Fatal(err)
		}
		sweep()
		if err := s.DropFile(t.Context(), "2"); err != nil {
			t.Fatal(err)
		}
		sweep("of-a-contact")
		if _, err := s.File(t.Context(), "4"); err != nil {
			t.Error("a file whose upload is awaited", err)
		}
	})
}
