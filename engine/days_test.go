package engine_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/gateway"
	"outdial/resource"
	"outdial/store"
)

// Two days pass: messages wait for their throttle and for the morning, the
// carrier is away for a while, windows close, and each message goes once or is
// refused for a reason.
func TestTwoDays(t *testing.T) {
	real := time.Now()
	synctest.Test(t, func(t *testing.T) {
		first, second := newRoute(), newRoute()
		h := build(t, func(c *engine.Config) {
			c.Gateways["carrier"], c.Gateways["other"] = first, second
			c.Throttles = map[string]float64{"carrier": 0.02, "other": 0.01}
		})
		h.number(func(n *resource.Number) { n.Quiet, n.Routes = "20:00-08:00", []string{"other"} })
		tries := 0
		first.answer = func(e contact.Effect) (gateway.Result, error) {
			if tries++; tries%7 == 0 {
				return gateway.Result{}, &fault.Error{Kind: fault.Busy, Code: "ESME_RTHROTTLED", Message: "not now"}
			}
			return gateway.Result{Ref: fmt.Sprint("first-", tries)}, nil
		}
		h.flow("ask", say("a", "one", "wait"), wait("wait", "14400", "thanks", "again"), say("again", "two", "end"), say("thanks", "Thank you.", "end"), end("end"))
		var ids []contact.ID
		// Seattle, Berlin, Tokyo; one of five on WhatsApp, beginning with a template.
		for i := range 600 {
			r := chat("ask")
			r.Contact.Customer.Address = fmt.Sprintf([]string{"+1206555%04d", "+49151234%05d", "+8190123%05d"}[i%3], i)
			r.Contact.Expires = time.Now().Add(7 * 24 * time.Hour)
			if i%5 == 0 {
				r.Contact.Subtype = contact.WhatsApp
				r.Contact.Initial = []contact.SendMessage{{Text: "Hello", Template: &contact.Template{Name: "hello"}, Initial: true}}
			}
			ids = append(ids, h.start(r))
		}
		time.Sleep(10 * time.Hour)
		first.down.Store(true)
		time.Sleep(6 * time.Hour)
		first.down.Store(false)
		time.Sleep(32 * time.Hour)
		synctest.Wait()
		h.twoDaysLater(ids)
		if n := len(second.texts()); n == 0 {
			t.Error("nothing went by the second route while the first was down")
		}
	})
	t.Logf("48 hours took %v", time.Since(real).Round(time.Millisecond))
}

// twoDaysLater says what is wrong with the messages of contacts.
func (h *house) twoDaysLater(ids []contact.ID) {
	h.Helper()
	zones := map[byte]string{'1': "America/Los_Angeles", '4': "Europe/Berlin", '8': "Asia/Tokyo"}
	perHour, counts := map[int64]int{}, map[string]int{}
	err := h.store.View(h.Context(), func(t *store.Tx) error {
		for _, id := range ids {
			list, err := t.Messages(id)
			if err != nil {
				return err
			}
			for _, m := range list {
				counts[m.Channel+" "+m.Status+" "+m.Code]++
				if m.Sent.IsZero() {
					continue
				}
				perHour[int64(m.Sent.Unix()/3600)]++
				zone, err := time.LoadLocation(zones[m.To[1]])
				if err != nil {
					return err
				}
				if hour := m.Sent.In(zone).Hour(); hour < 8 || hour >= 20 {
					h.Errorf("a message to %s left at %v", m.To, m.Sent.In(zone))
				}
			}
		}
		return nil
	})
	if err != nil {
		h.Fatal(err)
	}
	for hour, n := range perHour { // 72 and 36 an hour, and a bucket of one each
		if n > 72+36+2 {
			h.Errorf("%d messages in hour %d", n, hour)
		}
	}
	// Free text on WhatsApp, to customers who never wrote, is refused.
	if counts["WHATSAPP SENT "] != 120 || counts["WHATSAPP FAILED 131047"] == 0 || counts["SMS FAILED "] != 0 {
		h.Errorf("messages: %v", counts)
	}
	if sms := counts["SMS SENT "]; sms < 700 {
		h.Errorf("%d short messages went: %v", sms, counts)
	}
}
