package wire

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// PresignS3 gives an address of S3 by which whoever has it may do method with an
// object, until expires is over: at most seven days.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
func PresignS3(method, address string, c Credentials, region string, expires time.Duration, now time.Time) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	stamp := now.UTC().Format(basicTime)
	s := scope{stamp[:len(basicDate)], region, "s3"}
	q := u.Query()
	q.Set("X-Amz-Algorithm", algorithm)
	q.Set("X-Amz-Credential", c.AccessKeyID+"/"+string(s.append(nil)))
	q.Set("X-Amz-Date", stamp)
	q.Set("X-Amz-Expires", strconv.Itoa(int(expires/time.Second)))
	q.Set("X-Amz-SignedHeaders", "host")
	if c.SessionToken != "" {
		q.Set("X-Amz-Security-Token", c.SessionToken)
	}
	u.RawQuery = q.Encode()
	r := &http.Request{Method: method, URL: u, Host: u.Host, Header: http.Header{}}
	canonical, _ := appendCanonical(nil, r, "host", "UNSIGNED-PAYLOAD", "s3", true)
	signature := hmacSHA256(signingKey(c.SecretAccessKey, s), appendStringToSign(nil, stamp, s, canonical))
	u.RawQuery += "&X-Amz-Signature=" + hex.EncodeToString(signature)
	return u.String(), nil
}
