package config

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A secret is a value that may stand elsewhere: "env:NAME" is a variable of the
// environment, "file:PATH" the first line of a file.
type secret string

// A decoder reads YAML into the structs of the configuration. It says every
// mistake at once, each with its line: an unknown key, a key given twice, a
// value of the wrong sort, a secret that cannot be had.
type decoder struct {
	getenv func(string) string
	lines  map[string]int // by path, for what is found wrong later
	errs   []problem
	// secrets lets every text stand elsewhere, as a secret may.
	secrets bool
	// below lets the length of time that is read be below nothing.
	below bool
}

// A problem is one mistake in the configuration.
type problem struct {
	file string // "" is the configuration itself
	line int
	path string // "instances[0].numbers[1].flow"
	text string
}

// problems are the mistakes of one file.
type problems struct {
	file string
	list []problem
}

// Error gives one mistake a line, as compilers do.
func (p *problems) Error() string {
	slices.SortStableFunc(p.list, func(a, b problem) int { return a.line - b.line })
	var lines []string
	for _, x := range p.list {
		at := p.file
		if x.file != "" {
			at = x.file
		}
		if x.line > 0 {
			at = fmt.Sprintf("%s:%d", at, x.line)
		}
		if x.path != "" {
			at += ": " + x.path
		}
		lines = append(lines, at+": "+x.text)
	}
	return strings.Join(lines, "\n")
}

// decode reads doc into v, a pointer to a struct.
func (d *decoder) decode(doc []byte, v any) {
	var root yaml.Node
	if err := yaml.Unmarshal(doc, &root); err != nil {
		d.errs = append(d.errs, syntaxProblem(err))
		return
	}
	if len(root.Content) == 0 {
		return // an empty file: everything is left as it is
	}
	d.value(root.Content[0], reflect.ValueOf(v).Elem(), "")
}

// syntaxProblem takes the line out of the parser's message.
func syntaxProblem(err error) problem {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	var line int
	if n, _ := fmt.Sscanf(text, "line %d:", &line); n == 1 {
		_, text, _ = strings.Cut(text, ": ")
	}
	return problem{line: line, text: text}
}

func (d *decoder) fail(n *yaml.Node, path, format string, args ...any) {
	d.errs = append(d.errs, problem{line: n.Line, path: path, text: fmt.Sprintf(format, args...)})
}

// value reads n into v.
func (d *decoder) value(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind == yaml.AliasNode {
		// An anchor that holds itself would never end; the depth of our structs
		// ends it, and the library refuses it in scalars.
		n = n.Alias
	}
	if path != "" {
		d.lines[path] = n.Line
	}
	if n.Tag == "!!null" {
		return // "key:" with nothing behind it is a key that is not there
	}
	if _, own := v.Addr().Interface().(yaml.Unmarshaler); own || v.Type() == reflect.TypeFor[yaml.Node]() {
		d.scalar(n, v, path)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.structure(n, v, path)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), path)
	case reflect.Slice:
		d.sequence(n, v, path)
	case reflect.Map:
		d.mapping(n, v, path)
	default:
		d.scalar(n, v, path)
	}
}

func (d *decoder) structure(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, path, "wants keys and values, not %s", nodeKind(n))
		return
	}
	fields := fieldsOf(v)
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		f, ok := fields[k.Value]
		switch {
		case !ok:
			d.fail(k, path, "unknown key %q%s", k.Value, meant(k.Value, fields))
		case seen[k.Value]:
			d.fail(k, path, "key %q is given twice", k.Value)
		default:
			d.below = below(v.Type(), k.Value)
			d.value(n.Content[i+1], f, join(path, k.Value))
			d.below = false
		}
		seen[k.Value] = true
	}
}

func (d *decoder) sequence(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.SequenceNode {
		d.fail(n, path, "wants a list, not %s", nodeKind(n))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, c := range n.Content {
		d.value(c, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, path, "wants keys and values, not %s", nodeKind(n))
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := reflect.New(v.Type().Key()).Elem()
		k.SetString(n.Content[i].Value)
		if v.MapIndex(k).IsValid() {
			d.fail(n.Content[i], path, "key %q is given twice", n.Content[i].Value)
			continue
		}
		e := reflect.New(v.Type().Elem()).Elem()
		d.value(n.Content[i+1], e, join(path, n.Content[i].Value))
		v.SetMapIndex(k, e)
	}
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value, path string) {
	// A number in quotes is text; "id: 111122223333" without them is text too
	// where text is wanted, so that nobody must know YAML's rules.
	if _, own := v.Addr().Interface().(yaml.Unmarshaler); n.Kind != yaml.ScalarNode && v.Kind() != reflect.Struct {
		d.fail(n, path, "wants %s, not %s", sortOf(v.Kind()), nodeKind(n))
		return
	} else if !own && v.Kind() == reflect.String {
		v.SetString(n.Value)
	} else if v.Type() == reflect.TypeFor[time.Duration]() {
		text, below := strings.CutPrefix(n.Value, "-")
		t, err := ParseSpan(text)
		if err != nil || below && !d.below {
			d.fail(n, path, "%q is no length of time such as 30s, 25h or 7d", n.Value)
		}
		if below {
			t = -t
		}
		v.SetInt(int64(t))
	} else if err := n.Decode(v.Addr().Interface()); err != nil {
		var t *yaml.TypeError
		if errors.As(err, &t) {
			d.fail(n, path, "wants %s, not %s", sortOf(v.Kind()), nodeKind(n))
		} else {
			d.fail(n, path, "%v", err)
		}
		return
	}
	if v.Type() == reflect.TypeFor[secret]() || d.secrets && v.Kind() == reflect.String {
		s, err := reveal(v.String(), d.getenv)
		if err != nil {
			d.fail(n, path, "%v", err)
		}
		v.SetString(s)
	}
}

// reveal gives what stands where a secret says.
func reveal(s string, getenv func(string) string) (string, error) {
	if name, ok := strings.CutPrefix(s, "env:"); ok {
		if v := getenv(name); v != "" {
			return v, nil
		}
		return "", fmt.Errorf("the environment has no %s", name)
	}
	if path, ok := strings.CutPrefix(s, "file:"); ok {
		b, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		line, _, _ := strings.Cut(string(b), "\n")
		if line = strings.TrimSpace(line); line == "" {
			return "", fmt.Errorf("%s: its first line is empty", path)
		}
		return line, nil
	}
	return s, nil
}

// fieldsOf gives the fields of a struct by their keys, those of embedded
// structs among them.
func fieldsOf(v reflect.Value) map[string]reflect.Value {
	out := map[string]reflect.Value{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous {
			for k, x := range fieldsOf(v.Field(i)) {
				out[k] = x
			}
		} else if k := keyOf(f); k != "" {
			out[k] = v.Field(i)
		}
	}
	return out
}

// below tells whether the length of time of a key may be below nothing, which is
// never.
func below(t reflect.Type, key string) bool {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && below(f.Type, key) || keyOf(f) == key && f.Tag.Get("below") != "" {
			return true
		}
	}
	return false
}

// keyOf gives the key of a field, "" where it has none.
func keyOf(f reflect.StructField) string {
	k, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if k == "-" {
		return ""
	}
	return k
}

// meant gives a hint where a key is nearly another one.
func meant(k string, fields map[string]reflect.Value) string {
	fold := func(s string) string {
		return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(s))
	}
	var near []string
	for f := range fields {
		if distance(fold(k), fold(f)) <= 1+len(k)/5 {
			near = append(near, f)
		}
	}
	if len(near) == 0 {
		return ""
	}
	slices.Sort(near)
	return ": did you mean " + strings.Join(near, " or ") + "?"
}

// distance counts the letters that must be added, removed or replaced.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j]+1, last+1)
		}
	}
	return row[len(b)]
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func nodeKind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys and values"
	case yaml.SequenceNode:
		return "a list"
	}
	return fmt.Sprintf("%q", n.Value)
}

func sortOf(k reflect.Kind) string {
	switch k {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	}
	return "text"
}
