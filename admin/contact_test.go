package admin

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/resource"
	"outdial/wire"
)

var foreignKey = wire.Credentials{AccessKeyID: "AKFOREIGN", SecretAccessKey: "foreign secret"}

func TestTimeline(t *testing.T) {
	play(t, nil, func(h *house) {
		id := h.start("ask", ann, contact.Chat)
		h.get("POST", "clock", `{"advance":"1m"}`, nil)
		h.get("POST", "handsets/"+ann+"/messages", `{"text":"1"}`, nil)
		h.rest()
		var v struct {
			ContactID contact.ID
			Entries   []entry
		}
		h.get("GET", "contacts/"+string(id)+"/timeline", "", &v)
		var got []string
		var last time.Time
		for _, e := range v.Entries {
			if e.At.Before(last) {
				h.Errorf("%v comes after %v", e.At, last)
			}
			last = e.At
			switch e.Kind {
			case kindTurn:
				var turn engine.Turn
				if err := json.Unmarshal(e.Turn, &turn); err != nil {
					h.Fatal(err)
				}
				if turn.Input == "MessageReceived" && (len(turn.Passed) == 0 || turn.Passed[0].Branch == "") {
					h.Errorf("no branch in %s", e.Turn)
				}
				got = append(got, turn.Input)
			case kindMessage:
				got = append(got, e.Message.Text+" "+e.Status)
			case kindEvent:
				got = append(got, e.Event.Type)
			}
		}
		for _, order := range [][]string{
			{"Started", "INITIATED", "Hi! 1 confirms. QUEUED", "Hi! 1 confirms. SENT", "Hi! 1 confirms. DELIVERED", "1 RECEIVED", "MessageReceived", "DISCONNECTED"},
			{"MessageReceived", "Thank you. QUEUED", "Thank you. SENT", "Thank you. DELIVERED"},
		} {
			at := -1
			for _, want := range order {
				i := slices.Index(got, want)
				if i <= at {
					h.Errorf("%q is not where it belongs in %q", want, got)
				}
				at = i
			}
		}
		if v.ContactID != id {
			h.Errorf("of %s", v.ContactID)
		}
	})
}

func TestContacts(t *testing.T) {
	play(t, nil, func(h *house) {
		first := h.start("ask", ann, contact.Chat)
		h.get("POST", "clock", `{"advance":"2d"}`, nil)
		second := h.start("speak", "+12065550101", contact.Voice)
		third := h.start("ask", "+12065550111", contact.Chat)
		search := func(query string, want ...contact.ID) {
			h.Helper()
			var v struct {
				Contacts []line
				Next     string
			}
			var got []contact.ID
			for next := ""; ; next = "&after=" + v.Next {
				v.Next = ""
				h.get("GET", "contacts?limit=2"+query+next, "", &v)
				for _, k := range v.Contacts {
					got = append(got, k.ID)
				}
				if v.Contacts = nil; v.Next == "" {
					break
				}
			}
			if !slices.Equal(got, want) {
				h.Errorf("%q: %v, want %v", query, got, want)
			}
		}
		search("", third, second, first)
		search("&open=true", third)
		search("&open=false", second, first)
		search("&channel=VOICE", second)
		search("&channel=VOICE,CHAT&method=API", third, second, first)
		search("&customer=%2B12065550101", second)
		search("&instance=demo&from="+h.engine.Now().Add(-time.Hour).Format(time.RFC3339), third, second)
		search("&instance="+arnDemo+"&to="+h.engine.Now().Add(-time.Hour).Format(time.RFC3339), first)

		var list struct{ Messages []contact.Message }
		h.get("GET", "contacts/"+string(first)+"/messages", "", &list)
		if len(list.Messages) != 2 || list.Messages[1].Text != "Too late." || list.Messages[0].Delivered.IsZero() {
			h.Errorf("%+v", list.Messages)
		}

		// Another account does not see them.
		h.creds = foreignKey
		search("&instance=foreign")
		h.refused("GET", "contacts?instance=demo", "", 404, "instance")
		for _, path := range []string{"", "/timeline", "/messages"} {
			h.refused("GET", "contacts/"+string(first)+path, "", 404, "id")
		}
		h.refused("DELETE", "contacts/"+string(first), "", 404, "id")
	})
}

// What has not left says why, and until when.
func TestWhatAMessageWaitsFor(t *testing.T) {
	play(t, nil, func(h *house) {
		h.put(resource.KindNumber, demo, "number", ours, resource.Number{Meta: resource.Meta{ID: "number", Name: ours}, Number: ours, Channels: []string{"SMS"}, Flow: "ask", Account: "sim", Quiet: "00:00-23:59"})
		id := h.start("ask", ann, contact.Chat)
		var list struct {
			Messages []struct {
				Status string
				Waits  struct {
					Why   string
					Until time.Time
				}
			}
		}
		h.get("GET", "contacts/"+string(id)+"/messages", "", &list)
		if len(list.Messages) != 1 || list.Messages[0].Status != contact.StatusQueued || list.Messages[0].Waits.Why != engine.CodeQuiet || !list.Messages[0].Waits.Until.After(h.engine.Now()) {
			h.Errorf("%+v", list.Messages)
		}
		h.get("POST", "clock", `{"advance":"25h"}`, nil)
		list.Messages = nil
		h.get("GET", "contacts/"+string(id)+"/messages", "", &list)
		if len(list.Messages) == 0 || list.Messages[0].Status != contact.StatusDelivered || list.Messages[0].Waits.Why != "" {
			h.Errorf("the next day: %+v", list.Messages)
		}
	})
}

func TestErase(t *testing.T) {
	play(t, nil, func(h *house) {
		first := h.start("ask", ann, contact.Chat)
		if text := h.refused("DELETE", "contacts/"+string(first), "", 409, ""); !strings.Contains(text, string(first)) {
			h.Error(text)
		}
		h.get("POST", "clock", `{"advance":"2d"}`, nil)
		h.get("DELETE", "contacts/"+string(first), "", nil)
		h.refused("GET", "contacts/"+string(first)+"/timeline", "", 404, "id")
		h.refused("DELETE", "contacts/"+string(first), "", 404, "id")

		// A person, by the number: all or, while one is open, nothing.
		h.start("speak", "+12065550101", contact.Voice)
		h.start("speak", "+12065550101", contact.Voice)
		open := h.start("ask", "+12065550101", contact.Chat)
		h.refused("DELETE", "contacts?customer=%2B12065550101", "", 409, "")
		if err := h.engine.Tell(h.Context(), open, contact.StopRequested{}); err != nil {
			h.Fatal(err)
		}
		other := h.start("speak", "+12065550102", contact.Voice)
		var v erasure
		h.creds = foreignKey
		if h.get("DELETE", "contacts?customer=%2B12065550101", "", &v); v.Erased != 0 {
			h.Errorf("another account erased %d", v.Erased)
		}
		h.creds = wire.Credentials{AccessKeyID: "AKFIRST", SecretAccessKey: "first secret"}
		if h.get("DELETE", "contacts?customer=%2B12065550101", "", &v); v.Erased != 3 {
			h.Errorf("erased %d", v.Erased)
		}
		h.refused("GET", "contacts/"+string(open), "", 404, "id")
		h.get("GET", "contacts/"+string(other), "", nil)
	})
}

func TestEvents(t *testing.T) {
	play(t, nil, func(h *house) {
		id := h.start("speak", "+12065550101", contact.Voice)
		h.start("speak", "+12065550102", contact.Voice)
		list := func(query string) (got []string) {
			h.Helper()
			var v struct {
				Events []published
				Next   string
			}
			for next := ""; ; next = "&after=" + v.Next {
				v.Next = ""
				h.get("GET", "events?limit=3"+query+next, "", &v)
				for _, e := range v.Events {
					if !json.Valid(e.Body) || e.ID == "" || e.At.IsZero() {
						h.Errorf("%+v", e)
					}
					got = append(got, e.Type)
				}
				if v.Events = nil; v.Next == "" {
					return got
				}
			}
		}
		all := list("")
		one := list("&contact=" + string(id))
		if len(one) < 3 || one[0] != contact.Initiated || len(all) != 2*len(one) {
			h.Errorf("%v of %v", one, all)
		}
		if got := list("&type=DISCONNECTED,CONTACT_RECORD"); len(got) != 4 {
			h.Errorf("%v", got)
		}
		if got := list("&to=" + h.engine.Now().Add(-time.Hour).Format(time.RFC3339)); len(got) != 0 {
			h.Errorf("%v", got)
		}
		var sent map[string]int
		if h.get("POST", "events/replay", `{"contact":"`+string(id)+`","types":["DISCONNECTED"]}`, &sent); sent["sent"] != 1 {
			h.Errorf("%v", sent)
		}
		if h.get("POST", "events/replay", "", &sent); sent["sent"] != 0 {
			h.Errorf("%v", sent)
		}
		h.creds = foreignKey
		if got := list(""); len(got) != 0 {
			h.Errorf("another account sees %v", got)
		}
	})
}

func TestParkedEvents(t *testing.T) {
	play(t, nil, func(h *house) {
		h.gone.Store(true)
		id := h.start("speak", "+12065550101", contact.Voice)
		list := func() (got []parked) {
			h.Helper()
			synctest.Wait()
			var v struct {
				Parked []parked
				Next   string
			}
			for next := ""; ; next = "&after=" + v.Next {
				v.Parked, v.Next = nil, ""
				h.get("GET", "events/parked?limit=2"+next, "", &v)
				if got = append(got, v.Parked...); v.Next == "" {
					return got
				}
			}
		}
		all := list()
		if len(all) < 3 || all[0].Contact != id || all[0].Sink != "crm" || all[0].Why == "" || all[0].Event == "" {
			h.Errorf("%+v", all)
		}
		first := h.creds
		h.creds = foreignKey
		if got := list(); len(got) != 0 {
			h.Errorf("another account sees %+v", got)
		}
		h.creds = first
		h.gone.Store(false)
		var sent map[string]int
		if h.get("POST", "events/replay", "", &sent); sent["sent"] != len(all) {
			h.Errorf("%v of %d", sent, len(all))
		}
		if got := list(); len(got) != 0 {
			h.Errorf("still parked: %+v", got)
		}
	})
}

func TestHealth(t *testing.T) {
	play(t, func(c *Config) { c.Ready = func() error { return wire.Errorf("InternalService", "secret reason") } }, func(h *house) {
		h.get("GET", "health", "", nil)
		if w := h.ask("GET", "ready", ""); w.Code != 503 || strings.Contains(w.Body.String(), "secret reason") {
			h.Errorf("%d %s", w.Code, w.Body)
		}
	})
	play(t, nil, func(h *house) {
		h.get("GET", "ready", "", nil)
		h.start("speak", "+12065550101", contact.Voice)
		w := h.ask("GET", "metrics", "")
		for _, want := range []string{"outdial_contacts_started_total 1", "outdial_contacts_ended_total 1", "outdial_calls_placed_total 1", "go_goroutines"} {
			if !strings.Contains(w.Body.String(), want) {
				h.Errorf("metrics lack %q", want)
			}
		}
	})
}
