package engine

import (
	"sync"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

// numbers remembers which number of an instance an address is, for as long as no
// resource changes: it is asked at every send.
type numbers struct {
	mu      sync.Mutex
	version int64
	ids     map[[2]string]string // by instance and address; "" is none
}

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

func (n *numbers) look(key [2]string, version int64) (id string, known bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.version != version {
		return "", false
	}
	id, known = n.ids[key]
	return id, known
}

// keep notes what was found; a map that grows by what strangers dial is emptied.
func (n *numbers) keep(key [2]string, version int64, id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.version != version || n.ids == nil || len(n.ids) >= 10_000 {
		n.version, n.ids = version, make(map[[2]string]string)
	}
	n.ids[key] = id
}
