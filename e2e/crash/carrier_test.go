package crash

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"outdial/gateway/smpp/pdu"
	"outdial/gateway/smpp/smsctest"
	"outdial/gateway/sms"
	"outdial/wire"
)

// An smsc is a carrier on loopback: what it took it remembers, as a real one
// does, whatever becomes of its connections. Its customers answer each first
// message with "1", once.
type smsc struct {
	testing.TB
	*smsctest.Server
	addr    string
	l       net.Listener
	ended   chan struct{}
	mu      sync.Mutex
	replied map[string]bool // by number
	counted map[string]int  // what was taken, by recipient and text
}

// replyTag is the parameter with the SMSC's own id of an inbound message.
const replyTag = 0x1500

func newSMSC(t testing.TB) *smsc {
	c := &smsc{TB: t, addr: "127.0.0.1:0", replied: map[string]bool{}, counted: map[string]int{}}
	c.Server = smsctest.New(smsctest.Options{Receipts: sms.Delivered, ReceiptDelay: 10 * time.Millisecond, Again: 50 * time.Millisecond, Window: 100, Submit: c.takes})
	c.listen()
	t.Cleanup(func() { c.crash(); c.Close() })
	return c
}

func (c *smsc) listen() {
	c.Helper()
	l, err := net.Listen("tcp", c.addr)
	if err != nil {
		c.Fatal(err)
	}
	c.l, c.addr, c.ended = l, l.Addr().String(), make(chan struct{})
	go func(ended chan struct{}) { c.Listen(l); close(ended) }(c.ended)
}

// crash is the end of the SMSC's process, seen from outside: nobody listens, and
// all connections are gone in the middle of whatever they were at.
func (c *smsc) crash() {
	c.l.Close()
	<-c.ended
	c.Drop()
}

// takes takes a submission, and answers after a while, so that there are always
// some without an answer; the customer answers the question in it.
func (c *smsc) takes(s smsctest.Submission) smsctest.Answer {
	to, text := s.PDU.Message.Dest.Addr, sms.Decode(s.Data(), sms.GSM7, sms.Tables{})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counted[to+" "+text]++
	answer := smsctest.Answer{Delay: time.Duration(rand.IntN(20)) * time.Millisecond}
	if c.replied[to] || !strings.Contains(text, "Reply 1") {
		return answer
	}
	c.replied[to] = true
	p := smsctest.Text(to, s.PDU.Message.Source.Addr, "1", sms.Options{})[0]
	p.TLVs = append(p.TLVs, pdu.CString(replyTag, "mo-"+to))
	c.Deliver(p)
	return answer
}

// config is a configuration with the SMSC as its only carrier. more are further
// keys of its account.
func (c *smsc) config(dir, unknown, more string) string {
	c.Helper()
	const flow = "Appointment reminder (chat).json"
	doc, err := os.ReadFile(filepath.Join("..", "..", "cmd", "outdial", "demo", "flows", flow))
	if err == nil {
		err = os.MkdirAll(filepath.Join(dir, "flows"), 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "flows", flow), doc, 0o600)
	}
	if err != nil {
		c.Fatal(err)
	}
	return fmt.Sprintf(`accounts: [{id: "111122223333"}]
flows: %q
instances:
  - alias: acme
    numbers: [{number: "+12065550110", channels: [SMS]}]
bots:
  - name: appointment
    aliases: ["arn:aws:lex:us-east-1:111122223333:bot-alias/APPOINTMEN/TSTALIASID"]
    intents: [{name: Confirm, utterances: ["1"]}, {name: AnotherTime, utterances: ["2"]}]
carriers:
  - {name: smsc, kind: smpp, addresses: ['%s'], system_id: acme, password: secret, window: 50, binds: 2, unknown: %s,
     reconnect_min: 100ms, reconnect_max: 200ms, response_timeout: 2s%s}
`, filepath.Join(dir, "flows"), c.addr, unknown, more)
}

// Rounds in which we are killed and rounds in which the carrier is, and then the
// count at the carrier's end: with resend no message is lost, with hold none is
// repeated. What customers say is heard once, whether the carrier numbers it or
// not.
func TestCrashAtTheCarrier(t *testing.T) {
	for _, unknown := range []string{"resend", "hold"} {
		t.Run(unknown, func(t *testing.T) {
			t.Run("sqlite", func(t *testing.T) {
				crashAtTheCarrier(t, "file:"+filepath.Join(t.TempDir(), "crash.db"), unknown, fmt.Sprintf(", inbound_id_tlv: %d", replyTag))
			})
			if os.Getenv("PGURL") != "" {
				t.Run("postgres", func(t *testing.T) { crashAtTheCarrier(t, freshPostgres(t), unknown, "") })
			}
		})
	}
}

func crashAtTheCarrier(t *testing.T, store, unknown, more string) {
	c := newSMSC(t)
	p := &process{TB: t, dir: t.TempDir(), store: store, flags: []string{"-log-level", "warn"}}
	p.settings = c.config(p.dir, unknown, more)
	t.Cleanup(p.kill)
	var all []*try
	for round := range rounds(t) {
		all = append(all, c.round(p, round)...)
	}
	p.start()
	c.reckon(c.outcome(p, all), unknown)
	p.stop()
}

// round is load while the SMSC dies and comes back twice, and then we die too.
func (c *smsc) round(p *process, round int) []*try {
	p.start()
	list := make([]*try, 1500)
	for i := range list {
		list[i] = &try{number: fmt.Sprintf("+1206%07d", 6_000_000+round*10_000+i), token: uuid.NewString()}
	}
	sent := make(chan struct{})
	go func() { p.send(list); close(sent) }()
	for range 2 {
		c.works()
		c.crash()
		life(20, 100)
		c.listen()
	}
	c.works()
	p.kill()
	<-sent
	var answered []*try
	for _, t := range list {
		if len(t.answered) > 0 {
			answered = append(answered, t)
		}
	}
	return answered
}

// works lets the SMSC take some messages, on however slow a machine, and then some
// more for a while.
func (c *smsc) works() {
	c.Helper()
	enough, end := c.Taken()+200, time.Now().Add(2*time.Minute)
	for c.Taken() < enough && time.Now().Before(end) {
		pause()
	}
	life(50, 250)
}

// life lets things happen for a while, in milliseconds.
func life(least, more int) {
	t := time.NewTimer(time.Duration(least+rand.IntN(more)) * time.Millisecond)
	<-t.C
}

// A fate is what the server says of one outbound message.
type fate struct {
	Direction, To, Text, Status, Error string
	Resent                             int
}

// outcome waits until no message is on its way any more, and gives them all.
func (c *smsc) outcome(p *process, all []*try) (fates []fate) {
	c.Helper()
	end := time.Now().Add(8 * time.Minute)
	for _, t := range all {
		for {
			list, open := c.fates(p, t.answered[0])
			if !open {
				fates = append(fates, list...)
				break
			}
			if time.Now().After(end) {
				c.Errorf("%s is not at rest: %+v", t.number, list)
				return fates
			}
			pause()
		}
	}
	return fates
}

// fates gives the outbound messages of a contact; open is true while one is
// queued, waits for its receipt, or its answer is to come.
func (c *smsc) fates(p *process, id string) (list []fate, open bool) {
	c.Helper()
	r, err := http.NewRequest("GET", p.ready.Endpoint+"/_outdial/contacts/"+id+"/messages", nil)
	if err != nil {
		c.Fatal(err)
	}
	wire.Sign(r, nil, wire.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}, p.ready.Region, "connect", time.Now())
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		c.Fatal(err)
	}
	defer a.Body.Close()
	var out struct{ Messages []fate }
	if err := json.NewDecoder(a.Body).Decode(&out); err != nil || a.StatusCode != http.StatusOK {
		c.Fatal(a.Status, err)
	}
	in := 0
	defer func() {
		if in > 1 {
			c.Errorf("%s said one thing, and was heard %d times", id, in)
		}
	}()
	for _, m := range out.Messages {
		if m.Direction == "INBOUND" {
			in++
			continue
		}
		list = append(list, m)
		open = open || m.Status == "QUEUED" || m.Status == "SENT"
	}
	c.mu.Lock()
	answers := len(list) > 0 && c.replied[list[0].To[1:]]
	c.mu.Unlock()
	return list, open || len(list) == 0 || answers && (in == 0 || len(list) < 2)
}

// reckon holds what the server says against what the SMSC took.
func (c *smsc) reckon(fates []fate, unknown string) {
	c.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	delivered, repeated, held := 0, 0, 0
	for _, m := range fates {
		n := c.counted[m.To[1:]+" "+m.Text]
		switch m.Status {
		case "DELIVERED":
			delivered++
		case "UNKNOWN":
			held++
		default:
			c.Errorf("message %+v", m)
		}
		if n > 1 {
			repeated++
		}
		switch {
		case m.Status == "DELIVERED" && n == 0:
			c.Errorf("delivered, and never taken: %+v", m)
		case unknown == "resend" && n == 0:
			c.Errorf("lost: %+v", m)
		case unknown == "hold" && n > 1:
			c.Errorf("taken %d times: %+v", n, m)
		case n > m.Resent+1:
			c.Errorf("taken %d times and sent again %d times: %+v", n, m.Resent, m)
		}
	}
	if delivered < 500 || unknown == "resend" && held > 0 {
		c.Errorf("%d messages were delivered, %d held", delivered, held)
	}
	c.Logf("%s: %d messages, %d delivered, %d taken twice or more, %d held; %d binds", unknown, len(fates), delivered, repeated, held, c.Binds())
}
