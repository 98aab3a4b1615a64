package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"time"

	"outdial/admin"
	"outdial/config"
	"outdial/resource"
)

// ours answers under /_outdial/. Answers that have no end are ended with streams.
func (h *house) ours(streams context.Context) (http.Handler, error) {
	var carriers []string
	kinds := map[string]string{config.Simulated: config.Simulated}
	for _, c := range h.config.Carriers {
		carriers = append(carriers, c.Name)
		kinds[c.Name] = c.Kind
	}
	s, err := admin.New(admin.Config{
		Name: "outdial", Store: h.st, Engine: h.engine.Load(), World: h.world, Files: h.kept, Carriers: carriers, Kinds: kinds,
		Verifier: h.verifier(), Anonymous: h.anonymous(),
		NewKey:      func(account, name string) *resource.Key { return newKey(account, name) },
		KeysChanged: h.keys.forget, Done: streams.Done(), Log: h.log, Metrics: h.metrics.Registry,
		Ready: func() error {
			if h.ending.Load() {
				return errors.New("about to end")
			}
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A stream outlasts the time that a request may take to be read.
		if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/events") {
			if err := http.NewResponseController(w).SetReadDeadline(time.Time{}); err != nil {
				h.log.Debug("a stream keeps its deadline", "err", err)
			}
		}
		s.ServeHTTP(w, r)
	}), nil
}

// open writes the ready files: from now on the server is found.
func (h *house) open(context.Context) error {
	h.facts.Endpoint = h.endpoint()
	doc, err := h.facts.marshal()
	if err != nil {
		return err
	}
	h.readyDoc = doc
	if before, err := os.ReadFile(localReady(h.env.getenv)); err == nil {
		h.readyBefore = before
	}
	if err := writeLocalReady(localReady(h.env.getenv), doc); err != nil {
		h.log.Warn("the other verbs will not find this server by themselves: set OUTDIAL_ENDPOINT", "err", err)
	}
	if h.flags.ready != "" {
		return writeReady(h.flags.ready, doc)
	}
	return nil
}
