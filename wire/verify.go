package wire

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Key is an access key: who has it, and what they may do.
type Key struct {
	ID, Secret string

	// SessionToken, where set, is what X-Amz-Security-Token must carry. A key
	// without one takes any: local keys have no session, and callers may carry
	// the token of another.
	SessionToken string
	Expires      time.Time // of the session; zero: never
	Account      string    // "111122223333"
	ARN          string    // of the principal: "arn:aws:iam::111122223333:user/demo"
	UserID       string    // as GetCallerIdentity answers it
	Policy       *Policy   // nil: nothing is allowed
}

// A Verifier checks AWS Signature Version 4 of requests. It may be used by many at once.
type Verifier struct {
	Keys    func(ctx context.Context, id string) (*Key, error) // nil, nil: there is no such key
	Now     func() time.Time                                   // nil: time.Now
	Regions []string                                           // that are served; none: all

	derived derivedKeys
	rooms   sync.Pool // of *workspace
}

// Verify checks the signature of r for a service, and returns who signed it and
// the body, of which no more than 1 MiB is read, and nothing before the key is
// known. Its error is an *Exception, or what Keys failed with.
func (v *Verifier) Verify(r *http.Request, service string) (Caller, []byte, error) {
	return v.verify(r, service, v.Regions, nil)
}

// verify is Verify, with the body read into buf.
func (v *Verifier) verify(r *http.Request, service string, regions []string, buf []byte) (Caller, []byte, error) {
	a, e := readAuthorization(r)
	if e != nil {
		return Caller{}, buf, e
	}
	key, err := v.Keys(r.Context(), a.key)
	if err != nil {
		return Caller{}, buf, err
	}
	now := time.Now
	if v.Now != nil {
		now = v.Now
	}
	if e := a.check(key, service, regions, now()); e != nil {
		return Caller{}, buf, e
	}
	buf, e = readBody(r, buf)
	if e != nil {
		return Caller{}, buf, e
	}
	if e := v.checkSignature(r, &a, key, buf); e != nil {
		return Caller{}, buf, e
	}
	return Caller{key.ID, key.Account, key.ARN, key.UserID, a.scope.region, key.Policy}, buf, nil
}

// check checks what can be checked without the body.
func (a *authorization) check(key *Key, service string, regions []string, now time.Time) *Exception {
	if key == nil {
		return Errorf("UnrecognizedClient", "The security token included in the request is invalid: there is no access key %s.", quoted(a.key))
	}
	if a.scope.service != service {
		return badSignature("Credential should be scoped to correct service: '%s', not %s.", service, quoted(a.scope.service))
	}
	if !validRegion(a.scope.region) || len(regions) > 0 && !slices.Contains(regions, a.scope.region) {
		return badSignature("Credential should be scoped to a valid region, not %s.", quoted(a.scope.region))
	}
	if e := a.checkTime(now); e != nil {
		return e
	}
	if key.SessionToken != "" && subtle.ConstantTimeCompare([]byte(key.SessionToken), []byte(a.token)) != 1 {
		return Errorf("UnrecognizedClient", "The security token included in the request is invalid.")
	}
	if !key.Expires.IsZero() && now.After(key.Expires) {
		return Errorf("ExpiredToken", "The security token included in the request is expired.")
	}
	return nil
}

// validRegion tells whether a name could be a region's: it ends up in ARNs.
func validRegion(s string) bool {
	return s != "" && len(s) <= 32 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// checkSignature checks the body's hash and the signature itself.
func (v *Verifier) checkSignature(r *http.Request, a *authorization, key *Key, body []byte) *Exception {
	work, ok := v.rooms.Get().(*workspace)
	if !ok {
		work = &workspace{canonical: make([]byte, 0, 1024), toSign: make([]byte, 0, 256)}
	}
	defer v.rooms.Put(work)
	sum := sha256.Sum256(body)
	hex.Encode(work.payload[:], sum[:])
	payload := string(work.payload[:])
	if sent := r.Header.Get("X-Amz-Content-Sha256"); sent != "" {
		if sent == "UNSIGNED-PAYLOAD" || strings.HasPrefix(sent, "STREAMING-") {
			return badSignature("x-amz-content-sha256 %s is not allowed here: the body must be signed.", quoted(sent))
		}
		if !strings.EqualFold(sent, payload) {
			return badSignature("The provided 'x-amz-content-sha256' header does not match what was computed: %s, not %s.", payload, quoted(sent))
		}
		payload = sent
	}
	var missing string
	work.canonical, missing = appendCanonical(work.canonical[:0], r, a.signed, payload, a.scope.service, a.presigned)
	if missing != "" {
		return badSignature("The signed header %s is not in the request.", quoted(missing))
	}
	work.toSign = appendStringToSign(work.toSign[:0], a.stamp, a.scope, work.canonical)
	derived, known := v.derived.find(key, a.scope)
	if !known {
		derived = signingKey(key.Secret, a.scope)
	}
	mac := hmac.New(sha256.New, derived)
	mac.Write(work.toSign)
	if subtle.ConstantTimeCompare(mac.Sum(work.sum[:0]), a.signature[:]) != 1 {
		e := badSignature("The request signature we calculated does not match the signature you provided. Check your secret access key and signing method.")
		e.detail = fmt.Sprintf(" The canonical request should have been\n'%s'\nand the string to sign\n'%s'", work.canonical, work.toSign)
		return e
	}
	if !known {
		v.derived.keep(key, a.scope, derived)
	}
	return nil
}

// A workspace is what verifying one request needs room for.
type workspace struct {
	canonical, toSign []byte
	payload           [2 * sha256.Size]byte
	sum               [sha256.Size]byte
}

// readBody reads the whole body, which must not be longer than maxBody, into buf.
func readBody(r *http.Request, buf []byte) ([]byte, *Exception) {
	if r.Body == nil || r.ContentLength == 0 {
		return buf, nil
	}
	if r.ContentLength > maxBody {
		return buf, tooLarge()
	}
	buf = slices.Grow(buf, int(max(r.ContentLength, 512))+1)
	for {
		n, err := r.Body.Read(buf[len(buf):min(cap(buf), maxBody+1)])
		if buf = buf[:len(buf)+n]; len(buf) > maxBody {
			return buf, tooLarge()
		}
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			e := Errorf("Serialization", "the body could not be read to its end")
			e.Err = err
			return buf, e
		}
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, len(buf))
		}
	}
}

func tooLarge() *Exception {
	return Errorf("RequestEntityTooLarge", "the body is longer than %d bytes", maxBody)
}

// derivedKeys keeps signing keys that have verified a request: four HMACs less
// for each that follows. Only those: a stranger can fill it with nothing.
type derivedKeys struct {
	mu   sync.RWMutex
	keys map[derivedFor]derivedKey
}

type derivedFor struct {
	id    string
	scope scope
}

type derivedKey struct {
	secret string // another one for the same id makes the entry worthless
	key    []byte
}

// maxDerived bounds the cache; past it all is forgotten, which costs little.
const maxDerived = 4096

func (d *derivedKeys) find(k *Key, s scope) ([]byte, bool) {
	d.mu.RLock()
	e, ok := d.keys[derivedFor{k.ID, s}]
	d.mu.RUnlock()
	return e.key, ok && e.secret == k.Secret
}

func (d *derivedKeys) keep(k *Key, s scope, key []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.keys == nil || len(d.keys) >= maxDerived {
		d.keys = make(map[derivedFor]derivedKey)
	}
	// The scope's strings are parts of a header; the copies outlive it.
	s = scope{strings.Clone(s.date), strings.Clone(s.region), strings.Clone(s.service)}
	d.keys[derivedFor{k.ID, s}] = derivedKey{k.Secret, key}
}
