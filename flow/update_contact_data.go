package flow

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"outdial/contact"
)

// updateContactData sets what Amazon Connect itself defines on this contact or
// on the related one, all or nothing. Voice ID cannot be had: turning it on takes
// the error branch, and nothing else of the action is done either.
//
// LIVE: References, which the documentation has, is refused.
var updateContactData = Spec{
	Doc: docs + "contact-actions-updatecontactdata.html",
	Params: []Param{
		{Name: "Name"},
		{Name: "Description"},
		{Name: "LanguageCode"},
		{Name: "CustomerId"},
		{Name: "IsVoiceIdStreamingEnabled", Shape: Bool},
		{Name: "IsVoiceAuthenticationEnabled", Shape: Bool},
		{Name: "IsFraudDetectionEnabled", Shape: Bool},
		{Name: "VoiceAuthenticationThreshold", Shape: Int, Min: 0, Max: 100, Required: true, When: authenticates},
		{Name: "VoiceAuthenticationResponseTime", Shape: Int, Min: 5, Max: 10, Required: true, When: authenticates},
		{Name: "FraudDetectionThreshold", Shape: Int, Min: 0, Max: 100, Required: true, When: detectsFraud},
		{Name: "WatchlistId"},
		{Name: "WisdomSessionArn"},
		{Name: "TargetContact", Use: S, Enum: []string{"Current", "Related"}, Fold: true},
	},
	Groups: []Group{
		{Names: []string{"Name", "Description", "LanguageCode", "CustomerId", "IsVoiceIdStreamingEnabled", "WisdomSessionArn"}, Rule: AtLeastOne},
		{Names: voiceSwitches, Rule: Together},
	},
	Errors: []ErrorRule{{Type: noMatch}},
	Check:  checkUpdateContactData,
	Run:    runUpdateContactData,
}

var (
	voiceSwitches = []string{"IsVoiceIdStreamingEnabled", "IsVoiceAuthenticationEnabled", "IsFraudDetectionEnabled"}
	authenticates = When{Param: "IsVoiceAuthenticationEnabled", Is: "TRUE"}
	detectsFraud  = When{Param: "IsFraudDetectionEnabled", Is: "TRUE"}
)

// Limits in characters. API_UpdateContact, API_Contact
const (
	maxContactName  = 512
	maxContactAbout = 4096
	maxCustomerID   = 128
)

func runUpdateContactData(t *Turn) Next {
	for _, name := range voiceSwitches {
		if t.Bool(name) {
			return t.Fail(noMatch, noVoiceID)
		}
	}
	change, why := t.contactChange()
	if why != "" {
		return t.Fail(noMatch, why)
	}
	arn := t.Text("WisdomSessionArn")
	if t.node.params.at("WisdomSessionArn") != nil && !strings.HasPrefix(arn, "arn:") {
		return t.Fail(noMatch, "the session \""+arn+"\" is not an ARN")
	}
	if strings.EqualFold(t.Text("TargetContact"), "Related") {
		if t.Contact.RelatedID == "" {
			return t.Fail(noMatch, "there is no related contact")
		}
		if arn != "" {
			return t.Fail(noMatch, "a session is set on the current contact only")
		}
		t.Do(contact.UpdateContact{ID: t.Contact.RelatedID, Update: change})
		return t.Next()
	}
	t.updated(change)
	if arn != "" {
		t.Set("Wisdom", map[string]any{"SessionArn": arn})
	}
	return t.Next()
}

// contactChange gives what is to be set, or why it cannot be.
func (t *Turn) contactChange() (contact.ContactUpdated, string) {
	c := contact.ContactUpdated{By: "UpdateContactData"}
	for _, f := range []struct {
		name string
		max  int
		to   **string
	}{
		{"Name", maxContactName, &c.Name}, {"Description", maxContactAbout, &c.Description},
		{"LanguageCode", maxCustomerID, &c.Language}, {"CustomerId", maxCustomerID, &c.CustomerID},
	} {
		if t.node.params.at(f.name) == nil {
			continue
		}
		v := t.Text(f.name)
		if n := utf8.RuneCountInString(v); n > f.max {
			return c, fmt.Sprintf("%s has %d characters, over %d", f.name, n, f.max)
		}
		if f.name == "LanguageCode" && !language(v) {
			return c, "the language \"" + v + "\" is not like en-US"
		}
		*f.to = &v
	}
	return c, ""
}

// language tells whether s is a language as Amazon Connect names them: en-US.
func language(s string) bool {
	for part := range strings.SplitSeq(s, "-") {
		if len(part) < 2 || len(part) > 8 || strings.Trim(part, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
			return false
		}
	}
	return true
}

// checkUpdateContactData refuses thresholds of what is off. LIVE
func checkUpdateContactData(a *Checked) {
	for name, on := range map[string]When{"VoiceAuthenticationThreshold": authenticates,
		"VoiceAuthenticationResponseTime": authenticates, "FraudDetectionThreshold": detectsFraud} {
		if a.value(name) != nil && a.value(on.Param) != nil && !a.holds(on) && parseTemplatePointer(a.Text(on.Param)).static() {
			a.finding(a.c.soft(), "Invalid Action property name. Path: "+a.at("Parameters", name),
				"it may only stand where "+on.String(), "Parameters", name)
		}
	}
}
