package wire

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
)

// A Query is an operation of the older query protocol: a form in, XML out.
// Clients need one beside Connect, GetCallerIdentity of sts. No policy is asked:
// who a key is, its holder may always know.
type Query struct {
	Service   string // "sts"
	Version   string // "2011-06-15"
	Namespace string // of the XML: "https://sts.amazonaws.com/doc/2011-06-15/"
	Action    string // "GetCallerIdentity"

	// Run returns the members of the result, as name and value, in order.
	Run func(ctx context.Context) ([][2]string, error)
}

// queryNames are the names that errors have in the query protocol, where they
// are not the exception's without its ending.
var queryNames = map[string]string{
	"InternalServiceException":       "InternalFailure",
	"InvalidSignatureException":      "SignatureDoesNotMatch",
	"SerializationException":         "MalformedQueryString",
	"UnknownOperationException":      "InvalidAction",
	"UnrecognizedClientException":    "InvalidClientTokenId",
	"RequestEntityTooLargeException": "RequestEntityTooLarge",
}

// query answers a request of the query protocol: POST with a form, or GET.
func (r *Router) query(q *http.Request, a *answer, buf *[]byte) {
	a.form = "text/xml"
	caller, err := r.verify(q, r.c.Queries[0].Service, a, buf)
	if err != nil {
		a.e = asException(err, nil)
		return
	}
	form, err := parseQuery(strings.TrimSpace(string(*buf)))
	if err == nil && q.URL.RawQuery != "" {
		var more []pair
		more, err = parseQuery(q.URL.RawQuery)
		form = append(form, more...)
	}
	if err != nil {
		a.e = Errorf("Serialization", "the form cannot be read: %v", err)
		return
	}
	field := map[string]string{}
	for _, p := range form {
		field[p.name] = p.value
	}
	for i := range r.c.Queries {
		one := &r.c.Queries[i]
		if field["Action"] == one.Action && field["Version"] == one.Version {
			a.name = one.Action
			ctx := context.WithValue(q.Context(), visitKey{}, &visit{a.id, caller})
			members, err := one.Run(ctx)
			if err != nil {
				a.e = asException(err, nil)
				return
			}
			a.body = one.xml(members, a.id)
			return
		}
	}
	e := Errorf("UnknownOperation", "Could not find operation %s for version %s", quoted(field["Action"]), quoted(field["Version"]))
	e.status = http.StatusBadRequest
	a.e = e
}

// xml writes the result of a query.
func (o *Query) xml(members [][2]string, id string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "<%sResponse xmlns=%q>\n  <%sResult>\n", o.Action, o.Namespace, o.Action)
	for _, m := range members {
		fmt.Fprintf(&b, "    <%s>%s</%s>\n", m[0], xmlText(m[1]), m[0])
	}
	fmt.Fprintf(&b, "  </%sResult>\n  <ResponseMetadata>\n    <RequestId>%s</RequestId>\n  </ResponseMetadata>\n</%sResponse>\n", o.Action, id, o.Action)
	return []byte(b.String())
}

// xml writes the exception as the query protocol does.
func (e *Exception) xml(id string) []byte {
	name, ok := queryNames[e.Name]
	if !ok {
		name = strings.TrimSuffix(e.Name, "Exception")
	}
	kind := "Sender"
	if e.Status() >= 500 {
		kind = "Receiver"
	}
	return fmt.Appendf(nil, "<ErrorResponse>\n  <Error>\n    <Type>%s</Type>\n    <Code>%s</Code>\n    <Message>%s</Message>\n  </Error>\n  <RequestId>%s</RequestId>\n</ErrorResponse>\n",
		kind, name, xmlText(e.Message+e.detail), id)
}

func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}
