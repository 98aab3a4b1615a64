package store

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

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

// databases runs fn on SQLite always, and on PostgreSQL where PGURL names one.
func databases[T interface {
	testing.TB
	Run(string, func(T)) bool
}](t T, fn func(t T, url string)) {
	t.Run("sqlite", func(t T) { fn(t, sqliteURL(t)) })
}
