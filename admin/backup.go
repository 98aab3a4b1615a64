package admin

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// backup sends a consistent copy of the store, made while it serves.
func (s *Server) backup(c *call) error {
	dir, err := os.MkdirTemp("", "backup")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "store.db")
	if err := s.Store.Backup(c.r.Context(), path); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "application/vnd.sqlite3")
	c.w.Header().Set("Content-Length", strconv.FormatInt(info.Size(), 10))
	c.w.WriteHeader(200)
	io.Copy(c.w, f) // a copy cut short has not the length that was said
	return nil
}
