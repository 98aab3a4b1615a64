package wire

import (
	"math"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"
)

// An encoder writes values as rest-json. It is our own since encoding/json would
// need a second tag on every field, and does not know sensitive members.
type encoder struct {
	b      []byte
	redact bool
}

// Redacted returns v, a bound struct, as JSON in which "***" stands for its
// sensitive members: for logs.
func (s *Shape) Redacted(v any) string {
	e := encoder{redact: true}
	e.value(s, reflect.Indirect(reflect.ValueOf(v)))
	return string(e.b)
}

// absent tells whether v is left out where it is a member.
func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return v.IsNil()
	case reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return v.Type() == timeType && v.Interface().(Time).IsZero()
	}
	return false
}

func (e *encoder) value(s *Shape, v reflect.Value) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			e.b = append(e.b, "null"...)
			return
		}
		v = v.Elem()
	}
	switch s.Type {
	case String:
		e.text(v.String())
	case Boolean:
		e.b = strconv.AppendBool(e.b, v.Bool())
	case Integer, Long:
		e.b = strconv.AppendInt(e.b, v.Int(), 10)
	case Double:
		e.double(v.Float())
	case Timestamp:
		t := v.Interface().(Time)
		if s.ISO {
			e.text(t.UTC().Format(isoTime))
			return
		}
		e.b = appendTime(e.b, t.Time)
	case List:
		e.b = append(e.b, '[')
		for i := range v.Len() {
			if i > 0 {
				e.b = append(e.b, ',')
			}
			e.value(s.Item, v.Index(i))
		}
		e.b = append(e.b, ']')
	case Map:
		e.entries(s, v)
	case Structure:
		e.members(s, v)
	}
}

// members writes the members of a structure that travel in the body.
func (e *encoder) members(s *Shape, v reflect.Value) {
	e.b = append(e.b, '{')
	n := 0
	for i := range s.Members {
		m := &s.Members[i]
		f := v.Field(m.field)
		if m.In != Body && !e.redact || absent(f) {
			continue
		}
		if n++; n > 1 {
			e.b = append(e.b, ',')
		}
		e.text(m.Name)
		e.b = append(e.b, ':')
		if e.redact && m.Sensitive {
			e.text("***")
			continue
		}
		e.value(m.Shape, f)
	}
	e.b = append(e.b, '}')
}

// entries writes a map, sorted by its keys.
func (e *encoder) entries(s *Shape, v reflect.Value) {
	keys := make([]string, 0, v.Len())
	for _, k := range v.MapKeys() {
		keys = append(keys, k.String())
	}
	slices.Sort(keys)
	e.b = append(e.b, '{')
	for i, k := range keys {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.text(k)
		e.b = append(e.b, ':')
		e.value(s.Item, v.MapIndex(reflect.ValueOf(k).Convert(v.Type().Key())))
	}
	e.b = append(e.b, '}')
}

// double writes what JSON can; NaN and the infinities are strings, as in Smithy's restJson1.
func (e *encoder) double(f float64) {
	switch {
	case math.IsNaN(f):
		e.text("NaN")
	case math.IsInf(f, 1):
		e.text("Infinity")
	case math.IsInf(f, -1):
		e.text("-Infinity")
	default:
		e.b = strconv.AppendFloat(e.b, f, 'f', -1, 64)
	}
}

// text writes a string; what is not UTF-8 in it becomes U+FFFD.
func (e *encoder) text(s string) { e.b = appendText(e.b, s) }

func appendText(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				b = append(b, s[start:i]...)
				b = append(b, "\ufffd"...)
				start = i + 1
			}
			i += n
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}
