package config

import (
	"fmt"
	"net"
	"strings"
)

// apart checks that no two trunks listen at the same place: the second would end
// the server at its start.
func (d *declarer) apart() {
	taken := map[string]string{} // by host, network and port
	for i, c := range d.c.Carriers {
		t, ok := c.Settings.(*SIPTrunk)
		if !ok {
			continue
		}
		host, network, port := t.ear()
		if port == "0" {
			continue
		}
		place := " " + network + " " + port
		for at, name := range taken {
			if other, same := strings.CutSuffix(at, place); same && (other == host || everywhere(other) || everywhere(host)) {
				d.fail(fmt.Sprintf("carriers[%d].listen", i), "%s listens on port %s of %s already: each trunk wants its own", name, port, network)
			}
		}
		taken[host+place] = c.Name
	}
}

// ear is where a trunk listens; port 0 is nowhere in particular.
func (t *SIPTrunk) ear() (host, network, port string) {
	host, network, port = "0.0.0.0", "tcp", "5060"
	switch t.Transport {
	case "", "udp":
		network = "udp"
	case "tls":
		port = "5061"
		if t.TLS.Cert == "" {
			return host, network, "0" // nobody can connect to it
		}
	}
	if h, p, err := net.SplitHostPort(t.Listen); err == nil {
		host, port = h, p
	}
	return host, network, port
}

func everywhere(host string) bool { return host == "" || host == "0.0.0.0" || host == "::" }
