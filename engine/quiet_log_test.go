package engine_test

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"

	"outdial/engine"
	"outdial/resource"
	"outdial/store"
)

// A first turn is run ahead of its batch, and again where it asks for what only
// the batch knows: that is no error, and nobody is told of one.
func TestFiguresInTheFirstTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said bytes.Buffer
		h := build(t, func(c *engine.Config) {
			c.Log = slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelWarn}))
		})
		h.put(resource.KindQueue, "sales", "sales", resource.Queue{Meta: resource.Meta{ID: "sales", Name: "sales"}})
		h.flow("tell", action{"get", "GetMetricData", map[string]any{"QueueId": "sales"}, transitions{NextAction: "say"}},
			say("say", "$.Metrics.Queue.Size wait", "end"), end("end"))
		err := h.store.View(t.Context(), func(x *store.Tx) error { // what is known needs no batch
			w, err := h.engine.World(x, instance)
			if err != nil {
				return err
			}
			_, flow := w.Flow("tell")
			_, queue := w.Queue("sales")
			return errors.Join(flow, queue)
		})
		if err != nil {
			t.Fatal(err)
		}
		h.start(chat("tell"))
		h.hears(1)
		if got := h.far.texts(); !slices.Equal(got, []string{"0 wait"}) {
			t.Errorf("%q", got)
		}
		if err := h.stop(); err != nil {
			t.Error(err)
		}
		if said.Len() > 0 {
			t.Errorf("it says %s", said.String())
		}
	})
}
