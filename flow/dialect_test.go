package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A dialect writes a flow as another console, script or region would write it.
type dialect struct {
	name   string
	change func(doc []byte) []byte
}

// asTree changes a flow as decoded JSON.
func asTree(change func(d map[string]any)) func([]byte) []byte {
	return func(doc []byte) []byte {
		d, err := readDocument(doc)
		if err != nil {
			return doc
		}
		change(d)
		out, err := json.Marshal(d)
		if err != nil {
			return doc
		}
		return out
	}
}

// eachAction changes every action.
func eachAction(change func(a map[string]any)) func([]byte) []byte {
	return asTree(func(d map[string]any) {
		list, _ := d["Actions"].([]any)
		for _, v := range list {
			if a, ok := v.(map[string]any); ok {
				change(a)
			}
		}
	})
}

// eachText changes every text of Parameters, by what the table says of it.
func eachText(change func(p *Param, s string) any) func([]byte) []byte {
	var walk func(v any, p *Param) any
	walk = func(v any, p *Param) any {
		switch v := v.(type) {
		case string:
			return change(p, v)
		case []any:
			for i := range v {
				v[i] = walk(v[i], ruleOf(p, ""))
			}
		case map[string]any:
			for k := range v {
				v[k] = walk(v[k], ruleOf(p, k))
			}
		}
		return v
	}
	return eachAction(func(a map[string]any) {
		if s := actions[text(a, "Type")]; s != nil {
			walk(a["Parameters"], &Param{Shape: Object, Members: s.Params})
		}
	})
}

var (
	simpleReference = regexp.MustCompile(`\$((?:\.[A-Za-z0-9_-]+)+)`)
	arnRegion       = regexp.MustCompile(`arn:aws:([a-z]+):([a-z0-9-]*):`)
)

// bracketed writes references with brackets; after so many steps with dots.
func bracketed(dots int) func([]byte) []byte {
	return eachText(func(_ *Param, s string) any {
		return simpleReference.ReplaceAllStringFunc(s, func(ref string) string {
			out := "$"
			for i, step := range strings.Split(ref[2:], ".") {
				if i < dots {
					out += "." + step
				} else {
					out += "['" + step + "']"
				}
			}
			return out
		})
	})
}

// inPlace puts a placeholder where an ARN stands.
func inPlace(placeholder string) func([]byte) []byte {
	return eachText(func(_ *Param, s string) any {
		if strings.HasPrefix(s, "arn:") {
			return placeholder
		}
		return s
	})
}

// inPartition puts ARNs into another partition and region.
func inPartition(partition, region string) func([]byte) []byte {
	return func(doc []byte) []byte {
		return arnRegion.ReplaceAll(doc, []byte("arn:"+partition+":$1:"+region+":"))
	}
}

// dialects lists them. What the service takes in one it takes in all.
var dialects = []dialect{
	{"byte order mark", func(doc []byte) []byte { return append([]byte("\ufeff"), doc...) }},
	{"carriage returns", func(doc []byte) []byte {
		return bytes.ReplaceAll(bytes.ReplaceAll(doc, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	}},
	{"blanks around", func(doc []byte) []byte { return slices.Concat([]byte(" \n\t"), doc, []byte("\n\n  ")) }},
	{"minified, keys sorted", asTree(func(map[string]any) {})},
	{"no metadata", asTree(func(d map[string]any) { delete(d, "Metadata") })},
	{"metadata of a later console", asTree(func(d map[string]any) {
		d["Metadata"] = map[string]any{"EntryPointPosition": map[string]any{"X": 1.5}, "designer": []any{nil, 3}, "type": nil, "ActionMetadata": []any{}}
	})},
	{"actions in the other order", asTree(func(d map[string]any) {
		if list, ok := d["Actions"].([]any); ok {
			slices.Reverse(list)
		}
	})},
	{"no empty lists", eachAction(func(a map[string]any) {
		if tr, ok := a["Transitions"].(map[string]any); ok {
			for _, k := range []string{"Errors", "Conditions"} {
				if l, ok := tr[k].([]any); ok && len(l) == 0 {
					delete(tr, k)
				}
			}
		}
	})},
	{"null for what is empty", eachAction(func(a map[string]any) {
		if p, ok := a["Parameters"].(map[string]any); ok && len(p) == 0 {
			a["Parameters"] = nil
		}
		if tr, ok := a["Transitions"].(map[string]any); ok && len(tr) == 0 {
			a["Transitions"] = nil
		}
	})},
	{"no empty Parameters", eachAction(func(a map[string]any) {
		if p, ok := a["Parameters"].(map[string]any); ok && len(p) == 0 {
			delete(a, "Parameters")
		}
	})},
	{"numbers and booleans bare", eachText(func(p *Param, s string) any {
		switch {
		case p != nil && p.Shape == Int && regexp.MustCompile(`^[1-9][0-9]{0,8}$`).MatchString(s):
			return json.Number(s)
		case p != nil && p.Shape == Bool && (strings.EqualFold(s, "true") || strings.EqualFold(s, "false")):
			return strings.EqualFold(s, "true")
		}
		return s
	})},
	{"references in brackets", bracketed(0)},
	{"references half in brackets", bracketed(1)},
	{"placeholders {{…}}", inPlace("{{ QUEUE_ARN }}")},
	{"placeholders ${…}", inPlace("${Queue.Arn}")},
	{"placeholders %%…%%", inPlace("%%QUEUE_ARN%%")},
	{"placeholders <…>", inPlace("<your ARN>")},
	{"China", inPartition("aws-cn", "cn-northwest-1")},
	{"GovCloud", inPartition("aws-us-gov", "us-gov-west-1")},
	{"Zurich", inPartition("aws", "eu-central-2")},
}

// flowsOfOurs are those of the plays.
func flowsOfOurs(t *testing.T) map[string][]byte {
	t.Helper()
	list, err := filepath.Glob("testdata/plays/*.json")
	if err != nil || len(list) == 0 {
		t.Fatalf("no flows: %v", err)
	}
	out := map[string][]byte{}
	for _, f := range list {
		if out[f], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// messages are the problems of a flow without where they are.
func messages(doc []byte) []string {
	var out []string
	for _, p := range Check(doc, CheckOptions{}).Problems() {
		m := regexp.MustCompile(`Actions\[\d+\]`).ReplaceAllString(p.Message, "Actions[]")
		out = append(out, p.Action+" "+m)
	}
	slices.Sort(out)
	return out
}

// dialectsOf holds every dialect of a flow against the flow itself: the same
// problems, the same number of actions, and it can be run.
func dialectsOf(t *testing.T, name string, doc []byte) {
	t.Helper()
	want := messages(doc)
	f, err := Parse("f", doc)
	if err != nil {
		return
	}
	for _, d := range dialects {
		other := d.change(doc)
		if got := messages(other); !slices.Equal(got, want) {
			t.Errorf("%s, %s: %q, and as it is %q", name, d.name, got, want)
		}
		if g, err := Parse("f", other); err != nil || g.Actions() != f.Actions() {
			t.Errorf("%s, %s: %v", name, d.name, err)
		}
	}
	// A type that nobody knows is refused by its name, wherever it stands.
	n := 0
	unknown := eachAction(func(a map[string]any) {
		if n++; n == 1 {
			a["Type"] = "BrewCoffee"
		}
	})(doc)
	if got := fmt.Sprint(messages(unknown)); !strings.Contains(got, "Invalid Action type. Type: BrewCoffee") {
		t.Errorf("%s: an unknown type gives %s", name, got)
	}
}

func TestDialects(t *testing.T) {
	for name, doc := range flowsOfOurs(t) {
		dialectsOf(t, name, doc)
	}
}

func TestDialectsOfCorpus(t *testing.T) {
	for name, f := range corpus(t) {
		dialectsOf(t, name, f.doc)
	}
}
