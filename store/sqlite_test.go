package store

import (
	"os"
	"strings"
	"testing"
	"time"

	"outdial/contact"
)

// The log begins anew once it is copied, and a view keeps its picture.
func TestLogIsCopied(t *testing.T) {
	url := sqliteURL(t)
	s := serve(t, url, Options{})
	db := s.db.(*sqliteDB)
	c, err := db.connect("wal_autocheckpoint(0)")
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	size := func() int64 {
		t.Helper()
		i, err := os.Stat(strings.TrimPrefix(url, "file:") + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		return i.Size()
	}
	work := func(n int) {
		t.Helper()
		for range n {
			u := newStart(time.Now().UnixNano())
			update(t, s, u.need, u.run)
		}
	}
	work(100)
	if err := db.copyLog(c); err != nil {
		t.Fatal(err)
	}
	if left, err := c.checkpoint(); left != 0 || err != nil {
		t.Errorf("%d pages left, %v", left, err)
	}
	full := size()
	work(50)
	if got := size(); got != full {
		t.Errorf("the log was copied and grew from %d to %d", full, got)
	}
	// While a view is open only what it knows is copied; nobody waits for it.
	view(t, s, func(tx *Tx) error {
		before, err := tx.OpenContacts("i1", contact.Chat)
		work(200)
		if err := db.copyLog(c); err != nil {
			t.Error(err)
		}
		after, err2 := tx.OpenContacts("i1", contact.Chat)
		if before != 150 || after != before || err != nil || err2 != nil {
			t.Errorf("the view saw %d and then %d contacts, %v %v", before, after, err, err2)
		}
		return nil
	})
	if err := db.copyLog(c); err != nil {
		t.Fatal(err)
	}
	if left, err := c.checkpoint(); left != 0 || err != nil {
		t.Errorf("%d pages left, %v", left, err)
	}
}

func TestPositional(t *testing.T) {
	for text, want := range map[string]string{
		"a = $1 and b = $2":                "a = ? and b = ?",
		"($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)": "(?,?,?,?,?,?,?,?,?,?)",
		"a = $2 and b = $1":                "a = $2 and b = $1",
		"a = $1 and b = $1":                "a = $1 and b = $1",
		"a = $1 and b = $10":               "a = $1 and b = $10",
		"no values":                        "no values",
		"a = '$' and b = $1":               "a = '$' and b = $1",
	} {
		if got := positional(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestKeyLists(t *testing.T) {
	for n, sizes := range map[int][]int{1: {1}, 3: {4}, 5: {16}, 64: {64}, 65: {256}, 300: {256, 64}} {
		keys := make([]int64, n)
		for i := range keys {
			keys[i] = int64(i)
		}
		list := among("x in (%s)", keys, nil, "first")
		seen := map[int64]bool{}
		for i, s := range list {
			if len(s.args) != sizes[i]+1 || strings.Count(s.text, "$") != sizes[i] || s.args[0] != "first" {
				t.Errorf("%d keys: %d values for %q", n, len(s.args), s.text)
			}
			for _, a := range s.args[1:] {
				seen[a.(int64)] = true
			}
		}
		if len(list) != len(sizes) || len(seen) != n {
			t.Errorf("%d keys: %d statements with %d keys", n, len(list), len(seen))
		}
	}
}
