package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/gateway"
	"outdial/resource"
)

// Agents at the desks of two nodes, and contacts that begin on both: nobody is
// given to two, and everybody is served. On SQLite there is one node.
func TestNobodyIsOfferedTwice(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		serveMany(t, node(t, "file:"+filepath.Join(t.TempDir(), "house.db"), "one"))
	})
	if os.Getenv("PGURL") == "" {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		u := schema(t)
		serveMany(t, node(t, u, "one"), node(t, u, "two"))
	})
}

// schema makes a schema of the test's own on the server of PGURL.
func schema(t *testing.T) string {
	t.Helper()
	u, err := url.Parse(os.Getenv("PGURL"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := pgx.Connect(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	name := "engine_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	if _, err := c.Exec(t.Context(), "create schema "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		defer c.Close(context.Background())
		if _, err := c.Exec(context.Background(), "drop schema "+name+" cascade"); err != nil {
			t.Error(err)
		}
	})
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

func node(t *testing.T, url, name string) *house {
	t.Helper()
	h := &house{TB: t, url: url, far: &far{took: make(chan contact.Effect, 10_000), answer: answering}}
	h.config = engine.Config{Gateways: map[string]gateway.Gateway{"carrier": h.far}, Node: name, Log: slog.New(slog.DiscardHandler)}
	h.open()
	return h
}

func serveMany(t *testing.T, nodes ...*house) {
	h := nodes[0]
	declare(h)
	for _, q := range []string{"sales", "service"} {
		h.put(resource.KindQueue, q, q, resource.Queue{Meta: resource.Meta{ID: q, Name: q}})
	}
	h.flow("sell", to("sales", "go"), join("go", "end"), end("end"))
	const agents, contacts = 8, 48
	for i := range agents {
		h.agent(fmt.Sprint("agent", i), nil)
	}
	var g errgroup.Group
	for i := range contacts {
		g.Go(func() error {
			_, err := nodes[i%len(nodes)].engine.Start(t.Context(), from(chat("sell"), fmt.Sprintf("+120655504%02d", i)))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	taken := map[contact.ID]int{}
	for round := range 500 {
		var g errgroup.Group
		for i := range agents {
			g.Go(func() error {
				list, err := nodes[(i+round)%len(nodes)].shift(fmt.Sprint("agent", i), round+i)
				mu.Lock()
				defer mu.Unlock()
				for _, id := range list {
					taken[id]++
				}
				return err
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		for _, n := range nodes {
			if err := n.engine.Advance(t.Context(), 0, 30*time.Second); err != nil {
				t.Fatal(err)
			}
		}
		inHands(t, h, agents)
		if len(taken) == contacts {
			break
		}
	}
	if len(taken) != contacts {
		t.Errorf("%d of %d contacts were served", len(taken), contacts)
	}
	for id, n := range taken {
		if n != 1 {
			t.Errorf("%s was taken %d times", id, n)
		}
	}
}

// inHands fails where two agents have the same contact in hand.
func inHands(t *testing.T, h *house, agents int) {
	t.Helper()
	seen := map[contact.ID]string{}
	for i := range agents {
		a := h.at(fmt.Sprint("agent", i))
		for _, v := range a.InHand {
			if other := seen[v.Contact]; other != "" {
				t.Fatalf("%s is in the hands of %s and of %s", v.Contact, other, a.Name)
			}
			seen[v.Contact] = a.Name
		}
	}
}

// shift is what an agent does in a round: he takes what rings, or refuses it now
// and then, and ends what he has had; and gives what he has taken.
func (h *house) shift(agent string, n int) (taken []contact.ID, err error) {
	ctx := h.Context()
	desk := func(d engine.Desk) bool {
		e := h.engine.AtDesk(ctx, instance, agent, d, false)
		if e != nil && !fault.Is(e, fault.Conflict) {
			err = e
		}
		return e == nil
	}
	a := h.at(agent)
	for _, v := range a.InHand {
		switch {
		case v.State == engine.Taken:
			desk(engine.Desk{Do: engine.HangUp, Contact: v.Contact})
		case n%5 == 0:
			desk(engine.Desk{Do: engine.Reject, Contact: v.Contact})
		case desk(engine.Desk{Do: engine.Accept, Contact: v.Contact}):
			taken = append(taken, v.Contact)
		}
	}
	desk(engine.Desk{Status: engine.Available})
	return taken, err
}
