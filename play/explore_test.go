package play

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestExploreOwnFlows(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no flows in testdata")
	}
	for _, f := range files {
		x, err := Explore(Head{Flows: []string{filepath.Base(f)}}, beside(), Limits{})
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		taken, of := x.Coverage.Count()
		if len(x.Errors)+len(x.Unexplained)+len(x.Stuck) > 0 {
			t.Errorf("%s: errors %v, unexplained %v, stuck %v", f, x.Errors, x.Unexplained, x.Stuck)
		}
		if taken*4 < of*3 {
			t.Errorf("%s: %d of %d branches", f, taken, of)
		}
		t.Logf("%s: %d of %d branches in %d moves\n  %s", f, taken, of, x.Moves, strings.Join(x.Missing(), "\n  "))
	}
}

// Every real flow runs, over all branches that can be reached, without a panic,
// a hang or an end that nobody explains.
func TestExploreCorpus(t *testing.T) {
	dir := os.Getenv("FLOW_CORPUS")
	if dir == "" {
		t.Skip("FLOW_CORPUS names no folder of real flows")
	}
	list, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(list) == 0 {
		t.Fatalf("no flows in %s: %v", dir, err)
	}
	all := NewCoverage()
	moves, began := 0, time.Now()
	for _, f := range list {
		one := Files{Read: func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, name)) }}
		at := time.Now()
		x, err := Explore(Head{Flows: []string{filepath.Base(f)}}, one, Limits{Moves: 6000})
		if err != nil {
			t.Logf("%s cannot be run: %v", filepath.Base(f), err)
			continue
		}
		if len(x.Errors)+len(x.Unexplained) > 0 {
			t.Errorf("%s: errors %v, unexplained %v", filepath.Base(f), x.Errors, x.Unexplained)
		}
		taken, of := x.Coverage.Count()
		t.Logf("%s: %d of %d branches, %d moves, %v; stuck at %v\n  %s", filepath.Base(f), taken, of, x.Moves, time.Since(at).Round(time.Millisecond), x.Stuck, strings.Join(x.Missing(), "\n  "))
		moves += x.Moves
		all.Add(x.Coverage)
	}
	taken, of := all.Count()
	t.Logf("%d of %d branches of %d flows, %d moves in %v", taken, of, len(list), moves, time.Since(began).Round(time.Millisecond))
}
