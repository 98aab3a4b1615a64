package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"outdial/contact"
)

// TestCensus counts what is open, what waits in a queue, and what is due.
func TestCensus(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{})
		now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		update(t, s, Need{}, func(tx *Tx) error {
			for i := range 5 {
				c := &contact.Contact{ID: contact.ID(fmt.Sprint("c", i)), Instance: "i", Channel: contact.Chat, Method: "API", Initiated: now}
				switch i {
				case 0:
					c.Channel = contact.Voice
				case 1, 2:
					c.Queue = &contact.Queued{ID: "q", Enqueued: now}
				case 3:
					c.Disconnected = now
				}
				tx.Fresh(c.ID)
				if err := tx.Save(c); err != nil {
					return err
				}
			}
			for i, due := range []time.Duration{-time.Minute, -time.Second, time.Hour} {
				if err := tx.Send(Job{Contact: contact.ID(fmt.Sprint("c", i)), Account: "a", Kind: "Wake", Due: now.Add(due)}); err != nil {
					return err
				}
			}
			return nil
		})
		n, err := s.Census(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range n.Open {
			got = append(got, fmt.Sprint(o.Channel, " ", o.Queued, " ", o.N))
		}
		slices.Sort(got)
		if fmt.Sprint(got) != "[CHAT false 1 CHAT true 2 VOICE false 1]" || n.Due != 2 || n.Oldest != time.Minute || n.Parked != 0 {
			t.Errorf("%v %+v", got, n)
		}
	})
}
