package store

import (
	"errors"
	"testing"
	"time"

	"outdial/contact"
)

// A unit that makes something is run once where nothing was there, and by its
// batch where something was; what it asked to be done after is done once.
func TestNewUnitsRunAhead(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		var in inbox
		s := serve(t, url, Options{Handover: in.take})
		u := newStart(1)
		u.need.New = true
		runs, kept := 0, 0
		start := func(x *Tx) error {
			runs++
			x.After(func() { kept++ })
			return u.run(x)
		}
		if err := s.Update(t.Context(), u.need, start); err != nil {
			t.Fatal(err)
		}
		if runs != 1 || kept != 1 {
			t.Errorf("ran %d times, kept %d times: want once", runs, kept)
		}
		if jobs := in.drain(); len(jobs) != 1 || jobs[0].Contact != u.c.ID {
			t.Errorf("handed over %+v", jobs)
		}
		view(t, s, func(x *Tx) error {
			c, err := x.Contact(u.c.ID)
			if err != nil || c.Attributes["name"] != "Ann Example" {
				t.Errorf("contact %+v, %v", c, err)
			}
			on, open, err := x.ContactOn(u.c.Line())
			if on != u.c.ID || !open || err != nil {
				t.Errorf("on its line: %q %v %v", on, open, err)
			}
			return nil
		})
		// The same again: the line is taken and the token is there.
		again := *u
		c := *u.c
		c.ID = contact.ID(newStart(2).c.ID)
		again.c = &c
		taken := errors.New("taken")
		runs, kept = 0, 0
		err := s.Update(t.Context(), u.need, func(x *Tx) error {
			runs++
			x.After(func() { kept++ })
			if _, found, err := x.Token(u.token.Key, time.Now()); found || err != nil {
				return errors.Join(taken, err)
			}
			return again.run(x)
		})
		if !errors.Is(err, taken) || runs != 2 || kept != 0 {
			t.Errorf("%v after %d runs, kept %d times", err, runs, kept)
		}
	})
}

// Two units that make the same thing in one batch: the second finds the first's.
func TestNewUnitsOfOneBatch(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := idle(t, url, Options{})
		taken := errors.New("taken")
		first := newStart(1)
		var units []*unit
		for range 2 {
			u := newStart(1)
			u.token, u.need = first.token, first.need
			u.token.Contact = u.c.ID
			fn := func(x *Tx) error {
				if _, found, err := x.Token(u.token.Key, time.Now()); found || err != nil {
					return errors.Join(taken, err)
				}
				return u.run(x)
			}
			units = append(units, &unit{need: u.need, fn: fn, ahead: s.ahead(t.Context(), u.need, fn)})
		}
		if units[0].ahead == nil || units[1].ahead == nil {
			t.Fatal("they did not run ahead of their batch")
		}
		if errs := together(t, s, units...); errs[0] != nil || !errors.Is(errs[1], taken) {
			t.Errorf("%v: want the first kept and the second refused", errs)
		}
	})
}

// What asks for more than it said is run by its batch.
func TestUnitsThatAskForMore(t *testing.T) {
	databases(t, func(t *testing.T, url string) {
		s := serve(t, url, Options{})
		kept := chat("+12065550123")
		update(t, s, Need{}, func(x *Tx) error { return x.Save(kept) })
		runs := 0
		err := s.Update(t.Context(), Need{New: true}, func(x *Tx) error {
			runs++
			_, err := x.Contact(kept.ID)
			return err
		})
		if err != nil || runs != 2 {
			t.Errorf("%v after %d runs: want it to be run again by its batch", err, runs)
		}
	})
}
