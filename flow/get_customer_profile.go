package flow

import (
	"fmt"
	"unicode/utf8"

	"outdial/contact"
)

// getCustomerProfile looks for one profile, and keeps what is asked of it as
// $.Customer. Exports name what they search by as a member ("PhoneNumber"), the
// documentation as IdentifierName and IdentifierValue, or several of those.
var getCustomerProfile = Spec{
	Doc:     docs + "interactions-getcustomerprofile.html",
	Kind:    Service,
	Service: profiles,
	Params: append(profileParams(Param{Shape: Map, Min: 1, Members: []Param{{Shape: Any}}}),
		Param{Name: "SearchCriteria", Shape: Any}, Param{Name: "LogicalOperator", Use: S, Enum: []string{"AND", "OR"}}),
	Errors: []ErrorRule{{Type: noMatch}, {Type: multipleFound}, {Type: noneFound}},
	Waits:  true,
	Sets:   []string{"Customer"},
	Run:    runGetCustomerProfile,
}

// maxSearchKeys is how many identifiers a search may have. API_SearchProfiles
const maxSearchKeys = 5

// A criterion is one identifier of a search.
type criterion struct {
	Key    string   `json:"KeyName"`
	Values []string `json:"Values"`
}

func runGetCustomerProfile(t *Turn) Next {
	if t.Input == nil {
		return t.searchProfiles()
	}
	in, ok := t.Input.(contact.ServiceReturned)
	if !ok {
		return Ignore
	}
	profile, id, errorType, why := oneProfile(in)
	if why == "" {
		errorType, why = noMatch, t.setCustomer(id, profile)
	}
	if why != "" {
		return t.Fail(errorType, why)
	}
	return t.NextSaying("profile " + id)
}

// oneProfile reads the answer of a search that is to find one.
func oneProfile(in contact.ServiceReturned) (profile map[string]any, id, errorType, why string) {
	var a struct{ Items []map[string]any }
	if why := returned(in, &a); why != "" {
		return nil, "", noMatch, why
	}
	switch len(a.Items) {
	case 0:
		return nil, "", noneFound, "no profile was found"
	case 1:
		if id = textOf(a.Items[0]["ProfileId"]); id == "" {
			return nil, "", noMatch, "the service named no profile"
		}
		return a.Items[0], id, "", ""
	}
	return nil, "", multipleFound, fmt.Sprintf("%d profiles were found", len(a.Items))
}

// searchProfiles asks for the profiles that fit.
func (t *Turn) searchProfiles() Next {
	keys, operator := t.criteria()
	switch {
	case len(keys) == 0:
		return t.Fail(noMatch, "no search identifier has a value")
	case len(keys) > maxSearchKeys:
		return t.Fail(noMatch, fmt.Sprintf("%d search identifiers, over %d", len(keys), maxSearchKeys))
	}
	for _, k := range keys {
		if n := utf8.RuneCountInString(k.Values[0]); n > maxProfileValue {
			return t.Fail(noMatch, fmt.Sprintf("the value of %s has %d characters, over %d", k.Key, n, maxProfileValue))
		}
	}
	body := map[string]any{"DomainName": t.domain(profiles), "KeyName": keys[0].Key, "Values": keys[0].Values}
	if len(keys) > 1 {
		body["AdditionalSearchKeys"] = keys[1:]
		body["LogicalOperator"] = operator
	}
	t.reach(profiles, "SearchProfiles", body)
	return Wait
}

// criteria reads what is searched by, in whichever way it is written.
func (t *Turn) criteria() (keys []criterion, operator string) {
	data, _ := t.JSON("ProfileRequestData").(map[string]any)
	add := func(name, value string) {
		if name != "" && value != "" {
			keys = append(keys, criterion{searchKey(name), []string{value}})
		}
	}
	list, _ := data["SearchCriteria"].([]any)
	if more, ok := t.JSON("SearchCriteria").([]any); ok {
		list = append(list, more...)
	}
	for _, e := range list {
		c, _ := e.(map[string]any)
		add(textOf(c["IdentifierName"]), orElse(textOf(c["IdentifierValue"]), textOf(c["IdentiferValue"])))
	}
	// The page of the action has the member's name with and without an i.
	add(textOf(data["IdentifierName"]), orElse(textOf(data["IdentifierValue"]), textOf(data["IdentiferValue"])))
	for _, name := range sortedKeys(data) {
		switch name {
		case "SearchCriteria", "IdentifierName", "IdentifierValue", "IdentiferValue", "LogicalOperator":
		default:
			add(name, textOf(data[name]))
		}
	}
	if operator = orElse(textOf(data["LogicalOperator"]), t.Text("LogicalOperator")); operator != "OR" {
		operator = "AND"
	}
	return keys, operator
}
