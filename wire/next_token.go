package wire

import "time"

// Tokens makes and reads next tokens: opaque, signed with the server's key, bound
// to the request that they continue, good for 24 hours.
type Tokens struct {
	Key []byte           // 32 random bytes that outlive the process
	Now func() time.Time // nil: time.Now
}

// Seal returns the token that continues a listing after the key last. scope and
// filters are what the next request must repeat: the operation, the instance, its filters.
func (t Tokens) Seal(last string, scope string, filters ...string) string { panic("not yet") }

// Open returns the key that token carries, "" for an empty token, or a Violation of NextToken.
func (t Tokens) Open(token string, scope string, filters ...string) (last string, err error) {
	panic("not yet")
}
