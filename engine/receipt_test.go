package engine_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/gateway"
)

// A message of several parts is delivered when all of them are, in whatever
// order the receipts come; a part that failed fails it, and may still arrive.
func TestAMessageOfPartsIsDeliveredWhenAllAre(t *testing.T) {
	const (
		sent, failed, delivered = contact.StatusSent, contact.StatusFailed, contact.StatusDelivered
	)
	type receipt struct {
		part         int
		status, want string
	}
	for name, receipts := range map[string][]receipt{
		"in order":               {{0, delivered, sent}, {1, delivered, sent}, {2, delivered, delivered}},
		"out of order":           {{2, delivered, sent}, {0, delivered, sent}, {1, delivered, delivered}},
		"with repeats":           {{0, delivered, sent}, {0, delivered, sent}, {1, delivered, sent}, {1, delivered, sent}, {2, delivered, delivered}},
		"on the way":             {{0, sent, sent}, {0, delivered, sent}, {1, delivered, sent}, {2, sent, sent}, {2, delivered, delivered}},
		"a part failed":          {{0, delivered, sent}, {1, failed, failed}, {2, delivered, failed}},
		"the first part failed":  {{0, failed, failed}, {1, delivered, failed}, {2, delivered, failed}},
		"and arrived in the end": {{0, failed, failed}, {1, delivered, failed}, {0, delivered, failed}, {2, delivered, delivered}},
		"all failed":             {{0, failed, failed}, {1, failed, failed}, {2, failed, failed}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := build(t)
				h.far.answer = func(contact.Effect) (gateway.Result, error) {
					return gateway.Result{Ref: "part-0", Refs: []string{"part-1", "part-2"}, Segments: 3}, nil
				}
				h.flow("ask", say("a", "long", "wait"), wait("wait", "300", "end", "end"), end("end"))
				id := h.start(chat("ask"))
				h.hears(1)
				synctest.Wait()
				var last time.Time
				for i, r := range receipts {
					time.Sleep(time.Second)
					last = h.engine.Now()
					err := h.engine.Deliver(t.Context(), gateway.Arrival{Account: "carrier", Ref: fmt.Sprintf("part-%d", r.part), Receipt: &gateway.Receipt{Status: r.status, Code: r.status}})
					if err != nil {
						t.Fatal(err)
					}
					if m := h.messages(id)[0]; m.Status != r.want {
						t.Fatalf("after receipt %d, %+v: %s, want %s", i, r, m.Status, r.want)
					}
				}
				if m := h.messages(id)[0]; m.Status == delivered && !m.Delivered.Equal(last) || m.Status == failed && m.Code != failed {
					t.Errorf("last receipt at %v: %+v", last, m)
				}
			})
		})
	}
}

// Carriers that send one receipt for all parts, or for the last one, leave no
// message between two states.
func TestOneReceiptForAllParts(t *testing.T) {
	const (
		sent, failed, delivered = contact.StatusSent, contact.StatusFailed, contact.StatusDelivered
	)
	for name, c := range map[string]struct {
		of, receipts string // receipts: the part's number and what came of it
		want         []string
	}{
		"one, for the first":            {gateway.OnePart, "0d", []string{delivered}},
		"one, for the last":             {gateway.OnePart, "2d", []string{delivered}},
		"one, and it failed":            {gateway.OnePart, "1f", []string{failed}},
		"one, and then it comes again":  {gateway.OnePart, "1d1d0d", []string{delivered, delivered, delivered}},
		"last":                          {gateway.LastPart, "2d", []string{delivered}},
		"last, though others are told":  {gateway.LastPart, "0d1d2d", []string{sent, sent, delivered}},
		"last, and it failed":           {gateway.LastPart, "0d2f", []string{sent, failed}},
		"last, and another part failed": {gateway.LastPart, "0f", []string{failed}},
		"last, on the way":              {gateway.LastPart, "2s2d", []string{sent, delivered}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := build(t)
				h.far.answer = func(contact.Effect) (gateway.Result, error) {
					return gateway.Result{Ref: "0", Refs: []string{"1", "2"}, PartReceipts: c.of, Segments: 3}, nil
				}
				h.flow("ask", say("a", "long", "wait"), wait("wait", "300", "end", "end"), end("end"))
				id := h.start(chat("ask"))
				h.hears(1)
				synctest.Wait()
				for i, want := range c.want {
					ref, status := c.receipts[2*i:2*i+1], map[byte]string{'d': delivered, 'f': failed, 's': sent}[c.receipts[2*i+1]]
					if err := h.engine.Deliver(t.Context(), gateway.Arrival{Account: "carrier", Ref: ref, Receipt: &gateway.Receipt{Status: status}}); err != nil {
						t.Fatal(err)
					}
					if m := h.messages(id)[0]; m.Status != want {
						t.Errorf("after receipt %d: %s, want %s", i, m.Status, want)
					}
				}
			})
		})
	}
}
