package engine_test

import (
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

func TestAWholeContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.flow("ask", say("hello", "Hi $.Attributes.name! 1 confirms.", "wait"), wait("wait", "300", "thanks", "late"),
			say("thanks", "Thank you.", "end"), say("late", "Too late.", "end"), end("end"))
		r := chat("ask")
		r.Contact.Attributes = map[string]string{"name": "Ann"}
		id := h.start(r)
		h.hears(1)
		synctest.Wait()
		h.says("1")
		h.hears(1)
		synctest.Wait()
		if got := h.far.texts(); !slices.Equal(got, []string{"Hi Ann! 1 confirms.", "Thank you."}) {
			t.Errorf("sent %q", got)
		}
		h.ended(id, "CONTACT_FLOW_DISCONNECT")
		list := h.messages(id)
		if len(list) != 3 || list[0].Status != contact.StatusSent || list[1].Status != contact.StatusReceived || list[2].Status != contact.StatusSent {
			t.Errorf("messages %+v", list)
		}
		h.types(id, contact.Initiated, contact.ConnectedSystem, contact.DisconnectedType, contact.Completed, engine.RecordType)
	})
}

func (h *house) types(id contact.ID, want ...string) {
	h.Helper()
	var got []string
	err := h.store.View(h.Context(), func(t *store.Tx) error {
		rows, err := t.Events(store.EventQuery{Contact: id})
		for _, r := range rows {
			got = append(got, r.Type)
		}
		return err
	})
	if err != nil || !slices.Equal(got, want) {
		h.Errorf("events %v, want %v (%v)", got, want, err)
	}
}

func TestAContactWaitsThroughARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.flow("ask", say("hello", "Hi", "wait"), wait("wait", "86400", "thanks", "late"),
			say("thanks", "Thank you.", "end"), say("late", "Too late.", "end"), end("end"))
		id := h.start(chat("ask"))
		h.hears(1)
		// What is published since changes nothing for whoever is under way.
		h.flow("ask", say("hello", "Other", "end"), end("end"))
		started := h.engine.Now()
		h.restart()
		h.hears(1)
		late := h.engine.Now().Sub(started)
		synctest.Wait()
		if got := h.far.texts(); !slices.Equal(got, []string{"Hi", "Too late."}) {
			t.Errorf("sent %q", got)
		}
		if late < 24*time.Hour || late > 24*time.Hour+time.Second {
			t.Errorf("asked again after %v", late)
		}
		h.ended(id, "CONTACT_FLOW_DISCONNECT")
	})
}

func TestSevenDaysPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.flow("week", wait("wait", "604800", "end", "late"), say("late", "A week has passed.", "end"), end("end"))
		h.start(chat("week"))
		h.hears(1)
	})
}

func TestACarrierThatIsBusyIsTriedAgainInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		tries := 0
		var gaps []time.Duration
		last := time.Now()
		h.far.answer = func(e contact.Effect) (gateway.Result, error) {
			if m := e.(contact.SendMessage); m.Text == "one" {
				tries++
				gaps = append(gaps, time.Since(last))
				last = time.Now()
				if tries <= 3 {
					return gateway.Result{}, &fault.Error{Kind: fault.Busy, Code: "ESME_RTHROTTLED"}
				}
			}
			return gateway.Result{}, nil
		}
		h.flow("two", say("a", "one", "b"), say("b", "two", "end"), end("end"))
		id := h.start(chat("two"))
		h.hears(2)
		synctest.Wait()
		if got := h.far.texts(); !slices.Equal(got, []string{"one", "two"}) {
			t.Errorf("sent %q", got)
		}
		if len(gaps) != 4 || gaps[2] <= gaps[1] || gaps[3] <= gaps[2] {
			t.Errorf("pauses %v do not grow", gaps)
		}
		h.ended(id, "CONTACT_FLOW_DISCONNECT")
	})
}

func TestAFirstMessageThatIsRefusedEndsTheContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		refused := make(chan struct{})
		h.far.answer = func(contact.Effect) (gateway.Result, error) {
			defer close(refused)
			return gateway.Result{}, &fault.Error{Kind: fault.Refused, Code: "ESME_RINVDSTADR", Message: "no such number"}
		}
		h.flow("ask", say("a", "one", "wait"), wait("wait", "300", "end", "end"), end("end"))
		id := h.start(chat("ask"))
		<-refused
		synctest.Wait()
		h.ended(id, "CUSTOMER_CONNECTION_NOT_ESTABLISHED")
		if m := h.messages(id)[0]; m.Status != contact.StatusFailed || m.Code != "ESME_RINVDSTADR" || m.Error != "no such number" {
			t.Errorf("message %+v", m)
		}
	})
}

func TestTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.flow("ask", say("a", "one", "wait"), wait("wait", "300", "end", "end"), end("end"))
		req := func(restart bool, flowHash string) engine.StartRequest {
			r := chat("ask")
			r.Token, r.Restart, r.Hashes = "chat/x/token", restart, map[string]string{"ContactFlowId": flowHash, "InstanceId": "i"}
			return r
		}
		refused := req(false, "f")
		refused.Refuse = fault.New(fault.Invalid, "no")
		if _, err := h.engine.Start(t.Context(), refused); !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
		id := h.start(req(false, "f")) // the refused request has not used it up
		h.hears(1)
		if again := h.start(req(false, "f")); again != id {
			t.Errorf("%s, then %s", id, again)
		}
		again := refused
		again.Contact = nil
		if got := h.start(again); got != id { // looked up before every other refusal
			t.Errorf("%s, then %s", id, got)
		}
		_, err := h.engine.Start(t.Context(), req(false, "g"))
		if fault.CodeOf(err) != engine.CodeToken || !strings.HasSuffix(err.Error(), "(TOKEN_PARAMETERS)") || !strings.Contains(err.Error(), "ContactFlowId") || strings.Contains(err.Error(), "InstanceId") {
			t.Errorf("error %v", err)
		}
		h.restart()
		if again := h.start(req(true, "f")); again != id { // still open
			t.Errorf("%s, then %s", id, again)
		}
		if err := h.engine.Tell(t.Context(), id, contact.StopRequested{}); err != nil {
			t.Fatal(err)
		}
		h.ended(id, "API")
		if again := h.start(req(false, "f")); again != id { // a chat's token names it for ever
			t.Errorf("%s, then %s", id, again)
		}
		second := h.start(req(true, "f"))
		if second == id {
			t.Error("a new contact was not started after the first had ended")
		}
		h.hears(1)
		synctest.Wait()
		if again := h.start(req(true, "f")); again != second {
			t.Errorf("%s, then %s", second, again)
		}
		time.Sleep(7*24*time.Hour + time.Minute)
		if err := h.engine.Tell(t.Context(), second, contact.StopRequested{}); err != nil {
			t.Fatal(err)
		}
		if third := h.start(req(false, "h")); third == second || third == id {
			t.Error("a token lives longer than seven days")
		}
	})
}

// A test that moves the clock by a week sees tokens end, as it sees timers fire.
func TestTokensEndWhenTheClockIsMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.flow("brief", end("end"))
		req := chat("brief")
		req.Token = "chat/x/token"
		id := h.start(req)
		if err := h.engine.Advance(t.Context(), 7*24*time.Hour-time.Minute, time.Minute); err != nil {
			t.Fatal(err)
		}
		if again := h.start(req); again != id {
			t.Errorf("%s, then %s within the week", id, again)
		}
		if err := h.engine.Advance(t.Context(), 2*time.Minute, time.Minute); err != nil {
			t.Fatal(err)
		}
		if again := h.start(req); again == id {
			t.Error("the token outlives a week of the engine's time")
		}
	})
}

func TestRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := build(t)
		h.flow("ask", wait("wait", "300", "end", "end"), end("end"))
		id := h.start(chat("ask"))
		_, err := h.engine.Start(t.Context(), chat("ask"))
		if fault.CodeOf(err) != engine.CodeOpenChat || !strings.Contains(err.Error(), string(id)) {
			t.Errorf("a second chat: %v", err)
		}
		other := chat("ask")
		other.Contact.Customer.Address = "+12065550124"
		other.Max = 1
		if _, err := h.engine.Start(t.Context(), other); fault.CodeOf(err) != engine.CodeQuota {
			t.Errorf("over the quota: %v", err)
		}
		other.Max = 2
		h.update(func(t *store.Tx) error {
			return t.PutMark(engine.OptOutKey("number", "+12065550124"), []byte("{}"), time.Time{})
		})
		if _, err := h.engine.Start(t.Context(), other); fault.CodeOf(err) != engine.CodeOptedOut {
			t.Errorf("opted out: %v", err)
		}
		h.update(func(t *store.Tx) error {
			return t.PutMark(engine.DoNotContactKey(instance, "+12065550124"), []byte("{}"), time.Time{})
		})
		if _, err := h.engine.Start(t.Context(), other); fault.CodeOf(err) != engine.CodeDoNotContact {
			t.Errorf("do not contact: %v", err)
		}
		related := chat("ask")
		related.Contact.Customer.Address, related.Contact.RelatedID = "+12065550125", "0190aaaa-0000-7000-8000-000000000000"
		if _, err := h.engine.Start(t.Context(), related); !fault.Is(err, fault.NotFound) {
			t.Errorf("related to nobody: %v", err)
		}
	})
}
