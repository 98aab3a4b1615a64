// Package webtest stands in for what carriers reached over HTTP rest on: an
// Amazon SNS that signs with a key of its own. It is for tests alone, and checks
// nothing.
package webtest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

// An SNS signs notifications, and serves its certificate.
type SNS struct {
	key  *rsa.PrivateKey
	cert []byte // PEM
	// Confirmed counts the subscriptions that were confirmed.
	Confirmed int
}

// CertURL is where the certificate is.
const CertURL = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"

// confirmURL is where a subscription is confirmed.
const confirmURL = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc"

// NewSNS makes an SNS whose certificate holds from 2000 to 2100.
func NewSNS() (*SNS, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sns.amazonaws.com"},
		NotBefore: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return &SNS{key: key, cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}, nil
}

// Notification makes a signed delivery of typ ("" is a Notification).
func (s *SNS) Notification(topic, typ, message string, at time.Time) ([]byte, error) {
	n := map[string]string{"Type": typ, "MessageId": uuid.NewString(), "TopicArn": topic, "Message": message,
		"Timestamp": at.UTC().Format("2006-01-02T15:04:05.000Z"), "SignatureVersion": "2", "SigningCertURL": CertURL}
	fields := []string{"Message", "MessageId", "Timestamp", "TopicArn", "Type"}
	if typ == "" {
		n["Type"] = "Notification"
	} else {
		n["SubscribeURL"], n["Token"] = confirmURL, "abc"
		fields = []string{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"}
	}
	var b strings.Builder
	for _, f := range fields {
		b.WriteString(f + "\n" + n[f] + "\n")
	}
	sum := sha256.Sum256([]byte(b.String()))
	sig, err := rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, sum[:])
	if err != nil {
		return nil, err
	}
	n["Signature"] = base64.StdEncoding.EncodeToString(sig)
	return json.Marshal(n)
}

// Serve answers a request that is for SNS; nil for others.
func (s *SNS) Serve(r *http.Request) *http.Response {
	switch {
	case r.URL.String() == CertURL:
		return answer(r, string(s.cert))
	case r.URL.String() == confirmURL:
		s.Confirmed++
		return answer(r, "<ConfirmSubscriptionResponse/>")
	}
	return nil
}

func answer(r *http.Request, body string) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(strings.NewReader(body)), Request: r}
}
