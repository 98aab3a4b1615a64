package flow

import (
	"encoding/json"
	"strings"

	"outdial/contact"
)

// getCustomerProfileObject looks for an asset, an order, a case or another object
// of a profile, and keeps what is asked of it under $.Customer.
var getCustomerProfileObject = Spec{
	Doc:     docs + "interactions-getcustomerprofileobject.html",
	Kind:    Service,
	Service: profiles,
	Params: profileParams(Param{Shape: Object, Members: []Param{
		{Name: "ProfileId", Required: true},
		{Name: "ObjectType", Required: true},
		{Name: "IdentifierName"},
		{Name: "IdentifierValue"},
		{Name: "UseLatest", Shape: Bool},
	}}),
	Groups: []Group{
		{At: []string{"ProfileRequestData"}, Names: []string{"UseLatest", "IdentifierName"}, Rule: AtLeastOne},
		{At: []string{"ProfileRequestData"}, Names: []string{"IdentifierName", "IdentifierValue"}, Rule: Together},
	},
	Errors: []ErrorRule{{Type: noMatch}, {Type: noneFound}},
	Waits:  true,
	Sets:   []string{"Customer"},
	Run:    runGetCustomerProfileObject,
}

// Standard objects: how the service calls them, and their own id.
var profileObjects = map[string]string{"Asset": "AssetId", "Order": "OrderId", "Case": "CaseId"}

func runGetCustomerProfileObject(t *Turn) Next {
	request := func(name string) string { return t.Text("ProfileRequestData", name) }
	if t.Input == nil {
		kind := request("ObjectType")
		if profileObjects[kind] != "" {
			kind = "_" + strings.ToLower(kind)
		}
		if request("ProfileId") == "" || kind == "" {
			return t.Fail(noMatch, "the profile or the type of the object is not named")
		}
		body := map[string]any{"DomainName": t.domain(profiles), "ProfileId": request("ProfileId"), "ObjectTypeName": kind}
		if name, value := request("IdentifierName"), request("IdentifierValue"); !t.Bool("ProfileRequestData", "UseLatest") {
			if value == "" {
				return t.Fail(noMatch, "the search identifier "+name+" has no value")
			}
			body["ObjectFilter"] = criterion{name, []string{value}}
		}
		t.reach(profiles, "ListProfileObjects", body)
		return Wait
	}
	in, ok := t.Input.(contact.ServiceReturned)
	if !ok {
		return Ignore
	}
	var a struct{ Items []struct{ Object string } }
	if why := returned(in, &a); why != "" {
		return t.Fail(noMatch, why)
	}
	if len(a.Items) == 0 {
		return t.Fail(noneFound, "the profile has no such object")
	}
	// The latest comes first.
	var object map[string]any
	if json.Unmarshal([]byte(a.Items[0].Object), &object) != nil {
		return t.Fail(noMatch, "the object is not readable")
	}
	if why := t.setObject(request("ProfileId"), strings.TrimPrefix(request("ObjectType"), "_"), object); why != "" {
		return t.Fail(noMatch, why)
	}
	return t.Next()
}

// setObject keeps what is asked of an object: "AssetPrice" (or "Asset.Price") as
// $.Customer.Asset.Price, and always the id of a standard object.
func (t *Turn) setObject(profile, kind string, object map[string]any) string {
	if kind != "" {
		kind = strings.ToUpper(kind[:1]) + kind[1:]
	}
	c := t.customer(profile)
	if id := profileObjects[kind]; id != "" {
		c = placed(c, textOf(object[id]), kind, id)
	}
	for _, name := range t.names("ProfileResponseData") {
		rest, of, ok := cutAny(name, "Asset", "Order", "Case")
		if !ok {
			key := strings.TrimPrefix(name, "ObjectAttributes.")
			c = placed(c, textOf(found(object, key)), "ObjectAttributes", key)
			continue
		}
		path := []string{strings.TrimPrefix(rest, ".")}
		if key, ok := strings.CutPrefix(path[0], "Attributes."); ok {
			path = []string{"Attributes", key}
		}
		c = placed(c, textOf(found(object, path...)), append([]string{of}, path...)...)
	}
	return t.keepCustomer(c)
}
