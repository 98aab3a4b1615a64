package config

import (
	"fmt"

	"outdial/contact"
	"outdial/resource"
)

// usual declares what Amazon Connect puts into every instance: its four security
// profiles, and the two statuses that every agent has. What a security profile
// allows is told, and asked by nobody.
func (d *declarer) usual(path string) {
	for _, v := range []struct {
		name, description string
		permissions       []string
	}{
		{"Admin", "May do everything.", []string{"BasicAgentAccess", "OutboundCallAccess", "RoutingPolicies.View", "Users.View"}},
		{"Agent", "Takes contacts.", []string{"BasicAgentAccess", "OutboundCallAccess"}},
		{"CallCenterManager", "Looks after agents and numbers.", []string{"BasicAgentAccess", "OutboundCallAccess", "RoutingPolicies.View", "Users.View"}},
		{"QualityAnalyst", "Looks at metrics.", []string{"BasicAgentAccess"}},
	} {
		doc := &resource.SecurityProfile{Permissions: v.permissions}
		d.meta(path, resource.KindSecurity, &doc.Meta, v.name, "", v.description, nil)
		d.add(path, resource.KindSecurity, d.home.Instance, &doc.Meta, doc)
	}
	for i, v := range []struct{ name, kind string }{{"Available", "ROUTABLE"}, {"Offline", "OFFLINE"}} {
		doc := &resource.Status{Type: v.kind, State: "ENABLED", Order: i + 1}
		d.meta(path, resource.KindStatus, &doc.Meta, v.name, "", "", nil)
		d.add(path, resource.KindStatus, d.home.Instance, &doc.Meta, doc)
	}
}

// available declares the numbers that may be claimed.
func (d *declarer) available(path string, c *instanceConfig) {
	for i := range c.Available {
		p := fmt.Sprintf("%s.available[%d]", path, i)
		if !contact.E164(c.Available[i].Number) {
			d.fail(p+".number", "a number that may be claimed is in E.164, such as +12065550112, not %q", c.Available[i].Number)
		}
		d.number(p, &c.Available[i], resource.KindAvailable)
	}
}
