package wire

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// A Type is what the model calls the type of a shape.
type Type string

// The types a member can have.
const (
	String    Type = "string"
	Boolean   Type = "boolean"
	Integer   Type = "integer" // int or int32, held to 32 bits
	Long      Type = "long"    // int64
	Double    Type = "double"
	Timestamp Type = "timestamp" // Time
	List      Type = "list"
	Map       Type = "map"
	Structure Type = "structure"
)

// A Location is where a member travels.
type Location string

// The locations a member can travel in.
const (
	Body        Location = "body"
	URI         Location = "uri"
	QueryString Location = "querystring"
	Header      Location = "header"
)

// A Shape is what a Go type says of its values on the wire, read once from its tags.
//
// The tag is `wire:"…"`, its parts separated by commas:
//
//	required            the member must be there (a JSON null is not there)
//	refused, ignored    who has it is refused by the operation; or it changes nothing: for lists that people read
//	name=problems       the member's name, where it is not the field's
//	uri, uri=label      it travels in the path, in the label of its name or the one given
//	query=nextToken     it travels in the query; a list may repeat
//	header=x-amz-foo    it travels in a header
//	len=1..100          length of a string, in characters; a bound may be absent: "len=..500"
//	range=15..60        of a number
//	enum=A|B            of a string
//	items=1..6          number of entries of a list or map
//	sensitive           never logged and never repeated in a message
//	iso                 a timestamp that is written as an ISO 8601 string
//	pattern=…           of a string, matched as a whole; last, since it takes the rest of the tag
//
// What a list holds is ruled by item.len=…, item.enum=… and so on, a map's keys
// and values by key.len=… and value.len=…. A field `_ struct{}` tagged "union"
// makes the struct a union: exactly one member may be set. A field tagged "-" is
// not on the wire.
//
// Members are string, bool, int, int32, int64, float64 (or types made of them),
// Time, structs, pointers to all of these, slices, and maps with string keys. A
// pointer tells unset from zero. When written, a nil pointer, list or map, an
// empty string and a zero Time are left out, other numbers and booleans are not;
// when read, what is there is checked, the empty string too.
type Shape struct {
	Type    Type
	Members []Member // of a structure, in the order of the fields
	Key     *Shape   // of a map
	Item    *Shape   // of a list, or the values of a map
	Len     Bounds   // of a string, in characters
	Range   Bounds   // of a number
	Items   Bounds   // of a list or map
	Enum    []string // of a string
	Pattern string   // of a string; see pattern
	Union   bool     // of a structure
	ISO     bool     // of a timestamp: it is written as an ISO 8601 string

	pattern *pattern
	byName  map[string]int // members of the body
	strings bool           // a map[string]string
	goType  reflect.Type
}

// A Member is one field of a structure.
type Member struct {
	Name      string
	In        Location
	As        string // its name in the path, query or header
	Required  bool
	Sensitive bool
	// Refused says that the operation refuses a request that has this member, and
	// Ignored that it changes nothing: for lists that people read.
	Refused, Ignored bool
	Shape            *Shape

	field int
}

// Field returns what the i-th member is called in Go: the name of the struct, ""
// where that has none, and of its field.
func (s *Shape) Field(i int) (of, name string) {
	return s.goType.Name(), s.goType.Field(s.Members[i].field).Name
}

// Bounds are inclusive; a bound that is not there does not bind.
type Bounds struct {
	Min, Max       float64
	HasMin, HasMax bool
}

// maxMembers is how many members a structure may have: their presence is kept in a few words.
const maxMembers = 128

// ShapeOf reads the tags of a struct type, or says which one is wrong.
func ShapeOf(t reflect.Type) (*Shape, error) {
	if t.Kind() != reflect.Struct || t == timeType {
		return nil, fmt.Errorf("%s: not a struct", t)
	}
	b := shapes{}
	return b.structure(t)
}

var timeType = reflect.TypeFor[Time]()

// shapes holds the structures met so far, so that a type may hold itself.
type shapes map[reflect.Type]*Shape

func (b shapes) structure(t reflect.Type) (*Shape, error) {
	if s, ok := b[t]; ok {
		return s, nil
	}
	s := &Shape{Type: Structure, goType: t, byName: map[string]int{}}
	b[t] = s
	for i := range t.NumField() {
		f := t.Field(i)
		r, err := parseTag(f.Tag.Get("wire"))
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
		if f.Name == "_" && r.union {
			s.Union = true
		}
		if f.Name == "_" || r.skip {
			continue
		}
		if !f.IsExported() || f.Anonymous {
			return nil, fmt.Errorf("%s.%s: a member must be an exported, named field", t, f.Name)
		}
		m, err := b.member(f, i, r)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
		if err := s.add(m); err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
	}
	return s, nil
}

func (s *Shape) add(m Member) error {
	if len(s.Members) == maxMembers {
		return fmt.Errorf("more than %d members", maxMembers)
	}
	if slices.ContainsFunc(s.Members, func(o Member) bool { return o.Name == m.Name }) {
		return fmt.Errorf("a second member %s", m.Name)
	}
	if m.In == Body {
		s.byName[m.Name] = len(s.Members)
	}
	s.Members = append(s.Members, m)
	return nil
}

func (b shapes) member(f reflect.StructField, i int, r rules) (Member, error) {
	m := Member{Name: f.Name, In: Body, Required: r.required, Sensitive: r.sensitive, Refused: r.refused, Ignored: r.ignored, field: i}
	if r.name != "" {
		m.Name = r.name
	}
	if r.in != "" {
		m.In, m.As = r.in, r.as
		if m.As == "" {
			m.As = m.Name
		}
	}
	s, err := b.shape(f.Type, r)
	if err != nil {
		return m, err
	}
	m.Shape = s
	if m.In == Body {
		return m, nil
	}
	switch s.Type {
	case Structure, Map:
		return m, fmt.Errorf("a %s cannot travel in the %s", s.Type, m.In)
	case List:
		if m.In == URI || s.Item.Type == List || s.Item.Type == Map || s.Item.Type == Structure {
			return m, fmt.Errorf("this list cannot travel in the %s", m.In)
		}
	}
	return m, nil
}

// shape reads a field's type under the rules of its tag.
func (b shapes) shape(t reflect.Type, r rules) (*Shape, error) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	s := &Shape{goType: t, Len: r.len, Range: r.rng, Items: r.items, Enum: r.enum, Pattern: r.pattern, ISO: r.iso}
	var err error
	switch t.Kind() {
	case reflect.String:
		s.Type = String
		if r.pattern != "" {
			if s.pattern, err = compilePattern(r.pattern); err != nil {
				return nil, err
			}
		}
	case reflect.Bool:
		s.Type = Boolean
	case reflect.Int, reflect.Int32:
		s.Type = Integer
	case reflect.Int64:
		s.Type = Long
	case reflect.Float64:
		s.Type = Double
	case reflect.Slice:
		s.Type = List
		s.Item, err = b.shape(t.Elem(), r.of("item"))
	case reflect.Map:
		err = b.mapShape(s, t, r)
	case reflect.Struct:
		if t == timeType {
			s.Type = Timestamp
			break
		}
		if s, err = b.structure(t); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("a %s has no form on the wire", t)
	}
	if err != nil {
		return nil, err
	}
	return s, r.fit(s.Type)
}

func (b shapes) mapShape(s *Shape, t reflect.Type, r rules) (err error) {
	s.Type = Map
	if t.Key().Kind() != reflect.String {
		return fmt.Errorf("keys of a map must be strings")
	}
	if s.Key, err = b.shape(t.Key(), r.of("key")); err != nil {
		return err
	}
	s.strings = t == reflect.TypeFor[map[string]string]()
	s.Item, err = b.shape(t.Elem(), r.of("value"))
	return err
}

// labels returns the members that travel in the path, by their labels.
func (s *Shape) labels() map[string]int {
	out := map[string]int{}
	for i, m := range s.Members {
		if m.In == URI {
			out[m.As] = i
		}
	}
	return out
}

// An Honoured is one member that an operation honours, for lists that people read.
type Honoured struct {
	Path     string // "SegmentAttributes{}.ValueString": [] is an entry of a list, {} of a map
	Type     Type
	In       Location
	Required bool
	Rule     string // "1..100 characters", "GENERAL | CAMPAIGN"; "" where there is none
}

// Members lists what of an operation's input and output is honoured, from our own
// structs alone. A structure that holds itself is listed once.
func Members(o Operation) (in, out []Honoured) {
	return o.In.honoured("", Body, nil), o.Out.honoured("", Body, nil)
}

func (s *Shape) honoured(prefix string, in Location, above []*Shape) (out []Honoured) {
	if slices.Contains(above, s) {
		return nil
	}
	above = append(above, s)
	for _, m := range s.Members {
		if prefix == "" {
			in = m.In
		}
		path := prefix + m.Name
		out = append(out, Honoured{path, m.Shape.Type, in, m.Required, m.Shape.rule()})
		inner := m.Shape
		for inner.Item != nil {
			if path += "[]"; inner.Type == Map {
				path = strings.TrimSuffix(path, "[]") + "{}"
			}
			inner = inner.Item
		}
		out = append(out, inner.honoured(path+".", in, above)...)
	}
	return out
}

// rule says what binds a shape's values, in words.
func (s *Shape) rule() string {
	var parts []string
	say := func(prefix string, s *Shape) {
		if s == nil {
			return
		}
		for _, p := range []struct {
			b    Bounds
			unit string
		}{{s.Len, " characters"}, {s.Range, ""}, {s.Items, " entries"}} {
			if t := p.b.String(); t != "" {
				parts = append(parts, prefix+t+p.unit)
			}
		}
		if len(s.Enum) > 0 {
			parts = append(parts, prefix+strings.Join(s.Enum, " | "))
		}
		if s.Pattern != "" {
			parts = append(parts, prefix+"pattern "+s.Pattern)
		}
	}
	say("", s)
	say("keys ", s.Key)
	if s.Type == Map {
		say("values ", s.Item)
	} else {
		say("each ", s.Item)
	}
	if s.Union {
		parts = append(parts, "exactly one member")
	}
	return strings.Join(parts, "; ")
}
