package web

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // SignatureVersion 1 is SHA-1
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"outdial/fault"
)

// SNS checks what Amazon SNS delivers to a web-hook.
// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
type SNS struct {
	HTTP   http.RoundTripper // fetches certificates; nil is a transport of its own
	Topics []string          // ARNs; what comes from others is refused

	mu    sync.Mutex
	certs map[string]*x509.Certificate // by address
}

// A Notification is what SNS delivers.
type Notification struct {
	Type             string
	MessageID        string `json:"MessageId"`
	TopicARN         string `json:"TopicArn"`
	Subject          string
	Message          string
	Timestamp        string
	Token            string
	SubscribeURL     string
	SignatureVersion string
	Signature        string
	SigningCertURL   string
}

// Types of a Notification.
const (
	SNSNotification = "Notification"
	SNSSubscribe    = "SubscriptionConfirmation"
	SNSUnsubscribe  = "UnsubscribeConfirmation"
)

// snsWindow is how old a notification may be: SNS delivers for an hour at most.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
const snsWindow = time.Hour + Window

var (
	snsHost = regexp.MustCompile(`^sns\.([a-z0-9-]{3,40})\.amazonaws\.com(\.cn)?$`)
	snsCert = regexp.MustCompile(`^/SimpleNotificationService-[A-Za-z0-9-]{1,80}\.pem$`)
)

// ReadSNS reads a web-hook as a notification.
func ReadSNS(h *Hook) (*Notification, error) {
	n := new(Notification)
	if err := json.Unmarshal(h.Body, n); err != nil {
		return nil, fault.New(fault.Invalid, "body: not a notification of SNS (raw delivery bears no signature)")
	}
	return n, nil
}

// Admit checks a notification's topic, age and signature.
func (s *SNS) Admit(ctx context.Context, h *Hook) error {
	n, err := ReadSNS(h)
	if err != nil {
		return fault.New(fault.Denied, "%v", err)
	}
	if !slices.Contains(s.Topics, n.TopicARN) {
		return fault.New(fault.Denied, "topic: %s is not one of the account's", clip(n.TopicARN, 200))
	}
	at, err := time.Parse(time.RFC3339, n.Timestamp)
	if err != nil || h.Now.Sub(at) > snsWindow || at.Sub(h.Now) > Window {
		return fault.New(fault.Denied, "timestamp: %s", clip(n.Timestamp, 40))
	}
	text, err := n.signed()
	if err != nil {
		return err
	}
	signature, err := base64.StdEncoding.DecodeString(n.Signature)
	if err != nil {
		return Forged("signature")
	}
	cert, err := s.certificate(ctx, n, h.Now)
	if err != nil {
		return err
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return Forged("certificate")
	}
	var hash crypto.Hash
	var sum []byte
	switch n.SignatureVersion {
	case "1":
		v := sha1.Sum([]byte(text)) //nolint:gosec // as above
		hash, sum = crypto.SHA1, v[:]
	case "2":
		v := sha256.Sum256([]byte(text))
		hash, sum = crypto.SHA256, v[:]
	default:
		return Forged("signature version")
	}
	if rsa.VerifyPKCS1v15(key, hash, sum, signature) != nil {
		return Forged("signature")
	}
	return nil
}

// signed is the text that is signed: names and values, each on its line, in the
// order of their names.
func (n *Notification) signed() (string, error) {
	var b strings.Builder
	put := func(name, value string) { b.WriteString(name + "\n" + value + "\n") }
	put("Message", n.Message)
	put("MessageId", n.MessageID)
	switch n.Type {
	case SNSNotification:
		if n.Subject != "" {
			put("Subject", n.Subject)
		}
		put("Timestamp", n.Timestamp)
	case SNSSubscribe, SNSUnsubscribe:
		put("SubscribeURL", n.SubscribeURL)
		put("Timestamp", n.Timestamp)
		put("Token", n.Token)
	default:
		return "", fault.New(fault.Denied, "type: %q", clip(n.Type, 40))
	}
	put("TopicArn", n.TopicARN)
	put("Type", n.Type)
	return b.String(), nil
}

// region is the region of a topic: arn:aws:sns:REGION:ACCOUNT:NAME.
func (n *Notification) region() string {
	if f := strings.Split(n.TopicARN, ":"); len(f) == 6 {
		return f[3]
	}
	return ""
}

// ours tells whether an address is SNS's own, in the topic's region.
func (n *Notification) ours(address string) (*url.URL, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" {
		return nil, false
	}
	m := snsHost.FindStringSubmatch(u.Host)
	return u, m != nil && m[1] == n.region()
}

// certificate gives the certificate that a notification names, if it is SNS's.
func (s *SNS) certificate(ctx context.Context, n *Notification, now time.Time) (*x509.Certificate, error) {
	u, ok := n.ours(n.SigningCertURL)
	if !ok || !snsCert.MatchString(u.Path) || u.RawQuery != "" {
		return nil, fault.New(fault.Denied, "certificate: its address is not SNS's")
	}
	s.mu.Lock()
	c := s.certs[u.String()]
	s.mu.Unlock()
	if c == nil {
		var err error
		if c, err = s.fetch(ctx, u.String()); err != nil {
			return nil, err
		}
		s.mu.Lock()
		if s.certs == nil || len(s.certs) > 100 {
			s.certs = map[string]*x509.Certificate{}
		}
		s.certs[u.String()] = c
		s.mu.Unlock()
	}
	if now.Before(c.NotBefore) || now.After(c.NotAfter) {
		return nil, Forged("certificate")
	}
	return c, nil
}

func (s *SNS) fetch(ctx context.Context, address string) (*x509.Certificate, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fault.New(fault.Denied, "certificate: its address is none")
	}
	carrier := s.HTTP
	if carrier == nil {
		carrier = http.DefaultTransport
	}
	answer, err := carrier.RoundTrip(r)
	if err != nil {
		return nil, fault.Wrap(fault.Busy, err, "certificate of SNS")
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil || answer.StatusCode != http.StatusOK {
		return nil, fault.New(fault.Busy, "certificate of SNS: %s", StatusCode(answer.StatusCode))
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, Forged("certificate")
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, Forged("certificate")
	}
	return c, nil
}

// Confirm gives the address that confirms a subscription; "" where there is
// none to confirm, or it is not SNS's.
func (n *Notification) Confirm() string {
	if n.Type != SNSSubscribe {
		return ""
	}
	if _, ok := n.ours(n.SubscribeURL); !ok {
		return ""
	}
	return n.SubscribeURL
}
