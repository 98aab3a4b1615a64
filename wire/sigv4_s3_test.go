package wire

import (
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The examples of S3's documentation.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
func TestSignaturesOfS3(t *testing.T) {
	const nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	at := time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		method, target, payload string
		headers                 []string
		signed, signature       string
	}{
		{"GET", "/test.txt", nothing, []string{"Range:bytes=0-9"}, "host;range;x-amz-content-sha256;x-amz-date", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
		{"PUT", "/test$file.text", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072", []string{"Date:Fri, 24 May 2013 00:00:00 GMT", "X-Amz-Storage-Class:REDUCED_REDUNDANCY"},
			"date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class", "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
		{"GET", "/?lifecycle", nothing, nil, "host;x-amz-content-sha256;x-amz-date", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
		{"GET", "/?max-keys=2&prefix=J", nothing, nil, "host;x-amz-content-sha256;x-amz-date", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, "https://examplebucket.s3.amazonaws.com"+c.target, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range append(c.headers, "X-Amz-Date:"+at.Format(basicTime), "X-Amz-Content-Sha256:"+c.payload) {
			name, value, _ := strings.Cut(h, ":")
			r.Header.Set(name, value)
		}
		canonical, missing := appendCanonical(nil, r, c.signed, c.payload, "s3", false)
		s := scope{"20130524", "us-east-1", "s3"}
		got := hex.EncodeToString(hmacSHA256(signingKey("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", s), appendStringToSign(nil, at.Format(basicTime), s, canonical)))
		if got != c.signature || missing != "" {
			t.Errorf("%s %s: %s, want %s; signed was\n%s", c.method, c.target, got, c.signature, canonical)
		}
	}
}

// Whatever way a key is written in the request, S3 escapes it once.
func TestKeysOfS3AreEscapedOnce(t *testing.T) {
	for target, want := range map[string]string{
		"": "/", "/": "/", "/a b": "/a%20b", "/a%20b": "/a%20b", "/a+b": "/a%2Bb", "/a%2Bb": "/a%2Bb", "/50%25": "/50%25",
		"/a//b/../c": "/a//b/../c", "/ሴ": "/%E1%88%B4", "/a=b&c@d:e": "/a%3Db%26c%40d%3Ae",
	} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", "https://b.s3.amazonaws.com"+target, nil)
		if err != nil {
			t.Fatal(err)
		}
		canonical, _ := appendCanonical(nil, r, "host", "", "s3", false)
		if got := strings.Split(string(canonical), "\n")[1]; got != want {
			t.Errorf("%q: %s, want %s", target, got, want)
		}
		Sign(r, []byte("x"), Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, "us-east-1", "s3", time.Unix(0, 0))
		if r.Header.Get("X-Amz-Content-Sha256") != "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" ||
			!strings.Contains(r.Header.Get("Authorization"), "SignedHeaders=host;x-amz-content-sha256;x-amz-date") {
			t.Errorf("%v", r.Header)
		}
	}
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
func TestPresignedAddressesOfS3(t *testing.T) {
	keys := Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	at := time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
	got, err := PresignS3("GET", "https://examplebucket.s3.amazonaws.com/test.txt", keys, "us-east-1", 24*time.Hour, at)
	const want = "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request" +
		"&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
	if err != nil || got != want {
		t.Errorf("%s %v", got, err)
	}
	keys.SessionToken = "t/1"
	if got, err := PresignS3("PUT", "https://b.s3.amazonaws.com/a%20b", keys, "us-east-1", time.Minute, at); err != nil || !strings.Contains(got, "&X-Amz-Security-Token=t%2F1&X-Amz-SignedHeaders=host&X-Amz-Signature=") {
		t.Errorf("%s %v", got, err)
	}
	if _, err := PresignS3("PUT", "://", keys, "us-east-1", time.Minute, at); err == nil {
		t.Error("no address was signed")
	}
}
