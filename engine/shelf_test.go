package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"outdial/contact"
	"outdial/engine"
	"outdial/gateway"
)

// What is on a shelf is there for all nodes, and no change of one is lost to
// another.
func TestShelf(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { shelved(t, node(t, "file:"+filepath.Join(t.TempDir(), "house.db"), "one")) })
	if os.Getenv("PGURL") != "" {
		t.Run("postgres", func(t *testing.T) {
			u := schema(t)
			shelved(t, node(t, u, "one"), node(t, u, "two"))
		})
	}
}

func shelved(t *testing.T, nodes ...*house) {
	of := func(i int, account string) *engine.Shelf { return engine.NewShelf(nodes[i%len(nodes)].store, account) }
	add := func(doc []byte) ([]byte, error) {
		n := 0
		if doc != nil {
			if _, err := fmt.Sscan(string(doc), &n); err != nil {
				return nil, err
			}
		}
		return fmt.Append(nil, n+1), nil
	}
	var g errgroup.Group
	for i := range 40 {
		g.Go(func() error { return of(i, "carrier").Change(t.Context(), fmt.Sprint("key", i%2), add) })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := of(1, "other").Change(t.Context(), "key0", add); err != nil {
		t.Fatal(err)
	}
	no := errors.New("no")
	if err := of(0, "carrier").Change(t.Context(), "key0", func([]byte) ([]byte, error) { return nil, no }); !errors.Is(err, no) {
		t.Error(err)
	}
	list := func(after string, n int, want ...string) {
		t.Helper()
		keys, docs, err := of(1, "carrier").List(t.Context(), after, n)
		for i, k := range keys {
			keys[i] = k + " " + string(docs[i])
		}
		if err != nil || !slices.Equal(keys, want) {
			t.Errorf("%q %v, want %q", keys, err, want)
		}
	}
	list("", 10, "key0 20", "key1 20")
	list("", 1, "key0 20")
	list("key0", 10, "key1 20")
	if err := of(1, "carrier").Change(t.Context(), "key0", func([]byte) ([]byte, error) { return nil, nil }); err != nil {
		t.Fatal(err)
	}
	list("", 10, "key1 20")
}

// A key holds for as long as its arrival says, or until it is forgotten.
func TestKeysOfArrivals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.flow("ask", say("a", "one", "wait"), wait("wait", "604800", "wait", "end"), end("end"))
		id := h.start(chat("ask"))
		h.hears(1)
		synctest.Wait()
		line := contact.Line{Subtype: contact.SMS, Customer: h.messages(id)[0].To, System: ourPhone}
		hear := func(a gateway.Arrival, want int) {
			t.Helper()
			a.Account = "carrier"
			if a.Key != "" {
				a.Line, a.Input = line, contact.MessageReceived{Text: "yes"}
			}
			if err := h.engine.Deliver(context.Background(), a); err != nil {
				t.Fatal(err)
			}
			if got := len(h.messages(id)) - 1; got != want {
				t.Errorf("%d inbound messages, want %d", got, want)
			}
		}
		hear(gateway.Arrival{Key: "k", Within: 10 * time.Minute}, 1)
		hear(gateway.Arrival{Key: "k", Within: 10 * time.Minute}, 1)
		time.Sleep(11 * time.Minute)
		hear(gateway.Arrival{Key: "k", Within: 10 * time.Minute}, 2)
		hear(gateway.Arrival{Key: "k", Forget: []string{"k"}}, 3)
		hear(gateway.Arrival{Forget: []string{"k", "never"}}, 3)
		hear(gateway.Arrival{Key: "k"}, 4)
		time.Sleep(6 * 24 * time.Hour)
		hear(gateway.Arrival{Key: "k"}, 4)
	})
}
