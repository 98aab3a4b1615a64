package wire

import (
	"context"
	"net/http"
)

// A Client calls operations of a rest-json service: ours, or AWS's own.
type Client struct {
	HTTP        *http.Client
	Endpoint    string // "http://127.0.0.1:3425"
	Region      string
	Service     string // signing name; "" for connect
	Credentials Credentials
}

// Do calls the operation at route ("PUT /contact/outbound-chat"), in travelling
// as its tags say, and reads the answer into out (nil: thrown away). An answer
// that is an error is returned as *Exception.
func (c *Client) Do(ctx context.Context, route string, in, out any) error { panic("not yet") }
