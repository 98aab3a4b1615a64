package flow

import "outdial/contact"

// createCustomerProfile makes a profile. What is asked of it is kept as $.Customer.
var createCustomerProfile = Spec{
	Doc:     docs + "interactions-createcustomerprofile.html",
	Kind:    Service,
	Service: profiles,
	Params:  profileParams(Param{Shape: Map, Members: []Param{{}}}),
	Errors:  []ErrorRule{{Type: noMatch}},
	Waits:   true,
	Sets:    []string{"Customer"},
	Run:     runCreateCustomerProfile,
}

func runCreateCustomerProfile(t *Turn) Next {
	fields, why := t.profileFields()
	if why != "" {
		return t.Fail(noMatch, why)
	}
	if t.Input == nil {
		t.reach(profiles, "CreateProfile", t.profileBody(fields))
		return Wait
	}
	in, ok := t.Input.(contact.ServiceReturned)
	if !ok {
		return Ignore
	}
	var a struct{ ProfileId string }
	if why := returned(in, &a); why != "" {
		return t.Fail(noMatch, why)
	}
	if a.ProfileId == "" {
		return t.Fail(noMatch, "the service named no profile")
	}
	if why := t.setCustomer(a.ProfileId, t.profileBody(fields)); why != "" {
		return t.Fail(noMatch, why)
	}
	return t.NextSaying("profile " + a.ProfileId)
}
