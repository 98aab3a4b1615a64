package engine

import (
	"context"

	"outdial/contact"
	"outdial/store"
)

// queue moves a contact within routing. Who gets whom is decided elsewhere; here
// the contact only takes or leaves its place.
func (e *Engine) queue(ctx context.Context, j store.Job, q contact.Queue) {
	e.settle(ctx, j, nil, func(t *store.Tx) error { return t.Done(j) })
}
