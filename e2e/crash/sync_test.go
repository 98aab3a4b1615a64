//go:build peers

package crash

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
)

// Every answer is behind a commit that the disk has: asked one after another,
// there is at least one fdatasync for each.
func TestEveryAnswerIsBehindASync(t *testing.T) {
	p := &process{TB: t, dir: t.TempDir(), store: "file:" + filepath.Join(t.TempDir(), "sync.db")}
	p.start()
	defer p.stop()
	trace := filepath.Join(p.dir, "trace")
	strace := exec.Command("strace", "-f", "-qq", "-e", "trace=fdatasync,fsync", "-o", trace, "-p", fmt.Sprint(p.cmd.Process.Pid))
	if err := strace.Start(); err != nil {
		t.Fatal(err)
	}
	asked := 0
	ask := func() {
		one := &try{number: fmt.Sprintf("+1206%07d", 7_000_000+asked), token: uuid.NewString()}
		p.send([]*try{one})
		if len(one.answered) != 1 {
			t.Fatalf("request %d was not answered", asked)
		}
		asked++
	}
	for end := time.Now().Add(2 * time.Minute); syncs(t, trace) == 0; pause() { // until it watches
		if ask(); time.Now().After(end) {
			t.Fatal("strace sees nothing")
		}
	}
	before := syncs(t, trace)
	const n = 40
	for range n {
		ask()
	}
	got := syncs(t, trace) - before
	strace.Process.Signal(os.Interrupt)
	strace.Wait()
	if got < n {
		t.Errorf("%d syncs for %d answers", got, n)
	}
}

func syncs(t *testing.T, path string) int {
	t.Helper()
	doc, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // strace makes it
		t.Fatal(err)
	}
	return bytes.Count(doc, []byte("fdatasync(")) + bytes.Count(doc, []byte("fsync("))
}
