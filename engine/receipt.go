package engine

import (
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/store"
)

// receipt brings a message's status up to date. It never moves a flow.
func (e *Engine) receipt(t *store.Tx, a gateway.Arrival) error {
	m, err := t.MessageOf(store.Ref{Account: a.Account, Ref: a.Ref})
	if fault.Is(err, fault.NotFound) && e.trials.heard(a) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := e.alias(t, m, a.Receipt.Customer); err != nil {
		return err
	}
	at := a.Receipt.At
	if at.IsZero() {
		at = e.Now()
	}
	status := a.Receipt.Status
	if part, ok := m.Parts[a.Ref]; ok {
		if rank[status] <= rank[part] {
			return nil
		}
		m.Parts[a.Ref] = status
		if status = ofParts(m.Parts); rank[status] <= rank[m.Status] {
			return t.PutMessage(m)
		}
	} else if len(m.Parts) > 0 && status != contact.StatusFailed {
		return nil // of a part that does not decide
	}
	return e.advanceStatus(t, m, status, a.Receipt.Code, a.Receipt.Error, at)
}

// ofParts is the status of a message by those of its parts: that of the part
// which is the least far, but a part that failed has failed it.
func ofParts(parts map[string]string) string {
	least := contact.StatusRead
	for _, s := range parts {
		if s == contact.StatusFailed {
			return s
		}
		if rank[s] < rank[least] {
			least = s
		}
	}
	return least
}

// partsOf gives the parts of a message that has just been sent whose receipts
// decide what became of it; nil where any receipt does.
func partsOf(refs []string, status, receipts string) map[string]string {
	if len(refs) < 2 || receipts == gateway.OnePart {
		return nil
	}
	if receipts == gateway.LastPart {
		return map[string]string{refs[len(refs)-1]: status}
	}
	parts := make(map[string]string, len(refs))
	for _, ref := range refs {
		parts[ref] = status
	}
	if len(parts) < 2 {
		return nil // all have the same
	}
	return parts
}

// rank orders statuses: a receipt never takes a message back.
var rank = map[string]int{
	contact.StatusQueued: 0, contact.StatusUnknown: 1, contact.StatusSent: 2, contact.StatusFailed: 3,
	contact.StatusDelivered: 4, contact.StatusRead: 5, contact.StatusCancelled: 6,
}

func (e *Engine) advanceStatus(t *store.Tx, m *contact.Message, status, code, text string, at time.Time) error {
	if rank[status] <= rank[m.Status] {
		return nil
	}
	m.Status = status
	if code != "" {
		m.Code = code
	}
	if text != "" {
		m.Error = text
	}
	switch status {
	case contact.StatusDelivered:
		m.Delivered = at
	case contact.StatusRead:
		m.Read = at
	case contact.StatusFailed:
		m.Failed = at
	}
	if err := t.PutMessage(m); err != nil {
		return err
	}
	return e.status(t, m)
}
