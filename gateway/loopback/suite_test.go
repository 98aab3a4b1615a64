package loopback

import (
	"context"
	"fmt"
	"testing"

	"outdial/contact"
	"outdial/gateway/gatewaytest"
)

func TestSuite(t *testing.T) {
	gatewaytest.Run(t, func(t *testing.T) gatewaytest.Carrier {
		w, err := Open(Config{Account: "sim", Journal: tempJournal(t)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { w.Close() })
		number := func(i int) string { return fmt.Sprintf("+120655502%02d", i) }
		return gatewaytest.Carrier{
			Gateway: w,
			Account: "sim",
			Contact: func(i int) *contact.Contact { return chat(number(i)) },
			Ready: func(ctx context.Context) error {
				select {
				case <-w.serves:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			},
			Took: took(t, w, number),
			Reply: func(ctx context.Context, c *contact.Contact, id, text string) error {
				_, err := w.writeAs(ctx, id, c.Customer.Address, Writing{To: c.System.Address, Channel: SMS, Text: text})
				return err
			},
			Busy: func(c *contact.Contact) {
				if err := w.Script(c.Customer.Address, []Step{{On: onMessage, Do: doBusy}}); err != nil {
					t.Error(err)
				}
			},
			Refuse: func(c *contact.Contact) {
				if err := w.Script(c.Customer.Address, []Step{{On: onMessage, Do: doFail}}); err != nil {
					t.Error(err)
				}
			},
		}
	})
}

// took gives what arrives at the first four handsets.
func took(t *testing.T, w *World, number func(int) string) func(context.Context) (gatewaytest.Taken, error) {
	taken := make(map[string]bool)
	var changed [4]<-chan struct{}
	for i := range changed {
		var stop func()
		changed[i], stop = w.Watch(number(i))
		t.Cleanup(stop)
	}
	return func(ctx context.Context) (gatewaytest.Taken, error) {
		for {
			for i := range changed {
				for _, m := range w.Handset(number(i)).Messages {
					if m.Direction == In && !taken[m.ID] {
						taken[m.ID] = true
						return gatewaytest.Taken{From: m.From, To: m.To, Text: m.Text, Ref: m.ID}, nil
					}
				}
			}
			select {
			case <-changed[0]:
			case <-changed[1]:
			case <-changed[2]:
			case <-changed[3]:
			case <-ctx.Done():
				return gatewaytest.Taken{}, ctx.Err()
			}
		}
	}
}
