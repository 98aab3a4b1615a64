package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"
)

// Tokens makes and reads next tokens: opaque, signed with the server's key, bound
// to the request that they continue, good for 24 hours.
type Tokens struct {
	Key []byte           // of the server: random, and the same on all nodes and after a restart
	Now func() time.Time // nil: time.Now
}

const (
	tokenLife   = 24 * time.Hour // admin guide, Amazon Connect service quotas
	tokenHeader = 1 + 8 + 8      // version, expiry, which request
	tokenMAC    = 16
)

// Seal returns the token that continues a listing behind the key last. scope and
// filters are what the next request must repeat: the operation and its instance, its filters.
func (t Tokens) Seal(last, scope string, filters ...string) string {
	b := make([]byte, 0, tokenHeader+len(last)+tokenMAC)
	b = append(b, 1)
	b = binary.BigEndian.AppendUint64(b, uint64(t.now().Add(tokenLife).Unix()))
	b = append(b, t.bound(scope, filters)...)
	b = append(b, last...)
	return base64.RawURLEncoding.EncodeToString(append(b, t.mac(b)...))
}

// Open returns the key that a token carries, "" for an empty token; or a
// Violation of NextToken for one that was altered, has expired, or was made for another request.
func (t Tokens) Open(token, scope string, filters ...string) (last string, err error) {
	if token == "" {
		return "", nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) < tokenHeader+tokenMAC || b[0] != 1 {
		return "", OutOfBounds("NextToken", "not a token of this server")
	}
	n := len(b) - tokenMAC
	if !hmac.Equal(b[n:], t.mac(b[:n])) {
		return "", OutOfBounds("NextToken", "not a token of this server, or altered")
	}
	if until := time.Unix(int64(binary.BigEndian.Uint64(b[1:9])), 0); t.now().After(until) {
		return "", OutOfBounds("NextToken", "expired at %s", until.UTC().Format(time.RFC3339))
	}
	if !hmac.Equal(b[9:tokenHeader], t.bound(scope, filters)) {
		return "", OutOfBounds("NextToken", "made for a request with other parameters")
	}
	return string(b[tokenHeader:n]), nil
}

// bound is a short hash of the request that a token continues.
func (t Tokens) bound(scope string, filters []string) []byte {
	h := hmac.New(sha256.New, t.Key)
	for _, f := range append([]string{scope}, filters...) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(f)))
		h.Write(n[:])
		h.Write([]byte(f))
	}
	return h.Sum(nil)[:8]
}

func (t Tokens) mac(b []byte) []byte {
	var key strings.Builder // a key of its own, so that a bound is never a mac
	key.WriteString("next token ")
	key.Write(t.Key)
	return hmacSHA256([]byte(key.String()), b)[:tokenMAC]
}

func (t Tokens) now() time.Time {
	if t.Now != nil {
		return t.Now()
	}
	return time.Now()
}
