package admin

import (
	"strings"
	"testing"
	"time"

	"outdial/contact"
)

// TestMetricsPage looks at what is measured, and at what is counted when somebody looks.
func TestMetricsPage(t *testing.T) {
	m, err := NewMetrics("house")
	if err != nil {
		t.Fatal(err)
	}
	m.Answered("StopContact", 200, 3*time.Millisecond)
	m.Answered("StopContact", 400, time.Millisecond)
	m.Committed(7, 2*time.Millisecond)
	list, err := m.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range list {
		for _, v := range f.GetMetric() {
			b.WriteString(f.GetName())
			for _, l := range v.GetLabel() {
				b.WriteString(" " + l.GetValue())
			}
			b.WriteString("\n")
		}
	}
	want := "house_commit_seconds\nhouse_commit_units\nhouse_request_seconds StopContact\nhouse_requests_total StopContact 200\nhouse_requests_total StopContact 400\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

// TestLists asks for what no list knows, for the newest events, and forgets a person
// in the journal too.
func TestLists(t *testing.T) {
	play(t, nil, func(h *house) {
		id := h.start("ask", ann, contact.Chat)
		h.rest()
		for _, path := range []string{"contacts?channel=FAX", "contacts?method=SHOUT", "events?type=BORN", "events?order=any"} {
			if w := h.ask("GET", path, ""); w.Code != 400 || !strings.Contains(w.Body.String(), ", not") {
				h.Errorf("%s: %d %s", path, w.Code, w.Body)
			}
		}
		var v struct {
			Events []struct{ Type string }
			Next   string
		}
		h.get("GET", "events?order=newest&limit=1", "", &v)
		if len(v.Events) != 1 || v.Events[0].Type == "INITIATED" || v.Next == "" {
			h.Errorf("the newest: %+v", v)
		}
		var all struct{ Contacts []struct{ ID contact.ID } }
		h.get("GET", "contacts", "", &all)
		if len(all.Contacts) != 1 || all.Contacts[0].ID != id {
			h.Errorf("all instances: %+v", all)
		}
		w := h.ask("GET", "metrics", "").Body.String()
		for _, want := range []string{`contacts_open{channel="CHAT",state="talking"} 1`, "jobs_due ", `carrier_outcomes_total{account="sim",outcome="done"}`} {
			if !strings.Contains(w, want) {
				h.Errorf("metrics lack %s:\n%s", want, w)
			}
		}
	})
}
