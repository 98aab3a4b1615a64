package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"outdial/config"
)

// A lived is a house that serves, as a test sees it.
type lived struct {
	*house
	t    *testing.T
	env  env
	dir  string
	hup  chan os.Signal
	end  context.CancelFunc
	done chan error
	logs *safeBuffer
}

// A safeBuffer may be written to while it is read.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// live starts a server in dir on a free port; more are further variables of its
// environment.
func live(t *testing.T, dir string, o serveFlags, more ...string) *lived {
	t.Helper()
	vars := map[string]string{"XDG_RUNTIME_DIR": filepath.Join(dir, "run"), "HOME": dir}
	for i := 0; i+1 < len(more); i += 2 {
		vars[more[i]] = more[i+1]
	}
	if err := os.MkdirAll(vars["XDG_RUNTIME_DIR"], 0o700); err != nil {
		t.Fatal(err)
	}
	l := &lived{t: t, dir: dir, hup: make(chan os.Signal, 1), done: make(chan error, 1), logs: new(safeBuffer)}
	l.env = env{stdin: strings.NewReader(""), stdout: io.Discard, stderr: l.logs, getenv: envOf(vars)}
	if o.listen == "" {
		o.listen = "127.0.0.1:0"
	}
	if o.store == "" {
		o.store = "file:" + filepath.Join(dir, "outdial.db")
	}
	o.drain = 5 * time.Second
	ctx, cancel := context.WithCancel(context.Background())
	h, err := openHouse(ctx, l.env, o)
	if err != nil {
		t.Fatal(err)
	}
	l.house, l.end = h, cancel
	go func() { l.done <- h.Run(ctx, l.hup) }()
	t.Cleanup(l.stop)
	return l
}

// stop ends the server, and waits for its end.
func (l *lived) stop() {
	l.end()
	select {
	case err := <-l.done:
		if err != nil {
			l.t.Errorf("the end of the server: %v\n%s", err, l.logs)
		}
		l.done <- nil
	case <-time.After(20 * time.Second):
		l.t.Error("the server did not end")
	}
}

// do runs a verb against the server, and gives what it said.
func (l *lived) do(args ...string) (stdout, stderr string, status int) {
	l.t.Helper()
	var out, errs bytes.Buffer
	e := l.env
	e.stdout, e.stderr = &out, &errs
	status = run(l.t.Context(), e, args)
	return out.String(), errs.String(), status
}

// ok runs a verb that must succeed, and gives what it said.
func (l *lived) ok(args ...string) string {
	l.t.Helper()
	out, errs, status := l.do(args...)
	if status != 0 {
		l.t.Fatalf("outdial %s: exit %d\n%s%s", strings.Join(args, " "), status, out, errs)
	}
	return out
}

// eventually waits until fn is true.
func (l *lived) eventually(what string, fn func() bool) {
	l.t.Helper()
	deadline := time.After(2 * time.Minute) // on however busy a machine
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !fn() {
		select {
		case <-deadline:
			l.t.Fatalf("never: %s\n%s", what, l.logs)
		case <-tick.C:
		}
	}
}

// What is printed can be pasted: nobody has an outdial in the PATH yet.
func TestInvoked(t *testing.T) {
	for arg0, want := range map[string]string{
		"outdial": "outdial", "./outdial": "./outdial", "/usr/local/bin/outdial": "/usr/local/bin/outdial",
		"/tmp/go-build123/b001/exe/outdial": "go run ./cmd/outdial", "/home/ann/.cache/go-build/a/b-d/outdial": "go run ./cmd/outdial",
	} {
		if got := invoked(arg0); got != want {
			t.Errorf("%s is run by %q, not %q", arg0, got, want)
		}
	}
}

// A first start makes the demo instance, and what a newcomer does works.
func TestNewcomer(t *testing.T) {
	l := live(t, t.TempDir(), serveFlags{})
	var banner bytes.Buffer
	l.announce(&banner)
	for _, want := range []string{l.facts.Endpoint, l.facts.SecretKey, " AWS_DEFAULT_REGION=" + l.facts.Region + "\n", "aws connect start-outbound-chat-contact --endpoint-url " + l.facts.Endpoint,
		"connect:WhatsApp", "--initial-templated-system-message", "aws connect start-outbound-voice-contact"} {
		if !strings.Contains(banner.String(), want) {
			t.Errorf("%q is not said in\n%s", want, banner.String())
		}
	}
	// These handsets answer by themselves.
	for _, args := range [][]string{
		{"start", "chat", "-to", "+12065550104", "-attr", "name=Ann", "-wait"},
		{"start", "voice", "-to", "+12065550104", "-attr", "name=Ann", "-wait"},
		{"start", "chat", "-channel", "whatsapp", "-to", "+12065550104", "-template", "appointment_reminder", "-var", "name=Ann", "-var", "appointment=soon", "-wait"},
	} {
		out := l.ok(args...)
		if got := l.attribute(strings.TrimSpace(out), "appointmentStatus"); got != "confirmed" {
			t.Errorf("%v: the appointment is %q", args, got)
		}
	}
	if _, errs, status := l.do("start", "chat", "-to", "+12065550106"); status != 1 || !strings.Contains(errs, "ConflictException: DESTINATION_PHONE_NUMBER_OPTED_OUT") {
		t.Errorf("who has opted out: exit %d, %s", status, errs)
	}
	if _, errs, status := l.do("start", "voice", "-to", "+12065550101", "-wait"); status != 1 || !strings.Contains(errs, "TELECOM_BUSY") {
		t.Errorf("who is busy: exit %d, %s", status, errs)
	}
}

// attribute gives an attribute of a contact.
func (l *lived) attribute(id, name string) string {
	l.t.Helper()
	c, err := new(clientFlags).connect(l.env)
	if err != nil {
		l.t.Fatal(err)
	}
	var out struct{ Attributes map[string]string }
	if err := c.call(l.t.Context(), "GET", "/contact/attributes/"+l.facts.InstanceID+"/"+id, nil, &out); err != nil {
		l.t.Fatal(err)
	}
	return out.Attributes[name]
}

// The ready file has the members that it is documented to have, and is the
// user's alone; it is gone when the server is.
func TestReadyFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ready.json")
	l := live(t, dir, serveFlags{ready: path})
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(doc, &members); err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"endpoint", "region", "accountId", "accessKeyId", "secretAccessKey", "instanceId", "instanceArn", "flows", "queues", "phoneNumbers", "templates"} {
		if members[k] == nil {
			t.Errorf("no %s", k)
		}
	}
	if len(members) != 11 {
		t.Errorf("%d members", len(members))
	}
	l.stop()
	for _, p := range []string{path, localReady(l.env.getenv)} {
		if _, err := os.Stat(p); err == nil {
			t.Errorf("%s is still there", p)
		}
	}
}

// The first key is made once, and its secret said once; the environment can fix it.
func TestFirstKey(t *testing.T) {
	dir := t.TempDir()
	l := live(t, dir, serveFlags{})
	id, made := l.facts.AccessKeyID, l.secretIs == ""
	l.stop()
	m := live(t, dir, serveFlags{})
	if !made || m.secretIs == "" || m.facts.AccessKeyID != id {
		t.Errorf("made %v, then %q; %s, then %s", made, m.secretIs, id, m.facts.AccessKeyID)
	}
	var banner bytes.Buffer
	m.announce(&banner)
	if strings.Contains(banner.String(), m.facts.SecretKey) {
		t.Error("the secret is said again")
	}
	if !strings.Contains(banner.String(), "its secret was shown when it was made") {
		t.Errorf("it says %s", banner.String())
	}
	m.stop()
	n := live(t, dir, serveFlags{}, "OUTDIAL_ACCESS_KEY_ID", "AKODFIXED23456723456", "OUTDIAL_SECRET_ACCESS_KEY", "fixed-secret")
	if n.secretIs != "is in OUTDIAL_SECRET_ACCESS_KEY" {
		t.Errorf("the secret %s", n.secretIs)
	}
	if n.facts.AccessKeyID != "AKODFIXED23456723456" || n.facts.SecretKey != "fixed-secret" {
		t.Errorf("the key is %s", n.facts.AccessKeyID)
	}
	n.ok("start", "chat", "-to", "+12065550100")
}

const fileConfig = `
log: {numbers: shown}
instances:
  - alias: acme
    region: eu-west-2
    flows: flows
    hours:
      - {name: Office, timeZone: Europe/London, open: [MONDAY-FRIDAY 09:00-17:30]}
    numbers:
      - {number: "+442079460958", channels: [SMS, VOICE], flow: Reminder}
    queues:
      - {name: Desk, hours: Office, callerId: "+442079460958"}
doNotContact: {numbers: ["+442079460000"]}
`

// What the file declares is made under the same ids in every store; SIGHUP
// takes all of a changed file, or nothing.
func TestFileDeclares(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "outdial.yaml", fileConfig)
	write(t, dir, "flows/Reminder.json", tiny)
	l := live(t, dir, serveFlags{})
	arn := l.facts.PhoneNumbers[0].ARN
	if len(l.facts.Flows) != 1 || l.facts.Region != "eu-west-2" || l.facts.Queues["Desk"] == "" || !strings.HasPrefix(arn, "arn:aws:connect:eu-west-2:111122223333:phone-number/") {
		t.Fatalf("%+v", l.facts)
	}
	if _, errs, status := l.do("start", "voice", "-flow", "Reminder", "-to", "+442079460000"); status != 1 || !strings.Contains(errs, "OutboundContactNotPermittedException") {
		t.Errorf("who must not be called: exit %d, %s", status, errs)
	}

	write(t, dir, "outdial.yaml", strings.ReplaceAll(fileConfig, "queues:", "quues:"))
	l.hup <- os.Interrupt
	l.eventually("a wrong file is refused", func() bool { return strings.Contains(l.logs.String(), "did you mean queues") })
	write(t, dir, "outdial.yaml", strings.ReplaceAll(fileConfig, "numbers: shown", "numbers: masked"))
	l.hup <- os.Interrupt
	l.eventually("a restart is asked for", func() bool { return strings.Contains(l.logs.String(), "log has changed, and takes a restart") })
	if facts, err := gather(t.Context(), l.st, nil); err != nil || facts.Queues["Desk"] == "" {
		t.Fatalf("the queue is gone: %+v, %v", facts, err)
	}

	write(t, dir, "outdial.yaml", strings.ReplaceAll(fileConfig, "name: Desk", "name: Counter")+"functions: {lookup: 'http://127.0.0.1:1/'}\n")
	write(t, dir, "flows/Second.json", tiny)
	l.hup <- os.Interrupt
	l.eventually("the file was read again", func() bool { return strings.Contains(l.logs.String(), "the configuration was read again") })
	facts, err := gather(t.Context(), l.st, nil)
	if err != nil || facts.Queues["Desk"] != "" || facts.Queues["Counter"] == "" || facts.Flows["Second"] == "" || !l.serves("lambda:arn:aws:lambda:eu-west-2:111122223333:function:lookup") {
		t.Fatalf("%+v, %v", facts, err)
	}
	l.stop()

	other := t.TempDir()
	m := live(t, other, serveFlags{})
	if m.facts.PhoneNumbers[0].ARN != arn {
		t.Errorf("a fresh store has %s, not %s", m.facts.PhoneNumbers[0].ARN, arn)
	}
}

func TestNoAuth(t *testing.T) {
	l := live(t, t.TempDir(), serveFlags{noAuth: true})
	r, err := http.Get(l.facts.Endpoint + "/instance")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if r.StatusCode != 200 || err != nil || !strings.Contains(string(body), l.facts.InstanceID) {
		t.Errorf("%d %s %v", r.StatusCode, body, err)
	}
}

// Whoever runs the server can do everything, also where the file declares no key
// that may.
func TestThereIsAKeyForEverything(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "outdial.yaml", fileConfig+"accounts:\n- id: 111122223333\n  keys:\n  - {id: AKODLIMITED345672345, secret: long-enough, name: app, allow: [{actions: ['connect:DescribeContact']}]}\n")
	write(t, dir, "flows/Reminder.json", tiny)
	l := live(t, dir, serveFlags{})
	if l.secretIs != "" {
		t.Error("no key was made")
	}
	if out := l.ok("key", "list"); !strings.Contains(out, "may do connect:DescribeContact (configuration)") || !strings.Contains(out, "may do everything") {
		t.Errorf("list: %s", out)
	}
	if _, errs, status := l.do("key", "revoke", "AKODLIMITED345672345"); status != 1 || !strings.Contains(errs, "the configuration declares the key") {
		t.Errorf("exit %d, said %s", status, errs)
	}
}

func TestServeRefuses(t *testing.T) {
	dir := t.TempDir()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	t.Chdir(dir)
	write(t, dir, "cert.pem", "nonsense")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-listen", "3425"}, `listen: wants HOST:PORT, such as 127.0.0.1:3425, not "3425"`},
		{[]string{"-drain", "-3s"}, "-drain: wants a length of time, such as 30s, not -3s"},
		{[]string{"-listen", "0.0.0.0:0"}, "0.0.0.0:0 can be reached from outside: give -tls-cert and -tls-key, or -insecure where something else speaks TLS"},
		{[]string{"-listen", ":0", "-no-auth", "-insecure"}, "-no-auth: on loopback only, not on :0"},
		{[]string{"-tls-cert", "cert.pem"}, "-tls-cert and -tls-key go together"},
		{[]string{"-listen", "127.0.0.1:0", "-tls-cert", "cert.pem", "-tls-key", "cert.pem"}, "tls: tls: failed to find any PEM data in certificate input"},
		{[]string{"-listen", busy.Addr().String()}, "perhaps another outdial serve, is at " + busy.Addr().String() + " already"},
		{[]string{"-listen", "127.0.0.1:99999"}, "listen: listen tcp: address 99999: invalid port"},
		{[]string{"-config", "nowhere.yaml"}, "open nowhere.yaml: no such file or directory"},
		{[]string{"-log-level", "loud"}, `-log-level: wants debug, info, warn or error, not "loud"`},
		{[]string{"-store", "mysql://x", "-listen", "127.0.0.1:0"}, `store: "mysql://x" begins neither with file: nor with postgres://`},
		{[]string{"now"}, `unexpected "now"`},
	} {
		var out, errs bytes.Buffer
		e := env{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: envOf(map[string]string{"XDG_RUNTIME_DIR": dir})}
		if status := run(t.Context(), e, append([]string{"serve"}, c.args...)); status == 0 || !strings.Contains(errs.String(), c.want) {
			t.Errorf("%v: exit %d, said %s", c.args, status, errs.String())
		}
	}
}

// The log shows no number, wherever it stands.
func TestLogHidesNumbers(t *testing.T) {
	var out bytes.Buffer
	log, err := newLog(&out, config.Log{Format: "json"})
	if err != nil {
		t.Fatal(err)
	}
	log.Info("call to +12065550100", "to", "+442079460958", "err", fmt.Errorf("no way to +12065550100"), "path", "/handsets/%2B12065550100", "n", 12065550100, "all", []string{"+12065550100"})
	if strings.Contains(out.String(), "2065550100\"") || strings.Contains(out.String(), "+1206555") || strings.Contains(out.String(), "+4420") {
		t.Error(out.String())
	}
	if !strings.Contains(out.String(), "+12*******00") || !strings.Contains(out.String(), "+44********58") {
		t.Error(out.String())
	}
}
