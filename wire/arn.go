package wire

// An ARN is an Amazon Resource Name, in its parts.
type ARN struct{ Partition, Service, Region, Account, Resource string }

// ParseARN reads arn:partition:service:region:account:resource.
func ParseARN(s string) (ARN, error) { panic("not yet") }

// String returns the ARN as text.
func (a ARN) String() string { panic("not yet") }

// Partition returns the partition a region lies in: "aws", "aws-us-gov" or "aws-cn".
func Partition(region string) string { panic("not yet") }

// A Home is where an operation's resources live: the account, region and
// instance that a request is for. Instance is "" where the resource has none.
type Home struct{ Region, Account, Instance string }

// ARN returns the ARN of a resource in its account and region: h.ARN("phone-number/…").
func (h Home) ARN(resource string) string { panic("not yet") }

// InstanceARN returns the ARN of h's instance, or of a resource in it: h.InstanceARN("queue", id).
func (h Home) InstanceARN(kindAndID ...string) string { panic("not yet") }

// ID returns the id that value, an id or an ARN, means. An ARN must be one of
// the kind ("contact-flow", "queue", "instance", "phone-number") and lie in h;
// else a Violation says where it lies. What is not an ARN is returned as it is.
func (h Home) ID(field, value, kind string) (string, error) { panic("not yet") }
