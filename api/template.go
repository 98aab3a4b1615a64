package api

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"outdial/contact"
	"outdial/fault"
	"outdial/resource"
	"outdial/wire"
)

// A templatedMessage asks for a message template with its variables.
type templatedMessage struct {
	KnowledgeBaseId    string              `wire:"required,len=1..500"`
	MessageTemplateId  string              `wire:"required,len=1..500"`
	TemplateAttributes *templateAttributes `wire:"required"`
}

type templateAttributes struct {
	CustomAttributes          map[string]string `wire:"key.len=1..32767,value.len=0..32767"`
	CustomerProfileAttributes string            // a JSON object, as text
}

// template finds the template that a request names, by ids or ARNs, with or
// without a version behind the template's.
func (s *Server) template(ctx context.Context, at place, m *templatedMessage) (*resource.Template, error) {
	const field = "InitialTemplatedSystemMessage"
	id, _, _ := strings.Cut(lastPart(m.MessageTemplateId), ":")
	t, err := known[resource.Template](ctx, s, at.Instance, field+".MessageTemplateId", resource.KindTemplate, id)
	if err != nil {
		return nil, err
	}
	if base := lastPart(m.KnowledgeBaseId); base != t.KnowledgeBase {
		return nil, fault.New(fault.NotFound, "%s.KnowledgeBaseId: the template %s is not in a knowledge base %q", field, id, base)
	}
	return t, nil
}

// lastPart is the id in an ARN of another service, and what is none unchanged.
func lastPart(ref string) string {
	if strings.HasPrefix(ref, "arn:") {
		return ref[strings.LastIndexByte(ref, '/')+1:]
	}
	return ref
}

// variable is a placeholder of a template's text: {{name}}, or with the
// category before it, {{Attributes.Custom.name}}, {{Attributes.Customer.name}}.
// https://docs.aws.amazon.com/connect/latest/adminguide/personalize-templates.html
var variable = regexp.MustCompile(`\{\{\s*([^{}]+?)\s*\}\}`)

// fill makes the message of a template, and names every variable that is missing.
func fill(t *resource.Template, a *templateAttributes) (contact.SendMessage, error) {
	const field = "InitialTemplatedSystemMessage.TemplateAttributes"
	profile := map[string]any{}
	if a.CustomerProfileAttributes != "" {
		if err := json.Unmarshal([]byte(a.CustomerProfileAttributes), &profile); err != nil {
			return contact.SendMessage{}, wire.Invalid(field+".CustomerProfileAttributes", "not the text of a JSON object")
		}
	}
	var lacking []string
	value := func(name string) string {
		v, ok := lookUp(name, a.CustomAttributes, profile)
		if !ok && !slices.Contains(lacking, name) {
			lacking = append(lacking, name)
		}
		return v
	}
	filled := func(text string) string {
		return variable.ReplaceAllStringFunc(text, func(p string) string { return value(variable.FindStringSubmatch(p)[1]) })
	}
	m := contact.SendMessage{Initial: true, ContentType: plainText}
	m.Text = filled(t.Text)
	if t.Channel == whatsApp {
		m.Template = &contact.Template{Name: t.Approved, Language: t.Language}
		if m.Template.Name == "" {
			m.Template.Name = t.Name
		}
		components(t, m.Template, filled)
	}
	for _, name := range t.Attributes {
		v := value(name)
		if m.Template != nil {
			m.Template.Variables = append(m.Template.Variables, v)
		}
	}
	if len(lacking) > 0 {
		return m, wire.Invalid(field, "the template %s needs the variables %s", quote(t.Name), strings.Join(lacking, ", "))
	}
	return m, nil
}

// components fills in what an approved template has beside its body.
func components(t *resource.Template, out *contact.Template, filled func(string) string) {
	if t.Named {
		out.Names = t.Attributes
	}
	if h := t.Header; h != nil {
		out.Header = &contact.TemplateHeader{Type: h.Type, Value: filled(h.Value), Name: filled(h.Name), Address: filled(h.Address)}
	}
	for _, b := range t.Buttons {
		out.Buttons = append(out.Buttons, contact.TemplateButton{Index: b.Index, Type: b.Type, Value: filled(b.Value)})
	}
}

// lookUp finds a variable: among the custom attributes by its own name, among
// those of the customer profile by its path.
func lookUp(name string, custom map[string]string, profile map[string]any) (string, bool) {
	if short, ok := strings.CutPrefix(name, "Attributes.Customer."); ok {
		return profileValue(short, profile)
	}
	if v, ok := custom[name]; ok {
		return v, true
	}
	if short, ok := strings.CutPrefix(name, "Attributes.Custom."); ok {
		v, ok := custom[short]
		return v, ok
	}
	return profileValue(name, profile)
}

// profileValue follows a path such as Address.City.
func profileValue(path string, profile map[string]any) (string, bool) {
	var v any = profile
	for _, step := range strings.Split(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return "", false
		}
		if v, ok = m[step]; !ok {
			return "", false
		}
	}
	switch v := v.(type) {
	case string:
		return v, true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}
