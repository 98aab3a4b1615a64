package legacy_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"outdial/fault"
	"outdial/flow"
	"outdial/flow/legacy"
)

// old wraps modules as an export.
func old(kind string, modules ...string) string {
	return `{"modules":[` + strings.Join(modules, ",") + `,{"id":"end","type":"Disconnect","branches":[],"parameters":[]}],` +
		`"version":"1","type":"` + kind + `","start":"a","metadata":{"entryPointPosition":{"x":1,"y":2},"name":"Old","type":"` + kind + `"}}`
}

func TestModules(t *testing.T) {
	for _, c := range modules {
		t.Run(c.name, func(t *testing.T) {
			kind := c.kind
			if kind == "" {
				kind = "contactFlow"
			}
			doc, remarks, err := legacy.Convert([]byte(old(kind, c.was)))
			if err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(remarks) != fmt.Sprint(c.says) {
				t.Errorf("remarks %q, want %q", remarks, c.says)
			}
			var got struct{ Actions []any }
			if err := json.Unmarshal(doc, &got); err != nil {
				t.Fatal(err)
			}
			var want []any
			if err := json.Unmarshal([]byte("["+c.is+"]"), &want); err != nil {
				t.Fatal(err)
			}
			if got := got.Actions[:len(got.Actions)-1]; !reflect.DeepEqual(got, want) {
				text, _ := json.MarshalIndent(got, "", " ")
				t.Errorf("got %s", text)
			}
			if c.says == nil {
				accepted(t, doc)
			}
		})
	}
}

// accepted holds that the check has nothing against it.
func accepted(t *testing.T, doc []byte) {
	t.Helper()
	for _, f := range flow.Check(doc, flow.CheckOptions{}).Problems() {
		t.Errorf("the check refuses it: %v", f)
	}
	if _, err := flow.Parse("x", doc); err != nil {
		t.Error(err)
	}
}

func TestWhatTheFlowSaysOfItselfIsKept(t *testing.T) {
	doc, _, err := legacy.Convert([]byte(old("customerQueue",
		`{"id":"a","type":"PlayPrompt","branches":[{"condition":"Success","transition":"end"}],`+
			`"parameters":[{"name":"Text","value":"Hi"}],"metadata":{"position":{"x":10,"y":20}}}`)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := flow.Parse("x", doc)
	if err != nil {
		t.Fatal(err)
	}
	if f.Type != "CUSTOMER_QUEUE" {
		t.Errorf("type %q", f.Type)
	}
	var meta struct {
		Metadata struct {
			Name           string
			ActionMetadata map[string]struct{ Position struct{ X, Y int } }
		}
	}
	if err := json.Unmarshal(doc, &meta); err != nil {
		t.Fatal(err)
	}
	if at := meta.Metadata.ActionMetadata["a"].Position; meta.Metadata.Name != "Old" || at.X != 10 || at.Y != 20 {
		t.Errorf("%+v", meta)
	}
}

func TestNoFlowOfOld(t *testing.T) {
	for _, doc := range []string{"", "[]", "null", `{}`, `{"modules":[]}`, `{"modules":{},"start":"a"}`,
		`{"Version":"2019-10-30","StartAction":"a","Actions":[],"modules":[],"start":""}`, `{"modules":[{"parameters":[{"value":{}}]}],"start":"a"}`} {
		if _, _, err := legacy.Convert([]byte(doc)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", doc, err)
		}
	}
}

func FuzzConvert(f *testing.F) {
	for _, c := range modules {
		f.Add([]byte(old("contactFlow", c.was)))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		out, _, err := legacy.Convert(doc)
		if err != nil {
			return
		}
		if legacy.Is(out) || !json.Valid(out) {
			t.Errorf("it is still of old: %s", out)
		}
		flow.Check(out, flow.CheckOptions{})
	})
}
