package play

import (
	"strings"
	"testing"
	"time"

	"outdial/fault"
)

const full = `// A reminder, answered.
flow: appointment.json
flow: [queue.json, "module two.json"]
name: "the customer confirms"
channel: WhatsApp
from: +12065550111
to: +12065550100
traffic: campaign
amd: human_answered
at: 2026-03-01T09:00:00+02:00
attributes: {name: Ann, count: 3}
related:
  older: "yes"
contact:
  language: en-GB
  references: {doc: {type: URL, value: "https://example.com"}}
stubs:
  functions:
    lookup: {status: ok}
    slow:
      - {error: timeout, after: 3s}
      - {returns: {n: 1}, when: {id: "7"}}
  bots:
    yesno: {hears: {"1": Yes, "*": {intent: No, slots: {why: busy}}}}
    big: bots/big.yaml
  hours: {Basic Hours: closed}
  queues: {BasicQueue: {waiting: 2, oldest: 5m}, Gone: missing}
  prompts: {beep: "Beep."}

< Hello Ann!
|
| 1 confirms,
|   2 does not.
> 1
#12#
!status failed 30007 carrier filtered
+1h30m
; a remark
* InvokeFunction lookup {"id": "7"}
? $.Attributes.x = y = z
? contact.priority != 5
<
= end CONTACT_FLOW_DISCONNECT
`

func TestReadAndWrite(t *testing.T) {
	p, err := Read("full.play", []byte(full))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.String(); got != full {
		t.Errorf("written:\n%s", got)
	}
	h := p.Head
	if len(h.Flows) != 3 || h.Flows[2] != "module two.json" || h.Channel != "WHATSAPP" || h.To != "+12065550100" || h.Traffic != "CAMPAIGN" ||
		h.Attributes["count"] != "3" || h.At.UTC().Hour() != 7 || h.Contact.References["doc"].Type != "URL" || h.AMD != "HUMAN_ANSWERED" {
		t.Errorf("head %+v", h)
	}
	if s := h.Stubs; s.Functions["slow"][0].After != 3*time.Second || s.Bots["yesno"].Hears["*"].Slots["why"] != "busy" ||
		s.Bots["big"].File != "bots/big.yaml" || s.Hours["Basic Hours"].Is != "closed" || s.Queues["Gone"].Is != "missing" {
		t.Errorf("stubs %+v", s)
	}
	if got := p.Body[0].Text; got != "Hello Ann!\n\n1 confirms,\n  2 does not." || p.Body[0].No != 30 {
		t.Errorf("first line %q at %d", got, p.Body[0].No)
	}
}

func TestHeadWritten(t *testing.T) {
	p, err := Read("full.play", []byte(full))
	if err != nil {
		t.Fatal(err)
	}
	p.Head.source = nil
	again, err := Read("again.play", []byte(p.String()))
	if err != nil {
		t.Fatalf("%v\n%s", err, p.String())
	}
	first := p.String()
	again.Head.source = nil
	if second := again.String(); second != first {
		t.Errorf("first\n%s\nsecond\n%s", first, second)
	}
	if again.Head.Stubs.Functions["slow"][1].When == nil {
		t.Errorf("a condition was lost: %+v", again.Head.Stubs.Functions["slow"])
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct{ doc, want string }{
		{"colour: red\n", `p.play:1: "colour: red": a head has flow, name`},
		{"flow: a\n\nchannel: fax\n< x", "p.play:3: channel: channel: one of SMS"},
		{"at: noon\n", "p.play:1: at: at: a time like"},
		{"traffic: HEAVY\n", "p.play:1: traffic"},
		{"stubs:\n  nothing: {}\n", "p.play:1: stubs: yaml"},
		{"stubs:\n  hours: {A: ajar}\n", "open, closed"},
		{"stubs:\n  bots: {A: {hear: {}}}\n", `unknown key "hear"`},
		{"stubs:\n  functions: {A: {returns: 1, before: 2}}\n", "before"},
		{"flow: a\n| more\n", "p.play:2: a line that goes on from none"},
		{"flow: a\n+1h\n| more\n", "p.play:3: only lines"},
		{"flow: a\n# a comment\n", "keys are 0 to 9"},
		{"flow: a\n#\n", "# alone is ##"},
		{"flow: a\n< x\nhello\n", `p.play:3: "hello": a line begins with`},
		{"flow: a\n+1 fortnight\n", "a time is a number"},
		{"flow: a\n+99999999999d\n", "up to ten years"},
		{"flow: a\n? x = y\n", "wants ? $.Reference"},
		{"flow: a\n? $.x\n", "wants ? $.Reference"},
		{"flow: a\n= over\n", "wants = end"},
		{"flow: a\n!explode\n", "explode"},
		{"flow: a\n* Nothing\n", "Nothing"},
		{"flow: a\n* InvokeFunction x {\n", "JSON"},
		{"\xff", "UTF-8"},
	} {
		_, err := Read("p.play", []byte(c.doc))
		if err == nil || !strings.Contains(err.Error(), c.want) || !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v; want %q", c.doc, err, c.want)
		}
	}
}

func TestLike(t *testing.T) {
	for _, c := range []struct {
		want, got string
		is        bool
	}{
		{"a", "a", true}, {"a", "b", false}, {"a  ", "a", true}, {"a\r\nb ", "a\nb", true},
		{"Hello…", "Hello Ann", true}, {"Hello…", "Hell", false}, {"…Ann", "Hello Ann", true}, {"…", "", true},
		{"a…b…c", "a1b2c", true}, {"a…b…c", "a1c", false}, {"a…a", "a", false}, {"Hello…", "Hello…", true},
		{"a…", "a\nb\nc", true}, {"tab", "tab\t", true}, {"a b", "a\tb", true},
	} {
		if like(c.want, c.got) != c.is {
			t.Errorf("like(%q, %q) is %v", c.want, c.got, !c.is)
		}
	}
}

func TestDuration(t *testing.T) {
	for s, want := range map[string]time.Duration{"25h": 25 * time.Hour, "7d": 168 * time.Hour, "1h30m": 90 * time.Minute, "250ms": 250 * time.Millisecond, "1.5s": 1500 * time.Millisecond} {
		if got, err := ParseDuration(s); err != nil || got != want {
			t.Errorf("%s: %v %v", s, got, err)
		}
	}
	for _, s := range []string{"", "h", "5", "5x", "-5s", "1..2s", "1e99d", "9999999d"} {
		if got, err := ParseDuration(s); err == nil {
			t.Errorf("%s: %v", s, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(full)
	for _, s := range []string{"", "<", "|", "stubs:\r", "flow: a\r\r< b\r", "flow: a\n\n< b\n|\n|  c\n", "stubs: {bots: {a: {hears: {x: {}}}}}\n", "; x\n// y\n\n", "a: *a\n", "attributes: &a [*a]\n",
		"flow: [\n", "? $.a = \n| b\n", "* Event DISCONNECTED\n", "!agent accepted Ann\n", "!input PromptEnded {\"visit\":3}\n", "=end\n= end X\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		p, err := Read("f.play", []byte(doc))
		if err != nil {
			return
		}
		once := p.String()
		again, err := Read("f.play", []byte(once))
		if err != nil {
			t.Fatalf("%v\n%q", err, once)
		}
		if twice := again.String(); twice != once {
			t.Fatalf("%q\n%q", once, twice)
		}
		p.Head.source = nil
		if _, err := Read("f.play", []byte(p.Head.String())); err != nil {
			t.Fatalf("%v\n%q", err, p.Head.String())
		}
	})
}
