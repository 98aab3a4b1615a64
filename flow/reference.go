package flow

import "strings"

// A reference is one JSONPath: its root and the segments under it.
type reference struct {
	source string
	path   []segment // path[0] is the root: "Attributes", "External"…
}

// A segment is one step of a path: a name, or a name that is computed from
// other references (the back-tick form).
type segment struct {
	name   string
	nested *template
}

// A template is a text with references in it. Without parts it is literal.
type template struct {
	literal string
	parts   []part
}

// A part is a literal or a reference.
type part struct {
	literal string
	ref     *reference
}

// Deeper nesting than this is not followed: the text stays as it is.
const maxNesting = 4

// parseTemplate finds the references in s.
func parseTemplate(s string) template { return parseNested(s, 0) }

func parseNested(s string, depth int) template {
	t := template{literal: s}
	if depth > maxNesting || strings.IndexByte(s, '$') < 0 {
		return t
	}
	// The whole value as one reference may hold characters that would end one
	// in the midst of a text.
	if ref, n := parseReference(s, true, depth); ref != nil && n == len(s) {
		t.parts = []part{{ref: ref}}
		return t
	}
	// So does one that is wrapped in back-ticks, as the designer writes paths into lists.
	if len(s) > 2 && s[0] == '`' && s[len(s)-1] == '`' {
		if ref, n := parseReference(s[1:len(s)-1], true, depth); ref != nil && n == len(s)-2 {
			ref.source = s
			t.parts = []part{{ref: ref}}
			return t
		}
	}
	from := 0
	for i := 0; i < len(s); {
		if s[i] != '$' {
			i++
			continue
		}
		ref, n := parseReference(s[i:], false, depth)
		if ref == nil {
			i++
			continue
		}
		if i > from {
			t.parts = append(t.parts, part{literal: s[from:i]})
		}
		t.parts = append(t.parts, part{ref: ref})
		i += n
		from = i
	}
	if len(t.parts) > 0 && from < len(s) {
		t.parts = append(t.parts, part{literal: s[from:]})
	}
	return t
}

// single gives the reference that is the whole template, or nil.
func (t *template) single() *reference {
	if len(t.parts) == 1 {
		return t.parts[0].ref
	}
	return nil
}

// static tells whether no reference is in it.
func (t *template) static() bool { return len(t.parts) == 0 }

// parseReference reads a reference at the start of s, and tells its length.
// Forms: $.A.b  $['A']['b']  $.A.['b']  $.A['`$.B.c`'].
func parseReference(s string, whole bool, depth int) (*reference, int) {
	if s == "" || s[0] != '$' {
		return nil, 0
	}
	ref := &reference{}
	i := 1
	for i < len(s) {
		at := i
		if s[i] == '.' && i+1 < len(s) && s[i+1] == '[' {
			i++
		}
		if s[i] == '[' {
			seg, n, ok := parseBracket(s[i:], depth)
			if !ok {
				i = at
				break
			}
			ref.path = append(ref.path, seg)
			i += n
			continue
		}
		if s[i] != '.' {
			break
		}
		n := nameLength(s[i+1:], whole)
		if n == 0 || len(ref.path) > 0 && len(ref.path) == depthOf(ref.root()) {
			break
		}
		ref.path = append(ref.path, segment{name: s[i+1 : i+1+n]})
		i += 1 + n
	}
	if len(ref.path) == 0 {
		return nil, 0
	}
	ref.source = s[:i]
	return ref, i
}

// depthOf tells how many segments a reference into a flat namespace has: what
// follows them is text ("$.Attributes.name.wav"). 0: as many as there are.
func depthOf(root string) int {
	switch root {
	case "Attributes", "FlowAttributes", "Tags", "CustomerEndpoint", "SystemEndpoint":
		return 2
	}
	if leafRoots[root] {
		return 1
	}
	return 0
}

// parseBracket reads ['name'], ["name"], [0] or ['`nested`'].
func parseBracket(s string, depth int) (segment, int, bool) {
	if len(s) < 3 {
		return segment{}, 0, false
	}
	quote := s[1]
	if quote != '\'' && quote != '"' {
		end := strings.IndexByte(s, ']')
		if end < 2 || strings.Trim(s[1:end], "0123456789") != "" {
			return segment{}, 0, false
		}
		return segment{name: s[1:end]}, end + 1, true
	}
	ticked := false
	for i := 2; i+1 < len(s); i++ {
		switch {
		case s[i] == '`':
			ticked = !ticked
		case !ticked && s[i] == quote && s[i+1] == ']':
			return bracketSegment(s[2:i], depth), i + 2, true
		}
	}
	return segment{}, 0, false
}

// bracketSegment resolves the back-ticks of a bracketed name.
func bracketSegment(name string, depth int) segment {
	if strings.Count(name, "`") < 2 || strings.Count(name, "`")%2 != 0 {
		return segment{name: name}
	}
	nested := &template{literal: name}
	for i, piece := range strings.Split(name, "`") {
		if piece == "" {
			continue
		}
		if i%2 == 0 {
			nested.parts = append(nested.parts, part{literal: piece})
			continue
		}
		inner := parseNested(piece, depth+1)
		if inner.static() {
			nested.parts = append(nested.parts, part{literal: piece})
			continue
		}
		nested.parts = append(nested.parts, inner.parts...)
	}
	return segment{name: name, nested: nested}
}

// nameLength tells how many bytes of s are a name in dot form. A hyphen or an
// underscore may stand within; a colon only where the reference is the whole value.
func nameLength(s string, whole bool) int {
	n := 0
	for n < len(s) {
		b := s[n]
		switch {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9', b == '_', b == '-':
			n++
		case whole && b == ':':
			n++
		default:
			return n
		}
	}
	return n
}

// Roots of references: the namespaces.
// https://docs.aws.amazon.com/connect/latest/adminguide/connect-attrib-list.html
var roots = map[string]bool{
	"AwsRegion": true, "CustomerEndpoint": true, "CustomerId": true, "SystemEndpoint": true,
	"AdditionalEmailRecipients": true, "StoredCustomerInput": true, "Queue": true, "TextToSpeechVoiceId": true,
	"ContactId": true, "InitialContactId": true, "PreviousContactId": true, "RelatedContactId": true, "Task": true,
	"Channel": true, "InstanceARN": true, "InitiationMethod": true, "Name": true, "Description": true,
	"References": true, "LanguageCode": true, "Tags": true, "SegmentAttributes": true, "Attributes": true,
	"FlowAttributes": true, "External": true, "LambdaInvocation": true, "Lex": true, "Views": true,
	"Agent": true, "Capabilities": true, "Metrics": true, "MediaStreams": true, "Media": true, "Email": true,
	"Loop": true, "Modules": true, "Customer": true, "Case": true, "Wisdom": true, "DataTables": true,
	"DataTableList": true, "AgenticCX": true, "Contact": true, "Campaign": true, "ContactData": true,
}

// Roots that are a value by themselves: every other needs a leaf.
var leafRoots = map[string]bool{
	"AwsRegion": true, "CustomerId": true, "StoredCustomerInput": true, "TextToSpeechVoiceId": true, "ContactId": true,
	"InitialContactId": true, "PreviousContactId": true, "RelatedContactId": true, "Channel": true, "InstanceARN": true,
	"InitiationMethod": true, "Name": true, "Description": true, "LanguageCode": true,
}

// root gives the namespace of a reference.
func (r *reference) root() string { return r.path[0].name }

// leaf tells whether the reference names a value, not a whole namespace.
func (r *reference) leaf() bool { return len(r.path) > 1 || leafRoots[r.root()] }
