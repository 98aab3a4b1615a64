package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// A kannelBox is the far side of two accounts: what was sent by each, and how it
// answers.
type kannelBox struct {
	mu     sync.Mutex
	refuse map[string]bool // user names that it does not know
	sent   []string        // "user to text"
	refs   []string
}

func (k *kannelBox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refuse[q.Get("username")] {
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, "Authorization failed for sendsms")
		return
	}
	k.sent = append(k.sent, q.Get("username")+" "+q.Get("to")+" "+q.Get("text"))
	_, ref, _ := strings.Cut(q.Get("dlr-url"), "&ref=")
	ref, _, _ = strings.Cut(ref, "&")
	k.refs = append(k.refs, ref)
	w.WriteHeader(http.StatusAccepted)
	io.WriteString(w, "0: Accepted for delivery")
}

func (k *kannelBox) last() (sent, ref string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.sent) == 0 {
		return "", ""
	}
	return k.sent[len(k.sent)-1], k.refs[len(k.refs)-1]
}

func kannelConfig(url, hooks string) string {
	one := "- {name: %s, kind: smshttp, carrier: kannel, url: '" + url + "', user: %s, secret: s, hook_secret: our-token-our-token}\n"
	return "publicURL: https://example.test\nflows: flows\n" + hooks + "carriers:\n" + fmt.Sprintf(one, "acme", "first") + fmt.Sprintf(one, "spare", "second") +
		"instances:\n- alias: acme\n  numbers:\n  - {number: '+12065550110', channels: [SMS], carrier: acme, routes: [spare], flow: Greeting}\n"
}

// greeting says a word and waits for another.
const greeting = `{"Version":"2019-10-30","StartAction":"hi","Actions":[
	{"Identifier":"hi","Type":"MessageParticipant","Parameters":{"Text":"Good morning."},"Transitions":{"NextAction":"wait","Errors":[{"ErrorType":"NoMatchingError","NextAction":"end"}]}},
	{"Identifier":"wait","Type":"Wait","Parameters":{"TimeLimitSeconds":"3600","Events":["CustomerReturned"]},"Transitions":{"NextAction":"end","Errors":[{"ErrorType":"NoMatchingError","NextAction":"end"}],
		"Conditions":[{"NextAction":"bye","Condition":{"Operator":"Equals","Operands":["CustomerReturned"]}},{"NextAction":"end","Condition":{"Operator":"Equals","Operands":["WaitCompleted"]}}]}},
	{"Identifier":"bye","Type":"MessageParticipant","Parameters":{"Text":"Thank you."},"Transitions":{"NextAction":"end","Errors":[{"ErrorType":"NoMatchingError","NextAction":"end"}]}},
	{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}`

func statusOf(t *testing.T, url string) int {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	return r.StatusCode
}

// A conversation over two accounts of an HTTP carrier: the second takes what the
// first refuses, statuses and replies come by web-hook on a listener of their own.
func TestRoutesAndHooks(t *testing.T) {
	box := &kannelBox{refuse: map[string]bool{"first": true}}
	far := httptest.NewServer(box)
	defer far.Close()
	dir := t.TempDir()
	write(t, dir, "flows/Greeting.json", greeting)
	write(t, dir, "outdial.yaml", kannelConfig(far.URL, "hooks: {listen: '127.0.0.1:0'}\n"))
	t.Chdir(dir)
	l := live(t, dir, serveFlags{config: "outdial.yaml"})
	hooks := "http://" + l.hookLn.Addr().String() + "/_outdial/hooks/"

	id := strings.TrimSpace(l.ok("start", "chat", "-to", "+12065550123", "-from", "+12065550110", "-flow", "Greeting"))
	l.eventually("the second carrier takes it", func() bool { sent, _ := box.last(); return sent == "second +12065550123 Good morning." })
	_, ref := box.last()
	shown := func(parts ...string) bool {
		text := l.ok("contact", "show", id)
		for _, p := range parts {
			if !strings.Contains(text, p) {
				return false
			}
		}
		return true
	}
	l.eventually("the timeline tells of the route", func() bool { return shown("✓", "it goes by spare") })

	for url, want := range map[string]int{
		hooks + "spare/status?ref=" + ref + "&type=1":                                   http.StatusForbidden,
		hooks + "nobody/status?token=our-token-our-token&ref=" + ref + "&type=1":        http.StatusNotFound,
		l.endpoint() + "/_outdial/hooks/spare/status?token=our-token-our-token&ref=x":   http.StatusNotFound, // they have a listener of their own
		"http://" + l.hookLn.Addr().String() + "/_outdial/health":                       http.StatusNotFound, // and nothing else is there
		"http://" + l.hookLn.Addr().String() + "/contact/outbound-chat":                 http.StatusNotFound,
		hooks + "spare/status?token=our-token-our-token&ref=" + ref + "&type=1&answer=": http.StatusOK,
	} {
		if got := statusOf(t, url); got != want {
			t.Errorf("%s: %d, want %d", url, got, want)
		}
	}
	if !shown("✓✓") { // it was answered after the commit
		t.Error("the status was answered, and is not there")
	}
	// A reply that came by the other account finds its contact; its repeat is dropped.
	for range 2 {
		if got := statusOf(t, hooks+"acme?token=our-token-our-token&from=%2B12065550123&to=%2B12065550110&text=yes&id=mo-1"); got != http.StatusOK {
			t.Errorf("a reply: %d", got)
		}
	}
	l.eventually("it is answered", func() bool { sent, _ := box.last(); return sent == "second +12065550123 Thank you." })
	_, messages, _ := strings.Cut(l.ok("contact", "show", id), "\nMessages\n")
	if n := strings.Count(messages, "← SMS"); n != 1 {
		t.Errorf("the reply is there %d times", n)
	}
	l.linesAfterwards(box)
}

// linesAfterwards looks at what the verb lines says.
func (l *lived) linesAfterwards(box *kannelBox) {
	l.t.Helper()
	wants := func(text string, parts ...string) {
		l.t.Helper()
		for _, p := range parts {
			if !strings.Contains(text, p) {
				l.t.Errorf("%q is not in\n%s", p, text)
			}
		}
	}
	wants(l.ok("lines"), "acme     smshttp  up     unproven", "+12065550110  SMS       acme, then spare", "acme, last error", "HTTP 403")
	out, errs, code := l.do("lines", "test", "-account", "acme", "-wait", "2s", "+12065550123")
	if code != 1 {
		l.t.Errorf("exit %d", code)
	}
	wants(out+errs, "not taken", "it did not pass", "HTTP 403")
	// By the route, the second account passes when its status comes.
	done := make(chan string)
	before, _ := box.last()
	go func() {
		out, errs, _ := l.do("lines", "test", "-wait", "20s", "+12065550177")
		done <- out + errs
	}()
	var ref string
	l.eventually("the test is sent", func() (ok bool) {
		var sent string
		sent, ref = box.last()
		return sent != before
	})
	l.eventually("its status is taken", func() bool {
		return statusOf(l.t, "http://"+l.hookLn.Addr().String()+"/_outdial/hooks/spare/status?token=our-token-our-token&ref="+ref+"&type=1") == http.StatusOK
	})
	wants(<-done, "the next route", "taken after", "DELIVERED", "it passed")
	wants(l.ok("lines", "-o", "json"), `"account":"spare"`, `"proven":"20`)
	if text := l.ok("lines"); strings.Count(text, "unproven") != 1 {
		l.t.Errorf("after a test that passed\n%s", text)
	}
	for _, wrong := range [][]string{{"lines", "test"}, {"lines", "test", "12"}, {"lines", "more"}} {
		if _, _, code := l.do(wrong...); code != 2 {
			l.t.Errorf("%v: exit %d", wrong, code)
		}
	}
}

// Routes and throttles change while the server runs, and without a listener of
// their own web-hooks are on the server's.
func TestRoutesChangeWhileItRuns(t *testing.T) {
	box := &kannelBox{refuse: map[string]bool{}}
	far := httptest.NewServer(box)
	defer far.Close()
	dir := t.TempDir()
	write(t, dir, "flows/Greeting.json", greeting)
	doc := kannelConfig(far.URL, "")
	write(t, dir, "outdial.yaml", doc)
	t.Chdir(dir)
	l := live(t, dir, serveFlags{config: "outdial.yaml"})
	l.eventually("a web-hook without its token is refused", func() bool { // before the gateway runs it says 503
		return statusOf(t, l.endpoint()+"/_outdial/hooks/acme") == http.StatusForbidden
	})
	l.ok("start", "chat", "-to", "+12065550123", "-from", "+12065550110", "-flow", "Greeting")
	l.eventually("the first carrier takes it", func() bool { sent, _ := box.last(); return strings.HasPrefix(sent, "first ") })
	write(t, dir, "outdial.yaml", strings.Replace(doc, "name: acme, kind", "name: acme, throttle: 7, kind", 1)+"routes:\n- {to: [US], carriers: [spare]}\n")
	l.hup <- os.Signal(syscall.SIGHUP)
	l.eventually("the throttle and the route are there", func() bool {
		text := l.ok("lines")
		return strings.Contains(text, "7/s") && strings.Contains(text, "FROM") && strings.Contains(text, "US")
	})
	l.ok("start", "chat", "-to", "+12065550124", "-from", "+12065550110", "-flow", "Greeting")
	l.eventually("the route holds", func() bool { sent, _ := box.last(); return strings.HasPrefix(sent, "second +12065550124") })
	write(t, dir, "outdial.yaml", doc+"hooks: {listen: '127.0.0.1:0'}\n")
	l.hup <- os.Signal(syscall.SIGHUP)
	l.eventually("a listener takes a restart", func() bool { return strings.Contains(l.logs.String(), "hooks has changed, and takes a restart") })
}
