package signal

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/gateway/voice/voicetest"
)

// Answers that come at once are taken in the order in which they came, though the
// library hands each on by a goroutine of its own.
func TestAnswersInOneBurst(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		for i := range 100 {
			c := b.dial(nil)
			invite := p.Expect("INVITE")
			tag := fmt.Sprintf("callee%d", i)
			p.Reply(invite, "100 Trying", "", "")
			p.Reply(invite, "180 Ringing", tag, "")
			p.Reply(invite, "183 Session Progress", tag, "", voicetest.SDP(theirIP, 6000))
			p.Reply(invite, "200 OK", tag, "")
			p.Expect("ACK")
			c.wants("progress true", theirTerms, "progress false", "answered")
			wantsRungs(b, c, "-> INVITE", "<- 100", "<- 180", "<- 183", "-- sound:", "<- 200", "-> ACK")
			hangUp(p.Called(invite, tag), c)
			if t.Failed() {
				return
			}
		}
	})
}

// The same where it is not taken: what rang is known before the end.
func TestRefusedInOneBurst(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		for range 100 {
			c := b.dial(nil)
			invite := p.Expect("INVITE")
			p.Reply(invite, "180 Ringing", "callee", "")
			p.Reply(invite, "183 Session Progress", "callee", "")
			p.Reply(invite, "486 Busy Here", "callee", "")
			p.Expect("ACK")
			c.wants("progress true", "progress false", `ended network 486 0 "Busy Here" 0`)
			wantsRungs(b, c, "-> INVITE", "<- 180", "<- 183", "<- 486")
			if t.Failed() {
				return
			}
		}
	})
}

// A cancelled call whose answers come at once ends once, and its ladder has both.
func TestCancelledInOneBurst(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		for range 20 {
			c := b.dial(func(p *Plan) { p.Ring = 15 * time.Second })
			invite := p.Expect("INVITE")
			p.Reply(invite, "180 Ringing", "callee", "")
			cancel := p.Expect("CANCEL")
			p.Reply(invite, "487 Request Terminated", "callee", "")
			p.Reply(cancel, "200 OK", "callee", "")
			p.Expect("ACK")
			c.wants("progress true", `ended timer 487 0 "Request Terminated" 0`)
			synctest.Wait()
			for _, rung := range []string{"<- 198.51.100.1:5060 487", "<- 198.51.100.1:5060 200 OK (CANCEL)"} {
				if !strings.Contains(c.Ladder().String(), rung) {
					b.Fatalf("%q is not in\n%s", rung, c.Ladder())
				}
			}
		}
	})
}

var rung = regexp.MustCompile(`^ *[0-9.]+ (->|<-) [^ ]+ ([A-Z]+|[0-9]+)`)

// wantsRungs checks the beginnings of a ladder's lines.
func wantsRungs(b *bench, c *call, want ...string) {
	b.Helper()
	synctest.Wait()
	var got []string
	for line := range strings.Lines(c.Ladder().String()) {
		if m := rung.FindStringSubmatch(line); m != nil {
			got = append(got, m[1]+" "+m[2])
		} else if strings.Contains(line, " -- sound:") {
			got = append(got, "-- sound:")
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		b.Errorf("%q, want %q\n%s", got, want, c.Ladder())
	}
}
