package sms

import (
	"encoding/json"
	"reflect"
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

// kept is a group as it comes back from where it was written down.
func kept(t interface{ Fatal(...any) }, g *Group) *Group {
	doc, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	back := new(Group)
	if err := json.Unmarshal(doc, back); err != nil || !reflect.DeepEqual(back, g) {
		t.Fatal(err, back, g)
	}
	return back
}

func TestGroupInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Repeat(rapid.SampledFrom([]string{"a", "€", "😀", "жa"}).Draw(t, "what"), rapid.IntRange(200, 500).Draw(t, "length"))
		ps := parts("a", text, 7, rapid.SampledFrom([]Concat{UDH8, UDH16, SAR}).Draw(t, "concat"))
		all := append(ps[:len(ps):len(ps)], ps[:rapid.IntRange(0, len(ps)).Draw(t, "repeats")]...)
		g, whole := NewGroup(ps[0], noon), 0
		for _, p := range rapid.Permutation(all).Draw(t, "order") {
			state := g.Add(p)
			g = kept(t, g)
			switch {
			case state == Complete && rapid.Bool().Draw(t, "is handed on"):
				if w := g.Whole(); w.Text != text || w.Missing != 0 || w.Total != len(ps) {
					t.Fatalf("%+v", w)
				}
				g.Finish(noon)
				whole++
			case state == Complete && whole > 0, state == Other, state == Repeat && whole == 0:
				t.Fatalf("%v after %d", state, whole)
			}
		}
		if whole > 1 {
			t.Fatalf("handed on %d times", whole)
		}
	})
}

func TestGroupStates(t *testing.T) {
	ps, others := parts("a", strings.Repeat("x", 200), 1, UDH8), parts("a", strings.Repeat("y", 200), 1, UDH8)
	g := NewGroup(ps[0], noon)
	for i, c := range []struct {
		p    Part
		want State
	}{{ps[0], Waiting}, {ps[0], Waiting}, {others[0], Other}, {ps[1], Complete}, {ps[0], Complete}} {
		if got := g.Add(c.p); got != c.want {
			t.Errorf("%d: %v, want %v", i, got, c.want)
		}
	}
	g.Finish(noon.Add(time.Minute))
	g = kept(t, g)
	if g.Parts[1].Data != nil || !g.At.Equal(noon.Add(time.Minute)) {
		t.Errorf("what is over is kept: %+v", g)
	}
	if a, b := g.Add(ps[1]), g.Add(others[1]); a != Repeat || b != Other {
		t.Errorf("%v %v", a, b)
	}
}

func TestGroupMissesAPart(t *testing.T) {
	ps := parts("a", strings.Repeat("x", 153)+strings.Repeat("y", 153)+"z", 1, UDH8)
	g := NewGroup(ps[0], noon)
	g.Add(ps[2])
	g.Add(ps[0])
	if w := g.Whole(); w.Missing != 1 || w.Text != strings.Repeat("x", 153)+"[...]z" {
		t.Errorf("%+v", w)
	}
	g.Finish(noon)
	if s := g.Add(ps[1]); s != Other {
		t.Errorf("the straggler: %v", s)
	}
}

func TestGroupJoinsWhatSendersCut(t *testing.T) {
	emoji := appendUTF16(nil, "😀")
	for want, ps := range map[string][]Part{
		"😀":   {{Total: 2, Seq: 1, Coding: UCS2, Data: emoji[:2]}, {Total: 2, Seq: 2, Coding: UCS2, Data: emoji[2:]}},
		"a€ж": {{Total: 3, Seq: 1, Data: []byte{'a', escape}}, {Total: 3, Seq: 2, Data: []byte{0x65}}, {Total: 3, Seq: 3, Coding: UCS2, Data: appendUTF16(nil, "ж")}},
	} {
		g := NewGroup(ps[0], noon)
		for _, p := range ps {
			g.Add(p)
		}
		if w := g.Whole(); w.Text != want {
			t.Errorf("%+q, want %+q", w.Text, want)
		}
	}
}

func TestPartsThatAreWhole(t *testing.T) {
	for _, p := range []Part{{Total: 0, Seq: 0}, {Total: 1, Seq: 1}, {Total: 2, Seq: 3}, {Total: 2, Seq: 0}, {Total: 999, Seq: 5}, {Total: 2, Seq: -1}} {
		if !p.Whole() {
			t.Errorf("%+v is no message by itself", p)
		}
	}
	if p := (Part{Total: 2, Seq: 2}); p.Whole() {
		t.Error("a part of two is a message by itself")
	}
}
