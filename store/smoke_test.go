package store

import (
	"outdial/contact"
	"testing"
)

func TestSmoke(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		var got []Job
		s := serve(t, url, Options{Handover: func(j []Job) { got = append(got, j...) }})
		u := newStart(1)
		update(t, s, u.need, u.run)
		update(t, s, Need{Contacts: []contact.ID{u.c.ID}}, func(tx *Tx) error {
			c, err := tx.Contact(u.c.ID)
			if err != nil {
				return err
			}
			c.Name = "x"
			if err := tx.Done(got[0]); err != nil {
				return err
			}
			return tx.Save(c)
		})
		view(t, s, func(tx *Tx) error {
			c, err := tx.Contact(u.c.ID)
			if err != nil {
				return err
			}
			if c.Name != "x" {
				t.Error(c.Name)
			}
			js, err := tx.Jobs(c.ID, 0)
			if len(js) != 0 {
				t.Error(js)
			}
			l, next, err := tx.Contacts(ContactQuery{Instance: "i1"})
			if len(l) != 1 || next != "" {
				t.Error(l, next)
			}
			return err
		})
	})
}
