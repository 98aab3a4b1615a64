package flow

import (
	"outdial/contact"
	"outdial/fault"
)

// Lookup gives what a reference ("$.Attributes.name") names for a contact as it
// stands now, as a text: what a condition would compare. What is not there is "".
// A fault.Invalid says that ref is no reference.
func Lookup(w World, c *contact.Contact, ref string) (string, error) {
	r, n := parseReference(ref, true, 0)
	if r == nil || n != len(ref) {
		return "", fault.New(fault.Invalid, "%q is not a reference", ref)
	}
	if !roots[r.root()] {
		return "", fault.New(fault.Invalid, "%q: there is no namespace %s", ref, r.root())
	}
	t := &Turn{World: w, Contact: c}
	return textOf(t.lookup(r)), nil
}
