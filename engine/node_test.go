package engine_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"

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
