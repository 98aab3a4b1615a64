package admin

import (
	"fmt"
	"strings"
	"testing"

	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/wire"
)

type marked struct {
	Numbers []mark
	Next    string
}

func TestOptOut(t *testing.T) {
	play(t, nil, func(h *house) {
		var all struct {
			Lists []struct {
				Name    string
				Numbers []string
			}
		}
		if h.get("GET", "optout", "", &all); len(all.Lists) != 1 || all.Lists[0].Name != "number" || all.Lists[0].Numbers[0] != ours {
			h.Fatalf("%+v", all)
		}
		h.get("PUT", "optout/number/"+ann, `{"note":"by letter"}`, nil)
		h.get("PUT", "optout/"+ours+"/"+ann, `{"note":"again"}`, nil) // by the number that keeps the list
		var m mark
		h.get("GET", "optout/number/%2B12065550100", "", &m)
		if m.Number != ann || !strings.Contains(string(m.Entry), "by letter") || !strings.Contains(string(m.Entry), "AKFIRST") {
			h.Errorf("%s %s", m.Number, m.Entry)
		}
		// The engine obeys it.
		_, err := h.engine.Start(h.Context(), engine.StartRequest{OptOutList: "number", Contact: &contact.Contact{
			Instance: demo, Channel: contact.Chat, Subtype: contact.SMS, Account: "sim", Position: contact.Position{Flow: "ask"},
			Customer: contact.Endpoint{Address: ann}, System: contact.Endpoint{Address: ours}}})
		if !fault.Is(err, fault.Conflict) || fault.CodeOf(err) != engine.CodeOptedOut {
			h.Errorf("started: %v", err)
		}
		h.get("DELETE", "optout/number/"+ann, "", nil)
		h.refused("GET", "optout/number/"+ann, "", 404, "number")
		h.refused("DELETE", "optout/number/"+ann, "", 404, "number")
		h.creds = foreignKey
		h.refused("GET", "optout/number", "", 404, "list")
		h.refused("GET", "dnc/demo", "", 404, "instance")
	})
}

func TestImportAndExport(t *testing.T) {
	play(t, nil, func(h *house) {
		var b strings.Builder
		b.WriteString("\ufeff# gathered\r\n\n")
		for i := range 1234 {
			fmt.Fprintf(&b, "+1206%07d,2030-01-01,whatever\r\n", i)
		}
		b.WriteString(" +12060000007 # again\n")
		var n map[string]int
		if h.get("POST", "dnc/demo/import", b.String(), &n); n["added"] != 1234 || n["known"] != 0 {
			h.Errorf("%v", n)
		}
		if h.get("POST", "dnc/"+demo+"/import", "+12060000007\n+13120000000", &n); n["added"] != 1 || n["known"] != 1 {
			h.Errorf("%v", n)
		}
		count := 0
		v := marked{}
		for next := ""; ; next = "&after=" + strings.ReplaceAll(v.Next, "+", "%2B") {
			v = marked{}
			h.get("GET", "dnc/demo?limit=1000"+next, "", &v)
			if count += len(v.Numbers); v.Next == "" {
				break
			}
		}
		if count != 1235 {
			h.Errorf("%d numbers", count)
		}
		w := h.ask("GET", "dnc/demo/export", "")
		lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
		if len(lines) != 1235 || !strings.HasPrefix(lines[7], "+12060000007,20") || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			h.Errorf("%d lines, %q", len(lines), lines[7])
		}
		if h.get("POST", "dnc/demo/import", w.Body.String(), &n); n["known"] != 1235 { // what was exported can be imported
			h.Errorf("%v", n)
		}
	})
}

func FuzzReadNumbers(f *testing.F) {
	f.Add("+12065550100\n+12065550101,x\n# y\n")
	f.Add("\ufeff\"+12065550100\"\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		numbers, err := readNumbers(strings.NewReader(text))
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		for _, n := range numbers {
			if !contact.E164(n) {
				t.Errorf("%q", n)
			}
		}
	})
}

func FuzzSpan(f *testing.F) {
	for _, s := range []string{"25h", "7d", "1d12h30m5s", "90s", "9999d", "-1h", "", "d", "1.5h", "99999999999999h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := span(text); err == nil && (d < 0 || d > farthest) || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v, %v", text, d, err)
		}
	})
}

func TestKeys(t *testing.T) {
	changes := 0
	play(t, func(c *Config) { c.KeysChanged = func() { changes++ } }, func(h *house) {
		var made key
		h.get("POST", "keys", `{"name":"ci","allow":[{"actions":["outdial:ListContacts"]}]}`, &made)
		if made.ID != "AKCI" || made.Secret != "made" || made.Account != account || changes != 1 {
			h.Errorf("%+v", made)
		}
		h.refused("POST", "keys", `{"name":"ci"}`, 409, "name")
		var all struct{ Keys []key }
		h.get("GET", "keys", "", &all)
		if len(all.Keys) != 3 || strings.Contains(h.ask("GET", "keys", "").Body.String(), "secret\"") {
			h.Errorf("%+v", all)
		}
		first := h.creds
		h.creds = wire.Credentials{AccessKeyID: made.ID, SecretAccessKey: made.Secret}
		h.get("GET", "contacts", "", nil)
		h.refused("GET", "keys", "", 403, "")
		h.creds = first
		h.get("DELETE", "keys/AKCI", "", nil)
		h.get("DELETE", "keys/AKREADER", "", nil)
		h.refused("DELETE", "keys/AKFIRST", "", 409, "id") // the last one
		h.refused("DELETE", "keys/AKFOREIGN", "", 404, "id")
		h.creds = wire.Credentials{AccessKeyID: made.ID, SecretAccessKey: made.Secret}
		h.refused("GET", "contacts", "", 403, "")
	})
}

func TestBackup(t *testing.T) {
	play(t, nil, func(h *house) {
		w := h.ask("GET", "backup", "")
		if w.Code != 200 || !strings.HasPrefix(w.Body.String(), "SQLite format 3") || w.Header().Get("Content-Length") != fmt.Sprint(w.Body.Len()) {
			h.Errorf("%d, %d bytes, %v", w.Code, w.Body.Len(), w.Header())
		}
	})
}
