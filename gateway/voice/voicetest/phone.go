package voicetest

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

// A Phone is a SIP server or telephone whose every message is the test's own
// text. It answers OPTIONS by itself, and keeps everything else until the test
// expects it.
type Phone struct {
	t    testing.TB
	conn net.PacketConn
	addr netip.AddrPort
	in   chan *Message
	done chan struct{}

	mu      sync.Mutex
	pings   int
	Silent  bool // OPTIONS are not answered
	branch  int
	ignored map[string]bool // methods that are thrown away
}

// A Message is one that a phone heard.
type Message struct {
	Start   string // "INVITE sip:… SIP/2.0" or "SIP/2.0 200 OK"
	Headers [][2]string
	Body    string
	From    netip.AddrPort
}

// Get gives a header, "" where there is none.
func (m *Message) Get(name string) string {
	for _, h := range m.Headers {
		if strings.EqualFold(h[0], name) {
			return h[1]
		}
	}
	return ""
}

// Method is the method of a request, or the status of an answer.
func (m *Message) Method() string {
	f := strings.Fields(m.Start)
	switch {
	case len(f) > 1 && strings.HasPrefix(f[0], "SIP/"):
		return f[1]
	case len(f) > 0:
		return f[0]
	}
	return ""
}

// URI is the address of a request.
func (m *Message) URI() string {
	if f := strings.Fields(m.Start); len(f) > 1 {
		return f[1]
	}
	return ""
}

// Param gives a parameter of a header's value.
func Param(value, name string) string {
	for _, p := range strings.Split(value, ";")[1:] {
		if k, v, _ := strings.Cut(strings.TrimSpace(p), "="); strings.EqualFold(k, name) {
			return strings.Trim(v, ">\" ")
		}
	}
	return ""
}

// Port is the port of the first stream in the description.
func (m *Message) Port() int {
	var n int
	if _, rest, ok := strings.Cut(m.Body, "m=audio "); ok {
		_, _ = fmt.Sscanf(rest, "%d", &n)
	}
	return n
}

// Phone puts a phone at an address.
func (n *Network) Phone(t testing.TB, address string) *Phone {
	t.Helper()
	c, err := n.Listen("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	return NewPhone(t, c)
}

// NewPhone makes a phone of a socket.
func NewPhone(t testing.TB, c net.PacketConn) *Phone {
	p := &Phone{t: t, conn: c, addr: netip.MustParseAddrPort(c.LocalAddr().String()), in: make(chan *Message, 1000), done: make(chan struct{}), ignored: map[string]bool{}}
	go p.listen()
	return p
}

// Close takes the phone off the network.
func (p *Phone) Close() {
	_ = p.conn.Close()
	<-p.done
}

// Address is where the phone is.
func (p *Phone) Address() netip.AddrPort { return p.addr }

// Pings is how often somebody asked by OPTIONS whether the phone is there.
func (p *Phone) Pings() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pings
}

// Deaf makes the phone answer no more OPTIONS, or answer them again.
func (p *Phone) Deaf(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Silent = on
}

func (p *Phone) listen() {
	defer close(p.done)
	b := make([]byte, 65536)
	for {
		n, from, err := p.conn.ReadFrom(b)
		if err != nil {
			return
		}
		m := read(string(b[:n]))
		m.From, _ = netip.ParseAddrPort(from.String())
		if m.Method() == "OPTIONS" {
			p.mu.Lock()
			p.pings++
			silent := p.Silent
			p.mu.Unlock()
			if !silent {
				p.Reply(m, "200 OK", "", "")
			}
			continue
		}
		p.in <- m
	}
}

func read(text string) *Message {
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	m := &Message{Start: lines[0], Body: body}
	for _, l := range lines[1:] {
		k, v, _ := strings.Cut(l, ":")
		m.Headers = append(m.Headers, [2]string{strings.TrimSpace(k), strings.TrimSpace(v)})
	}
	return m
}

// patience bounds every wait for a message.
const patience = 100 * time.Second

// Each hands every message to f from now on, until the phone is closed.
func (p *Phone) Each(f func(m *Message)) {
	go func() {
		for {
			select {
			case <-p.done:
				return
			case m := <-p.in:
				f(m)
			}
		}
	}()
}

// Expect waits for the next message, which must be the one: a method, or a
// status. Repetitions of what came before are not told apart.
func (p *Phone) Expect(what string) *Message {
	p.t.Helper()
	m := p.next(patience)
	if m == nil {
		p.t.Fatalf("%s: %s did not come", p.addr, what)
	}
	if m.Method() != what {
		p.t.Fatalf("%s: %s came where %s was due", p.addr, m.Start, what)
	}
	return m
}

// Await waits for a message, whatever comes before it.
func (p *Phone) Await(what string) *Message {
	p.t.Helper()
	for {
		m := p.next(patience)
		if m == nil {
			p.t.Fatalf("%s: %s did not come", p.addr, what)
		}
		if m.Method() == what {
			return m
		}
	}
}

// Next waits for the next message, whatever it is.
func (p *Phone) Next() *Message {
	p.t.Helper()
	m := p.next(patience)
	if m == nil {
		p.t.Fatalf("%s: nothing came", p.addr)
	}
	return m
}

// Nothing fails where a message comes within d.
func (p *Phone) Nothing(d time.Duration) {
	p.t.Helper()
	if m := p.next(d); m != nil {
		p.t.Errorf("%s: %s came where nothing was due", p.addr, m.Start)
	}
}

func (p *Phone) next(d time.Duration) *Message {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case m := <-p.in:
		return m
	case <-t.C:
		return nil
	}
}

// Reply answers a request: status is "180 Ringing". A tag is added to To where
// it is not empty; headers are lines that are ended by \r\n.
func (p *Phone) Reply(m *Message, status, tag, headers string, body ...string) {
	p.t.Helper()
	var b strings.Builder
	b.WriteString("SIP/2.0 " + status + "\r\n")
	for _, h := range m.Headers {
		switch strings.ToLower(h[0]) {
		case "via", "from", "call-id", "cseq", "record-route":
			b.WriteString(h[0] + ": " + h[1] + "\r\n")
		case "to":
			b.WriteString("To: " + h[1])
			if tag != "" && Param(h[1], "tag") == "" {
				b.WriteString(";tag=" + tag)
			}
			b.WriteString("\r\n")
		}
	}
	if !strings.Contains(headers, "Contact:") && status < "300" && (m.Method() == "INVITE" || m.Method() == "UPDATE") {
		b.WriteString("Contact: <sip:callee@" + p.addr.String() + ">\r\n")
	}
	b.WriteString(headers)
	p.finish(&b, m.From, strings.Join(body, ""))
}

func (p *Phone) finish(b *strings.Builder, to netip.AddrPort, body string) {
	p.t.Helper()
	if body != "" {
		b.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	p.Send(to, b.String())
}

// Send sends a text as it is.
func (p *Phone) Send(to netip.AddrPort, text string) {
	p.t.Helper()
	if _, err := p.conn.WriteTo([]byte(text), net.UDPAddrFromAddrPort(to)); err != nil {
		p.t.Errorf("%s: %v", p.addr, err)
	}
}

// A Dialog is a phone's view of a call.
type Dialog struct {
	*Phone
	Peer     netip.AddrPort
	Local    string // From of what the phone sends, with its tag
	Remote   string // To
	CallID   string
	Target   string // address of the other side
	Routes   []string
	Sequence int
}

// Called gives the dialog of an INVITE that the phone answered under a tag.
func (p *Phone) Called(invite *Message, tag string) *Dialog {
	local := invite.Get("To")
	if Param(local, "tag") == "" {
		local += ";tag=" + tag
	}
	return &Dialog{Phone: p, Peer: invite.From, Local: local, Remote: invite.Get("From"), CallID: invite.Get("Call-ID"),
		Target: address(invite.Get("Contact")), Sequence: 100}
}

// address takes the address out of angle brackets.
func address(v string) string {
	if _, rest, ok := strings.Cut(v, "<"); ok {
		v, _, _ = strings.Cut(rest, ">")
	}
	return v
}

// Request sends a request within the dialog.
func (d *Dialog) Request(method, headers string, body ...string) {
	d.t.Helper()
	if method != "ACK" {
		d.Sequence++
	}
	d.branch++
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKphone%d;rport\r\n", method, d.Target, d.addr, d.branch)
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nMax-Forwards: 70\r\n", d.Local, d.Remote, d.CallID, d.Sequence, method)
	for _, r := range d.Routes {
		b.WriteString("Route: " + r + "\r\n")
	}
	if method == "INVITE" || method == "UPDATE" {
		fmt.Fprintf(&b, "Contact: <sip:callee@%s>\r\n", d.addr)
	}
	b.WriteString(headers)
	if strings.Contains(headers, "Content-Type") {
		text := strings.Join(body, "")
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(text), text)
		d.Send(d.Peer, b.String())
		return
	}
	d.finish(&b, d.Peer, strings.Join(body, ""))
}

// Call sends an INVITE from the phone to a number at an address, and gives its
// dialog; Remote lacks the other side's tag until Answered.
func (p *Phone) Call(from, to string, at netip.AddrPort, headers string, body ...string) *Dialog {
	p.t.Helper()
	p.branch++
	d := &Dialog{Phone: p, Peer: at, Local: fmt.Sprintf("<sip:%s@%s>;tag=caller%d", from, p.addr.Addr(), p.branch),
		Remote: fmt.Sprintf("<sip:%s@%s>", to, at.Addr()), CallID: fmt.Sprintf("call-%d-%s", p.branch, p.addr),
		Target: fmt.Sprintf("sip:%s@%s", to, at)}
	d.Request("INVITE", headers, body...)
	return d
}

// Acknowledge sends the ACK for an answer that is no success, which belongs to
// the INVITE's own transaction.
func (d *Dialog) Acknowledge(res *Message) {
	d.t.Helper()
	to := res.Get("To")
	d.Send(d.Peer, fmt.Sprintf("ACK %s SIP/2.0\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
		d.Target, res.Get("Via"), d.Local, to, d.CallID, strings.Replace(res.Get("CSeq"), "INVITE", "ACK", 1)))
}

// RouteBack takes the way that the answer to our INVITE came by, for what is sent
// within the dialog. RFC 3261 §12.1.2
func (d *Dialog) RouteBack(res *Message) {
	d.Routes = nil
	for _, h := range res.Headers {
		if strings.EqualFold(h[0], "Record-Route") {
			d.Routes = append([]string{h[1]}, d.Routes...)
		}
	}
}

// Answered takes what the answer to an INVITE says of the other side.
func (d *Dialog) Answered(res *Message) {
	d.Remote = res.Get("To")
	if c := address(res.Get("Contact")); c != "" {
		d.Target = c
	}
}

// SDP is a description that offers, or answers with, A-law and keys.
func SDP(host string, port int, more ...string) string {
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio %d RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n"+
		"a=rtpmap:101 telephone-event/8000\r\n%s", host, host, port, strings.Join(more, ""))
}
