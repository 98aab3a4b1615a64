package flow

import "outdial/contact"

// updateCustomerProfile changes the profile that was made or found before, or
// the one that is named. The service answers with no more than its id, so what is
// asked of it is read afterwards.
var updateCustomerProfile = Spec{
	Doc:     docs + "interactions-updatecustomerprofile.html",
	Kind:    Service,
	Service: profiles,
	Params:  profileParams(Param{Shape: Map, Members: []Param{{}}}),
	Errors:  []ErrorRule{{Type: noMatch}},
	Waits:   true,
	Sets:    []string{"Customer"},
	Run:     runUpdateCustomerProfile,
}

func runUpdateCustomerProfile(t *Turn) Next {
	if t.Input == nil {
		return t.updateProfile()
	}
	in, ok := t.Input.(contact.ServiceReturned)
	if !ok {
		return Ignore
	}
	var id string
	if t.Kept(&id) { // it was read again
		profile, id, _, why := oneProfile(in)
		if why == "" {
			why = t.setCustomer(id, profile)
		}
		if why != "" {
			return t.Fail(noMatch, why)
		}
		return t.NextSaying("profile " + id)
	}
	var a struct{ ProfileId string }
	if why := returned(in, &a); why != "" {
		return t.Fail(noMatch, why)
	}
	if len(t.names("ProfileResponseData")) == 0 {
		return t.NextSaying("profile " + a.ProfileId)
	}
	t.Keep(a.ProfileId)
	t.reach(profiles, "SearchProfiles", map[string]any{"DomainName": t.domain(profiles), "KeyName": "_profileId",
		"Values": []string{a.ProfileId}})
	return Wait
}

func (t *Turn) updateProfile() Next {
	fields, why := t.profileFields()
	if why != "" {
		return t.Fail(noMatch, why)
	}
	if fields["ProfileId"] == "" {
		if fields["ProfileId"] = textOf(found(t.Contact.Vars["Customer"], "ProfileId")); fields["ProfileId"] == "" {
			return t.Fail(noMatch, "no profile was made or found before")
		}
	}
	if len(fields) == 1 {
		return t.Fail(noMatch, "no field has a value to set")
	}
	t.reach(profiles, "UpdateProfile", t.profileBody(fields))
	return Wait
}
