package store

import (
	"context"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"outdial/contact"
)

// serve opens a store and commits until the test is over.
func serve(t testing.TB, url string, o Options) *Store {
	t.Helper()
	if o.Node == "" {
		o.Node = "a"
	}
	s, err := Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func sqliteURL(t testing.TB) string { return "file:" + filepath.Join(t.TempDir(), "store.db") }

func update(t testing.TB, s *Store, need Need, fn func(t *Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), need, fn); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, s *Store, fn func(t *Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func newID() contact.ID { return contact.ID(uuid.Must(uuid.NewV7()).String()) }

// chat makes an open SMS contact with a customer.
func chat(customer string) *contact.Contact {
	return &contact.Contact{ID: newID(), Instance: "i1", Channel: contact.Chat, Subtype: contact.SMS, Method: contact.MethodAPI,
		Customer: contact.Endpoint{Type: contact.TelephoneNumber, Address: customer}, System: contact.Endpoint{Address: "+12065550199"},
		Initiated: time.Now().UTC().Truncate(time.Millisecond)}
}

func doc(s string) json.RawMessage {
	b, _ := json.Marshal(s)
	return b
}

// databases runs fn on SQLite always, and on PostgreSQL where PGURL names a server.
func databases[T interface {
	testing.TB
	Run(string, func(T)) bool
}](t T, fn func(t T, url string)) {
	t.Run("sqlite", func(t T) { fn(t, sqliteURL(t)) })
	if os.Getenv("PGURL") != "" {
		t.Run("postgres", func(t T) { fn(t, postgresURL(t)) })
	}
}

// postgresURL makes a schema of its own for the test on the server of PGURL.
func postgresURL(t testing.TB) string {
	t.Helper()
	u, err := url.Parse(os.Getenv("PGURL"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := pgx.Connect(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	name := "test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
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
