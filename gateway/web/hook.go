package web

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"outdial/fault"
)

// Bounds of a web-hook.
const (
	maxHook = 3 << 20 // octets; Meta's are the longest, at most 3 MB
	// keeping is how long we may take to answer: carriers wait for 10 seconds
	// at least, and deliver again then.
	keeping = 9 * time.Second
)

// Hook is the web-hook of the account: every request below the account's path.
func (g *Gateway) Hook() http.Handler { return http.HandlerFunc(g.serve) }

func (g *Gateway) serve(w http.ResponseWriter, r *http.Request) {
	g.counts.hooks.Add(1)
	switch r.Method {
	case http.MethodGet, http.MethodPost, http.MethodPut: // each is some carrier's
	default:
		w.Header().Set("Allow", "GET, POST, PUT")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	if !g.enter() {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	defer g.leave()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), keeping)
	defer cancel()
	h, err := g.read(w, r)
	if err != nil {
		g.counts.malformed.Add(1)
		g.log.Warn("a web-hook that cannot be read", "err", err)
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	if err := g.config.Carrier.Admit(ctx, h); err != nil {
		if fault.Is(err, fault.Busy) { // what it is checked by cannot be had now
			g.log.Warn("a web-hook cannot be checked", "err", err)
			http.Error(w, "try again", http.StatusServiceUnavailable)
			return
		}
		g.counts.forged.Add(1)
		g.log.Warn("a web-hook that is not the carrier's was refused", "err", err, "remote", r.RemoteAddr)
		http.Error(w, "forbidden", http.StatusForbidden)
		return
	}
	heard, err := g.config.Carrier.Hear(ctx, h)
	if err != nil {
		g.counts.malformed.Add(1)
		g.log.Warn("a web-hook that cannot be understood", "err", err)
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	g.answer(ctx, w, heard)
}

// read reads a web-hook, and gives it the address that the carrier called.
func (g *Gateway) read(w http.ResponseWriter, r *http.Request) (*Hook, error) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "body")
	}
	h := &Hook{Method: r.Method, Path: g.below(r.URL.EscapedPath()), Header: r.Header, Body: text, Now: time.Now()}
	h.URL = g.opt.HookURL + h.Path
	if r.URL.RawQuery != "" {
		h.URL += "?" + r.URL.RawQuery
	}
	if h.Query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return nil, fault.New(fault.Invalid, "query: not one") // its text may hold a secret
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/x-www-form-urlencoded" {
		if h.Form, err = url.ParseQuery(string(text)); err != nil {
			return nil, fault.New(fault.Invalid, "body: not a form")
		}
	}
	return h, nil
}

// below gives what follows the account's own path. A proxy may have taken off
// the beginning of the path that the carrier called.
func (g *Gateway) below(path string) string {
	own := "/hooks/" + url.PathEscape(g.config.Name)
	if u, err := url.Parse(g.opt.HookURL); err == nil && u.Path != "" {
		own = u.EscapedPath()
	}
	for own != "" {
		if rest, ok := strings.CutPrefix(path, own); ok && (rest == "" || rest[0] == '/') {
			return rest
		}
		next := strings.IndexByte(own[1:], '/')
		if next < 0 {
			break
		}
		own = own[1+next:]
	}
	return path
}

// answer hands on what was heard, and answers then. Where anything could not be
// kept the carrier is told to come again; what was kept is known by its key.
func (g *Gateway) answer(ctx context.Context, w http.ResponseWriter, heard Heard) {
	if len(heard.Foreign) > 0 {
		g.log.Info("a web-hook for numbers that the account does not name", "ids", heard.Foreign)
	}
	var again, nobody error
	kept := 0
	for i := range heard.Events {
		err := g.take(ctx, &heard.Events[i])
		switch {
		case err == nil:
			kept++
		case final(err):
			nobody = err
		default:
			again = err
		}
	}
	if heard.Confirm != "" && again == nil {
		again = g.confirm(ctx, heard.Confirm)
	}
	switch {
	case again != nil:
		w.Header().Set("Retry-After", "5")
		http.Error(w, "try again", http.StatusServiceUnavailable)
		return
	case nobody != nil && kept == 0:
		http.Error(w, "nobody is there for it", http.StatusNotFound)
		return
	}
	if heard.Type != "" {
		w.Header().Set("Content-Type", heard.Type)
	} else {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	}
	status := heard.Status
	if status == 0 {
		status = http.StatusOK
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, heard.Body)
}

// final tells whether the same again would be refused again.
func final(err error) bool {
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Invalid, fault.Denied, fault.Refused:
		return true
	}
	return false
}

// confirm fetches an address that proves that we are here.
func (g *Gateway) confirm(ctx context.Context, address string) error {
	a, err := g.roundTrip(ctx, &Request{Method: http.MethodGet, URL: address})
	if err == nil && a.Status >= 300 {
		err = fault.New(fault.Busy, "the subscription was not confirmed: %s", StatusCode(a.Status))
	}
	if err != nil {
		g.log.Warn("a subscription could not be confirmed", "err", err)
		return err
	}
	g.log.Info("a subscription was confirmed")
	return nil
}
