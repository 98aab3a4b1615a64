package web

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/sms"
)

// trials are test messages whose statuses are waited for.
type trials struct {
	mu   sync.Mutex
	open []*trial
}

type trial struct {
	refs []string
	news chan gateway.Receipt
}

// heard takes a status that is a test message's.
func (t *trials) heard(e *Event) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, o := range t.open {
		if slices.ContainsFunc(e.Refs, func(ref string) bool { return ref != "" && slices.Contains(o.refs, ref) }) {
			select {
			case o.news <- *e.Receipt:
			default:
			}
			return true
		}
	}
	return false
}

func (t *trials) add(refs []string) *trial {
	o := &trial{refs: refs, news: make(chan gateway.Receipt, 16)}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open = append(t.open, o)
	return o
}

func (t *trials) drop(o *trial) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open = slices.DeleteFunc(t.open, func(x *trial) bool { return x == o })
}

// Test sends one message to number and tells what happened. Where the carrier
// can reach our web-hook it waits for the message's status, until ctx is done:
// an account passes when the message is delivered, or at least a status came;
// where none can come, when the message was taken. It is sent from the account's
// own sender, whatever number of ours is named.
func (g *Gateway) Test(ctx context.Context, _, number string) (steps []string, err error) {
	if number == "" {
		return nil, fault.New(fault.Invalid, "number: is needed")
	}
	m := contact.SendMessage{Text: "This is a test message."}
	if g.config.Trial != nil {
		m = *g.config.Trial
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "an id")
	}
	m.ID = id.String()
	c := &contact.Contact{Channel: contact.Chat, Subtype: g.config.Subtype,
		Customer: contact.Endpoint{Type: contact.TelephoneNumber, Address: number},
		System:   contact.Endpoint{Type: contact.TelephoneNumber, Address: g.opt.Sender}}
	say := func(format string, args ...any) { steps = append(steps, fmt.Sprintf(format, args...)) }
	say("sending to %s from %s by %s", number, or(g.opt.Sender, "the account's own sender"), g.config.Kind)
	began := time.Now()
	r, err := g.Do(ctx, c, m)
	if err != nil {
		say("not taken after %v: %v (%s)", time.Since(began).Round(time.Millisecond), err, sms.VerdictOf(err))
		return steps, err
	}
	say("taken after %v, reference %s", time.Since(began).Round(time.Millisecond), r.Ref)
	if g.opt.HookURL == "" {
		say("whether it arrives cannot be seen: the carrier has no address for our web-hooks (publicURL)")
		return steps, nil
	}
	err = g.await(ctx, append(r.Refs, r.Ref), say)
	return steps, err
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// await waits for the statuses of a test message.
func (g *Gateway) await(ctx context.Context, refs []string, say func(string, ...any)) error {
	o := g.trials.add(refs)
	defer g.trials.drop(o)
	heard := false
	for {
		select {
		case <-ctx.Done():
			if heard { // some routes bring no word from the handset
				say("no word from the handset in time; the account and its web-hook work")
				return nil
			}
			return fault.New(fault.Exceeded, "taken, but no web-hook told in time what became of it: is its address set at the carrier?")
		case r := <-o.news:
			heard = true
			said := ""
			if r.Code != "" || r.Error != "" {
				said = clip(" "+r.Code+" "+r.Error, 300)
			}
			say("status: %s%s", r.Status, said)
			switch r.Status {
			case contact.StatusDelivered, contact.StatusRead:
				return nil
			case contact.StatusFailed:
				return &fault.Error{Kind: fault.Refused, Code: r.Code, Message: "taken, and not delivered"}
			}
		}
	}
}
