package api

import (
	"maps"
	"slices"
	"strconv"

	"outdial/contact"
	"outdial/wire"
)

// A reference is a link that an agent sees. Status, Arn and StatusReason belong
// to attachments; they are checked, and say nothing about what we keep.
type reference struct {
	Value        string `wire:"len=0..4096"`
	Type         string `wire:"required,enum=URL|ATTACHMENT|CONTACT_ANALYSIS|NUMBER|STRING|DATE|EMAIL|EMAIL_MESSAGE|EMAIL_MESSAGE_PLAIN_TEXT|EMAIL_MESSAGE_PLAIN_TEXT_REDACTED|EMAIL_MESSAGE_REDACTED"`
	Status       string `wire:"ignored,enum=AVAILABLE|DELETED|APPROVED|REJECTED|PROCESSING|FAILED"`
	Arn          string `wire:"ignored,len=20..256,pattern=^[-:/A-Za-z0-9]+"`
	StatusReason string `wire:"ignored,len=0..100"`
}

// maxReferences is how many UTF-8 bytes all references of a contact may take.
const maxReferences = 4096

// readReferences reads the references of a request. Those of a new voice
// contact, and those that UpdateContact adds, are of five types.
func readReferences(field string, in map[string]reference) (map[string]contact.Reference, error) {
	if len(in) == 0 {
		return nil, nil
	}
	out := make(map[string]contact.Reference, len(in))
	n := 0
	for _, key := range slices.Sorted(maps.Keys(in)) {
		r := in[key]
		n += len(key) + len(r.Value)
		switch r.Type {
		case "URL", "NUMBER", "STRING", "EMAIL":
		case "DATE":
			if _, err := strconv.ParseFloat(r.Value, 64); err != nil {
				return nil, wire.Invalid(field+"."+key, "a DATE is seconds since 1970, not %s", quote(r.Value))
			}
		default:
			return nil, wire.Invalid(field+"."+key, "the type must be URL, NUMBER, STRING, DATE or EMAIL here, not %s", r.Type)
		}
		out[key] = contact.Reference{Type: r.Type, Value: r.Value}
	}
	if n > maxReferences {
		return nil, wire.Invalid(field, "at most %d bytes over all references, not %d", maxReferences, n)
	}
	return out, nil
}
