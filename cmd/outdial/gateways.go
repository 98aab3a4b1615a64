package main

import (
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"outdial/gateway"
)

// simulated is the name of the simulated carriers' account.
const simulated = "simulator"

// A carrierKind is a sort of carrier: what its account says in the
// configuration, and how a gateway is made of it.
type carrierKind struct {
	about    string
	settings func() any // a pointer to a struct with the tags of config
	open     func(name string, settings any, h *house) (gateway.Gateway, error)
}

// carrierTable is every kind of carrier that there is.
func carrierTable() map[string]carrierKind {
	return map[string]carrierKind{}
}

func carrierKinds() []string { return slices.Sorted(maps.Keys(carrierTable())) }

// printCarrier prints the keys of a kind of carrier.
func printCarrier(w io.Writer, kind string) error {
	k, ok := carrierTable()[kind]
	if !ok {
		return usagef("there is no kind of carrier %q: %s", kind, strings.Join(carrierKinds(), ", "))
	}
	var one strings.Builder
	for _, line := range wrap(k.about, 76) {
		fmt.Fprintf(&one, "    # %s\n", line)
	}
	one.WriteString("    name: acme-" + kind + "\n    kind: " + kind + "\n")
	printStruct(&one, reflect.TypeOf(k.settings()).Elem(), "    ")
	_, err := io.WriteString(w, "carriers:\n"+dash(one.String(), "  "))
	return err
}

// carriers checks the accounts at carriers, and finds the one that serves
// numbers which name none.
func (d *declarer) carriers() {
	seen := map[string]bool{simulated: true}
	for i, c := range d.c.Carriers {
		path := fmt.Sprintf("carriers[%d]", i)
		if !plainName.MatchString(c.Name) || seen[c.Name] {
			d.fail(path+".name", "wants a name of its own, of letters, digits and ._-, not %q", c.Name)
		}
		seen[c.Name] = true
		k, ok := carrierTable()[c.Kind]
		if !ok {
			d.fail(path+".kind", "wants %s, not %q", strings.Join(carrierKinds(), ", "), c.Kind)
			continue
		}
		dec := decoder{getenv: d.getenv, lines: d.lines}
		settings := k.settings()
		dec.value(&c.Rest, reflect.ValueOf(settings).Elem(), path)
		d.errs = append(d.errs, dec.errs...)
		d.c.Carriers[i].settings = settings
	}
	switch {
	case len(d.c.Carriers) == 1:
		d.only = d.c.Carriers[0].Name
	case len(d.c.Carriers) == 0 && d.c.simulates():
		d.only = simulated
	}
}

// carrier checks that a carrier of a name is there.
func (d *declarer) carrier(path, name string) string {
	if name == simulated && d.c.simulates() {
		return name
	}
	var names []string
	for _, c := range d.c.Carriers {
		if c.Name == name {
			return name
		}
		names = append(names, c.Name)
	}
	if name == "" {
		d.fail(path, "which carrier serves it?%s", among(names))
	} else {
		d.fail(path, "there is no carrier %q%s", name, among(names))
	}
	return ""
}

// simulates tells whether the simulated carriers are there.
func (c *config) simulates() bool {
	switch c.Simulator {
	case "on", "true":
		return true
	case "off", "false":
		return false
	}
	return len(c.Carriers) == 0
}
