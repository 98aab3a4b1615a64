package whatsapp

import (
	"net/http"
	"strings"
	"testing"

	"outdial/gateway/web"
)

// Who mistypes an id must not look for messages that nobody hears of.
func TestAnIDThatTheAccountDoesNotName(t *testing.T) {
	s, err := Account{Name: "wa", Phones: map[string]string{"+12065550110": "106540352242922"}, Token: "t", AppSecret: "s", Verify: "v"}.check()
	if err != nil {
		t.Fatal(err)
	}
	c := &cloud{whatsapp: &whatsapp{settings: s, known: newKnown()}}
	change := func(id string) string {
		return `{"changes": [{"field": "messages", "value": {"metadata": {"phone_number_id": "` + id + `"}, "messages": [{"from": "4915112345678", "id": "m` + id + `", "type": "text", "text": {"body": "hi"}}]}}]}`
	}
	heard, err := c.Hear(t.Context(), &web.Hook{Method: http.MethodPost, Body: []byte(`{"entry": [` + change("106540352242922") + "," + change("106540352242923") + `]}`)})
	if err != nil || len(heard.Events) != 1 || strings.Join(heard.Foreign, " ") != "106540352242923" {
		t.Errorf("heard %+v, %v", heard, err)
	}
}
