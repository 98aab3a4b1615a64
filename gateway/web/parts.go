package web

import (
	"context"
	"encoding/hex"
	"hash/fnv"
	"strconv"
	"strings"
	"sync"
	"time"

	"outdial/fault"
)

// Bounds of inbound messages that come in parts.
const (
	partsWait  = 5 * time.Second  // how long one part's answer waits for the others
	partsTime  = 10 * time.Minute // how long missing parts are waited for
	partsKnown = time.Hour        // how long repeats of a message's parts are known
	maxWholes  = 10000
)

// gap stands for a part that never came.
const gap = "[...]"

// parts puts together texts that a carrier hands in by parts, each by a request
// of its own. No part is answered before the whole message is kept: a carrier
// that gets no answer in time delivers that part again, so that a crash loses
// nothing though parts are in memory only.
type parts struct {
	mu     sync.Mutex
	wholes map[partsKey]*whole
}

type partsKey struct {
	from, to, group string
	total           int
}

// A whole is a message of which some parts are there.
type whole struct {
	partsKey
	event Event // of the first part that came
	texts map[int]string
	since time.Time
	state int           // collecting, handing, handed
	done  chan struct{} // closed when an attempt to hand it on is over
	err   error
}

const (
	collecting = iota
	handing
	handed
)

func newParts() *parts { return &parts{wholes: map[partsKey]*whole{}} }

// add keeps a part. now tells that the message is whole and the caller's to
// hand on.
func (p *parts) add(e *Event) (w *whole, now bool, err error) {
	k := partsKey{e.From, e.To, e.Part.Group, e.Part.Total}
	if e.Part.Seq < 1 || e.Part.Seq > k.total || k.total > 255 {
		return nil, false, fault.New(fault.Invalid, "part: %d of %d", e.Part.Seq, k.total)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	w = p.wholes[k]
	if w != nil && w.state == handed && w.texts[e.Part.Seq] != e.Text {
		w = nil // the carrier uses the same group for another message
	}
	if w == nil {
		if len(p.wholes) >= maxWholes {
			return nil, false, fault.New(fault.Busy, "too many messages wait for parts")
		}
		w = &whole{partsKey: k, event: *e, texts: map[int]string{}, since: time.Now(), done: make(chan struct{})}
		p.wholes[k] = w
	}
	if w.state != collecting {
		return w, false, nil
	}
	w.texts[e.Part.Seq] = e.Text
	if len(w.texts) < k.total {
		return w, false, nil
	}
	w.state = handing
	return w, true, nil
}

// settle ends an attempt to hand w on. One that failed starts anew: every part
// comes again.
func (p *parts) settle(w *whole, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.err = err
	if w.state = handed; err != nil && !final(err) {
		if p.wholes[w.partsKey] == w {
			delete(p.wholes, w.partsKey)
		}
	}
	close(w.done)
}

// expired takes the messages whose missing parts are waited for no longer, and
// forgets those that were handed on long ago.
func (p *parts) expired(now time.Time) (out []*whole) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for k, w := range p.wholes {
		switch {
		case w.state == collecting && now.Sub(w.since) >= partsTime:
			w.state = handing
			out = append(out, w)
		case w.state == handed && now.Sub(w.since) >= partsKnown:
			delete(p.wholes, k)
		}
	}
	return out
}

// waiting counts the messages that wait for parts.
func (p *parts) waiting() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.wholes {
		if w.state == collecting {
			n++
		}
	}
	return n
}

// whole gives the message. Its key tells it from any other message, and not
// from itself handed in again.
func (w *whole) whole() *Event {
	e := w.event
	e.Part = nil
	var b strings.Builder
	for i := range w.total {
		t, ok := w.texts[i+1]
		if !ok {
			t = gap
		}
		b.WriteString(t)
	}
	e.Text = b.String()
	h := fnv.New128a()
	for _, s := range []string{w.from, w.to, w.group, strconv.Itoa(w.total), e.Text} {
		_, _ = h.Write(append([]byte(s), 0))
	}
	e.Key = "parts-" + hex.EncodeToString(h.Sum(nil))
	return &e
}

// part takes one part of a message. The last one hands the message on; the
// others wait for it.
func (g *Gateway) part(ctx context.Context, e *Event) error {
	w, now, err := g.parts.add(e)
	if err != nil {
		return err
	}
	if now {
		err := g.message(ctx, w.whole())
		g.parts.settle(w, err)
		return err
	}
	timer := time.NewTimer(partsWait)
	defer timer.Stop()
	select {
	case <-w.done:
		return w.err
	case <-timer.C:
	case <-ctx.Done():
	case <-g.stopped:
	}
	return busy(CodeNoTime, "other parts of the message have not come yet")
}

// incomplete hands on a message of which parts never came.
func (g *Gateway) incomplete(w *whole) {
	if !g.enter() {
		return
	}
	defer g.leave()
	ctx, cancel := context.WithTimeout(context.Background(), keeping)
	defer cancel()
	err := g.message(ctx, w.whole())
	if err == nil {
		g.counts.incomplete.Add(1)
		g.log.Warn("parts of an inbound message never came", "to", w.to, "missing", w.total-len(w.texts), "of", w.total)
	}
	g.parts.settle(w, err)
}
