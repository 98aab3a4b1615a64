package engine

import (
	"context"
	"sync"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/store"
)

// ours is the account of what the engine does itself: timers, what a simulated
// world does later, new contacts.
const ours = "timer"

// crowd is how many jobs of one account may wait in memory. Beyond it they wait
// in the store, where they cost nothing and no lease runs out on them.
const crowd = 2000

// doing bounds one try of an effect.
const doing = 30 * time.Second

// An account is the queue of what one gateway has to do on this node.
type account struct {
	mu      sync.Mutex
	queue   []store.Job
	running int
	closed  bool
}

func (e *Engine) account(name string) *account {
	if a, ok := e.accounts.Load(name); ok {
		return a.(*account)
	}
	a, _ := e.accounts.LoadOrStore(name, new(account))
	return a.(*account)
}

// crowded tells whether an account has so much in hand that more should wait in
// the store.
func (e *Engine) crowded(name string) bool {
	a := e.account(name)
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.queue) >= crowd
}

// Take takes the jobs that are this node's to do now; it is the store's
// Handover, and does not block.
func (e *Engine) Take(jobs []store.Job) {
	for i := range jobs {
		j := jobs[i]
		a := e.account(j.Account)
		a.mu.Lock()
		if !a.closed {
			a.queue = append(a.queue, j)
		}
		start := !a.closed && a.running < e.Workers
		if start {
			a.running++
		}
		a.mu.Unlock()
		if start {
			e.work(a)
		}
	}
}

// work starts one worker of an account; it ends when the queue is empty. Before
// Run there is nobody to wait for it, so the job stays queued until then.
func (e *Engine) work(a *account) {
	g := e.group.Load()
	if g == nil {
		a.mu.Lock()
		a.running--
		a.mu.Unlock()
		return
	}
	g.Go(func() error {
		for {
			j, ok := a.next()
			if !ok {
				return nil
			}
			ctx, cancel := context.WithTimeout(context.Background(), doing)
			e.do(ctx, j)
			cancel()
			e.rested()
		}
	})
}

func (a *account) next() (store.Job, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.queue) == 0 || a.closed {
		a.running--
		return store.Job{}, false
	}
	j := a.queue[0]
	a.queue[0] = store.Job{}
	a.queue = a.queue[1:]
	return j, true
}

// wakeAccounts starts on what was handed over before Run.
func (e *Engine) wakeAccounts() {
	e.accounts.Range(func(_, v any) bool {
		a := v.(*account)
		a.mu.Lock()
		start := len(a.queue) > 0 && a.running == 0
		if start {
			a.running++
		}
		a.mu.Unlock()
		if start {
			e.work(a)
		}
		return true
	})
}

// stopAccounts drops what has not been begun: its lease runs out, or the next
// process takes it.
func (e *Engine) stopAccounts() {
	e.accounts.Range(func(_, v any) bool {
		a := v.(*account)
		a.mu.Lock()
		a.closed, a.queue = true, nil
		a.mu.Unlock()
		return true
	})
}

// rested tells Advance that something has been done.
func (e *Engine) rested() {
	select {
	case e.rest <- struct{}{}:
	default:
	}
}

// recent remembers contacts and messages as the last turns left them, so that a
// job that is done at once needs no reading. It is a hint: what it gives may be
// a moment old, and nothing is decided by it.
type recent struct {
	mu       sync.Mutex
	contacts latest[contact.ID, *contact.Contact]
	messages latest[string, *contact.Message]
}

// remembered is how many contacts, and messages, recent has at least; it has at
// most twice as many.
const remembered = 4096

// latest keeps what was put last, in two halves: when the newer one is full, the
// older one goes.
type latest[K comparable, V any] struct{ cur, old map[K]V }

func (l *latest[K, V]) put(k K, v V) {
	if l.cur == nil || len(l.cur) >= remembered {
		l.cur, l.old = make(map[K]V), l.cur
	}
	l.cur[k] = v
}

func (l *latest[K, V]) look(k K) (V, bool) {
	v, ok := l.cur[k]
	if !ok {
		v, ok = l.old[k]
	}
	return v, ok
}

// put keeps c itself: its turn is over, and nobody changes it any more.
func (r *recent) put(c *contact.Contact) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.contacts.put(c.ID, c)
}

// absent gives the contacts of jobs that are not remembered.
func (r *recent) absent(jobs []store.Job) (ids []contact.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range jobs {
		if _, ok := r.contacts.look(jobs[i].Contact); !ok && jobs[i].Account != ours {
			ids = append(ids, jobs[i].Contact)
		}
	}
	return ids
}

// fill keeps a contact that was read, unless a turn has left a newer one.
func (r *recent) fill(c *contact.Contact) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.contacts.look(c.ID); !ok {
		r.contacts.put(c.ID, c)
	}
}

// recall reads the contacts of jobs that were leased, all at once: each would be
// read by itself when its job is done.
func (e *Engine) recall(ctx context.Context, jobs []store.Job) {
	ids := e.recent.absent(jobs)
	if len(ids) == 0 {
		return
	}
	err := e.Store.View(ctx, func(t *store.Tx) error {
		if err := t.Read(store.Need{Contacts: ids}); err != nil {
			return err
		}
		for _, id := range ids {
			c, err := t.Contact(id)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			e.recent.fill(c)
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		e.log.Warn("contacts of leased effects could not be read", "err", err)
	}
}

func (r *recent) message(m *contact.Message) {
	v := *m
	r.mu.Lock()
	defer r.mu.Unlock()
	r.messages.put(m.ID, &v)
}

func (r *recent) asked(id string) (*contact.Message, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m, ok := r.messages.look(id)
	if !ok {
		return nil, false
	}
	v := *m
	return &v, true
}

func (r *recent) contact(id contact.ID) (*contact.Contact, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.contacts.look(id)
}
