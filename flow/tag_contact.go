package flow

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"outdial/contact"
)

// tagContact puts tags on the contact, all or none.
var tagContact = Spec{
	Doc:    docs + "contact-actions-tagcontact.html",
	Params: []Param{{Name: "Tags", Shape: Map, Required: true, Min: 1, Max: maxTags, Members: []Param{{}}}},
	// LIVE: required, where the documentation says there is none.
	Errors: []ErrorRule{{Type: noMatch, Use: Required}},
	Check:  checkTagContact,
	Run:    runTagContact,
}

// Limits of tags. Admin guide, "Contact tags"; API_TagContact
const (
	maxTags     = 6
	maxTagKey   = 128
	maxTagValue = 256
	systemTag   = "aws:"
)

func runTagContact(t *Turn) Next {
	change := map[string]string{}
	for _, p := range t.Pairs("Tags") {
		if why := badTag(p.Key, p.Value); why != "" {
			return t.Fail(noMatch, why)
		}
		change[p.Key] = p.Value
	}
	count := len(change)
	for k := range t.Contact.Tags {
		if _, again := change[k]; !again {
			count++
		}
	}
	if count > maxTags {
		return t.Fail(noMatch, fmt.Sprintf("the contact would have %d tags, over %d", count, maxTags))
	}
	t.Contact.Tags = merged(t.Contact.Tags, change)
	t.Event(contact.DataUpdated, "Tags")
	return t.Next()
}

func badTag(key, value string) string {
	switch {
	case key == "":
		return "a tag has no key"
	case strings.HasPrefix(strings.ToLower(key), systemTag):
		return "the tag \"" + key + "\" is the system's"
	case utf8.RuneCountInString(key) > maxTagKey:
		return fmt.Sprintf("the key of a tag has over %d characters", maxTagKey)
	case utf8.RuneCountInString(value) > maxTagValue:
		return fmt.Sprintf("the value of the tag %q has over %d characters", key, maxTagValue)
	}
	return ""
}

// checkTagContact refuses what is the system's.
func checkTagContact(a *Checked) {
	tags, _ := a.value("Tags").(map[string]any)
	for _, k := range sortedKeys(tags) {
		if strings.HasPrefix(strings.ToLower(k), systemTag) {
			a.BadValue("tags that begin with aws: are the system's", "Tags", k)
		}
	}
}
