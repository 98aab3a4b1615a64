package api

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"outdial/fault"
	"outdial/resource"
	"outdial/wire"
)

// maxVersions is how many versions of one flow or module are kept.
const maxVersions = 50

// freeze makes a version of what is published, under the next number.
func freeze(f *resource.Flow, hash, description string, now time.Time) (int64, error) {
	if f.Hash == "" {
		return 0, wire.Invalid("", "%s was never published", quote(f.Name))
	}
	if hash != "" && hash != f.Hash {
		return 0, wire.Invalid("", "the content that is published has the SHA-256 %s, not %s", f.Hash, hash)
	}
	if len(f.Versions) >= maxVersions {
		return 0, fault.New(fault.Exceeded, "at most %d versions", maxVersions)
	}
	var n int64
	for _, v := range f.Versions {
		n = max(n, v.Version)
	}
	n++
	f.Versions = append(f.Versions, resource.FlowVersion{
		Version: n, Description: description, Content: f.Content, Hash: f.Hash, Settings: f.Settings, Created: now,
	})
	return n, nil
}

// dropVersion deletes a version that no alias points at.
func dropVersion(f *resource.Flow, field string, number int64) error {
	for _, a := range f.Aliases {
		if a.Version == number {
			return wire.Invalid(field, "the alias %s points at version %d", quote(a.Name), number)
		}
	}
	i := slices.IndexFunc(f.Versions, func(v resource.FlowVersion) bool { return v.Version == number })
	if i < 0 {
		return fault.New(fault.NotFound, "%s: %s has no version %d", field, quote(f.Name), number)
	}
	f.Versions = slices.Delete(f.Versions, i, i+1)
	return nil
}

// versions gives the versions by number, and a key for each that sorts so.
func versions(f *resource.Flow) ([]resource.FlowVersion, func(resource.FlowVersion) string) {
	all := slices.SortedFunc(slices.Values(f.Versions), func(a, b resource.FlowVersion) int { return cmp.Compare(a.Version, b.Version) })
	return all, func(v resource.FlowVersion) string {
		n := strconv.FormatInt(v.Version, 10)
		return string(rune('0'+len(n))) + n
	}
}

// aliasAt finds an alias by its id.
func aliasAt(f *resource.Flow, id string) (int, error) {
	i := slices.IndexFunc(f.Aliases, func(a resource.FlowAlias) bool { return a.ID == id })
	if i < 0 {
		return i, fault.New(fault.NotFound, "AliasId: %s has no alias %s", quote(f.Name), quote(id))
	}
	return i, nil
}

// checkAlias refuses a name that another alias has, and a version that is not there.
func checkAlias(f *resource.Flow, a resource.FlowAlias) error {
	for _, o := range f.Aliases {
		if o.Name == a.Name && o.ID != a.ID {
			return wire.Errorf("DuplicateResource", "another alias of %s is called %s", quote(f.Name), quote(a.Name))
		}
	}
	if !slices.ContainsFunc(f.Versions, func(v resource.FlowVersion) bool { return v.Version == a.Version }) {
		return fault.New(fault.NotFound, "ContactFlowModuleVersion: %s has no version %d", quote(f.Name), a.Version)
	}
	return nil
}
