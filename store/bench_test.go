package store

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"outdial/contact"
)

// start is the unit that begins an SMS contact: token, contact, line, message,
// one job, one record, two events.
type startUnit struct {
	need   Need
	token  Token
	c      *contact.Contact
	m      *contact.Message
	job    Job
	record Record
	events [2]EventRow
}

func newStart(n int64) *startUnit {
	c := chat(fmt.Sprintf("+1206%07d", n))
	c.Attributes = map[string]string{"name": "Ann Example", "appointment": "Tuesday, 24 November at 10:30", "clinic": "Northside Family Practice"}
	c.Position = contact.Position{Flow: uuid.NewString(), Hash: strings.Repeat("0123456789abcdef", 4), Action: uuid.NewString(), Visit: 1}
	c.Expires = c.Initiated.Add(25 * time.Hour)
	c.Segment = map[string]contact.SegmentValue{"connect:Subtype": {String: &c.Subtype}}
	u := &startUnit{c: c}
	u.token = Token{Key: "chat/i1/" + uuid.NewString(), Contact: c.ID, Expires: c.Initiated.Add(7 * 24 * time.Hour),
		Hashes: map[string]string{"SourceEndpoint": "a1b2c3d4", "DestinationEndpoint": "b1b2c3d4", "ContactFlowId": "c1b2c3d4", "Attributes": "d1b2c3d4"}}
	u.m = &contact.Message{ID: uuid.Must(uuid.NewV7()).String(), Contact: c.ID, Direction: "OUTBOUND", From: c.System.Address, To: c.Customer.Address,
		Channel: "SMS", Text: "Hello Ann, your appointment is on Tuesday at 10:30. 1 confirms, 2 puts off.", Status: contact.StatusQueued, Created: c.Initiated}
	doc, _ := json.Marshal(contact.SendMessage{ID: u.m.ID, Visit: 1, Text: u.m.Text})
	u.job = Job{Contact: c.ID, Lane: LaneCustomer, Account: "loopback", Due: c.Initiated, Kind: "SendMessage", Doc: doc}
	body, _ := json.Marshal(map[string]any{"version": "0", "id": uuid.NewString(), "detail-type": "Amazon Connect Contact Event", "source": "aws.connect", "account": "111122223333",
		"time": c.Initiated, "region": "us-east-1", "resources": []string{strings.Repeat("arn:", 25)}, "detail": map[string]any{"eventType": "INITIATED", "contactId": c.ID,
			"instanceArn": strings.Repeat("arn:", 25), "channel": "CHAT", "initiationMethod": "API", "initiationTimestamp": c.Initiated}})
	u.record = Record{Contact: c.ID, At: c.Initiated, Doc: body}
	for i := range u.events {
		u.events[i] = EventRow{Contact: c.ID, At: c.Initiated, Type: contact.Initiated, Body: body}
	}
	u.need = Need{Tokens: []string{u.token.Key}, Lines: []contact.Line{c.Line()}}
	return u
}

func (u *startUnit) run(t *Tx) error {
	if _, found, err := t.Token(u.token.Key, time.Now()); err != nil || found {
		return fmt.Errorf("token: %v %v", found, err)
	}
	if _, found, err := t.ContactOn(u.c.Line()); err != nil || found {
		return fmt.Errorf("line: %v %v", found, err)
	}
	if err := t.PutToken(u.token); err != nil {
		return err
	}
	if err := t.Save(u.c); err != nil {
		return err
	}
	if err := t.PutMessage(u.m); err != nil {
		return err
	}
	if err := t.Send(u.job); err != nil {
		return err
	}
	if err := t.Record(u.record); err != nil {
		return err
	}
	for _, e := range u.events {
		if err := t.PutEvent(e); err != nil {
			return err
		}
	}
	return nil
}

const callers = 64

// load runs fn from 64 callers at once, b.N times.
func load(b *testing.B, fn func(n int64) error) {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range callers {
		wg.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				if err := fn(n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "units/s")
}

func BenchmarkStart(b *testing.B) {
	databases(b, func(b *testing.B, url string) {
		s := serve(b, url, Options{Handover: func([]Job) {}})
		load(b, func(n int64) error {
			u := newStart(n)
			return s.Update(b.Context(), u.need, u.run)
		})
	})
}

// BenchmarkTurn is a turn of a contact that waits: its message is done, its
// timeline and its document grow, the next message goes.
func BenchmarkTurn(b *testing.B) {
	databases(b, func(b *testing.B, url string) {
		var in inbox
		s := serve(b, url, Options{Handover: in.take})
		units := make([]*startUnit, 1000)
		for i := range units {
			units[i] = newStart(int64(i))
			update(b, s, units[i].need, units[i].run)
		}
		var mu sync.Mutex
		free := in.drain()
		load(b, func(int64) error {
			mu.Lock()
			if len(free) == 0 {
				free = in.drain()
			}
			j := free[0]
			free = free[1:]
			mu.Unlock()
			return s.Update(b.Context(), Need{Contacts: []contact.ID{j.Contact}}, func(t *Tx) error {
				c, err := t.Contact(j.Contact)
				if err != nil {
					return err
				}
				c.Position.Visit++
				next := j
				next.Due, next.First = time.Now(), time.Time{}
				return errors.Join(t.Done(j), t.Send(next), t.Save(c), t.Record(Record{Contact: c.ID, At: time.Now(), Doc: j.Doc}))
			})
		})
	})
}

// BenchmarkStartAmongMany is BenchmarkStart in a store with as many ended
// contacts of the past 30 days as STORE_MANY says: 1,000,000 take some minutes
// and 6 GB.
func BenchmarkStartAmongMany(b *testing.B) {
	many, _ := strconv.Atoi(os.Getenv("STORE_MANY"))
	if many == 0 {
		b.Skip("STORE_MANY is not set")
	}
	databases(b, func(b *testing.B, url string) {
		s := serve(b, url, Options{Handover: func([]Job) {}})
		now := time.Now()
		var next atomic.Int64
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() {
				for n := next.Add(1); n <= int64(many); n = next.Add(1) {
					age := 30 * 24 * time.Hour * time.Duration(int64(many)-n) / time.Duration(many)
					if err := s.Update(b.Context(), Need{}, endedAt(n, now.Add(-age))); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		b.Run("start", func(b *testing.B) {
			load(b, func(n int64) error {
				u := newStart(next.Add(1))
				return s.Update(b.Context(), u.need, u.run)
			})
		})
	})
}

// endedAt keeps a contact that ended long ago.
func endedAt(n int64, at time.Time) func(t *Tx) error {
	id := uuid.Must(uuid.NewV7())
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16|uint64(binary.BigEndian.Uint16(id[6:8])))
	u := newStart(n)
	c := u.c
	c.ID, c.Initiated, c.Disconnected = contact.ID(id.String()), at, at.Add(time.Minute)
	u.m.Contact, u.token.Contact, u.record.Contact = c.ID, c.ID, c.ID
	u.token.Expires = at.Add(7 * 24 * time.Hour)
	return func(t *Tx) error {
		errs := []error{t.Save(c), t.PutMessage(u.m), t.Record(u.record)}
		if u.token.Expires.After(time.Now()) {
			errs = append(errs, t.PutToken(u.token))
		}
		for _, e := range u.events {
			e.Contact = c.ID
			errs = append(errs, t.PutEvent(e))
		}
		return errors.Join(errs...)
	}
}
