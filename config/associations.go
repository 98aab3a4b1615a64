package config

import (
	"maps"
	"slices"
	"strings"

	"outdial/resource"
	"outdial/wire"
)

// An association is a function or a bot that the flows of an instance may name, as
// ListLambdaFunctions and ListBots tell it.
type association struct{ resource.Meta }

// associations declares, for every instance, the functions and the bots of the
// configuration: what Amazon Connect would have been told by AssociateLambdaFunction
// and AssociateBot.
func (d *declarer) associations() {
	var all []*resource.Instance
	for _, r := range d.out.Rows {
		if in, ok := r.Doc.(*resource.Instance); ok {
			all = append(all, in)
		}
	}
	for _, in := range all {
		said := map[string]bool{}
		associate := func(path string, kind resource.Kind, name string) {
			if said[name] {
				return
			}
			said[name] = true
			v := &association{resource.Meta{ID: in.ID + "|" + name, Name: name}}
			d.add(path, kind, in.ID, &v.Meta, v)
		}
		for _, name := range slices.Sorted(maps.Keys(d.c.Functions)) {
			associate("functions."+name, resource.KindFunction, functionARN(in, name))
		}
		for _, b := range d.c.Bots {
			if len(b.Aliases) == 0 {
				associate("bots", resource.KindBot, localAlias(in, b.Name))
			}
			for _, a := range b.Aliases {
				if !strings.HasPrefix(a, "arn:") { // of the first version of Lex: its name
					a += "@" + in.Region
				}
				associate("bots", resource.KindBot, a)
			}
		}
	}
}

// functionARN is the ARN of a function that is named by its ARN or by its name alone.
func functionARN(in *resource.Instance, name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	return "arn:" + wire.Partition(in.Region) + ":lambda:" + in.Region + ":" + in.Account + ":function:" + name
}
