package smpp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"outdial/gateway/sms"
)

// maxGroups bounds the long messages whose parts are waited for: beyond it the
// oldest are handed on as they are.
const maxGroups = 10000

// again is the pause before an incomplete message that the inbox could not take
// is offered again.
const again = 30 * time.Second

// groupsAtOnce is how many groups are looked at by one question to the shelf.
const groupsAtOnce = 500

// parts joins inbound messages. A part is on the shelf before it is answered:
// the others may come to another process.
type parts struct {
	shelf   Shelf
	timeout time.Duration
	log     *slog.Logger

	mu   sync.Mutex
	open int                  // messages that were waited for at the last look
	held map[string]time.Time // by key: not to be offered again before
}

func newParts(s *settings, shelf Shelf, log *slog.Logger) *parts {
	return &parts{shelf: shelf, timeout: s.PartsTimeout, log: log, held: map[string]time.Time{}}
}

// groupKey tells messages apart, as far as their headers do.
func groupKey(p *sms.Part) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %d %v %d", p.From, p.To, p.Ref, p.Wide, p.Total))
	return "parts/" + hex.EncodeToString(sum[:16])
}

// add keeps a part, and tells what became of it and its group. The group of
// another message is given back as it stands, unless it is over: then it was
// dealt with, and the part takes its place.
func (p *parts) add(ctx context.Context, part sms.Part, over *sms.Group, now time.Time) (g *sms.Group, state sms.State, err error) {
	err = p.shelf.Change(ctx, groupKey(&part), func(doc []byte) ([]byte, error) {
		g = p.read(doc)
		if g == nil || g.Done && now.Sub(g.At) >= p.timeout || over != nil && g.At.Equal(over.At) {
			g = sms.NewGroup(part, now)
		}
		before := len(g.Parts)
		if state = g.Add(part); len(g.Parts) == before {
			return doc, nil
		}
		return json.Marshal(g)
	})
	return g, state, err
}

// read gives a group; nil where there is none, or none that can be read.
func (p *parts) read(doc []byte) *sms.Group {
	if doc == nil {
		return nil
	}
	g := new(sms.Group)
	if err := json.Unmarshal(doc, g); err != nil || g.Parts == nil {
		p.log.Error("parts of an inbound message cannot be read", "err", err)
		return nil
	}
	return g
}

// finish says that a group's message was handed on. Repeats of its parts are
// known by what stays of it.
func (p *parts) finish(ctx context.Context, part *sms.Part, now time.Time) error {
	return p.shelf.Change(ctx, groupKey(part), func(doc []byte) ([]byte, error) {
		g := p.read(doc)
		if g == nil || g.Done {
			return doc, nil
		}
		g.Finish(now)
		return json.Marshal(g)
	})
}

// drop forgets the parts that were handed on without the ones that never came. A
// straggler that came meanwhile begins a message of its own.
func (p *parts) drop(ctx context.Context, key string, handed *sms.Group, now time.Time) error {
	return p.shelf.Change(ctx, key, func(doc []byte) ([]byte, error) {
		g := p.read(doc)
		if g == nil || !g.At.Equal(handed.At) {
			return doc, nil
		}
		for seq := range handed.Parts {
			delete(g.Parts, seq)
		}
		if len(g.Parts) == 0 || g.Done {
			return nil, nil
		}
		g.At = now
		return json.Marshal(g)
	})
}

// An overdue group is to be handed on as it is.
type overdue struct {
	key   string
	group *sms.Group
}

// look finds the messages that are waited for no longer, the oldest first, and
// forgets those that were handed on long ago.
func (p *parts) look(ctx context.Context, now time.Time) (list []overdue, err error) {
	var waiting []overdue
	for after := ""; ; {
		keys, docs, err := p.shelf.List(ctx, after, groupsAtOnce)
		if err != nil {
			return nil, err
		}
		for i, key := range keys {
			after = key
			switch g := p.read(docs[i]); {
			case g == nil:
				err = p.shelf.Change(ctx, key, func([]byte) ([]byte, error) { return nil, nil })
			case !g.Done:
				waiting = append(waiting, overdue{key, g})
			case now.Sub(g.At) >= p.timeout:
				err = p.drop(ctx, key, g, now)
			}
			if err != nil {
				return nil, err
			}
		}
		if len(keys) < groupsAtOnce {
			break
		}
	}
	slices.SortFunc(waiting, func(a, b overdue) int { return a.group.Older(b.group) })
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = len(waiting)
	for i, w := range waiting {
		late := now.Sub(w.group.At) >= p.timeout || len(waiting)-i > maxGroups
		if late && !now.Before(p.held[w.key]) {
			p.held[w.key] = now.Add(again)
			list = append(list, w)
		}
	}
	for key, until := range p.held {
		if now.Sub(until) > again {
			delete(p.held, key)
		}
	}
	return list, nil
}

// waiting counts the messages that were not whole when it was looked last.
func (p *parts) waiting() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.open
}
