package wire

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A Time is a timestamp: epoch seconds on the wire, fractions allowed, kept to
// the millisecond as AWS does. It is read from ISO 8601 strings too. The zero
// Time is absent.
type Time struct{ time.Time }

// At returns t as a Time; of the zero time, an absent one.
func At(t time.Time) Time { return Time{t} }

// latest is the last second of the year 9999; what lies beyond is milliseconds taken for seconds.
const latest = 253402300799

// parseTime reads epoch seconds, ISO 8601 or the date of a header (RFC 9110 §5.6.7).
func parseTime(text string) (Time, error) {
	if text != "" && strings.Trim(text, "0123456789+-.eE") == "" && strings.Count(text, "-") < 2 {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.Abs(f) > latest {
			return Time{}, fmt.Errorf("must be seconds since 1970, not %s", quoted(text))
		}
		seconds, fraction := math.Modf(f)
		return Time{time.Unix(int64(seconds), int64(math.Round(fraction*1e6))*1e3).UTC()}, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02", time.RFC1123} {
		if t, err := time.Parse(layout, text); err == nil {
			return Time{t.UTC()}, nil
		}
	}
	return Time{}, fmt.Errorf("must be a timestamp (seconds since 1970), not %s", quoted(text))
}

// appendTime writes t as seconds with up to three digits behind the point.
func appendTime(b []byte, t time.Time) []byte {
	ms := t.UnixMilli()
	if ms < 0 { // before 1970: rare enough for the slow way
		return strconv.AppendFloat(b, float64(ms)/1e3, 'f', -1, 64)
	}
	b = strconv.AppendInt(b, ms/1e3, 10)
	if ms %= 1e3; ms > 0 {
		b = append(b, '.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10))
		for b[len(b)-1] == '0' {
			b = b[:len(b)-1]
		}
	}
	return b
}

// isoTime is how the timestamps are written that travel as strings.
const isoTime = "2006-01-02T15:04:05.000Z"

// MarshalJSON writes epoch seconds, for those who encode a Time by encoding/json.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return appendTime(nil, t.Time), nil
}

// UnmarshalJSON reads epoch seconds or a string.
func (t *Time) UnmarshalJSON(b []byte) (err error) {
	text := string(b)
	if text == "null" {
		return nil
	}
	if strings.HasPrefix(text, `"`) {
		if text, err = strconv.Unquote(text); err != nil {
			return err
		}
	}
	*t, err = parseTime(text)
	return err
}
