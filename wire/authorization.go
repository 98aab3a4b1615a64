package wire

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// An authorization is what a request says of who signed it, and how.
type authorization struct {
	key       string // access key id
	scope     scope
	signed    string // signed headers, as they are listed
	signature [32]byte
	stamp     string // the time as it was signed
	at        time.Time
	token     string // of the session
	presigned bool   // it stands in the query
	lasts     time.Duration
}

// maxPresigned is how long a request may be signed for in its query.
const maxPresigned = 7 * 24 * time.Hour

// readAuthorization reads the Authorization header or, where there is none, the query.
func readAuthorization(r *http.Request) (a authorization, e *Exception) {
	header := r.Header["Authorization"]
	if len(header) == 0 {
		if strings.Contains(r.URL.RawQuery, "X-Amz-Algorithm=") {
			return readPresigned(r)
		}
		return a, Errorf("MissingAuthenticationToken", "Missing Authentication Token: the request is not signed.")
	}
	if len(header) > 1 {
		return a, incomplete("the request has %d Authorization headers", len(header))
	}
	credential, signature, e := splitAuthorization(header[0], &a)
	if e != nil {
		return a, e
	}
	if e := a.read(credential, signature); e != nil {
		return a, e
	}
	a.token = r.Header.Get("X-Amz-Security-Token")
	if a.stamp = r.Header.Get("X-Amz-Date"); a.stamp != "" {
		return a, a.readStamp("X-Amz-Date")
	}
	// The Date header serves where there is no X-Amz-Date.
	date := r.Header.Get("Date")
	if date == "" {
		return a, incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header")
	}
	if t, err := http.ParseTime(date); err == nil {
		a.at, a.stamp = t.UTC(), t.UTC().Format(basicTime)
		return a, nil
	}
	a.stamp = date
	return a, a.readStamp("Date")
}

func incomplete(format string, args ...any) *Exception {
	return Errorf("IncompleteSignature", format, args...)
}

// splitAuthorization takes the header's value apart.
func splitAuthorization(value string, a *authorization) (credential, signature string, e *Exception) {
	method, rest, _ := strings.Cut(strings.TrimSpace(value), " ")
	switch {
	case method == algorithm:
	case strings.HasPrefix(method, "AWS4-ECDSA"):
		return "", "", incomplete("Signature Version 4A (%s) is not supported: sign with %s", quoted(method), algorithm)
	default:
		return "", "", incomplete("Unsupported AWS 'algorithm': %s, not %s", quoted(method), algorithm)
	}
	for rest != "" {
		var part string
		part, rest, _ = strings.Cut(rest, ",")
		name, v, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return "", "", incomplete("%s is not a key=value pair in the Authorization header", quoted(part))
		}
		switch name {
		case "Credential":
			credential = v
		case "SignedHeaders":
			a.signed = v
		case "Signature":
			signature = v
		}
	}
	return credential, signature, nil
}

// read reads the parts that header and query have in common; a.signed is set.
func (a *authorization) read(credential, signature string) *Exception {
	for _, p := range [][2]string{{"Credential", credential}, {"Signature", signature}, {"SignedHeaders", a.signed}} {
		if p[1] == "" {
			return incomplete("Authorization header requires '%s' parameter", p[0])
		}
	}
	parts := strings.Split(credential, "/")
	if len(parts) < 5 { // the key's id may itself hold slashes
		return incomplete("Credential must have at least 5 slash-separated elements, not %s", quoted(credential))
	}
	n := len(parts)
	a.key = strings.Join(parts[:n-4], "/")
	a.scope = scope{parts[n-4], parts[n-3], parts[n-2]}
	if parts[n-1] != terminator {
		return badSignature("Credential should be scoped with a valid terminator: '%s', not %s", terminator, quoted(parts[n-1]))
	}
	if len(signature) != 2*len(a.signature) {
		return incomplete("Signature must be %d hexadecimal digits, not %d characters", 2*len(a.signature), len(signature))
	}
	if _, err := hex.Decode(a.signature[:], []byte(signature)); err != nil {
		return incomplete("Signature must be hexadecimal, not %s", quoted(signature))
	}
	if !strings.Contains(";"+a.signed+";", ";host;") {
		return badSignature("'Host' must be a 'SignedHeader' in the AWS Authorization")
	}
	return nil
}

func (a *authorization) readStamp(name string) *Exception {
	t, err := time.Parse(basicTime, a.stamp)
	if err != nil {
		return incomplete("Date must be in ISO-8601 'basic format'. Got %s in %s", quoted(a.stamp), name)
	}
	a.at = t
	return nil
}

// readPresigned reads a signature that stands in the query.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
func readPresigned(r *http.Request) (a authorization, e *Exception) {
	pairs, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		return a, incomplete("the query cannot be read: %v", err)
	}
	q := map[string]string{}
	for _, p := range pairs {
		q[p.name] = p.value
	}
	if m := q["X-Amz-Algorithm"]; m != algorithm {
		return a, incomplete("Unsupported AWS 'algorithm': %s, not %s", quoted(m), algorithm)
	}
	a.signed, a.presigned, a.token = q["X-Amz-SignedHeaders"], true, q["X-Amz-Security-Token"]
	if e := a.read(q["X-Amz-Credential"], q["X-Amz-Signature"]); e != nil {
		return a, e
	}
	seconds, err := strconv.Atoi(q["X-Amz-Expires"])
	if a.lasts = time.Duration(seconds) * time.Second; err != nil || seconds < 1 || a.lasts > maxPresigned {
		return a, incomplete("X-Amz-Expires must be 1 to %d seconds, not %s", maxPresigned/time.Second, quoted(q["X-Amz-Expires"]))
	}
	a.stamp = q["X-Amz-Date"]
	return a, a.readStamp("X-Amz-Date")
}

// maxSkew is how far the caller's clock may be from ours.
const maxSkew = 5 * time.Minute

// checkTime checks the time of the signature. SDKs read "Signature expired" and
// "Signature not yet current", correct their clock by the Date header and try again.
func (a *authorization) checkTime(now time.Time) *Exception {
	if got := a.stamp[:len(basicDate)]; a.scope.date != got {
		return badSignature("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: %s != '%s', from '%s'.",
			quoted(a.scope.date), got, a.stamp)
	}
	lasts := maxSkew
	if a.presigned {
		lasts = a.lasts
	}
	at := func(t time.Time) string { return t.UTC().Format(basicTime) }
	if early := now.Add(-lasts); a.at.Before(early) {
		return badSignature("Signature expired: %s is now earlier than %s (%s - %s.)", a.stamp, at(early), at(now), span(lasts))
	}
	if late := now.Add(maxSkew); a.at.After(late) {
		return badSignature("Signature not yet current: %s is still later than %s (%s + %s.)", a.stamp, at(late), at(now), span(maxSkew))
	}
	return nil
}

func span(d time.Duration) string {
	if d%time.Minute == 0 {
		return strconv.Itoa(int(d/time.Minute)) + " min"
	}
	return strconv.Itoa(int(d/time.Second)) + " s"
}

func badSignature(format string, args ...any) *Exception {
	return Errorf("InvalidSignature", format, args...)
}
