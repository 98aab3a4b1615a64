package admin

import (
	"net/http/httptest"
	"strings"
	"testing"

	"outdial/wire"
)

func TestWhoMayCall(t *testing.T) {
	play(t, nil, func(h *house) {
		all := h.creds
		for _, c := range []struct {
			name, remote, host, header string
			creds                      wire.Credentials
			path                       string
			status                     int
		}{
			{"signed", "10.0.0.7:1", "", "", all, "contacts", 200},
			{"unsigned", "127.0.0.1:1", "", "", wire.Credentials{}, "contacts", 403},
			{"handset on loopback", "127.0.0.1:1", "", "", wire.Credentials{}, "handsets/" + ann, 200},
			{"handset on loopback, IPv6", "[::1]:1", "[::1]:3425", "", wire.Credentials{}, "handsets/" + ann, 200},
			{"handset on localhost", "127.0.0.1:1", "localhost:3425", "", wire.Credentials{}, "clock", 200},
			{"handset from elsewhere", "10.0.0.7:1", "", "", wire.Credentials{}, "handsets/" + ann, 403},
			{"handset from elsewhere, signed", "10.0.0.7:1", "", "", all, "handsets/" + ann, 200},
			{"handset by a proxy", "127.0.0.1:1", "", "X-Forwarded-For", wire.Credentials{}, "handsets/" + ann, 403},
			{"handset under another name", "127.0.0.1:1", "evil.example", "", wire.Credentials{}, "handsets/" + ann, 403},
			{"wrong secret", "127.0.0.1:1", "", "", wire.Credentials{AccessKeyID: "AKFIRST", SecretAccessKey: "guessed"}, "handsets/" + ann, 403},
			{"a key that may list", "10.0.0.7:1", "", "", wire.Credentials{AccessKeyID: "AKREADER", SecretAccessKey: "reader secret"}, "contacts", 200},
			{"and no more", "10.0.0.7:1", "", "", wire.Credentials{AccessKeyID: "AKREADER", SecretAccessKey: "reader secret"}, "contacts/x/timeline", 403},
			{"health", "10.0.0.7:1", "", "", wire.Credentials{}, "health", 200},
			{"ready", "10.0.0.7:1", "", "", wire.Credentials{}, "ready", 200},
			{"metrics", "10.0.0.7:1", "", "", wire.Credentials{}, "metrics", 200},
		} {
			h.remote, h.creds = c.remote, wire.Credentials{}
			r := h.request("GET", c.path, "")
			if c.host != "" {
				r.Host = c.host
			}
			if c.header != "" {
				r.Header.Set(c.header, "203.0.113.9")
			}
			if c.creds.AccessKeyID != "" {
				h.creds = c.creds
				r = h.request("GET", c.path, "")
			}
			w := httptest.NewRecorder()
			h.server.ServeHTTP(w, r)
			if w.Code != c.status {
				h.Errorf("%s: %d %s, want %d", c.name, w.Code, w.Body, c.status)
			}
			if c.status == 403 && w.Header().Get("X-Amzn-ErrorType") == "" {
				h.Errorf("%s: no error type", c.name)
			}
		}
	})
}

// A page in a browser on this machine must not move the phones.
func TestPagesOfOthers(t *testing.T) {
	play(t, nil, func(h *house) {
		h.creds = wire.Credentials{}
		r := h.request("POST", "handsets/"+ann+"/messages", `{"text":"hi","to":"`+ours+`"}`)
		r.Header.Set("Origin", "https://evil.example")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		w := httptest.NewRecorder()
		h.server.ServeHTTP(w, r)
		if w.Code != 403 || len(h.world.Handset(ann).Messages) != 0 {
			h.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

func TestNoVerifier(t *testing.T) {
	play(t, func(c *Config) {
		c.Verifier, c.Anonymous = nil, wire.Caller{Account: account, Region: "us-east-1", Policy: wire.Everything()}
	}, func(h *house) {
		h.creds, h.remote = wire.Credentials{}, "10.0.0.7:1"
		h.get("GET", "contacts", "", nil)
	})
}

func TestBadRequests(t *testing.T) {
	play(t, nil, func(h *house) {
		for _, c := range []struct {
			method, path, body string
			status             int
			field, says        string
		}{
			{"GET", "nothing", "", 404, "", "nothing"},
			{"GET", "handsets/", "", 404, "", ""},
			{"GET", "handsets/+12065550100/", "", 404, "", ""},
			{"GET", "//handsets", "", 404, "", ""},
			{"PATCH", "handsets", "", 405, "", ""},
			{"GET", "handsets/12065550100", "", 400, "number", "E.164"},
			{"GET", "handsets/+0", "", 400, "number", ""},
			{"GET", "handsets/ann%00", "", 400, "number", ""},
			{"GET", "handsets?color=red", "", 400, "color", "no such parameter"},
			{"GET", "handsets?limit=0", "", 400, "limit", ""},
			{"GET", "handsets?limit=1&limit=2", "", 400, "limit", ""},
			{"GET", "handsets?a=%zz", "", 400, "", ""},
			{"POST", "handsets/+12065550100/messages", `{"text":"hi","colour":"red"}`, 400, "colour", "no such field"},
			{"POST", "handsets/+12065550100/messages", `{"text":7}`, 400, "text", "a text"},
			{"POST", "handsets/+12065550100/messages", `{"text":"hi"} {}`, 400, "", "more than one"},
			{"POST", "handsets/+12065550100/messages", `[]`, 400, "", "an object"},
			{"POST", "handsets/+12065550100/messages", `{`, 400, "", "not JSON"},
			{"POST", "handsets/+12065550100/messages", ``, 400, "", "empty"},
			{"POST", "handsets/+12065550100/messages", `{"text":"hi"}`, 400, "to", ""},
			{"POST", "handsets/+12065550100/messages", `{"text":"hi","to":"+4930111"}`, 404, "", "no number"},
			{"POST", "handsets/+12065550100/call", `{"action":"answer"}`, 409, "action", ""},
			{"POST", "handsets/+12065550100/call", `{"action":"press","digits":"x"}`, 400, "digits", ""},
			{"PUT", "handsets/+12065550100/script", `[{"on":"call","do":"answer","after":2}]`, 400, "after", "2s"},
			{"PUT", "handsets/+12065550100/script", `[{"on":"call","do":"sing"}]`, 400, "[0].do", "answer"},
			{"POST", "clock", `{"advance":"-1h"}`, 400, "advance", "25h"},
			{"POST", "clock", `{"advance":"soon"}`, 400, "advance", ""},
			{"POST", "clock", `{"advance":"9999d"}`, 400, "advance", ""},
			{"POST", "clock", `{}`, 400, "advance", ""},
			{"GET", "contacts?open=maybe", "", 400, "open", ""},
			{"GET", "contacts?from=yesterday", "", 400, "from", ""},
			{"GET", "contacts?after=x", "", 400, "", ""},
			{"GET", "contacts?instance=mars", "", 404, "instance", ""},
			{"GET", "contacts/none", "", 404, "id", ""},
			{"DELETE", "contacts?customer=ann", "", 400, "customer", ""},
			{"DELETE", "contacts", "", 400, "customer", ""},
			{"GET", "optout/mars", "", 404, "list", ""},
			{"PUT", "optout/number/ann", "", 400, "number", ""},
			{"POST", "optout/number/import", "+12065550100\nann\n", 400, "", "line 2"},
			{"POST", "keys", `{"name":"a b"}`, 400, "name", ""},
			{"POST", "keys", `{"name":"ab","allow":[{}]}`, 400, "actions", ""},
			{"POST", "keys", `{"name":"ab","allow":[{"actions":["StartChat"]}]}`, 400, "actions[0]", "SERVICE:ACTION"},
			{"POST", "keys", `{"name":"ab","deny":[{"actions":["*"],"resources":["acme"]}]}`, 400, "resources[0]", "wants an ARN"},
			{"DELETE", "keys/AKNONE", "", 404, "id", ""},
			{"POST", "events/replay", `{"from":"x"}`, 400, "", ""},
			{"GET", "events/parked?after=x", "", 400, "after", ""},
			{"POST", "handsets/+12065550100/messages", `{"text":"` + strings.Repeat("x", maxBody) + `"}`, 413, "", ""},
		} {
			if text := h.refused(c.method, c.path, c.body, c.status, c.field); !strings.Contains(text, c.says) {
				h.Errorf("%s %s: %q does not say %q", c.method, c.path, text, c.says)
			}
		}
	})
}

// Load balancers ask by HEAD whether a server is well.
func TestHead(t *testing.T) {
	play(t, nil, func(h *house) {
		for _, path := range []string{"health", "ready", "metrics"} {
			if w := h.ask("HEAD", path, ""); w.Code != 200 {
				t.Errorf("HEAD %s: %d", path, w.Code)
			}
		}
		if w := h.ask("HEAD", "events/replay", ""); w.Code != 405 {
			t.Errorf("HEAD of what is only POST: %d", w.Code)
		}
	})
}

func TestEveryRouteIsNamed(t *testing.T) {
	play(t, nil, func(h *house) {
		seen := make(map[string]bool)
		for _, r := range h.server.routes {
			if seen[r.method+r.path] || r.run == nil || (r.action == "") != (r.access == open) {
				h.Errorf("%s %s: twice, or without an action", r.method, r.path)
			}
			seen[r.method+r.path] = true
		}
	})
}
