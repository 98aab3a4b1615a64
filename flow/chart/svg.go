package chart

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Colours: what was taken, what was not, and where nobody counted.
const (
	taken   = "#1a7f37"
	missed  = "#cf222e"
	plainly = "#57606a"
	fails   = "#9a6700" // an error branch where nobody counted
)

// write writes the picture.
func (p *picture) write(w *bytes.Buffer) {
	var right, low float64
	for _, b := range p.blocks {
		right, low = max(right, b.at.X+width), max(low, b.at.Y+b.height())
	}
	right, low = right+margin+30, low+margin
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" font-family="system-ui, sans-serif" font-size="11">`+"\n", right, low, right, low)
	fmt.Fprint(w, `<style>.b{fill:#fff;stroke:#8c959f}.u{stroke-dasharray:4 3;fill:#f6f8fa}.t{font-weight:600;fill:#1f2328}.a{fill:#57606a}.e{fill:none;stroke-width:1.4}</style>`+"\n")
	fmt.Fprintf(w, "<rect width=\"%.0f\" height=\"%.0f\" fill=\"#ffffff\"/>\n", right, low)
	fmt.Fprintf(w, "<text x=\"%.0f\" y=\"22\" font-size=\"14\" class=\"t\">%s</text>\n", margin/2, escape(p.title()))
	for _, b := range p.blocks {
		for i, way := range b.ways {
			p.edge(w, b, i, way)
		}
	}
	if first := p.byID[p.start]; first != nil {
		fmt.Fprintf(w, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"6\" fill=\"%s\"/>\n", p.entry.X, p.entry.Y, plainly)
		fmt.Fprintf(w, "<path class=\"e\" stroke=\"%s\" d=\"M%.1f %.1f L%.1f %.1f\"/>\n", plainly, p.entry.X, p.entry.Y, first.at.X, p.entry.Y)
	}
	for _, b := range p.blocks {
		p.block(w, b)
	}
	fmt.Fprintln(w, "</svg>")
}

// title is the flow's name, and how much of it was taken.
func (p *picture) title() string {
	name := p.name
	if name == "" {
		name = "Flow"
	}
	if !p.coloured {
		return fmt.Sprintf("%s: %d actions", name, len(p.blocks))
	}
	all, n := 0, 0
	for _, b := range p.blocks {
		for _, way := range b.ways {
			all++
			if way.taken > 0 {
				n++
			}
		}
		if len(b.ways) == 0 {
			all++
			if b.taken > 0 {
				n++
			}
		}
	}
	return fmt.Sprintf("%s: %d of %d branches taken", name, n, all)
}

// colour is that of a branch.
func (p *picture) colour(label string, n int) string {
	switch {
	case p.coloured && n > 0:
		return taken
	case p.coloured:
		return missed
	case strings.HasPrefix(label, "error "):
		return fails
	}
	return plainly
}

// edge draws a branch. One that leads back goes around below.
func (p *picture) edge(w *bytes.Buffer, b *block, i int, way way) {
	to := p.byID[way.to]
	if to == nil {
		return // its row says where it would lead
	}
	x, y := b.at.X+width, b.port(i)
	tx, ty := to.at.X, to.at.Y+head/2
	bend := max(40, (tx-x)/2)
	if tx < x {
		bend = min(160, 40+(x-tx)/4)
	}
	fmt.Fprintf(w, "<path class=\"e\" stroke=\"%s\" d=\"M%.1f %.1f C%.1f %.1f %.1f %.1f %.1f %.1f\"/>\n",
		p.colour(way.label, way.taken), x, y, x+bend, y, tx-bend, ty, tx, ty)
	fmt.Fprintf(w, "<path fill=\"%s\" d=\"M%.1f %.1f l-7 -4 v8 z\"/>\n", p.colour(way.label, way.taken), tx, ty)
}

// port is the height at which the i-th branch leaves.
func (b *block) port(i int) float64 { return b.at.Y + head + row*float64(i) + row/2 }

func (p *picture) block(w *bytes.Buffer, b *block) {
	class := "b"
	if !b.reached {
		class = "b u"
	}
	fmt.Fprintf(w, "<g><title>%s</title>\n", escape(b.kind+" "+b.id+"\n"+b.about))
	fmt.Fprintf(w, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.0f\" height=\"%.1f\" rx=\"6\"", class, b.at.X, b.at.Y, width, b.height())
	if p.coloured {
		fmt.Fprintf(w, " style=\"stroke:%s\"", p.colour("", b.taken))
	}
	fmt.Fprint(w, "/>\n")
	p.say(w, "t", b.at.X+8, b.at.Y+17, short(b.kind, 30))
	p.say(w, "a", b.at.X+8, b.at.Y+33, short(b.about, 34))
	for i, way := range b.ways {
		s := strings.TrimPrefix(strings.TrimPrefix(way.label, "condition "), "error ")
		s = strings.TrimPrefix(s, "Equals ")
		if p.byID[way.to] == nil {
			s += " → nowhere"
		}
		if p.coloured {
			s += fmt.Sprintf("  %d×", way.taken)
		}
		fmt.Fprintf(w, "<text text-anchor=\"end\" x=\"%.1f\" y=\"%.1f\" fill=\"%s\">%s</text>\n",
			b.at.X+width-6, b.port(i)+4, p.colour(way.label, way.taken), escape(short(s, 36)))
	}
	fmt.Fprint(w, "</g>\n")
}

func (p *picture) say(w *bytes.Buffer, class string, x, y float64, s string) {
	if s != "" {
		fmt.Fprintf(w, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", class, x, y, escape(s))
	}
}

// short cuts s to n characters.
func short(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// escape makes s fit for XML: what XML cannot hold becomes U+FFFD.
func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.String()
}
