package main

import (
	"outdial/config"
	"outdial/engine"
)

// policy is what of a configuration may change while the engine runs.
func policy(c *config.File) engine.Policy {
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
