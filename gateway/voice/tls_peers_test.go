//go:build peers

package voice

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"outdial/contact"
	"outdial/gateway/voice/audio"
)

// selfSigned writes a certificate of 127.0.0.1 with its key, and the certificate
// alone.
func selfSigned(t *testing.T) (both, cert string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "peer"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	doc, err := x509.CreateCertificate(rand.Reader, &about, &about, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: doc})
	dir := t.TempDir()
	both, cert = filepath.Join(dir, "both.pem"), filepath.Join(dir, "cert.pem")
	for name, text := range map[string][]byte{both: append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), public...), cert: public} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return both, cert
}

// A trunk over TLS, with protected sound, to a telephone that we did not write;
// without the authority of its certificate there is no call.
func TestBaresipTLS(t *testing.T) {
	both, cert := selfSigned(t)
	target, file, said, _ := baresipWith(t, ";mediaenc=srtp-mand", audio.Clip{Rate: 8000, Samples: audio.Tone(8000, 60*time.Second, 9000, 800)},
		"module srtp.so", "sip_certificate "+both)
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		t.Fatal(err)
	}
	n, _ := strconv.Atoi(port)
	target = net.JoinHostPort(host, strconv.Itoa(n+1)) // where it listens with TLS

	stranger := newPeered(t, target, func(t *Trunk) { t.Transport = "tls" })
	stranger.do(placeCall())
	if end := stranger.wants("CallEnded").(contact.CallEnded); end.By != contact.ByNetwork || !strings.Contains(stranger.gw.Ladder(alice), "certificate") {
		t.Errorf("an authority that we do not know: %+v\n%s", end, stranger.gw.Ladder(alice))
	}
	p := newPeered(t, target, func(t *Trunk) { t.Transport, t.TLS.CA = "tls", cert })
	callBaresip(t, p, "PCMA", file, said)
	if ladder := p.gw.Ladder(alice); !strings.Contains(ladder, "AES_CM_128_HMAC_SHA1_80") {
		t.Errorf("the ladder does not say that it was protected:\n%s", ladder)
	}
}
