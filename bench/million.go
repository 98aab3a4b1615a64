package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"outdial/contact"
	"outdial/engine"
	"outdial/store"
)

// million measures the start rate with many ended contacts of the past 30 days
// in the store.
func (b *Bench) million(ctx context.Context, start float64) error {
	url := b.Store
	if url == "" {
		url = "file:" + filepath.Join(b.dir, "million.db")
	}
	first, err := b.serve(ctx, url) // makes the demo instance
	if err != nil {
		return err
	}
	first.stop()
	begun := time.Now()
	if err := b.fill(ctx, url, first.ready.InstanceID); err != nil {
		return err
	}
	fmt.Fprintf(b.Out, "%d ended contacts written in %v\n", b.Ended, time.Since(begun).Round(time.Second))
	c, err := b.serve(ctx, url)
	if err != nil {
		return err
	}
	defer c.stop()
	c.ready.SecretAccessKey = first.ready.SecretAccessKey
	rate, err := b.startsOn(ctx, c, fmt.Sprintf("StartOutboundChatContact with %d ended contacts", b.Ended), 0, 2_000_000)
	if err == nil && start > 0 {
		fmt.Fprintf(b.Out, "  of the empty store: %.0f %%\n", 100*rate/start)
	}
	return err
}

// fill writes ended contacts as a month of work leaves them: each with its
// messages, its timeline and its events.
func (b *Bench) fill(ctx context.Context, url, instance string) error {
	s, err := store.Open(ctx, url, store.Options{Node: "bench"})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.Run(gctx) })
	g.Go(func() error {
		defer cancel()
		const unit = 500
		month := time.Now().Add(-30 * 24 * time.Hour)
		step := 30 * 24 * time.Hour / time.Duration(max(b.Ended, 1))
		for from := 0; from < b.Ended; from += unit {
			err := s.Update(gctx, store.Need{}, func(t *store.Tx) error {
				for i := from; i < min(from+unit, b.Ended); i++ {
					if err := endedContact(t, instance, i, month.Add(time.Duration(i)*step).UTC().Truncate(time.Millisecond)); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	err = g.Wait()
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return errors.Join(err, s.Close())
}

func endedContact(t *store.Tx, instance string, i int, at time.Time) error {
	subtype := contact.SMS
	c := &contact.Contact{
		ID: contact.ID(idAt(at)), Instance: instance, Channel: contact.Chat, Subtype: subtype, Method: contact.MethodAPI,
		Customer: contact.Endpoint{Type: contact.TelephoneNumber, Address: fmt.Sprintf("+1206%07d", i)},
		System:   contact.Endpoint{Type: contact.TelephoneNumber, Address: "+12065550190"}, Account: "loopback",
		Attributes: map[string]string{"name": "Ann", "appointment": "Tuesday 10:00", "answer": "confirmed"},
		Segment:    map[string]contact.SegmentValue{"connect:Subtype": {String: &subtype}},
		Initiated:  at, Connected: at, Disconnected: at.Add(time.Minute), Updated: at.Add(time.Minute),
		Reason: "CONTACT_FLOW_DISCONNECT", Delivered: true,
	}
	if err := t.Save(c); err != nil {
		return err
	}
	doc, err := json.Marshal(engine.Turn{Input: "MessageReceived", Events: []string{contact.DisconnectedType, contact.Completed}, Reason: c.Reason})
	if err != nil {
		return err
	}
	for n := range 2 {
		m := &contact.Message{ID: idAt(at.Add(time.Duration(n) * time.Second)), Contact: c.ID, Direction: "OUTBOUND", From: c.System.Address, To: c.Customer.Address,
			Channel: "SMS", Text: "Hello Ann, your appointment is on Tuesday 10:00.", Status: contact.StatusDelivered, Account: "loopback", Ref: fmt.Sprintf("ref-%d-%d", i, n), Created: at}
		if err := t.PutMessage(m); err != nil {
			return err
		}
		if err := t.PutRef(store.Ref{Account: "loopback", Ref: m.Ref}, m); err != nil {
			return err
		}
		if err := t.Record(store.Record{Contact: c.ID, At: at.Add(time.Duration(n) * time.Second), Doc: doc}); err != nil {
			return err
		}
	}
	for _, typ := range []string{contact.Initiated, contact.ConnectedSystem, contact.DisconnectedType, contact.Completed} {
		if err := t.PutEvent(store.EventRow{Contact: c.ID, At: at, Type: typ, Body: doc}); err != nil {
			return err
		}
	}
	return t.PutToken(store.Token{Key: fmt.Sprintf("chat/%s/%d", instance, i), Contact: c.ID,
		Hashes: map[string]string{"ContactFlowId": "0123456789ab"}, Expires: time.Now().Add(time.Duration(i%7) * 24 * time.Hour)})
}

// idAt makes an id as it would have been made at that time (UUIDv7, RFC 9562 §5.7).
func idAt(at time.Time) string {
	id := uuid.New()
	ms := at.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	id[6] = id[6]&0x0f | 0x70
	return id.String()
}
