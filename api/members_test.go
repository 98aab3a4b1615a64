package api

import (
	"cmp"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path"
	"strings"
	"testing"

	"outdial/wire"
)

// TestMembersAreUsed walks the table of operations: every member of every input
// that is said to be honoured must be read somewhere in this room. One that
// nothing reads would be accepted and forgotten; it has to say "ignored" in its
// tag, and one that is read only to be refused says "refused".
func TestMembersAreUsed(t *testing.T) {
	used := usedFields(t)
	for _, o := range New(Config{}).Operations() {
		seen := map[*wire.Shape]bool{}
		var walk func(at, within string, s *wire.Shape)
		walk = func(at, within string, s *wire.Shape) {
			for s != nil && s.Item != nil {
				s = s.Item
			}
			if s == nil || s.Type != wire.Structure || seen[s] {
				return
			}
			seen[s] = true
			for i := range s.Members {
				m := &s.Members[i]
				here := at + m.Name
				if m.Refused {
					continue
				}
				of, field := s.Field(i)
				field = cmp.Or(of, within) + "." + field
				switch read := used[field]; {
				case !read && !m.Ignored:
					t.Errorf("%s: %s (%s) is listed as honoured, and nothing reads it", o.Name, here, field)
				case read && m.Ignored:
					t.Errorf("%s: %s (%s) is listed as ignored, and something reads it", o.Name, here, field)
				}
				if !m.Ignored {
					walk(here+".", field, m.Shape)
				}
			}
		}
		walk("", "", o.In)
	}
}

// usedFields gives the fields of structs of this room that are read, as
// "struct.Field" ("struct.Outer.Field" where the inner struct has no name). What
// the room imports is not looked at: its own structs are known without.
func usedFields(t *testing.T) map[string]bool {
	set := token.NewFileSet()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			f, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
	}
	info := &types.Info{Selections: map[*ast.SelectorExpr]*types.Selection{}}
	conf := types.Config{Importer: nothing{}, Error: func(error) {}}
	pkg, _ := conf.Check("outdial/api", set, files, info) // its errors are those of what is not imported
	if pkg == nil {
		t.Fatal("the room cannot be read")
	}
	names := map[*types.Var]string{}
	for _, name := range pkg.Scope().Names() {
		if s, ok := pkg.Scope().Lookup(name).Type().Underlying().(*types.Struct); ok {
			nameFields(names, name, s)
		}
	}
	used := map[string]bool{}
	for _, s := range info.Selections {
		if v, ok := s.Obj().(*types.Var); ok && names[v] != "" {
			used[names[v]] = true
		}
	}
	return used
}

// nameFields names the fields of a struct, and those of structs without a name in it.
func nameFields(names map[*types.Var]string, name string, s *types.Struct) {
	for f := range s.Fields() {
		names[f] = name + "." + f.Name()
		inner := f.Type()
		for {
			if p, ok := inner.(*types.Pointer); ok {
				inner = p.Elem()
			} else if l, ok := inner.(*types.Slice); ok {
				inner = l.Elem()
			} else {
				break
			}
		}
		if in, ok := inner.(*types.Struct); ok {
			nameFields(names, names[f], in)
		}
	}
}

// nothing imports empty packages.
type nothing struct{}

func (nothing) Import(p string) (*types.Package, error) {
	if p == "unsafe" {
		return nil, errors.New("not wanted")
	}
	pkg := types.NewPackage(p, path.Base(p))
	pkg.MarkComplete()
	return pkg, nil
}
