package main

import (
	"crypto/tls"
	"sync/atomic"

	"outdial/config"
)

// A certificate is the server's, read anew when the operator says so.
type certificate struct {
	files config.TLS
	now   atomic.Pointer[tls.Certificate]
}

func (c *certificate) load() error {
	pair, err := tls.LoadX509KeyPair(c.files.Cert, c.files.Key)
	if err == nil {
		c.now.Store(&pair)
	}
	return err
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.now.Load(), nil }
