package engine

import (
	"outdial/contact"
	"outdial/flow"
	"outdial/routing"
)

// Metrics is the state of a queue, or of an agent's own, and of the agents who
// serve it, on a channel or ("") all.
// https://docs.aws.amazon.com/connect/latest/adminguide/metrics-definitions.html
func (w *world) Metrics(queue string, ch contact.Channel) flow.Metrics {
	m, err := w.metrics(queue, ch)
	if err != nil {
		// A turn that is run ahead of its batch cannot look, and is run again.
		w.t.After(func() { w.e.log.Error("metrics", "queue", queue, "err", err) })
	}
	return m
}

func (w *world) metrics(queue string, ch contact.Channel) (m flow.Metrics, err error) {
	id, _ := w.local("", queue)
	waiting, err := w.t.Waiting(id)
	if err != nil {
		return m, err
	}
	now := w.e.Now()
	for _, c := range waiting {
		if ch == "" || c.Channel == ch {
			m.Waiting++
			m.Oldest = max(m.Oldest, now.Sub(c.Queue.Enqueued))
			m.Since = append(m.Since, c.Queue.Enqueued)
		}
	}
	agents, err := Agents(w.t, w.i.ID)
	if err != nil {
		return m, err
	}
	for _, a := range agents {
		r, err := a.routed(w.t)
		if err != nil {
			return m, err
		}
		if a.Status != Offline && servesOn(&r, id, ch) {
			count(&m, a, &r, ch)
		}
	}
	if m.Available > 0 {
		return m, nil
	}
	if m.Wait, err = waitOf(w.t, id, now); err == nil {
		m.Wait = max(m.Wait, m.Oldest)
	}
	return m, err
}

// servesOn tells whether an agent serves a queue on a channel.
func servesOn(r *routing.Agent, queue string, ch contact.Channel) bool {
	if queue == r.ID {
		return true
	}
	for _, q := range r.Serves {
		if q.Queue == queue && (ch == "" || q.Channel == "" || q.Channel == string(ch)) {
			return true
		}
	}
	return false
}

// count adds an agent who is online.
func count(m *flow.Metrics, a *Agent, r *routing.Agent, ch contact.Channel) {
	m.Online++
	work, busy := false, false
	for _, h := range a.InHand {
		work, busy = work || h.State == AfterWork, busy || h.State != AfterWork
	}
	if work {
		m.AfterWork++
	}
	if busy {
		m.Busy++
	}
	switch {
	case a.Status == MissedCall:
		m.Missed++
	case a.Status != Available && !busy && !work:
		m.NonProduct++
		return
	}
	m.Staffed++
	if ch != "" && r.Free(ch) || ch == "" && freeFor(r) {
		m.Available++
	}
}

// freeFor tells whether an agent can take anything.
func freeFor(r *routing.Agent) bool {
	for _, ch := range []contact.Channel{contact.Voice, contact.Chat, contact.Task, contact.Email} {
		if r.Free(ch) {
			return true
		}
	}
	return false
}
