package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"outdial/resource"
	"outdial/wire"
)

// What an instance has that names neither.
const (
	DefaultAccount = "111122223333"
	DefaultRegion  = "us-east-1"
)

// A Declaration is what a configuration says must exist: documents as the store
// keeps them, and what the program itself must know.
type Declaration struct {
	Rows     []Row
	Bots     Bots
	Warnings []string           // what is odd, but taken
	First    *resource.Instance // nil where there is none
	Lists    []MarkList
}

// A Row is one resource, not yet in the store.
type Row struct {
	Kind     resource.Kind
	Instance string
	Meta     *resource.Meta // within doc
	Doc      any
}

// A declarer turns a configuration into a declaration, and says what is wrong
// with it. at names the place in the file that it is busy with.
type declarer struct {
	c      *File
	lines  map[string]int
	getenv func(string) string
	errs   []problem
	out    Declaration

	home   wire.Home          // of the instance in hand
	in     *resource.Instance // itself
	alias  string             // its alias
	ids    map[string]string  // "kind/name" and "kind/id" → id, of the instance in hand
	taken  map[string]string  // kind and id → where it was declared
	only   string             // the carrier of numbers that name none
	judged []judgement
}

// check says everything that is wrong with c, and keeps what it declares.
func check(c *File, lines map[string]int, getenv func(string) string) []problem {
	d := &declarer{c: c, lines: lines, getenv: getenv, taken: map[string]string{}}
	d.settings()
	d.declare()
	c.Declared = &d.out
	d.out.Warnings = once(d.out.Warnings)
	return once(d.errs)
}

// once leaves out what was said before: a folder of flows that several instances
// have is looked through for each.
func once[T comparable](list []T) (out []T) {
	said := map[T]bool{}
	for _, v := range list {
		if !said[v] {
			said[v] = true
			out = append(out, v)
		}
	}
	return out
}

// declare works out what must exist.
func (d *declarer) declare() {
	d.carriers()
	d.accounts()
	for i := range d.c.Instances {
		d.instance(fmt.Sprintf("instances[%d]", i), &d.c.Instances[i])
	}
	d.routes()
	d.served()
	d.apart()
	d.templates()
	d.botAliases()
	d.associations()
	d.judge()
	d.optOuts()
}

func (d *declarer) fail(path, format string, args ...any) {
	line := 0
	for p := path; line == 0 && p != ""; p = parent(p) {
		line = d.lines[p]
	}
	d.errs = append(d.errs, problem{line: line, path: path, text: fmt.Sprintf(format, args...)})
}

// parent cuts the last key or index off a path.
func parent(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}

// oneOf fails unless v is one of the values; "" is the first of them.
func (d *declarer) oneOf(path, v string, values ...string) string {
	if v == "" {
		return values[0]
	}
	if !slices.Contains(values, v) {
		d.fail(path, "wants %s, not %q", strings.Join(values, ", "), v)
	}
	return v
}

// Derived gives the id of something that names none: the same in every store.
func Derived(parts ...string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("outdial:"+strings.Join(parts, "/"))).String()
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)
var regionName = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`)

func (d *declarer) accounts() {
	for i, a := range d.c.Accounts {
		path := fmt.Sprintf("accounts[%d]", i)
		if !accountID.MatchString(a.ID) {
			d.fail(path+".id", "wants twelve digits, not %q", a.ID)
		}
		for j, k := range a.Keys {
			d.key(fmt.Sprintf("%s.keys[%d]", path, j), a.ID, k)
		}
	}
}

func (d *declarer) key(path, account string, k keyConfig) {
	if len(k.ID) < 16 || len(k.ID) > 128 || strings.ContainsAny(k.ID, "/ ,=") {
		d.fail(path+".id", "wants 16 to 128 letters and digits, not %q", k.ID)
	}
	if len(k.Secret) < 8 {
		d.fail(path+".secret", "wants at least 8 characters")
	}
	name := k.Name
	if name == "" {
		name = k.ID
	}
	doc := &resource.Key{Account: account, Secret: string(k.Secret), Allow: d.rules(path+".allow", k.Allow), Deny: d.rules(path+".deny", k.Deny)}
	doc.ID, doc.Name, doc.ARN = k.ID, name, "arn:aws:iam::"+account+":user/"+name
	d.add(path, resource.KindKey, "", &doc.Meta, doc)
}

func (d *declarer) rules(path string, in []ruleConfig) []resource.Rule {
	var out []resource.Rule
	for i, r := range in {
		rule := resource.Rule{Actions: r.Actions, Resources: r.Resources}
		if member, why := rule.Wrong(); why != "" {
			d.fail(fmt.Sprintf("%s[%d].%s", path, i, member), "%s", why)
		}
		out = append(out, rule)
	}
	return out
}

// add keeps a row; an id or a name that was declared before is a mistake.
func (d *declarer) add(path string, kind resource.Kind, instance string, m *resource.Meta, doc any) {
	m.File = true
	for _, key := range []string{string(kind) + "/" + m.ID, instance + "/" + string(kind) + "/name/" + m.Name} {
		if other, ok := d.taken[key]; ok {
			d.fail(path, "%q is declared already, by %s", m.Name, other)
			return
		}
		d.taken[key] = path
	}
	if d.ids != nil && instance != "" {
		d.ids[string(kind)+"/"+m.Name], d.ids[string(kind)+"/"+m.ID], d.ids[string(kind)+"/"+m.ARN] = m.ID, m.ID, m.ID
	}
	d.out.Rows = append(d.out.Rows, Row{kind, instance, m, doc})
}

// Meta fills in what every resource of an instance has.
func (d *declarer) meta(path string, kind resource.Kind, m *resource.Meta, name, id, description string, tags map[string]string) {
	if name == "" {
		d.fail(path+".name", "is needed")
	}
	if len(name) > 127 {
		d.fail(path+".name", "at most 127 bytes, not %d", len(name))
	}
	if id == "" {
		id = Derived(d.home.Account, d.home.Region, d.alias, string(kind), name)
	} else if kind != resource.KindTemplate && uuid.Validate(id) != nil {
		d.fail(path+".id", "wants a UUID, not %q", id)
	}
	m.ID, m.Name, m.Description, m.Tags = strings.ToLower(id), name, description, tags
	m.ARN = d.home.InstanceARN(string(kind), m.ID)
	if kind == resource.KindNumber {
		m.ARN = d.home.ARN("phone-number/" + m.ID)
	}
}

// find gives the id of what is called name in the instance in hand.
func (d *declarer) find(path string, kind resource.Kind, name string) string {
	if name == "" {
		return ""
	}
	id, ok := d.ids[string(kind)+"/"+name]
	if !ok {
		var names []string
		for k := range d.ids {
			if n, ok := strings.CutPrefix(k, string(kind)+"/"); ok && uuid.Validate(n) != nil && !strings.HasPrefix(n, "arn:") {
				names = append(names, n)
			}
		}
		slices.Sort(names)
		d.fail(path, "there is no %s %q%s", words[kind], name, Among(names))
	}
	return id
}

// words are what the file calls the kinds.
var words = map[resource.Kind]string{
	resource.KindFlow: "flow", resource.KindModule: "flow module", resource.KindQueue: "queue",
	resource.KindHours: "hours of operation", resource.KindNumber: "number", resource.KindPrompt: "prompt",
	resource.KindProfile: "routing profile", resource.KindUser: "user",
}

// Among ends a sentence about a name that is not there: with those that are, where
// they are few.
func Among(names []string) string {
	switch {
	case len(names) == 0:
		return ": none is declared"
	case len(names) > 8:
		return ""
	}
	return ", only " + strings.Join(names, ", ")
}
