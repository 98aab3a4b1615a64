package crowd

import (
	"encoding/binary"
	"time"
)

// Telephones are spread over the slots of a frame, so that they do not all talk
// at the same moment.
const (
	frame    = 20 * time.Millisecond
	slots    = 10
	slotTime = frame / slots
	wait     = 30 // frames of the first prompt that are heard before a key is pressed
	leaves   = 10 // frames after which a moving telephone is silent
	arrives  = 40 // frames after which it is heard elsewhere
)

// voice is what a telephone says: silence, and keys.
type voice struct {
	seq        uint16
	ts         uint32
	pressAfter int // frames until a key is pressed; 0: none
	pressed    int // packets of the key that were sent
	said       int // frames
}

// talk sends a packet for each telephone in each frame.
func (c *Crowd) talk() {
	next := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	packet := make([]byte, 172)
	for slot := 0; ; slot = (slot + 1) % slots {
		c.mu.Lock()
		calls := c.slots[slot]
		c.mu.Unlock()
		for _, k := range calls {
			c.say(k, packet)
		}
		next = next.Add(slotTime)
		if d := time.Until(next); d > 0 {
			timer.Reset(d)
			select {
			case <-timer.C:
			case <-c.done:
				return
			}
			continue
		} else if d < -time.Second {
			next = time.Now()
		}
		select {
		case <-c.done:
			return
		default:
		}
	}
}

// say sends one packet of a telephone.
func (c *Crowd) say(k *call, b []byte) {
	c.mu.Lock()
	from := c.rtp
	k.sound.said++
	if k.is(Moving) && k.sound.said > leaves {
		from = c.other
	}
	if k.over || k.acked == 0 || k.is(Dead) || from == c.other && k.sound.said < arrives {
		c.mu.Unlock()
		return
	}
	b = k.sound.next(b)
	if b[1]&0x7F == 101 && b[13]&0x80 != 0 && k.key == 0 {
		k.key = time.Now().UnixNano()
	}
	to := k.media
	c.mu.Unlock()
	_, _ = from.WriteToUDPAddrPort(b, to) // what cannot be sent is lost, as packets are
}

// next writes the next packet. A key is 1, as RFC 4733 §2.5 says: 100 ms, and
// its end three times.
func (v *voice) next(b []byte) []byte {
	if v.pressAfter > 0 {
		if v.pressAfter--; v.pressAfter == 0 {
			v.pressed = 1
		}
	}
	kind, payload := byte(0), 160
	if v.pressed > 0 && v.pressed <= 8 {
		kind, payload = 101, 4
	}
	b[0], b[1] = 0x80, kind
	binary.BigEndian.PutUint16(b[2:], v.seq)
	binary.BigEndian.PutUint32(b[4:], v.ts)
	binary.BigEndian.PutUint32(b[8:], 0xC0FFEE)
	v.seq++
	b = b[:12+payload]
	if kind == 0 {
		for i := range b[12:] {
			b[12+i] = 0xFF
		}
		v.ts += 160
		return b
	}
	b[12], b[13] = 1, 10
	if v.pressed > 5 {
		b[13] |= 0x80
	}
	binary.BigEndian.PutUint16(b[14:], uint16(min(v.pressed, 5)*160))
	if v.pressed++; v.pressed > 8 {
		v.ts += 8 * 160
	}
	return b
}

// Bare sends n streams to an address for d, and does nothing else: what this
// machine can do in those seconds.
func Bare(to string, n int, d time.Duration) error {
	c, err := dial(to)
	if err != nil {
		return err
	}
	defer c.Close()
	packets := make([][]byte, n)
	for i := range packets {
		packets[i] = make([]byte, 172)
		packets[i][0] = 0x80
		binary.BigEndian.PutUint32(packets[i][8:], uint32(i+1))
	}
	next := time.Now()
	for k := range int(d / frame * slots) {
		for i := k % slots; i < n; i += slots {
			binary.BigEndian.PutUint16(packets[i][2:], uint16(k/slots))
			binary.BigEndian.PutUint32(packets[i][4:], uint32(k/slots*160))
			_, _ = c.Write(packets[i])
		}
		next = next.Add(slotTime)
		time.Sleep(time.Until(next))
	}
	return nil
}
