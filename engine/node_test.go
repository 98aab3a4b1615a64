package engine_test

import (
	"bytes"
	"context"
	"log/slog"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"outdial/engine"
)

// Whoever stops a server in the moment of its start has not met an error.
func TestStoppedAtTheStart(t *testing.T) {
	h := build(t)
	var said bytes.Buffer
	h.config.Log = slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelWarn}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := engine.New(h.config).Run(ctx); err != nil {
		t.Errorf("stopped at the start: %v", err)
	}
	if said.Len() > 0 {
		t.Errorf("it says %s", said.String())
	}
}

// Where contacts stay for ever, tokens still end.
func TestSweepForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.flow("brief", end("end"))
		req := chat("brief")
		req.Token = "chat/x/token"
		id := h.start(req)
		h.ended(id, "CONTACT_FLOW_DISCONNECT")
		time.Sleep(8 * 24 * time.Hour)
		if n, err := h.engine.Sweep(t.Context(), math.MaxInt64); n != 1 || err != nil {
			t.Errorf("%d rows, %v; want the token alone", n, err)
		}
	})
}
