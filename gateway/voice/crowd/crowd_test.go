package crowd

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"
)

// Lateness is measured against the earliest packet of each stream, by the time
// that packets bear; what is missing is told.
func TestPace(t *testing.T) {
	m := newMeter()
	for i := range 100 {
		if i == 50 {
			continue // it is lost
		}
		late := time.Duration(0)
		if i%10 == 3 {
			late = 7 * time.Millisecond
		}
		for id := range uint32(2) {
			b := make([]byte, 12)
			binary.BigEndian.PutUint32(b[4:], uint32(i*160)-80) // timestamps begin anew in between
			binary.BigEndian.PutUint32(b[8:], id)
			m.add(b, int64(time.Hour+time.Duration(i)*frame+late))
		}
	}
	p := m.pace()
	if p.Streams != 2 || p.Packets != 198 || p.P50 != 0 || p.P99 != 7*time.Millisecond || p.Most != 7*time.Millisecond || p.Due != 198 {
		t.Errorf("%+v", p)
	}
}

func TestParse(t *testing.T) {
	m := parse("INVITE sip:+12062000001@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:+12062000001@c>\r\n" +
		"Call-ID: 7\r\nCSeq: 1 INVITE\r\nContact: \"A\" <sip:a@192.0.2.9:5070>\r\n\r\nv=0\r\nc=IN IP4 192.0.2.9\r\nm=audio 4000 RTP/AVP 0\r\n")
	if m.method != "INVITE" || m.user != "+12062000001" || m.id != "7" || m.contact != "sip:a@192.0.2.9:5070" || m.host != "192.0.2.9" || m.port != 4000 || len(m.lines) != 1 {
		t.Errorf("%+v", m)
	}
	for text, want := range map[string]string{"SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n": "", "SIP/2.0 481 Gone\r\nCall-ID: 7\r\nCSeq: 2 BYE\r\n\r\n": "BYE answered", "": "", "\r\n\r\n": ""} {
		if got := parse(text).method; got != want {
			t.Errorf("%q is %q", text, got)
		}
	}
}

// A key is its event, five packets and its end three times, and talk goes on after it.
func TestKey(t *testing.T) {
	v := voice{pressAfter: 2}
	var kinds []byte
	ends := 0
	for range 12 {
		b := v.next(make([]byte, 172))
		kinds = append(kinds, b[1])
		if b[1] == 101 && b[13]&0x80 != 0 {
			ends++
		}
	}
	if string(kinds) != "\x00eeeeeeee\x00\x00\x00" || ends != 3 {
		t.Errorf("%q, %d ends", kinds, ends)
	}
}

func TestOpen(t *testing.T) {
	c, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := netip.ParseAddrPort(c.Address()); err != nil {
		t.Error(err)
	}
	if n := c.Count(); n.Answered != 0 || len(n.Prompt) != 0 {
		t.Errorf("%+v", n)
	}
}
