//go:build peers

package crash

import (
	"bytes"
	"fmt"
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
	attached := time.NewTimer(2 * time.Second)
	<-attached.C
	before := syncs(t, trace)
	const n = 40
	for i := range n {
		one := &try{number: fmt.Sprintf("+1206%07d", 7_000_000+i), token: uuid.NewString()}
		p.send([]*try{one})
		if len(one.answered) != 1 {
			t.Fatalf("request %d was not answered", i)
		}
	}
	got := syncs(t, trace) - before
	strace.Process.Signal(os.Interrupt)
	strace.Wait()
	if got < n {
		t.Errorf("%d syncs for %d answers", got, n)
	}
}

func syncs(t *testing.T, path string) int {
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(doc, []byte("fdatasync(")) + bytes.Count(doc, []byte("fsync("))
}
