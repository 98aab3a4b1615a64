// Package dtmf gathers what a caller presses: it decides when an entry is over,
// and encrypts it where the flow asks for that.
//
// It is pure: it knows no call, no clock and no packet. A gateway feeds it keys,
// keeps its time limits, and hands on what it gives.
package dtmf

import (
	"strings"
	"time"

	"outdial/contact"
)

// defaultWait is Amazon Connect's own limit between two digits, and ours for the
// first one where the flow gives none.
const defaultWait = 5 * time.Second

// A Collector gathers the keys of one CollectDigits.
type Collector struct {
	want contact.CollectDigits
	keys []byte
	end  string // how it ended; "" while it goes on
}

// New begins a collection. One that wants several digits and names no
// terminator ends with #, as in Amazon Connect.
// https://docs.aws.amazon.com/connect/latest/adminguide/store-customer-input.html
func New(want contact.CollectDigits) *Collector {
	if want.Terminator == "" && !want.Single {
		want.Terminator = "#"
	}
	if want.Single {
		want.Terminator = ""
	}
	return &Collector{want: want}
}

// IsKey tells whether b is a key of a telephone.
func IsKey(b byte) bool { return b >= '0' && b <= '9' || b == '*' || b == '#' }

// Press takes one key and tells whether the collection is over. What is no key
// of a telephone is ignored, as are keys after the end.
func (c *Collector) Press(key byte) (over bool) {
	if c.end != "" || !IsKey(key) {
		return c.end != ""
	}
	if c.want.Single {
		c.keys, c.end = append(c.keys, key), contact.Complete
		return true
	}
	if key == '*' && !c.want.NoCancelKey {
		c.keys = c.keys[:0]
		return false
	}
	c.keys = append(c.keys, key)
	if t := c.want.Terminator; strings.HasSuffix(string(c.keys), t) {
		c.keys, c.end = c.keys[:len(c.keys)-len(t)], contact.Terminated
		return true
	}
	// A terminator of several keys may have begun: the next key tells.
	if n := c.want.Max; n > 0 && len(c.keys)-c.begun() >= n {
		c.keys, c.end = c.keys[:n], contact.Complete
		return true
	}
	return false
}

// begun is how many of the last keys may be the beginning of the terminator.
func (c *Collector) begun() int {
	for n := min(len(c.want.Terminator)-1, len(c.keys)); n > 0; n-- {
		if strings.HasSuffix(string(c.keys), c.want.Terminator[:n]) {
			return n
		}
	}
	return 0
}

// Wait is how long the caller may take to the next key: from the end of the
// prompt to the first one, and from each key to the next.
func (c *Collector) Wait() time.Duration {
	s := c.want.InterDigit
	if len(c.keys) == 0 {
		s = c.want.First
	}
	if s <= 0 {
		return defaultWait
	}
	return time.Duration(s) * time.Second
}

// Pause is how long the caller may take between two keys.
func (c *Collector) Pause() time.Duration {
	if c.want.InterDigit <= 0 {
		return defaultWait
	}
	return time.Duration(c.want.InterDigit) * time.Second
}

// Pressed tells whether any key counts so far.
func (c *Collector) Pressed() bool { return len(c.keys) > 0 }

// TimeOut ends the collection because the caller took too long.
func (c *Collector) TimeOut() {
	if c.end != "" {
		return
	}
	c.end = contact.TimedOut
	if len(c.keys) > 0 {
		c.end = contact.InterDigit
	}
}

// Received is what the flow gets: the digits, in clear or encrypted with the
// key that it gave. An error means that the key is no good.
func (c *Collector) Received() (contact.DigitsReceived, error) {
	d := contact.DigitsReceived{Visit: c.want.Visit, Digits: string(c.keys), End: c.end}
	if c.want.Key == "" || d.Digits == "" {
		return d, nil
	}
	var err error
	d.Digits, err = Encrypt(d.Digits, c.want.Key, c.want.KeyID)
	return d, err
}
