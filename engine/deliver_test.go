package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/gateway"
	"outdial/store"
)

func inbound(key, text, subtype string) gateway.Arrival {
	return gateway.Arrival{Account: "carrier", Key: key, Line: contact.Line{Subtype: subtype, Customer: customer, System: ourPhone},
		Input: contact.MessageReceived{Text: text}}
}

func TestAMessageOnAFreeLineStartsTheNumbersFlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.flow("inbound", say("a", "You wrote: $.Media.InitialMessage", "wait"), wait("wait", "60", "again", "end"), say("again", "Again.", "end"), end("end"))
		var took []contact.ID
		deliver := func(key, text string) {
			a := inbound(key, text, contact.SMS)
			a.Taken = func(id contact.ID) { took = append(took, id) }
			if err := h.engine.Deliver(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
		deliver("mo-1", "hello")
		deliver("mo-1", "hello") // the carrier repeats itself
		h.hears(1)
		deliver("mo-2", "still there?")
		h.hears(1)
		synctest.Wait()
		if got := h.far.texts(); !slices.Equal(got, []string{"You wrote: hello", "Again."}) {
			t.Errorf("sent %q", got)
		}
		list := h.contacts()
		if len(list) != 1 || list[0].Method != contact.MethodInbound || list[0].Reason != "CONTACT_FLOW_DISCONNECT" || *list[0].Segment["connect:Direction"].String != "INBOUND" {
			t.Errorf("contacts %+v", list)
		}
		var order []string
		for _, m := range h.messages(list[0].ID) {
			order = append(order, m.Text)
		}
		if !slices.Equal(order, []string{"hello", "You wrote: hello", "still there?", "Again."}) {
			t.Errorf("messages %q", order)
		}
		if !slices.Equal(took, []contact.ID{list[0].ID, list[0].ID}) {
			t.Errorf("taken by %q", took)
		}
	})
}

func (h *house) contacts() (list []*contact.Contact) {
	h.Helper()
	err := h.store.View(h.Context(), func(t *store.Tx) (err error) {
		list, _, err = t.Contacts(store.ContactQuery{Instance: instance})
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return list
}

func TestAnArrivalForNobodyIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		a := inbound("", "hello", contact.SMS)
		a.Line.System = "+12065550999"
		for name, a := range map[string]gateway.Arrival{
			"an unknown number":      a,
			"a flow that is missing": inbound("", "hello", contact.SMS),
			"an unknown contact":     {Contact: "0190aaaa-0000-7000-8000-000000000000", Input: contact.CallRinging{}},
			"an unknown reference":   {Account: "carrier", Ref: "x", Receipt: &gateway.Receipt{Status: contact.StatusDelivered}},
		} {
			if err := h.engine.Deliver(t.Context(), a); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := h.engine.Deliver(t.Context(), gateway.Arrival{Contact: "x"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("nothing: %v", err)
		}
	})
}

func TestReceiptsOnlyGoForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.flow("ask", say("a", "one", "wait"), wait("wait", "300", "end", "end"), end("end"))
		id := h.start(chat("ask"))
		h.hears(1)
		synctest.Wait()
		ref := h.messages(id)[0].Ref
		for _, s := range []struct{ status, want string }{
			{contact.StatusDelivered, contact.StatusDelivered}, {contact.StatusFailed, contact.StatusDelivered},
			{contact.StatusSent, contact.StatusDelivered}, {contact.StatusRead, contact.StatusRead},
		} {
			if err := h.engine.Deliver(t.Context(), gateway.Arrival{Account: "carrier", Ref: ref, Receipt: &gateway.Receipt{Status: s.status, Code: "000"}}); err != nil {
				t.Fatal(err)
			}
			if m := h.messages(id)[0]; m.Status != s.want {
				t.Errorf("after %s: %s, want %s", s.status, m.Status, s.want)
			}
		}
		if c := h.contact(id); !c.Open() || c.Position.Action != "wait" {
			t.Error("a receipt moved the flow")
		}
	})
}

func TestWhatsAppOutsideTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.flow("ask", wait("wait", "600000", "a", "late"), say("a", "free text", "wait"), say("late", "too late", "end"), end("end"))
		r := chat("ask")
		r.Contact.Subtype = contact.WhatsApp
		r.Contact.Initial = []contact.SendMessage{{Text: "Hello", Template: &contact.Template{Name: "hello"}, Initial: true}}
		id := h.start(r)
		h.hears(1)
		if err := h.engine.Deliver(t.Context(), inbound("", "hi", contact.WhatsApp)); err != nil {
			t.Fatal(err)
		}
		h.hears(1)
		time.Sleep(8 * 24 * time.Hour)
		synctest.Wait()
		if got := h.far.texts(); !slices.Equal(got, []string{"Hello", "free text"}) {
			t.Errorf("sent %q", got)
		}
		list := h.messages(id)
		if m := list[len(list)-1]; m.Status != contact.StatusFailed || m.Code != "131047" || m.Text != "too late" {
			t.Errorf("message %+v", m)
		}
	})
}

func TestStopIsHeardBeforeTheFlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, func(c *engine.Config) {
			c.Keyword = func(_ *contact.Contact, text string) (string, string) {
				switch strings.ToUpper(text) {
				case "STOP":
					return "stop", "You are off the list."
				case "START":
					return "start", "You are on it again."
				}
				return "", ""
			}
		})
		h.flow("ask", say("a", "one", "wait"), wait("wait", "300", "end", "end"), end("end"))
		id := h.start(chat("ask"))
		h.hears(1)
		for range 2 {
			h.says("stop")
		}
		h.hears(1)
		synctest.Wait()
		if got := h.far.texts(); !slices.Equal(got, []string{"one", "You are off the list."}) {
			t.Errorf("sent %q", got)
		}
		if c := h.contact(id); !c.Open() || c.Position.Action != "wait" {
			t.Error("the flow heard STOP")
		}
		other := chat("ask")
		if err := h.engine.Tell(t.Context(), id, contact.StopRequested{}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.engine.Start(t.Context(), other); fault.CodeOf(err) != engine.CodeOptedOut {
			t.Errorf("after STOP: %v", err)
		}
		h.says("Start")
		h.hears(1)
		synctest.Wait()
		h.start(chat("ask"))
	})
}

func TestAThrottleHoldsBackAndCanBeCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t, func(c *engine.Config) { c.Throttles = map[string]float64{"carrier": 2} })
		h.flow("ask", say("a", "one", "wait"), wait("wait", "30000", "end", "end"), end("end"))
		begun := time.Now()
		var ids []contact.ID
		for i := range 20 {
			r := chat("ask")
			r.Contact.Customer.Address = fmt.Sprintf("+120655501%02d", i)
			ids = append(ids, h.start(r))
		}
		last := ids[19]
		if err := h.engine.Tell(t.Context(), last, contact.StopRequested{}); err != nil {
			t.Fatal(err)
		}
		h.hears(19)
		synctest.Wait()
		if took := time.Since(begun); took < 8*time.Second || took > 10*time.Second {
			t.Errorf("19 messages at 2/s took %v", took)
		}
		if m := h.messages(last)[0]; m.Status != contact.StatusCancelled {
			t.Errorf("the message of a stopped contact: %s", m.Status)
		}
	})
}

func TestTheClockStepsThroughTimers(t *testing.T) {
	h := build(t)
	// Each round waits an hour: a clock that jumps would do one of them.
	h.flow("rounds", wait("w1", "3600", "end", "s1"), say("s1", "one hour", "w2"), wait("w2", "3600", "end", "s2"), say("s2", "two hours", "w3"),
		wait("w3", "3600", "end", "s3"), say("s3", "three hours", "end"), end("end"))
	id := h.start(chat("rounds"))
	started := h.engine.Now()
	if err := h.engine.Advance(t.Context(), 2*time.Hour+time.Minute, 30*time.Second); err != nil {
		t.Fatal(err)
	}
	if got := h.far.texts(); !slices.Equal(got, []string{"one hour", "two hours"}) {
		t.Errorf("sent %q", got)
	}
	if moved := h.engine.Now().Sub(started); moved < 2*time.Hour+time.Minute || moved > 2*time.Hour+2*time.Minute {
		t.Errorf("moved %v", moved)
	}
	h.restart()
	if err := h.engine.Advance(t.Context(), time.Hour, 30*time.Second); err != nil {
		t.Fatal(err)
	}
	h.ended(id, "CONTACT_FLOW_DISCONNECT")
	if err := h.engine.Advance(t.Context(), -time.Hour, time.Second); !fault.Is(err, fault.Invalid) {
		t.Errorf("backwards: %v", err)
	}
}
