package audio

import "time"

// Keys are the sixteen keys in the order of their events: 0-9, *, #, A-D.
// RFC 4733 §3.2
const Keys = "0123456789*#ABCD"

// dtmfRows and dtmfColumns are the frequencies. ITU-T Q.23
var (
	dtmfRows    = [4]float64{697, 770, 852, 941}
	dtmfColumns = [4]float64{1209, 1336, 1477, 1633}
	dtmfPad     = [4]string{"123A", "456B", "789C", "*0#D"}
)

// dtmfBlock is how many samples are judged at once: the rows are 73 Hz apart,
// and a block of 12.75 ms tells frequencies apart that are 78 Hz from each other.
const dtmfBlock = 102

// A DTMF hears keys in sound at Rate. ITU-T Q.24 wants 40 ms of a tone to be a
// key, and less than 23 ms not to be.
type DTMF struct {
	rows, columns [4]Goertzel
	seconds       [8]Goertzel // the second harmonics: speech has them, a key has not
	energy        float64
	n             int
	last, down    byte // what the last block was, and what key is down
	same          int  // so many blocks were alike
	gone          int  // so many blocks without the key that is down
}

// NewDTMF gives a detector that has heard nothing.
func NewDTMF() *DTMF {
	d := new(DTMF)
	for i := range 4 {
		d.rows[i] = NewGoertzel(dtmfRows[i], Rate)
		d.columns[i] = NewGoertzel(dtmfColumns[i], Rate)
		d.seconds[i] = NewGoertzel(2*dtmfRows[i], Rate)
		d.seconds[4+i] = NewGoertzel(2*dtmfColumns[i], Rate)
	}
	return d
}

// Add takes sound and appends to keys each key whose tone is certain by now.
func (d *DTMF) Add(keys []byte, samples []int16) []byte {
	for _, s := range samples {
		x := float64(s)
		for i := range 4 {
			d.rows[i].Add(x)
			d.columns[i].Add(x)
		}
		for i := range d.seconds {
			d.seconds[i].Add(x)
		}
		d.energy += x * x
		if d.n++; d.n < dtmfBlock {
			continue
		}
		if k := d.settle(d.judge()); k != 0 {
			keys = append(keys, k)
		}
		d.n, d.energy = 0, 0
	}
	return keys
}

// settle tells which key came down with this block, 0 where none did.
func (d *DTMF) settle(now byte) (pressed byte) {
	if now == d.last {
		d.same++
	} else {
		d.last, d.same = now, 1
	}
	if d.down != 0 {
		if now == d.down {
			d.gone = 0
		} else if d.gone++; d.gone >= 2 {
			d.down = 0
		}
	}
	if now != 0 && d.same == 2 && d.down != now {
		d.down, d.gone = now, 0
		return now
	}
	return 0
}

// judge tells which key the block is, 0 where it is none.
func (d *DTMF) judge() byte {
	var rows, columns [4]float64
	var seconds [8]float64
	for i := range 4 {
		rows[i], columns[i] = d.rows[i].Power(), d.columns[i].Power()
	}
	for i := range seconds {
		seconds[i] = d.seconds[i].Power()
	}
	total := d.energy / dtmfBlock
	r, c := loudest(rows), loudest(columns)
	low, high := rows[r], columns[c]
	const least = 4000 // mean square; some -45 dBm0 in both tones together
	switch {
	case total < least:
		return 0
	case low < high/8 || high < low/4: // twist: 9 dB one way, 6 the other; Q.24 wants 8 and 4
		return 0
	case low+high < 0.72*total: // something else is in it
		return 0
	case second(rows, r) > low/6 || second(columns, c) > high/6:
		return 0
	case seconds[r] > low/5 || seconds[4+c] > high/5:
		return 0
	}
	return dtmfPad[r][c]
}

func loudest(p [4]float64) int {
	best := 0
	for i, v := range p {
		if v > p[best] {
			best = i
		}
	}
	return best
}

func second(p [4]float64, but int) float64 {
	var most float64
	for i, v := range p {
		if i != but {
			most = max(most, v)
		}
	}
	return most
}

// KeyTone gives the sound of a key, nil where there is no such key.
func KeyTone(rate int, key byte, d time.Duration, amp float64) []int16 {
	for r, keys := range dtmfPad {
		for c := range keys {
			if keys[c] == key {
				return Tone(rate, d, amp, dtmfRows[r], dtmfColumns[c])
			}
		}
	}
	return nil
}
