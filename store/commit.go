package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"
)

// maxBatch is how many units are committed together.
const maxBatch = 256

// States of a unit.
const (
	unitWaits int32 = iota
	unitTaken
	unitDropped
)

// A unit is a call of Update on its way.
type unit struct {
	need  Need
	fn    func(*Tx) error
	state atomic.Int32
	done  chan error
	err   error
	// again is set where the unit needs a contact that another node has: it
	// takes part in the next batch.
	again bool
	// skipped counts the batches in which it was.
	skipped int
	ahead   *batch // what it wrote ahead of its batch
	after   []func()
	entry   int64 // of the timeline, see batch.entry
}

// commitAll makes batches until ctx is done.
func (s *Store) commitAll(ctx context.Context) {
	var left []*unit // what another node held up
	for {
		units := left
		if len(units) == 0 {
			select {
			case u := <-s.queue:
				units = s.take(units, u)
			case <-ctx.Done():
				s.refuse(nil)
				return
			}
		}
		units = s.gather(units)
		if ctx.Err() != nil {
			s.refuse(units)
			return
		}
		// A batch that has begun is brought to its end.
		left = s.commit(context.WithoutCancel(ctx), units)
	}
}

func (s *Store) take(units []*unit, u *unit) []*unit {
	if u.state.CompareAndSwap(unitWaits, unitTaken) {
		units = append(units, u)
	}
	return units
}

// gather adds what is ready to units. Those who were answered just now get to
// run before it closes the batch: many of them ask again at once.
func (s *Store) gather(units []*unit) []*unit {
	for idle := 0; len(units) < maxBatch; {
		select {
		case u := <-s.queue:
			units = s.take(units, u)
			idle = 0
		default:
			if idle++; idle > patience {
				return units
			}
			runtime.Gosched()
		}
	}
	return units
}

// patience is how often gather lets others run before it takes what it has.
const patience = 2

// refuse answers units, and what is in the queue, when Run ends.
func (s *Store) refuse(units []*unit) {
	for {
		for _, u := range units {
			u.done <- errStopped
		}
		if units = s.gather(nil); len(units) == 0 {
			return
		}
	}
}

// stubborn is after how many batches a unit that is held up by another node
// waits for its contacts instead of trying: alone, and with all its locks taken
// in order by one statement, so that nobody waits for it in turn.
const stubborn = 3

// commit commits units together and answers them. It gives back those that must
// take part in the next batch.
func (s *Store) commit(ctx context.Context, units []*unit) (left []*unit) {
	if len(units) == 0 {
		return nil
	}
	wait := false
	for i, u := range units {
		if u.skipped >= stubborn {
			wait = true
			left = append(append(left, units[:i]...), units[i+1:]...)
			units = []*unit{u}
			break
		}
	}
	for try := 0; ; try++ {
		err := s.commitOnce(ctx, units, wait)
		if err != nil {
			for _, u := range units {
				u.ahead = nil // what it made must be made anew
			}
		}
		if errors.Is(err, errAgain) && try < 3 {
			continue
		}
		if (errors.Is(err, errPoison) || errors.Is(err, errAgain)) && len(units) > 1 {
			// One of them is to blame; the others shall not suffer for it.
			for _, u := range units {
				left = append(left, s.commit(ctx, []*unit{u})...)
			}
			return left
		}
		for _, u := range units {
			switch {
			case err != nil:
				u.done <- fmt.Errorf("store: not kept: %w", err)
			case u.again:
				u.skipped++
				left = append(left, u)
			default:
				u.done <- u.err
			}
		}
		return left
	}
}

// commitOnce runs a batch. Where it returns an error, nothing of it is kept.
func (s *Store) commitOnce(ctx context.Context, units []*unit, wait bool) error {
	c, err := s.db.write(ctx)
	if err != nil {
		return err
	}
	defer c.rollback()
	b := &batch{s: s, ctx: ctx, c: c, wait: wait, real: time.Now(), version: s.cache.current()}
	if err := b.begin(); err != nil {
		return err
	}
	if err := b.load(needs(units)); err != nil {
		return err
	}
	b.wait = false // who holds one contact must not wait for another
	for _, u := range units {
		if err := b.step(u); err != nil {
			return err
		}
	}
	list, handed, err := b.flush()
	if err != nil {
		return err
	}
	if len(list) > 0 {
		if err := c.commit(ctx, list...); err != nil {
			return err
		}
	}
	for _, u := range units {
		if u.err == nil && !u.again {
			u.kept()
		}
	}
	if len(list) > 0 {
		if s.o.Committed != nil {
			s.o.Committed(len(units), time.Since(b.real))
		}
		b.committed(handed)
	}
	return nil
}

func (u *unit) kept() {
	for _, fn := range u.after {
		fn()
	}
}

// step runs one unit over what the ones before it left. It gives an error only
// where the whole batch is lost.
func (b *batch) step(u *unit) error {
	u.err, u.again, u.after, u.entry = nil, false, nil, 0
	b.u = u
	if b.held(u.need) {
		u.again = true
		return nil
	}
	if b.adopt(u) {
		b.keep()
		return nil
	}
	if b.err != nil {
		return b.err
	}
	u.err = b.call(u.fn)
	if b.err != nil {
		return b.err
	}
	if u.err != nil || u.again {
		b.undo()
	} else {
		b.keep()
	}
	return nil
}

// call runs fn; a panic is the unit's own failure.
func (b *batch) call(fn func(*Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			b.s.o.Log.Error("a unit of work panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("store: panic in a unit of work: %v", p)
		}
	}()
	return fn(&Tx{b: b})
}

// errPoison says that a statement was refused for what stood in it.
var errPoison = errors.New("store: refused by the database")

func needs(units []*unit) (n Need) {
	for _, u := range units {
		n.Contacts = append(n.Contacts, u.need.Contacts...)
		n.Lanes = append(n.Lanes, u.need.Lanes...)
		n.Lines = append(n.Lines, u.need.Lines...)
		n.Tokens = append(n.Tokens, u.need.Tokens...)
		n.Marks = append(n.Marks, u.need.Marks...)
		n.Refs = append(n.Refs, u.need.Refs...)
	}
	return n
}

// add adds another unit's needs. The lists of a unit belong to its caller: they
// are never written to.
func (n *Need) add(m Need) {
	n.Contacts = append(slices.Clip(n.Contacts), m.Contacts...)
	n.Lanes = append(slices.Clip(n.Lanes), m.Lanes...)
	n.Lines = append(slices.Clip(n.Lines), m.Lines...)
	n.Tokens = append(slices.Clip(n.Tokens), m.Tokens...)
	n.Marks = append(slices.Clip(n.Marks), m.Marks...)
	n.Refs = append(slices.Clip(n.Refs), m.Refs...)
}
