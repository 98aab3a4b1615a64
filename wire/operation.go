package wire

import (
	"context"
)

// An Operation is one entry of a face's table: what AWS calls it, where it is
// reached, what it may answer, and the function that does it. Make it with Op.
type Operation struct {
	Name     string   // "StopContact"
	Method   string   // "POST"
	Path     string   // "/contact/stop"; labels stand in braces: "/contacts/{InstanceId}/{ContactId}"
	Resource string   // what a policy is asked about; see Op
	Errors   []string // the exceptions that it declares, by full name
	In, Out  *Shape   // what its input and output structs say

	call func(ctx context.Context, in any) (any, error)
	make func() any
}

// Op makes the Operation that calls fn. route is "METHOD /path". resource is a
// template of the part of an ARN behind the account, in which {Member} stands
// for an input member ("instance/{InstanceId}/contact/{ContactId}"; an ARN in
// the member counts by its last part, an absent member as "*"); "*" or "" where
// the action has no resource. errors lists the declared exceptions, separated
// by blanks, with or without the ending "Exception".
//
// Op panics, as regexp.MustCompile does, where a tag, a route or the name of an
// exception is wrong: tables are literals, so that is found at the first start.
func Op[In, Out any](name, route, resource, errors string, fn func(context.Context, *In) (*Out, error)) Operation {
	panic("not yet")
}

// A Caller is who signed the request, and for which region. An operation has it from CallerFrom.
type Caller struct {
	AccessKeyID string
	Account     string // "111122223333"
	ARN         string // "arn:aws:iam::111122223333:user/demo"
	UserID      string // as GetCallerIdentity answers it
	Region      string // of the credential scope: "us-east-1"
	Policy      *Policy
}

// Partition returns the partition of the caller's region: "aws", "aws-us-gov" or "aws-cn".
func (c Caller) Partition() string { panic("not yet") }

// CallerFrom returns who calls the operation that runs under ctx.
func CallerFrom(ctx context.Context) Caller { panic("not yet") }

// RequestID returns the id that the answer to this request carries, for logs.
func RequestID(ctx context.Context) string { panic("not yet") }
