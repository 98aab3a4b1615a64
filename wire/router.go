package wire

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// A leaf is what is reached by one method and path: an operation that is served,
// or the name of one that AWS has and we have not.
type leaf struct {
	op     *Operation
	name   string
	labels []string // the names of the path's labels, in order
}

// A node is a segment of the paths that are known.
type node struct {
	plain map[string]*node
	any   *node // a label
	here  map[string]*leaf
}

// A match is where a request leads.
type match struct {
	leaf    *leaf
	labels  []string
	methods []string // where the path is known, but not by this method
}

// label returns the value of a label of the path.
func (m *match) label(name string) string {
	if i := slices.Index(m.leaf.labels, name); i >= 0 {
		return m.labels[i]
	}
	return ""
}

func (n *node) add(method, path string, l *leaf) error {
	if !strings.HasPrefix(path, "/") {
		return fmt.Errorf("%s %s: the path must begin with a slash", method, path)
	}
	for _, segment := range splitPath(path) {
		if name, ok := label(segment); ok {
			l.labels = append(l.labels, name)
			if n.any == nil {
				n.any = &node{}
			}
			n = n.any
			continue
		}
		if n.plain == nil {
			n.plain = map[string]*node{}
		}
		if n.plain[segment] == nil {
			n.plain[segment] = &node{}
		}
		n = n.plain[segment]
	}
	if n.here == nil {
		n.here = map[string]*leaf{}
	}
	if old := n.here[method]; old != nil && (old.op == nil) == (l.op == nil) {
		return fmt.Errorf("%s %s: both %s and %s", method, path, old.name, l.name)
	} else if old == nil || l.op != nil { // what is served goes before what is not
		n.here[method] = l
	}
	return nil
}

// maxSegments bounds how deep a path is looked at; the model's longest has 6.
const maxSegments = 16

// find looks an escaped path up. A plain segment goes before a label. A label
// holds one segment, which may be an ARN whose slashes are escaped; it is never empty.
func (n *node) find(method, path string) (m match) {
	if strings.Count(path, "/") > maxSegments || !strings.HasPrefix(path, "/") {
		return m
	}
	n.walk(method, path[1:], &m)
	slices.Sort(m.methods)
	m.methods = slices.Compact(m.methods)
	return m
}

func (n *node) walk(method, rest string, m *match) bool {
	segment, after, more := strings.Cut(rest, "/")
	try := func(next *node) bool {
		if next == nil {
			return false
		}
		if more {
			return next.walk(method, after, m)
		}
		if m.leaf = next.here[method]; m.leaf != nil {
			return true
		}
		for known, l := range next.here {
			m.methods = append(m.methods, known+" ("+l.name+")")
		}
		return false
	}
	if try(n.plain[segment]) {
		return true
	}
	if n.any == nil || segment == "" {
		return false
	}
	value, err := url.PathUnescape(segment)
	if err != nil {
		return false
	}
	m.labels = append(m.labels, value)
	if try(n.any) {
		return true
	}
	m.labels = m.labels[:len(m.labels)-1]
	return false
}

// unserved reads the lines "METHOD /path Name" of Config.Unserved into the tree.
func (n *node) unserved(lines string) error {
	for line := range strings.Lines(lines) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		if len(f) != 3 {
			return fmt.Errorf("unserved operation %q is not of the form \"PUT /path Name\"", strings.TrimSpace(line))
		}
		if err := n.add(f[0], f[1], &leaf{name: f[2]}); err != nil {
			return err
		}
	}
	return nil
}
