package engine

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"outdial/contact"
	"outdial/store"
)

// What the timeline leaves out is there again when it is read, byte for byte; what
// an earlier version kept in full reads as it was kept.
func TestTimelineReadsInFull(t *testing.T) {
	at := time.Date(2026, 1, 5, 10, 0, 0, 123_000_000, time.UTC)
	messages := []*contact.Message{{ID: "other", Text: "no"}, {ID: "m1", Text: `Hello <Ann> & "Bob"`}, {ID: "m2"}}
	var full, short Turn
	for _, f := range []contact.Effect{
		contact.SendMessage{ID: "m1", Visit: 3, Text: messages[1].Text, By: "agent"},
		contact.SendMessage{ID: "m2", Template: &contact.Template{Name: "x"}},
		contact.Wake{Name: "expire", Visit: 6, At: at.Add(25*time.Hour + time.Microsecond)},
		contact.Wake{Name: "late", At: at.Add(-time.Second)},
		contact.Wake{Name: "now", At: at},
		contact.EndCall{Reason: "r"},
	} {
		j := store.Job{Kind: contact.EffectKind(f), Due: at}
		if w, ok := f.(contact.Wake); ok {
			j.Due = w.At
		}
		asked, err := shortly(&j, f, at)
		if err != nil {
			t.Fatal(err)
		}
		if text := string(asked.Doc); strings.Contains(text, "Hello") || strings.Contains(text, "2026-01-06") {
			t.Errorf("kept twice: %s", text)
		}
		if _, message := f.(contact.SendMessage); message && string(j.Doc) != marshalled(t, f) {
			t.Errorf("the job of %+v: %s", f, j.Doc)
		}
		short.Effects = append(short.Effects, asked)
		asked.Doc = json.RawMessage(marshalled(t, f))
		full.Effects = append(full.Effects, asked)
	}
	want := marshalled(t, full)
	for name, doc := range map[string]string{"short": marshalled(t, short), "in full": want} {
		got, err := Told([]byte(doc), messages)
		if err != nil || string(got) != want {
			t.Errorf("%s: %v\n%s\nis not\n%s", name, err, got, want)
		}
	}
	for _, doc := range []string{`{"notes":["x"]}`, `{"input":"A","effects":[{"kind":"Unheard","doc":{"kind":"Wake"}}]}`} {
		if got, err := Told([]byte(doc), nil); err != nil || string(got) != doc {
			t.Errorf("%s became %s %v", doc, got, err)
		}
	}
}

func marshalled(t *testing.T, v any) string {
	t.Helper()
	doc, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}
