package attachment

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"outdial/fault"
)

// Link gives an address by which whoever has it may GET or PUT a file until a
// time, without any other credential.
func (f *Files) Link(method, id string, until time.Time) string {
	end := strconv.FormatInt(until.Unix(), 10)
	return f.URL + url.PathEscape(id) + "?expires=" + end + "&signature=" + f.sign(method, id, end)
}

func (f *Files) sign(method, id, end string) string {
	m := hmac.New(sha256.New, f.Key)
	m.Write([]byte(method + "\n" + id + "\n" + end))
	return hex.EncodeToString(m.Sum(nil))
}

// Admit checks the signature and the time of an address that Link gave.
func (f *Files) Admit(method, id string, q url.Values, now time.Time) error {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	end := q.Get("expires")
	if !hmac.Equal([]byte(f.sign(method, id, end)), []byte(q.Get("signature"))) {
		return fault.New(fault.Denied, "signature: not right")
	}
	if n, err := strconv.ParseInt(end, 10, 64); err != nil || now.Unix() >= n {
		return fault.New(fault.Denied, "expires: the address is no longer good")
	}
	return nil
}
