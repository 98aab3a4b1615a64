package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// AWS Signature Version 4, the parts that signing and verifying share.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	basicTime  = "20060102T150405Z" // ISO 8601 basic, as in X-Amz-Date
	basicDate  = "20060102"
)

// A scope is what a signature is good for: a day, a region, a service.
type scope struct{ date, region, service string }

func (s scope) append(b []byte) []byte {
	b = append(append(b, s.date...), '/')
	b = append(append(b, s.region...), '/')
	b = append(append(b, s.service...), '/')
	return append(b, terminator...)
}

// signingKey derives the key of one day, region and service from a secret.
func signingKey(secret string, s scope) []byte {
	key := []byte("AWS4" + secret)
	for _, part := range []string{s.date, s.region, s.service, terminator} {
		key = hmacSHA256(key, []byte(part))
	}
	return key
}

func hmacSHA256(key, data []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(data)
	return h.Sum(nil)
}

// appendStringToSign appends what the signing key signs.
func appendStringToSign(b []byte, stamp string, s scope, canonical []byte) []byte {
	b = append(append(b, algorithm+"\n"...), stamp...)
	b = s.append(append(b, '\n'))
	sum := sha256.Sum256(canonical)
	return hex.AppendEncode(append(b, '\n'), sum[:])
}

// appendCanonical appends the canonical request. signed lists the signed headers
// as the request does, payload is the body's hash. It returns the name of a
// signed header that the request does not have, if any. S3 escapes paths once.
func appendCanonical(b []byte, r *http.Request, signed, payload, service string, presigned bool) (out []byte, missing string) {
	b = append(append(b, r.Method...), '\n')
	path, query := wireTarget(r)
	if service == "s3" {
		b = append(appendKeyPath(b, path), '\n')
	} else {
		b = append(appendCanonicalPath(b, path), '\n')
	}
	b = append(appendCanonicalQuery(b, query, presigned), '\n')
	for rest := signed; rest != ""; {
		var name string
		name, rest, _ = strings.Cut(rest, ";")
		b = append(append(b, name...), ':')
		var ok bool
		if b, ok = appendHeader(b, r, name); !ok && missing == "" {
			missing = name
		}
		b = append(b, '\n')
	}
	b = append(append(append(b, '\n'), signed...), '\n')
	return append(b, payload...), missing
}

// wireTarget returns a request's path and query as they were received or will be sent.
func wireTarget(r *http.Request) (path, query string) {
	if strings.HasPrefix(r.RequestURI, "/") {
		path, query, _ = strings.Cut(r.RequestURI, "?")
		return path, query
	}
	return r.URL.EscapedPath(), r.URL.RawQuery
}

// appendHeader appends a header's canonical value: trimmed, blanks within run
// together, several values joined by commas in the order received.
func appendHeader(b []byte, r *http.Request, name string) ([]byte, bool) {
	switch name {
	case "host": // as received: with the port or without
		host := r.Host
		if host == "" && r.URL != nil { // a request that is being signed
			host = r.URL.Host
		}
		return append(b, host...), true
	case "content-length": // net/http may move it out of the headers
		if r.Header["Content-Length"] == nil && r.ContentLength >= 0 {
			return strconv.AppendInt(b, r.ContentLength, 10), true
		}
	case "transfer-encoding":
		return append(b, strings.Join(r.TransferEncoding, ",")...), len(r.TransferEncoding) > 0
	}
	values := r.Header[textproto.CanonicalMIMEHeaderKey(name)]
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		blank := true // before the value
		for _, c := range []byte(strings.TrimSpace(v)) {
			if c == ' ' || c == '\t' {
				if !blank {
					b = append(b, ' ')
				}
				blank = true
				continue
			}
			blank = false
			b = append(b, c)
		}
	}
	return b, values != nil
}

// appendCanonicalPath appends an escaped path, normalised (RFC 3986 §6.2.2.3) and
// escaped once more, as all services but S3 want it.
func appendCanonicalPath(b []byte, path string) []byte {
	if path == "" || path == "/" {
		return append(b, '/')
	}
	if strings.Contains(path, "//") || strings.Contains(path, "/.") {
		path = normalPath(path)
	}
	return appendEscaped(b, path, true)
}

// appendKeyPath appends a path as S3 wants it: the object's key escaped once,
// whatever way it is written in the request, and not normalised, for a key may
// hold "//" and "..".
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
func appendKeyPath(b []byte, path string) []byte {
	if path == "" {
		path = "/"
	}
	if key, err := url.PathUnescape(path); err == nil {
		path = key
	}
	return appendEscaped(b, path, true)
}

func normalPath(path string) string {
	var parts []string
	for part := range strings.SplitSeq(path, "/") {
		switch part {
		case "", ".":
		case "..":
			parts = parts[:max(len(parts)-1, 0)]
		default:
			parts = append(parts, part)
		}
	}
	out := "/" + strings.Join(parts, "/")
	if len(parts) > 0 && (strings.HasSuffix(path, "/") || strings.HasSuffix(path, "/.") || strings.HasSuffix(path, "/..")) {
		out += "/"
	}
	return out
}

// appendCanonicalQuery appends the query, each name and value escaped anew,
// sorted. A query that cannot be read has no canonical form and is appended as it is.
func appendCanonicalQuery(b []byte, raw string, presigned bool) []byte {
	if raw == "" {
		return b
	}
	pairs, err := parseQuery(raw)
	if err != nil {
		return append(b, raw...)
	}
	if presigned {
		pairs = slices.DeleteFunc(pairs, func(p pair) bool { return p.name == "X-Amz-Signature" })
	}
	for i, p := range pairs {
		pairs[i] = pair{string(appendEscaped(nil, p.name, false)), string(appendEscaped(nil, p.value, false))}
	}
	slices.SortFunc(pairs, func(x, y pair) int {
		if c := strings.Compare(x.name, y.name); c != 0 {
			return c
		}
		return strings.Compare(x.value, y.value)
	})
	for i, p := range pairs {
		if i > 0 {
			b = append(b, '&')
		}
		b = append(append(append(b, p.name...), '='), p.value...)
	}
	return b
}

// appendEscaped escapes all but RFC 3986's unreserved characters, and slashes if they are to be kept.
func appendEscaped(b []byte, s string, slashes bool) []byte {
	const hexUpper = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '~', slashes && c == '/':
			b = append(b, c)
		default:
			b = append(b, '%', hexUpper[c>>4], hexUpper[c&15])
		}
	}
	return b
}

// Credentials sign requests.
type Credentials struct{ AccessKeyID, SecretAccessKey, SessionToken string }

// Sign signs r, whose body is body, in its Authorization header: the host, the
// content type and all X-Amz- headers that are set. S3 is told the body's hash.
func Sign(r *http.Request, body []byte, c Credentials, region, service string, now time.Time) {
	stamp := now.UTC().Format(basicTime)
	r.Header.Set("X-Amz-Date", stamp)
	if c.SessionToken != "" {
		r.Header.Set("X-Amz-Security-Token", c.SessionToken)
	}
	sum := sha256.Sum256(body)
	payload := hex.EncodeToString(sum[:])
	if h := r.Header.Get("X-Amz-Content-Sha256"); h != "" {
		payload = h
	} else if service == "s3" {
		r.Header.Set("X-Amz-Content-Sha256", payload)
	}
	names := []string{"host"}
	for name := range r.Header {
		if lower := strings.ToLower(name); lower == "content-type" || strings.HasPrefix(lower, "x-amz-") {
			names = append(names, lower)
		}
	}
	slices.Sort(names)
	signed := strings.Join(names, ";")
	canonical, _ := appendCanonical(nil, r, signed, payload, service, false)
	s := scope{stamp[:len(basicDate)], region, service}
	signature := hmacSHA256(signingKey(c.SecretAccessKey, s), appendStringToSign(nil, stamp, s, canonical))
	r.Header.Set("Authorization", algorithm+" Credential="+c.AccessKeyID+"/"+string(s.append(nil))+
		", SignedHeaders="+signed+", Signature="+hex.EncodeToString(signature))
}
