package wiretest

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// A model is AWS's description of a service, in the form that botocore carries
// (service-2.json), as far as the examiner reads it.
type model struct {
	Operations map[string]modelOperation
	Shapes     map[string]modelShape
}

type modelOperation struct {
	HTTP   struct{ Method, RequestURI string }
	Input  *reference
	Output *reference
	Errors []reference
}

type modelShape struct {
	Type            string
	Required        []string
	Members         map[string]reference
	Member          reference // of a list
	Key, Value      reference // of a map
	Min, Max        *float64
	Enum            []string
	Pattern         string
	Sensitive       bool
	Union           bool
	TimestampFormat string
	Exception       bool
	Error           struct{ HTTPStatusCode int }
}

// A reference is a member's use of a shape.
type reference struct {
	Shape                  string
	Location, LocationName string
}

func readModel(path string) (*model, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m := new(model)
	if err := json.Unmarshal(b, m); err != nil {
		return nil, fmt.Errorf("model %s: %w", path, err)
	}
	if len(m.Operations) == 0 || len(m.Shapes) == 0 {
		return nil, fmt.Errorf("model %s: no operations or no shapes", path)
	}
	return m, nil
}

// wireName is what a member is called on the wire.
func (r reference) wireName(name string) string {
	if r.LocationName != "" {
		return r.LocationName
	}
	return name
}

// errors returns the names of an operation's declared exceptions, sorted.
func (o modelOperation) errors() []string {
	var out []string
	for _, e := range o.Errors {
		out = append(out, e.Shape)
	}
	slices.Sort(out)
	return out
}

// sensitive tells whether a shape, or what it holds beside structures, is sensitive.
func (m *model) sensitive(name string) bool {
	s := m.Shapes[name]
	switch {
	case s.Sensitive:
		return true
	case s.Type == "list":
		return m.sensitive(s.Member.Shape)
	case s.Type == "map":
		return m.sensitive(s.Key.Shape) || m.sensitive(s.Value.Shape)
	}
	return false
}

// samePattern compares patterns. Some of the model's are escaped twice, so that
// they would want a backslash in the value (\\+[1-9]\\d{1,14}$ of PhoneNumber);
// what is meant counts.
func samePattern(ours, theirs string) bool {
	return ours == theirs || ours == strings.ReplaceAll(theirs, `\\`, `\`)
}
