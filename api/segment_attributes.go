package api

import (
	"maps"
	"slices"
	"strings"

	"outdial/contact"
	"outdial/wire"
)

// A segmentValue is the value of a segment attribute: one of five kinds.
type segmentValue struct {
	ValueString  *string                 `wire:"len=0..1024"`
	ValueMap     map[string]segmentValue `wire:"key.len=1..128"`
	ValueInteger *int
	ValueList    []segmentValue
	ValueArn     *string `wire:"len=0..1024"`
}

const (
	subtypeKey   = "connect:Subtype"
	directionKey = "connect:Direction"
	systemPrefix = "connect:"
)

// readSegment reads the segment attributes of a request.
func readSegment(field string, in map[string]segmentValue) (map[string]contact.SegmentValue, error) {
	out := make(map[string]contact.SegmentValue, len(in)+1)
	for _, key := range slices.Sorted(maps.Keys(in)) {
		name, system := strings.CutPrefix(key, systemPrefix)
		at := field + "." + key
		if !keyAlphabet(name) {
			return nil, wire.Invalid(at, "a key holds letters, digits, - and _ only, behind connect: for those of the system")
		}
		v, err := readSegmentValue(at, in[key], system)
		if err != nil {
			return nil, err
		}
		out[key] = v
	}
	return out, nil
}

// readSegmentValue reads one value; lists and ARNs are for the system's keys.
func readSegmentValue(at string, v segmentValue, system bool) (contact.SegmentValue, error) {
	out := contact.SegmentValue{String: v.ValueString, Integer: v.ValueInteger, ARN: v.ValueArn}
	n := 0
	for _, set := range [...]bool{v.ValueString != nil, v.ValueInteger != nil, v.ValueArn != nil, v.ValueMap != nil, v.ValueList != nil} {
		if set {
			n++
		}
	}
	switch {
	case n != 1:
		return out, wire.Invalid(at, "exactly one of ValueString, ValueMap, ValueInteger, ValueList and ValueArn must be set, not %d", n)
	case !system && (v.ValueList != nil || v.ValueArn != nil):
		return out, wire.Invalid(at, "ValueList and ValueArn are for keys that begin with connect:")
	case v.ValueArn != nil:
		if _, err := wire.ParseARN(*v.ValueArn); err != nil {
			return out, wire.Invalid(at+".ValueArn", "%s", err)
		}
	case v.ValueMap != nil:
		out.Map = make(map[string]contact.SegmentValue, len(v.ValueMap))
		for key, inner := range v.ValueMap {
			one, err := readSegmentValue(at+".ValueMap."+key, inner, system)
			if err != nil {
				return out, err
			}
			out.Map[key] = one
		}
	case v.ValueList != nil:
		out.List = make([]contact.SegmentValue, len(v.ValueList))
		for i, inner := range v.ValueList {
			one, err := readSegmentValue(at+".ValueList", inner, system)
			if err != nil {
				return out, err
			}
			out.List[i] = one
		}
	}
	return out, nil
}

// tellSegment writes segment attributes; nil where there are none.
func tellSegment(in map[string]contact.SegmentValue) map[string]segmentValue {
	if len(in) == 0 {
		return nil
	}
	out := make(map[string]segmentValue, len(in))
	for key, v := range in {
		out[key] = tellSegmentValue(v)
	}
	return out
}

func tellSegmentValue(v contact.SegmentValue) segmentValue {
	out := segmentValue{ValueString: v.String, ValueInteger: v.Integer, ValueArn: v.ARN, ValueMap: tellSegment(v.Map)}
	for _, inner := range v.List {
		out.ValueList = append(out.ValueList, tellSegmentValue(inner))
	}
	return out
}

// text is a segment value of plain text.
func text(s string) contact.SegmentValue { return contact.SegmentValue{String: &s} }
