package admin

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"outdial/engine"
)

// pingLimit is how long the store has to answer when we are asked whether we are
// ready.
const pingLimit = 2 * time.Second

// health says that the process lives.
func (s *Server) health(c *call) error {
	s.write(c, http.StatusOK, map[string]string{"status": "ok"})
	return nil
}

// ready says whether requests can be taken: the store answers, and we are not
// about to end.
func (s *Server) ready(c *call) error {
	ctx, cancel := context.WithTimeout(c.r.Context(), pingLimit)
	defer cancel()
	err := s.Store.Ping(ctx)
	if err == nil && s.Ready != nil {
		err = s.Ready()
	}
	if err != nil {
		s.Log.Warn("not ready", "err", err)
		s.write(c, http.StatusServiceUnavailable, map[string]string{"status": "not ready", "error": "see the log"})
		return nil
	}
	s.write(c, http.StatusOK, map[string]string{"status": "ready"})
	return nil
}

func (s *Server) serveMetrics(c *call) error {
	s.metrics.ServeHTTP(c.w, c.r)
	return nil
}

// register makes metrics of the engine's counters, and those of Go itself.
func register(r *prometheus.Registry, name string, st *engine.Stats) error {
	for _, m := range []struct {
		name, help string
		value      interface{ Load() int64 }
	}{
		{"contacts_started_total", "Contacts that began.", &st.Started},
		{"contacts_ended_total", "Contacts that ended.", &st.Ended},
		{"turns_total", "Turns that contacts took.", &st.Turns},
		{"inputs_stale_total", "Inputs that answered something that was over.", &st.Stale},
		{"messages_sent_total", "Messages that a carrier took.", &st.Sent},
		{"messages_resent_total", "Messages that were sent again because nobody knew whether they had gone.", &st.Resent},
		{"calls_placed_total", "Calls that were asked for.", &st.Calls},
		{"effects_refused_total", "Effects that will never be done.", &st.Refused},
		{"effects_retried_total", "Effects that were put off to be tried again.", &st.Retried},
		{"effects_rerouted_total", "Messages and calls that went to another carrier account than the first.", &st.Detours},
		{"panics_total", "Panics that were caught in steps and gateways.", &st.Panics},
	} {
		opts := prometheus.CounterOpts{Namespace: name, Name: m.name, Help: m.help}
		if err := r.Register(prometheus.NewCounterFunc(opts, func() float64 { return float64(m.value.Load()) })); err != nil {
			return err
		}
	}
	if err := r.Register(collectors.NewGoCollector()); err != nil {
		return err
	}
	return r.Register(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
}
