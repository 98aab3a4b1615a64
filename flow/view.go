package flow

import (
	"encoding/json"
	"html"
	"slices"
	"strconv"
	"strings"
)

// A view is what one shows and offers, as words.
type view struct {
	ID     string   `json:"id"`
	Lines  []string `json:"lines,omitempty"` // what it shows
	Fields []field  `json:"fields,omitempty"`
	Offers []choice `json:"offers,omitempty"`
}

// A field is one that a form asks for.
type field struct {
	Name     string   `json:"name"`
	Label    string   `json:"label,omitempty"`
	Required bool     `json:"required,omitempty"`
	Default  string   `json:"default,omitempty"`
	Choices  []string `json:"choices,omitempty"` // as they are shown
	Values   []string `json:"values,omitempty"`  // as they are submitted
}

// A choice is one action that may be taken.
type choice struct {
	Label  string `json:"label"`
	Action string `json:"action"`         // by which the flow branches
	Name   string `json:"name,omitempty"` // actionName: which of several of the same action
}

// The views that Amazon Connect ships. Admin guide, "AWS managed views"
var managedViews = []string{"detail", "list", "form", "confirmation", "cards"}

// Buttons of managed views. Each is an action of its own name, but for those of a
// form that its resource has no action for: exported flows leave a form by Back
// and go on by Step.
var (
	viewButtons  = []string{"Next", "Previous", "Edit", "Cancel", "NoMatchFound", "Back"}
	buttonAction = map[string]string{"Previous": "Back", "Cancel": "Back", "Edit": step}
)

// step is the action of a form's progress tracker.
const step = "Step"

// skipped is what a customer writes to leave a field as it is.
const skipped = "-"

// viewName takes the name from an id or an ARN: …:view/form:1
func viewName(ref string) string {
	name := ref[strings.LastIndexByte(ref, '/')+1:]
	name, _, _ = strings.Cut(name, ":")
	return name
}

// readView makes words of a view's data. operands are the actions that the flow
// branches by: they are offered where the data tells of none.
func readView(id string, data map[string]any, operands []string) view {
	v := view{ID: id}
	for _, name := range []string{"Heading", "Title", "SubHeading", "Description", "Message", "ErrorText", "AttributeBar"} {
		v.add(data[name])
	}
	for _, name := range []string{"Sections", "Items"} {
		v.content(data[name])
	}
	if !slices.Contains(managedViews, id) {
		v.custom(operands)
		return v
	}
	v.cards(data["Cards"])
	v.actions(data["Actions"], "")
	for _, name := range viewButtons {
		if label, action := button(data[name], name); label != "" {
			if other := buttonAction[action]; other != "" && !slices.Contains(operands, action) {
				action = other
			}
			v.Offers = append(v.Offers, choice{Label: label, Action: action, Name: buttonName(id, name)})
		}
	}
	if id == "form" {
		v.submit(operands)
	}
	if id == "form" && slices.Contains(operands, step) {
		v.steps(data["Wizard"])
	}
	if len(v.Offers) == 0 {
		v.custom(operands)
	}
	return v
}

// submit offers Next where a form has fields and no button that hands them in:
// exported flows go on by it whether their data names it or not.
func (v *view) submit(operands []string) {
	if len(v.Fields) > 0 && slices.Contains(operands, "Next") && !slices.ContainsFunc(v.Offers, func(o choice) bool { return o.submits() }) {
		v.Offers = append(v.Offers, choice{Label: "Next", Action: "Next"})
	}
}

// steps offers the other steps of a progress tracker.
func (v *view) steps(wizard any) {
	if m, ok := wizard.(map[string]any); ok {
		wizard = m["Items"]
	}
	items, _ := wizard.([]any)
	for _, item := range items {
		m, _ := item.(map[string]any)
		if heading := textOf(m["Heading"]); heading != "" && !strings.EqualFold(textOf(m["Selected"]), "true") {
			v.Offers = append(v.Offers, choice{Label: heading, Action: step, Name: heading})
		}
	}
}

// custom offers what the flow branches by.
func (v *view) custom(operands []string) {
	for _, o := range operands {
		v.Offers = append(v.Offers, choice{Label: o, Action: o})
	}
}

// buttonName is the actionName that a button submits: confirmations have one.
func buttonName(id, name string) string {
	if id == "confirmation" {
		return name
	}
	return ""
}

// button reads a button: its label, or {Label, Action}.
func button(v any, name string) (label, action string) {
	switch v := v.(type) {
	case string:
		return v, name
	case map[string]any:
		if action = textOf(v["Action"]); action == "" {
			action = name
		}
		if label = textOf(v["Label"]); label == "" {
			label = name
		}
		return label, action
	}
	return "", ""
}

// selected is the action of everything in a list.
const selected = "ActionSelected"

// actions offers a list of actions: texts, or {Label, Action}.
func (v *view) actions(list any, under string) {
	items, _ := list.([]any)
	for _, item := range items {
		if label, name := button(item, ""); label != "" {
			if name == "" {
				name = label
			}
			if under != "" {
				label = under + ": " + label
			}
			v.Offers = append(v.Offers, choice{Label: label, Action: selected, Name: name})
		}
	}
}

// cards offers the actions of each card, or the card itself where it has none.
func (v *view) cards(list any) {
	items, _ := list.([]any)
	for _, item := range items {
		card, _ := item.(map[string]any)
		summary, _ := card["Summary"].(map[string]any)
		detail, _ := card["Detail"].(map[string]any)
		heading := textOf(summary["Heading"])
		if actions, _ := detail["Actions"].([]any); len(actions) > 0 {
			v.actions(actions, heading)
			continue
		}
		id := textOf(summary["Id"])
		if heading == "" {
			heading = id
		}
		if heading != "" {
			v.Offers = append(v.Offers, choice{Label: heading, Action: selected, Name: orElse(id, heading)})
		}
	}
}

// content shows the body of a view: texts, attributes, list items, form fields,
// in whatever they are nested.
func (v *view) content(body any) {
	switch b := body.(type) {
	case string:
		v.add(b)
	case []any:
		for _, e := range b {
			v.content(e)
		}
	case map[string]any:
		v.part(b)
	}
}

// part shows one piece of the body.
func (v *view) part(m map[string]any) {
	if f, ok := readField(m); ok {
		v.Fields = append(v.Fields, f)
		return
	}
	if v.ID == "list" && textOf(m["Id"]) != "" {
		id := textOf(m["Id"])
		v.Offers = append(v.Offers, choice{Label: orElse(textOf(m["Heading"]), id), Action: selected, Name: id})
		return
	}
	v.add(m["Heading"])
	v.add(m["Description"])
	v.add(m["TemplateString"])
	if m["Value"] != nil {
		v.add([]any{m})
	}
	v.content(m["Items"])
}

// Kinds of form fields. Admin guide, "Form view"
var fieldKinds = []string{"FormInput", "TextArea", "DatePicker", "TimePicker", "TimeInput", "Dropdown", "RadioGroup",
	"CheckboxGroup", "Checkbox", "Toggle"}

// readField reads a form field, and tells whether m is one.
func readField(m map[string]any) (field, bool) {
	f := field{Name: textOf(m["Name"]), Label: textOf(m["Label"]), Default: fieldDefault(m["DefaultValue"])}
	if f.Name == "" || !slices.Contains(fieldKinds, textOf(m["Type"])) && m["InputType"] == nil {
		return f, false
	}
	f.Required = strings.EqualFold(textOf(m["Required"]), "true")
	choices, _ := m["Options"].([]any)
	for _, c := range choices {
		o, _ := c.(map[string]any)
		value := orElse(textOf(o["Value"]), textOf(o["Label"]))
		if value != "" {
			f.Choices = append(f.Choices, orElse(textOf(o["Label"]), value))
			f.Values = append(f.Values, value)
		}
	}
	return f, true
}

// fieldDefault reads a default: a text, or a list of one.
func fieldDefault(v any) string {
	if list, ok := v.([]any); ok {
		if len(list) != 1 {
			return ""
		}
		v = list[0]
	}
	return textOf(v)
}

// question is how a field is asked for.
func (f *field) question() string {
	q := orElse(f.Label, f.Name)
	switch {
	case f.Default != "":
		q += " (" + skipped + " for " + f.Default + ")"
	case !f.Required:
		q += " (" + skipped + " for none)"
	}
	for i, c := range f.Choices {
		q += "\n" + strconv.Itoa(i+1) + " " + c
	}
	return q
}

// value reads a reply to the question; not ok is: ask again.
func (f *field) value(text string) (string, bool) {
	if text == skipped && (f.Default != "" || !f.Required) {
		return f.Default, true
	}
	for i, c := range f.Choices {
		if text == strconv.Itoa(i+1) || strings.EqualFold(text, c) || strings.EqualFold(text, f.Values[i]) {
			return f.Values[i], true
		}
	}
	return text, text != "" && len(f.Choices) == 0
}

// named tells whether a reply means the choice, which has number n; 0: numbers
// mean something else.
func (o *choice) named(n int, text string) bool {
	if text == "" {
		return false
	}
	return n > 0 && text == strconv.Itoa(n) || strings.EqualFold(text, o.Label) || strings.EqualFold(text, o.Name) || strings.EqualFold(text, o.Action)
}

// submits tells whether the choice hands in what was entered.
func (o *choice) submits() bool {
	return !slices.Contains([]string{"Back", "Cancel", "Previous", "NoMatchFound"}, o.Action)
}

// add shows a text, or a list of labels and values.
func (v *view) add(what any) {
	switch w := what.(type) {
	case string:
		if s := strings.TrimSpace(html.UnescapeString(untagged(w))); s != "" {
			v.Lines = append(v.Lines, s)
		}
	case map[string]any: // ErrorText: {Header, Content}
		v.add(w["Header"])
		v.add(w["Content"])
	case []any:
		for _, e := range w {
			m, ok := e.(map[string]any)
			if !ok {
				v.add(e)
				continue
			}
			label, value := textOf(m["Label"]), textOf(m["Value"])
			if label != "" && value != "" {
				label += ": "
			}
			v.add(label + value)
		}
	}
}

// untagged leaves the words of marked-up text.
func untagged(s string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "<")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		tag, after, ok := strings.Cut(rest, ">")
		if !ok || tag == "" || !strings.Contains("/abcdefghijklmnopqrstuvwxyz", strings.ToLower(tag[:1])) {
			b.WriteByte('<')
			s = rest
			continue
		}
		if name := strings.ToLower(strings.Trim(tag, "/ ")); strings.HasPrefix(name, "li") || strings.HasPrefix(name, "p") || strings.HasPrefix(name, "br") {
			if b.Len() > 0 && !strings.HasSuffix(b.String(), "\n") {
				b.WriteByte('\n')
			}
		}
		s = after
	}
}

// unquoted reads the JSON that exports write as texts within ViewData.
func unquoted(v any) any {
	switch v := v.(type) {
	case string:
		s := strings.TrimSpace(v)
		if len(s) < 2 || s[0] != '{' && s[0] != '[' && s[0] != '"' {
			return v
		}
		var in any
		if json.Unmarshal([]byte(s), &in) != nil {
			return v
		}
		return in
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = unquoted(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = unquoted(e)
		}
		return out
	}
	return v
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
