package flow

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"outdial/contact"
)

// render writes a template out.
func (t *Turn) render(tpl *template) string {
	if tpl.static() {
		return tpl.literal
	}
	if ref := tpl.single(); ref != nil {
		return textOf(t.lookup(ref))
	}
	var b strings.Builder
	for i := range tpl.parts {
		if ref := tpl.parts[i].ref; ref != nil {
			b.WriteString(textOf(t.lookup(ref)))
		} else {
			b.WriteString(tpl.parts[i].literal)
		}
	}
	return b.String()
}

// lookup gives what a reference names, nil where nothing is there.
func (t *Turn) lookup(r *reference) any {
	root := t.name(&r.path[0])
	rest := r.path[1:]
	c := t.Contact
	switch root {
	case "Attributes":
		return t.entry(c.Attributes, rest)
	case "FlowAttributes":
		return t.entry(c.Position.Attrs, rest)
	case "Tags":
		return t.entry(c.Tags, rest)
	case "SegmentAttributes":
		return t.segmentAttribute(rest)
	case "References":
		return t.reference(rest)
	case "Modules":
		return t.modules(rest)
	case "Queue":
		return t.walk(t.queueData(), rest)
	case "Agent":
		return t.walk(t.agentData(), rest)
	case "CustomerEndpoint":
		return t.endpoint(c.Customer, rest)
	case "SystemEndpoint":
		return t.endpoint(c.System, rest)
	}
	if v, ok := t.system(root); ok {
		if len(rest) > 0 {
			return nil
		}
		return v
	}
	if v, ok := c.Vars[root]; ok {
		return t.walk(v, rest)
	}
	return nil
}

// system gives the namespaces that are one value.
func (t *Turn) system(root string) (any, bool) {
	c := t.Contact
	switch root {
	case "AwsRegion":
		return t.instance().Region, true
	case "InstanceARN":
		return t.instance().ARN, true
	case "ContactId":
		return string(c.ID), true
	case "InitialContactId":
		return string(c.First()), true
	case "PreviousContactId":
		return optional(string(c.PreviousID)), true
	case "RelatedContactId":
		return optional(string(c.RelatedID)), true
	case "Channel":
		return string(c.Channel), true
	case "InitiationMethod":
		return c.Method, true
	case "Name":
		return optional(c.Name), true
	case "Description":
		return optional(c.Description), true
	case "CustomerId":
		return optional(c.CustomerID), true
	case "LanguageCode":
		return t.language(), true
	case "TextToSpeechVoiceId":
		if c.Voice.Name == "" {
			return defaultVoice, true
		}
		return c.Voice.Name, true
	}
	return nil, false
}

// defaultVoice speaks where no other was set.
const defaultVoice = "Joanna"

// optional is nil for what is not set.
func optional(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// name gives a segment's name, its back-ticks resolved.
func (t *Turn) name(s *segment) string {
	if s.nested != nil {
		return t.render(s.nested)
	}
	return s.name
}

// entry looks into a flat map of texts.
func (t *Turn) entry(m map[string]string, rest []segment) any {
	switch len(rest) {
	case 0:
		if len(m) == 0 {
			return nil
		}
		return m
	case 1:
		if v, ok := m[t.name(&rest[0])]; ok {
			return v
		}
	}
	return nil
}

// walk goes down into JSON by names and positions.
func (t *Turn) walk(v any, rest []segment) any {
	for i := range rest {
		name := t.name(&rest[i])
		switch at := v.(type) {
		case map[string]any:
			v = at[name]
		case map[string]string:
			s, ok := at[name]
			if !ok {
				return nil
			}
			v = s
		case []any:
			n, err := strconv.Atoi(name)
			if err != nil || n < 0 || n >= len(at) {
				return nil
			}
			v = at[n]
		default:
			return nil
		}
	}
	return v
}

func (t *Turn) endpoint(e contact.Endpoint, rest []segment) any {
	if len(rest) != 1 {
		return nil
	}
	switch t.name(&rest[0]) {
	case "Address":
		return optional(e.Address)
	case "Type":
		return optional(e.Type)
	case "DisplayName":
		return optional(e.DisplayName)
	}
	return nil
}

// segmentAttribute gives a segment attribute as a text, or goes into its map.
func (t *Turn) segmentAttribute(rest []segment) any {
	if len(rest) == 0 {
		return nil
	}
	key := t.name(&rest[0])
	v, ok := t.Contact.Segment[key]
	if !ok {
		return t.walk(t.segmentDefault(key), rest[1:])
	}
	return t.walk(plainSegment(v), rest[1:])
}

// segmentDefault gives the system's own segment attributes.
func (t *Turn) segmentDefault(key string) any {
	switch key {
	case "connect:Subtype":
		return optional(t.Contact.Subtype)
	case "connect:Direction":
		if t.Contact.Method == contact.MethodInbound {
			return "INBOUND"
		}
		return "OUTBOUND"
	case "connect:ContactExpiry":
		if c := t.Contact; c.Channel == contact.Task && !c.Expires.IsZero() {
			return map[string]any{"ExpiryDuration": float64(int(c.Expires.Sub(c.Initiated) / time.Minute)),
				"ExpiryTimeStamp": c.Expires.UTC().Format(time.RFC3339)}
		}
	}
	return nil
}

// plainSegment turns a segment value into JSON.
func plainSegment(v contact.SegmentValue) any {
	switch {
	case v.String != nil:
		return *v.String
	case v.Integer != nil:
		return float64(*v.Integer)
	case v.ARN != nil:
		return *v.ARN
	case v.Map != nil:
		m := make(map[string]any, len(v.Map))
		for k, e := range v.Map {
			m[k] = plainSegment(e)
		}
		return m
	case v.List != nil:
		l := make([]any, len(v.List))
		for i, e := range v.List {
			l[i] = plainSegment(e)
		}
		return l
	}
	return nil
}

// reference gives $.References.key.Value and .Type.
func (t *Turn) reference(rest []segment) any {
	if len(rest) != 2 {
		return nil
	}
	r, ok := t.Contact.References[t.name(&rest[0])]
	if !ok {
		return nil
	}
	switch t.name(&rest[1]) {
	case "Value":
		return r.Value
	case "Type":
		return r.Type
	}
	return nil
}

// modules gives $.Modules.Input of the module in which the contact stands, and
// what the last module returned.
func (t *Turn) modules(rest []segment) any {
	if len(rest) > 0 && t.name(&rest[0]) == "Input" {
		return t.walk(t.Contact.Position.Input, rest[1:])
	}
	return t.walk(t.Contact.Vars["Modules"], rest)
}

// queueData is $.Queue: the queue that was set, or in which the contact waits.
func (t *Turn) queueData() any {
	c := t.Contact
	id := c.Target
	if c.Queue != nil {
		id = c.Queue.ID
	}
	if id == "" {
		return nil
	}
	q, err := t.World.Queue(id)
	if err != nil {
		return nil
	}
	out := map[string]any{"Name": q.Name, "ARN": q.ARN}
	if q.CallerNumber != "" {
		if n, err := t.World.Number(q.CallerNumber); err == nil {
			out["OutboundCallerId"] = map[string]any{"Address": n.Number, "Type": contact.TelephoneNumber}
		}
	}
	return out
}

// agentData is $.Agent: who took the contact.
func (t *Turn) agentData() any {
	a := t.Contact.Agent
	if a == nil {
		return nil
	}
	out := map[string]any{"UserName": a.Name}
	if u, err := t.World.User(a.ID); err == nil {
		out["UserName"], out["FirstName"], out["LastName"], out["ARN"] = u.Name, u.FirstName, u.LastName, u.ARN
	}
	return out
}

// plain makes JSON of v that reads the same before and after it was kept:
// numbers are json.Number only until they are kept, so they become float64 or,
// where that would change their digits, their text.
func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		if err == nil && strconv.FormatFloat(f, 'f', -1, 64) == v.String() {
			return f
		}
		return numberText(v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = plain(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = plain(e)
		}
		return out
	}
	return v
}
