package speech

import (
	"encoding/xml"
	"strings"
)

// Words takes the words out of SSML, for engines that know none. A pause becomes
// a full stop, and what has an alias is said as that.
// https://docs.aws.amazon.com/polly/latest/dg/supportedtags.html
func Words(ssml string) string {
	var b strings.Builder
	d := xml.NewDecoder(strings.NewReader(ssml))
	d.Strict, d.Entity = false, xml.HTMLEntity
	hidden := 0
	for {
		tok, err := d.Token()
		if err != nil {
			break // what is no SSML from here on is not said
		}
		switch v := tok.(type) {
		case xml.CharData:
			if hidden == 0 {
				b.Write(v)
			}
		case xml.StartElement:
			switch v.Name.Local {
			case "sub":
				hidden++
				b.WriteString(" " + attribute(v, "alias") + " ")
			case "break", "p", "s":
				stop(&b)
			}
		case xml.EndElement:
			switch v.Name.Local {
			case "sub":
				hidden = max(0, hidden-1)
			case "p", "s":
				stop(&b)
			}
		}
	}
	return strings.ReplaceAll(strings.Join(strings.Fields(b.String()), " "), " .", ".")
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// stop ends a sentence, unless it has ended.
func stop(b *strings.Builder) {
	if s := strings.TrimSpace(b.String()); s != "" && !strings.ContainsAny(s[len(s)-1:], ".!?,;:") {
		b.WriteString(". ")
	} else {
		b.WriteString(" ")
	}
}
