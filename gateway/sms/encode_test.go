package sms

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPartsAtTheLimits(t *testing.T) {
	for _, c := range []struct {
		name, text string
		o          Options
		coding     Coding
		parts      []int // octets of data in each part
	}{
		{"empty", "", Options{}, GSM7, []int{0}},
		{"160", strings.Repeat("a", 160), Options{}, GSM7, []int{160}},
		{"161", strings.Repeat("a", 161), Options{}, GSM7, []int{153, 8}},
		{"306", strings.Repeat("a", 306), Options{}, GSM7, []int{153, 153}},
		{"307", strings.Repeat("a", 307), Options{}, GSM7, []int{153, 153, 1}},
		{"wide", strings.Repeat("a", 161), Options{Concat: UDH16}, GSM7, []int{152, 9}},
		{"sar", strings.Repeat("a", 161), Options{Concat: SAR}, GSM7, []int{153, 8}},
		{"payload", strings.Repeat("a", 161), Options{Concat: Payload}, GSM7, []int{161}},
		{"80 euros", strings.Repeat("€", 80), Options{}, GSM7, []int{160}},
		{"81 euros", strings.Repeat("€", 81), Options{}, GSM7, []int{152, 10}},
		{"70", strings.Repeat("ж", 70), Options{}, UCS2, []int{140}},
		{"71", strings.Repeat("ж", 71), Options{}, UCS2, []int{134, 8}},
		{"71 wide", strings.Repeat("ж", 71), Options{Concat: UDH16}, UCS2, []int{132, 10}},
		{"35 emoji", strings.Repeat("😀", 35), Options{}, UCS2, []int{140}},
		{"36 emoji", strings.Repeat("😀", 36), Options{}, UCS2, []int{132, 12}},
		{"unicode", "a", Options{Unicode: true}, UCS2, []int{2}},
		{"latin 1", "é{", Options{Alphabet: Latin1}, Latin1, []int{2}},
		{"latin 1 has no euro", "€", Options{Alphabet: Latin1}, UCS2, []int{2}},
		{"latin 1 on the air is septets", strings.Repeat("a{", 54), Options{Alphabet: Latin1}, Latin1, []int{102, 6}},
		{"ascii", "e", Options{Alphabet: ASCII}, ASCII, []int{1}},
		{"ascii has no é", "é", Options{Alphabet: ASCII}, UCS2, []int{2}},
		{"latin 1 letter without septet", "ê", Options{Alphabet: Latin1}, UCS2, []int{2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			segs, coding := Encode(c.text, c.o)
			if coding != c.coding {
				t.Errorf("coding %v, want %v", coding, c.coding)
			}
			if len(segs) != len(c.parts) {
				t.Fatalf("%d parts, want %d", len(segs), len(c.parts))
			}
			for i, s := range segs {
				if len(s.Data) != c.parts[i] {
					t.Errorf("part %d has %d octets, want %d", i+1, len(s.Data), c.parts[i])
				}
				if s.Seq != i+1 || s.Total != len(segs) {
					t.Errorf("part %d says %d of %d", i+1, s.Seq, s.Total)
				}
			}
		})
	}
}

func TestClustersAreNotTorn(t *testing.T) {
	for name, cluster := range map[string]string{
		"family":      "👨‍👩‍👧‍👦",
		"flag":        "🇩🇪",
		"skin":        "👍🏽",
		"heart":       "❤️",
		"combining":   "ж\u0301",
		"devanagari":  "क्षि",
		"hangul jamo": "\u1112\u1161\u11ab",
		"crlf":        "\r\n",
		"thai":        "กำ",
		"scotland":    "🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F",
		"keycap":      "1️⃣",
	} {
		t.Run(name, func(t *testing.T) {
			for pad := range 12 {
				text := strings.Repeat("x", pad) + "ж" + strings.Repeat(cluster, 70)
				segs, _ := Encode(text, Options{})
				for _, s := range segs[1:] {
					if !strings.HasPrefix(s.Text, cluster) {
						t.Fatalf("after %d: a part begins with %+q", pad, s.Text[:min(len(s.Text), 12)])
					}
				}
			}
		})
	}
}

func TestClusterLengths(t *testing.T) {
	for s, want := range map[string]int{
		"ab": 1, "a\u0301b": 3, "🇩🇪🇫🇷": 8, "🇩": 4, "a🇩🇪": 1, "\r\n\n": 2, "\n\n": 1, "가각": 3,
		"क्षक": len("क्ष"), "👩‍💻!": len("👩‍💻"), "\u0301a": 2, "a\u200d b": 4, "\xffa": 1,
	} {
		if got := cluster(s); got != want {
			t.Errorf("%+q: %d, want %d", s, got, want)
		}
	}
}

func TestByteOrderMarks(t *testing.T) {
	for in, want := range map[string]string{"\ufeffжук": "жук", "жу\ufeffк": "жук", "\ufffeжук": "\ufffdжук", "\ufeff": ""} {
		segs, coding := Encode(in, Options{})
		if got := Decode(segs[0].Data, coding, Tables{}); got != want || segs[0].Text != want {
			t.Errorf("%+q reads %+q", in, got)
		}
	}
}

func TestHeaders(t *testing.T) {
	long := strings.Repeat("a", 161)
	for _, c := range []struct {
		o    Options
		want []string
	}{
		{Options{Ref: 0x1234}, []string{"050003340201", "050003340202"}},
		{Options{Ref: 0x1234, Concat: UDH16}, []string{"06080412340201", "06080412340202"}},
		{Options{Ref: 0x1234, Concat: SAR}, []string{"", ""}},
	} {
		segs, _ := Encode(long, c.o)
		for i, s := range segs {
			if got := hex.EncodeToString(s.UDH); got != c.want[i] {
				t.Errorf("%v part %d: %s, want %s", c.o.Concat, i+1, got, c.want[i])
			}
		}
	}
	if segs, _ := Encode(long, Options{Ref: 0x1234, Concat: SAR}); segs[0].Ref != 0x34 {
		t.Errorf("SAR reference %#x does not fit an 8-bit header", segs[0].Ref)
	}
}

func TestNationalTablesAreUsedWhereTheySave(t *testing.T) {
	turkish := "Şehrin ışıkları çok güzel, öyle değil mi? Bu akşam saat sekizde görüşürüz, geç kalma." // 86 characters
	if n := Count(turkish); n != 2 {
		t.Fatalf("as UCS-2 it takes %d parts", n)
	}
	segs, coding := Encode(turkish, Options{National: []Language{Spanish, Turkish}})
	if coding != GSM7 || len(segs) != 1 {
		t.Fatalf("%v in %d parts", coding, len(segs))
	}
	h, _, err := ParseHeader(segs[0].UDH)
	if err != nil || h.Tables.Single != Turkish {
		t.Fatalf("header %x: %+v %v", segs[0].UDH, h, err)
	}
	if got := Decode(segs[0].Data, coding, h.Tables); got != turkish {
		t.Errorf("read back %q", got)
	}
	if segs, coding := Encode("plain", Options{National: []Language{Turkish}}); coding != GSM7 || segs[0].UDH != nil {
		t.Errorf("a plain text got the header %x", segs[0].UDH)
	}
	hindi := strings.Repeat("नमस्ते, ", 18) // 144 characters: three parts as UCS-2
	if segs, _ := Encode(hindi, Options{National: []Language{Hindi}}); len(segs) != 1 {
		t.Errorf("Hindi takes %d parts", len(segs))
	}
}

func TestTransliterate(t *testing.T) {
	for in, want := range map[string]string{
		"“It’s 5 – no, 6…”\u00a0ok": `"It's 5 - no, 6..." ok`,
		"cafe\u0301":                "café",
		"ça n’a pas changé":         "ça n'a pas changé", // letters stay
		"€ £ ¥ © 5½":                "€ £ ¥ © 5½",
		"plain":                     "plain",
	} {
		if got := Transliterate(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	o := Options{Transliterate: true}
	if segs, c := Encode("It’s", o); c != GSM7 || segs[0].Text != "It's" {
		t.Errorf("It’s: %v %q", c, segs[0].Text)
	}
	// Where it would not save anything the text arrives as it was written.
	if segs, c := Encode("It’s Пётр", o); c != UCS2 || segs[0].Text != "It’s Пётр" {
		t.Errorf("It’s Пётр: %v %q", c, segs[0].Text)
	}
	if _, c := Encode("It’s", Options{}); c != UCS2 {
		t.Errorf("not asked for, and done: %v", c)
	}
}

func TestTooLong(t *testing.T) {
	if segs, _ := Encode(strings.Repeat("a", 255*153), Options{}); len(segs) != 255 {
		t.Errorf("%d parts", len(segs))
	}
	if segs, _ := Encode(strings.Repeat("a", 255*153+1), Options{}); segs != nil {
		t.Errorf("%d parts", len(segs))
	}
	if n := Count(strings.Repeat("a", 255*153+1)); n != 256 {
		t.Errorf("Count gives %d", n)
	}
}

func TestPack(t *testing.T) {
	got := Pack([]byte("hellohello"), 0)
	if hex.EncodeToString(got) != "e8329bfd4697d9ec37" {
		t.Errorf("%x", got)
	}
	if s := Unpack(got, 0); string(s) != "hellohello" {
		t.Errorf("%q", s)
	}
	// Seven septets leave seven bits, which must not read as an @.
	if s := Unpack(Pack([]byte("1234567"), 0), 0); string(s) != "1234567" {
		t.Errorf("%q", s)
	}
	if f := Fill(6); f != 1 {
		t.Errorf("a concatenation header asks for %d fill bits", f)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SliceOf(rapid.ByteRange(1, 12)).Draw(t, "septets") // neither @ nor CR at the end
		n := rapid.IntRange(0, 10).Draw(t, "header")
		if got := Unpack(Pack(s, Fill(n)), Fill(n)); !bytes.Equal(got, s) {
			t.Fatalf("%x became %x", s, got)
		}
	})
}

var anyOptions = rapid.Custom(func(t *rapid.T) Options {
	return Options{
		Alphabet: rapid.SampledFrom([]Coding{GSM7, Latin1, ASCII}).Draw(t, "alphabet"),
		Unicode:  rapid.Bool().Draw(t, "unicode"),
		National: rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 20), func(n int) Language { return Language(n) }), 0, 3).Draw(t, "national"),
		Concat:   rapid.SampledFrom([]Concat{UDH8, UDH16, SAR, Payload}).Draw(t, "concat"),
		Ref:      rapid.Uint16().Draw(t, "ref"),
	}
})

// anyText mixes alphabets, pairs and clusters, long enough to be cut.
var anyText = rapid.Custom(func(t *rapid.T) string {
	pieces := rapid.SliceOfN(rapid.OneOf(
		rapid.StringN(0, 20, -1),
		rapid.SampledFrom([]string{"hello ", "€{}", "👨‍👩‍👧‍👦", "🇩🇪", "क्षि", "ığüşçö", "\r\n", "e\u0301", "ж"}),
		rapid.Map(rapid.IntRange(1, 170), func(n int) string { return strings.Repeat("a", n) }),
	), 0, 30).Draw(t, "pieces")
	return strings.Join(pieces, "")
})

func TestEncodeKeepsTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, o := anyText.Draw(t, "text"), anyOptions.Draw(t, "options")
		segs, coding := Encode(text, o)
		want := writable(text)
		if n := o.Count(text); o.Concat != Payload && n <= MaxParts && n != len(segs) {
			t.Fatalf("Count says %d, Encode gives %d", n, len(segs))
		}
		var got, texts strings.Builder
		for _, s := range segs {
			h := Header{}
			if s.UDH != nil {
				var rest []byte
				var err error
				if h, rest, err = ParseHeader(append(bytes.Clone(s.UDH), s.Data...)); err != nil || !bytes.Equal(rest, s.Data) {
					t.Fatalf("header %x: %v", s.UDH, err)
				}
			}
			if o.Concat != Payload {
				checkRoom(t, s, coding)
			}
			// Each part can be read by itself: nothing is cut in two.
			part := Decode(s.Data, coding, h.Tables)
			if strings.ToValidUTF8(part, "") != part || part != s.Text {
				t.Fatalf("part %d reads %+q, not %+q", s.Seq, part, s.Text)
			}
			got.WriteString(part)
			texts.WriteString(s.Text)
		}
		if len(segs) > 0 && got.String() != want {
			t.Fatalf("%+q became %+q", want, got.String())
		}
		checkClusters(t, segs, want)
	})
}

// checkRoom checks that a part fits the 140 octets of the air interface.
func checkRoom(t *rapid.T, s Segment, c Coding) {
	octets := len(s.UDH) + len(s.Data)
	if c == GSM7 {
		octets = (len(s.UDH)*8 + Fill(len(s.UDH)) + 7*len(s.Data) + 7) / 8
	}
	if octets > 140 && (c == GSM7 || c == UCS2) {
		t.Fatalf("part %d has %d octets", s.Seq, octets)
	}
}

// checkClusters checks that parts end where clusters do, unless one is longer
// than a part.
func checkClusters(t *rapid.T, segs []Segment, text string) {
	ends := map[int]bool{}
	for at := 0; at < len(text); {
		n := cluster(text[at:])
		if len(text[at:at+n]) > 60 {
			return
		}
		at += n
		ends[at] = true
	}
	at := 0
	for _, s := range segs {
		at += len(s.Text)
		if at > 0 && !ends[at] {
			t.Fatalf("part %d ends within %+q", s.Seq, text[max(0, at-8):min(len(text), at+8)])
		}
	}
}

func FuzzEncode(f *testing.F) {
	f.Add("hello", byte(0))
	f.Add("\xff\xfe", byte(1))
	f.Add(strings.Repeat("👨‍👩‍👧‍👦", 30), byte(2))
	f.Add("a"+strings.Repeat("\u0301", 300), byte(3))
	f.Fuzz(func(t *testing.T, text string, concat byte) {
		o := Options{Concat: Concat(concat % 4), Transliterate: concat&8 != 0, National: []Language{Language(concat >> 4)}}
		segs, _ := Encode(text, o)
		if segs == nil && o.Count(text) <= MaxParts {
			t.Errorf("nothing for %+q", text)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	for name, text := range map[string]string{"short": "Your appointment is on Tuesday at 10:30. 1 confirms, 2 puts off.", "long": strings.Repeat("Grüße, 10 € 😀 ", 40)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Encode(text, Options{})
			}
		})
	}
}
