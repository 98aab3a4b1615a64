package config

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"outdial/gateway/sms"
	"outdial/resource"
)

// isRate tells whether a number is a rate: YAML writes others too, .nan and .inf.
func isRate(f float64) bool { return f >= 0 && !math.IsInf(f, 1) }

var destinationPrefix = regexp.MustCompile(`^\+[1-9][0-9]{0,14}$`)

// routes checks the routes: what they name must be there, and each must be for
// something that no route before it takes.
func (d *declarer) routes() {
	ours := map[string]bool{}
	for _, r := range d.out.Rows {
		if n, ok := r.Doc.(*resource.Number); ok {
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
