package signal

import (
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"hash"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

// The response to a challenge is worked out here by the standard's own words,
// apart from the library. RFC 2617 §3.2.2, RFC 8760
func TestDigestByHand(t *testing.T) {
	a, err := New(Config{Targets: []string{theirIP}, User: "acme", Password: "secret"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, sum := range map[string]func() hash.Hash{"MD5": md5.New, "SHA-256": sha256.New} {
		for _, qop := range []string{"", "auth"} {
			req := sip.NewRequest(sip.INVITE, sip.Uri{Scheme: "sip", User: "+12065550123", Host: "peer.example.com"})
			res := sip.NewResponse(407, "Proxy Authentication Required")
			ask := `Digest realm="peer", nonce="n0nce", algorithm=` + name
			if qop != "" {
				ask += `, qop="auth"`
			}
			res.AppendHeader(sip.NewHeader("Proxy-Authenticate", ask))
			if err := a.authorize(req, res); err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for p := range strings.SplitSeq(strings.TrimPrefix(value(req, "Proxy-Authorization"), "Digest "), ",") {
				k, v, _ := strings.Cut(strings.TrimSpace(p), "=")
				got[k] = strings.Trim(v, `"`)
			}
			h := func(s string) string { x := sum(); x.Write([]byte(s)); return fmt.Sprintf("%x", x.Sum(nil)) }
			middle := "n0nce"
			if qop != "" {
				middle = strings.Join([]string{"n0nce", got["nc"], got["cnonce"], "auth"}, ":")
			}
			want := h(h("acme:peer:secret") + ":" + middle + ":" + h("INVITE:sip:+12065550123@peer.example.com"))
			if got["response"] != want || got["uri"] != "sip:+12065550123@peer.example.com" || got["qop"] != qop {
				t.Errorf("%s %q: %s\nwanted %s", name, qop, value(req, "Proxy-Authorization"), want)
			}
		}
	}
}
