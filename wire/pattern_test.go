package wire

import (
	"strings"
	"testing"
)

// A class that is repeated is counted, not written down 250 times: the answers
// are the same.
func TestRepeatedClass(t *testing.T) {
	for _, c := range []struct {
		src, s string
		counts bool
		want   bool
	}{
		{`^[\P{C}\r\n\t]{1,250}$`, "", true, false},
		{`^[\P{C}\r\n\t]{1,250}$`, strings.Repeat("é", 250), true, true},
		{`^[\P{C}\r\n\t]{1,250}$`, strings.Repeat("é", 251), true, false},
		{`^[\P{C}\r\n\t]{1,250}$`, "a\x00", true, false},
		{`^[\P{C}\r\n\t]{1,250}$`, "a\n", true, true},
		{`^[a-z\]]{0,2}$`, "a]", true, true},
		{`^[a-z]{2}-[0-9]{1,2}$`, "us-1", false, true},
		{`^[a-z]{1,2}|[0-9]{1,2}$`, "12", false, true},
	} {
		p, err := compilePattern(c.src)
		if err != nil {
			t.Fatal(err)
		}
		if p.times.HasMax != c.counts {
			t.Errorf("%s: counted is %v", c.src, p.times.HasMax)
		}
		if got := p.match(c.s); got != c.want {
			t.Errorf("%s: %q matches: %v", c.src, c.s, got)
		}
	}
}
