package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A class is what the catalogue knows of an exception.
type class struct {
	status  int
	members string // beside the message, spelled as AWS spells them
	kin     string // answered in its stead where an operation does not declare it
	generic bool   // any operation may answer it: it comes from the gateway, not from the operation
}

// classes is every exception of Amazon Connect's model, and those that AWS's
// gateways answer before an operation is reached. Statuses are AWS's, odd ones
// too: a contact that is not found is 410, a quota 402.
var classes = map[string]class{
	"AccessDeniedException":                {status: 403, generic: true},
	"ConditionalOperationFailedException":  {status: 409, kin: "ConflictException"},
	"ConflictException":                    {status: 409, kin: "ResourceConflictException"},
	"ContactFlowNotPublishedException":     {status: 404, kin: "ResourceNotFoundException"},
	"ContactNotFoundException":             {status: 410, kin: "ResourceNotFoundException"},
	"ContactNotTerminatedException":        {status: 409, kin: "ConflictException"},
	"DestinationNotAllowedException":       {status: 403},
	"DuplicateResourceException":           {status: 409, kin: "ResourceConflictException"},
	"IdempotencyException":                 {status: 409},
	"InternalServiceException":             {status: 500, generic: true},
	"InvalidActiveRegionException":         {status: 400},
	"InvalidContactFlowException":          {status: 400, members: "problems"},
	"InvalidContactFlowModuleException":    {status: 400, members: "Problems"},
	"InvalidTestCaseException":             {status: 400, members: "Problems"},
	"InvalidParameterException":            {status: 400},
	"InvalidRequestException":              {status: 400, members: "Reason"},
	"LimitExceededException":               {status: 429, kin: "ServiceQuotaExceededException"},
	"MaximumResultReturnedException":       {status: 400},
	"OutboundContactNotPermittedException": {status: 403, kin: "AccessDeniedException"},
	"OutputTypeNotFoundException":          {status: 404, kin: "ResourceNotFoundException"},
	"PropertyValidationException":          {status: 400, members: "PropertyList"},
	"ResourceConflictException":            {status: 409, kin: "ConflictException"},
	"ResourceInUseException":               {status: 409, members: "ResourceType ResourceId", kin: "ResourceConflictException"},
	"ResourceNotFoundException":            {status: 404},
	"ResourceNotReadyException":            {status: 409, kin: "ConflictException"},
	"ServiceQuotaExceededException":        {status: 402, members: "Reason", kin: "LimitExceededException"},
	"ThrottlingException":                  {status: 429, generic: true},
	"TooManyRequestsException":             {status: 429, kin: "ThrottlingException"},
	"UserNotFoundException":                {status: 404, kin: "ResourceNotFoundException"},

	// Answered before an operation is reached.
	"ExpiredTokenException":               {status: 403, generic: true},
	"IncompleteSignatureException":        {status: 403, generic: true},
	"InvalidSignatureException":           {status: 403, generic: true},
	"MissingAuthenticationTokenException": {status: 403, generic: true},
	"RequestEntityTooLargeException":      {status: 413, generic: true},
	"SerializationException":              {status: 400, generic: true},
	"UnknownOperationException":           {status: 404, generic: true},
	"UnrecognizedClientException":         {status: 403, generic: true},
}

// Exceptions returns the catalogue's entry of a name: its HTTP status and its
// members beside the message; the status is 0 where there is no such exception.
func Exceptions(name string) (status int, members []string) {
	c := classes[name]
	return c.status, strings.Fields(c.members)
}

// An Exception is an error as AWS words it. An operation returns one to say
// which; any other error becomes InternalServiceException and is logged.
type Exception struct {
	Name    string         // "ResourceNotFoundException"
	Message string         // for the caller
	Members map[string]any // modelled members beside the message, as encoding/json writes them: "ResourceType"
	Err     error          // for the operator's log; never sent

	status int    // where it is not the catalogue's
	detail string // told to the caller behind the message, and kept out of the log
}

// Error returns name and message.
func (e *Exception) Error() string { return e.Name + ": " + e.Message }

// Unwrap returns Err.
func (e *Exception) Unwrap() error { return e.Err }

// Status is the HTTP status it is answered with.
func (e *Exception) Status() int {
	if e.status != 0 {
		return e.status
	}
	if c, ok := classes[e.Name]; ok {
		return c.status
	}
	return 500
}

// Errorf makes an Exception; name may lack the ending "Exception". What %w
// wraps is kept in Err, and is part of the message.
func Errorf(name, format string, args ...any) *Exception {
	err := fmt.Errorf(format, args...)
	return &Exception{Name: fullName(name), Message: err.Error(), Err: errors.Unwrap(err)}
}

// Problems makes an exception that lists problems: InvalidContactFlowException,
// InvalidContactFlowModuleException or InvalidTestCaseException, each of which
// spells its member in its own way and has no message. Ours has one, which joins
// them, for the clients that show nothing else.
func Problems(name string, problems []string) *Exception {
	const most = 50 // of the model's list
	type problem struct {
		Message string `json:"message"`
	}
	list := make([]problem, 0, len(problems))
	for _, p := range problems[:min(most, len(problems))] {
		list = append(list, problem{p})
	}
	e := &Exception{Name: fullName(name), Message: strings.Join(problems, "; ")}
	e.Members = map[string]any{classes[e.Name].members: list}
	return e
}

func fullName(name string) string {
	if strings.HasSuffix(name, "Exception") {
		return name
	}
	return name + "Exception"
}

// asException turns what an operation returned into what it may answer: an
// exception that it declares, the nearest of kin that it declares, or a generic one.
func asException(err error, declared []string) *Exception {
	var e *Exception
	var list Violations
	var one *Violation
	switch {
	case errors.As(err, &e):
	case errors.As(err, &list):
		e = &Exception{Name: list.kind().exception(), Message: list.Error()}
	case errors.As(err, &one):
		e = &Exception{Name: one.Kind.exception(), Message: one.Error()}
	default:
		return internal(err)
	}
	c, known := classes[e.Name]
	if !known {
		return internal(fmt.Errorf("an exception that AWS does not have: %w", e))
	}
	for _, name := range []string{e.Name, c.kin, classes[c.kin].kin, "InvalidRequestException", "InvalidParameterException"} {
		switch {
		case !classes[name].generic && !slices.Contains(declared, name):
		case name == e.Name:
			return e
		default:
			return &Exception{Name: name, Message: e.Message, Members: e.Members, Err: e.Err}
		}
	}
	return internal(fmt.Errorf("an exception that is not declared: %w", e))
}

// internal is what a caller sees of an error that is ours.
func internal(err error) *Exception {
	return &Exception{Name: "InternalServiceException", Message: "Request processing failed because of an error within the service.", Err: err}
}

// body writes the exception as all clients read it: R looks for "message" alone,
// some for "Message", Ruby and Dart let "__type" overrule the header.
func (e *Exception) body() []byte {
	b := append([]byte(nil), `{"__type":`...)
	b = appendText(b, e.Name)
	b = append(b, `,"message":`...)
	b = appendText(b, e.Message+e.detail)
	b = append(b, `,"Message":`...)
	b = appendText(b, e.Message+e.detail)
	_, modelled := Exceptions(e.Name)
	for _, name := range slices.Sorted(maps.Keys(e.Members)) {
		if !slices.Contains(modelled, name) {
			continue
		}
		b = append(b, ',')
		b = appendText(b, name)
		b = append(b, ':')
		b = appendJSON(b, e.Members[name])
	}
	return append(b, '}')
}

func appendJSON(b []byte, v any) []byte {
	j, err := json.Marshal(v)
	if err != nil {
		return append(b, "null"...)
	}
	return append(b, j...)
}
