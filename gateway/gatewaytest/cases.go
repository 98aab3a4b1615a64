package gatewaytest

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
)

func (b *bench) textsInOrder() {
	c := b.Contact(0)
	for n, text := range texts {
		b.send(c, messageID(0, n), text)
		m := b.took()
		if m.Text != text {
			b.Errorf("the far side took %q, not %q", m.Text, text)
		}
		if m.To != c.Customer.Address || m.From != c.System.Address {
			b.Errorf("from %q to %q, not from %q to %q", m.From, m.To, c.System.Address, c.Customer.Address)
		}
	}
}

// contactsApart sends to several contacts at once: within each the order holds,
// and no two messages have one reference.
func (b *bench) contactsApart() {
	const contacts, each = 4, 15
	var wg sync.WaitGroup
	var mu sync.Mutex
	refs := make(map[string]bool)
	for i := range contacts {
		wg.Go(func() {
			c := b.Contact(i)
			for n := range each {
				r, err := b.Gateway.Do(b.ctx, c, contact.SendMessage{ID: messageID(i, n), Text: fmt.Sprintf("%d/%d", i, n)})
				mu.Lock()
				if err != nil || r.Ref == "" || refs[r.Ref] {
					b.Errorf("%d/%d: reference %q, %v", i, n, r.Ref, err)
				}
				refs[r.Ref] = true
				mu.Unlock()
			}
		})
	}
	next := make(map[string]int)
	for range contacts * each {
		m := b.took()
		var i, n int
		if _, err := fmt.Sscanf(m.Text, "%d/%d", &i, &n); err != nil {
			b.Fatalf("the far side took %q", m.Text)
		}
		if m.To != b.Contact(i).Customer.Address {
			b.Errorf("%q went to %s", m.Text, m.To)
		}
		if next[m.To] != n {
			b.Errorf("%s: %q came where number %d was due", m.To, m.Text, next[m.To])
		}
		next[m.To]++
	}
	wg.Wait()
}

// receipts come by the reference of the send, in the Result of a simulated world
// or from the far side.
func (b *bench) receipts() {
	c := b.Contact(0)
	r := b.send(c, messageID(0, 1), "did it arrive?")
	b.took()
	if b.Receipt == nil {
		if r.Status == contact.StatusDelivered { // it came with the OK
			return
		}
		for _, l := range r.Later {
			if l.Arrival.Receipt != nil && l.Arrival.Ref == r.Ref && l.Arrival.Receipt.Status == contact.StatusDelivered {
				return
			}
		}
		b.Fatalf("no receipt in %+v", r)
	}
	for n, status := range []string{contact.StatusDelivered, contact.StatusFailed} {
		if n > 0 {
			r = b.send(c, messageID(0, n+1), "and this?")
			b.took()
		}
		if err := b.Receipt(b.ctx, r.Ref, status); err != nil {
			b.Fatalf("%s was not acknowledged: %v", status, err)
		}
		a := b.next()
		if a.Receipt == nil || a.Receipt.Status != status || a.Input != nil {
			b.Fatalf("%+v is no receipt that says %s", a, status)
		}
		if !b.refers(r, a.Ref) {
			b.Errorf("the receipt is for %q, the message was %q", a.Ref, r.Ref)
		}
	}
}

func (b *bench) refers(r gateway.Result, ref string) bool {
	for _, known := range append(r.Refs, r.Ref) {
		if known == ref {
			return true
		}
	}
	return false
}

func (b *bench) inbound() {
	keys := make(map[string]bool)
	for i, text := range texts {
		c := b.Contact(i % 2)
		if err := b.Reply(b.ctx, c, fmt.Sprintf("mo-%d", i), text); err != nil {
			b.Fatalf("%q was not acknowledged: %v", text, err)
		}
		a := b.next()
		in, ok := a.Input.(contact.MessageReceived)
		if !ok || in.Text != text {
			b.Errorf("%+v is not the message %q", a.Input, text)
		}
		if a.Line.Customer != c.Customer.Address || a.Line.System != c.System.Address || a.Line.Subtype != c.Subtype {
			b.Errorf("it came on %+v, not on %+v", a.Line, c.Line())
		}
		if a.Key == "" || keys[a.Key] {
			b.Errorf("%q: key %q is empty or was had before", text, a.Key)
		}
		keys[a.Key] = true
	}
}

// repeated hands the same message in twice: a carrier that had no answer does.
func (b *bench) repeated() {
	c := b.Contact(0)
	var key string
	for n := range 2 {
		if err := b.Reply(b.ctx, c, "mo-same", "yes"); err != nil {
			b.Fatalf("time %d was not acknowledged: %v", n+1, err)
		}
		a := b.next()
		if n > 0 && a.Key != key {
			b.Errorf("the repeat has key %q, the first had %q", a.Key, key)
		}
		key = a.Key
	}
	if err := b.Reply(b.ctx, c, "mo-other", "yes"); err != nil {
		b.Fatal(err)
	}
	if a := b.next(); a.Key == key {
		b.Errorf("another message has the key of the first, %q", key)
	}
}

// notKept lets the house fail: the far side must not be told that all is well.
func (b *bench) notKept() {
	c := b.Contact(0)
	b.answers(func(gateway.Arrival) error { return fault.New(fault.Busy, "the store is away") })
	if err := b.Reply(b.ctx, c, "mo-1", "yes"); err == nil {
		b.Error("a message that was not kept was acknowledged")
	}
	first := b.next()
	for len(b.arrived) > 0 { // some carriers repeat by themselves
		b.next()
	}
	b.answers(nil)
	if err := b.Reply(b.ctx, c, "mo-1", "yes"); err != nil {
		b.Fatal("the repeat was not acknowledged: ", err)
	}
	if again := b.next(); again.Key != first.Key {
		b.Errorf("the repeat has key %q, the first had %q", again.Key, first.Key)
	}
}

func (b *bench) busy() { b.verdict(b.Busy, fault.Busy) }

func (b *bench) refused() { b.verdict(b.Refuse, fault.Refused) }

// verdict lets the far side refuse one send, and take the next.
func (b *bench) verdict(refuse func(*contact.Contact), want fault.Kind) {
	c := b.Contact(0)
	refuse(c)
	_, err := b.Gateway.Do(b.ctx, c, contact.SendMessage{ID: messageID(0, 1), Text: "refused"})
	if !fault.Is(err, want) {
		b.Fatalf("%v is not of kind %v", err, want)
	}
	if fault.CodeOf(err) == "" {
		b.Errorf("%v does not bear the far side's code", err)
	}
	b.send(c, messageID(0, 2), "taken")
	if m := b.took(); m.Text != "taken" {
		b.Errorf("the far side took %q", m.Text)
	}
}

func (b *bench) cancelled() {
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	_, err := b.Gateway.Do(ctx, b.Contact(0), contact.SendMessage{ID: messageID(0, 1), Text: "too late"})
	if err == nil {
		b.Fatal("done under a context that is over")
	}
	if k := fault.KindOf(err); k != fault.Busy && k != fault.Internal {
		b.Errorf("%v is of kind %v: the message would be given up", err, k)
	}
}

func (b *bench) foreign() {
	_, err := b.Gateway.Do(b.ctx, b.Contact(0), contact.StartContact{})
	if !fault.Is(err, fault.Refused) {
		b.Errorf("%v is not of kind %v", err, fault.Refused)
	}
}

// drained stops the gateway while the house still thinks about a message: Run
// returns when the house has answered, and nothing is handed in afterwards.
func (b *bench) drained() {
	c := b.Contact(0)
	thinking, think := make(chan struct{}), make(chan struct{})
	b.answers(func(gateway.Arrival) error {
		close(thinking)
		<-think
		return nil
	})
	replied := make(chan error, 1)
	go func() { replied <- b.Reply(b.ctx, c, "mo-1", "yes") }()
	select {
	case <-thinking:
	case <-b.ctx.Done():
		b.Fatal("nothing arrived")
	}
	b.stop()
	select {
	case err := <-b.ended:
		b.ended <- err
		b.Error("Run returned while the inbox was still at it")
	default:
	}
	close(think)
	select {
	case err := <-b.ended:
		b.ended <- err
	case <-b.ctx.Done():
		b.Fatal("Run does not return")
	}
	<-replied // acknowledged or not: the far side hands it in again
	heard := len(b.arrived)
	if err := b.Reply(b.ctx, c, "mo-2", "anybody there?"); err == nil {
		b.Error("a message was acknowledged after the stop")
	}
	if len(b.arrived) != heard {
		b.Error("the inbox was called after Run had returned")
	}
	_, err := b.Gateway.Do(b.ctx, c, contact.SendMessage{ID: messageID(0, 1), Text: strings.Repeat("late ", 3)})
	if err != nil && !fault.Is(err, fault.Busy) && !fault.Is(err, fault.Internal) {
		b.Errorf("a send after the stop: %v would give the message up", err)
	}
}
