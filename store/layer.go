package store

// A layer is what a batch knows of one table: what it read, and over it what
// its units wrote. What a unit put is taken back when the unit fails. Values
// are replaced, never changed.
type layer[K comparable, V any] struct {
	m   map[K]V
	log []change[K, V] // since keep
}

type change[K comparable, V any] struct {
	k   K
	old V
	had bool
}

func (l *layer[K, V]) look(k K) (V, bool) {
	v, ok := l.m[k]
	return v, ok
}

// fill notes what was read; it stays when the unit fails.
func (l *layer[K, V]) fill(k K, v V) {
	if l.m == nil {
		l.m = map[K]V{}
	}
	l.m[k] = v
}

// put notes what was written.
func (l *layer[K, V]) put(k K, v V) {
	old, had := l.m[k]
	l.log = append(l.log, change[K, V]{k, old, had})
	l.fill(k, v)
}

// adopt puts what was written in another layer of the same kind.
func (l *layer[K, V]) adopt(other undoable) {
	o := other.(*layer[K, V])
	for _, c := range o.log {
		l.put(c.k, o.m[c.k])
	}
}

func (l *layer[K, V]) keep() { l.log = l.log[:0] }

func (l *layer[K, V]) undo() {
	for i := len(l.log) - 1; i >= 0; i-- {
		if c := l.log[i]; c.had {
			l.m[c.k] = c.old
		} else {
			delete(l.m, c.k)
		}
	}
	l.log = l.log[:0]
}
