package wire

import (
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A pair is one name and value of a query.
type pair struct{ name, value string }

// parseQuery reads a raw query, in which a name may repeat, and of which a bare
// "?" is an empty one. It fails on an escape that is none.
func parseQuery(raw string) (pairs []pair, err error) {
	for raw != "" {
		var part string
		part, raw, _ = strings.Cut(raw, "&")
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		if name, err = url.QueryUnescape(name); err != nil {
			return nil, err
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return nil, err
		}
		pairs = append(pairs, pair{name, value})
	}
	return pairs, nil
}

// outside binds what travels outside the body; false where it cannot be read at all.
func (b *binder) outside(s *Shape, v reflect.Value, got *seen, label func(string) string, query string, header func(string) []string) bool {
	pairs, err := parseQuery(query)
	if err != nil {
		b.report(Syntax, "the query cannot be read: "+err.Error())
		return false
	}
	for i := range s.Members {
		m := &s.Members[i]
		var values []string
		switch m.In {
		case Body:
			continue
		case URI:
			values = []string{label(m.As)}
		case QueryString:
			for _, p := range pairs {
				if p.name == m.As {
					values = append(values, p.value)
				}
			}
		case Header:
			values = header(m.As)
		}
		// An empty value says no more than an absent one.
		if len(values) == 0 || len(values) == 1 && values[0] == "" {
			continue
		}
		got.set(i)
		b.enter(step{name: m.Name}, m.Sensitive)
		b.texts(m.Shape, v.Field(m.field), values)
		b.leave(m.Sensitive)
	}
	return true
}

// texts sets v from values that stand in a path, query or header.
func (b *binder) texts(s *Shape, v reflect.Value, values []string) {
	if s.Type == List {
		v.Set(reflect.MakeSlice(v.Type(), len(values), len(values)))
		for i, t := range values {
			b.enter(step{index: i}, false)
			b.scalar(s.Item, v.Index(i), t)
			b.leave(false)
		}
		if w := s.checkItems(len(values)); w != "" {
			b.report(Parameter, w)
		}
		return
	}
	if len(values) > 1 {
		b.report(Request, "given "+strconv.Itoa(len(values))+" times")
		return
	}
	b.scalar(s, v, values[0])
}

// scalar sets v from one text.
func (b *binder) scalar(s *Shape, v reflect.Value, text string) {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if !utf8.ValidString(text) || strings.Contains(text, "\x00") {
		b.report(Syntax, quoted(text)+" is not UTF-8, or holds a zero character")
		return
	}
	switch s.Type {
	case String:
		b.setString(s, v, text)
	case Boolean:
		if text != "true" && text != "false" {
			b.report(Request, "must be true or false, not "+quoted(text))
			return
		}
		v.SetBool(text == "true")
	case Timestamp:
		b.setTime(v, text)
	default:
		if strings.Trim(text, "0123456789+-.eE") != "" {
			b.report(Request, "must be "+s.Type.article()+", not "+quoted(text))
			return
		}
		b.setNumber(s, v, text)
	}
}
