package voicetest

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/textproto"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// An Authority signs certificates for tests.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// A Certificate is one that an authority signed.
type Certificate struct {
	tls.Certificate
	leaf, root *x509.Certificate
}

// Chain is the certificate as the other side sees it.
func (c *Certificate) Chain() []*x509.Certificate { return []*x509.Certificate{c.leaf} }

// NewAuthority makes an authority.
func NewAuthority() (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	sheet := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "voicetest"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, sheet, sheet, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &Authority{cert: cert, key: key}, err
}

// Pool is the authority as somebody who trusts it has it.
func (a *Authority) Pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// PEM is the authority's own certificate as a file.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// Certificate makes one for a name.
func (a *Authority) Certificate(name string) (*Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	sheet := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, sheet, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	return &Certificate{Certificate: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, leaf: leaf, root: a.cert}, err
}

// A Server is a Phone on a stream: TCP or TLS on loopback.
type Server struct {
	t        testing.TB
	listener net.Listener
	in       chan *Message
	wg       sync.WaitGroup
	mu       sync.Mutex
	conns    []net.Conn
}

// NewServer opens a server; ca is the file of the authority that signed its
// certificate, for the name localhost.
func NewServer(t testing.TB, transport string) (s *Server, ca string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if transport == "tls" {
		a, err := NewAuthority()
		if err != nil {
			t.Fatal(err)
		}
		c, err := a.Certificate("localhost")
		if err != nil {
			t.Fatal(err)
		}
		ca = filepath.Join(t.TempDir(), "ca.pem")
		if err := os.WriteFile(ca, a.PEM(), 0o600); err != nil {
			t.Fatal(err)
		}
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{c.Certificate}})
	}
	s = &Server{t: t, listener: l, in: make(chan *Message, 100)}
	s.wg.Go(s.accept)
	return s, ca
}

// Address is where the server listens.
func (s *Server) Address() string { return s.listener.Addr().String() }

// Close ends the server and its connections.
func (s *Server) Close() {
	_ = s.listener.Close()
	s.mu.Lock()
	for _, c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

func (s *Server) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conns = append(s.conns, c)
		s.mu.Unlock()
		s.wg.Go(func() { s.listen(c) })
	}
}

func (s *Server) listen(c net.Conn) {
	r := bufio.NewReader(c)
	for {
		head, n, err := readHead(r)
		if err != nil {
			return
		}
		body := make([]byte, n)
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		s.in <- read(head + "\r\n" + string(body))
	}
}

// readHead reads a message as far as its body, and how long that is.
func readHead(r *bufio.Reader) (head string, body int, err error) {
	tp := textproto.NewReader(r)
	var b strings.Builder
	for {
		line, err := tp.ReadLine()
		if err != nil {
			return "", 0, err
		}
		if line == "" && b.Len() == 0 {
			continue
		}
		b.WriteString(line + "\r\n")
		if line == "" {
			return strings.TrimSuffix(b.String(), "\r\n"), body, nil
		}
		if k, v, _ := strings.Cut(line, ":"); strings.EqualFold(k, "Content-Length") {
			body, _ = strconv.Atoi(strings.TrimSpace(v))
		}
	}
}

// Expect waits for the next message, which must be the one.
func (s *Server) Expect(what string) *Message {
	s.t.Helper()
	select {
	case m := <-s.in:
		if m.Method() != what {
			s.t.Fatalf("%s came where %s was due", m.Start, what)
		}
		return m
	case <-time.After(20 * time.Second):
		s.t.Fatalf("%s did not come", what)
		return nil
	}
}

// Reply answers on the newest connection, as Phone.Reply does.
func (s *Server) Reply(m *Message, status, tag, headers string, body ...string) {
	s.t.Helper()
	var b strings.Builder
	b.WriteString("SIP/2.0 " + status + "\r\n")
	for _, h := range m.Headers {
		switch strings.ToLower(h[0]) {
		case "via", "from", "call-id", "cseq":
			b.WriteString(h[0] + ": " + h[1] + "\r\n")
		case "to":
			b.WriteString("To: " + h[1])
			if tag != "" && Param(h[1], "tag") == "" {
				b.WriteString(";tag=" + tag)
			}
			b.WriteString("\r\n")
		}
	}
	text := strings.Join(body, "")
	if m.Method() == "INVITE" {
		fmt.Fprintf(&b, "Contact: <sip:callee@%s;transport=tcp>\r\n", s.Address())
	}
	if text != "" {
		b.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&b, "%sContent-Length: %d\r\n\r\n%s", headers, len(text), text)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.conns[len(s.conns)-1].Write([]byte(b.String())); err != nil {
		s.t.Error(err)
	}
}
