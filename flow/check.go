package flow

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"outdial/contact"
	"outdial/resource"
)

// CheckOptions say for what a flow is checked.
type CheckOptions struct {
	// Type is the flow type as the API names it; "" is the one that the export
	// names, and where it names none the rules of flow types are left out.
	Type string
	// Channel and Subtype are those on which the flow will run; "" when not known.
	Channel contact.Channel
	Subtype string
	// Strict makes problems of what the service refuses today although its own
	// older exports have it (empty texts), and of resources that are not there.
	Strict bool
	// Resources tells whether a resource is there; nil: they are not looked up.
	Resources func(kind resource.Kind, ref string) bool
	// Attributes are names that the request or another flow sets.
	Attributes []string
}

// Limits of a flow. connect, feature specifications
const (
	version       = "2019-10-30"
	maxFlowSize   = 250
	maxCharacters = 256000
	maxFindings   = 50
	maxIdentifier = 50
)

// Check finds all problems and warnings of a flow's content, up to 50 of each.
func Check(doc []byte, o CheckOptions) Findings {
	c := &checker{o: o, byID: map[string]*Checked{}}
	c.envelope(doc)
	return append(c.problems, c.warnings...)
}

type checker struct {
	o                  CheckOptions
	doc                document
	kind               FlowTypes // 0 when not known
	actions            []*Checked
	byID               map[string]*Checked
	problems, warnings Findings
}

func (c *checker) add(f Finding) {
	list := &c.problems
	if f.Severity == Warning {
		list = &c.warnings
	}
	if len(*list) < maxFindings && !slices.Contains(*list, f) {
		*list = append(*list, f)
	}
}

// soft is a problem when strict, else a warning.
func (c *checker) soft() Severity {
	if c.o.Strict {
		return Problem
	}
	return Warning
}

// envelope checks the document, then its actions.
func (c *checker) envelope(doc []byte) {
	if n := characters(doc); n > maxCharacters {
		c.add(Finding{Message: fmt.Sprintf("Invalid Content. Length: %d, Maximum: %d", n, maxCharacters),
			Hint: "split the flow: TransferToFlow or a module"})
	}
	d, err := readDocument(doc)
	if err != nil {
		c.add(Finding{Message: "Invalid Content. " + err.Error(), Hint: "the content of a flow is one JSON object"})
		return
	}
	c.doc = d
	if d.isOld() {
		c.add(Finding{Message: "Invalid property value. Path: Version", Path: "Version",
			Hint: "it is in the console's form of before 2020 (modules, start); outdial flow convert writes it in today's"})
		return
	}
	c.flowType()
	for _, k := range sortedKeys(d) {
		if !slices.Contains([]string{"Version", "StartAction", "Metadata", "Actions", "Settings"}, k) {
			c.add(Finding{Severity: Warning, Message: "Invalid property name. Path: " + k, Path: k,
				Hint: "it has no meaning in a flow"})
		}
	}
	if v := text(d, "Version"); v != version {
		c.add(Finding{Message: "Invalid property value. Path: Version", Path: "Version",
			Hint: fmt.Sprintf("it is %s; only %q is known", d.shown("Version"), version)})
	}
	list, ok := d.actions()
	switch {
	case !ok && d["Actions"] != nil:
		c.add(Finding{Message: "Invalid property value. Path: Actions", Path: "Actions", Hint: "a list of actions, not " + jsonKind(d["Actions"])})
		return
	case !ok:
		c.add(Finding{Message: "Missing required property. Path: Actions", Path: "Actions", Hint: "a list of actions"})
		return
	}
	if len(list) > maxFlowSize {
		c.add(Finding{Message: fmt.Sprintf("Invalid number of Actions. Actions: %d, Maximum: %d", len(list), maxFlowSize),
			Path: "Actions", Hint: "split the flow: TransferToFlow or a module"})
	}
	c.read(list)
	c.start()
	for _, a := range c.actions {
		a.check()
	}
	c.graph()
	c.references()
}

// characters counts as the service does: UTF-16 code units.
func characters(doc []byte) int {
	n := 0
	for len(doc) > 0 {
		r, size := utf8.DecodeRune(doc)
		n += max(1, utf16.RuneLen(r))
		doc = doc[size:]
	}
	return n
}

// flowType settles the type, and whether Settings may be there.
func (c *checker) flowType() {
	name := c.o.Type
	if name == "" {
		name = c.doc.exportType()
	}
	c.kind = flowType(name)
	if c.o.Type != "" && c.kind == 0 {
		c.add(Finding{Message: "Invalid flow type. Type: " + c.o.Type, Hint: "one of " + strings.Join(flowTypes[:], ", ")})
	}
	settings := c.doc["Settings"]
	if settings != nil && c.o.Type == "" && (c.kind == I || c.kind == 0) {
		// Exports of modules name no type, or contactFlow.
		c.kind = MOD
	}
	switch {
	case settings == nil && c.o.Type == moduleKind:
		c.add(Finding{Message: "JSON field is missing or null for field name: settings", Path: "Settings",
			Hint: "a module has Settings: InputParameters, OutputParameters, Transitions"})
	case settings != nil && c.kind != 0 && c.kind != MOD:
		c.add(Finding{Message: "Invalid property name. Path: Settings", Path: "Settings", Hint: "only modules have Settings"})
	case settings != nil:
		if _, ok := settings.(map[string]any); !ok {
			c.add(Finding{Message: "Invalid property value. Path: Settings", Path: "Settings",
				Hint: "it is " + jsonKind(settings) + ", not an object"})
		}
	}
}

// read takes the actions in, and checks their names.
func (c *checker) read(list []any) {
	for i, v := range list {
		path := fmt.Sprintf("Actions[%d]", i)
		raw, ok := v.(map[string]any)
		if !ok {
			c.add(Finding{Message: "Invalid Action. Path: " + path, Path: path, Hint: "it is " + jsonKind(v) + ", not an object"})
			continue
		}
		a := &Checked{c: c, path: path, id: text(raw, "Identifier"), kind: text(raw, "Type"), raw: raw}
		a.params, _ = raw["Parameters"].(map[string]any)
		a.transitions, _ = raw["Transitions"].(map[string]any)
		a.spec = actions[a.kind]
		c.actions = append(c.actions, a)
		a.identifier()
		if a.id != "" && c.byID[a.id] != nil {
			a.problem("Duplicate Action identifier. Identifier: "+a.id, "each action has a name of its own", "Identifier")
		} else {
			c.byID[a.id] = a
		}
	}
}

// start checks StartAction.
func (c *checker) start() {
	id, is := c.doc["StartAction"].(string)
	switch {
	case !is:
		c.add(Finding{Message: "Missing required property. Path: StartAction", Path: "StartAction",
			Hint: "the identifier of the action with which the flow begins"})
	case c.byID[id] == nil || id == "":
		c.add(Finding{Message: "Invalid property value. Path: StartAction", Path: "StartAction",
			Hint: fmt.Sprintf("there is no action %q%s", id, c.nearest(id, c.names()))})
	}
}

func (c *checker) names() []string {
	var out []string
	for _, a := range c.actions {
		out = append(out, a.id)
	}
	return out
}
