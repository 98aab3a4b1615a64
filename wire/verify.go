package wire

import (
	"context"
	"net/http"
	"time"
)

// A Key is an access key: who has it, and what they may do.
type Key struct {
	ID, Secret   string
	SessionToken string    // where set, X-Amz-Security-Token must equal it; where not, any token is taken
	Expires      time.Time // of the session; zero: never
	Account      string
	ARN          string // of the principal
	UserID       string
	Policy       *Policy // nil: nothing is allowed
}

// A Verifier checks AWS Signature Version 4 of requests.
type Verifier struct {
	Keys    func(ctx context.Context, id string) (*Key, error) // nil, nil: there is no such key
	Now     func() time.Time                                   // nil: time.Now
	Regions []string                                           // served; none: all
}

// Verify checks the signature of r for a service, and returns who signed it and
// the body, of which no more than 1 MiB is read, and nothing before the key is
// known. Its error is an *Exception, or what Keys failed with.
func (v *Verifier) Verify(r *http.Request, service string) (Caller, []byte, error) { panic("not yet") }

// Credentials sign requests.
type Credentials struct{ AccessKeyID, SecretAccessKey, SessionToken string }

// Sign signs r, whose body is body, in the Authorization header.
func Sign(r *http.Request, body []byte, c Credentials, region, service string, now time.Time) {
	panic("not yet")
}
