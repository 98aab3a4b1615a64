package loopback

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"outdial/contact"
	"outdial/fault"
)

// Bounds of the journal.
const (
	// readBack is how much of the journal's end is read at the start: some
	// 30,000 lines.
	readBack = 8 << 20
	// turnOver is the size at which the journal is renamed to PATH.1, in place of
	// an older one, and begun anew.
	turnOver = 1 << 30
)

// Events of the journal.
const (
	entryMessage  = "message"  // a message was brought to a handset
	entryReply    = "reply"    // a person wrote one; again with its status where nobody took it
	entryTaken    = "taken"    // a contact took what a person wrote
	entryDial     = "dial"     // a phone rang, or was tried
	entryTransfer = "transfer" // a third party's
	entryInbound  = "inbound"  // a person called us
	entryAnswer   = "answer"
	entryEnd      = "end" // a call is over
)

// An entry is one line of the journal.
type entry struct {
	At          time.Time  `json:"at"` // in the engine's time
	Event       string     `json:"event"`
	Contact     contact.ID `json:"contact,omitempty"`
	Message     string     `json:"message,omitempty"` // its id
	Channel     string     `json:"channel,omitempty"`
	From        string     `json:"from,omitempty"`
	To          string     `json:"to,omitempty"`
	Text        string     `json:"text,omitempty"`
	Status      string     `json:"status,omitempty"`
	By          string     `json:"by,omitempty"` // of an end: contact.ByCustomer…
	Heard       []string   `json:"heard,omitempty"`
	Template    string     `json:"template,omitempty"`
	ContentType string     `json:"contentType,omitempty"`

	Attachments []contact.Attachment `json:"attachments,omitempty"`
}

func messageEntry(m *Message) entry {
	e := entry{
		At: m.At, Event: entryMessage, Contact: m.ContactID, Message: m.ID, Channel: m.Channel, From: m.From, To: m.To,
		Text: m.Text, Status: m.Status, Template: m.Template, ContentType: m.ContentType, Attachments: m.Attachments,
	}
	if m.Direction == Out {
		e.Event = entryReply
	}
	if m.then != "" {
		e.Status = m.then
	}
	return e
}

// A journal is a file that outlives a crash of the process: a line is with the
// operating system before anybody is told of it. It is not synced, so it does not
// outlive a crash of the machine.
type journal struct {
	mu   sync.Mutex
	path string
	file *os.File
	size int64
	buf  bytes.Buffer
	enc  *json.Encoder
}

func openJournal(path string) (*journal, error) {
	j := &journal{path: path}
	j.enc = json.NewEncoder(&j.buf)
	j.enc.SetEscapeHTML(false)
	return j, j.open()
}

func (j *journal) open() error {
	f, err := os.OpenFile(j.path, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	s, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	j.file, j.size = f, s.Size()
	if j.size == 0 {
		return nil
	}
	// A line that a crash tore is ended, so that the next one stands by itself.
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, j.size-1); err != nil {
		return errors.Join(err, f.Close())
	}
	if last[0] != '\n' {
		n, err := f.Write([]byte{'\n'})
		j.size += int64(n)
		return err
	}
	return nil
}

func (j *journal) append(e entry) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.size > turnOver {
		if err := j.turn(); err != nil {
			return err
		}
	}
	j.buf.Reset()
	if err := j.enc.Encode(e); err != nil {
		return err
	}
	n, err := j.file.Write(j.buf.Bytes())
	j.size += int64(n)
	return err
}

func (j *journal) turn() error {
	if err := os.Rename(j.path, j.path+".1"); err != nil {
		return err
	}
	if err := j.file.Close(); err != nil {
		return err
	}
	return j.open()
}

func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.file.Close()
}

// write keeps an entry. What is not in the journal has not happened: the effect
// is tried again.
func (w *World) write(e entry) error {
	if w.journal == nil {
		return nil
	}
	if err := w.journal.append(e); err != nil {
		return fault.Wrap(fault.Busy, err, "the journal cannot be written")
	}
	return nil
}

// rebuild reads the end of the journal. Lines that cannot be read are skipped: a
// crash tears at most the last, and what is not ours is not ours to judge.
func (w *World) rebuild(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	s, err := f.Stat()
	if err != nil {
		return err
	}
	whole := true
	if s.Size() > readBack {
		whole = false
		if _, err := f.Seek(-readBack, io.SeekEnd); err != nil {
			return err
		}
	}
	r := bufio.NewReaderSize(f, 64<<10)
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		var e entry
		if whole && json.Unmarshal(line, &e) == nil {
			w.recall(e)
		}
		whole = true
	}
	for _, k := range w.calls {
		k.state, k.lost = ended, true
	}
	clear(w.calls)
	return nil
}

// recall brings one entry of the journal back to the handsets.
func (w *World) recall(e entry) {
	switch e.Event {
	case entryMessage, entryReply:
		number, direction := e.To, In
		if e.Event == entryReply {
			number, direction = e.From, Out
		}
		h := w.handset(number)
		if old := h.message(e.Message); old != nil && direction == Out {
			old.Status = e.Status
			return
		}
		w.add(h, &Message{
			ID: e.Message, Direction: direction, Channel: e.Channel, From: e.From, To: e.To, Text: e.Text, Status: e.Status,
			At: e.At, ContactID: e.Contact, Template: e.Template, ContentType: e.ContentType, Attachments: e.Attachments, ref: e.Message,
		})
	case entryTaken:
		if m := w.handset(e.From).message(e.Message); m != nil {
			m.ContactID = e.Contact
		}
	case entryDial, entryInbound:
		h := w.handset(e.To)
		h.call = &call{set: h, contact: e.Contact, from: e.From, state: ringing}
		w.calls[e.Contact] = h.call
		w.called(h, e.At)
	case entryAnswer:
		if k := w.calls[e.Contact]; k != nil {
			k.state = connected
		}
	case entryEnd:
		if k := w.calls[e.Contact]; k != nil && k.set.number == e.To {
			k.state, k.heard = ended, e.Heard
			delete(w.calls, e.Contact)
		}
	}
}
