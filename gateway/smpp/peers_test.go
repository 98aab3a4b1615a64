//go:build peers

package smpp

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/smpp/smsctest"
	"outdial/gateway/sms"
)

// The SMSCs of testdata/peers stand on libraries that we did not write: Perl's
// Net::SMPP and the npm package smpp. Perl and its module must be installed, and
// npm must be able to fetch its package.

// A peer is one of them at work.
type peer struct {
	*testing.T
	name   string
	port   int
	events chan peerEvent
	orders io.Writer
	obeyed chan struct{}
	phone  smsctest.Phone
	cmd    *exec.Cmd
}

type peerEvent struct {
	Event    string
	Port     int
	As       string
	SystemID string `json:"system_id"`
	ID       string
	From, To string
	Class    byte
	Coding   byte
	Hex      string // of the message (Perl)
	Text     string // as the package reads it (Node)
	UDH      string
	Status   int
}

func startPeer(t *testing.T, name string) *peer {
	dir, err := filepath.Abs("testdata/peers")
	if err != nil {
		t.Fatal(err)
	}
	var cmd *exec.Cmd
	if name == "node" {
		cmd = exec.Command("node", filepath.Join(dir, "smsc.js"))
		cmd.Env = append(os.Environ(), "NODE_PATH="+nodeModules(t, dir))
	} else {
		cmd = exec.Command("perl", filepath.Join(dir, "smsc.pl"))
	}
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &peer{T: t, name: name, cmd: cmd, orders: in, events: make(chan peerEvent, 10000), obeyed: make(chan struct{}, 100)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var e peerEvent
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				t.Errorf("%s says %q", name, lines.Text())
			}
			if e.Event == "ok" {
				p.obeyed <- struct{}{}
				continue
			}
			p.events <- e
		}
	}()
	t.Cleanup(func() { // the end of its input is its end
		_ = in.Close()
		<-done
		_ = cmd.Wait()
	})
	p.port = p.await("listening").Port
	return p
}

// nodeModules finds the package in NODE_PATH, or installs it into a folder of
// the user's cache, once.
func nodeModules(t *testing.T, dir string) string {
	for _, m := range filepath.SplitList(os.Getenv("NODE_PATH")) {
		if _, err := os.Stat(filepath.Join(m, "smpp", "package.json")); err == nil {
			return m
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = t.TempDir()
	}
	home := filepath.Join(cache, "smpp-peers-0.5.1")
	modules := filepath.Join(home, "node_modules")
	if _, err := os.Stat(filepath.Join(modules, "smpp", "package.json")); err == nil {
		return modules
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "package.json"), doc, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts")
	cmd.Dir = home
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm install: %v\n%s", err, out)
	}
	return modules
}

// peerPatience is how long a peer may take over anything, on however busy a machine.
const peerPatience = 5 * time.Minute

// await waits for an event, over others.
func (p *peer) await(event string) peerEvent {
	p.Helper()
	limit := time.After(peerPatience)
	for {
		select {
		case e := <-p.events:
			if e.Event == event {
				return e
			}
		case <-limit:
			p.Fatalf("%s: no %q", p.name, event)
		}
	}
}

func (p *peer) order(o map[string]any) {
	p.Helper()
	doc, err := json.Marshal(o)
	if err == nil {
		_, err = p.orders.Write(append(doc, '\n'))
	}
	if err != nil {
		p.Fatal(err)
	}
	select {
	case <-p.obeyed:
	case <-time.After(peerPatience):
		p.Fatalf("%s does not obey", p.name)
	}
}

// fail lets the peer fail in some way for some times.
func (p *peer) fail(what string, times int) {
	p.order(map[string]any{"do": "fail", "what": what, "times": times})
}

// took gives the next text that the peer was sent, put together.
func (p *peer) took() string {
	p.Helper()
	for {
		e := p.await("submit")
		part := sms.Part{From: e.From, To: e.To, Coding: sms.UTF8, Data: []byte(e.Text)}
		udh := e.UDH
		if p.name == "perl" {
			data, err := hex.DecodeString(e.Hex)
			if err != nil {
				p.Fatal(err)
			}
			part.Data, part.Coding = data, sms.GSM7
			if e.Coding == 8 {
				part.Coding = sms.UCS2
			}
			if e.Class&0x40 != 0 {
				n := int(data[0]) + 1
				udh, part.Data = hex.EncodeToString(data[1:n]), data[n:]
			}
		}
		if udh != "" {
			raw, err := hex.DecodeString(udh)
			if err != nil {
				p.Fatal(err)
			}
			h, _, err := sms.ParseHeader(append([]byte{byte(len(raw))}, raw...))
			if err != nil {
				p.Fatal(err)
			}
			part.Ref, part.Total, part.Seq, part.Wide = h.Ref, h.Total, h.Seq, h.Wide
		}
		if text, whole := p.phone.Join(part); whole {
			return text
		}
	}
}

// A caller is a gateway that is bound to a peer.
type caller struct {
	*peer
	g        *Gateway
	arrivals chan gateway.Arrival
	stop     context.CancelFunc
	ended    chan error
	book     book
}

func (p *peer) call(a Account) *caller {
	p.Helper()
	a.Name, a.Addresses, a.SystemID = "c", []string{fmt.Sprintf("127.0.0.1:%d", p.port)}, "me"
	if a.Password == "" {
		a.Password = "secret"
	}
	a.ReconnectMin, a.ReconnectMax = 100*time.Millisecond, 500*time.Millisecond
	if p.name == "node" {
		a.MessageIDs = "hex-decimal"
	}
	g, err := New(a, Options{})
	if err != nil {
		p.Fatal(err)
	}
	c := &caller{peer: p, g: g, arrivals: make(chan gateway.Arrival, 10000), ended: make(chan error, 1)}
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	go func() {
		c.ended <- g.Run(ctx, func(_ context.Context, a gateway.Arrival) error {
			if err := c.book.keep(a); err != nil {
				return err
			}
			if a.Input != nil || a.Receipt != nil {
				c.arrivals <- a
			}
			return nil
		})
	}()
	p.Cleanup(c.end)
	return c
}

func (c *caller) end() {
	c.stop()
	if err := <-c.ended; err != nil {
		c.Error(err)
	}
	c.ended <- nil
}

func (c *caller) send(text string) (gateway.Result, error) { return c.sendAs("", text) }

func (c *caller) sendAs(id, text string) (gateway.Result, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	r, err := c.g.Do(ctx, contactTo(1), contact.SendMessage{ID: id, Text: text})
	if r.Ref != "" {
		c.book.put(append(r.Refs, r.Ref)...)
	}
	return r, err
}

func (c *caller) must(text string) gateway.Result {
	c.Helper()
	for {
		r, err := c.send(text)
		if err == nil {
			return r
		}
		if !fault.Is(err, fault.Busy) {
			c.Fatal(err)
		}
	}
}

func (c *caller) next() gateway.Arrival {
	c.Helper()
	select {
	case a := <-c.arrivals:
		return a
	case <-time.After(peerPatience):
		c.Fatal("nothing arrived")
		panic("unreachable")
	}
}

// heardText waits for an inbound text, over receipts.
func (c *caller) heardText() string {
	c.Helper()
	for {
		if m, ok := c.next().Input.(contact.MessageReceived); ok {
			return m.Text
		}
	}
}

var peerTexts = []string{
	"Hi Ann!", "Grüße für 5 € [ok] {~}", "שלום ж 😀", strings.Repeat("Long and plain. ", 30),
	strings.Repeat("Grüße 10 € ", 30), strings.Repeat("👨‍👩‍👧‍👦 ж ", 40),
}

func eachPeer(t *testing.T, f func(p *peer)) {
	for _, name := range []string{"perl", "node"} {
		t.Run(name, func(t *testing.T) { f(startPeer(t, name)) })
	}
}

func TestPeerMessagesAndReceipts(t *testing.T) {
	eachPeer(t, func(p *peer) {
		for _, a := range []Account{{}, {Bind: "pair", Long: "udh16"}, {Binds: 3, Window: 1}} {
			c := p.call(a)
			for _, text := range peerTexts {
				r := c.must(text)
				if got := p.took(); got != text {
					t := got
					p.Errorf("%+v: it took %q, not %q", a, t, text)
				}
				want := map[string]bool{}
				for _, ref := range append(r.Refs, r.Ref) {
					want[ref] = true
				}
				if len(want) != r.Segments {
					p.Errorf("%d references for %d parts", len(want), r.Segments)
				}
				for len(want) > 0 {
					a := c.next()
					if a.Receipt == nil || a.Receipt.Status != contact.StatusDelivered || !want[a.Ref] {
						p.Fatalf("%+v", a)
					}
					delete(want, a.Ref)
				}
			}
			c.end()
			p.await("unbind")
		}
	})
}

func TestPeerEarlyReceipts(t *testing.T) {
	eachPeer(t, func(p *peer) {
		c := p.call(Account{})
		p.order(map[string]any{"do": "early"})
		for range 50 {
			r := c.must("hi")
			if a := c.next(); a.Ref != r.Ref {
				p.Fatalf("%+v for %+v", a, r)
			}
		}
		if n := c.g.Health().Counts; n.Strays != 0 {
			p.Errorf("%+v", n)
		}
	})
}

func TestPeerInbound(t *testing.T) {
	eachPeer(t, func(p *peer) {
		c := p.call(Account{})
		p.await("bound")
		for i, text := range peerTexts {
			p.order(map[string]any{"do": "deliver", "from": "4915110000001", "to": "4930123456", "text": text, "ref": i + 1})
			if got := c.heardText(); got != text {
				p.Errorf("%q, not %q", got, text)
			}
			if e := p.await("delivered"); e.Status != 0 {
				p.Errorf("status %d", e.Status)
			}
		}
	})
}

func TestPeerThrottles(t *testing.T) {
	eachPeer(t, func(p *peer) {
		c := p.call(Account{})
		p.await("bound")
		for _, what := range []string{"throttle", "full"} {
			p.fail(what, 2)
			_, err := c.send("hi")
			if !fault.Is(err, fault.Busy) {
				p.Errorf("%s: %v", what, err)
			}
			c.must(strings.Repeat("Long and plain. ", 30))
			p.took()
		}
	})
}

func TestPeerRefusesTheBind(t *testing.T) {
	eachPeer(t, func(p *peer) {
		c := p.call(Account{Password: "wrong"})
		for !strings.Contains(c.g.Health().LastError, "ESME_RINVPASWD") {
			if _, err := c.send("hi"); !fault.Is(err, fault.Busy) {
				p.Fatal(err)
			}
		}
	})
}

// In whatever state the peer breaks the connection off, the next message goes
// out, and nothing that came in is lost.
func TestPeerDisconnects(t *testing.T) {
	eachPeer(t, func(p *peer) {
		p.fail("bind", 2)
		c := p.call(Account{Response: 2 * time.Second})
		p.await("bound")
		for range 3 {
			p.order(map[string]any{"do": "drop"})
			p.await("bound")
			p.order(map[string]any{"do": "unbind"})
			p.await("bound")

			p.fail("drop", 1)
			if _, err := c.send("dropped"); !fault.Is(err, fault.Internal) {
				p.Errorf("dropped in a submission: %v", err)
			}
			p.await("bound")
			p.fail("mute", 1)
			if _, err := c.send("mute"); !fault.Is(err, fault.Internal) {
				p.Errorf("not answered: %v", err)
			}
			if got := p.took(); got != "mute" {
				p.Errorf("it took %q", got)
			}
			p.fail("deliver", 1)
			p.order(map[string]any{"do": "deliver", "from": "4915110000001", "to": "4930123456", "text": "kept"})
			if got := c.heardText(); got != "kept" {
				p.Errorf("it brought %q", got)
			}
			p.await("bound")
			c.must("after all that")
			if got := p.took(); got != "after all that" {
				p.Errorf("it took %q", got)
			}
		}
	})
}

func TestPeerEnquireLink(t *testing.T) {
	eachPeer(t, func(p *peer) {
		c := p.call(Account{Enquire: 100 * time.Millisecond})
		p.await("bound")
		for range 3 {
			p.await("enquire_link")
		}
		if h := c.g.Health(); h.Binds[0].Binds != 1 || h.LastError != "" {
			p.Errorf("%+v", h)
		}
	})
}
