package wire

// An Exception is an error as AWS words it. An operation returns one to say
// which; any other error becomes InternalServiceException and is logged.
type Exception struct {
	Name    string         // "ResourceNotFoundException"
	Message string         // for the caller
	Members map[string]any // modelled members beside the message: "ResourceType", "Reason"
	Err     error          // for the operator's log; never sent
}

// Error implements error.
func (e *Exception) Error() string { panic("not yet") }

// Unwrap returns Err.
func (e *Exception) Unwrap() error { return e.Err }

// Errorf makes an Exception of that name; name may lack the ending "Exception". %w is kept in Err.
func Errorf(name, format string, args ...any) *Exception { panic("not yet") }

// Problems makes an exception that lists problems: InvalidContactFlowException,
// InvalidContactFlowModuleException or InvalidTestCaseException, each spelling
// its member in its own way. The message joins them, for clients that show only that.
func Problems(name string, problems []string) *Exception { panic("not yet") }

// Status returns the HTTP status of an exception, or 0 if AWS has none of that name.
func Status(name string) int { panic("not yet") }
