package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/gateway"
	"outdial/resource"
	"outdial/store"
)

func (h *house) mark(key string) {
	h.Helper()
	h.update(func(t *store.Tx) error { return t.PutMark(key, json.RawMessage(`{}`), time.Time{}) })
}

// Whoever opts out in the middle of a conversation hears nothing more of it, on
// whatever channel and however it was said.
func TestAnOptOutIsEnforcedAtSendTime(t *testing.T) {
	for _, subtype := range []string{contact.SMS, contact.WhatsApp} {
		for _, key := range []string{engine.OptOutKey("number", customer), engine.OptOutKey("shared", customer), engine.DoNotContactKey(instance, customer)} {
			t.Run(subtype+" "+key, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					h := build(t)
					if strings.Contains(key, "shared") {
						h.number(func(n *resource.Number) { n.OptOut = "shared" })
					}
					h.flow("ask", say("a", "one", "wait"), wait("wait", "300", "end", "late"), say("late", "late", "end"), end("end"))
					r := chat("ask")
					r.Contact.Subtype = subtype
					if subtype == contact.WhatsApp { // the window is open: that is not what holds it back
						if err := h.engine.Deliver(t.Context(), inboundOf("hello", contact.WhatsApp)); err == nil {
							t.Fatal("there is an inbound flow")
						}
						h.mark("window/" + instance + "/" + ourPhone + "/" + customer)
					}
					id := h.start(r)
					h.hears(1)
					h.mark(key)
					time.Sleep(10 * time.Minute)
					synctest.Wait()
					if got := h.far.texts(); !slices.Equal(got, []string{"one"}) {
						t.Errorf("sent %q", got)
					}
					want := engine.CodeOptedOut
					if strings.HasPrefix(key, "dnc") {
						want = engine.CodeDoNotContact
					}
					if m := h.messages(id)[1]; m.Status != contact.StatusFailed || m.Code != want {
						t.Errorf("message %+v", m)
					}
					h.types(id, contact.Initiated, contact.ConnectedSystem, contact.DisconnectedType, contact.Completed, engine.RecordType)
				})
			})
		}
	}
}

func inboundOf(text, subtype string) gateway.Arrival { return inbound("", text, subtype) }

// What waits for its throttle when a STOP comes does not go out afterwards.
func TestAnOptOutReachesWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, func(c *engine.Config) { c.Throttles = map[string]float64{"carrier": 0.01} })
		h.flow("ask", say("a", "one", "wait"), wait("wait", "60000", "end", "end"), end("end"))
		h.chatTo("ask", "+12065550101")
		id := h.start(chat("ask"))
		h.hears(1)
		h.mark(engine.OptOutKey("number", customer))
		time.Sleep(time.Hour)
		synctest.Wait()
		if m := h.messages(id)[0]; m.Status != contact.StatusFailed || m.Code != engine.CodeOptedOut || len(h.far.texts()) != 1 {
			t.Errorf("message %+v, sent %q", m, h.far.texts())
		}
	})
}

func TestQuietHoursHoldAndRefuse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // it is midnight UTC on 1 January 2000: 01:00 in Berlin, 16:00 in Seattle
		h := build(t)
		h.flow("ask", say("a", "one", "b"), say("b", "two", "wait"), wait("wait", "90000", "thanks", "end"), say("thanks", "Thank you.", "end"), end("end"))
		h.number(func(n *resource.Number) { n.Quiet = "21:00-08:00" })
		german, american := "+4915112345678", "+12065550100"
		held, now := h.chatTo("ask", german), h.chatTo("ask", american)
		zoned := chat("ask")
		h.number(func(n *resource.Number) { n.Quiet, n.QuietZone = "21:00-08:00", "zone" })
		zoned.Contact.Customer.Address, zoned.Contact.Attributes = "+4915112345679", map[string]string{"zone": "America/New_York"}
		travelling := h.start(zoned)
		synctest.Wait()
		for id, want := range map[contact.ID]string{held: contact.StatusQueued, now: contact.StatusSent, travelling: contact.StatusSent} {
			if got := h.messages(id)[0].Status; got != want {
				t.Errorf("to %s at once: %s, want %s", h.contact(id).Customer.Address, got, want)
			}
		}
		if text := h.notes(held); !strings.Contains(text, "quiet hours at the recipient (Europe/Berlin)") || !strings.Contains(text, "2000-01-01T07:0") {
			t.Errorf("the timeline does not say why it waits: %s", text)
		}
		time.Sleep(7*time.Hour + 2*time.Minute)
		synctest.Wait()
		list := h.messages(held)
		if list[0].Status != contact.StatusSent || list[1].Status != contact.StatusSent || list[0].Sent.Sub(h.contact(held).Initiated) < 7*time.Hour || list[1].Sent.Before(list[0].Sent) {
			t.Errorf("in the morning: %+v, %+v", list[0], list[1])
		}
		// Refused, where the number says so; its first message ends the contact.
		h.number(func(n *resource.Number) { n.Quiet, n.QuietDo = "00:00-23:59", "refuse" })
		id := h.chatTo("ask", "+12065550177")
		synctest.Wait()
		if m := h.messages(id)[0]; m.Code != engine.CodeQuiet || m.Status != contact.StatusFailed {
			t.Errorf("message %+v", m)
		}
		h.ended(id, "CUSTOMER_CONNECTION_NOT_ESTABLISHED")
	})
}

// A customer who wrote a moment ago is awake.
func TestAReplyIsAnsweredInTheNight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // 16:00 in Seattle
		h := build(t)
		h.number(func(n *resource.Number) { n.Quiet = "17:00-08:00" })
		h.flow("ask", say("a", "one", "wait"), wait("wait", "90000", "thanks", "end"), say("thanks", "Thank you.", "later"),
			wait("later", "7200", "end", "more"), say("more", "Still there?", "end"), end("end"))
		h.flow("inbound", say("a", "Hello.", "end"), end("end"))
		id := h.start(chat("ask"))
		h.hears(1)
		time.Sleep(4 * time.Hour) // 20:00
		h.says("yes")
		h.hears(1)
		if err := h.engine.Deliver(t.Context(), gateway.Arrival{Account: "carrier", Line: contact.Line{Subtype: contact.SMS, Customer: "+12065550144", System: ourPhone},
			Input: contact.MessageReceived{Text: "hello"}}); err != nil {
			t.Fatal(err)
		}
		h.hears(1)
		time.Sleep(3 * time.Hour) // two hours after the answer nobody is taken to be awake
		synctest.Wait()
		if got := h.far.texts(); !slices.Equal(got, []string{"one", "Thank you.", "Hello."}) {
			t.Errorf("sent %q in the night", got)
		}
		time.Sleep(12 * time.Hour)
		synctest.Wait()
		if got := h.far.texts(); len(got) != 4 || got[3] != "Still there?" {
			t.Errorf("sent %q until the morning", got)
		}
		h.ended(id, "CONTACT_FLOW_DISCONNECT")
	})
}

// Who writes while something waits for the morning gets that first, and then the
// answer: what waits must not hold it up.
func TestAReplyWakesWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // 16:00 in Seattle
		h := build(t)
		h.number(func(n *resource.Number) { n.Quiet = "15:00-08:00" })
		h.flow("ask", say("a", "one", "b"), say("b", "two", "wait"), wait("wait", "90000", "thanks", "end"), say("thanks", "Thank you.", "end"), end("end"))
		id := h.start(chat("ask"))
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := h.far.texts(); len(got) != 0 {
			t.Fatalf("sent %q in the night", got)
		}
		h.says("are you there?")
		h.hears(3)
		if got := h.far.texts(); !slices.Equal(got, []string{"one", "two", "Thank you."}) {
			t.Errorf("an answer in the night: %q", got)
		}
		h.ended(id, "CONTACT_FLOW_DISCONNECT")
	})
}

// A message that became due by day and could not leave until the night waits on.
func TestTheNightFallsWhileAMessageWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // 16:00 in Seattle
		h := build(t, func(c *engine.Config) { c.Throttles = map[string]float64{"carrier": 1.0 / 600} })
		h.number(func(n *resource.Number) { n.Quiet = "17:00-08:00" })
		h.flow("ask", say("a", "one", "wait"), wait("wait", "500000", "end", "end"), end("end"))
		var ids []contact.ID
		for i := range 12 {
			ids = append(ids, h.chatTo("ask", fmt.Sprintf("+120655501%02d", i)))
		}
		time.Sleep(10 * time.Hour)
		evening := len(h.far.texts())
		time.Sleep(20 * time.Hour)
		synctest.Wait()
		if evening < 5 || evening > 7 || len(h.far.texts()) != 12 {
			t.Errorf("%d messages before the night, %d in all", evening, len(h.far.texts()))
		}
		for _, id := range ids {
			sent := h.messages(id)[0].Sent
			if hour := sent.Add(-8 * time.Hour).Hour(); hour < 8 || hour >= 17 {
				t.Errorf("a message left at %v", sent)
			}
		}
	})
}

// A carrier knows some customers by another address than the one written to.
func TestACustomerWithTwoAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		const other = "+551187654321"
		h.far.answer = func(e contact.Effect) (gateway.Result, error) {
			return gateway.Result{Ref: "ref-" + e.(contact.SendMessage).ID, Customer: other}, nil
		}
		h.flow("ask", say("a", "one", "wait"), wait("wait", "300", "thanks", "end"), say("thanks", "Thank you.", "end"), end("end"))
		id := h.chatTo("ask", "+5511987654321")
		h.hears(1)
		synctest.Wait()
		from := func(customer, replyTo string) error {
			return h.engine.Deliver(t.Context(), gateway.Arrival{Account: "carrier", ReplyTo: replyTo,
				Line: contact.Line{Subtype: contact.SMS, Customer: customer, System: ourPhone}, Input: contact.MessageReceived{Text: "yes"}})
		}
		if err := from(other, ""); err != nil {
			t.Fatal(err)
		}
		h.hears(1)
		synctest.Wait()
		h.ended(id, "CONTACT_FLOW_DISCONNECT")
		list := h.messages(id)
		if m := list[1]; m.Direction != "INBOUND" || m.From != "+5511987654321" {
			t.Errorf("the reply is %+v", m)
		}
		// Or it says which message it replies to.
		second := h.chatTo("ask", "+5521987654321")
		h.hears(1)
		synctest.Wait()
		if err := from("+552187654000", h.messages(second)[0].Ref); err != nil {
			t.Fatal(err)
		}
		h.hears(1)
		synctest.Wait()
		h.ended(second, "CONTACT_FLOW_DISCONNECT")
		if err := from("+552187654000", "nobody's"); err == nil {
			t.Error("a reply to nobody's message was taken")
		}
	})
}

// A number whose owner manages opt-outs leaves STOP and HELP to the flow; who is
// on its list by the operator's hand gets nothing all the same.
func TestSelfManagedOptOuts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, func(c *engine.Config) {
			c.Keyword = func(*contact.Contact, string) (string, string) { return "stop", "You are off the list." }
		})
		h.number(func(n *resource.Number) { n.SelfOptIn = true })
		h.flow("ask", say("a", "one", "wait"), wait("wait", "300", "b", "end"), say("b", "As you like.", "again"), wait("again", "300", "c", "end"), say("c", "more", "end"), end("end"))
		id := h.start(chat("ask"))
		h.hears(1)
		h.says("STOP")
		h.hears(1)
		synctest.Wait()
		if got := h.far.texts(); !slices.Equal(got, []string{"one", "As you like."}) {
			t.Errorf("sent %q", got)
		}
		h.mark(engine.OptOutKey("number", customer))
		time.Sleep(2 * time.Second) // in the first second the lists are as they were at its start
		h.says("hello?")
		synctest.Wait()
		list := h.messages(id)
		if m := list[len(list)-1]; m.Text != "more" || m.Code != engine.CodeOptedOut {
			t.Errorf("message %+v", m)
		}
	})
}

// A number that must not be contacted is not called either, though it came on the
// list after the call was asked for.
func TestNobodyOnTheListIsCalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.flow("speak", say("a", "hello", "end"), end("end"))
		h.mark(engine.DoNotContactKey(instance, customer))
		if _, err := h.engine.Start(t.Context(), call("speak")); err == nil {
			t.Error("the request was taken")
		}
		h.update(func(t *store.Tx) error { return t.DropMark(engine.DoNotContactKey(instance, customer)) })
		h.mark(engine.OptOutKey("number", customer)) // of messages
		h.start(call("speak"))
		h.hears(1)
		if _, ok := h.far.last().(contact.PlaceCall); !ok {
			t.Errorf("%+v", h.far.did)
		}
	})
}
