package main

import "outdial/engine"

// policy is what of the configuration may change while the engine runs.
func (c *config) policy() engine.Policy {
	p := engine.Policy{Throttles: map[string]float64{}, Hold: map[string]bool{}}
	for _, x := range c.Carriers {
		if x.Throttle > 0 {
			p.Throttles[x.Name] = x.Throttle
		}
		p.Hold[x.Name] = x.Unknown == "hold"
	}
	return p
}
