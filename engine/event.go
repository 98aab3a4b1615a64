package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sort"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

// put keeps a resource from a value.
func put(t *store.Tx, kind resource.Kind, instance, id, name string, v any) error {
	doc, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return t.PutResource(store.Row{Kind: string(kind), Instance: instance, ID: id, Name: name, Doc: doc})
}

// envelope is EventBridge's. https://docs.aws.amazon.com/connect/latest/adminguide/contact-events.html
type envelope struct {
	Version    string   `json:"version"`
	ID         string   `json:"id"`
	DetailType string   `json:"detail-type"`
	Source     string   `json:"source"`
	Account    string   `json:"account"`
	Time       string   `json:"time"`
	Region     string   `json:"region"`
	Resources  []string `json:"resources"`
	Detail     any      `json:"detail"`
}

type detail struct {
	EventType    string            `json:"eventType"`
	ContactID    contact.ID        `json:"contactId"`
	Initial      contact.ID        `json:"initialContactId,omitempty"`
	Previous     contact.ID        `json:"previousContactId,omitempty"`
	Related      contact.ID        `json:"relatedContactId,omitempty"`
	Channel      contact.Channel   `json:"channel"`
	Instance     string            `json:"instanceArn"`
	Method       string            `json:"initiationMethod"`
	Initiated    string            `json:"initiationTimestamp"`
	Connected    string            `json:"connectedToSystemTimestamp,omitempty"`
	Disconnected string            `json:"disconnectTimestamp,omitempty"`
	Reason       string            `json:"disconnectReason,omitempty"`                // ours: AWS tells it in the record only
	AMD          string            `json:"answeringMachineDetectionStatus,omitempty"` // ours, likewise
	Queue        *detailQueue      `json:"queueInfo,omitempty"`
	Agent        *detailAgent      `json:"agentInfo,omitempty"`
	Voice        *detailVoice      `json:"CustomerVoiceActivity,omitempty"` // AWS's own capitals
	Campaign     *detailCampaign   `json:"campaign,omitempty"`
	Tags         map[string]string `json:"tags,omitempty"`
	Updated      []string          `json:"updatedProperties,omitempty"`
	Segment      any               `json:"segmentAttributes,omitempty"`
	Message      *contact.Message  `json:"message,omitempty"` // of MESSAGE_STATUS
}

type detailQueue struct {
	ARN      string `json:"queueArn"`
	Type     string `json:"queueType"`
	Enqueued string `json:"enqueueTimestamp"`
}

type detailAgent struct {
	ARN       string `json:"agentArn"`
	Connected string `json:"connectedToAgentTimestamp,omitempty"`
}

type detailVoice struct {
	Start string `json:"greetingStartTimestamp"`
	End   string `json:"greetingEndTimestamp"`
}

type detailCampaign struct {
	ID string `json:"campaignId"`
}

// stamp writes a time as contact events do.
func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format("2006-01-02T15:04:05.000Z")
}

// publish keeps an event and asks for its delivery to every sink. The end of a
// contact brings its record with it.
func (w *writer) publish(ev contact.Event) error {
	i, err := store.Load[resource.Instance](w.t, resource.KindInstance, w.c.Instance)
	if err != nil {
		return err
	}
	w.events = append(w.events, ev.Type)
	row := store.EventRow{ID: w.t.EventID(w.c.ID, ev.At), Contact: w.c.ID, At: ev.At, Type: ev.Type}
	if len(w.e.Sinks) > 0 || len(ev.Updated) > 0 { // else nobody is told, and what it would say can be said later
		if row.Body, err = EventBody(i, w.c, row, ev); err != nil {
			return err
		}
	}
	if err := w.e.emit(w.t, row); err != nil {
		return err
	}
	record := ev.Type == contact.Completed || ev.Type == contact.DataUpdated && !w.c.Open()
	if !record {
		return nil
	}
	row = store.EventRow{ID: w.t.EventID(w.c.ID, ev.At), Contact: w.c.ID, At: ev.At, Type: RecordType}
	if len(w.e.Sinks) > 0 {
		if row.Body, err = json.Marshal(Record(i, w.c)); err != nil {
			return err
		}
	}
	return w.e.emit(w.t, row)
}

// RecordType is the type under which contact records are kept among events.
const RecordType = "CONTACT_RECORD"

// EventBody words an event of c as it stood when it happened: what came later is
// left out.
func EventBody(i *resource.Instance, c *contact.Contact, row store.EventRow, ev contact.Event) (json.RawMessage, error) {
	past := *c
	if past.Connected.After(ev.At) {
		past.Connected = time.Time{}
	}
	if past.Disconnected.After(ev.At) {
		past.Disconnected, past.Reason = time.Time{}, ""
	}
	c = &past
	d := detail{
		EventType: ev.Type, ContactID: c.ID, Initial: c.InitialID, Previous: c.PreviousID, Related: c.RelatedID,
		Channel: c.Channel, Instance: i.ARN, Method: c.Method, Initiated: stamp(c.Initiated), Connected: stamp(c.Connected),
		Disconnected: stamp(c.Disconnected), Reason: c.Reason, AMD: c.AMDStatus, Updated: ev.Updated, Message: ev.Message,
		Tags: map[string]string{"aws:connect:instanceId": i.ID},
	}
	if c.System.Address != "" {
		d.Tags["aws:connect:systemEndpoint"] = c.System.Address
	}
	if len(c.Segment) > 0 {
		d.Segment = c.Segment
	}
	if q := c.Queue; q != nil && !q.Enqueued.After(ev.At) {
		d.Queue = &detailQueue{ARN: queueARN(i, q), Type: cmp.Or(q.Type, "STANDARD"), Enqueued: stamp(q.Enqueued)}
	}
	if c.Agent != nil && !c.Agent.Accepted.After(ev.At) {
		d.Agent = &detailAgent{ARN: i.ARN + "/agent/" + c.Agent.ID, Connected: stamp(c.Agent.Connected)}
	}
	if c.Campaign != "" {
		d.Campaign = &detailCampaign{c.Campaign}
	}
	if c.Call != nil && !c.Call.GreetStart.IsZero() {
		d.Voice = &detailVoice{stamp(c.Call.GreetStart), stamp(c.Call.GreetEnd)}
	}
	return json.Marshal(envelope{
		Version: "0", ID: row.ID, DetailType: "Amazon Connect Contact Event", Source: "aws.connect", Account: i.Account,
		Time: ev.At.UTC().Format(time.RFC3339), Region: i.Region, Resources: []string{i.ARN, i.ARN + "/contact/" + string(c.ID)}, Detail: d,
	})
}

// Events gives the events that q selects, each with its words.
func Events(t *store.Tx, q store.EventQuery) ([]store.EventRow, error) {
	rows, err := t.Events(q)
	if err != nil {
		return nil, err
	}
	for k := range rows {
		r := &rows[k]
		if len(r.Body) > 0 {
			continue
		}
		c, err := t.Contact(r.Contact)
		if err != nil {
			return nil, err
		}
		i, err := store.Load[resource.Instance](t, resource.KindInstance, c.Instance)
		if err != nil {
			return nil, err
		}
		if r.Type == RecordType {
			if r.Body, err = json.Marshal(Record(i, c)); err != nil {
				return nil, err
			}
			continue
		}
		if r.Body, err = EventBody(i, c, *r, contact.Event{Type: r.Type, Contact: r.Contact, At: r.At}); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// emit keeps an event and asks for its delivery.
func (e *Engine) emit(t *store.Tx, row store.EventRow) error {
	if err := t.PutEvent(row); err != nil {
		return err
	}
	for _, sink := range e.Sinks {
		if err := e.deliverTo(t, sink, row.Contact, row.ID, row.Body); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) deliverTo(t *store.Tx, sink string, id contact.ID, eventID string, body json.RawMessage) error {
	doc, err := json.Marshal(contact.PublishEvent{Sink: sink, ID: eventID, Body: body})
	if err != nil {
		return err
	}
	return t.Send(store.Job{Contact: id, Lane: store.LaneSink + sink, Account: SinkPrefix + sink, Due: e.Now(),
		Kind: "PublishEvent", Doc: doc, First: time.Now(), Held: e.crowded(SinkPrefix + sink)})
}

// Replay sends kept events to the sinks again, and gives back what was parked.
func (e *Engine) Replay(ctx context.Context, q store.EventQuery) (n int, err error) {
	err = e.Store.Update(ctx, store.Need{}, func(t *store.Tx) error {
		n = 0
		for _, sink := range slices.Concat(e.Sinks, e.LogSinks) {
			k, err := t.Unpark(SinkPrefix+sink, e.Now())
			if err != nil {
				return err
			}
			n += k
		}
		if q.Contact == "" && q.From.IsZero() && q.To.IsZero() && len(q.Types) == 0 {
			return nil
		}
		rows, err := Events(t, q)
		if err != nil {
			return err
		}
		for _, r := range rows {
			for _, sink := range e.Sinks {
				if err := e.deliverTo(t, sink, r.Contact, r.ID, r.Body); err != nil {
					return err
				}
				n++
			}
		}
		return nil
	})
	e.Nudge()
	return n, err
}

// sinkPatience is how long a sink is tried before its events are parked.
const sinkPatience = 72 * time.Hour

// sinkFailed tries a sink again with a growing pause, and parks after three days,
// or at once where the sink says that it is gone for good.
func (e *Engine) sinkFailed(ctx context.Context, j store.Job, err error) {
	if time.Since(j.First) < sinkPatience && !fault.Is(err, fault.Refused) {
		e.back(ctx, j, err, pause(j.Tries))
		return
	}
	e.log.Error("an event is parked: its sink does not take it", "account", j.Account, "contact", j.Contact, "err", err)
	e.settle(ctx, j, nil, func(t *store.Tx) error { return t.Park(j, err.Error()) })
}

// status tells the sinks what became of a message.
func (e *Engine) status(t *store.Tx, m *contact.Message) error {
	if len(e.Sinks) == 0 || m.Contact == "" {
		return nil
	}
	c, err := t.Contact(m.Contact)
	if err != nil {
		return err
	}
	i, err := store.Load[resource.Instance](t, resource.KindInstance, c.Instance)
	if err != nil {
		return err
	}
	at := e.Now()
	row := store.EventRow{ID: t.EventID(c.ID, at), Contact: c.ID, At: at, Type: contact.MessageStatus}
	row.Body, err = EventBody(i, c, row, contact.Event{Type: row.Type, Contact: c.ID, At: row.At, Message: m})
	if err != nil {
		return err
	}
	return e.emit(t, row)
}

// sorted gives the keys of a map in order.
func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
