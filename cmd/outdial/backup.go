package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// runBackup copies the store of a server that serves.
func runBackup(ctx context.Context, e env, args []string) error {
	fs := flags(e, "backup", "FILE", `
Writes a consistent copy of the server's SQLite store to FILE, while it serves.
To go back to it, stop the server and put the file in the store's place, without
the -wal and -shm files of the other. Files of messages lie beside the store, in a
folder with its name and .files: copy that after the store, by any means. A
PostgreSQL store, which has the files in it, is copied by pg_dump.`)
	var cf clientFlags
	cf.add(fs)
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return usagef("wants one file")
	}
	path := words[0]
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s is there already", path)
	}
	c, err := cf.connect(e)
	if err != nil {
		return err
	}
	answer, err := c.send(ctx, "GET", "/_outdial/backup", nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	f, err := os.CreateTemp(filepath.Dir(path), ".backup-*") // mode 0600
	if err != nil {
		return err
	}
	whole := &progress{of: answer.ContentLength}
	if isTerminal(e.stderr) {
		whole.w = e.stderr
	}
	n, err := io.Copy(io.MultiWriter(f, whole), answer.Body) // fails where the length that was said is not reached
	whole.end()
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	fmt.Fprintf(e.stdout, "%s: %.1f MB\n", path, float64(n)/1e6)
	return nil
}

// A progress shows how much of something is done, to whoever looks on.
type progress struct {
	w        io.Writer // nil: nobody looks on
	done, of int64
	shown    time.Time
}

func (p *progress) Write(b []byte) (int, error) {
	p.done += int64(len(b))
	if p.w != nil && p.of > 0 && time.Since(p.shown) > 200*time.Millisecond {
		p.shown = time.Now()
		fmt.Fprintf(p.w, "\r%3d %%", 100*p.done/p.of)
	}
	return len(b), nil
}

func (p *progress) end() {
	if p.w != nil && !p.shown.IsZero() {
		fmt.Fprint(p.w, "\r     \r")
	}
}
