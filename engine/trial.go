package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/store"
)

// trials are test messages whose receipts are waited for.
type trials struct {
	mu   sync.Mutex
	open map[trialKey]chan gateway.Receipt
}

type trialKey struct{ account, ref string }

// heard takes a receipt of a test message; false where it is of none.
func (l *trials) heard(a gateway.Arrival) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	ch, ok := l.open[trialKey{a.Account, a.Ref}]
	if !ok {
		return false
	}
	select {
	case ch <- *a.Receipt:
	default: // as many as anybody reads have come
	}
	return true
}

// expect lets receipts of references be heard, until drop is called.
func (l *trials) expect(account string, refs []string) (news <-chan gateway.Receipt, drop func()) {
	ch := make(chan gateway.Receipt, 16)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		l.open = map[trialKey]chan gateway.Receipt{}
	}
	for _, ref := range refs {
		l.open[trialKey{account, ref}] = ch
	}
	return ch, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, ref := range refs {
			delete(l.open, trialKey{account, ref})
		}
	}
}

// A Trial is a test message, or a test call, that an operator asks for.
type Trial struct {
	Instance string // whose number sends it
	From     string // our number or sender
	To       string // the handset
	Subtype  string // contact.SMS, contact.WhatsApp or contact.Telephony
	Text     string
	// Account is the one to be tried; "" is those of the route, one after the
	// other as a message would.
	Account string
}

// A Step is one thing that happened in a trial.
type Step struct {
	At      time.Time `json:"at"`
	Account string    `json:"account,omitempty"`
	What    string    `json:"what"`
}

// A trying is a trial under way.
type trying struct {
	e     *Engine
	steps []Step
}

func (y *trying) say(account, format string, args ...any) {
	y.steps = append(y.steps, Step{time.Now().UTC(), account, fmt.Sprintf(format, args...)})
}

// Try sends a test message, or places a test call, and tells hop by hop what
// became of it until ctx is done; the error is why it did not pass. An account
// that passed is proven. No contact comes of it, and a recipient who has opted
// out gets none.
func (e *Engine) Try(ctx context.Context, r Trial) ([]Step, error) {
	y := &trying{e: e}
	c := &contact.Contact{ID: newID(), Instance: r.Instance, Channel: contact.Chat, Subtype: r.Subtype, Account: r.Account,
		Customer: contact.Endpoint{Type: contact.TelephoneNumber, Address: r.To},
		System:   contact.Endpoint{Type: contact.TelephoneNumber, Address: r.From}}
	if r.Subtype == contact.Telephony {
		c.Channel = contact.Voice
	}
	list, err := e.pathOf(ctx, c)
	if r.Account != "" {
		list = []string{r.Account}
	}
	if err != nil {
		y.say("", "not sent: %v", err)
		return y.steps, err
	}
	if len(list) == 0 {
		return y.steps, fault.New(fault.Invalid, "from: no carrier account serves %s", r.From)
	}
	for i, name := range list {
		if e.Gateways[name] == nil {
			return y.steps, fault.New(fault.NotFound, "account: there is no carrier account %q", name)
		}
		l := e.lineOf(name)
		if !l.Up {
			y.say(name, "it is down (circuit %s): %s", l.Circuit, l.LastError)
		}
		if err = y.account(ctx, name, c, r.Text); err == nil {
			return y.steps, e.prove(ctx, name)
		}
		if more := fault.Is(err, fault.Denied) || fault.Is(err, fault.Busy); !more || i == len(list)-1 {
			break
		}
		y.say(list[i+1], "the next route")
	}
	return y.steps, err
}

// account tries one account.
func (y *trying) account(ctx context.Context, name string, c *contact.Contact, text string) error {
	if tester, ok := y.e.Gateways[name].(gateway.Tester); ok {
		said, err := tester.Test(ctx, c.System.Address, c.Customer.Address)
		for _, s := range said {
			y.say(name, "%s", s)
		}
		return err
	}
	if c.Channel == contact.Voice {
		return fault.New(fault.Invalid, "account: %s cannot be tried by a call", name)
	}
	y.say(name, "sending to %s from %s", c.Customer.Address, c.System.Address)
	began := time.Now()
	m := contact.SendMessage{ID: string(newID()), Text: text}
	r, err := y.e.perform(ctx, y.e.Gateways[name], c, m)
	y.e.tally(name, m, err)
	took := time.Since(began).Round(time.Millisecond)
	if err != nil {
		y.say(name, "not taken after %v: %v", took, err)
		return err
	}
	refs := sortedRefs(append(r.Refs, r.Ref)...)
	y.say(name, "taken after %v as %d segments, reference %s", took, max(1, r.Segments), r.Ref)
	if r.Note != "" {
		y.say(name, "%s", r.Note)
	}
	if r.Status == contact.StatusDelivered {
		y.say(name, "delivered")
		return nil
	}
	if len(r.Later) > 0 || len(refs) == 0 { // a simulated world reports in its own time
		y.say(name, "no receipt is waited for")
		return nil
	}
	return y.await(ctx, name, refs, began)
}

// await waits for the receipts of all parts. A message that was taken has passed
// though no word comes of its arrival: many accounts give none.
func (y *trying) await(ctx context.Context, name string, refs []string, began time.Time) error {
	news, drop := y.e.trials.expect(name, refs)
	defer drop()
	for left := len(refs); left > 0; {
		select {
		case <-ctx.Done():
			y.say(name, "no receipt in time: the carrier took it, whether it arrived is not known")
			return nil
		case r := <-news:
			y.say(name, "receipt after %v: %s %s %s", time.Since(began).Round(time.Millisecond), r.Status, r.Code, r.Error)
			switch r.Status {
			case contact.StatusDelivered, contact.StatusRead:
				left--
			case contact.StatusFailed:
				return &fault.Error{Kind: fault.Refused, Code: r.Code, Message: "taken, and not delivered"}
			}
		}
	}
	return nil
}

// prove remembers that an account works.
func (e *Engine) prove(ctx context.Context, account string) error {
	doc, err := json.Marshal(time.Now().UTC())
	if err != nil {
		return err
	}
	// The test's time may be over by now; that it passed is kept all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), doing)
	defer cancel()
	return e.Store.Update(ctx, store.Need{}, func(t *store.Tx) error { return t.PutMark(provenKey(account), doc, time.Time{}) })
}
