package engine

import (
	"sync"

	"outdial/contact"
	"outdial/routing"
	"outdial/store"
)

// A waitroom remembers who waits in which queue, so that an agent who becomes free
// does not cost the reading of a whole queue. It is a memory and no truth: whom it
// names is read under the lock before anything rings. On a store that other nodes
// share it is not used: what they do is not heard here.
type waitroom struct {
	mu     sync.Mutex
	queues map[string]map[contact.ID]*waiter
	in     map[contact.ID]string // the queue in which a contact is known
}

// A waiter is a contact that may be offered; never changed in place.
type waiter struct {
	routing.Waiting
	instance string
}

// offerable tells whether a contact waits, and rings nowhere.
func offerable(c *contact.Contact) bool {
	return c.Waits() && c.Queue.Offer == nil && !c.Queue.Direct && c.Pause.Since.IsZero()
}

// note takes over how a contact stands after a commit.
func (r *waitroom) note(c *contact.Contact) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if q, known := r.in[c.ID]; known {
		delete(r.queues[q], c.ID)
		delete(r.in, c.ID)
	}
	if offerable(c) && r.queues[c.Queue.ID] != nil {
		r.put(c)
	}
}

func (r *waitroom) put(c *contact.Contact) {
	r.queues[c.Queue.ID][c.ID] = &waiter{waits(c), c.Instance}
	r.in[c.ID] = c.Queue.ID
}

// of gives those who wait in a queue. It is read once, from the store.
func (r *waitroom) of(t *store.Tx, queue string) ([]*waiter, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.queues[queue] == nil {
		list, err := t.Waiting(queue)
		if err != nil {
			return nil, err
		}
		if r.queues == nil {
			r.queues, r.in = map[string]map[contact.ID]*waiter{}, map[contact.ID]string{}
		}
		r.queues[queue] = make(map[contact.ID]*waiter, len(list))
		for _, c := range list {
			if offerable(c) {
				r.put(c)
			}
		}
	}
	out := make([]*waiter, 0, len(r.queues[queue]))
	for _, w := range r.queues[queue] {
		out = append(out, w)
	}
	return out, nil
}

// gone forgets one who did not wait after all, unless he was noted anew meanwhile.
func (r *waitroom) gone(w *waiter) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.queues[w.Queue][w.Contact] == w {
		delete(r.queues[w.Queue], w.Contact)
		delete(r.in, w.Contact)
	}
}

// waitersOf gives those who may be offered of some queues of an instance.
func (e *Engine) waitersOf(t *store.Tx, instance string, queues []string) (out []*waiter, err error) {
	for _, q := range queues {
		if !e.Store.Shared() {
			list, err := e.waiting.of(t, q)
			if err != nil {
				return nil, err
			}
			for _, w := range list {
				if w.instance == instance {
					out = append(out, w)
				}
			}
			continue
		}
		list, err := t.Waiting(q)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			if c.Instance == instance && offerable(c) {
				out = append(out, &waiter{waits(c), c.Instance})
			}
		}
	}
	return out, nil
}
