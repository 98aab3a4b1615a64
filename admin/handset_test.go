package admin

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/gateway/loopback"
	"outdial/wire"
)

func TestHandset(t *testing.T) {
	play(t, nil, func(h *house) {
		id := h.start("ask", ann, contact.Chat)
		h.creds = wire.Credentials{}
		var v map[string]any
		for _, number := range []string{ann, url.QueryEscape(ann)} { // + and %2B
			h.get("GET", "handsets/"+number, "", &v)
			m := v["messages"].([]any)[0].(map[string]any)
			want := map[string]any{"direction": "in", "channel": "SMS", "from": ours, "to": ann, "text": "Hi! 1 confirms.", "status": "DELIVERED", "contactId": string(id)}
			for k, w := range want {
				if m[k] != w {
					h.Errorf("%s: %v, want %v", k, m[k], w)
				}
			}
			k := v["call"].(map[string]any)
			if k["state"] != "idle" || k["heard"] == nil || m["id"] == "" || m["at"] == "" {
				h.Errorf("%v", v)
			}
		}
		h.get("POST", "handsets/"+ann+"/messages", `{"text":"1"}`, nil)
		h.rest()
		var list struct{ Messages []loopback.Message }
		h.get("GET", "handsets/"+ann, "", &list)
		if n := len(list.Messages); n != 3 || list.Messages[2].Text != "Thank you." {
			h.Errorf("%+v", list.Messages)
		}
		var all struct{ Handsets []loopback.Summary }
		h.get("GET", "handsets", "", &all)
		if len(all.Handsets) != 1 || all.Handsets[0].Number != ann || all.Handsets[0].Messages != 3 {
			h.Errorf("%+v", all)
		}
	})
}

func TestCall(t *testing.T) {
	play(t, nil, func(h *house) {
		h.start("speak", ann, contact.Voice)
		var k loopback.Call
		h.get("POST", "handsets/"+ann+"/call", `{"action":"answer"}`, &k)
		h.rest()
		h.get("POST", "handsets/"+ann+"/call", `{"action":"press","digits":"1"}`, nil)
		h.rest()
		k = h.world.Handset(ann).Call
		if got := strings.Join(k.Heard, "|"); got != "Good morning.|Press 1.|You pressed 1." || k.State != "ended" {
			h.Errorf("%+v", k)
		}
		h.refused("POST", "handsets/"+ann+"/call", `{"action":"hangup"}`, 409, "action")
	})
}

func TestScript(t *testing.T) {
	play(t, nil, func(h *house) {
		h.get("PUT", "handsets/"+ann+"/script", `[{"on":"call","do":"answer","after":"2s"},{"on":"prompt","match":"press","do":"press","value":"1"}]`, nil)
		h.start("speak", ann, contact.Voice)
		if s := h.world.Handset(ann).Call.State; s != "ringing" {
			h.Errorf("the call is %s", s)
		}
		h.get("POST", "clock", `{"advance":"2s"}`, nil)
		if k := h.world.Handset(ann).Call; k.State != "ended" || len(k.Heard) != 3 {
			h.Errorf("%+v", k)
		}
		var left []loopback.Step
		if h.get("GET", "handsets/"+ann+"/script", "", &left); len(left) != 0 {
			h.Errorf("left %+v", left)
		}
	})
}

func TestManners(t *testing.T) {
	play(t, nil, func(h *house) {
		for number, reason := range map[string]string{
			"+12065550101": "TELECOM_BUSY", "+12065550102": "TELECOM_NUMBER_INVALID", "+12065550103": "TELECOM_TIMEOUT", "+12065550104": "CONTACT_FLOW_DISCONNECT",
		} {
			id := h.start("speak", number, contact.Voice)
			h.get("POST", "clock", `{"advance":"5m"}`, nil)
			var c contact.Contact
			if h.get("GET", "contacts/"+string(id), "", &c); c.Reason != reason {
				h.Errorf("%s: %s, want %s", number, c.Reason, reason)
			}
		}
		id := h.start("speak", "+12065550105", contact.Voice, contact.AMDConfig{Enable: true, AwaitPrompt: true})
		h.get("POST", "clock", `{"advance":"3s"}`, nil)
		var c contact.Contact
		if h.get("GET", "contacts/"+string(id), "", &c); c.AMDStatus != "VOICEMAIL_BEEP" {
			h.Errorf("voicemail: %+v", c)
		}
		id = h.start("ask", "+12065550104", contact.Chat)
		if h.get("GET", "contacts/"+string(id), "", &c); c.Reason != "CONTACT_FLOW_DISCONNECT" {
			h.Errorf("…04 did not reply: %+v", c)
		}
		id = h.start("ask", "+12065550102", contact.Chat)
		if h.get("GET", "contacts/"+string(id), "", &c); c.Reason != "CUSTOMER_CONNECTION_NOT_ESTABLISHED" {
			h.Errorf("…02: %+v", c)
		}
		id = h.start("ask", "+12065550107", contact.Chat)
		h.get("POST", "clock", `{"advance":"3s"}`, nil)
		var list struct{ Messages []contact.Message }
		if h.get("GET", "contacts/"+string(id)+"/messages", "", &list); list.Messages[0].Status != contact.StatusFailed {
			h.Errorf("…07: %+v", list)
		}
	})
}

func TestNoSimulator(t *testing.T) {
	play(t, func(c *Config) { c.World = nil }, func(h *house) {
		for _, path := range []string{"handsets", "handsets/" + ann, "handsets/" + ann + "/events"} {
			if text := h.refused("GET", path, "", 404, ""); !strings.Contains(text, "simulator is off") {
				h.Error(text)
			}
		}
		h.refused("POST", "clock", `{"advance":"1h"}`, 404, "")
		h.get("GET", "clock", "", nil)
	})
}

func TestClock(t *testing.T) {
	play(t, nil, func(h *house) {
		id := h.start("ask", ann, contact.Chat)
		before := h.engine.Now()
		var v clock
		h.get("POST", "clock", `{"advance":"1d1h"}`, &v)
		if v.Offset != "25h0m0s" || v.Now.Sub(before) != 25*time.Hour {
			h.Errorf("%+v", v)
		}
		m := h.world.Handset(ann).Messages
		if len(m) != 2 || m[1].Text != "Too late." {
			h.Errorf("%+v", m)
		}
		var c contact.Contact
		if h.get("GET", "contacts/"+string(id), "", &c); c.Open() {
			h.Error("the contact is still open")
		}
	})
	play(t, func(c *Config) { c.Carriers = []string{"acme"} }, func(h *house) {
		if text := h.refused("POST", "clock", `{"advance":"1h"}`, 409, ""); !strings.Contains(text, "acme") {
			h.Error(text)
		}
	})
}

func TestClockThatDoesNotRest(t *testing.T) {
	play(t, nil, func(h *house) {
		id := h.begin("slow", "ask", ann, contact.Chat)
		began := time.Now()
		if text := h.refused("POST", "clock", `{"advance":"1h"}`, 504, ""); !strings.Contains(text, "SendMessage of "+string(id)) {
			h.Errorf("%q does not name what is under way", text)
		}
		if took := time.Since(began); took < clockLimit {
			h.Errorf("gave up after %v", took)
		}
		close(h.free)
		h.rest()
	})
}

func TestStream(t *testing.T) {
	var done chan struct{}
	play(t, func(c *Config) {
		done = make(chan struct{}) // of the bubble
		c.Done = done
	}, func(h *house) {
		h.start("ask", ann, contact.Chat)
		pr, pw := io.Pipe()
		over := make(chan struct{})
		go func() {
			defer close(over)
			defer pw.Close()
			h.server.ServeHTTP(&stream{header: http.Header{}, Writer: pw}, h.request("GET", "handsets/"+url.PathEscape(ann)+"/events", ""))
		}()
		lines := bufio.NewScanner(pr)
		next := events(t, lines)
		name, id, data := next()
		var m loopback.Message
		if err := json.Unmarshal([]byte(data), &m); err != nil || name != "message" || id == "" || m.Text != "Hi! 1 confirms." {
			h.Errorf("%s %s %s: %v", name, id, data, err)
		}
		h.start("speak", ann, contact.Voice)
		var k loopback.Call
		name, id, data = next()
		if err := json.Unmarshal([]byte(data), &k); err != nil || name != "call" || k.State != "ringing" {
			h.Errorf("%s %s: %v", name, data, err)
		}
		go func() { // what comes until the end
			for lines.Scan() {
			}
		}()
		synctest.Wait()
		close(done)
		<-over

		// Whoever comes back goes on where they were.
		r := h.request("GET", "handsets/"+url.PathEscape(ann)+"/events", "")
		r.Header.Set("Last-Event-ID", id)
		w := &stream{header: http.Header{}, Writer: new(strings.Builder)}
		h.server.ServeHTTP(w, r)
		if got := w.Writer.(*strings.Builder).String(); strings.Contains(got, "confirms") {
			h.Errorf("told again: %s", got)
		}
		if w.header.Get("Content-Type") != "text/event-stream" {
			h.Errorf("%v", w.header)
		}
		h.refused("GET", "handsets/"+url.PathEscape(ann)+"/events?since=x", "", 400, "since")
	})
}

// events gives a function that reads the next server-sent event.
func events(t *testing.T, lines *bufio.Scanner) func() (name, id, data string) {
	return func() (name, id, data string) {
		for lines.Scan() {
			k, v, _ := strings.Cut(lines.Text(), ": ")
			switch k {
			case "event":
				name = v
			case "id":
				id = v
			case "data":
				data = v
			case "":
				if name != "" {
					return name, id, data
				}
			}
		}
		t.Fatal("the stream is over")
		return
	}
}

// stream is a ResponseWriter that passes on what it gets.
type stream struct {
	header http.Header
	io.Writer
}

func (s *stream) Header() http.Header { return s.header }
func (s *stream) WriteHeader(int)     {}
func (s *stream) Flush()              {}
