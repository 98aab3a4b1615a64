package flow

import (
	"outdial/contact"
)

// getCalculatedAttributesForCustomerProfile reads what the service has worked out
// of a profile's objects, and keeps what is asked for as $.Customer.CalculatedAttributes.
var getCalculatedAttributesForCustomerProfile = Spec{
	Doc:     docs + "interactions-getcalculatedattributesforcustomerprofile.html",
	Kind:    Service,
	Service: profiles,
	Params:  profileParams(Param{Shape: Object, Members: []Param{{Name: "ProfileId", Required: true}}}),
	Errors:  []ErrorRule{{Type: noMatch}, {Type: noneFound}},
	Waits:   true,
	Sets:    []string{"Customer"},
	Run:     runGetCalculatedAttributes,
}

func runGetCalculatedAttributes(t *Turn) Next {
	id := t.Text("ProfileRequestData", "ProfileId")
	if t.Input == nil {
		if id == "" {
			return t.Fail(noMatch, "no profile is named")
		}
		t.reach(profiles, "ListCalculatedAttributesForProfile", map[string]any{"DomainName": t.domain(profiles), "ProfileId": id})
		return Wait
	}
	in, ok := t.Input.(contact.ServiceReturned)
	if !ok {
		return Ignore
	}
	var a struct {
		Items []struct{ CalculatedAttributeName, Value string }
	}
	if why := returned(in, &a); why != "" {
		return t.Fail(noMatch, why)
	}
	values := map[string]string{}
	for _, i := range a.Items {
		values[i.CalculatedAttributeName] = i.Value
	}
	c, count := t.customer(id), 0
	for _, name := range t.names("ProfileResponseData") {
		path := customerPath(name)
		v, ok := values[path[len(path)-1]]
		if ok {
			count++
		}
		c = placed(c, v, "CalculatedAttributes", path[len(path)-1])
	}
	if count == 0 {
		return t.Fail(noneFound, "the profile has none of these calculated attributes")
	}
	if why := t.keepCustomer(c); why != "" {
		return t.Fail(noMatch, why)
	}
	return t.Next()
}
