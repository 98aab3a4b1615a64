package recognise

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
)

const lexBot = "arn:aws:lex:us-east-1:111122223333:bot-alias/ABCDEFGHIJ/KLMNOPQRST"

// lexServer stands in for Lex V2, as its model has it: it answers what f says.
func lexServer(t *testing.T, f func(w http.ResponseWriter, r *http.Request, body []byte)) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		f(w, r, body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func packed(t *testing.T, v any) string {
	t.Helper()
	s, err := pack(v)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLex(t *testing.T) {
	var tries atomic.Int32
	url := lexServer(t, func(w http.ResponseWriter, r *http.Request, body []byte) {
		if tries.Add(1) == 1 { // the first try is one too many
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		if r.Method != "POST" || r.URL.Path != "/bots/ABCDEFGHIJ/botAliases/KLMNOPQRST/botLocales/en_US/sessions/c-1/utterance" {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		if r.Header.Get("Content-Type") != lexSound || r.Header.Get("Response-Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%v", r.Header)
		}
		if a := r.Header.Get("Authorization"); !strings.Contains(a, "Credential=AKID/") || !strings.Contains(a, "/eu-west-2/lex/aws4_request") || !strings.Contains(a, "x-amz-lex-session-state") {
			t.Errorf("%s", a)
		}
		state, err := unpack(r.Header.Get("X-Amz-Lex-Session-State"))
		if err != nil || string(state) != `{"sessionAttributes":{"who":"me"}}` {
			t.Errorf("%s, %v", state, err)
		}
		if len(body) < 28000 || len(body) > 32500 {
			t.Errorf("%d octets of sound", len(body))
		}
		for name, v := range map[string]any{
			"Messages":         []any{map[string]any{"content": "Which day?", "contentType": "PlainText"}},
			"Interpretations":  []any{map[string]any{"intent": map[string]any{"name": "Book"}, "nluConfidence": map[string]any{"score": 0.9}}},
			"Session-State":    map[string]any{"intent": map[string]any{"name": "Book", "state": "InProgress"}, "dialogAction": map[string]any{"type": "ElicitSlot"}},
			"Input-Transcript": "book a table",
		} {
			w.Header().Set("X-Amz-Lex-"+name, packed(t, v))
		}
	})
	c := Config{Engine: engineLex, Lex: Lex{Endpoint: url + "/", Region: "eu-west-2", Key: "AKID", Secret: "secret"}}
	x := listen(t, c, Ask{Contact: "c-1", Language: "en-US", Bot: lexBot, Session: map[string]string{"who": "me"}}, false)
	if !x.Serves(lexBot) || x.Serves("a bot of the house") {
		t.Error("it serves whom it does not, or does not serve whom it does")
	}
	feed(x.Turn, quiet(second), voice(second), quiet(second))
	x.next(t)
	e := x.next(t)
	var got, want any
	if err := json.Unmarshal(e.Answer, &got); err != nil {
		t.Fatal(err, e.Err)
	}
	_ = json.Unmarshal([]byte(`{"messages":[{"content":"Which day?","contentType":"PlainText"}],"interpretations":[{"intent":{"name":"Book"},"nluConfidence":{"score":0.9}}],
		"sessionState":{"intent":{"name":"Book","state":"InProgress"},"dialogAction":{"type":"ElicitSlot"}}}`), &want)
	if e.Kind != Heard || e.Text != "book a table" || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v: %s", e, e.Answer)
	}
}

func TestLexFails(t *testing.T) {
	for name, f := range map[string]func(w http.ResponseWriter){
		"denied": func(w http.ResponseWriter) {
			w.Header().Set("X-Amzn-ErrorType", "AccessDeniedException:x")
			w.WriteHeader(403)
		},
		"down":       func(w http.ResponseWriter) { w.WriteHeader(502) },
		"no state":   func(w http.ResponseWriter) {},
		"no base64":  func(w http.ResponseWriter) { w.Header().Set("X-Amz-Lex-Session-State", "{}") },
		"no gzip":    func(w http.ResponseWriter) { w.Header().Set("X-Amz-Lex-Session-State", "e30=") },
		"no JSON":    func(w http.ResponseWriter) { w.Header().Set("X-Amz-Lex-Session-State", packed(t, 1)[:20]+"AAAA") },
		"transcript": func(w http.ResponseWriter) { w.Header().Set("X-Amz-Lex-Input-Transcript", "x") },
	} {
		t.Run(name, func(t *testing.T) {
			url := lexServer(t, func(w http.ResponseWriter, _ *http.Request, _ []byte) { f(w) })
			x := listen(t, Config{Engine: engineLex, Lex: Lex{Endpoint: url}}, Ask{Contact: "c", Language: "en-US", Bot: lexBot}, false)
			feed(x.Turn, quiet(second), voice(second), quiet(second))
			x.next(t)
			if e := x.next(t); e.Kind != Failed || name == "denied" && !strings.Contains(e.Err.Error(), "AccessDeniedException") {
				t.Errorf("%+v", e)
			}
		})
	}
}

// A header of Lex's is read, whatever it holds.
func FuzzUnpack(f *testing.F) {
	good, _ := pack(map[string]any{"a": 1})
	for _, s := range []string{"", "e30=", good, good[:10], strings.Repeat("A", 1000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, err := unpack(s)
		if err == nil && len(b) > mostHeader {
			t.Errorf("%d octets", len(b))
		}
	})
}

// ears is a server that speaks with one caller as f says.
func ears(t *testing.T, f func(c *websocket.Conn, r *http.Request)) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.CloseNow()
		f(c, r)
	}))
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

// hears reads until the caller's words are over, and gives how much was heard.
func hears(t *testing.T, c *websocket.Conn, r *http.Request) (start said, octets int) {
	for {
		kind, b, err := c.Read(r.Context())
		if err != nil {
			return start, octets
		}
		if kind == websocket.MessageBinary {
			octets += len(b)
			continue
		}
		var m said
		if err := json.Unmarshal(b, &m); err != nil {
			t.Error(err)
		}
		if m.Event == "end" {
			return start, octets
		}
		start = m
	}
}

func tells(t *testing.T, c *websocket.Conn, r *http.Request, text string) {
	if err := c.Write(r.Context(), websocket.MessageText, []byte(text)); err != nil {
		t.Error(err)
	}
}

func TestSocket(t *testing.T) {
	url := ears(t, func(c *websocket.Conn, r *http.Request) {
		start, octets := hears(t, c, r)
		if start.Event != "start" || start.Contact != "c-1" || start.Language != "en-US" || start.Rate != 16000 || r.Header.Get("Authorization") != "Bearer t" || r.URL.Path != "/en" {
			t.Errorf("%+v %v", start, r.Header)
		}
		if octets < 75000 || octets > 90000 { // 2.4 to 2.6 s
			t.Errorf("%d octets", octets)
		}
		tells(t, c, r, `{"event":"partial","text":"book"}`)
		tells(t, c, r, `{"event":"final","text":"book a  table\n"}`)
		_, _, _ = c.Read(r.Context())
	})
	x := listen(t, Config{Engine: engineSocket, URL: url + "/{lang}", Token: "t"}, Ask{Contact: "c-1", Language: "en-US"}, false)
	feed(x.Turn, quiet(second), voice(second), quiet(second))
	if e := x.next(t); e.Kind != Began {
		t.Errorf("%+v", e)
	}
	if e := x.next(t); e.Kind != Heard || e.Text != "book a table" {
		t.Errorf("%+v", e)
	}
}

// A server knows better when words begin and end.
func TestSocketIsFirst(t *testing.T) {
	url := ears(t, func(c *websocket.Conn, r *http.Request) {
		_, _, _ = c.Read(r.Context())
		tells(t, c, r, `{"event":"speech"}`)
		tells(t, c, r, `{"event":"final","text":"yes"}`)
		_, _, _ = c.Read(r.Context())
	})
	x := listen(t, Config{Engine: engineSocket, URL: url}, Ask{}, true)
	if e := x.next(t); e.Kind != Began {
		t.Errorf("%+v", e)
	}
	if e := x.next(t); e.Kind != Heard || e.Text != "yes" {
		t.Errorf("%+v", e)
	}
}

// A server that is not there, or breaks off, fails words, and only words.
func TestSocketFails(t *testing.T) {
	for name, url := range map[string]string{
		"away":    "ws://127.0.0.1:1/",
		"breaks":  ears(t, func(c *websocket.Conn, r *http.Request) {}),
		"babbles": ears(t, func(c *websocket.Conn, r *http.Request) { tells(t, c, r, "hello"); _, _, _ = c.Read(r.Context()) }),
		"error": ears(t, func(c *websocket.Conn, r *http.Request) {
			hears(t, c, r)
			tells(t, c, r, `{"event":"error","error":"no model"}`)
		}),
		"silent": ears(t, func(c *websocket.Conn, r *http.Request) { hears(t, c, r); hears(t, c, r) }),
	} {
		t.Run(name, func(t *testing.T) {
			x := listen(t, Config{Engine: engineSocket, URL: url, Timeout: time.Second}, Ask{}, false)
			feed(x.Turn, quiet(2*second))
			x.none(t)
			feed(x.Turn, voice(second), quiet(second))
			x.next(t)
			if e := x.next(t); e.Kind != Failed {
				t.Errorf("%+v", e)
			}
		})
	}
}
