package api

import (
	"maps"
	"slices"
	"strconv"

	"outdial/resource"
)

// hashes are short hashes of a request's members, by which a repeated
// ClientToken is compared without keeping the request. A member that is not
// there has none; an ARN and the id in it are made equal before.
type hashes map[string]string

// text adds a member that is a string.
func (h hashes) text(member, v string) {
	if v != "" {
		w := begin()
		w.text(v)
		h[member] = w.end()
	}
}

// parts adds a member that is several strings.
func (h hashes) parts(member string, parts ...string) {
	w := begin()
	w.texts(parts)
	h[member] = w.end()
}

// pairs adds a member that is a map of strings; an empty one is not there.
func (h hashes) pairs(member string, m map[string]string) {
	if len(m) > 0 {
		w := begin()
		w.pairs(m)
		h[member] = w.end()
	}
}

// number adds a member that is a number.
func (h hashes) number(member string, v *int) {
	if v != nil {
		h.text(member, strconv.Itoa(*v))
	}
}

// A sum is a hash in the making (FNV-1a). Every part is framed by its length, so
// that two different requests do not run together into one text.
type sum uint64

func begin() sum { return 14695981039346656037 }

func (w *sum) byte(c byte) { *w = (*w ^ sum(c)) * 1099511628211 }

func (w *sum) write(v string) {
	h := *w
	for i := range len(v) {
		h = (h ^ sum(v[i])) * 1099511628211
	}
	*w = h
}

func (w *sum) text(v string) {
	for n := len(v); ; n >>= 8 {
		w.byte(byte(n))
		if n < 256 {
			break
		}
	}
	w.byte(':')
	w.write(v)
}

// end gives 48 bits: enough to tell two requests apart, and small enough to keep
// seven days of them.
func (w *sum) end() string { return strconv.FormatUint(uint64(*w)&(1<<48-1), 36) }

func (w *sum) texts(list []string) {
	w.byte('[')
	for _, v := range list {
		w.text(v)
	}
}

// pairs adds a map, whatever its order.
func (w *sum) pairs(m map[string]string) {
	w.byte('{')
	var room [16]string
	keys := room[:0]
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		w.text(k)
		w.text(m[k])
	}
}

// setting writes a boolean that may be unset.
func setting(v *bool) string {
	if v == nil {
		return ""
	}
	return strconv.FormatBool(*v)
}

// given adds segment attributes as a request gave them, right or wrong.
func (w *sum) given(m map[string]segmentValue) {
	w.byte('{')
	for _, k := range slices.Sorted(maps.Keys(m)) {
		w.text(k)
		w.value(m[k])
	}
	w.byte('}')
}

func (w *sum) value(v segmentValue) {
	if v.ValueString != nil {
		w.byte('s')
		w.text(*v.ValueString)
	}
	if v.ValueInteger != nil {
		w.byte('i')
		w.text(strconv.Itoa(*v.ValueInteger))
	}
	if v.ValueArn != nil {
		w.byte('a')
		w.text(*v.ValueArn)
	}
	if v.ValueMap != nil {
		w.given(v.ValueMap)
	}
	if v.ValueList != nil {
		w.byte('[')
		for _, inner := range v.ValueList {
			w.value(inner)
		}
		w.byte(']')
	}
}

// equal makes an ARN of the instance and the id in it the same text.
func equal(at place, ref string, kind resource.Kind) string {
	if id, err := at.ID("", ref, string(kind)); err == nil {
		return id
	}
	return ref
}
