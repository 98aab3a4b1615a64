package flow

import "outdial/contact"

// associateContactToCustomerProfile puts a contact into a profile: its id becomes
// one of the profile's keys.
var associateContactToCustomerProfile = Spec{
	Doc:     docs + "interactions-associatecontacttocustomerprofile.html",
	Kind:    Service,
	Service: profiles,
	Params: profileParams(Param{Shape: Object, Members: []Param{
		{Name: "ProfileId", Required: true},
		{Name: "ContactId", Required: true},
	}}),
	Errors: []ErrorRule{{Type: noMatch}},
	Waits:  true,
	Run:    runAssociateContactToCustomerProfile,
}

func runAssociateContactToCustomerProfile(t *Turn) Next {
	if t.Input == nil {
		profile, id := t.Text("ProfileRequestData", "ProfileId"), t.Text("ProfileRequestData", "ContactId")
		if profile == "" || id == "" {
			return t.Fail(noMatch, "the profile or the contact is not named")
		}
		t.reach(profiles, "AddProfileKey", map[string]any{"DomainName": t.domain(profiles), "ProfileId": profile,
			"KeyName": "_ctrContactId", "Values": []string{id}})
		return Wait
	}
	in, ok := t.Input.(contact.ServiceReturned)
	if !ok {
		return Ignore
	}
	if why := returned(in, new(struct{})); why != "" {
		return t.Fail(noMatch, why)
	}
	return t.Next()
}
