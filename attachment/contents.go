package attachment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"outdial/fault"
	"outdial/store"
)

// inFolder keeps contents as files of a folder, 256 folders wide. Those that are
// being written lie in "new".
type inFolder string

// makeFolders makes the folder and those in it. They are on the disk before any
// file is.
func makeFolders(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "new"), 0o700); err != nil {
		return err
	}
	for n := range 256 {
		if err := os.Mkdir(filepath.Join(dir, fmt.Sprintf("%02x", n)), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return errors.Join(syncDir(dir), syncDir(filepath.Dir(dir)))
}

func (d inFolder) path(hash string) string { return filepath.Join(string(d), hash[:2], hash) }

func (d inFolder) scratch() (*os.File, error) {
	return os.CreateTemp(filepath.Join(string(d), "new"), "*")
}

// put moves a file to its place. It and its name are on the disk when put returns.
func (d inFolder) put(_ context.Context, hash string, f *os.File) error {
	if err := f.Sync(); err != nil {
		return err
	}
	to := d.path(hash)
	if err := os.Rename(f.Name(), to); err != nil {
		return err
	}
	return syncDir(filepath.Dir(to))
}

func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (d inFolder) has(hash string) bool {
	_, err := os.Stat(d.path(hash))
	return err == nil
}

func (d inFolder) open(_ context.Context, hash string) (io.ReadCloser, error) {
	return os.Open(d.path(hash))
}

func (d inFolder) drop(hash string) error {
	err := os.Remove(d.path(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// tidy removes what a crash left half written.
func (d inFolder) tidy(before time.Time) {
	list, err := os.ReadDir(filepath.Join(string(d), "new"))
	if err != nil {
		return
	}
	for _, e := range list {
		if info, err := e.Info(); err == nil && info.ModTime().Before(before) {
			_ = os.Remove(filepath.Join(string(d), "new", e.Name()))
		}
	}
}

// inStore keeps contents in pieces in the store: every node has them, and a
// backup of the database has them too.
type inStore struct{ *store.Store }

// piece is how much of a content lies in one row.
const piece = 512 << 10

func (s inStore) scratch() (*os.File, error) { return os.CreateTemp("", "attachment-*") }

func (s inStore) put(ctx context.Context, hash string, f *os.File) error {
	buf := make([]byte, piece)
	for n, at := 0, int64(0); ; n++ {
		k, err := f.ReadAt(buf, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if k == 0 {
			return nil
		}
		if err := s.PutChunk(ctx, hash, n, buf[:k]); err != nil {
			return err
		}
		at += int64(k)
	}
}

// has: the store says itself what is whole.
func (s inStore) has(string) bool   { return true }
func (s inStore) drop(string) error { return nil }

func (s inStore) open(ctx context.Context, hash string) (io.ReadCloser, error) {
	return &pieces{ctx: ctx, s: s.Store, hash: hash}, nil
}

// pieces reads a content piece by piece.
type pieces struct {
	ctx  context.Context
	s    *store.Store
	hash string
	n    int
	now  bytes.Reader
	done bool
}

func (p *pieces) Read(b []byte) (int, error) {
	for p.now.Len() == 0 {
		if p.done {
			return 0, io.EOF
		}
		data, err := p.s.Chunk(p.ctx, p.hash, p.n)
		if err != nil {
			return 0, err
		}
		if data == nil && p.n == 0 {
			return 0, fault.New(fault.Internal, "content %s is not there", p.hash)
		}
		p.now.Reset(data)
		p.n, p.done = p.n+1, len(data) < piece
	}
	return p.now.Read(b)
}

func (p *pieces) Close() error { return nil }
