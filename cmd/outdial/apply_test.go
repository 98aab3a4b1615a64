package main

import (
	"strings"
	"testing"

	"outdial/config"
	"outdial/resource"
	"outdial/store"
)

// reload writes the configuration anew and lets the server take it.
func (l *lived) takes(doc string) error {
	l.t.Helper()
	write(l.t, l.dir, "outdial.yaml", doc)
	return l.reload(l.t.Context())
}

const listsConfig = `
instances:
  - alias: acme
    hours: [{name: Always, open: [EVERYDAY 00:00-00:00]}]
    numbers: [{number: "+12065550110", channels: [SMS], optOutList: house}]
    queues:
      - {name: A, id: 11111111-1111-4111-8111-111111111111}
      - {name: B, id: 22222222-2222-4222-8222-222222222222}
`

// Names move from one resource to another, numbers leave a list, instances go:
// what the file said before and says no longer is gone, and nothing else.
func TestApplyAgain(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "outdial.yaml", listsConfig+"optOut: [{name: house, numbers: ['+12065550150', '+12065550151']}]\ndoNotContact: {numbers: ['+12065550152']}\n")
	l := live(t, dir, serveFlags{})
	l.ok("optout", "add", "house", "+12065550159")
	if err := l.takes(strings.NewReplacer("name: A", "name: B", "name: B", "name: A").Replace(listsConfig) + "optOut: [{name: house, numbers: ['+12065550151', '+12065550153']}]\n"); err != nil {
		t.Fatal(err)
	}
	facts, err := gather(t.Context(), l.st, nil)
	if err != nil || facts.Queues["A"] != "22222222-2222-4222-8222-222222222222" || facts.Queues["B"] != "11111111-1111-4111-8111-111111111111" {
		t.Errorf("%v, %v", facts.Queues, err)
	}
	out := l.ok("optout", "export", "house")
	for n, want := range map[string]bool{"+12065550150": false, "+12065550151": true, "+12065550153": true, "+12065550159": true} {
		if strings.Contains(out, n) != want {
			t.Errorf("%s is on the list: %v\n%s", n, !want, out)
		}
	}

	if out := l.ok("optout", "export", "-dnc"); out != "" {
		t.Errorf("still not to be contacted: %s", out)
	}

	// A file that takes a name which the API gave away is refused whole.
	q := &resource.Queue{Meta: resource.Meta{ID: "33333333-3333-4333-8333-333333333333", Name: "Ours"}}
	err = seed(t.Context(), l.st, &config.Declaration{Rows: []config.Row{{Kind: resource.KindQueue, Instance: facts.InstanceID, Meta: &q.Meta, Doc: q}}})
	if err != nil {
		t.Fatal(err)
	}
	err = l.takes(strings.Replace(listsConfig, "name: B", "name: Ours", 1))
	if err == nil || !strings.Contains(err.Error(), `queue "Ours": another of this name was made over the API`) {
		t.Errorf("%v", err)
	}
	if again, err := gather(t.Context(), l.st, nil); err != nil || again.Queues["A"] != facts.Queues["A"] || again.Queues["B"] != facts.Queues["B"] {
		t.Errorf("%v, %v", again.Queues, err)
	}

	// What did not change is not written.
	modified := func() (out string) {
		err := l.st.View(t.Context(), func(t *store.Tx) error {
			return every(t, resource.KindQueue, facts.InstanceID, func(q *resource.Queue) { out += q.Name + q.Modified.String() })
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	before := modified()
	if err := l.reload(t.Context()); err == nil {
		t.Error("the refused file is taken")
	}
	if got := modified(); got != before {
		t.Errorf("%s, not %s", got, before)
	}

	// An instance that the file declares no longer goes, with what was in it; what
	// the API made within it cannot be reached any more either.
	other := strings.Replace(listsConfig, "alias: acme", "alias: other", 1)
	other = strings.NewReplacer("11111111", "44444444", "22222222", "55555555").Replace(other)
	if err := l.takes(other); err != nil {
		t.Fatal(err)
	}
	if facts, err = gather(t.Context(), l.st, nil); err != nil || facts.InstanceID != config.Derived("111122223333", "us-east-1", "other") {
		t.Errorf("%+v, %v", facts, err)
	}
}

// The ready file speaks of the first instance of the configuration, whatever
// its name, and not of a demo instance that was there before.
func TestReadyNamesTheFirstInstance(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	l := live(t, dir, serveFlags{})
	if l.facts.InstanceID != config.Derived("111122223333", "us-east-1", "demo") {
		t.Errorf("%+v", l.facts)
	}
	l.stop()
	write(t, dir, "outdial.yaml", "instances: [{alias: zoo}, {alias: acme}]\n")
	l = live(t, dir, serveFlags{})
	if want := config.Derived("111122223333", "us-east-1", "zoo"); l.facts.InstanceID != want {
		t.Errorf("%s is in the ready file, not %s", l.facts.InstanceID, want)
	}
}
