package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"log/slog"

	"outdial/gateway"
)

// hooksPath is where the web-hooks of carriers are: each account's below its name.
const hooksPath = "/_outdial/hooks/"

// hooks answers the web-hooks of every gateway that has one. The carrier's
// signature is the gateway's to check: nobody signs here as clients of ours do.
// Carriers fetch files at the same address, by signed links alone: ours answers
// them.
func (h *house) hooks(gws map[string]gateway.Gateway, ours http.Handler) http.Handler {
	handlers := map[string]http.Handler{}
	for name, gw := range gws {
		if k, ok := gw.(gateway.Hooked); ok {
			handlers[name] = k.Hook()
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.EscapedPath(), filesPath) && r.URL.Query().Has("signature") {
			ours.ServeHTTP(w, r)
			return
		}
		rest, ok := strings.CutPrefix(r.URL.EscapedPath(), hooksPath)
		name, _, _ := strings.Cut(rest, "/")
		name, err := url.PathUnescape(name)
		k := handlers[name]
		if !ok || err != nil || k == nil {
			http.NotFound(w, r)
			return
		}
		k.ServeHTTP(w, r)
	})
}

// public lets the paths of web-hooks and files begin with that of publicURL, for
// a proxy that passes it on.
func (h *house) public(next http.Handler) http.Handler {
	u, err := url.Parse(h.config.PublicURL)
	if err != nil || strings.Trim(u.Path, "/") == "" {
		return next
	}
	base := strings.TrimSuffix(u.Path, "/")
	strip := http.StripPrefix(base, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, base+hooksPath) || strings.HasPrefix(r.URL.Path, base+filesPath) {
			strip.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hookServer makes the server of web-hooks where they have a listener of their
// own; nil where they have not.
func (h *house) hookServer(ctx context.Context, hooks http.Handler) *http.Server {
	if h.hookLn == nil {
		return nil
	}
	return &http.Server{
		Handler: h.public(hooks), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog:    slog.NewLogLogger(h.log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
}

// bind listens on an address, by TLS where there is a certificate.
func (h *house) bind(ctx context.Context, name, address string) (net.Listener, error) {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s: something else, perhaps another outdial serve, is at %s already: -listen 127.0.0.1:0 picks a free port", name, address)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if h.config.TLS.Cert == "" {
		return ln, nil
	}
	return tls.NewListener(ln, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: h.cert.get, NextProtos: []string{"http/1.1"}}), nil
}
