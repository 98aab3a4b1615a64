package engine

import (
	"encoding/json"

	"outdial/contact"
	"outdial/fault"
	"outdial/store"
)

// draw keeps what was said on the wire for a call that we hung up. Its contact is
// over by then and moves no more, but its timeline shall have the ladder.
func (e *Engine) draw(t *store.Tx, id contact.ID, in contact.Input) error {
	end, ok := in.(contact.CallEnded)
	if !ok || end.Ladder == "" {
		return nil
	}
	c, err := t.Contact(id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || c.Disconnected.IsZero() {
		return err
	}
	r := Turn{Input: contact.InputKind(in)}
	if r.In, err = json.Marshal(in); err != nil {
		return err
	}
	doc, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return t.Record(store.Record{Contact: id, At: e.Now(), Doc: doc})
}
