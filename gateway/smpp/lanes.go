package smpp

import (
	"sync"

	"golang.org/x/sync/errgroup"
)

// maxTaken bounds what the far side may ask before it is answered. What is
// beyond is put off by its status.
const maxTaken = 2000

// lanes run tasks at once, but for those of one key, which go one after the
// other: the messages of one customer must not overtake each other.
type lanes struct {
	mu     sync.Mutex
	group  *errgroup.Group
	queues map[string][]func()
	n      int
	empty  chan struct{} // closed when n falls to zero; nil while nobody waits
}

func newLanes() *lanes { return &lanes{queues: map[string][]func(){}} }

// open lets tasks run in g.
func (l *lanes) open(g *errgroup.Group) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.group = g
}

// put runs task after those of its key; not ok where there are too many.
func (l *lanes) put(key string, task func()) (ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.group == nil || l.n >= maxTaken {
		return false
	}
	l.n++
	q, running := l.queues[key]
	if running {
		l.queues[key] = append(q, task)
		return true
	}
	l.queues[key] = nil
	l.group.Go(func() error {
		for task != nil {
			task()
			task = l.next(key)
		}
		return nil
	})
	return true
}

// next gives the next task of a key; nil ends its lane.
func (l *lanes) next(key string) func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n--
	if l.n == 0 && l.empty != nil {
		close(l.empty)
		l.empty = nil
	}
	q := l.queues[key]
	if len(q) == 0 {
		delete(l.queues, key)
		return nil
	}
	l.queues[key] = q[1:]
	return q[0]
}

// close takes no more tasks, and waits for those there are.
func (l *lanes) close() {
	l.mu.Lock()
	l.group = nil
	var empty chan struct{}
	if l.n > 0 {
		empty = make(chan struct{})
		l.empty = empty
	}
	l.mu.Unlock()
	if empty != nil {
		<-empty
	}
}
