package smpp

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"outdial/gateway/sms"
)

// maxParts bounds the parts that are held of inbound messages.
const maxParts = 20000

// again is the pause before an incomplete message that the inbox could not take
// is offered again.
const again = 30 * time.Second

// spoolSuffix ends the names of the files of parts.
const spoolSuffix = ".part"

// parts joins inbound messages. Where it has a directory, a part that has to
// wait for others is on the disk before it is answered.
type parts struct {
	mu     sync.Mutex
	join   *sms.Reassembler
	dir    string
	stored map[string]bool // names of files
	later  []postponed
}

type postponed struct {
	w  sms.Whole
	at time.Time
}

// A storedPart is a part as it is written down.
type storedPart struct {
	Part sms.Part  `json:"part"`
	At   time.Time `json:"at"`
}

func newParts(s *settings, dir string) *parts {
	return &parts{join: sms.NewReassembler(s.PartsTimeout, maxParts), dir: dir, stored: map[string]bool{}}
}

// load reads what an earlier process kept.
func (p *parts) load(log *slog.Logger) error {
	if p.dir == "" {
		log.Warn("parts of inbound messages are kept in memory only: a crash can lose some")
		return nil
	}
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return err
	}
	files, err := os.ReadDir(p.dir)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range files {
		name := f.Name()
		if !strings.HasSuffix(name, spoolSuffix) {
			continue
		}
		doc, err := os.ReadFile(filepath.Join(p.dir, name))
		var v storedPart
		if err == nil {
			err = json.Unmarshal(doc, &v)
		}
		if err != nil {
			log.Error("a part of an inbound message cannot be read", "file", name, "err", err)
			continue
		}
		v.Part.Tag = name
		p.stored[name] = true
		if w, state := p.join.Add(v.Part, v.At); state == sms.Complete {
			p.join.Settle(w, false, v.At) // its time, or a repeat, hands it on
		}
	}
	return nil
}

// add takes a part. With an error it is not safe yet, and must not be answered
// as if it were.
func (p *parts) add(part sms.Part, now time.Time) (sms.Whole, sms.State, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dir != "" {
		part.Tag = fileName(part)
	}
	w, state := p.join.Add(part, now)
	if state != sms.Waiting || p.dir == "" || p.stored[part.Tag] {
		return w, state, nil
	}
	if err := p.write(part, now); err != nil {
		return w, state, err
	}
	p.stored[part.Tag] = true
	return w, state, nil
}

func fileName(part sms.Part) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %d %v %d %d %d %v %x", part.From, part.To, part.Ref, part.Wide, part.Total, part.Seq, part.Coding, part.Tables, part.Data)
	return hex.EncodeToString(h.Sum(nil)[:16]) + spoolSuffix
}

// write puts a part on the disk, whole or not at all.
func (p *parts) write(part sms.Part, now time.Time) error {
	doc, err := json.Marshal(storedPart{Part: part, At: now})
	if err != nil {
		return err
	}
	path := filepath.Join(p.dir, part.Tag)
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	_, err = f.Write(doc)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		return err
	}
	d, err := os.Open(p.dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// settle says that a message was handed on, or could not be.
func (p *parts) settle(w sms.Whole, ok bool, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.join.Settle(w, ok, now)
	if ok {
		p.remove(w)
	}
}

// forget drops what was given up and dealt with.
func (p *parts) forget(w sms.Whole) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.remove(w)
}

func (p *parts) remove(w sms.Whole) {
	for _, name := range w.Tags {
		if !p.stored[name] {
			continue
		}
		delete(p.stored, name)
		if err := os.Remove(filepath.Join(p.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			p.stored[name] = true // it would come back with the next start
		}
	}
}

// postpone keeps a message to offer it again.
func (p *parts) postpone(w sms.Whole) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.later = append(p.later, postponed{w, time.Now().Add(again)})
}

// expire gives the messages that are to be handed on as they are.
func (p *parts) expire(now time.Time) []sms.Whole {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.join.Expire(now)
	rest := p.later[:0]
	for _, l := range p.later {
		if now.Before(l.at) {
			rest = append(rest, l)
		} else {
			out = append(out, l.w)
		}
	}
	p.later = rest
	return out
}

// waiting counts the messages that are not whole.
func (p *parts) waiting() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.join.Len() + len(p.later)
}
