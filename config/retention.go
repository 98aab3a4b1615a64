package config

import (
	"math"
	"time"
)

// defaultRetention is how long Amazon Connect keeps contact records: 24 months.
// https://docs.aws.amazon.com/connect/latest/adminguide/feature-limits.html
const defaultRetention = 730 * 24 * time.Hour

// Keeps tells how long contacts that have ended are kept. Tokens and marks end
// by themselves, so that the house is swept even where contacts stay for ever.
func (c *File) Keeps() time.Duration {
	switch r := c.Retention; {
	case r == nil:
		return defaultRetention
	case *r == 0:
		return math.MaxInt64
	default:
		return time.Duration(*r)
	}
}
