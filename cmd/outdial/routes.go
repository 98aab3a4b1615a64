package main

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"outdial/engine"
	"outdial/gateway/sms"
	"outdial/resource"
)

// policy is what of the configuration may change while the engine runs.
func (c *config) policy() engine.Policy {
	p := engine.Policy{Throttles: map[string]float64{}, Hold: map[string]bool{}}
	for _, x := range c.Carriers {
		if x.Throttle > 0 {
			p.Throttles[x.Name] = x.Throttle
		}
		p.Hold[x.Name] = x.Unknown == "hold"
	}
	for _, r := range c.Routes {
		p.Routes = append(p.Routes, engine.Route{From: r.From, To: r.To, Channels: r.Channels, Accounts: r.Carriers})
	}
	return p
}

// isRate tells whether a number is a rate: YAML writes others too, .nan and .inf.
func isRate(f float64) bool { return f >= 0 && !math.IsInf(f, 1) }

var destinationPrefix = regexp.MustCompile(`^\+[1-9][0-9]{0,14}$`)

// routes checks the routes: what they name must be there, and each must be for
// something that no route before it takes.
func (d *declarer) routes() {
	ours := map[string]bool{}
	for _, r := range d.out.rows {
		if n, ok := r.doc.(*resource.Number); ok {
			ours[n.Number] = true
		}
	}
	for i, r := range d.c.Routes {
		path := fmt.Sprintf("routes[%d]", i)
		for j, n := range r.From {
			if !ours[n] && len(d.c.Instances) > 0 {
				d.fail(fmt.Sprintf("%s.from[%d]", path, j), "no instance has the number %q", n)
			}
		}
		for j, to := range r.To {
			if !destinationPrefix.MatchString(to) && !(to == strings.ToUpper(to) && len(to) == 2 && sms.KnownCountry(to)) {
				d.fail(fmt.Sprintf("%s.to[%d]", path, j), "wants a country such as DE or the beginning of a number such as +4915, not %q", to)
			}
		}
		for j, ch := range r.Channels {
			d.oneOf(fmt.Sprintf("%s.channels[%d]", path, j), ch, "SMS", "WHATSAPP", "VOICE")
		}
		if len(r.Carriers) == 0 {
			d.fail(path+".carriers", "at least one is needed")
		}
		for j, name := range r.Carriers {
			d.carrier(fmt.Sprintf("%s.carriers[%d]", path, j), name)
		}
		if i+1 < len(d.c.Routes) && len(r.From)+len(r.To)+len(r.Channels) == 0 {
			d.fail(path, "fits everything, and the routes after it nothing: put it last")
		}
	}
}
