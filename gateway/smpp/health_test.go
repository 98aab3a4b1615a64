package smpp

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/gateway/smpp/smsctest"
)

func TestHealth(t *testing.T) {
	open(t, Account{Bind: "pair", Window: 7}, smsctest.Options{Submit: func(s smsctest.Submission) smsctest.Answer {
		return smsctest.Answer{Delay: time.Second}
	}}, func(h *house) {
		go h.send("1", "hi")
		synctest.Wait()
		s := h.g.Health()
		if !s.Up || s.Account != "carrier" || len(s.Binds) != 2 || s.LastError != "" || !s.Paused.IsZero() {
			t.Fatalf("%+v", s)
		}
		tx := s.Binds[0]
		if tx.Type != "bind_transmitter" || tx.State != StateBound || tx.Address != "smsc:2775" || tx.Window != 7 || tx.InFlight != 1 || tx.Binds != 1 || tx.Since.IsZero() {
			t.Errorf("%+v", tx)
		}
		time.Sleep(time.Second)
		h.end()
		if s := h.g.Health(); s.Up || s.Binds[1].State != StateStopped || s.Counts.Submitted != 1 {
			t.Errorf("%+v", s)
		}
	})
}

// What went wrong last has a time also when all is well again.
func TestTheLastErrorHasATime(t *testing.T) {
	open(t, Account{ReconnectMin: time.Second}, smsctest.Options{}, func(h *house) {
		time.Sleep(time.Hour)
		dropped := time.Now()
		h.Drop()
		time.Sleep(time.Minute)
		synctest.Wait()
		if s := h.g.State(); !s.Up || s.LastError == "" || !s.ErrorAt.Equal(dropped) {
			t.Errorf("%+v, dropped at %v", s, dropped)
		}
	})
}

// A receiver alone is not up: nothing can be sent.
func TestHealthWithoutTransmitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &house{T: t, Server: smsctest.New(smsctest.Options{})}
		t.Cleanup(h.Close)
		// The first link tries the first address, the second the second.
		h.begin(Account{Bind: "pair", Addresses: []string{"down:1", "up:2"}}, Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if address == "down:1" {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return h.Dial(ctx, network, address)
		}})
		if s := h.g.Health(); h.Bound() != 1 || s.Up {
			t.Errorf("%+v", s)
		}
	})
}

func TestTLS(t *testing.T) {
	cert, roots := certificate(t, "smsc.example")
	for name, c := range map[string]struct {
		a    Account
		tls  *tls.Config
		says string
	}{
		"trusted":      {Account{Addresses: []string{"smsc.example:3550"}}, &tls.Config{RootCAs: roots}, ""},
		"by its name":  {Account{ServerName: "smsc.example"}, &tls.Config{RootCAs: roots}, ""},
		"another name": {Account{}, &tls.Config{RootCAs: roots}, "smsc.example"},
		"not trusted":  {Account{ServerName: "smsc.example"}, &tls.Config{RootCAs: x509.NewCertPool()}, "unknown authority"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &house{T: t, Server: smsctest.New(smsctest.Options{})}
				t.Cleanup(h.Close)
				c.a.TLS = true
				h.begin(c.a, Options{TLS: c.tls, Dial: func(context.Context, string, string) (net.Conn, error) {
					here, there := net.Pipe()
					go h.Serve(tls.Server(there, &tls.Config{Certificates: []tls.Certificate{cert}}))
					return here, nil
				}})
				time.Sleep(time.Second)
				if c.says == "" {
					h.must("1", "hi")
				} else if s := h.g.Health(); s.Up || !strings.Contains(s.LastError, c.says) {
					t.Errorf("%+v", s)
				}
			})
		})
	}
}

// certificate makes a certificate for a name, valid at the bubble's time.
func certificate(t *testing.T, name string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// The house asks whether there is sense in trying, and why not.
func TestState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, err := New(Account{Name: "a", Addresses: []string{"smsc:2775"}, SystemID: "me"}, Options{
			Dial: func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("nobody is there") }})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- g.Run(ctx, nil) }()
		time.Sleep(time.Second / 4)
		synctest.Wait()
		if s := g.State(); s.Up || !strings.Contains(s.LastError, "nobody is there") || s.Detail == nil {
			t.Errorf("%+v", s)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
