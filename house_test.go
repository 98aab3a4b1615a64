// Package outdial_test is the plan of the house, as a test: who may import whom,
// and what no room may do. ARCHITECTURE.md says why.
package outdial_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// everything marks the rooms that put the house together.
const everything = "*"

// plan says what each room may import of ours. A room that is not here may not be.
var plan = map[string]string{
	// floor 1: the ground
	"contact":       "",
	"fault":         "",
	"resource":      "",
	"wire":          "",
	"wire/wiretest": "wire",
	"load":          "",

	// floor 2: logic and doors
	"flow":                    "contact resource fault",
	"flow/legacy":             "fault",
	"flow/chart":              "fault",
	"routing":                 "contact resource fault",
	"bot":                     "fault",
	"store":                   "contact resource fault",
	"gateway":                 "contact",
	"gateway/sms":             "contact fault",
	"gateway/dtmf":            "contact fault",
	"gateway/gatewaytest":     "gateway contact fault",
	"gateway/loopback":        "gateway gateway/dtmf contact fault",
	"gateway/webhook":         "gateway contact fault wire",
	"gateway/progress":        "",
	"gateway/smpp":            "gateway gateway/progress gateway/sms contact fault",
	"gateway/smpp/pdu":        "",
	"gateway/smpp/smsctest":   "gateway/sms gateway/smpp/pdu",
	"gateway/awskey":          "fault wire",
	"gateway/web":             "gateway gateway/progress gateway/sms contact fault",
	"gateway/web/webtest":     "gateway gateway/sms gateway/web contact fault wire",
	"gateway/smshttp":         "gateway gateway/awskey gateway/sms gateway/web contact fault wire",
	"gateway/whatsapp":        "gateway gateway/awskey gateway/sms gateway/web contact fault wire",
	"gateway/voice":           "gateway gateway/dtmf contact fault wire",
	"gateway/voice/audio":     "",
	"gateway/voice/sdp":       "gateway/voice/audio",
	"gateway/voice/media":     "gateway/voice/audio gateway/voice/sdp fault",
	"gateway/voice/signal":    "gateway/voice/sdp contact fault",
	"gateway/voice/speech":    "gateway/voice/audio contact fault wire",
	"gateway/voice/stream":    "gateway/voice/audio fault",
	"gateway/voice/recognise": "gateway/voice/audio fault wire",
	"gateway/voice/amd":       "gateway/voice/audio contact",
	"gateway/voice/crowd":     "",
	"gateway/voice/voicetest": "gateway/voice gateway/voice/audio gateway/voice/media gateway/voice/sdp gateway/voice/signal",

	// floor 3
	"play":       "contact resource flow bot fault gateway/dtmf",
	"attachment": "store contact fault",
	"engine":     "store gateway flow routing contact resource fault",

	// floor 4: the faces
	"api":   "attachment engine store flow routing wire contact resource fault",
	"admin": "attachment engine store gateway gateway/loopback contact resource fault wire flow",

	"config": "attachment flow flow/legacy bot gateway/sms gateway/smpp gateway/smshttp gateway/whatsapp gateway/voice gateway/voice/speech contact resource wire",
	"bench":  "engine store gateway gateway/smpp gateway/smpp/smsctest gateway/sms gateway/voice/audio gateway/voice/crowd load contact wire",

	// floor 5
	"scripts/report": "",
	"cmd/outdial":    everything,
	"e2e":            everything,
}

// pure rooms decide; they do not act.
var pure = []string{"contact", "flow", "routing", "bot", "play", "resource"}

// banned names say nothing.
var banned = []string{"models", "utils", "common", "types", "helpers", "manager", "shared", "base", "misc", "internal", "pkg"}

type file struct {
	path, room string
	test       bool
	ast        *ast.File
	lines      int
}

func files(t *testing.T) (*token.FileSet, []file) {
	t.Helper()
	set := token.NewFileSet()
	var all []file
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && p != ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") {
			return nil
		}
		f, err := parser.ParseFile(set, p, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		room := path.Dir(filepath.ToSlash(p))
		all = append(all, file{p, room, strings.HasSuffix(p, "_test.go"), f, set.File(f.Pos()).LineCount()})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return set, all
}

// planned finds the room in the plan: itself, or e2e for what lies below e2e.
func planned(room string) (string, bool) {
	if strings.HasPrefix(room, "e2e/") {
		room = "e2e"
	}
	may, ok := plan[room]
	return may, ok
}

func TestImports(t *testing.T) {
	_, all := files(t)
	for _, f := range all {
		if f.room == "." {
			continue
		}
		may, ok := planned(f.room)
		if !ok {
			t.Errorf("%s: room %q is not in the plan", f.path, f.room)
			continue
		}
		if f.test || may == everything {
			continue // tests may put rooms together; nobody imports them
		}
		for _, i := range f.ast.Imports {
			p, _ := strconv.Unquote(i.Path.Value)
			ours, ok := strings.CutPrefix(p, "outdial/")
			if ok && !contains(strings.Fields(may), ours) && !strings.HasPrefix(ours, f.room+"/") {
				t.Errorf("%s: %s may not import %s", f.path, f.room, ours)
			}
		}
	}
}

// TestPlanIsTheHouse: what is planned is there, and a newcomer finds it in
// ARCHITECTURE.md.
func TestPlanIsTheHouse(t *testing.T) {
	doc, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, all := files(t)
	there := map[string]bool{}
	for _, f := range all {
		there[f.room] = true
	}
	for room := range plan {
		if !there[room] {
			t.Errorf("the plan has a room %q, the house has none", room)
		}
		if !strings.Contains(string(doc), path.Base(room)+"`") {
			t.Errorf("ARCHITECTURE.md does not name %s", room)
		}
	}
}

func TestRoomsSayWhatTheyAreFor(t *testing.T) {
	_, all := files(t)
	said := map[string]bool{}
	for _, f := range all {
		if d := f.ast.Doc; d != nil && (strings.HasPrefix(d.Text(), "Package ") || strings.HasPrefix(d.Text(), "Command ")) {
			said[f.room] = true
		} else if _, ok := said[f.room]; !ok {
			said[f.room] = false
		}
	}
	rooms := make([]string, 0, len(said))
	for r := range said {
		rooms = append(rooms, r)
	}
	sort.Strings(rooms)
	for _, r := range rooms {
		if !said[r] {
			t.Errorf("%s: no comment says what the room is for", r)
		}
		for _, part := range strings.Split(r, "/") {
			if contains(banned, part) {
				t.Errorf("%s: %q says nothing", r, part)
			}
		}
	}
}

func TestFilesAreShort(t *testing.T) {
	_, all := files(t)
	for _, f := range all {
		if f.lines > 601 {
			t.Errorf("%s: %d lines, more than 600", f.path, f.lines)
		}
	}
}

func TestPureRoomsOnlyDecide(t *testing.T) {
	set, all := files(t)
	for _, f := range all {
		if f.test || !contains(pure, f.room) {
			continue
		}
		for _, i := range f.ast.Imports {
			p, _ := strconv.Unquote(i.Path.Value)
			if p == "net" || p == "net/http" || p == "database/sql" || p == "math/rand" || p == "math/rand/v2" ||
				p == "os" && f.room != "play" {
				t.Errorf("%s: a pure room imports %s", f.path, p)
			}
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s: a pure room says go", set.Position(n.Pos()))
			case *ast.SelectorExpr:
				if calls(n, "time", "Now") || calls(n, "time", "Sleep") {
					t.Errorf("%s: a pure room reads the clock", set.Position(n.Pos()))
				}
			}
			return true
		})
	}
}

func TestNoSleepsNoInit(t *testing.T) {
	set, all := files(t)
	for _, f := range all {
		bubble := false
		for _, i := range f.ast.Imports {
			bubble = bubble || i.Path.Value == `"testing/synctest"`
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if f.test && !bubble && calls(n, "time", "Sleep") {
					t.Errorf("%s: a test sleeps", set.Position(n.Pos()))
				}
			case *ast.FuncDecl:
				if n.Recv == nil && n.Name.Name == "init" {
					t.Errorf("%s: init() makes a table invisible", set.Position(n.Pos()))
				}
			}
			return true
		})
	}
}

func calls(s *ast.SelectorExpr, pkg, name string) bool {
	x, ok := s.X.(*ast.Ident)
	return ok && x.Name == pkg && s.Sel.Name == name
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}
