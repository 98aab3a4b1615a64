package web

import (
	"encoding/base64"
	"net/http"
)

// Basic is the value of an Authorization header, RFC 7617.
func Basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func basic(h *Hook) (user, password string, ok bool) {
	return (&http.Request{Header: h.Header}).BasicAuth()
}
