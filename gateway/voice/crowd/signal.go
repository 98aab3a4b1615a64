package crowd

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// signal answers what is said to the telephones.
func (c *Crowd) signal() {
	b, oob := make([]byte, 65536), make([]byte, 128)
	for {
		n, o, _, from, err := c.sip.ReadMsgUDPAddrPort(b, oob)
		if err != nil {
			return
		}
		m := parse(string(b[:n]))
		m.from, m.at = from, received(oob[:o])
		switch m.method {
		case "INVITE":
			c.invited(m)
		case "ACK":
			c.acknowledged(m)
		case "BYE":
			c.bye(m)
		case "CANCEL":
			c.reply(m, "200 OK", "crowd", "")
			m.cseq = strings.Replace(m.cseq, "CANCEL", "INVITE", 1)
			c.reply(m, "487 Request Terminated", "crowd", "")
		case "":
		case "BYE answered":
			c.mu.Lock()
			delete(c.byes, m.id)
			c.mu.Unlock()
		default:
			c.reply(m, "200 OK", "", "")
		}
	}
}

// A message is a request, as far as a telephone cares.
type message struct {
	method, user string
	lines        []string // headers that an answer repeats
	to, sender   string
	id, cseq     string
	contact      string
	port         int
	host         string
	from         netip.AddrPort
	at           int64
}

// parse reads a request; an answer has no method, but for that to a BYE.
func parse(text string) (m message) {
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	start := strings.Fields(lines[0])
	switch {
	case len(start) < 3:
		return m
	case !strings.HasPrefix(start[0], "SIP/"):
		m.method = start[0]
		m.user, _, _ = strings.Cut(strings.TrimPrefix(start[1], "sip:"), "@")
	case strings.Contains(head, "\r\nCSeq: 2 BYE"):
		m.method = "BYE answered"
	}
	for _, l := range lines[1:] {
		name, v, _ := strings.Cut(l, ":")
		v = strings.TrimSpace(v)
		switch strings.ToLower(name) {
		case "via", "record-route":
			m.lines = append(m.lines, l)
		case "from":
			m.sender = v
		case "to":
			m.to = v
		case "call-id":
			m.id = v
		case "cseq":
			m.cseq = v
		case "contact":
			m.contact = strings.Trim(v, "<>")
			if _, rest, ok := strings.Cut(v, "<"); ok {
				m.contact, _, _ = strings.Cut(rest, ">")
			}
		}
	}
	for l := range strings.Lines(body) {
		if rest, ok := strings.CutPrefix(l, "m=audio "); ok {
			port, _, _ := strings.Cut(rest, " ")
			m.port, _ = strconv.Atoi(port)
		}
		if rest, ok := strings.CutPrefix(l, "c=IN IP4 "); ok {
			m.host = strings.TrimSpace(rest)
		}
	}
	return m
}

func (c *Crowd) reply(m message, status, tag, body string) string {
	var b strings.Builder
	b.WriteString("SIP/2.0 " + status + "\r\n")
	for _, l := range m.lines {
		b.WriteString(l + "\r\n")
	}
	to := m.to
	if tag != "" && !strings.Contains(to, "tag=") {
		to += ";tag=" + tag
	}
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %s\r\n", m.sender, to, m.id, m.cseq)
	if tag != "" {
		fmt.Fprintf(&b, "Contact: <sip:crowd@%s>\r\n", c.host)
	}
	if body != "" {
		b.WriteString("Content-Type: application/sdp\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	text := b.String()
	_, _ = c.sip.WriteToUDPAddrPort([]byte(text), m.from)
	return text
}

// invited rings and answers at once.
func (c *Crowd) invited(m message) {
	c.mu.Lock()
	k := c.calls[m.id]
	said := ""
	if k != nil {
		said = k.offer
	}
	c.mu.Unlock()
	if k != nil {
		_, _ = c.sip.WriteToUDPAddrPort([]byte(said), m.from)
		return
	}
	host, err := netip.ParseAddr(m.host)
	if err != nil || m.port == 0 {
		c.reply(m, "488 Not Acceptable Here", "", "")
		return
	}
	const tag = "crowd"
	k = &call{id: m.id, user: m.user, sip: m.from, media: netip.AddrPortFrom(host, uint16(m.port)),
		target: m.contact, local: m.to + ";tag=" + tag, remote: m.sender}
	if k.is(Engaged) {
		c.reply(m, "486 Busy Here", tag, "")
		return
	}
	own := netip.MustParseAddrPort(c.rtp.LocalAddr().String())
	c.reply(m, "180 Ringing", tag, "")
	body := fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 %[1]s\r\ns=-\r\nc=IN IP4 %[1]s\r\nt=0 0\r\nm=audio %[2]d RTP/AVP 0 101\r\n"+
		"a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=rtcp-mux\r\n", own.Addr(), own.Port())
	if k.is(Deaf) {
		return
	}
	c.mu.Lock()
	c.calls[m.id], c.by[k.media] = k, k
	c.mu.Unlock()
	text := c.reply(m, "200 OK", tag, body)
	c.mu.Lock()
	k.offer = text
	c.mu.Unlock()
}

func (c *Crowd) acknowledged(m message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.calls[m.id]
	if k == nil || k.acked != 0 {
		return
	}
	k.acked = m.at
	if c.begun == 0 {
		c.from = m.at
	}
	c.begun++
	c.until = m.at
	c.most = max(c.most, c.begun-c.ended)
	slot := c.begun % slots
	c.slots[slot] = append(c.slots[slot][:len(c.slots[slot]):len(c.slots[slot])], k)
}

func (c *Crowd) bye(m message) {
	c.mu.Lock()
	k := c.calls[m.id]
	if k != nil {
		c.finish(k)
	}
	c.mu.Unlock()
	if !strings.HasPrefix(m.toUser(), Dead) {
		c.reply(m, "200 OK", "", "")
	}
}

// toUser is the number in To.
func (m message) toUser() string {
	_, rest, _ := strings.Cut(m.to, "sip:")
	return rest
}

// finish takes a call off the slots. c.mu is held.
func (c *Crowd) finish(k *call) {
	if k.over {
		return
	}
	k.over = true
	c.ended++
	c.count.add(k)
	delete(c.calls, k.id)
	if c.by[k.media] == k {
		delete(c.by, k.media)
	}
	for i, s := range c.slots {
		for j, x := range s {
			if x == k {
				c.slots[i] = append(append([]*call(nil), s[:j]...), s[j+1:]...)
				return
			}
		}
	}
}

// remind answers again where no ACK came, and says goodbye again where nobody
// answered. RFC 3261 §13.3.1.4, §17.1.2
func (c *Crowd) remind() {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-c.done:
			return
		case <-tick.C:
		}
		c.mu.Lock()
		again := map[netip.AddrPort][]string{}
		for _, k := range c.calls {
			if k.acked == 0 && !k.over && k.offer != "" {
				again[k.sip] = append(again[k.sip], k.offer)
			}
		}
		for id, b := range c.byes {
			again[b.to] = append(again[b.to], b.text)
			if b.times--; b.times == 0 {
				delete(c.byes, id)
				continue
			}
			c.byes[id] = b
		}
		c.mu.Unlock()
		for to, texts := range again {
			for _, text := range texts {
				_, _ = c.sip.WriteToUDPAddrPort([]byte(text), to)
			}
		}
	}
}

// HangUp ends every call that is up.
func (c *Crowd) HangUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.calls {
		if k.acked != 0 {
			c.bid(k)
		}
	}
}

// bid says goodbye. c.mu is held.
func (c *Crowd) bid(k *call) {
	text := fmt.Sprintf("BYE %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: 2 BYE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
		k.target, c.host, k.id, k.local, k.remote, k.id)
	_, _ = c.sip.WriteToUDPAddrPort([]byte(text), k.sip)
	c.byes[k.id] = bye{k.sip, text, 10}
	c.finish(k)
}

// A bye is one that has not been answered, and how often it is still to be said.
type bye struct {
	to    netip.AddrPort
	text  string
	times int
}
