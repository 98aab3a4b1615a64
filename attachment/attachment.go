// Package attachment keeps the files of messages: what customers and agents
// send, and what a request attaches to a contact. A content is kept once, by its
// SHA-256, in a folder beside the store or in the store itself; only types on a
// list are kept, and none that is not what it says it is.
//
// It does not search files for viruses, and shows them to nobody without a
// signed address or a caller who was let in elsewhere.
package attachment

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"mime"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"outdial/contact"
	"outdial/fault"
	"outdial/store"
)

// DefaultMax is how many octets a file may have where the configuration does not
// say: 20 MB, as in Amazon Connect's chats.
// https://docs.aws.amazon.com/connect/latest/adminguide/feature-limits.html
const DefaultMax = 20 << 20

// scheme is how the house names a file of its own: "attachment:ID".
const scheme = "attachment:"

// Config is what Files are made of.
type Config struct {
	Store *store.Store
	// Dir is the folder of the contents; "" keeps them in the store. Where
	// several nodes share the store they must share the folder, too.
	Dir string
	// Max is how many octets a file may have; 0 is DefaultMax.
	Max int64
	// Types are the MIME types that are kept, beside or in place of Types();
	// nil is Types().
	Types []string
	// Key signs addresses: the same on every node.
	Key []byte
	// URL is where the world reaches files, as "https://host/_name/attachments/".
	URL string
	Log *slog.Logger
}

// Files are all files that are kept.
type Files struct {
	Config
	contents contents
	allowed  map[string]bool
}

// contents is where octets lie: in a folder, or in the store.
type contents interface {
	// put keeps what f holds, from its beginning, durably.
	put(ctx context.Context, hash string, f *os.File) error
	has(hash string) bool
	open(ctx context.Context, hash string) (io.ReadCloser, error)
	drop(hash string) error
	scratch() (*os.File, error)
}

// New makes Files, and the folder where there is one.
func New(c Config) (*Files, error) {
	f := &Files{Config: c, allowed: map[string]bool{}}
	f.Max, f.Log = cmp.Or(c.Max, DefaultMax), cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	if len(f.Key) == 0 {
		f.Key = make([]byte, 32)
		rand.Read(f.Key)
	}
	types := c.Types
	if types == nil {
		types = Types()
	}
	for _, t := range types {
		if _, ok := kinds[t]; !ok {
			return nil, fault.New(fault.Invalid, "types: %q is none that can be told by its content; there are %s", t, strings.Join(Types(), ", "))
		}
		f.allowed[t] = true
	}
	if c.Dir == "" {
		f.contents = inStore{c.Store}
		return f, nil
	}
	if err := makeFolders(c.Dir); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "attachments.path: %v", err)
	}
	f.contents = inFolder(c.Dir)
	return f, nil
}

// Keep reads a file to its end and keeps it, with its Type as it was found to be.
// A message that names its ID makes it the contact's. fault.Invalid: it will
// never be kept (too long, of a type that is not kept, not what it says it is);
// any other error may pass.
func (f *Files) Keep(ctx context.Context, a contact.Attachment, r io.Reader) (contact.Attachment, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return a, err
	}
	row := &store.File{ID: id.String(), Created: time.Now().UTC(), Name: a.Name, Type: a.Type, Status: store.FileApproved}
	if err := f.keep(ctx, row, r); err != nil {
		return a, err
	}
	return contact.Attachment{ID: row.ID, Name: row.Name, Type: row.Type, Size: row.Size, URL: scheme + row.ID}, nil
}

// Await makes room for a file whose content comes later: Fill brings it. One
// that belongs to no contact waits for looseTime.
func (f *Files) Await(ctx context.Context, row store.File) (*store.File, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	row.ID, row.Created, row.Hash, row.Status = id.String(), time.Now().UTC(), "", store.FileProcessing
	if row.Type == "" {
		row.Type = f.Named(row.Name)
	}
	if row.Type = plain(row.Type); !f.allowed[row.Type] {
		return nil, fault.New(fault.Invalid, "type: files of type %.100q are not kept", row.Type)
	}
	if row.Size > f.Max {
		return nil, fault.New(fault.Invalid, "size: at most %d octets, not %d", f.Max, row.Size)
	}
	row.Name = fileName(row.Name, row.Type)
	return &row, f.Store.PutFile(ctx, &row)
}

// Kept gives a file that is there whole as an attachment. fault.NotFound.
func (f *Files) Kept(ctx context.Context, id string) (contact.Attachment, error) {
	row, err := f.Store.File(ctx, id)
	if err == nil && row.Hash == "" {
		err = fault.New(fault.NotFound, "file %q has no content yet", id)
	}
	if err != nil {
		return contact.Attachment{}, err
	}
	return contact.Attachment{ID: id, Name: row.Name, Type: row.Type, Size: row.Size, URL: scheme + id}, nil
}

// Fill gives a file that is known already its content.
func (f *Files) Fill(ctx context.Context, row *store.File, r io.Reader) error {
	if row.Hash != "" {
		return fault.New(fault.Conflict, "file %s has its content already", row.ID)
	}
	if row.Resource == "" { // no request says that it is complete
		row.Status = store.FileApproved
	}
	return f.keep(ctx, row, r)
}

func (f *Files) keep(ctx context.Context, row *store.File, r io.Reader) error {
	tmp, err := f.contents.scratch()
	if err != nil {
		return fault.Wrap(fault.Busy, err, "a file cannot be written")
	}
	defer func() { // where it was put in its place there is nothing left to remove
		_ = tmp.Close()
		_ = os.Remove(tmp.Name())
	}()
	hash, err := f.spool(tmp, row, r)
	if err != nil {
		return err
	}
	whole, err := f.Store.TouchContent(ctx, hash, time.Now())
	if err != nil {
		return err
	}
	if !whole || !f.contents.has(hash) {
		if err := f.contents.put(ctx, hash, tmp); err != nil {
			return fault.Wrap(fault.Busy, err, "a file cannot be written")
		}
	}
	row.Hash = hash
	return f.Store.PutFile(ctx, row)
}

// spool writes r to tmp, and finds out what it is.
func (f *Files) spool(tmp *os.File, row *store.File, r io.Reader) (hash string, err error) {
	sum, head := sha256.New(), make([]byte, sniffed)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", broken(err)
	}
	head = head[:n]
	if n == 0 {
		return "", fault.New(fault.Invalid, "the file is empty")
	}
	if row.Type, err = f.judge(row.Type, row.Name, head); err != nil {
		return "", err
	}
	row.Name = fileName(row.Name, row.Type)
	out := io.MultiWriter(tmp, sum)
	if _, err := out.Write(head); err != nil {
		return "", fault.Wrap(fault.Busy, err, "a file cannot be written")
	}
	rest, err := io.Copy(out, io.LimitReader(r, f.Max+1-int64(n)))
	if err != nil {
		return "", broken(err)
	}
	want, size := row.Size, int64(n)+rest
	switch row.Size = size; {
	case size > f.Max:
		return "", fault.New(fault.Invalid, "the file has more than %d octets", f.Max)
	case want != 0 && want != size:
		return "", fault.New(fault.Invalid, "the file has %d octets, not %d as was announced", size, want)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// broken is the fault of a file that could not be read to its end: a fault that
// the reader has made itself stays as it is.
func broken(err error) error {
	if fault.KindOf(err) != fault.Internal {
		return err
	}
	return fault.Wrap(fault.Busy, err, "a file could not be read to its end")
}

// ID gives the id in an address of ours, or "".
func ID(url string) string {
	id, _ := strings.CutPrefix(url, scheme)
	if id == url {
		return ""
	}
	return id
}

// Open opens the content of a file. fault.NotFound.
func (f *Files) Open(ctx context.Context, id string) (*store.File, io.ReadCloser, error) {
	row, err := f.Store.File(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if row.Hash == "" {
		return nil, nil, fault.New(fault.NotFound, "file %q has no content yet", id)
	}
	r, err := f.contents.open(ctx, row.Hash)
	if err != nil {
		return nil, nil, fault.Wrap(fault.Internal, err, "file %s", id)
	}
	return row, r, nil
}

// How long a file may wait for the message that names it: carriers come again
// for up to seven days, and bring the file anew each time. And how long a content
// is left alone after it was brought: its file is on its way.
const (
	looseTime   = 24 * time.Hour
	broughtTime = 15 * time.Minute
)

// Sweep deletes what no contact has any more.
func (f *Files) Sweep(ctx context.Context) (int, error) {
	now := time.Now()
	if dir, ok := f.contents.(inFolder); ok {
		dir.tidy(now.Add(-looseTime))
	}
	return f.Store.SweepFiles(ctx, now.Add(-looseTime), now.Add(-broughtTime), 1000, f.contents.drop)
}

// maxName is how many characters a file's name may have, by AWS's model.
const maxName = 256

// fileName makes a name that is good to show and to save: without folders and
// what cannot be seen. A file without one is called by its type.
func fileName(name, kind string) string {
	name = strings.ToValidUTF8(name, "")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.C, r) {
			return -1
		}
		return r
	}, name))
	if r := []rune(name); len(r) > maxName {
		name = string(r[len(r)-maxName:]) // the end says what it is
	}
	if strings.Trim(name, ".") == "" {
		name = "file" + kinds[kind].ends[0]
	}
	return name
}

// plain is a MIME type without parameters, by the name that we know it by.
func plain(kind string) string {
	t, _, err := mime.ParseMediaType(kind)
	if err != nil {
		t, _, _ = strings.Cut(kind, ";")
		t = strings.ToLower(strings.TrimSpace(t))
	}
	return cmp.Or(aliases[t], t)
}
