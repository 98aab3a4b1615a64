package flow

import (
	"maps"

	"outdial/contact"
)

// maxAttributes is how many UTF-8 bytes all attributes of a contact may have,
// keys and values. API_UpdateContactAttributes
const maxAttributes = 32768

// updated is a change from outside; it is taken after the end of a contact too.
func (t *Turn) updated(in contact.ContactUpdated) {
	c := t.Contact
	if len(in.Attributes) > 0 {
		if why := t.setAttributes(in.Attributes); why != "" {
			t.Note(why)
		}
	}
	set(&c.Name, in.Name)
	set(&c.Description, in.Description)
	set(&c.LanguageCode, in.Language)
	set(&c.CustomerID, in.CustomerID)
	set(&c.Priority, in.Priority)
	set(&c.AgeShift, in.AgeShift)
	if in.Scheduled != nil && c.Open() && c.Position.Visit == 0 && !c.Scheduled.IsZero() {
		// The timer of the old time finds that it is too early, or too late.
		c.Scheduled = *in.Scheduled
		t.Do(contact.Wake{Name: scheduled, At: c.Scheduled})
		c.Expires = c.Scheduled.Add(taskLasts)
	}
	if in.Criteria != nil {
		c.Criteria = in.Criteria
		t.activate()
	}
	if in.Priority != nil || in.AgeShift != nil || in.Criteria != nil {
		t.reroute()
	}
	if len(in.References) > 0 {
		c.References = merged(c.References, in.References)
	}
	if len(in.Segment) > 0 {
		c.Segment = merged(c.Segment, in.Segment)
		t.Event(contact.DataUpdated, "Segment Attributes")
	}
	if len(in.Tag) > 0 || len(in.Untag) > 0 {
		c.Tags = merged(c.Tags, in.Tag)
		for _, key := range in.Untag {
			delete(c.Tags, key)
		}
		t.Event(contact.DataUpdated, "Tags")
	}
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func merged[V any](into, from map[string]V) map[string]V {
	if into == nil {
		into = make(map[string]V, len(from))
	}
	maps.Copy(into, from)
	return into
}

// setAttributes writes user-defined attributes, all or none; an empty value
// removes one. It tells why it did not.
func (t *Turn) setAttributes(change map[string]string) string {
	c := t.Contact
	size := 0
	for k, v := range c.Attributes {
		if _, ok := change[k]; !ok {
			size += len(k) + len(v)
		}
	}
	for k, v := range change {
		if !attributeKey(k) {
			return "the attribute name \"" + k + "\" may hold only letters, digits, - and _"
		}
		if v != "" {
			size += len(k) + len(v)
		}
	}
	if size > maxAttributes {
		return "the attributes would be over 32,768 bytes"
	}
	if c.Attributes == nil {
		c.Attributes = make(map[string]string, len(change))
	}
	for k, v := range change {
		if v == "" {
			delete(c.Attributes, k)
		} else {
			c.Attributes[k] = v
		}
	}
	t.Event(contact.DataUpdated, "UserDefinedAttributes")
	return ""
}

// attributeKey tells whether a name is one that an attribute may bear.
func attributeKey(k string) bool {
	for i := 0; i < len(k); i++ {
		b := k[i]
		ok := b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '-' || b == '_'
		if !ok {
			return false
		}
	}
	return k != ""
}
