package smpp

import (
	"context"
	"sync"
	"time"

	"outdial/gateway"
)

// An inbound message bears no id. A carrier that did not get our answer delivers
// it again: after a bind was lost, after we died, to another process. A customer
// can also say the same words twice. What tells the two apart is the answer: as
// soon as it is certain that the carrier has it, who brings the same words brings
// new ones.
//
// So a message that is kept leaves its key in the store for repeatTime. When its
// answer is certain the key is forgotten; where the bind or the process ends
// before, it stays.
const (
	// repeatTime is how long a carrier may take to come back with a message whose
	// answer it never got.
	repeatTime = 10 * time.Minute
	// certain is how long a bind has to outlive an answer that was handed to it.
	certain = 5 * time.Second
	// patient is how long a carrier waits for an answer at least: to what is
	// answered later a repeat may be on its way.
	patient = 5 * time.Second
	// forgetAtOnce is how many keys are forgotten together.
	forgetAtOnce = 200
)

// answers are those to inbound messages of which it is not certain that they
// have arrived.
type answers struct {
	mu sync.Mutex
	by map[string]answer // by the message's key
}

type answer struct {
	s    *session
	at   int64 // its place in what the session writes
	when time.Time
}

func newAnswers() *answers { return &answers{by: map[string]answer{}} }

// given notes the answer to a message that was kept.
func (a *answers) given(key string, d *delivery, at int64, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.by, key)
	if now.Sub(d.came) < patient {
		a.by[key] = answer{d.s, at, now}
	}
}

// arrived tells whether a message with this key was answered, and its bind
// stands: its carrier has the answer.
func (a *answers) arrived(key string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	v, ok := a.by[key]
	return ok && v.s.out.sent(v.at) && (v.s.ended() == nil || v.s.inOrder())
}

// take takes out the keys of messages whose answers have arrived for certain, and
// forgets those of which it will never be known.
func (a *answers) take(now time.Time) (keys []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for key, v := range a.by {
		over, sent := v.s.ended() != nil, v.s.out.sent(v.at)
		if !over && (!sent || now.Sub(v.when) < certain) {
			continue
		}
		delete(a.by, key)
		if sent && (!over || v.s.inOrder()) {
			keys = append(keys, key)
		}
	}
	return keys
}

// inOrder tells whether both sides said goodbye before the session ended.
func (s *session) inOrder() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.parted
}

// release forgets the keys of messages whose answers have arrived.
func (g *Gateway) release(now time.Time) {
	keys := g.answers.take(now)
	for len(keys) > 0 {
		n := min(len(keys), forgetAtOnce)
		ctx, cancel := context.WithTimeout(context.Background(), keeping)
		g.mu.Lock()
		in := g.in
		g.mu.Unlock()
		if err := in(ctx, gateway.Arrival{Account: g.set.Name, Forget: keys[:n]}); err != nil {
			g.log.Warn("the same words from the same customers count as repeats for a while", "messages", n, "err", err)
		}
		cancel()
		keys = keys[n:]
	}
}
