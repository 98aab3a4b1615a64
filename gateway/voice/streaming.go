package voice

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/voice/media"
	"outdial/gateway/voice/stream"
)

// A live is the live stream of a call.
type live struct {
	s     *stream.Stream
	party string
	untap func()
	taken bool // the far side has taken it
}

// stream begins or ends the live stream of a call. That it has begun is told when
// the far side has taken it: the flow waits for that, the call does not.
func (k *call) stream(c *contact.Contact, v contact.StreamCall) (gateway.Result, error) {
	if !v.Enabled {
		k.stopStream("flow")
		return gateway.Result{Input: contact.StreamChanged{Visit: v.Visit}}, nil
	}
	if k.g.streams == nil {
		return gateway.Result{}, fault.New(fault.Refused, "the trunk has no address to stream calls to (stream.url)")
	}
	k.stopStream("changed")
	b := stream.Start{
		Stream: uuid.NewString(), Contact: string(c.ID), Instance: c.Instance, Account: k.g.set.Name,
		Customer: c.Customer.Address, System: c.System.Address, Parameters: map[string]string{},
	}
	l := &live{party: partyOfAll}
	from, to := slices.Contains(v.Tracks, "From"), slices.Contains(v.Tracks, "To")
	if from {
		b.Tracks = append(b.Tracks, stream.FromCustomer)
	}
	if to {
		b.Tracks = append(b.Tracks, stream.ToCustomer)
	}
	switch {
	case !to:
		l.party = partyOfCustomer
	case !from:
		l.party = partyOfAgent
	}
	for _, name := range k.g.streams.Attributes() {
		if value, ok := c.Attributes[name]; ok {
			b.Parameters[name] = value
		}
	}
	l.s = k.g.streams.Stream(b)
	l.untap = k.media.Tap(media.Timed(l.s.Take, l.s.Begun()))
	k.live = l
	k.writing++
	k.g.group.Go(func() error {
		t := l.s.Run(func(err error) { k.loop.Post(func() { k.streaming(l, v.Visit, err) }) })
		k.loop.Post(func() { k.streamed(l, t) })
		return nil
	})
	return gateway.Result{}, nil
}

// streaming tells that the stream has begun, or that it will not.
func (k *call) streaming(l *live, visit int, err error) {
	if err == nil {
		l.taken = true
		k.leg.Ladder().Note("streamed to " + l.place())
		k.tell(contact.StreamChanged{Visit: visit})
		return
	}
	k.drop(l, "")
	if !k.over {
		k.g.log.Warn("a call is not streamed", "contact", k.id, "to", l.place(), "err", err)
		k.tell(contact.EffectFailed{Visit: visit, Effect: "StreamCall", Code: fault.CodeOf(err), Message: "the call cannot be streamed: " + err.Error()})
	}
}

// place is where it goes to, without what may be secret.
func (l *live) place() string {
	place, _, _ := strings.Cut(l.s.Address(), "?")
	return place
}

// stopStream ends the stream of the call, if there is one.
func (k *call) stopStream(reason string) {
	if k.live != nil {
		k.drop(k.live, reason)
	}
}

func (k *call) drop(l *live, reason string) {
	if l.untap != nil {
		l.untap()
		l.untap = nil
	}
	l.s.Stop(reason)
	if k.live == l {
		k.live = nil
	}
}

// streamed keeps what came of a stream.
func (k *call) streamed(l *live, t stream.Totals) {
	k.writing--
	k.g.streamed.add(t)
	if t.Dropped > 0 && l.taken {
		k.g.log.Warn("a stream is not whole", "contact", k.id, "to", l.place(), "messages", t.Sent, "dropped", t.Dropped, "broken off", t.Breaks)
	}
	if l.taken {
		k.tell(contact.RecordingKept{Recording: contact.Recording{
			Path: l.place(), Party: l.party, Started: l.s.Begun().UTC(), Stopped: time.Now().UTC(), Live: true, Last: int64(t.Last), Lost: t.Dropped,
		}})
	}
	k.leave()
}

// StreamCounts are what came of the live streams that are over.
type StreamCounts struct {
	Streams int64 `json:"streams"`
	Sent    int64 `json:"sent"`    // messages of sound
	Dropped int64 `json:"dropped"` // of them that the far side did not get
	Breaks  int64 `json:"breaks"`  // connections that were lost
}

type streamCounts struct {
	mu sync.Mutex
	n  StreamCounts
}

func (c *streamCounts) add(t stream.Totals) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n.Streams++
	c.n.Sent += t.Sent
	c.n.Dropped += t.Dropped
	c.n.Breaks += t.Breaks
}

func (c *streamCounts) now() *StreamCounts {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.n
	return &n
}
