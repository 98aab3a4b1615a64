package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
)

func contactIDs(list []*contact.Contact) (ids []contact.ID) {
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestContactPages(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{})
		begin := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		var all []*contact.Contact // newest first
		for i := range 25 {
			c := chat(fmt.Sprintf("+120655501%02d", i))
			c.Initiated = begin.Add(time.Duration(i/3) * time.Hour) // three at a time
			if i%4 == 0 {
				c.Channel, c.Subtype = contact.Voice, contact.Telephony
			}
			if i%5 == 0 {
				c.Method = contact.MethodInbound
			}
			if i%2 == 0 {
				c.Disconnected = begin.Add(100 * time.Hour)
			}
			all = append(all, c)
		}
		foreign := chat("+12065550100")
		foreign.Instance = "i2"
		update(t, s, Need{}, func(tx *Tx) error {
			for _, c := range append(all, foreign) {
				if err := tx.Save(c); err != nil {
					return err
				}
			}
			return nil
		})
		slices.SortFunc(all, func(a, b *contact.Contact) int {
			if n := b.Initiated.Compare(a.Initiated); n != 0 {
				return n
			}
			if a.ID > b.ID {
				return -1
			}
			return 1
		})
		yes, no := true, false
		for name, test := range map[string]struct {
			q    ContactQuery
			want func(c *contact.Contact) bool
		}{
			"all":      {ContactQuery{}, func(*contact.Contact) bool { return true }},
			"from":     {ContactQuery{From: begin.Add(3 * time.Hour)}, func(c *contact.Contact) bool { return !c.Initiated.Before(begin.Add(3 * time.Hour)) }},
			"to":       {ContactQuery{To: begin.Add(3 * time.Hour)}, func(c *contact.Contact) bool { return c.Initiated.Before(begin.Add(3 * time.Hour)) }},
			"voice":    {ContactQuery{Channels: []string{"VOICE", "TASK"}}, func(c *contact.Contact) bool { return c.Channel == contact.Voice }},
			"inbound":  {ContactQuery{Methods: []string{"INBOUND"}}, func(c *contact.Contact) bool { return c.Method == "INBOUND" }},
			"customer": {ContactQuery{Customer: "+12065550107"}, func(c *contact.Contact) bool { return c.Customer.Address == "+12065550107" }},
			"open":     {ContactQuery{Open: &yes}, func(c *contact.Contact) bool { return c.Open() }},
			"ended":    {ContactQuery{Open: &no, Channels: []string{"CHAT"}}, func(c *contact.Contact) bool { return !c.Open() && c.Channel == contact.Chat }},
		} {
			var want []contact.ID
			for _, c := range all {
				if test.want(c) {
					want = append(want, c.ID)
				}
			}
			for _, limit := range []int{0, 1, 4, len(want)} {
				q := test.q
				q.Instance, q.Limit = "i1", limit
				var got []contact.ID
				for pages := 0; pages < 30; pages++ {
					var page []*contact.Contact
					view(t, s, func(tx *Tx) (err error) {
						page, q.After, err = tx.Contacts(q)
						return err
					})
					got = append(got, contactIDs(page)...)
					if q.After == "" {
						break
					}
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s by %d: %d contacts, want %d", name, limit, len(got), len(want))
				}
			}
		}
		view(t, s, func(tx *Tx) error {
			for _, bad := range []string{"x", "1", "x.y"} {
				if _, _, err := tx.Contacts(ContactQuery{Instance: "i1", After: bad}); !fault.Is(err, fault.Invalid) {
					t.Errorf("page %q: %v", bad, err)
				}
			}
			n, err := tx.OpenContacts("i1", contact.Chat)
			if n != 12 || err != nil {
				t.Errorf("open: %d %v", n, err)
			}
			return nil
		})
	})
}

func TestQueueAndCalls(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{})
		now := time.Now().UTC().Truncate(time.Millisecond)
		call := func(queue string, waits time.Duration) *contact.Contact {
			c := chat("+12065550100")
			c.Channel, c.Node = contact.Voice, "n1"
			c.Queue = &contact.Queued{ID: queue, Enqueued: now.Add(-waits)}
			return c
		}
		first, second, left, elsewhere, ended := call("q", time.Hour), call("q", time.Minute), call("q", 0), call("r", 0), call("q", 0)
		left.Queue.Dequeued = now
		elsewhere.Node = "n2"
		ended.Disconnected = now
		update(t, s, Need{}, func(tx *Tx) error {
			for _, c := range []*contact.Contact{second, left, first, elsewhere, ended} {
				if err := tx.Save(c); err != nil {
					return err
				}
			}
			return nil
		})
		check := func(tx *Tx, waiting, calls []contact.ID, open int) {
			t.Helper()
			list, err := tx.Waiting("q")
			if err != nil || !slices.Equal(contactIDs(list), waiting) {
				t.Errorf("waiting: %v %v, want %v", contactIDs(list), err, waiting)
			}
			ids, err := tx.CallsOf("n1")
			slices.Sort(calls)
			if err != nil || !slices.Equal(ids, calls) {
				t.Errorf("calls: %v %v, want %v", ids, err, calls)
			}
			n, err := tx.OpenContacts("i1", contact.Voice)
			if err != nil || n != open {
				t.Errorf("open: %d %v, want %d", n, err, open)
			}
			none, err := tx.Waiting("")
			if err != nil || len(none) != 0 {
				t.Errorf("waiting nowhere: %v %v", none, err)
			}
		}
		view(t, s, func(tx *Tx) error {
			check(tx, []contact.ID{first.ID, second.ID}, []contact.ID{first.ID, second.ID, left.ID}, 4)
			return nil
		})
		update(t, s, Need{}, func(tx *Tx) error {
			c, err := tx.Contact(first.ID)
			if err != nil {
				return err
			}
			c.Disconnected = now
			if err := tx.Save(c); err != nil {
				return err
			}
			third := call("q", 2*time.Minute)
			third.Node = ""
			if err := tx.Save(third); err != nil {
				return err
			}
			check(tx, []contact.ID{third.ID, second.ID}, []contact.ID{second.ID, left.ID}, 4)
			return nil
		})
	})
}

func TestLines(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{})
		a, b := chat("+12065550100"), chat("+12065550100")
		save := func(c *contact.Contact) error {
			return s.Update(t.Context(), Need{Lines: []contact.Line{c.Line()}, Contacts: []contact.ID{c.ID}}, func(tx *Tx) error { return tx.Save(c) })
		}
		on := func(l contact.Line, want contact.ID) {
			t.Helper()
			view(t, s, func(tx *Tx) error {
				id, found, err := tx.ContactOn(l)
				if id != want || found != (want != "") {
					t.Errorf("on the line: %q %v, want %q", id, found, want)
				}
				return err
			})
		}
		line := a.Line()
		if err := save(a); err != nil {
			t.Fatal(err)
		}
		if err := save(b); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second contact on the line: %v", err)
		}
		on(line, a.ID)
		voice := chat("+12065550100")
		voice.Channel = contact.Voice
		if err := save(voice); err != nil {
			t.Errorf("a call on the line: %v", err)
		}
		a.System.Address = "+12065550198" // it moves to another line
		if err := save(a); err != nil {
			t.Fatal(err)
		}
		on(line, "")
		on(a.Line(), a.ID)
		if err := save(b); err != nil {
			t.Fatal(err)
		}
		on(line, b.ID)
		b.Disconnected = time.Now()
		if err := save(b); err != nil {
			t.Fatal(err)
		}
		on(line, "")
		// One ends and another begins in a single unit.
		c := chat("+12065550100")
		if err := save(c); err != nil {
			t.Fatal(err)
		}
		d := chat("+12065550100")
		update(t, s, Need{Contacts: []contact.ID{c.ID}}, func(tx *Tx) error {
			c, err := tx.Contact(c.ID)
			if err != nil {
				return err
			}
			c.Disconnected = time.Now()
			if err := tx.Save(c); err != nil {
				return err
			}
			return tx.Save(d)
		})
		on(line, d.ID)
	})
}
