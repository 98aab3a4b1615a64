package signal

import (
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"outdial/gateway/voice/voicetest"
)

// An answer that comes twice at once may be handed to us the second one first: it
// is the same phone's all the same, and nobody hangs up on it.
func TestAnswerTwiceAtOnce(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		p := b.net.Phone(b, theirIP+":5060")
		defer p.Close()
		c := b.dial(nil)
		m := p.Expect("INVITE")
		c.do(func() {
			again := sip.NewResponseFromRequest(c.current.req, 200, "OK", nil)
			again.To().Params.Add("tag", "callee")
			again.SetSource(theirIP + ":5060")
			c.strayed(again)
		})
		p.Nothing(100 * time.Millisecond)
		p.Reply(m, "200 OK", "callee", "", voicetest.SDP(theirIP, 6000))
		p.Expect("ACK")
		p.Expect("ACK") // for the other one
		c.wants(theirTerms, "answered")
		p.Nothing(5 * time.Second)
		hangUp(p.Called(m, "callee"), c)
	})
}
