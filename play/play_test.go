package play

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"outdial/contact"
)

var update = flag.Bool("update", false, "write the plays of testdata as they go")

// beside reads files of testdata.
func beside() Files {
	return Files{
		Read: func(name string) ([]byte, error) { return os.ReadFile(filepath.Join("testdata", name)) },
		List: func(folder string) ([]string, error) {
			list, err := os.ReadDir(filepath.Join("testdata", folder))
			var names []string
			for _, e := range list {
				names = append(names, e.Name())
			}
			return names, err
		},
	}
}

func load(t *testing.T, file string) *Play {
	t.Helper()
	doc, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Read(file, doc)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func golden(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.play")
	if err != nil || len(files) == 0 {
		t.Fatalf("no plays in testdata: %v", err)
	}
	return files
}

func TestPlays(t *testing.T) {
	all := NewCoverage()
	for _, f := range golden(t) {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".play"), func(t *testing.T) {
			p := load(t, f)
			r := Perform(p, beside(), Options{})
			if *update && r.Err == nil {
				if err := os.WriteFile(f, []byte(r.Went.String()), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if r.Err != nil {
				t.Fatal(r.Err)
			}
			for _, x := range r.Failures {
				t.Error(x)
			}
			if r.OK() && r.Went.String() != p.String() {
				t.Errorf("a play that went as it was written was written otherwise:\n%s", r.Went)
			}
			if !r.OK() {
				t.Logf("notes:\n%s\nas it went:\n%s", strings.Join(r.Notes, "\n"), r.Went)
			}
			all.Add(r.Coverage)
		})
	}
	taken, of := all.Count()
	t.Logf("%d of %d branches", taken, of)
}

// A play goes the same way when the house goes down after each turn.
func TestPlaysAcrossRestarts(t *testing.T) {
	same := cmp.Options{cmpopts.EquateEmpty(), cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })}
	for _, f := range golden(t) {
		p := load(t, f)
		one := Perform(p, beside(), Options{})
		two := Perform(p, beside(), Options{Restart: true})
		if !two.OK() || one.Err != nil {
			t.Errorf("%s: %v %v", f, two.Err, two.Failures)
			continue
		}
		for i, c := range one.left() {
			if d := cmp.Diff(kept(t, c), kept(t, two.left()[i]), same); d != "" {
				t.Errorf("%s: contact %d: %s", f, i, d)
			}
		}
	}
}

// kept is the contact as JSON has it.
func kept(t *testing.T, c *contact.Contact) any {
	t.Helper()
	v := toJSON(c)
	if v == nil {
		t.Fatalf("a contact that cannot be kept: %+v", c)
	}
	return v
}

func TestSevenDaysPassInAMoment(t *testing.T) {
	p := load(t, "testdata/week.play")
	began := time.Now()
	r := Perform(p, beside(), Options{Restart: true})
	if !r.OK() || r.Took < 7*24*time.Hour {
		t.Errorf("%v %v, %v on stage", r.Err, r.Failures, r.Took)
	}
	if d := time.Since(began); d > time.Second {
		t.Errorf("took %v", d)
	}
}

func BenchmarkPerform(b *testing.B) {
	doc, err := os.ReadFile("testdata/chat_puts_off.play")
	if err != nil {
		b.Fatal(err)
	}
	p, err := Read("p.play", doc)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if r := Perform(p, beside(), Options{}); !r.OK() {
			b.Fatal(r.Failures)
		}
	}
}
