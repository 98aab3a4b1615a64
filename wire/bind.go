package wire

import (
	"math"
	"reflect"
	"strconv"
	"strings"
)

// maxBody is how long a request's body may be, in bytes.
const maxBody = 1 << 20

// surplus is how much is read, and thrown away, of a body that was refused: a
// client that is still sending would meet a reset connection instead of the answer.
const surplus = 8 << 20

// aliasBelow is the size below which a body's strings are cut out of it instead
// of being copied: such a body may be kept alive by one of them.
const aliasBelow = 4 << 10

// Bind reads a JSON object into the struct that v points to, by the struct's
// tags, and returns Violations for what is wrong with it. It is for bodies that
// come without a path: a Router binds its requests by itself, and faster.
func Bind(body []byte, v any) error {
	p := reflect.ValueOf(v).Elem()
	s, err := ShapeOf(p.Type())
	if err != nil {
		return err
	}
	b := binder{}
	return b.bind(s, p, string(body), nil, "", nil)
}

// A binder reads one request into one struct.
type binder struct {
	scanner
	path  []step
	found Violations
	blind int  // how many sensitive members we are in
	lax   bool // constraints are not ours to check: we read an answer
}

// A step is one part of a member's path: a name, or an index where name is "".
type step struct {
	name  string
	index int
}

// seen marks which members of a structure have been there.
type seen [maxMembers / 64]uint64

func (s *seen) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }
func (s *seen) set(i int)      { s[i/64] |= 1 << (i % 64) }

// bind reads the body, the path's labels, the query and the headers into the
// struct at v. A member is set from where it travels and from nowhere else.
func (b *binder) bind(s *Shape, v reflect.Value, body string, label func(string) string, query string, header func(string) []string) error {
	var got seen
	if label != nil && !b.outside(s, v, &got, label, query, header) {
		return b.found
	}
	b.s, b.copy = body, len(body) >= aliasBelow
	if b.peek() != 0 {
		if b.s[b.i] != '{' {
			kind := kindOf(b.s[b.i])
			if b.skip(); b.bad == "" {
				b.report(Request, "the body must be a JSON object, not "+kind)
			}
		} else {
			b.members(s, v, &got)
		}
		if c := b.peek(); c != 0 {
			b.unexpected(c, "the end")
		}
	}
	if b.bad != "" {
		return Violations{{Syntax, b.where(), "the body is not well-formed JSON: " + b.bad + ", at byte " + strconv.Itoa(b.at)}}
	}
	b.complete(s, v, &got)
	if len(b.found) > 0 {
		return b.found
	}
	return nil
}

// value reads the next JSON value, which is not null, into v.
func (b *binder) value(s *Shape, v reflect.Value) {
	c := b.peek()
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch s.Type {
	case String:
		if c == '"' {
			b.setString(s, v, b.text())
			return
		}
	case Integer, Long, Double:
		if c == '-' || '0' <= c && c <= '9' {
			b.setNumber(s, v, b.number())
			return
		}
	case Boolean:
		if c == 't' || c == 'f' {
			word := "false"
			if c == 't' {
				word = "true"
			}
			b.literal(word)
			v.SetBool(c == 't')
			return
		}
	case Timestamp:
		if c == '"' {
			b.setTime(v, b.text())
			return
		}
		if c == '-' || '0' <= c && c <= '9' {
			b.setTime(v, b.number())
			return
		}
	case List:
		if c == '[' {
			b.list(s, v)
			return
		}
	case Map:
		if c == '{' {
			b.entries(s, v)
			return
		}
	case Structure:
		if c == '{' {
			var got seen
			b.members(s, v, &got)
			b.complete(s, v, &got)
			return
		}
	}
	b.skip()
	if b.bad == "" {
		b.report(Request, "must be "+s.Type.article()+", not "+kindOf(c))
	}
}

// members reads an object into the structure at v, and marks in got what was there.
func (b *binder) members(s *Shape, v reflect.Value, got *seen) {
	if !b.open('{') {
		return
	}
	var read seen // also what was null
	var unknown names
	for first := true; b.next('}', first); first = false {
		name := b.name()
		i, known := s.byName[name]
		if known && read.has(i) || !known && b.bad == "" && !unknown.add(name) {
			b.fail("the name %s twice in one object", quoted(name))
		}
		if b.bad != "" {
			return
		}
		if !known {
			b.skip()
			continue
		}
		read.set(i)
		if b.null() {
			continue
		}
		got.set(i)
		m := &s.Members[i]
		b.enter(step{name: m.Name}, m.Sensitive)
		b.value(m.Shape, v.Field(m.field))
		b.leave(m.Sensitive)
	}
}

// list reads a list into the slice at v.
func (b *binder) list(s *Shape, v reflect.Value) {
	if !b.open('[') {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 4))
	n := 0
	for first := true; b.next(']', first); first = false {
		if s.Items.HasMax && float64(n) >= s.Items.Max {
			b.skip() // too many: they are counted, not kept
			n++
			continue
		}
		v.Grow(1)
		v.SetLen(n + 1)
		b.enter(step{index: n}, false)
		if b.peek() == 'n' {
			b.literal("null")
			b.report(Request, "must be "+s.Item.Type.article()+", not null")
		} else {
			b.value(s.Item, v.Index(n))
		}
		b.leave(false)
		n++
	}
	if w := s.checkItems(n); w != "" && b.bad == "" {
		b.report(Parameter, w)
	}
}

// entries reads an object into the map at v. An entry that is null is absent.
func (b *binder) entries(s *Shape, v reflect.Value) {
	if !b.open('{') {
		return
	}
	m := reflect.MakeMap(v.Type())
	v.Set(m)
	var plain map[string]string
	var elem reflect.Value
	if s.strings {
		plain = m.Interface().(map[string]string)
	} else {
		elem = reflect.New(v.Type().Elem()).Elem()
	}
	var read names
	n := 0
	for first := true; b.next('}', first); first = false {
		name := b.name()
		if b.bad == "" && !read.add(name) {
			b.fail("the name %s twice in one object", quoted(name))
		}
		if b.bad != "" {
			return
		}
		if b.null() {
			continue
		}
		n++
		b.enter(step{name: name}, false)
		if w := s.Key.checkString(name); w != "" {
			b.violated(s.Key, "the key: "+w)
		}
		switch {
		case s.Items.HasMax && float64(n) > s.Items.Max:
			b.skip()
		case s.strings && b.peek() == '"':
			text := b.text()
			if w := s.Item.checkString(text); w != "" {
				b.violated(s.Item, w)
			}
			plain[name] = text
		case s.strings:
			var text string // mistyped: for its message
			b.value(s.Item, reflect.ValueOf(&text).Elem())
		default:
			elem.SetZero()
			b.value(s.Item, elem)
			m.SetMapIndex(reflect.ValueOf(name).Convert(v.Type().Key()), elem)
		}
		b.leave(false)
	}
	if w := s.checkItems(n); w != "" && b.bad == "" {
		b.report(Parameter, w)
	}
}

func (b *binder) setString(s *Shape, v reflect.Value, text string) {
	v.SetString(text)
	if w := s.checkString(text); w != "" {
		b.violated(s, w)
	}
}

// setNumber sets v from a number as JSON writes it. An integer may be written
// 60.0 or 1e+05: R and some others do.
func (b *binder) setNumber(s *Shape, v reflect.Value, text string) {
	if b.bad != "" {
		return
	}
	if s.Type == Double {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			b.report(Request, "must be a number that fits 64 bits, not "+quoted(text))
			return
		}
		v.SetFloat(f)
		if w := s.checkNumber(f); w != "" {
			b.violated(s, w)
		}
		return
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		f, ferr := strconv.ParseFloat(text, 64)
		if ferr != nil || f != math.Trunc(f) || math.Abs(f) >= 1<<63 {
			b.report(Request, "must be a whole number that fits 64 bits, not "+quoted(text))
			return
		}
		n = int64(f)
	}
	if w := s.checkNumber(float64(n)); w != "" {
		b.violated(s, w)
		return
	}
	if s.Type == Integer && (n < math.MinInt32 || n > math.MaxInt32) {
		b.report(Request, "must be a whole number that fits 32 bits, not "+quoted(text))
		return
	}
	v.SetInt(n)
}

func (b *binder) setTime(v reflect.Value, text string) {
	if b.bad != "" {
		return
	}
	t, err := parseTime(text)
	if err != nil {
		b.report(Request, err.Error())
		return
	}
	v.Set(reflect.ValueOf(t))
}

// complete reports what is missing of a structure.
func (b *binder) complete(s *Shape, v reflect.Value, got *seen) {
	if b.bad != "" || b.lax {
		return
	}
	n := 0
	for i := range s.Members {
		if got.has(i) {
			n++
		} else if s.Members[i].Required {
			b.enter(step{name: s.Members[i].Name}, false)
			b.report(Request, "required, and missing")
			b.leave(false)
		}
	}
	if s.Union && n != 1 {
		b.report(Request, "exactly one member must be set, not "+strconv.Itoa(n))
	}
}

func (b *binder) enter(s step, sensitive bool) {
	b.path = append(b.path, s)
	if sensitive {
		b.blind++
	}
}

// leave steps back, but for malformed JSON, whose path its message needs.
func (b *binder) leave(sensitive bool) {
	if b.bad != "" {
		return
	}
	b.path = b.path[:len(b.path)-1]
	if sensitive {
		b.blind--
	}
}

// violated reports a value that breaks s's rule; a sensitive one is not shown.
func (b *binder) violated(s *Shape, problem string) {
	if b.blind > 0 {
		problem = "must keep to " + s.rule()
	}
	b.report(Parameter, problem)
}

func (b *binder) report(k Kind, problem string) {
	if b.lax && k == Parameter {
		return
	}
	if len(b.found) < maxViolations && b.bad == "" {
		b.found = append(b.found, &Violation{k, b.where(), problem})
	}
}

// where writes the path of the member we are in.
func (b *binder) where() string {
	var w strings.Builder
	for i, s := range b.path {
		if s.name == "" && i > 0 {
			w.WriteString("[" + strconv.Itoa(s.index) + "]")
			continue
		}
		if i > 0 {
			w.WriteByte('.')
		}
		if len(s.name) > 128 {
			s.name = strings.ToValidUTF8(s.name[:128], "") + "…"
		}
		w.WriteString(s.name)
	}
	return w.String()
}

// article returns the type with its article, for messages.
func (t Type) article() string {
	switch t {
	case Integer, Long:
		return "a whole number"
	case Double:
		return "a number"
	case Timestamp:
		return "a timestamp (seconds since 1970)"
	case Map, Structure:
		return "an object"
	}
	return "a " + string(t)
}
