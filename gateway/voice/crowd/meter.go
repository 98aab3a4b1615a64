package crowd

import (
	"encoding/binary"
	"net"
	"slices"
	"time"
)

// A meter takes down when packets came, by their stream.
type meter struct {
	streams map[uint32]*stream
	began   int64
	last    int64
}

type stream struct {
	first   uint32 // timestamp of the first packet
	late    []int64
	packets int
}

func newMeter() *meter { return &meter{streams: map[uint32]*stream{}} }

// add takes a packet of RTP.
func (m *meter) add(b []byte, at int64) {
	if m.began == 0 {
		m.began = at
	}
	m.last = at
	id, ts := binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[4:])
	s := m.streams[id]
	if s == nil {
		s = &stream{first: ts}
		m.streams[id] = s
	}
	s.packets++
	s.late = append(s.late, at-int64(int32(ts-s.first))*int64(time.Second/8000))
}

// A Pace is how evenly packets came: how much later than the earliest packet of
// its stream, by its own timestamp, each one was. That is what a jitter buffer
// has to make up for.
type Pace struct {
	Streams, Packets int
	// Due is how many packets streams of one every 20 ms have in that time.
	Due            int
	P50, P99, Most time.Duration
}

func (m *meter) pace() Pace {
	var all []time.Duration
	p := Pace{}
	for _, s := range m.streams {
		if s.packets < 25 {
			continue
		}
		p.Streams++
		p.Packets += s.packets
		least := slices.Min(s.late)
		for _, v := range s.late {
			all = append(all, time.Duration(v-least))
		}
	}
	p.Due = int(int64(p.Streams) * (m.last - m.began) / int64(frame))
	slices.Sort(all)
	p.P50, p.P99, p.Most = Percentile(all, 50), Percentile(all, 99), Percentile(all, 100)
	return p
}

// Percentile gives the time within which p of 100 lie; all is sorted.
func Percentile(all []time.Duration, p float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	return all[min(len(all)-1, int(float64(len(all))*p/100))]
}

func dial(to string) (*net.UDPConn, error) {
	a, err := net.ResolveUDPAddr("udp4", to)
	if err != nil {
		return nil, err
	}
	return net.DialUDP("udp4", nil, a)
}

// A Floor receives the streams of Bare.
type Floor struct {
	conn *net.UDPConn
	done chan struct{}
	m    *meter
}

// OpenFloor opens a socket for them on loopback.
func OpenFloor() (*Floor, error) {
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	if err := prepare(c); err != nil {
		_ = c.Close()
		return nil, err
	}
	f := &Floor{conn: c, done: make(chan struct{}), m: newMeter()}
	go f.hear()
	return f, nil
}

// Address is where the streams go.
func (f *Floor) Address() string { return f.conn.LocalAddr().String() }

func (f *Floor) hear() {
	defer close(f.done)
	b, oob := make([]byte, 2048), make([]byte, 128)
	for {
		n, o, _, _, err := f.conn.ReadMsgUDPAddrPort(b, oob)
		if err != nil {
			return
		}
		if n >= 12 {
			f.m.add(b[:n], received(oob[:o]))
		}
	}
}

// Close ends it, and tells how evenly packets came.
func (f *Floor) Close() Pace {
	_ = f.conn.Close()
	<-f.done
	return f.m.pace()
}
