package api

import (
	"net/http/httptest"
	"strings"
	"testing"

	"outdial/engine"
	"outdial/wire"
)

// BenchmarkStart is what StartOutboundChatContact adds of its own: everything
// between the bound request and engine.Start.
func BenchmarkStart(b *testing.B) {
	h := build(b)
	in := &startOutboundChatContactInput{}
	body := chatRequest(object{"Attributes": object{"name": "Ann", "order": "1234", "language": "en"}, "ClientToken": "0190a0a0-0000-7000-8000-000000000000"})
	if err := wire.Bind([]byte(body), in); err != nil {
		b.Fatal(err)
	}
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if err := h.server.throttle(ctx, "StartOutboundChatContact"); err != nil {
			b.Fatal(err)
		}
		at, err := h.server.place(ctx, in.InstanceId)
		if err != nil {
			b.Fatal(err)
		}
		var r engine.StartRequest
		if err := h.server.chat(ctx, at, in, &r); err != nil {
			b.Fatal(err)
		}
		r.Hashes = in.hashes(at)
	}
}

// BenchmarkRefused is a whole request, through the router, that ends where the
// engine would begin.
func BenchmarkRefused(b *testing.B) {
	h := build(b)
	body := chatRequest(object{"Attributes": object{"name": "Ann", "order": "1234", "language": "en"}, "ContactFlowId": whisperID})
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("PUT", "/contact/outbound-chat", strings.NewReader(body))
		w := httptest.NewRecorder()
		h.http.ServeHTTP(w, r)
		if w.Code != 400 {
			b.Fatal(w.Body)
		}
	}
}
