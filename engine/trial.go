package engine

import (
	"sync"

	"outdial/gateway"
)

// trials are test messages whose receipts are waited for.
type trials struct {
	mu   sync.Mutex
	open map[trialKey]chan gateway.Receipt
}

type trialKey struct{ account, ref string }

// heard takes a receipt of a test message; false where it is of none.
func (l *trials) heard(a gateway.Arrival) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	ch, ok := l.open[trialKey{a.Account, a.Ref}]
	if !ok {
		return false
	}
	select {
	case ch <- *a.Receipt:
	default: // as many as anybody reads have come
	}
	return true
}
