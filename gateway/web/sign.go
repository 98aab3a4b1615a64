package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"hash"
	"strconv"
	"strings"
	"time"

	"outdial/fault"
)

// Same compares a secret with what a stranger says it is, in a time that tells
// nothing. An empty secret is the same as nothing.
func Same(secret, said string) bool {
	a, b := sha256.Sum256([]byte(secret)), sha256.Sum256([]byte(said))
	return secret != "" && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// MAC signs parts in a row.
func MAC(h func() hash.Hash, key string, parts ...string) []byte {
	m := hmac.New(h, []byte(key))
	for _, p := range parts {
		_, _ = m.Write([]byte(p))
	}
	return m.Sum(nil)
}

// Fresh checks that a time, in seconds since 1970, is not further than window
// from now: an old web-hook cannot be played again.
func Fresh(seconds string, now time.Time, window time.Duration) error {
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return fault.New(fault.Denied, "timestamp: not a number of seconds")
	}
	d := now.Sub(time.Unix(n, 0))
	if d > window || d < -window {
		return fault.New(fault.Denied, "timestamp: %v from now", d.Round(time.Second))
	}
	return nil
}

// Window is how far the time of a signed web-hook may be from ours, where the
// carrier names no other limit.
const Window = 5 * time.Minute

// Forged is the error of a web-hook whose signature or token is not right.
func Forged(what string) error { return fault.New(fault.Denied, "%s: not right", what) }

// Token checks a shared secret by which a carrier without signatures is known:
// as the parameter "token" of the address, as a bearer token, or as the
// password of HTTP Basic, whose user is checked where user is not "".
func (h *Hook) Token(user, secret string) error {
	scheme, rest, _ := strings.Cut(h.Header.Get("Authorization"), " ")
	switch {
	case h.Query.Has("token"):
		if Same(secret, h.Query.Get("token")) {
			return nil
		}
	case strings.EqualFold(scheme, "Bearer"):
		if Same(secret, strings.TrimSpace(rest)) {
			return nil
		}
	case strings.EqualFold(scheme, "Basic"):
		said, password, ok := basic(h)
		if ok && Same(secret, password) && (user == "" || Same(user, said)) {
			return nil
		}
	default:
		return fault.New(fault.Denied, "token: none was given")
	}
	return Forged("token")
}
