package media

// A packet is one that waits to be heard.
type packet struct {
	ts      uint32
	units   int // so much sound, on the clock of its codec
	codec   string
	payload []byte
}

// How far sound may be behind, in frames. The delay begins at least, grows when
// packets come too late for it, and shrinks when they come sooner than needed for
// a while.
const (
	leastDelay = 2
	mostDelay  = 15  // 300 ms
	jump       = 50  // a timestamp so far off begins something new
	maxWaiting = 50  // packets
	calm       = 150 // ticks in which the delay proves too long
)

// jitterBuffer puts packets in order, and gives them out evenly.
type jitterBuffer struct {
	clock   int      // of the codec whose packets they are
	waiting []packet // by timestamp
	next    uint32   // timestamp of what is heard next
	playing bool
	spare   [][]byte // payloads to use again

	depth int // the least that waited, in this period of calm
	ticks int
	late  int64 // packets that came too late to be heard
}

// put takes a packet. Its payload is copied.
func (j *jitterBuffer) put(p packet) {
	if j.playing {
		ahead := int32(p.ts - j.next)
		switch {
		case ahead > int32(j.frames(jump)) || ahead < -int32(j.frames(jump)):
			j.reset()
		case ahead < 0:
			// It is heard all the same, and everything after it so much later: a
			// network that is late once will be again.
			if int32(j.end()-p.ts) <= int32(j.frames(mostDelay+1)) && int(-ahead) <= j.frames(mostDelay) {
				j.next = p.ts
			} else {
				j.late++
				return
			}
		}
	}
	if len(j.waiting) >= maxWaiting {
		j.drop()
	}
	var b []byte
	if n := len(j.spare); n > 0 {
		b, j.spare = j.spare[n-1], j.spare[:n-1]
	}
	p.payload = append(b[:0], p.payload...)
	i := len(j.waiting)
	for i > 0 && int32(j.waiting[i-1].ts-p.ts) > 0 {
		i--
	}
	j.waiting = append(j.waiting, packet{})
	copy(j.waiting[i+1:], j.waiting[i:])
	j.waiting[i] = p
}

// frames is so many frames on the clock of the codec.
func (j *jitterBuffer) frames(n int) int { return n * j.clock / 50 }

// use takes packets of another clock from now on: what waits is not theirs.
func (j *jitterBuffer) use(clock int) {
	j.reset()
	j.clock = clock
}

// end is the timestamp behind the last that waits.
func (j *jitterBuffer) end() uint32 {
	if n := len(j.waiting); n > 0 {
		return j.waiting[n-1].ts + uint32(j.waiting[n-1].units)
	}
	return j.next
}

// drop forgets the oldest packet.
func (j *jitterBuffer) drop() packet {
	p := j.waiting[0]
	j.waiting = append(j.waiting[:0], j.waiting[1:]...)
	j.spare = append(j.spare, p.payload)
	return p
}

// reset forgets everything that waits.
func (j *jitterBuffer) reset() {
	for len(j.waiting) > 0 {
		j.drop()
	}
	j.playing = false
}

// take gives the next packet that is due. Its payload is good until the next
// call. Where it is not ok, gap is how much sound is missing before the next
// one; 0: it is not known yet.
func (j *jitterBuffer) take() (p packet, gap int, ok bool) {
	if !j.playing {
		if len(j.waiting) == 0 || int32(j.end()-j.waiting[0].ts) < int32(j.frames(leastDelay)) {
			return packet{}, 0, false
		}
		j.playing, j.next, j.ticks, j.depth = true, j.waiting[0].ts, 0, j.frames(mostDelay)
	}
	if len(j.waiting) == 0 {
		return packet{}, 0, false
	}
	if ahead := int(int32(j.waiting[0].ts - j.next)); ahead > 0 {
		gap = min(ahead, j.frames(1))
		j.next += uint32(gap)
		return packet{}, gap, false
	}
	p = j.drop()
	j.next = p.ts + uint32(p.units)
	return p, 0, true
}

// following is the payload that lies right behind the gap that take gave, nil
// where it has not come or is of another codec. It is good until the next call.
func (j *jitterBuffer) following(codec string) []byte {
	if !j.playing || len(j.waiting) == 0 || j.waiting[0].ts != j.next || j.waiting[0].codec != codec {
		return nil
	}
	return j.waiting[0].payload
}

// hungry notes that nothing was there when a frame was due: time goes on.
func (j *jitterBuffer) hungry(units int) {
	if j.playing {
		j.next += uint32(units)
	}
}

// tick watches, once in a frame, whether more waits than needed. It tells whether
// a frame should be left out, so that there is less delay.
func (j *jitterBuffer) tick() (hurry bool) {
	if !j.playing {
		return false
	}
	j.depth = min(j.depth, int(int32(j.end()-j.next)))
	if j.ticks++; j.ticks < calm {
		return false
	}
	hurry = j.depth > j.frames(leastDelay)
	j.ticks, j.depth = 0, j.frames(mostDelay)
	return hurry
}
