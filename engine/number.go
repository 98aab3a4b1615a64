package engine

import (
	"sync"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

// known remembers what was found among the resources, for as long as none of
// them changes.
type known[K comparable, V any] struct {
	mu      sync.Mutex
	version int64
	m       map[K]V
}

// numbers remembers which number of an instance an address is: it is asked at
// every send. "" is none.
type numbers = known[[2]string, string]

// owners remembers whose number an address is: it is asked at every arrival.
type owners = known[string, owner]

// An owner is the instance that has a number, and the opt-out list which that
// number keeps; "" where the address is a sender that is no number.
type owner struct{ instance, optOut string }

// numberAt gives the number of an instance that is dialled as address; nil where
// there is none.
func (e *Engine) numberAt(t *store.Tx, instance, address string) (*resource.Number, error) {
	key, version := [2]string{instance, address}, e.Store.ResourceVersion()
	id, known := e.numbers.look(key, version)
	if !known {
		row, err := t.ResourceNamed(resource.KindNumber, instance, address)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		id = row.ID
		e.numbers.keep(key, version, id)
	}
	if id == "" {
		return nil, nil
	}
	n, err := store.Load[resource.Number](t, resource.KindNumber, id)
	if fault.Is(err, fault.NotFound) { // it went in this very moment
		return nil, nil
	}
	return n, err
}

func (n *known[K, V]) look(k K, version int64) (v V, known bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.version != version {
		return v, false
	}
	v, known = n.m[k]
	return v, known
}

// keep notes what was found; a map that grows by what strangers dial is emptied.
func (n *known[K, V]) keep(k K, version int64, v V) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.version != version || n.m == nil || len(n.m) >= 10_000 {
		n.version, n.m = version, make(map[K]V)
	}
	n.m[k] = v
}
