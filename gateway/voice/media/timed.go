package media

import "time"

// missedAfter is how far what was heard may be behind the time of day before the
// frames between were left out, and are not only late.
const missedAfter = 2 * catchUp * frame

// silent is what is heard in a frame that was left out.
var silent [frameUnits]int16

// Timed keeps what f hears in step with the time of day: in place of frames that
// were left out, where the clock stood still or nothing was agreed on yet, it hears
// silence. begun is when f begins to listen.
func Timed(f Tap, begun time.Time) Tap {
	var units time.Duration // so much was heard
	return func(heard, said []int16) {
		for time.Since(begun) > units+missedAfter {
			f(silent[:], silent[:])
			units += frame
		}
		f(heard, said)
		units += frame
	}
}
