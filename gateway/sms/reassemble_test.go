package sms

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// parts cuts a text as a sender does.
func parts(from, text string, ref uint16, c Concat) []Part {
	segs, coding := Encode(text, Options{Concat: c, Ref: ref})
	out := make([]Part, len(segs))
	for i, s := range segs {
		out[i] = Part{From: from, To: "12345", Ref: s.Ref, Wide: c == UDH16, Total: s.Total, Seq: s.Seq, Coding: coding, Data: s.Data}
	}
	return out
}

func TestReassembleInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := NewReassembler(time.Minute, 10000)
		want := map[string]int{}
		var all []Part
		for i := range rapid.IntRange(1, 6).Draw(t, "messages") {
			text := fmt.Sprint(i) + strings.Repeat(rapid.SampledFrom([]string{"a", "€", "😀", "жa"}).Draw(t, "what"), rapid.IntRange(100, 500).Draw(t, "length"))
			from := fmt.Sprintf("+4912345%d", i%2)
			ps := parts(from, text, uint16(i), rapid.SampledFrom([]Concat{UDH8, UDH16, SAR}).Draw(t, "concat"))
			if len(ps) < 2 {
				continue
			}
			want[from+text]++
			all = append(all, ps...)
			all = append(all, ps[:rapid.IntRange(0, len(ps)).Draw(t, "repeats")]...)
		}
		got := map[string]int{}
		for _, p := range rapid.Permutation(all).Draw(t, "order") {
			if w, s := r.Add(p, noon); s == Complete {
				if rapid.Bool().Draw(t, "fails") {
					r.Settle(w, false, noon)
					if w, s = r.Add(p, noon); s != Complete { // the carrier tries again
						t.Fatalf("after a failure: %v", s)
					}
				}
				got[w.From+w.Text]++
				r.Settle(w, true, noon)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		if rest := r.Expire(noon.Add(time.Hour)); len(rest) > 0 || r.Len() > 0 {
			t.Fatalf("left over: %v", rest)
		}
	})
}

func TestReassembleMissingPart(t *testing.T) {
	r := NewReassembler(time.Minute, 1000)
	ps := parts("a", strings.Repeat("x", 153)+strings.Repeat("y", 153)+"z", 1, UDH8)
	r.Add(ps[2], noon)
	r.Add(ps[0], noon.Add(30*time.Second))
	if w := r.Expire(noon.Add(59 * time.Second)); len(w) != 0 {
		t.Fatalf("too early: %v", w)
	}
	w := r.Expire(noon.Add(time.Minute))
	if len(w) != 1 || w[0].Missing != 1 || w[0].Text != strings.Repeat("x", 153)+"[...]z" {
		t.Fatalf("%+v", w)
	}
	if _, s := r.Add(ps[1], noon.Add(2*time.Minute)); s != Waiting {
		t.Errorf("the straggler: %v", s)
	}
}

func TestReassembleRepeats(t *testing.T) {
	r := NewReassembler(time.Minute, 1000)
	ps := parts("a", strings.Repeat("x", 200), 1, UDH8)
	r.Add(ps[0], noon)
	w, s := r.Add(ps[1], noon)
	if s != Complete {
		t.Fatal(s)
	}
	if _, s := r.Add(ps[0], noon); s != Busy {
		t.Errorf("while it is handed on: %v", s)
	}
	r.Settle(w, true, noon)
	if _, s := r.Add(ps[1], noon.Add(59*time.Second)); s != Repeat {
		t.Errorf("afterwards: %v", s)
	}
	if out := r.Expire(noon.Add(time.Minute)); len(out) != 0 {
		t.Errorf("handed on twice: %v", out)
	}
	if _, s := r.Add(ps[1], noon.Add(2*time.Minute)); s != Waiting {
		t.Errorf("when it is forgotten: %v", s)
	}
}

func TestReassembleFailedAndNeverRepeated(t *testing.T) {
	r := NewReassembler(time.Minute, 1000)
	ps := parts("a", strings.Repeat("x", 200), 1, UDH8)
	r.Add(ps[0], noon)
	w, _ := r.Add(ps[1], noon)
	r.Settle(w, false, noon)
	out := r.Expire(noon.Add(time.Minute))
	if len(out) != 1 || out[0].Missing != 0 || len(out[0].Text) != 200 {
		t.Errorf("%+v", out)
	}
}

func TestReassembleReusedReference(t *testing.T) {
	r := NewReassembler(time.Minute, 1000)
	old, fresh := parts("a", strings.Repeat("x", 200), 1, UDH8), parts("a", strings.Repeat("y", 200), 1, UDH8)
	r.Add(old[0], noon)
	r.Add(fresh[0], noon)
	w, s := r.Add(fresh[1], noon)
	if s != Complete || w.Text != strings.Repeat("y", 200) {
		t.Fatalf("%v %q", s, w.Text)
	}
	r.Settle(w, true, noon)
	out := r.Expire(noon)
	if len(out) != 1 || out[0].Text != strings.Repeat("x", 153)+"[...]" {
		t.Errorf("the older one: %+v", out)
	}
}

func TestReassembleIsBounded(t *testing.T) {
	r := NewReassembler(time.Hour, 1000)
	for i := range 5000 {
		r.Add(Part{From: fmt.Sprint(i), Total: 10, Seq: 1, Data: []byte("x")}, noon)
	}
	if r.Len() > 100 {
		t.Errorf("%d messages are kept", r.Len())
	}
	given := r.Expire(noon)
	if len(given)+r.Len() != 5000 {
		t.Errorf("%d given up, %d kept", len(given), r.Len())
	}
	if given[0].From != "0" {
		t.Errorf("the first to go was %s", given[0].From)
	}
}

func TestReassembleJoinsWhatSendersCut(t *testing.T) {
	r := NewReassembler(time.Minute, 1000)
	emoji := appendUTF16(nil, "😀")
	r.Add(Part{Total: 2, Seq: 1, Coding: UCS2, Data: emoji[:2]}, noon)
	if w, _ := r.Add(Part{Total: 2, Seq: 2, Coding: UCS2, Data: emoji[2:]}, noon); w.Text != "😀" {
		t.Errorf("%+q", w.Text)
	}
	r = NewReassembler(time.Minute, 1000)
	r.Add(Part{Total: 3, Seq: 1, Data: []byte{'a', escape}}, noon)
	r.Add(Part{Total: 3, Seq: 2, Data: []byte{0x65}}, noon)
	if w, _ := r.Add(Part{Total: 3, Seq: 3, Coding: UCS2, Data: appendUTF16(nil, "ж")}, noon); w.Text != "a€ж" {
		t.Errorf("%+q", w.Text)
	}
}

func TestReassembleNonsense(t *testing.T) {
	r := NewReassembler(time.Minute, 1000)
	for _, p := range []Part{{Total: 0, Seq: 0}, {Total: 1, Seq: 1}, {Total: 2, Seq: 3}, {Total: 2, Seq: 0}, {Total: 999, Seq: 5}, {Total: 2, Seq: -1}} {
		p.Data = []byte("hi")
		w, s := r.Add(p, noon)
		if s != Complete || w.Text != "hi" {
			t.Errorf("%+v: %v %q", p, s, w.Text)
		}
		r.Settle(w, true, noon)
	}
}
