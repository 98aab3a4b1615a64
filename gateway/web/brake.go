package web

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Bounds of the pause that a throttling answer brings.
const (
	brakeMin = 500 * time.Millisecond
	brakeMax = time.Minute
	askedMax = 10 * time.Minute // of a pause that the carrier asks for
)

// A brake holds sends back while the carrier throttles. The pause doubles with
// each throttling answer to what was sent after the last pause; answers to what
// was on the way before say nothing new.
type brake struct {
	mu    sync.Mutex
	pause time.Duration
	end   time.Time
}

// A brakeMark is when something was sent.
type brakeMark time.Time

// throttled takes a throttling answer; asked is how long the carrier wants us
// to wait, 0 where it does not say.
func (b *brake) throttled(began brakeMark, asked time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if time.Time(began).Before(b.end) && asked == 0 {
		return
	}
	b.pause = min(max(2*b.pause, brakeMin), brakeMax)
	end := time.Now().Add(max(b.pause, min(asked, askedMax)))
	if end.After(b.end) {
		b.end = end
	}
}

// accepted takes a good answer: the pause shrinks.
func (b *brake) accepted() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.pause = b.pause * 7 / 8; b.pause < brakeMin/2 {
		b.pause = 0
	}
}

// until gives the end of the present pause; zero where there is none.
func (b *brake) until() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.end.After(time.Now()) {
		return time.Time{}
	}
	return b.end
}

// retryAfter reads Retry-After, RFC 9110 §10.2.3.
func retryAfter(h http.Header) time.Duration {
	v := h.Get("Retry-After")
	if n, err := strconv.Atoi(v); err == nil && n > 0 {
		return time.Duration(min(n, 86400)) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(0, time.Until(t))
	}
	return 0
}
