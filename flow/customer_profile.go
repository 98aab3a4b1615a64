package flow

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// profiles is the service of Amazon Connect Customer Profiles.
// https://docs.aws.amazon.com/customerprofiles/latest/APIReference/
const profiles = "profile"

// Limits in characters. Admin guide, "Customer profiles"
const (
	maxProfileValue = 255
	maxProfileTotal = 14000
)

// Error types of the actions that look for something.
const (
	multipleFound = "MultipleFoundError"
	noneFound     = "NoneFoundError"
)

// profileParams declares what all actions on profiles take.
func profileParams(request Param) []Param {
	request.Name, request.Required = "ProfileRequestData", true
	return []Param{request, {Name: "ProfileResponseData", Shape: Any}}
}

// searchKeys are the service's own names of what flows search by. API_SearchProfiles
var searchKeys = map[string]string{"PhoneNumber": "_phone", "MobilePhoneNumber": "_phone", "HomePhoneNumber": "_phone",
	"BusinessPhoneNumber": "_phone", "EmailAddress": "_email", "BusinessEmailAddress": "_email",
	"PersonalEmailAddress": "_email", "AccountNumber": "_account", "ProfileId": "_profileId", "FullName": "_fullName"}

func searchKey(name string) string {
	if k := searchKeys[name]; k != "" {
		return k
	}
	return name
}

// Addresses of a profile: flows write ShippingCity for ShippingAddress.City.
var (
	addressKinds = []string{"Shipping", "Mailing", "Billing"}
	addressParts = map[string]bool{"Address1": true, "Address2": true, "Address3": true, "Address4": true, "City": true,
		"County": true, "Country": true, "PostalCode": true, "Province": true, "State": true}
)

// profilePath gives where a field that a flow names lies in a profile.
func profilePath(name string) []string {
	if addressParts[name] {
		return []string{"Address", name}
	}
	if part, kind, ok := cutAny(name, addressKinds...); ok && addressParts[part] {
		return []string{kind + "Address", part}
	}
	if key, ok := strings.CutPrefix(name, "Attributes."); ok && key != "" {
		return []string{"Attributes", key}
	}
	return []string{name}
}

// customerPath gives where a field that a flow names lies in $.Customer.
func customerPath(name string) []string {
	if key, root, ok := cutAny(name, "Attributes.", "CalculatedAttributes.", "ObjectAttributes."); ok {
		return []string{strings.TrimSuffix(root, "."), key}
	}
	return []string{name}
}

// profileFields reads the fields to write: by the names that the flow has for them.
// One whose value is not there is left out.
func (t *Turn) profileFields() (map[string]string, string) {
	out := map[string]string{}
	for _, p := range t.Pairs("ProfileRequestData") {
		if n := utf8.RuneCountInString(p.Value); n > maxProfileValue {
			return nil, fmt.Sprintf("%s has %d characters, over %d", p.Key, n, maxProfileValue)
		}
		if p.Value != "" {
			out[p.Key] = p.Value
		}
	}
	return out, ""
}

// profileBody writes fields as the service has them.
func (t *Turn) profileBody(fields map[string]string) map[string]any {
	body := map[string]any{"DomainName": t.domain(profiles)}
	for name, v := range fields {
		body = placed(body, v, profilePath(name)...)
	}
	return body
}

// setCustomer keeps a profile as $.Customer: its id, its ARN, and of its fields
// those that the flow asks for. A field that the profile does not have is taken
// away, and another profile than the one there begins anew. It tells why it did not.
func (t *Turn) setCustomer(id string, profile map[string]any) string {
	c := t.customer(id)
	for _, name := range t.names("ProfileResponseData") {
		c = placed(c, textOf(found(profile, profilePath(name)...)), customerPath(name)...)
	}
	return t.keepCustomer(c)
}

// customer gives $.Customer with the profile's id and ARN.
func (t *Turn) customer(id string) map[string]any {
	c, _ := t.Contact.Vars["Customer"].(map[string]any)
	if c["ProfileId"] != id {
		c = nil
	}
	i := t.instance()
	c = placed(c, id, "ProfileId")
	return placed(c, "arn:"+partition(i.Partition)+":profile:"+i.Region+":"+i.Account+":domains/"+t.domain(profiles)+"/profiles/"+id, "ProfileARN")
}

func (t *Turn) keepCustomer(c map[string]any) string {
	if n := characterCount(c); n > maxProfileTotal {
		return fmt.Sprintf("what is kept of the customer would have %d characters, over %d", n, maxProfileTotal)
	}
	t.Set("Customer", c)
	return ""
}

// characterCount counts the characters of all values.
func characterCount(v any) int {
	if m, ok := v.(map[string]any); ok {
		n := 0
		for _, e := range m {
			n += characterCount(e)
		}
		return n
	}
	return utf8.RuneCountInString(textOf(v))
}
