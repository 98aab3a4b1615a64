package wire

import "reflect"

// A Type is what the model calls the type of a shape.
type Type string

const (
	String    Type = "string"
	Boolean   Type = "boolean"
	Integer   Type = "integer" // int32, or int held to 32 bits
	Long      Type = "long"    // int64
	Double    Type = "double"
	Timestamp Type = "timestamp" // wire.Time
	List      Type = "list"
	Map       Type = "map"
	Structure Type = "structure"
)

// A Shape is what a Go type says of its values on the wire, read once from its tags.
//
// The tag is `wire:"…"`, its parts separated by commas:
//
//	required            the member must be there (a JSON null is not there)
//	name=problems       the member's name, where it is not the field's
//	uri, uri=label      it travels in the path, in the label of its name or the one given
//	query=nextToken     it travels in the query; a list may repeat
//	header=x-amz-foo    it travels in a header
//	len=1..100          length of a string, in characters; either bound may be absent: "len=..500"
//	range=15..60        of a number
//	enum=A|B            of a string
//	items=1..6          number of entries of a list or map
//	sensitive           never logged and never repeated in a message
//	iso                 a timestamp that is written as an ISO 8601 string
//	pattern=…           of a string, matched as a whole; last, since it takes the rest of the tag
//
// len, range, enum and pattern of what a list holds are written item.len=…, of a
// map key.len=… and value.len=…. A field `_ struct{}` tagged "union" makes the
// struct a union: exactly one member may be set. A field tagged "-" is not on the wire.
//
// Members are string, bool, int, int32, int64, float64 and pointers to them,
// Time, structs and pointers to structs, slices and maps with string keys. A
// pointer tells unset from zero. An empty string counts as absent when written,
// and is checked like any other when read.
type Shape struct {
	Type      Type
	Members   []Member // of a structure, in the order of the fields
	Key       *Shape   // of a map
	Item      *Shape   // of a list, or a map's values
	Len       Bounds   // of a string
	Range     Bounds   // of a number
	Items     Bounds   // of a list or map
	Enum      []string // of a string
	Pattern   string   // of a string
	Union     bool     // of a structure
	Sensitive bool
}

// A Member is one field of a structure.
type Member struct {
	Name     string
	In       Location
	As       string // its name in the path, query or header
	Required bool
	Shape    *Shape
}

// A Location is where a member travels.
type Location string

const (
	Body        Location = "body"
	URI         Location = "uri"
	QueryString Location = "querystring"
	Header      Location = "header"
)

// Bounds are inclusive; a bound that is not there does not bind.
type Bounds struct {
	Min, Max       float64
	HasMin, HasMax bool
}

// ShapeOf reads a struct type's tags, or says which one is wrong.
func ShapeOf(t reflect.Type) (*Shape, error) { panic("not yet") }

// An Honoured is one member that an operation honours, for lists that people read.
type Honoured struct {
	Path     string // "SegmentAttributes{}.ValueString"; [] of a list, {} of a map
	Type     Type
	In       Location
	Required bool
	Rule     string // "1..100 characters", "GENERAL | CAMPAIGN"
}

// Members lists what of an operation's input and output is honoured, from our own structs.
func Members(o Operation) (in, out []Honoured) { panic("not yet") }

// Redacted returns v, a bound input, as JSON without its sensitive members, for logs.
func Redacted(v any) string { panic("not yet") }
