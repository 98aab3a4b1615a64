package play

import (
	"bytes"
	"encoding/json"
	"path"
	"strings"

	"outdial/fault"
)

// Files are what a play may read.
type Files struct {
	// Read gives the content of a file; its name is relative to the play's folder.
	Read func(name string) ([]byte, error)
	// List names the files of a folder; nil where there are none to be looked
	// for. The flows that lie beside a flow are found by it.
	List func(folder string) ([]string, error)
}

// An outline is a flow's content as far as its branches and its names go.
type outline struct {
	Version     string
	StartAction string
	Metadata    struct {
		Name           string                     `json:"name"`
		ActionMetadata map[string]json.RawMessage `json:"ActionMetadata"`
	}
	Actions []outlined
}

// An outlined is one action.
type outlined struct {
	Identifier  string
	Type        string
	Parameters  map[string]any
	Transitions struct {
		NextAction string
		Errors     []struct{ ErrorType, NextAction string }
		Conditions []struct {
			NextAction string
			Condition  struct {
				Operator string
				Operands []any
			}
		}
	}
}

func readOutline(doc []byte) (*outline, error) {
	o := new(outline)
	if err := json.Unmarshal(bytes.TrimPrefix(doc, []byte("\ufeff")), o); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "not a flow")
	}
	return o, nil
}

// names finds what the designer shows for a resource whose id or ARN stands in
// the flow: newer exports have it as parameters.QueueId.displayName, older ones
// as queue.text beside queue.id.
func (o *outline) names() map[string]string {
	out := map[string]string{}
	for i := range o.Actions {
		a := &o.Actions[i]
		raw := o.Metadata.ActionMetadata[a.Identifier]
		if len(raw) == 0 {
			continue
		}
		var meta map[string]any
		if json.Unmarshal(raw, &meta) != nil {
			continue
		}
		walkNames(meta, a.Parameters, out, 0)
	}
	return out
}

func walkNames(meta map[string]any, params map[string]any, out map[string]string, depth int) {
	if depth > 6 {
		return
	}
	if id, ok := meta["id"].(string); ok {
		for _, key := range []string{"text", "name"} {
			if s, ok := meta[key].(string); ok && id != "" && s != "" {
				out[id] = s
			}
		}
	}
	for k, v := range meta {
		m, ok := v.(map[string]any)
		if !ok {
			continue
		}
		p := params
		if k != "parameters" {
			if s, ok := params[k].(string); ok && s != "" {
				if name, ok := m["displayName"].(string); ok && name != "" {
					out[s] = name
				}
			}
			if inner, ok := params[k].(map[string]any); ok {
				p = inner
			}
		}
		walkNames(m, p, out, depth+1)
	}
}

// last gives the last part of an ARN or an id, without a qualifier (":$LATEST").
func last(ref string) string {
	if i := strings.LastIndexByte(ref, '/'); i >= 0 {
		ref = ref[i+1:]
	} else if strings.HasPrefix(ref, "arn:") && strings.Count(ref, ":") >= 6 {
		// arn:aws:lambda:REGION:ACCOUNT:function:NAME[:ALIAS]
		return strings.Split(ref, ":")[6]
	}
	if i := strings.IndexByte(ref, ':'); i > 0 {
		ref = ref[:i]
	}
	return ref
}

// ends are the ends of an ARN, the longest first: "bot-alias/BOT/ALIAS", "BOT/ALIAS".
func ends(ref string) []string {
	if !strings.HasPrefix(ref, "arn:") {
		return nil
	}
	var out []string
	for i := range len(ref) {
		if ref[i] == ':' || ref[i] == '/' {
			out = append(out, ref[i+1:])
		}
	}
	return out
}

// parts are the names within an ARN: those of a bot and its alias, a function
// and its version.
func parts(ref string) []string {
	if f := strings.SplitN(ref, ":", 6); len(f) == 6 && f[0] == "arn" {
		return strings.FieldsFunc(f[5], func(r rune) bool { return r == '/' || r == ':' })
	}
	return nil
}

// stem is a file's name without folder and ending.
func stem(file string) string {
	b := path.Base(file)
	return strings.TrimSuffix(b, path.Ext(b))
}

// folded is a name as it is compared with another: small letters and digits.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r == ' ', r == '_', r == '-', r == '.', r == '(', r == ')':
			return -1
		}
		return r
	}, s)
}
