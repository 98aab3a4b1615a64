package flow

import (
	"encoding/json"
	"strings"

	"outdial/contact"
)

// serviceSeconds is how long a service has for one answer.
const serviceSeconds = 8

// reach calls an operation of a service: what it answers is the next input. The
// body has the members of the operation's request, those of its path too.
func (t *Turn) reach(service, operation string, body map[string]any) {
	// Texts, lists and maps of texts: nothing here can fail.
	doc, _ := json.Marshal(body)
	t.Do(contact.CallService{Visit: t.Visit(), Service: service, Operation: operation, Payload: doc, Timeout: serviceSeconds})
}

// returned reads what a service answered, or says why it cannot be used.
func returned(in contact.ServiceReturned, into any) string {
	if in.Code != "" || in.Error != "" {
		return "the service failed: " + join(in.Code, in.Error)
	}
	if len(in.Payload) == 0 {
		return ""
	}
	if err := json.Unmarshal(in.Payload, into); err != nil {
		return "the service's answer is not readable: " + err.Error()
	}
	return ""
}

// domain names the instance's domain of customer profiles or of cases. Where none
// is set it is the one that Amazon Connect makes for profiles by itself, and the
// instance's id for cases.
func (t *Turn) domain(service string) string {
	i := t.instance()
	switch {
	case i.Domains[service] != "":
		return i.Domains[service]
	case service == profiles:
		return "amazon-connect-" + i.Name
	}
	return i.ID
}

// contactARN is the contact's own ARN.
func (t *Turn) contactARN() string { return t.instance().ARN + "/contact/" + string(t.Contact.ID) }

// names reads a list of names, however it is written: as a list, or as the names
// of an object.
func (t *Turn) names(path ...string) []string {
	var out []string
	switch v := t.JSON(path...).(type) {
	case []any:
		for _, e := range v {
			if s := textOf(e); s != "" {
				out = append(out, s)
			}
		}
	case map[string]any:
		out = sortedKeys(v)
	case string:
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

// placed gives m with v at a path of names in it; m itself stays as it is.
func placed(m map[string]any, v any, path ...string) map[string]any {
	out := make(map[string]any, len(m)+1)
	for k, e := range m {
		out[k] = e
	}
	if len(path) > 1 {
		below, _ := m[path[0]].(map[string]any)
		v = placed(below, v, path[1:]...)
	}
	out[path[0]] = v
	return out
}

// found gives what is at a path of names; nil where nothing is.
func found(v any, path ...string) any {
	for _, name := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

// cutAny cuts the first of the prefixes that s has, and tells which.
func cutAny(s string, prefixes ...string) (rest, prefix string, ok bool) {
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(s, p); ok && rest != "" {
			return rest, p, true
		}
	}
	return s, "", false
}
