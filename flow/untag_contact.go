package flow

import (
	"strings"

	"outdial/contact"
)

// untagContact takes tags off the contact. LIVE: its name has a small t, where
// the documentation has UnTagContact.
var untagContact = Spec{
	Doc:    docs + "contact-actions-untagcontact.html",
	Params: []Param{{Name: "TagKeys", Shape: List, Use: S, Required: true, Min: 1, Members: []Param{{Use: S}}}},
	Errors: []ErrorRule{{Type: noMatch}},
	Check:  checkUntagContact,
	Run:    runUntagContact,
}

func runUntagContact(t *Turn) Next {
	keys := t.Texts("TagKeys")
	for _, k := range keys {
		if strings.HasPrefix(strings.ToLower(k), systemTag) {
			return t.Fail(noMatch, "the tag \""+k+"\" is the system's")
		}
	}
	changed := false
	for _, k := range keys {
		if _, ok := t.Contact.Tags[k]; ok {
			delete(t.Contact.Tags, k)
			changed = true
		}
	}
	if !changed {
		return t.NextSaying("the contact has none of these tags")
	}
	t.Event(contact.DataUpdated, "Tags")
	return t.Next()
}

func checkUntagContact(a *Checked) {
	for i, k := range a.Texts("TagKeys") {
		if strings.HasPrefix(strings.ToLower(k), systemTag) {
			a.BadValue("tags that begin with aws: are the system's", "TagKeys", index(i))
		}
	}
}
