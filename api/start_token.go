package api

import (
	"hash/fnv"
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
		h[member] = digest(func(w *sum) { w.text(v) })
	}
}

// number adds a member that is a number.
func (h hashes) number(member string, v *int) {
	if v != nil {
		h[member] = digest(func(w *sum) { w.text(strconv.Itoa(*v)) })
	}
}

// add adds a member that is there, whatever it is.
func (h hashes) add(member string, there bool, write func(*sum)) {
	if there {
		h[member] = digest(write)
	}
}

// A sum is a hash in the making. Every part is framed by its length, so that
// two different requests do not run together into one text.
type sum struct{ b []byte }

func (w *sum) text(v string) {
	w.b = strconv.AppendInt(w.b, int64(len(v)), 10)
	w.b = append(w.b, ':')
	w.b = append(w.b, v...)
}

func (w *sum) texts(list []string) {
	w.b = append(w.b, '[')
	for _, v := range list {
		w.text(v)
	}
}

// pairs adds a map, whatever its order.
func (w *sum) pairs(m map[string]string) {
	w.b = append(w.b, '{')
	for _, k := range slices.Sorted(maps.Keys(m)) {
		w.text(k)
		w.text(m[k])
	}
}

// flag adds a boolean that may be unset.
func (w *sum) flag(v *bool) {
	if v == nil {
		w.b = append(w.b, '-')
		return
	}
	w.b = strconv.AppendBool(w.b, *v)
}

func (w *sum) references(m map[string]reference) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		w.text(k)
		w.text(m[k].Type)
		w.text(m[k].Value)
	}
}

// given adds segment attributes as a request gave them, right or wrong.
func (w *sum) given(m map[string]segmentValue) {
	w.b = append(w.b, '{')
	for _, k := range slices.Sorted(maps.Keys(m)) {
		w.text(k)
		w.value(m[k])
	}
	w.b = append(w.b, '}')
}

func (w *sum) value(v segmentValue) {
	if v.ValueString != nil {
		w.b = append(w.b, 's')
		w.text(*v.ValueString)
	}
	if v.ValueInteger != nil {
		w.b = append(w.b, 'i')
		w.text(strconv.Itoa(*v.ValueInteger))
	}
	if v.ValueArn != nil {
		w.b = append(w.b, 'a')
		w.text(*v.ValueArn)
	}
	if v.ValueMap != nil {
		w.given(v.ValueMap)
	}
	if v.ValueList != nil {
		w.b = append(w.b, '[')
		for _, inner := range v.ValueList {
			w.value(inner)
		}
		w.b = append(w.b, ']')
	}
}

// equal makes an ARN of the instance and the id in it the same text.
func equal(at place, ref string, kind resource.Kind) string {
	if id, err := at.ID("", ref, string(kind)); err == nil {
		return id
	}
	return ref
}

// digest gives 48 bits of a hash: enough to tell two requests apart, and small
// enough to keep seven days of them.
func digest(write func(*sum)) string {
	var room [256]byte
	w := sum{room[:0]}
	write(&w)
	h := fnv.New64a()
	h.Write(w.b)
	return strconv.FormatUint(h.Sum64()&(1<<48-1), 36)
}
