package wire

import (
	"fmt"
	"strconv"
	"strings"
)

// rules is what one tag says.
type rules struct {
	required, sensitive, union, skip, iso bool
	refused, ignored                      bool
	name                                  string
	in                                    Location
	as                                    string
	len, rng, items                       Bounds
	enum                                  []string
	pattern                               string
	inner                                 []string // "item.len=1..2", for what it holds
}

func parseTag(tag string) (r rules, err error) {
	for tag != "" {
		var part string
		if isPattern(tag) {
			part, tag = tag, ""
		} else {
			part, tag, _ = strings.Cut(tag, ",")
		}
		if err := r.add(part); err != nil {
			return r, err
		}
	}
	return r, nil
}

// isPattern tells whether a tag's next part is a pattern, at any depth.
func isPattern(tag string) bool {
	key, _, _ := strings.Cut(tag, "=")
	return key == "pattern" || strings.HasSuffix(key, ".pattern") && !strings.Contains(key, ",")
}

func (r *rules) add(part string) (err error) {
	key, value, has := strings.Cut(part, "=")
	if at, _, inner := strings.Cut(key, "."); inner {
		if at != "item" && at != "key" && at != "value" {
			return fmt.Errorf("tag %q: item, key or value, not %s", part, at)
		}
		r.inner = append(r.inner, part)
		return nil
	}
	switch key {
	case "required":
		r.required = true
	case "sensitive":
		r.sensitive = true
	case "union":
		r.union = true
	case "iso":
		r.iso = true
	case "-":
		r.skip = true
	case "refused":
		r.refused = true
	case "ignored":
		r.ignored = true
	case "uri":
		r.in, r.as = URI, value
		has = true
	case "query":
		r.in, r.as = QueryString, value
	case "header":
		r.in, r.as = Header, value
	case "name":
		r.name = value
	case "enum":
		r.enum = strings.Split(value, "|")
	case "pattern":
		r.pattern = value
	case "len":
		r.len, err = parseBounds(value)
	case "range":
		r.rng, err = parseBounds(value)
	case "items":
		r.items, err = parseBounds(value)
	default:
		return fmt.Errorf("tag %q is not known", part)
	}
	if flag := key == "required" || key == "sensitive" || key == "union" || key == "iso" || key == "-" || key == "refused" || key == "ignored"; flag == has {
		return fmt.Errorf("tag %q: %s", part, map[bool]string{true: "takes no value", false: "needs a value"}[flag])
	}
	return err
}

// of returns the rules for what a list or map holds.
func (r rules) of(which string) (in rules) {
	for _, part := range r.inner {
		if rest, ok := strings.CutPrefix(part, which+"."); ok {
			// add has seen the outer part; what is wrong with the inner one shows in fit.
			if err := in.add(rest); err != nil {
				in.inner = append(in.inner, "wrong."+err.Error())
			}
		}
	}
	return in
}

// fit says which rule makes no sense on a value of type t.
func (r rules) fit(t Type) error {
	for _, part := range r.inner {
		at, rest, _ := strings.Cut(part, ".")
		if at == "wrong" {
			return fmt.Errorf("%s", rest)
		}
		if (at == "item") != (t == List) || (t != List && t != Map) {
			return fmt.Errorf("tag %q on a %s", part, t)
		}
	}
	for _, c := range []struct {
		rule string
		set  bool
		on   bool
	}{
		{"len", r.len != Bounds{}, t == String},
		{"enum", r.enum != nil, t == String},
		{"pattern", r.pattern != "", t == String},
		{"range", r.rng != Bounds{}, t == Integer || t == Long || t == Double},
		{"items", r.items != Bounds{}, t == List || t == Map},
		{"iso", r.iso, t == Timestamp},
		{"union", r.union, false},
	} {
		if c.set && !c.on {
			return fmt.Errorf("%s on a %s", c.rule, t)
		}
	}
	return nil
}

func parseBounds(s string) (b Bounds, err error) {
	low, high, ok := strings.Cut(s, "..")
	if !ok || low == "" && high == "" {
		return b, fmt.Errorf("bounds %q are not of the form 1..6", s)
	}
	if b.HasMin = low != ""; b.HasMin {
		if b.Min, err = strconv.ParseFloat(low, 64); err != nil {
			return b, fmt.Errorf("bounds %q: %w", s, err)
		}
	}
	if b.HasMax = high != ""; b.HasMax {
		if b.Max, err = strconv.ParseFloat(high, 64); err != nil {
			return b, fmt.Errorf("bounds %q: %w", s, err)
		}
	}
	if b.HasMin && b.HasMax && b.Min > b.Max {
		return b, fmt.Errorf("bounds %q: the lower is above the upper", s)
	}
	return b, nil
}

// String returns the bounds as a tag writes them, "" where there are none.
func (b Bounds) String() string {
	if !b.HasMin && !b.HasMax {
		return ""
	}
	var low, high string
	if b.HasMin {
		low = plain(b.Min)
	}
	if b.HasMax {
		high = plain(b.Max)
	}
	return low + ".." + high
}

// plain writes a number without an exponent.
func plain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
