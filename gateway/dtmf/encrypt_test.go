package dtmf

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"

	"outdial/contact"
	"outdial/fault"
)

func TestEncrypt(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	sheet := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "flow"}}
	cert, err := x509.CreateCertificate(rand.Reader, sheet, sheet, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	for kind, der := range map[string][]byte{"PUBLIC KEY": public, "CERTIFICATE": cert} {
		k := New(contact.CollectDigits{Max: 16, KeyID: "key-7", Key: string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))})
		for _, b := range []byte("4111111111111111") {
			k.Press(b)
		}
		d, err := k.Received()
		if err != nil {
			t.Fatal(kind, err)
		}
		msg, err := base64.StdEncoding.DecodeString(d.Digits)
		if err != nil {
			t.Fatal(kind, err)
		}
		if got := open(t, msg, key, "key-7"); got != "4111111111111111" {
			t.Errorf("%s: %q", kind, got)
		}
	}
}

func TestEncryptKeys(t *testing.T) {
	for _, key := range []string{"", "nonsense", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"} {
		if _, err := Encrypt("1", key, "k"); !fault.Is(err, fault.Refused) {
			t.Errorf("%q: %v", key, err)
		}
	}
}

// A reader takes a message apart.
type reader struct {
	t *testing.T
	b []byte
	n int
}

func (r *reader) take(n int) []byte {
	if r.n+n > len(r.b) {
		r.t.Fatalf("the message ends at %d", len(r.b))
	}
	r.n += n
	return r.b[r.n-n : r.n]
}

func (r *reader) field() []byte { return r.take(int(binary.BigEndian.Uint16(r.take(2)))) }

func (r *reader) expect(what string, hex ...byte) {
	if got := r.take(len(hex)); string(got) != string(hex) {
		r.t.Fatalf("%s: % x, not % x", what, got, hex)
	}
}

// open reads a message as the AWS Encryption SDK does, and checks all of it.
func open(t *testing.T, msg []byte, key *rsa.PrivateKey, keyID string) string {
	r := &reader{t: t, b: msg}
	r.expect("version, type, suite", 1, 0x80, 3, 0x78)
	id := r.take(16)
	ctx := &reader{t: t, b: r.field()}
	ctx.expect("pairs", 0, 1)
	if name := ctx.field(); string(name) != "aws-crypto-public-key" {
		t.Fatalf("context %q", name)
	}
	point, err := base64.StdEncoding.DecodeString(string(ctx.field()))
	if err != nil {
		t.Fatal(err)
	}
	r.expect("data keys", 0, 1)
	if who, which := string(r.field()), string(r.field()); who != "AmazonConnect" || which != keyID {
		t.Fatalf("data key of %q %q", who, which)
	}
	dataKey, err := rsa.DecryptOAEP(sha512.New(), nil, key, r.field(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.expect("framed", 2, 0, 0, 0, 0, 12, 0, 0, 0x10, 0)
	derived, err := hkdf.Key(sha512.New384, dataKey, nil, "\x03\x78"+string(id), 32)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	head := r.b[:r.n]
	if _, err := gcm.Open(nil, r.take(12), r.take(16), head); err != nil {
		t.Fatal("header: ", err)
	}
	r.expect("final frame", 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1)
	iv := r.take(12)
	size := binary.BigEndian.Uint32(r.take(4))
	aad := strings.Join([]string{string(id), "AWSKMSEncryptionClient Final Frame", "\x00\x00\x00\x01",
		string(binary.BigEndian.AppendUint64(nil, uint64(size)))}, "")
	plain, err := gcm.Open(nil, iv, r.take(int(size)+16), []byte(aad))
	if err != nil {
		t.Fatal("frame: ", err)
	}
	sum := sha512.Sum384(r.b[:r.n])
	x, y := elliptic.UnmarshalCompressed(elliptic.P384(), point)
	whole := append([]byte{4}, append(x.FillBytes(make([]byte, 48)), y.FillBytes(make([]byte, 48))...)...)
	signer, err := ecdsa.ParseUncompressedPublicKey(elliptic.P384(), whole)
	if err != nil {
		t.Fatal(err)
	}
	if !ecdsa.VerifyASN1(signer, sum[:], r.field()) || r.n != len(r.b) {
		t.Fatalf("signature, or %d bytes too many", len(r.b)-r.n)
	}
	return string(plain)
}
