package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// writeCertificate makes a certificate for 127.0.0.1, and gives who trusts it.
func writeCertificate(t *testing.T, dir, name string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	c := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-time.Hour),
		NotAfter: now.Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	write(t, dir, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: doc})))
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(c)
	return pool
}

// Off loopback the server speaks TLS, with the certificate that lies there when
// it was told to look last.
func TestTLS(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "outdial.yaml", "tls: {cert: cert.pem, key: key.pem}\n")
	pool := writeCertificate(t, dir, "first")
	l := live(t, dir, serveFlags{listen: "0.0.0.0:0"})
	name := func(trust *x509.CertPool) string {
		tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust}}
		defer tr.CloseIdleConnections()
		r, err := (&http.Client{Transport: tr}).Get(l.facts.Endpoint + "/_outdial/health")
		if err != nil {
			return err.Error()
		}
		defer r.Body.Close()
		return r.TLS.PeerCertificates[0].Subject.CommonName
	}
	if got := name(pool); got != "first" {
		t.Fatalf("at %s: %s", l.facts.Endpoint, got)
	}
	pool = writeCertificate(t, dir, "second")
	l.hup <- os.Interrupt
	l.eventually("the new certificate", func() bool { return name(pool) == "second" })

	// One that cannot be read changes nothing.
	if err := os.WriteFile(filepath.Join(dir, "cert.pem"), []byte("nonsense"), 0o644); err != nil {
		t.Fatal(err)
	}
	l.hup <- os.Interrupt
	l.eventually("it is refused", func() bool { return len(l.logs.String()) > 0 && name(pool) == "second" })
}
