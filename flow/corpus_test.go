package flow

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// corpus gives the real flows of the folder that FLOW_CORPUS names, with what
// its index says of their origin.
func corpus(t *testing.T) map[string]struct {
	origin string
	doc    []byte
} {
	t.Helper()
	dir := os.Getenv("FLOW_CORPUS")
	if dir == "" {
		t.Skip("FLOW_CORPUS is not set: the real flows are not checked")
	}
	index, err := os.Open(filepath.Join(dir, "INDEX.md"))
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	out := map[string]struct {
		origin string
		doc    []byte
	}{}
	lines := bufio.NewScanner(index)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		cells := strings.Split(lines.Text(), "|")
		if len(cells) < 7 || !strings.HasSuffix(strings.TrimSpace(cells[1]), ".json") {
			continue
		}
		name := strings.TrimSpace(cells[1])
		doc, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = struct {
			origin string
			doc    []byte
		}{strings.TrimSpace(cells[5]), doc}
	}
	return out
}

// What the service exported it accepted; so do we, but for types that are not
// honoured yet. What it refuses for its types, we refuse by their names.
func TestCorpusCheck(t *testing.T) {
	missing := map[string]int{}
	accepted := 0
	for name, f := range corpus(t) {
		problems := Check(f.doc, CheckOptions{}).Problems()
		bad := 0
		for _, p := range problems {
			kind, isType := strings.CutPrefix(p.Message, "Invalid Action type. Type: ")
			switch {
			case isType && strings.HasPrefix(f.origin, "invalid types:") && strings.Contains(f.origin, kind):
			case isType:
				missing[kind]++
				bad++
			case f.origin == "console export":
				t.Errorf("%s: %s", name, p)
			}
		}
		if strings.HasPrefix(f.origin, "invalid types:") && len(problems) == 0 {
			t.Errorf("%s: accepted", name)
		}
		if bad == 0 && len(problems) == 0 {
			accepted++
		}
		if f.origin == "console export" {
			if _, err := Parse(name, f.doc); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	t.Logf("%d accepted; not honoured yet: %v", accepted, missing)
}
