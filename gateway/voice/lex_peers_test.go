//go:build peers

package voice

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// lexHeaders is one request of a client to a server that stands in for Lex: what
// the client sent, and what it says of the answer.
func lexHeaders(t *testing.T, client func(endpoint string) string) (sent map[string]string, says string) {
	t.Helper()
	sent = map[string]string{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		sent["path"] = r.URL.Path
		for name := range r.Header {
			sent[name] = r.Header.Get(name)
		}
		for name, doc := range map[string]string{
			"Session-State": `{"intent":{"name":"Yes","state":"Fulfilled"},"dialogAction":{"type":"Close"}}`, "Input-Transcript": `"yes please"`,
			"Interpretations": `[]`, "Messages": `[{"content":"Good.","contentType":"PlainText"}]`,
		} {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			_, _ = z.Write([]byte(doc))
			_ = z.Close()
			w.Header().Set("X-Amz-Lex-"+name, base64.StdEncoding.EncodeToString(b.Bytes()))
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	}))
	defer s.Close()
	says = client(s.URL)
	return sent, says
}
