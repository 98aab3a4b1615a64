package chart_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"outdial/fault"
	"outdial/flow/chart"
)

// said is what stands in an SVG: its texts, and the boxes of its blocks.
type said struct {
	texts []string
	boxes []box
}

type box struct{ x, y, w, h float64 }

func (b box) over(o box) bool {
	return b.x < o.x+o.w && o.x < b.x+b.w && b.y < o.y+o.h && o.y < b.y+b.h
}

// read reads an SVG, which must be well-formed XML.
func read(t *testing.T, svg []byte) said {
	t.Helper()
	var out said
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatalf("%v in %s", err, svg)
		}
		switch tok := tok.(type) {
		case xml.CharData:
			if s := strings.TrimSpace(string(tok)); s != "" {
				out.texts = append(out.texts, s)
			}
		case xml.StartElement:
			attr := map[string]string{}
			for _, a := range tok.Attr {
				attr[a.Name.Local] = a.Value
			}
			if tok.Name.Local != "rect" || attr["class"] == "" {
				continue
			}
			num := func(name string) float64 { f, _ := strconv.ParseFloat(attr[name], 64); return f }
			out.boxes = append(out.boxes, box{num("x"), num("y"), num("width"), num("height")})
		}
	}
}

// hello is a flow of four blocks, all at the places that at gives.
func hello(at ...string) []byte {
	var meta []string
	for i, p := range at {
		meta = append(meta, fmt.Sprintf(`"%c":{"position":%s}`, 'a'+i, p))
	}
	return []byte(`{"Version":"2019-10-30","StartAction":"a","Metadata":{"name":"Hello <you>","ActionMetadata":{` + strings.Join(meta, ",") + `}},"Actions":[
		{"Identifier":"a","Type":"MessageParticipant","Parameters":{"Text":"Hi & good day"},"Transitions":{"NextAction":"b","Errors":[{"ErrorType":"NoMatchingError","NextAction":"d"}]}},
		{"Identifier":"b","Type":"Compare","Parameters":{"ComparisonValue":"$.Attributes.x"},"Transitions":{"NextAction":"d","Errors":[{"ErrorType":"NoMatchingCondition","NextAction":"d"}],
			"Conditions":[{"NextAction":"a","Condition":{"Operator":"Equals","Operands":["again"]}}]}},
		{"Identifier":"c","Type":"MessageParticipant","Parameters":{},"Transitions":{"NextAction":"gone"}},
		{"Identifier":"d","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}`)
}

func draw(t *testing.T, doc []byte, o chart.Options) said {
	t.Helper()
	svg, err := chart.Draw(doc, o)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, svg)
}

func TestBranchesAreCounted(t *testing.T) {
	got := draw(t, hello(), chart.Options{Taken: map[chart.Branch]int{{"a", "next"}: 2, {"c", "next"}: 0, {"b", "condition Equals again"}: 1, {"d", "end"}: 1}})
	all := strings.Join(got.texts, "\n")
	// Of a: next and an error; of b: a condition and an error, its NextAction is
	// never taken; of c: next; of d: its end.
	for _, want := range []string{"Hello <you>: 3 of 6 branches taken", "next  2×", "again  1×", "NoMatchingError  0×", "next → nowhere  0×", "Hi & good day"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not said in\n%s", want, all)
		}
	}
}

func TestNothingIsCountedWhereNobodyAsked(t *testing.T) {
	if all := strings.Join(draw(t, hello(), chart.Options{}).texts, "\n"); strings.Contains(all, "×") || !strings.Contains(all, "Hello <you>: 4 actions") {
		t.Error(all)
	}
}

func TestPlaces(t *testing.T) {
	own := draw(t, hello(`{"x":10,"y":500}`, `{"x":400,"y":20}`, `{"x":800,"y":20}`, `{"x":1200,"y":20}`), chart.Options{}).boxes
	if !(own[0].y > own[1].y && own[0].x < own[1].x && own[1].x < own[2].x && own[2].x < own[3].x) {
		t.Errorf("not where its author put it: %v", own)
	}
	anew := draw(t, hello(`{"x":10,"y":500}`, `{"x":400,"y":20}`, `{"x":800,"y":20}`, `{"x":1200,"y":20}`), chart.Options{Layout: true}).boxes
	// d comes after b, though a leads to it at once; c nobody leads to.
	if !(anew[0].x < anew[1].x && anew[1].x < anew[3].x && anew[3].x < anew[2].x) {
		t.Errorf("not laid out: %v", anew)
	}
	far := draw(t, hello(`{"x":1e300,"y":1e300}`, `{"x":1e300,"y":1e300}`, `{"x":-1e300,"y":0}`), chart.Options{}).boxes
	if far[0].over(far[1]) {
		t.Errorf("%v lies on %v", far[0], far[1])
	}
	one := draw(t, hello(`{"x":0,"y":0}`, `{"x":0,"y":0}`, `{"x":0,"y":0}`), chart.Options{}).boxes
	for i, b := range one {
		for _, o := range one[:i] {
			if b.over(o) {
				t.Errorf("%v lies on %v", b, o)
			}
		}
	}
}

func TestNoFlow(t *testing.T) {
	for _, doc := range []string{"", "[]", "{}", `{"Actions":{}}`, `{"Actions":"x"}`, `{"Actions":[]}`} {
		if _, err := chart.Draw([]byte(doc), chart.Options{}); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "struct") {
			t.Errorf("%q: %v", doc, err)
		}
	}
}

// TestCorpus draws every real flow.
func TestCorpus(t *testing.T) {
	folder := os.Getenv("FLOW_CORPUS")
	if folder == "" {
		t.Skip("FLOW_CORPUS is not set")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	drawn := 0
	for _, f := range files {
		doc, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		svg, err := chart.Draw(doc, chart.Options{})
		if err != nil {
			continue // no flow at all; the check says why
		}
		drawn++
		boxes := read(t, svg).boxes
		for i, b := range boxes {
			for _, o := range boxes[:i] {
				if b.over(o) {
					t.Errorf("%s: a block lies on another", f)
				}
			}
		}
	}
	if drawn < len(files)*9/10 {
		t.Errorf("%d of %d are drawn", drawn, len(files))
	}
}

func FuzzDraw(f *testing.F) {
	f.Add(hello())
	f.Add(hello(`{"x":1e300,"y":-1e300}`, `{"x":"1"}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		if svg, err := chart.Draw(doc, chart.Options{Taken: map[chart.Branch]int{}}); err == nil {
			read(t, svg)
		}
	})
}
