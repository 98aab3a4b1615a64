package admin

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"outdial/fault"
)

// errClock marks an advance that did not come to rest in time.
var errClock = errors.New("clock")

// A clock is the engine's time.
type clock struct {
	Now    time.Time `json:"now"`
	Offset string    `json:"offset"` // how far it is ahead of real time
}

func (s *Server) describeClock(c *call) error {
	s.write(c, 200, clock{s.Engine.Now(), s.Engine.Offset().String()})
	return nil
}

// advanceClock moves the engine's time and answers when everything that came due
// has happened.
func (s *Server) advanceClock(c *call) error {
	if len(s.Carriers) > 0 {
		return fault.New(fault.Conflict, "time is real while a real carrier is configured: %s", strings.Join(s.Carriers, ", "))
	}
	if s.World == nil {
		return errNoWorld
	}
	var in struct {
		Advance string `json:"advance"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	d, err := span(in.Advance)
	if err != nil {
		return err
	}
	if err := s.Engine.Advance(c.r.Context(), d, clockLimit); err != nil {
		if fault.Is(err, fault.Busy) {
			return fmt.Errorf("%w: %w", errClock, err)
		}
		return err
	}
	return s.describeClock(c)
}

// farthest is how far one call may move the clock.
const farthest = 10 * 366 * 24 * time.Hour

var spanForm = regexp.MustCompile(`^(?:(\d{1,4})d)?((?:\d+(?:\.\d+)?(?:h|m|s|ms))*)$`)

// span reads a length of time: "25h", "7d", "1d12h30m".
func span(text string) (time.Duration, error) {
	wrong := fault.New(fault.Invalid, `advance: a length of time like "25h", "7d" or "90s", up to ten years, not %q`, text)
	m := spanForm.FindStringSubmatch(text)
	if m == nil || text == "" {
		return 0, wrong
	}
	days, _ := strconv.Atoi("0" + m[1]) // digits only
	d := time.Duration(0)
	if m[2] != "" {
		var err error
		if d, err = time.ParseDuration(m[2]); err != nil {
			return 0, wrong
		}
	}
	if d > farthest || time.Duration(days)*24*time.Hour > farthest-d {
		return 0, wrong
	}
	return d + time.Duration(days)*24*time.Hour, nil
}
