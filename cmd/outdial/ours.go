package main

import (
	"context"
	"net/http"
)

// ours answers under /_outdial/.
func (h *house) ours(streams context.Context) http.Handler {
	return http.NotFoundHandler()
}

// open writes the ready files: from now on the server is found.
func (h *house) open(context.Context) error {
	h.facts.Endpoint = h.endpoint()
	doc, err := h.facts.marshal()
	if err != nil {
		return err
	}
	h.readyDoc = doc
	if err := writeLocalReady(localReady(h.env.getenv), doc); err != nil {
		h.log.Warn("the other verbs will not find this server by themselves: set OUTDIAL_ENDPOINT", "err", err)
	}
	if h.flags.ready != "" {
		return writeReady(h.flags.ready, doc)
	}
	return nil
}
