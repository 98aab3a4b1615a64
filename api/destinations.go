package api

import (
	"slices"
	"strings"

	"outdial/fault"
	"outdial/resource"
)

// The default destinations of an instance by its region, as the service opens
// them without a quota request.
// https://docs.aws.amazon.com/connect/latest/adminguide/country-code-allow-list.html
var (
	northAmerica = []string{"US", "CA", "MX", "PR", britain}
	destinations = map[string][]string{
		"us-east-1":      northAmerica,
		"us-east-2":      northAmerica,
		"us-west-1":      northAmerica,
		"us-west-2":      northAmerica,
		"ca-central-1":   northAmerica,
		"us-gov-west-1":  northAmerica,
		"af-south-1":     {"ZA", "GB", "US"},
		"ap-northeast-2": {"KR", "GB", "US"},
		"ap-southeast-1": {"SG", "AU", "HK", "US", britain},
		"ap-southeast-2": {"AU", "NZ", "PH", "US"},
		"ap-northeast-1": {japan, "VN", "US"},
		"eu-central-1":   {britain, "IT", "FR", "IE", "US"},
		"eu-west-2":      {britain, "IT", "FR", "IE", "US"},
	}
)

// Countries of which some prefixes need a quota request.
const (
	britain = "GB*"
	japan   = "JP*"
)

var closedPrefixes = map[string][]string{
	britain: {"+447", "+44111", "+44118", "+44119", "+448", "+449"},
	japan:   {"+8170", "+8180", "+8190"},
}

// checkDestination refuses a number that the instance may not call.
func checkDestination(in *resource.Instance, number string) error {
	if in.Destinations != "aws" {
		return nil
	}
	open, known := destinations[in.Region]
	if !known {
		open = northAmerica
	}
	where := country(number)
	for _, c := range open {
		if strings.TrimSuffix(c, "*") != where {
			continue
		}
		if slices.ContainsFunc(closedPrefixes[c], func(p string) bool { return strings.HasPrefix(number, p) }) {
			break
		}
		return nil
	}
	if where == "" {
		where = "an unknown country"
	}
	return &fault.Error{Kind: fault.Denied, Code: codeDestination,
		Message: "outbound contacts to " + number + " (" + where + ") are not among the destinations of an instance in " + in.Region}
}

// codeDestination marks the fault of a destination that is not allowed.
const codeDestination = "DESTINATION"
