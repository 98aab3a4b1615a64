package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"outdial/contact"
	"outdial/engine"
)

// Whoever holds a handset sees what arrives, and what is typed is the reply.
func TestHandset(t *testing.T) {
	l := live(t, t.TempDir(), serveFlags{})
	h := hold(l, "+12065550100")
	h.sees("This is +12065550100")
	h.types("hello")
	h.sees("nobody has written yet")

	id := strings.TrimSpace(l.ok("start", "chat", "-to", h.number, "-attr", "name=Ann", "-attr", "appointment=on Monday"))
	h.sees("SMS from +12065550110")
	h.sees("Hello Ann! Your appointment is on Monday - does it suit you? Reply 1 to confirm, or 2 for another time.")
	h.types("what?")
	h.sees("Sorry, I did not understand that.")
	h.types("2")
	h.sees("Which day would suit you better?")
	h.types("Friday")
	h.sees(`We have noted "Friday"`)
	if got := l.attribute(id, "preferredDay"); got != "Friday" {
		t.Errorf("the day is %q", got)
	}

	id = strings.TrimSpace(l.ok("start", "voice", "-to", h.number, "-attr", "name=Ann"))
	h.sees("ringing")
	h.types("/answer")
	h.sees("connected")
	h.sees("Press 1 to confirm")
	h.types("/press 1")
	h.sees("We look forward to seeing you. Goodbye.")
	h.sees("ended")
	if got := l.attribute(id, "appointmentStatus"); got != "confirmed" {
		t.Errorf("the appointment is %q", got)
	}

	l.ok("start", "voice", "-to", h.number)
	h.sees("ringing")
	h.types("/decline")
	h.sees("ended")
	h.types("/press 1")
	h.sees("(")
	h.types("/dial +12065550110")
	h.sees("Press 1 to hear how late it may be")
	h.types("/press 1")
	h.sees("It is later than you think")
	h.types("/hangup")
	h.sees("ended")
	h.types("/fly")
	h.sees("there is no /fly")

	l.ok("start", "chat", "-channel", "whatsapp", "-to", h.number, "-template", "appointment_reminder", "-var", "name=Ann", "-var", "appointment=soon")
	h.sees("WHATSAPP from +12065550111 (template appointment_reminder)")
	h.types("hello")
	h.sees("does it suit you?")
	h.types("/to +12065550110")
	h.types("is anybody there")
	h.sees("nobody is here to read it")
	h.types("/quit")
	if err := <-h.done; err != 0 {
		t.Errorf("exit %d", err)
	}
}

// A held is a handset in somebody's hand.
type held struct {
	l      *lived
	number string
	in     *io.PipeWriter
	out    *safeBuffer
	read   int // of out
	done   chan int
}

func hold(l *lived, number string) *held {
	r, w := io.Pipe()
	h := &held{l: l, number: number, in: w, out: new(safeBuffer), done: make(chan int, 1)}
	e := l.env
	e.stdin, e.stdout = r, h.out
	go func() { h.done <- run(l.t.Context(), e, []string{"handset", number}) }()
	l.t.Cleanup(func() { w.Close() })
	return h
}

// sees waits for a text behind what was seen before.
func (h *held) sees(text string) {
	h.l.t.Helper()
	h.l.eventually(text+" after "+h.out.String(), func() bool {
		i := strings.Index(h.out.String()[h.read:], text)
		if i >= 0 {
			h.read += i + len(text)
		}
		return i >= 0
	})
}

func (h *held) types(line string) {
	h.l.t.Helper()
	if _, err := io.WriteString(h.in, line+"\n"); err != nil {
		h.l.t.Fatal(err)
	}
}

func TestHandsetIsTold(t *testing.T) {
	l := live(t, t.TempDir(), serveFlags{})
	for _, c := range []struct{ args, want string }{
		{"handset", "wants one number in E.164"},
		{"handset 0123", "wants one number in E.164"},
	} {
		if _, errs, status := l.do(strings.Fields(c.args)...); status != 2 || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit %d, said %s", c.args, status, errs)
		}
	}
}

func TestContactVerbs(t *testing.T) {
	l := live(t, t.TempDir(), serveFlags{})
	id := strings.TrimSpace(l.ok("start", "chat", "-to", "+12065550104", "-attr", "name=Ann", "-wait"))
	open := strings.TrimSpace(l.ok("start", "chat", "-to", "+12065550100"))
	if out := l.ok("contact", "list"); !strings.Contains(out, id) || !strings.Contains(out, open) || !strings.Contains(out, "CONTACT_FLOW_DISCONNECT") {
		t.Errorf("list: %s", out)
	}
	for _, c := range []struct {
		args string
		want bool
	}{{"-open", false}, {"-customer +12065550104", true}, {"-channel voice", false}, {"-since 1h", true}, {"-o json", true}} {
		if out := l.ok(append([]string{"contact", "list"}, strings.Fields(c.args)...)...); strings.Contains(out, id) != c.want {
			t.Errorf("list %s: %s", c.args, out)
		}
	}
	for _, out := range []string{l.ok("contact", "show", id), l.ok("contact", "tail", id)} {
		for _, want := range []string{"appointmentStatus = confirmed", "Started", "Ask (ConnectParticipantWithLexBot): condition Equals Confirm", "← SMS \"1\"", "→ SMS ✓✓", "told DISCONNECTED", "ends: CONTACT_FLOW_DISCONNECT"} {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in\n%s", want, out)
			}
		}
	}
	if _, errs, status := l.do("contact", "delete", "-yes", open); status != 1 || !strings.Contains(errs, "open") {
		t.Errorf("an open one: exit %d, said %s", status, errs)
	}
	if _, errs, status := l.do("contact", "delete", id); status != 1 || !strings.Contains(errs, "the answer was not yes") {
		t.Errorf("without an answer: exit %d, said %s", status, errs)
	}
	if out := l.ok("contact", "delete", "-yes", "-customer", "+12065550104"); out != "deleted 1\n" {
		t.Errorf("delete: %s", out)
	}
	if _, _, status := l.do("contact", "show", id); status != 1 {
		t.Errorf("it is still shown: exit %d", status)
	}
	for _, args := range [][]string{{"contact"}, {"contact", "fly"}, {"contact", "show"}, {"contact", "delete"}, {"contact", "list", "x"}, {"contact", "list", "-since", "soon"}} {
		if _, _, status := l.do(args...); status != 2 {
			t.Errorf("%v: exit %d", args, status)
		}
	}
}

func TestEventVerbs(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "outdial.yaml", "sinks:\n- {name: all, file: all.jsonl}\n- {name: ends, file: ends.jsonl, events: [DISCONNECTED]}\n")
	l := live(t, dir, serveFlags{})
	id := strings.TrimSpace(l.ok("start", "chat", "-to", "+12065550104", "-wait"))
	if out := l.ok("events", "list", "-contact", id, "-type", "disconnected"); !strings.Contains(out, id+"  DISCONNECTED") || strings.Count(out, "\n") != 1 {
		t.Errorf("list: %s", out)
	}
	if out := l.ok("events", "list", "-o", "json", "-n", "1"); !strings.Contains(out, `"detail-type":"Amazon Connect Contact Event"`) {
		t.Errorf("list: %s", out)
	}
	lines := func(name string) int {
		doc, _ := os.ReadFile(name)
		return bytes.Count(doc, []byte("\n"))
	}
	l.eventually("the sinks are told", func() bool { return lines("all.jsonl") >= 5 && lines("ends.jsonl") == 1 })
	if out := l.ok("events", "list", "-parked"); out != "" {
		t.Errorf("parked: %s", out)
	}
	// The files were moved away: SIGHUP opens new ones.
	if err := os.Rename("ends.jsonl", "old.jsonl"); err != nil {
		t.Fatal(err)
	}
	l.hup <- os.Interrupt
	l.eventually("a new file", func() bool { _, err := os.Stat("ends.jsonl"); return err == nil })
	if out := l.ok("events", "replay", "-contact", id); !strings.HasSuffix(out, "events go out again\n") || strings.HasPrefix(out, "0 ") {
		t.Errorf("replay: %s", out)
	}
	l.eventually("the sink is told again", func() bool { return lines("ends.jsonl") == 1 })
}

func TestKeyVerbs(t *testing.T) {
	l := live(t, t.TempDir(), serveFlags{})
	out := l.ok("key", "create", "-name", "reader", "-allow", "outdial:List*,connect:Describe*@*")
	id, secret, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(out), "export AWS_ACCESS_KEY_ID="), " AWS_SECRET_ACCESS_KEY=")
	if out := l.ok("key", "list"); !strings.Contains(out, id) || !strings.Contains(out, "may do outdial:List*,connect:Describe*@*") || strings.Contains(out, secret) {
		t.Errorf("list: %s", out)
	}
	as := *l
	as.env.getenv = envOf(map[string]string{"OUTDIAL_ENDPOINT": l.facts.Endpoint, "OUTDIAL_READY": "/nowhere", "AWS_ACCESS_KEY_ID": id, "AWS_SECRET_ACCESS_KEY": secret})
	as.ok("contact", "list")
	if _, errs, status := as.do("start", "voice", "-instance", l.facts.InstanceID, "-flow", l.facts.InstanceID, "-to", "+12065550100", "-queue", l.facts.InstanceID); status != 1 || !strings.Contains(errs, "AccessDeniedException") {
		t.Errorf("beyond its rules: exit %d, said %s", status, errs)
	}
	l.ok("key", "revoke", id)
	if _, errs, status := as.do("contact", "list"); status != 1 || !strings.Contains(errs, "UnrecognizedClientException") {
		t.Errorf("revoked: exit %d, said %s", status, errs)
	}
	if out := l.ok("key", "list"); !strings.Contains(out, "revoked") {
		t.Errorf("list: %s", out)
	}
}

func TestOptoutVerbs(t *testing.T) {
	dir := t.TempDir()
	l := live(t, dir, serveFlags{})
	const ours = "+12065550110"
	if out := l.ok("optout", "list"); !strings.Contains(out, ours) {
		t.Errorf("lists: %s", out)
	}
	l.ok("optout", "add", ours, "+12065550150", "+12065550151")
	if _, errs, status := l.do("start", "chat", "-to", "+12065550150"); status != 1 || !strings.Contains(errs, "OPTED_OUT") {
		t.Errorf("an added number: exit %d, said %s", status, errs)
	}
	l.ok("optout", "remove", ours, "+12065550150")
	l.ok("start", "chat", "-to", "+12065550150")
	write(t, dir, "more.csv", "number,since\n+12065550151,2026\n+12065550152 # by letter\n\n")
	if out := l.ok("optout", "import", ours, filepath.Join(dir, "more.csv")); out != "1 added, 1 were there already\n" {
		t.Errorf("import: %s", out)
	}
	if out := l.ok("optout", "export", ours); !strings.Contains(out, "+12065550151,") || !strings.Contains(out, "+12065550152,") || strings.Contains(out, "+12065550150") {
		t.Errorf("export: %s", out)
	}
	write(t, dir, "bad.csv", "+12065550153\n12\n")
	if _, errs, status := l.do("optout", "import", ours, filepath.Join(dir, "bad.csv")); status != 1 || !strings.Contains(errs, `bad.csv:2: wants a number in E.164, not "12"`) {
		t.Errorf("a bad file: exit %d, said %s", status, errs)
	}
	l.ok("optout", "add", "-dnc", "+12065550160")
	if out := l.ok("optout", "list", "-dnc"); !strings.Contains(out, "+12065550160") {
		t.Errorf("dnc: %s", out)
	}
	far := *l // elsewhere there is no file that says which instance is meant
	far.env.getenv = envOf(map[string]string{"OUTDIAL_ENDPOINT": l.facts.Endpoint, "OUTDIAL_READY": "/nowhere",
		"AWS_ACCESS_KEY_ID": l.facts.AccessKeyID, "AWS_SECRET_ACCESS_KEY": l.facts.SecretKey})
	if out := far.ok("optout", "list", "-dnc"); !strings.Contains(out, "+12065550160") {
		t.Errorf("dnc, from afar: %s", out)
	}
	if _, errs, status := l.do("start", "voice", "-to", "+12065550160"); status != 1 || !strings.Contains(errs, "OutboundContactNotPermittedException") {
		t.Errorf("who must not be called: exit %d, said %s", status, errs)
	}
}

// A backup is a store that a server can start on.
func TestBackup(t *testing.T) {
	dir := t.TempDir()
	l := live(t, dir, serveFlags{})
	id := strings.TrimSpace(l.ok("start", "chat", "-to", "+12065550104", "-wait"))
	copied := filepath.Join(dir, "copy.db")
	l.ok("backup", copied)
	if _, errs, status := l.do("backup", copied); status != 1 || !strings.Contains(errs, "is there already") {
		t.Errorf("over a file: exit %d, said %s", status, errs)
	}
	l.stop()
	other := live(t, t.TempDir(), serveFlags{store: "file:" + copied})
	if got := other.attribute(id, "appointmentStatus"); got != "confirmed" {
		t.Errorf("in the copy the appointment is %q", got)
	}
}

func TestOperationsVerb(t *testing.T) {
	var out, errs bytes.Buffer
	e := env{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: noEnv}
	for _, c := range []struct{ args, want string }{
		{"operations", "StartOutboundChatContact                     PUT /contact/outbound-chat"},
		{"operations startoutboundvoicecontact", "RingTimeoutInSeconds                                         integer, range 15..60"},
		{"operations -all", "- CreateEvaluationForm"},
		{"operations -flows", "MessageParticipant                               run"},
		{"operations -o json StopContact", `"name":"StopContact"`},
		{"operations -flows -o json", `"type":"Compare"`},
	} {
		out.Reset()
		if status := run(t.Context(), e, strings.Fields(c.args)); status != 0 || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: exit %d, said %s%s", c.args, status, out.String(), errs.String())
		}
	}
	for _, c := range []struct{ args, want string }{
		{"operations CreateEvaluationForm", "CreateEvaluationForm is Amazon Connect's, and not honoured here"},
		{"operations Fly", "there is no operation Fly in Amazon Connect"},
	} {
		errs.Reset()
		if status := run(t.Context(), e, strings.Fields(c.args)); status != 1 || !strings.Contains(errs.String(), c.want) {
			t.Errorf("%s: exit %d, said %s", c.args, status, errs.String())
		}
	}
}

// The ladder of a call is drawn, one line a message, and not quoted.
func TestLadder(t *testing.T) {
	var b strings.Builder
	s := &screen{w: &b}
	end := contact.CallEnded{By: contact.BySystem, Ladder: "   2030-05-06T12:00:00Z\n   0.000 -> 192.0.2.1:5060 INVITE sip:+12065550100@192.0.2.1\n   2.000 <- 192.0.2.1:5060 200 OK (BYE)"}
	doc, err := json.Marshal(end)
	if err != nil {
		t.Fatal(err)
	}
	s.entry(timelineEntry{At: time.Date(2030, 5, 6, 12, 0, 2, 0, time.Local), Turn: &engine.Turn{Input: "CallEnded", In: doc, Reason: "CONTACT_FLOW_DISCONNECT"}})
	want := "12:00:02.000 CallEnded by=\"system\"\n" +
		"                2030-05-06T12:00:00Z\n" +
		"                0.000 -> 192.0.2.1:5060 INVITE sip:+12065550100@192.0.2.1\n" +
		"                2.000 <- 192.0.2.1:5060 200 OK (BYE)\n" +
		"             ends: CONTACT_FLOW_DISCONNECT\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}
