package loopback

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"

	"outdial/contact"
)

// Erase forgets what the world knows of contacts that have ended, on handsets and
// in the journal; and, with a number, all that was ever on that handset. Calls that
// go on stay.
func (w *World) Erase(ids []contact.ID, number string) error {
	gone := make(map[contact.ID]bool, len(ids))
	for _, id := range ids {
		gone[id] = true
	}
	w.mu.Lock()
	for _, h := range w.handsets {
		all := h.number == number
		was := len(h.messages)
		h.messages = slices.DeleteFunc(h.messages, func(m *Message) bool { return all || gone[m.ContactID] })
		w.total -= was - len(h.messages)
		if h.call != nil && h.call.state == ended && (all || gone[h.call.contact]) {
			h.call = nil
		}
		if was != len(h.messages) || all {
			w.called(h, h.touched)
		}
	}
	w.mu.Unlock()
	if w.journal == nil {
		return nil
	}
	return w.journal.erase(func(e *entry) bool {
		return gone[e.Contact] || number != "" && (e.From == number || e.To == number)
	})
}

// erase writes the journal anew, the file before it too, without the entries that
// are to go.
func (j *journal) erase(goes func(*entry) bool) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, path := range []string{j.path + ".1", j.path} {
		if err := rewrite(path, goes); err != nil {
			return err
		}
	}
	if err := j.file.Close(); err != nil {
		return err
	}
	return j.open()
}

// rewrite leaves entries out of a file: it is whole at every moment.
func rewrite(path string, goes func(*entry) bool) error {
	in, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = errors.Join(copyWithout(out, in, goes), out.Close())
	if err == nil {
		return os.Rename(path+".new", path)
	}
	return errors.Join(err, os.Remove(path+".new"))
}

func copyWithout(out io.Writer, in io.Reader, goes func(*entry) bool) error {
	w := bufio.NewWriter(out)
	for r := bufio.NewReaderSize(in, 64<<10); ; {
		line, err := r.ReadBytes('\n')
		var e entry
		if len(bytes.TrimSpace(line)) > 0 && (json.Unmarshal(line, &e) != nil || !goes(&e)) {
			if _, err := w.Write(line); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return w.Flush()
		}
		if err != nil {
			return err
		}
	}
}
