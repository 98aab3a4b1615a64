package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"outdial/config"
	"outdial/contact"
)

// Carriers fetch files where they bring web-hooks, by signed addresses alone.
func TestCarriersFetchFilesAtTheHooksListener(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "outdial.yaml")
	if err := os.WriteFile(file, []byte("publicURL: https://hooks.example.test\nhooks: {listen: '127.0.0.1:0'}\nattachments: {types: [image/png]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l := live(t, dir, serveFlags{config: file})
	const content = "\x89PNG\r\n\x1a\nthe rest"
	a, err := l.kept.Keep(t.Context(), contact.Attachment{Name: "a.png", Type: "image/png"}, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.kept.Keep(t.Context(), contact.Attachment{Type: "application/pdf"}, strings.NewReader("%PDF-1.7")); err == nil {
		t.Error("a type that is not on the list was kept")
	}
	message := uuid.Must(uuid.NewV7()).String()
	link := l.fileLink(a, message)
	if again := l.fileLink(a, message); again != link {
		t.Errorf("another address at the next try: %s, %s", link, again)
	}
	rest, ok := strings.CutPrefix(link, "https://hooks.example.test")
	if !ok {
		t.Fatal(link)
	}
	hooks := "http://" + l.hookLn.Addr().String()
	for url, want := range map[string]int{
		hooks + rest:                    http.StatusOK,
		l.endpoint() + rest:             http.StatusOK,
		hooks + rest + "0":              http.StatusForbidden,
		hooks + filesPath + a.ID:        http.StatusNotFound,
		l.endpoint() + filesPath + a.ID: http.StatusForbidden,
	} {
		answer, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != want || want == http.StatusOK && string(body) != content {
			t.Errorf("%s: %d, not %d", url, answer.StatusCode, want)
		}
	}
	if old := uuid.Must(uuid.Parse("01900000-0000-7000-8000-000000000001")).String(); l.fileLink(a, old) == link {
		t.Error("an old message's address is as good as a new one's")
	}
	if !strings.HasSuffix(filesDir(l.config), "outdial.db.files") {
		t.Error(filesDir(l.config))
	}
}

// Where files lie, by the configuration.
func TestWhereFilesLie(t *testing.T) {
	for _, c := range []struct{ store, path, want string }{
		{"file:/srv/a.db", "", "/srv/a.db.files"},
		{"file:a.db?x=y", "", "a.db.files"},
		{"file:a.db", "/srv/files", "/srv/files"},
		{"postgres://h/d", "", ""},
		{"postgres://h/d", "/srv/files", "/srv/files"},
	} {
		if got := filesDir(&config.File{Store: c.store, Attachments: config.Attachments{Path: c.path}}); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
