package flow

import (
	"strings"

	"outdial/contact"
)

// updateContactAttributes writes attributes to this contact or to the related one.
var updateContactAttributes = Spec{
	Doc: docs + "contact-actions-updatecontactattributes.html",
	Params: []Param{
		{Name: "Attributes", Shape: Map, Required: true, Min: 1, Members: []Param{{}}},
		{Name: "TargetContact", Use: S, Enum: []string{"Current", "Related"}},
	},
	Errors: []ErrorRule{{Type: noMatch}},
	Run:    runUpdateContactAttributes,
}

func runUpdateContactAttributes(t *Turn) Next {
	pairs := t.Pairs("Attributes")
	change := make(map[string]string, len(pairs))
	for _, p := range pairs {
		change[p.Key] = p.Value
	}
	if strings.EqualFold(t.Text("TargetContact"), "Related") {
		if t.Contact.RelatedID == "" {
			return t.Fail(noMatch, "there is no related contact")
		}
		t.Do(contact.UpdateContact{ID: t.Contact.RelatedID, Update: contact.ContactUpdated{
			Attributes: change, By: "UpdateContactAttributes"}})
		return t.Next()
	}
	if why := t.setAttributes(change); why != "" {
		return t.Fail(noMatch, why)
	}
	return t.Next()
}
