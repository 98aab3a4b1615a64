// Package crash kills the server in the middle of its work, and counts what is
// left. It starts the program as a process of its own; nothing of it is imported
// here but what a client needs.
package crash

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"outdial/load"
	"outdial/wire"
)

// A process is a server of ours in a process of its own: something to kill.
type process struct {
	testing.TB
	dir, store string
	flags      []string
	answers    atomic.Int64 // good ones, of all that it was
	settings   string       // its configuration; "" keeps the journal beside the store
	others     []string     // folders of other processes on the same store
	cmd        *exec.Cmd
	log        bytes.Buffer
	ready      readyFile
}

type readyFile struct {
	Endpoint        string            `json:"endpoint"`
	Region          string            `json:"region"`
	AccessKeyID     string            `json:"accessKeyId"`
	SecretAccessKey string            `json:"secretAccessKey"`
	InstanceID      string            `json:"instanceId"`
	Flows           map[string]string `json:"flows"`
	PhoneNumbers    []phone           `json:"phoneNumbers"`
}

type phone struct {
	ARN      string   `json:"arn"`
	Number   string   `json:"number"`
	Channels []string `json:"channels"`
}

// TestMain builds the program once for all tests.
func TestMain(m *testing.M) { os.Exit(testMain(m)) }

var bin string

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "outdial-crash-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	bin = filepath.Join(dir, "outdial")
	if out, err := exec.Command("go", "build", "-o", bin, "outdial/cmd/outdial").CombinedOutput(); err != nil {
		fmt.Fprintln(os.Stderr, err, string(out))
		return 1
	}
	return m.Run()
}

// start runs the server until stop or kill, and waits until it serves.
func (p *process) start() {
	p.Helper()
	ready := filepath.Join(p.dir, "ready.json")
	os.Remove(ready)
	p.log.Reset()
	p.cmd = exec.Command(bin, append([]string{"serve", "-listen", "127.0.0.1:0", "-store", p.store, "-ready", ready, "-config", p.config()}, p.flags...)...)
	p.cmd.Dir = p.dir
	p.cmd.Stderr, p.cmd.Stdout = &p.log, &p.log
	p.cmd.Env = append(os.Environ(), "OUTDIAL_ACCESS_KEY_ID="+keyID, "OUTDIAL_SECRET_ACCESS_KEY="+secret)
	if err := p.cmd.Start(); err != nil {
		p.Fatal(err)
	}
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); {
		doc, err := os.ReadFile(ready)
		if err == nil && json.Unmarshal(doc, &p.ready) == nil {
			return
		}
		pause()
	}
	p.kill()
	p.Fatalf("the server did not come up: %s", p.log.String())
}

// pause lets another process get on.
func pause() {
	t := time.NewTimer(5 * time.Millisecond)
	<-t.C
}

// config writes the configuration.
func (p *process) config() string {
	path, text := filepath.Join(p.dir, "outdial.yaml"), p.settings
	if text == "" {
		text = "journal: " + filepath.Join(p.dir, "journal") + "\n"
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.Fatal(err)
	}
	return path
}

func (p *process) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// stop ends the server as an operator does.
func (p *process) stop() {
	p.Helper()
	p.cmd.Process.Signal(os.Interrupt)
	if err := p.cmd.Wait(); err != nil {
		p.Errorf("the server ended badly: %v\n%s", err, p.log.String())
	}
}

const (
	keyID  = "AKOUTDIALCRASHTEST00"
	secret = "crash/test/secret/crash/test/secret/0000"
)

// A try is one request, and the contacts that were answered for it.
type try struct {
	voice    bool
	number   string
	token    string
	answered []string
}

func (p *process) request(t *try) load.Request {
	p.Helper()
	path, body := "/contact/outbound-chat", fmt.Sprintf(`{"SourceEndpoint":{"Type":"CONNECT_PHONENUMBER_ARN","Address":%q},"DestinationEndpoint":{"Type":"TELEPHONE_NUMBER","Address":%q},`+
		`"InstanceId":%q,"ContactFlowId":%q,"SegmentAttributes":{"connect:Subtype":{"ValueString":"connect:SMS"}},"ClientToken":%q}`,
		p.number("SMS").ARN, t.number, p.ready.InstanceID, p.ready.Flows["Appointment reminder (chat)"], t.token)
	if t.voice {
		path, body = "/contact/outbound-voice", fmt.Sprintf(`{"SourcePhoneNumber":%q,"DestinationPhoneNumber":%q,"InstanceId":%q,"ContactFlowId":%q,"ClientToken":%q}`,
			p.number("VOICE").Number, t.number, p.ready.InstanceID, p.ready.Flows["Appointment reminder (voice)"], t.token)
	}
	r, err := http.NewRequest("PUT", p.ready.Endpoint+path, nil)
	if err != nil {
		p.Fatal(err)
	}
	wire.Sign(r, []byte(body), wire.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}, p.ready.Region, "connect", time.Now())
	return load.Prepare(r, []byte(body))
}

func (p *process) number(channel string) phone {
	for _, n := range p.ready.PhoneNumbers {
		for _, c := range n.Channels {
			if c == channel {
				return n
			}
		}
	}
	p.Fatalf("no number has %s", channel)
	return phone{}
}

// send sends tries until they are used up or the server is gone.
func (p *process) send(tries []*try) {
	requests := make([]load.Request, len(tries))
	for i, t := range tries {
		requests[i] = p.request(t)
	}
	var mu sync.Mutex
	run := load.Run{Addr: strings.TrimPrefix(p.ready.Endpoint, "http://"), Conns: 16, Each: func(i, status int, body []byte) {
		var out struct{ ContactId string }
		if status != 200 || json.Unmarshal(body, &out) != nil {
			p.Errorf("%d %s", status, body)
			return
		}
		p.answers.Add(1)
		mu.Lock()
		defer mu.Unlock()
		tries[i].answered = append(tries[i].answered, out.ContactId)
	}}
	// Connections break when the server is killed; what was answered counts.
	_, _ = run.Send(context.Background(), requests)
}

// rounds is how often there is a crash.
func rounds(t *testing.T) int {
	s := os.Getenv("OUTDIAL_CRASH_ROUNDS")
	if s == "" {
		return 2
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCrash(t *testing.T) {
	rounds := rounds(t)
	t.Run("sqlite", func(t *testing.T) { crash(t, "file:"+filepath.Join(t.TempDir(), "crash.db"), rounds) })
	if os.Getenv("PGURL") != "" {
		t.Run("postgres", func(t *testing.T) { crash(t, freshPostgres(t), rounds) })
	}
}

// crash is rounds of load and kill -9, and then the reckoning.
func crash(t *testing.T, store string, rounds int) {
	p := &process{TB: t, dir: t.TempDir(), store: store, flags: []string{"-handsets-reply", "1", "-log-level", "warn"}}
	var all []*try
	for round := range rounds {
		p.start()
		now := make([]*try, 4000)
		for i := range now {
			now[i] = &try{number: fmt.Sprintf("+1206%07d", 6_000_000+round*10_000+i), token: uuid.NewString()}
			if i%8 == 0 {
				now[i].voice, now[i].number = true, "+12065550104"
			}
		}
		sent := make(chan struct{})
		go func() { p.send(now); close(sent) }()
		p.works(sent)
		life(0, 400)
		p.kill()
		<-sent
		for _, n := range now {
			if len(n.answered) > 0 {
				all = append(all, n)
			} else if len(all)%3 == 0 { // some that were not answered are asked again too
				all = append(all, n)
			}
		}
	}
	p.start()
	again := all[max(0, len(all)-2000):]
	p.send(again)
	p.settle()
	p.reckon(all, rounds)
	p.stop()
}

// works waits, on however slow a machine, until the server has answered some of what
// it is asked, has dialled and delivered since, and then for a few answers more, so
// that what is cut off is of all kinds; or until all it was sent is over.
func (p *process) works(sent <-chan struct{}) {
	p.Helper()
	answered, dialled, delivered := p.answers.Load(), p.count("dial"), p.count("message")
	enough := answered + 200 + rand.Int64N(400)
	for end := time.Now().Add(2 * time.Minute); ; {
		if p.answers.Load() >= enough && p.count("dial") > dialled && p.count("message") > delivered {
			return
		}
		if time.Now().After(end) {
			p.Fatalf("in two minutes %d were answered, %d dialled and %d delivered", p.answers.Load()-answered, p.count("dial")-dialled, p.count("message")-delivered)
		}
		select {
		case <-sent:
			return
		default:
			pause()
		}
	}
}

// count counts the events of a kind in this process's journal, a torn line apart.
func (p *process) count(event string) int {
	doc, _ := os.ReadFile(filepath.Join(p.dir, "journal")) // there is none before the first
	return bytes.Count(doc, []byte(`"event":"`+event+`"`))
}

// settle moves the clock until nothing is left to happen.
func (p *process) settle() {
	p.Helper()
	for moved, end := 0, time.Now().Add(6*time.Minute); moved < 3; {
		r, err := http.Post(p.ready.Endpoint+"/_outdial/clock", "application/json", strings.NewReader(`{"advance":"26h"}`))
		if err != nil {
			p.Fatal(err)
		}
		body, _ := io.ReadAll(r.Body)
		r.Body.Close()
		switch {
		case r.StatusCode == http.StatusOK:
			moved++
		case r.StatusCode == http.StatusGatewayTimeout && time.Now().Before(end): // what a dead process had in hand is not free yet
		default:
			p.Fatalf("clock: %d %s", r.StatusCode, body)
		}
	}
}

// reckon holds what is there against what was answered.
func (p *process) reckon(all []*try, rounds int) {
	p.Helper()
	client := wire.Client{Endpoint: p.ready.Endpoint, Region: p.ready.Region, Service: "connect", Credentials: wire.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}}
	answered := 0
	for _, t := range all {
		ids := map[string]bool{}
		for _, id := range t.answered {
			answered++
			if ids[id] {
				continue
			}
			ids[id] = true
			p.ended(client, id)
		}
		if len(ids) > 1 && !t.voice {
			p.Errorf("the chat token %s has %d contacts: %v", t.token, len(ids), t.answered)
		}
	}
	dialled, delivered := map[string]int{}, map[string]int{}
	partners := map[string]map[string]bool{}
	repeated := 0
	for _, e := range p.journal() {
		switch e.Event {
		case "dial":
			if dialled[e.Contact]++; dialled[e.Contact] > 1 {
				p.Errorf("contact %s was dialled %d times", e.Contact, dialled[e.Contact])
			}
		case "message":
			if delivered[e.Message]++; delivered[e.Message] > 1 {
				repeated++
			}
			if partners[e.To] == nil {
				partners[e.To] = map[string]bool{}
			}
			partners[e.To][e.Contact] = true
		}
	}
	for number, contacts := range partners {
		if len(contacts) < 2 {
			continue
		}
		// A reply to a contact's last words opens an inbound one; that is no
		// second use of the token.
		started := 0
		for id := range contacts {
			if p.describe(client, id).InitiationMethod == "API" {
				started++
			}
		}
		if started > 1 {
			p.Errorf("%s got messages of %d contacts: its token was used twice", number, started)
		}
	}
	// What is in a worker's hands when the process dies may go out again.
	if most := 64 * rounds; repeated > most {
		p.Errorf("%d messages were repeated, more than the %d in flight", repeated, most)
	}
	if answered < 100*rounds || len(dialled) == 0 || len(delivered) == 0 {
		p.Errorf("too little happened: %d answered, %d dialled, %d delivered", answered, len(dialled), len(delivered))
	}
	p.Logf("%d answered, %d calls, %d messages, %d repeated", answered, len(dialled), len(delivered), repeated)
}

type described struct {
	InitiationMethod    string
	DisconnectTimestamp float64
	DisconnectReason    string
}

func (p *process) describe(client wire.Client, id string) described {
	p.Helper()
	var in struct {
		InstanceId string `wire:"uri=InstanceId,required"`
		ContactId  string `wire:"uri=ContactId,required"`
	}
	in.InstanceId, in.ContactId = p.ready.InstanceID, id
	var out struct{ Contact described }
	if err := client.Do(context.Background(), "GET /contacts/{InstanceId}/{ContactId}", &in, &out); err != nil {
		p.Errorf("contact %s is not there: %v", id, err)
	}
	return out.Contact
}

// ended checks that a contact that was answered is there and came to its end.
func (p *process) ended(client wire.Client, id string) {
	p.Helper()
	if c := p.describe(client, id); c.DisconnectTimestamp == 0 || c.DisconnectReason == "" {
		p.Errorf("contact %s never came to its end", id)
	}
}

type entry struct{ Event, Contact, Message, To string }

func (p *process) journal() (list []entry) {
	p.Helper()
	for _, dir := range append([]string{p.dir}, p.others...) {
		list = append(list, p.read(filepath.Join(dir, "journal"))...)
	}
	return list
}

func (p *process) read(path string) (list []entry) {
	p.Helper()
	f, err := os.Open(path)
	if err != nil {
		p.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			p.Logf("a torn line of the journal: %q", lines.Text()) // the kill came while it was written
			continue
		}
		list = append(list, e)
	}
	if err := lines.Err(); err != nil {
		p.Fatal(err)
	}
	return list
}

// freshPostgres makes a database of its own on the server of PGURL.
func freshPostgres(t *testing.T) string {
	t.Helper()
	u, err := url.Parse(os.Getenv("PGURL"))
	if err != nil {
		t.Fatal(err)
	}
	name := "crash_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	c, err := pgx.Connect(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	if _, err := c.Exec(t.Context(), "create database "+name); err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}
