package config

import (
	"fmt"
	"slices"

	"outdial/gateway/whatsapp"
)

// served checks that the carriers which numbers name can serve them, and that
// carriers which report over the web can reach us.
func (d *declarer) served() {
	kinds, accounts := map[string]string{}, map[string]*whatsapp.Account{}
	for i, c := range d.c.Carriers {
		kinds[c.Name] = c.Kind
		if a, ok := c.Settings.(*whatsapp.Account); ok {
			accounts[c.Name] = a
		}
		if d.c.PublicURL == "" && (c.Kind == "smshttp" || c.Kind == "whatsapp") {
			d.out.Warnings = append(d.out.Warnings, fmt.Sprintf("carriers[%d]: publicURL is not set: %s can bring neither replies nor statuses, and fetch no files", i, c.Name))
		}
	}
	carries := map[string][]string{"sip": {"VOICE"}, "smpp": {"SMS"}, "smshttp": {"SMS"}, "whatsapp": {"WHATSAPP"}}
	for i, in := range d.c.Instances {
		for k, n := range in.Numbers {
			path := fmt.Sprintf("instances[%d].numbers[%d]", i, k)
			names := slices.Clone(n.Routes)
			if n.Carrier != "" {
				names = append(names, n.Carrier)
			}
			for _, name := range names {
				kind := kinds[name]
				if kind == "" || kind == Simulated {
					continue // said elsewhere
				}
				fits := slices.ContainsFunc(n.Channels, func(c string) bool { return slices.Contains(carries[kind], c) })
				if len(n.Channels) > 0 && !fits {
					d.fail(path+".carrier", "%s carries %s alone, and %s has %v", name, carries[kind][0], n.Number, n.Channels)
				}
				if a := accounts[name]; fits && a != nil && len(a.Phones) > 0 && a.Phones[n.Number] == "" {
					d.fail(path+".carrier", "%s has no id of %s among its phones", name, n.Number)
				}
			}
		}
	}
}
