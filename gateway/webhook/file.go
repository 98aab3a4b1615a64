package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
)

// A File is a sink that appends events to a file, one JSON a line; a list is a
// line for each of its entries. It is a gateway.Gateway. A line is with the operating system before the event is done;
// it is written again where the house could not note that, so readers look at its
// id.
type File struct {
	path string // "-" is the standard output

	mu   sync.Mutex
	file *os.File
	torn bool // the last line was not written whole
}

// OpenFile opens the file, and makes it (mode 0600) where it is not there. "-" is
// the standard output.
func OpenFile(path string) (*File, error) {
	f := &File{path: path}
	return f, f.Reopen()
}

// Reopen opens the file anew, after it was moved away.
func (f *File) Reopen() error {
	if f.path == "-" {
		f.file = os.Stdout
		return nil
	}
	file, err := os.OpenFile(f.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	old := f.file
	f.file, f.torn = file, false
	if old == nil {
		return nil
	}
	return old.Close()
}

// Close closes the file. Events that come afterwards wait.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.path == "-" {
		return nil
	}
	return f.file.Close()
}

// Run waits until ctx is done: a file tells us nothing.
func (f *File) Run(ctx context.Context, _ gateway.Inbox) error {
	<-ctx.Done()
	return nil
}

// Do appends an event.
func (f *File) Do(_ context.Context, _ *contact.Contact, e contact.Effect) (gateway.Result, error) {
	p, ok := e.(contact.PublishEvent)
	if !ok {
		return gateway.Result{}, foreign(e)
	}
	entries, err := each(p.Body)
	if err != nil {
		return gateway.Result{}, fault.Wrap(fault.Refused, err, "event %s is not JSON", p.ID)
	}
	var lines bytes.Buffer
	for _, e := range entries {
		lines.Write(e)
		lines.WriteByte('\n')
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.write(lines.Bytes()); err != nil {
		var where *os.PathError
		if errors.As(err, &where) {
			err = where.Err
		}
		return gateway.Result{}, fault.Wrap(fault.Busy, err, "%s", fmt.Sprintf("sink %s", p.Sink))
	}
	return gateway.Result{}, nil
}

func (f *File) write(lines []byte) error {
	if f.torn { // a full disk cut the last line short
		if _, err := f.file.Write([]byte{'\n'}); err != nil {
			return err
		}
		f.torn = false
	}
	n, err := f.file.Write(lines)
	f.torn = err != nil && n > 0
	return err
}
