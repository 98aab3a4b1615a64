package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"outdial/contact"
	"outdial/fault"
)

// Statuses of a file, by AWS's names.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_AttachedFile.html
const (
	FileProcessing = "PROCESSING" // its content is awaited
	FileApproved   = "APPROVED"
)

// A File is what is known of a file; its content is found by Hash.
type File struct {
	ID       string            `json:"-"` // UUID
	Contact  contact.ID        `json:"-"` // "" until a message that names it is kept
	Created  time.Time         `json:"-"` // in real time
	Hash     string            `json:"-"` // SHA-256 in hex; "" while there is no content
	Name     string            `json:"name"`
	Type     string            `json:"type"` // MIME
	Size     int64             `json:"size"` // octets
	Status   string            `json:"status"`
	UseCase  string            `json:"useCase,omitempty"`  // FileUseCaseType
	Resource string            `json:"resource,omitempty"` // ARN of what it was attached to by a request
	User     string            `json:"user,omitempty"`     // ARN of the agent who attached it…
	Identity string            `json:"identity,omitempty"` // …or of the caller
	Tags     map[string]string `json:"tags,omitempty"`
}

const fileColumns = "id, contact, hash, created, doc"

func readFile(r row) (*File, error) {
	f := &File{}
	if err := json.Unmarshal([]byte(r.text(4)), f); err != nil {
		return nil, fmt.Errorf("store: file %s: %w", r.text(0), err)
	}
	f.ID, f.Contact, f.Hash, f.Created = r.text(0), contact.ID(r.text(1)), r.text(2), fromMillis(r.num(3))
	return f, nil
}

// alone runs statements in a transaction of their own: files are kept before
// the unit that names them, and never wait for one.
func (s *Store) alone(ctx context.Context, list ...stmt) error {
	c, err := s.db.write(ctx)
	if err != nil {
		return err
	}
	defer c.rollback()
	return c.commit(ctx, list...)
}

func (s *Store) look(ctx context.Context, list ...stmt) error {
	c, err := s.db.read(ctx)
	if err != nil {
		return err
	}
	defer c.rollback()
	return c.do(ctx, list...)
}

// PutFile keeps what is known of a file. Where it has a Hash, that content has
// been written, and counts as whole from now on.
func (s *Store) PutFile(ctx context.Context, f *File) error {
	doc, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("store: file %s: %w", f.ID, err)
	}
	if err := clean("file", f.ID, string(f.Contact), f.Hash, string(doc)); err != nil {
		return err
	}
	list := []stmt{{text: "insert into file (" + fileColumns + ") values ($1, $2, $3, $4, $5) on conflict (id) do update set hash = excluded.hash, doc = excluded.doc",
		args: []any{f.ID, string(f.Contact), f.Hash, millis(f.Created), string(doc)}}}
	if f.Hash != "" {
		list = append(list, stmt{text: "update content set whole = 1 where hash = $1", args: []any{f.Hash}})
	}
	return s.alone(ctx, list...)
}

// File gives what is known of a file. fault.NotFound.
func (s *Store) File(ctx context.Context, id string) (*File, error) {
	var f *File
	err := s.look(ctx, stmt{text: "select " + fileColumns + " from file where id = $1", args: []any{id},
		each: func(r row) (err error) { f, err = readFile(r); return err }})
	if err == nil && f == nil {
		err = fault.New(fault.NotFound, "file %q is not there", id)
	}
	return f, err
}

// Files gives the files of a contact, oldest first.
func (s *Store) Files(ctx context.Context, id contact.ID) (list []*File, err error) {
	if id == "" {
		return nil, nil
	}
	err = s.look(ctx, stmt{text: "select " + fileColumns + " from file where contact = $1 order by created, id", args: []any{string(id)},
		each: func(r row) error {
			f, err := readFile(r)
			list = append(list, f)
			return err
		}})
	return list, err
}

// DropFile forgets a file; its content goes with the next SweepFiles.
func (s *Store) DropFile(ctx context.Context, id string) error {
	return s.alone(ctx, stmt{text: "delete from file where id = $1", args: []any{id}})
}

// claimFiles gives files to the contact of the first message that names them.
func (b *batch) claimFiles(w *writer) {
	sorted(b.messages.m, func(_ string, r *messageRow) {
		if !r.dirty {
			return
		}
		for _, id := range r.files {
			w.add(stmt{text: "update file set contact = $1 where id = $2 and contact = ''", args: []any{string(r.contact), id}})
		}
	})
}

// TouchContent says that somebody is about to bring a content, and tells
// whether it is there already: SweepFiles leaves it alone for a while.
func (s *Store) TouchContent(ctx context.Context, hash string, now time.Time) (whole bool, err error) {
	err = s.alone(ctx,
		stmt{text: "insert into content (hash, whole, seen) values ($1, 0, $2) on conflict (hash) do update set seen = excluded.seen", args: []any{hash, millis(now)}},
		stmt{text: "select whole from content where hash = $1", args: []any{hash}, each: func(r row) error { whole = r.num(0) == 1; return nil }})
	return whole, err
}

// PutChunk keeps the nth piece of a content, from 0, where contents lie in the
// database.
func (s *Store) PutChunk(ctx context.Context, hash string, n int, data []byte) error {
	return s.alone(ctx, stmt{text: "insert into chunk (hash, n, data) values ($1, $2, $3) on conflict (hash, n) do update set data = excluded.data",
		args: []any{hash, int64(n), base64.StdEncoding.EncodeToString(data)}})
}

// Chunk gives the nth piece of a content; nil behind the last.
func (s *Store) Chunk(ctx context.Context, hash string, n int) (data []byte, err error) {
	err = s.look(ctx, stmt{text: "select data from chunk where hash = $1 and n = $2", args: []any{hash, int64(n)},
		each: func(r row) (err error) { data, err = base64.StdEncoding.DecodeString(r.text(0)); return err }})
	return data, err
}

// SweepFiles forgets files that no message named and that were made before
// loose, and at most n contents that no file has and nobody brought since
// unseen. drop deletes what lies outside of the database, before the commit:
// whoever brings the same content meanwhile waits for it.
func (s *Store) SweepFiles(ctx context.Context, loose, unseen time.Time, n int, drop func(hash string) error) (dropped int, err error) {
	c, err := s.db.write(ctx)
	if err != nil {
		return 0, err
	}
	defer c.rollback()
	var gone []string
	err = c.do(ctx,
		stmt{text: "delete from file where contact = '' and created < $1", args: []any{millis(loose)}},
		stmt{text: "delete from content where hash in (select hash from content where seen < $1 and not exists (select 1 from file where file.hash = content.hash) order by seen limit $2) returning hash",
			args: []any{millis(unseen), int64(n)}, each: func(r row) error { gone = append(gone, r.text(0)); return nil }})
	if err != nil {
		return 0, err
	}
	for _, hash := range gone {
		if err := drop(hash); err != nil {
			return 0, err
		}
	}
	return len(gone), c.commit(ctx, among("delete from chunk where hash in (%s)", gone, nil)...)
}
