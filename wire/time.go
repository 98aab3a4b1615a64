package wire

import "time"

// A Time is a timestamp: epoch seconds on the wire, fractions allowed. It reads
// ISO 8601 strings too. The zero Time is absent.
type Time struct{ time.Time }

// At returns t as a Time, or an absent one for the zero time.
func At(t time.Time) Time { return Time{t} }
