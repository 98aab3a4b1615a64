package voicetest

import (
	"encoding/binary"
	"math"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"
)

// An Ear is the sound of a phone, in A-law: it hears, talks and presses keys.
type Ear struct {
	t    testing.TB
	conn net.PacketConn
	done chan struct{}
	seq  uint16
	ts   uint32

	mu      sync.Mutex
	packets []Packet
	to      netip.AddrPort
}

// A Packet is one that an ear heard.
type Packet struct {
	At      time.Time
	Type    byte
	Seq     uint16
	Time    uint32
	Payload []byte
}

// Ear opens the sound of a phone at an address.
func (n *Network) Ear(t testing.TB, address string) *Ear {
	t.Helper()
	c, err := n.Listen("udp", address)
	if err != nil {
		t.Fatal(err)
	}
	return NewEar(t, c)
}

// NewEar makes an ear of a socket.
func NewEar(t testing.TB, c net.PacketConn) *Ear {
	e := &Ear{t: t, conn: c, done: make(chan struct{}), ts: 1000}
	go e.listen()
	return e
}

// Close takes the ear off the network.
func (e *Ear) Close() {
	_ = e.conn.Close()
	<-e.done
}

// Address is where the ear is.
func (e *Ear) Address() string { return e.conn.LocalAddr().String() }

// Toward tells the ear whom to talk to.
func (e *Ear) Toward(to netip.AddrPort) { e.to = to }

// To is whom the ear talks to.
func (e *Ear) To() netip.AddrPort { return e.to }

func (e *Ear) listen() {
	defer close(e.done)
	b := make([]byte, 2048)
	for {
		n, _, err := e.conn.ReadFrom(b)
		if err != nil {
			return
		}
		if n < 12 || b[0]>>6 != 2 {
			continue
		}
		p := Packet{At: time.Now(), Type: b[1] & 0x7F, Seq: binary.BigEndian.Uint16(b[2:]), Time: binary.BigEndian.Uint32(b[4:]), Payload: append([]byte(nil), b[12:n]...)}
		e.mu.Lock()
		e.packets = append(e.packets, p)
		e.mu.Unlock()
	}
}

// Packets gives what was heard since the last call.
func (e *Ear) Packets() []Packet {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.packets
	e.packets = nil
	return p
}

// Sound gives what was heard since the last call, as samples at 8 kHz.
func (e *Ear) Sound() []int16 {
	var out []int16
	for _, p := range e.Packets() {
		if p.Type == 8 {
			for _, b := range p.Payload {
				out = append(out, alaw(b))
			}
		}
	}
	return out
}

// alaw decodes one octet. ITU-T G.711 table 1a
func alaw(b byte) int16 {
	b ^= 0x55
	v := int(b&15)<<4 + 8
	if exp := int(b >> 4 & 7); exp > 0 {
		v = (v + 256) << (exp - 1)
	}
	if b&0x80 == 0 {
		v = -v
	}
	return int16(v)
}

// toAlaw encodes one sample: the octet that is nearest.
func toAlaw(s int) byte {
	best, distance := byte(0), math.MaxInt
	for b := range 256 {
		if d := max(int(alaw(byte(b)))-s, s-int(alaw(byte(b)))); d < distance {
			best, distance = byte(b), d
		}
	}
	return best
}

func (e *Ear) send(kind byte, payload []byte) {
	b := []byte{0x80, kind}
	b = binary.BigEndian.AppendUint16(b, e.seq)
	b = binary.BigEndian.AppendUint32(b, e.ts)
	b = binary.BigEndian.AppendUint32(b, 0x0EA7)
	e.seq++
	if _, err := e.conn.WriteTo(append(b, payload...), net.UDPAddrFromAddrPort(e.to)); err != nil {
		e.t.Error(err)
	}
}

// Talk says a tone for d; freq 0 is silence.
func (e *Ear) Talk(freq float64, d time.Duration) { e.Chord(d, freq) }

// Chord says several tones at once for d, 20 ms in a packet.
func (e *Ear) Chord(d time.Duration, freqs ...float64) {
	n := 0
	for range int(d / (20 * time.Millisecond)) {
		payload := make([]byte, 160)
		for i := range payload {
			v := 0.0
			for _, f := range freqs {
				v += 9000 / float64(len(freqs)) * math.Sin(2*math.Pi*f*float64(n)/8000)
			}
			payload[i] = toAlaw(int(v))
			n++
		}
		e.send(8, payload)
		e.ts += 160
		time.Sleep(20 * time.Millisecond)
	}
}

// Say says samples at 8 kHz, 20 ms in a packet.
func (e *Ear) Say(samples []int16) {
	for len(samples) >= 160 {
		payload := make([]byte, 160)
		for i := range payload {
			payload[i] = toAlaw(int(samples[i]))
		}
		samples = samples[160:]
		e.send(8, payload)
		e.ts += 160
		time.Sleep(20 * time.Millisecond)
	}
}

// Press presses keys as RFC 4733 says, 100 ms each.
func (e *Ear) Press(keys string) {
	const all = "0123456789*#ABCD"
	for _, k := range keys {
		for code := range all {
			if rune(all[code]) != k {
				continue
			}
			for i := 1; i <= 7; i++ {
				end := byte(0)
				if i >= 5 {
					end = 0x80
				}
				units := uint16(min(i, 5) * 160)
				e.send(101, []byte{byte(code), end | 10, byte(units >> 8), byte(units)})
				time.Sleep(20 * time.Millisecond)
			}
			e.ts += 1600
		}
	}
}

// Level is how loud a frequency is in samples at 8 kHz, in dB below a full sine.
func Level(samples []int16, freq float64) float64 {
	var re, im float64
	for i, s := range samples {
		a := 2 * math.Pi * freq * float64(i) / 8000
		re += float64(s) * math.Cos(a)
		im += float64(s) * math.Sin(a)
	}
	n := float64(max(1, len(samples)))
	return 10 * math.Log10(4*(re*re+im*im)/(n*n*32767*32767)+1e-20)
}
