package sms

import (
	"encoding/hex"
	"testing"
	"unicode/utf8"
)

func TestTables(t *testing.T) {
	for l := Default; l <= Urdu; l++ {
		if n := utf8.RuneCountInString(locking[l]); n != 128 && l != Spanish {
			t.Errorf("%v: the locking table has %d characters", l, n)
		}
		if n := utf8.RuneCountInString(single[l]); n != 128 {
			t.Errorf("%v: the single shift table has %d characters", l, n)
		}
		// What can be read can be written, and reads the same again.
		a := newAlphabet(Tables{l, l})
		for i := range 128 {
			for _, data := range [][]byte{{byte(i)}, {escape, byte(i)}} {
				s := Decode(data, GSM7, Tables{l, l})
				r, _ := utf8.DecodeRuneInString(s)
				if r == utf8.RuneError || data[0] == escape && singleRunes[l][i] == undefined || i == escape {
					continue
				}
				if a.cost(r) == 0 {
					t.Errorf("%v: %q can be read and not written", l, r)
				} else if back := Decode(a.septets(nil, s), GSM7, Tables{l, l}); back != s {
					t.Errorf("%v: %q reads back as %q", l, s, back)
				}
			}
		}
	}
}

func TestDecode(t *testing.T) {
	for _, c := range []struct {
		name, hex string
		coding    Coding
		tables    Tables
		want      string
	}{
		{"default", "00010203040506070809", GSM7, Tables{}, "@£$¥èéùìòÇ"},
		{"extension", "1b651b141b281b291b2f1b3c1b3d1b3e1b40", GSM7, Tables{}, "€^{}\\[~]|"},
		{"unknown extension shows the basic character", "1b41", GSM7, Tables{}, "A"},
		{"two escapes are a space", "1b1b41", GSM7, Tables{}, " A"},
		{"escape at the end", "411b", GSM7, Tables{}, "A "},
		{"eighth bit", "41c1", GSM7, Tables{}, "A\ufffd"},
		{"turkish locking", "041c40", GSM7, Tables{Locking: Turkish}, "€Şİ"},
		{"turkish single", "1b531b73", GSM7, Tables{Single: Turkish}, "Şş"},
		{"spanish single", "1b411b61", GSM7, Tables{Single: Spanish}, "Áá"},
		{"portuguese", "04127d", GSM7, Tables{Locking: Portuguese}, "êª`"},
		{"hindi", "030a2c", GSM7, Tables{Locking: Hindi}, "अ\n,"},
		{"reserved tables", "41", GSM7, Tables{Locking: 99, Single: 99}, "A"},
		{"latin 1", "e4fc80", Latin1, Tables{}, "äü\u0080"},
		{"ascii", "41e4", ASCII, Tables{}, "A\ufffd"},
		{"ucs-2", "0041d83dde00", UCS2, Tables{}, "A😀"},
		{"byte order mark", "fffe4100", UCS2, Tables{}, "A"},
		{"big endian mark", "feff0041", UCS2, Tables{}, "A"},
		{"half a pair", "d83d", UCS2, Tables{}, "\ufffd"},
		{"odd octets", "004100", UCS2, Tables{}, "A\ufffd"},
		{"cyrillic", "bfe0d8", Cyrillic, Tables{}, "При"},
		{"hebrew", "f9ec", Hebrew, Tables{}, "של"},
		{"japanese", "93fa967b", Japanese, Tables{}, "日本"},
		{"korean", "c7d1", Korean, Tables{}, "한"},
		{"binary that is UTF-8", "c3a9", Binary, Tables{}, "é"},
		{"binary that is not", "c3", Binary, Tables{}, "\ufffd"},
	} {
		data, err := hex.DecodeString(c.hex)
		if err != nil {
			t.Fatal(err)
		}
		if got := Decode(data, c.coding, c.tables); got != c.want {
			t.Errorf("%s: %+q, want %+q", c.name, got, c.want)
		}
	}
}

func TestParseHeader(t *testing.T) {
	for _, c := range []struct {
		hex  string
		want Header
		rest string
		bad  bool
	}{
		{"0500034102014142", Header{Ref: 0x41, Total: 2, Seq: 1, Port: -1}, "4142", false},
		{"06080412340302aa", Header{Ref: 0x1234, Wide: true, Total: 3, Seq: 2, Port: -1}, "aa", false},
		{"0b05040b8423f000034102014142", Header{Ref: 0x41, Total: 2, Seq: 1, Port: 0x0b84}, "4142", false},
		{"04040223f041", Header{Port: 0x23}, "41", false},
		{"03250101240101", Header{Tables: Tables{Locking: Turkish}, Port: -1}, "240101", false},
		{"0625010324010341", Header{Tables: Tables{Locking: Portuguese, Single: Portuguese}, Port: -1}, "41", false},
		{"0041", Header{Port: -1}, "41", false},                                                                // an empty header
		{"050003410200aa", Header{Port: -1}, "aa", false},                                                      // part 0 of 2
		{"050003410203aa", Header{Port: -1}, "aa", false},                                                      // part 3 of 2
		{"0470020102aa", Header{Port: -1}, "aa", false},                                                        // an element that nobody knows
		{"0400ff0102aa", Header{Port: -1}, "aa", false},                                                        // an element longer than the header
		{"0124aa", Header{Port: -1}, "aa", false},                                                              // half an element
		{"", Header{Port: -1}, "", true},                                                                       // no header at all
		{"ff0003", Header{Port: -1}, "ff0003", true},                                                           // longer than the message
		{"0324010e41", Header{Port: -1}, "41", false},                                                          // a reserved language
		{"050003aa0202080400010302cc", Header{Ref: 0xaa, Total: 2, Seq: 2, Port: -1}, "080400010302cc", false}, // what follows is text
	} {
		data, err := hex.DecodeString(c.hex)
		if err != nil {
			t.Fatal(err)
		}
		h, rest, err := ParseHeader(data)
		if h != c.want || hex.EncodeToString(rest) != c.rest || (err != nil) != c.bad {
			t.Errorf("%s: %+v %x %v", c.hex, h, rest, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{5, 0, 3, 1, 2, 1, 'a'}, byte(0), byte(1))
	f.Add([]byte{0xd8, 0x3d, 0xde}, byte(1), byte(0))
	f.Fuzz(func(t *testing.T, data []byte, coding, table byte) {
		h, rest, _ := ParseHeader(data)
		if h.Tables.Single == Default {
			h.Tables = Tables{Language(table), Language(table)}
		}
		if s := Decode(rest, Coding(coding), h.Tables); !utf8.ValidString(s) {
			t.Errorf("%x gives %q", data, s)
		}
		Decode(Unpack(data, int(table%7)), GSM7, Tables{})
	})
}
