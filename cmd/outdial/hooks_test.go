package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"outdial/config"
)

// A proxy may take the path of publicURL off, or pass it on.
func TestPathsBehindAProxy(t *testing.T) {
	seen := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.EscapedPath()) })
	for _, c := range []struct{ public, path, want string }{
		{"", "/od/_outdial/hooks/a", "/od/_outdial/hooks/a"},
		{"https://sms.example.com", "/_outdial/hooks/a/status", "/_outdial/hooks/a/status"},
		{"https://sms.example.com/", "/_outdial/hooks/a", "/_outdial/hooks/a"},
		{"https://sms.example.com/od", "/_outdial/hooks/a", "/_outdial/hooks/a"},
		{"https://sms.example.com/od", "/od/_outdial/hooks/a%2Fb", "/_outdial/hooks/a%2Fb"},
		{"https://sms.example.com/od/x/", "/od/x/_outdial/attachments/1", "/_outdial/attachments/1"},
		{"https://sms.example.com/od", "/od/_outdial/contacts", "/od/_outdial/contacts"}, // signed by clients, who know no proxy
		{"https://sms.example.com/od", "/od/contact/outbound-chat", "/od/contact/outbound-chat"},
		{"https://sms.example.com/od", "/odd/_outdial/hooks/a", "/odd/_outdial/hooks/a"},
	} {
		h := &house{config: &config.File{PublicURL: c.public}}
		w := httptest.NewRecorder()
		h.public(seen).ServeHTTP(w, httptest.NewRequest(http.MethodPost, c.path, nil))
		if got := w.Body.String(); got != c.want {
			t.Errorf("%s behind %s: %s, want %s", c.path, c.public, got, c.want)
		}
	}
}
