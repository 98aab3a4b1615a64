package wire

import (
	"fmt"
	"strings"
)

// An ARN is an Amazon Resource Name, in its parts.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
type ARN struct{ Partition, Service, Region, Account, Resource string }

// ParseARN reads arn:partition:service:region:account:resource.
func ParseARN(s string) (ARN, error) {
	p := strings.SplitN(s, ":", 6)
	if len(p) < 6 || p[0] != "arn" || p[1] == "" || p[2] == "" || p[5] == "" {
		return ARN{}, fmt.Errorf("%s is not an ARN (arn:partition:service:region:account:resource)", quoted(s))
	}
	return ARN{p[1], p[2], p[3], p[4], p[5]}, nil
}

// String returns the ARN as text.
func (a ARN) String() string {
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.Account + ":" + a.Resource
}

// Partition returns the partition that a region lies in: "aws", "aws-us-gov" or "aws-cn".
func Partition(region string) string {
	switch {
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	}
	return "aws"
}

// lastPart returns the id that an id or an ARN means: of an ARN, what follows its last slash.
func lastPart(s string) string {
	if strings.HasPrefix(s, "arn:") {
		return s[strings.LastIndexByte(s, '/')+1:]
	}
	return s
}

// A Home is where the resources of a request live: a service's account and
// region, and the instance, "" where none is meant.
type Home struct{ Service, Region, Account, Instance string }

// ARN returns the ARN of a resource of the account: h.ARN("phone-number/" + id).
func (h Home) ARN(resource string) string {
	return ARN{Partition(h.Region), h.Service, h.Region, h.Account, resource}.String()
}

// InstanceARN returns the ARN of h's instance or, given a kind and an id, of what
// lies in it: h.InstanceARN("queue", id).
func (h Home) InstanceARN(kindAndID ...string) string {
	return h.ARN(strings.Join(append([]string{"instance", h.Instance}, kindAndID...), "/"))
}

// ID returns the id that value means, which is an id or an ARN. An ARN must be
// of kind ("contact-flow", "queue", "instance", "phone-number") and lie in h: in
// its instance, where it names one and h has one. Else a Violation of field says
// how it differs. What follows the id behind a colon (":$SAVED") stays with it.
func (h Home) ID(field, value, kind string) (string, error) {
	if !strings.HasPrefix(value, "arn:") {
		return value, nil
	}
	a, err := ParseARN(value)
	if err != nil {
		return "", OutOfBounds(field, "%v", err)
	}
	for _, p := range []struct{ what, got, want string }{
		{"partition", a.Partition, Partition(h.Region)},
		{"service", a.Service, h.Service},
		{"region", a.Region, h.Region},
		{"account", a.Account, h.Account},
	} {
		if p.got != p.want {
			return "", OutOfBounds(field, "the ARN is of the %s %s, not %s", p.what, quoted(p.got), p.want)
		}
	}
	parts := strings.Split(a.Resource, "/")
	if len(parts) == 4 && parts[0] == "instance" {
		if h.Instance != "" && parts[1] != h.Instance {
			return "", OutOfBounds(field, "the ARN is of the instance %s, not %s", quoted(parts[1]), h.Instance)
		}
		parts = parts[2:]
	}
	if len(parts) != 2 || parts[0] != kind || parts[1] == "" {
		return "", OutOfBounds(field, "the ARN is of %s, not of a %s", quoted(a.Resource), kind)
	}
	if kind == "instance" && h.Instance != "" && parts[1] != h.Instance {
		return "", OutOfBounds(field, "the ARN is of the instance %s, not %s", quoted(parts[1]), h.Instance)
	}
	return parts[1], nil
}
