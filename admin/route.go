package admin

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"outdial/fault"
	"outdial/wire"
)

// Who may call a route.
type access int

const (
	signed access = iota // who signed the request, and may do the action
	local                // anybody on this machine; elsewhere as signed
	open                 // anybody
	link                 // who has an address that the route itself checks; others as signed
)

// A route is one line of the table.
type route struct {
	method, path string
	query        string // names of its parameters, separated by blanks
	access       access
	action       string
	run          func(*call) error
}

// A call is one request.
type call struct {
	w      http.ResponseWriter
	r      *http.Request
	caller wire.Caller // zero where nobody had to sign
	body   []byte
	label  map[string]string // what stands in the braces of the path
	query  url.Values
	action string
}

// maxBody bounds a request's body.
const maxBody = 1 << 20

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{w: w, r: r}
	w.Header().Set("X-Amzn-RequestId", uuid.NewString())
	w.Header().Set("Cache-Control", "no-store")
	if err := s.serve(c); err != nil {
		s.fail(c, err)
	}
}

func (s *Server) serve(c *call) error {
	path, ok := strings.CutPrefix(c.r.URL.EscapedPath(), "/_"+s.Name+"/")
	if !ok {
		return fault.New(fault.NotFound, "there is nothing at %s", c.r.URL.EscapedPath())
	}
	e, allowed, err := s.find(c, path)
	if err != nil {
		return err
	}
	if e == nil && len(allowed) == 0 {
		return fault.New(fault.NotFound, "there is nothing at %s", c.r.URL.EscapedPath())
	}
	if e == nil {
		c.w.Header().Set("Allow", strings.Join(allowed, ", "))
		return errMethod
	}
	c.action = e.action
	if err := s.admit(c, e); err != nil {
		return err
	}
	if c.query, err = url.ParseQuery(c.r.URL.RawQuery); err != nil {
		return fault.Wrap(fault.Invalid, err, "the query cannot be read")
	}
	known := strings.Fields(e.query)
	for name, values := range c.query {
		if strings.HasPrefix(name, "X-Amz-") { // the signature of a presigned request
			continue
		}
		if !slices.Contains(known, name) {
			return fault.New(fault.Invalid, "%s: no such parameter", name)
		}
		if len(values) > 1 && name != "type" && name != "channel" && name != "method" {
			return fault.New(fault.Invalid, "%s: once, not %d times", name, len(values))
		}
	}
	return e.run(c)
}

// find gives the route of a request, or the methods that its path knows.
func (s *Server) find(c *call, path string) (*route, []string, error) {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		v, err := url.PathUnescape(p)
		if err != nil {
			return nil, nil, fault.Wrap(fault.Invalid, err, "the path cannot be read")
		}
		parts[i] = v
	}
	var allowed []string
	for i := range s.routes {
		e := &s.routes[i]
		labels, ok := match(e.path, parts)
		if !ok {
			continue
		}
		if e.method == c.r.Method || e.method == http.MethodGet && c.r.Method == http.MethodHead {
			c.label = labels
			return e, nil, nil
		}
		if !slices.Contains(allowed, e.method) {
			allowed = append(allowed, e.method)
		}
	}
	return nil, allowed, nil
}

func match(pattern string, parts []string) (map[string]string, bool) {
	want := strings.Split(pattern, "/")
	if len(want) != len(parts) {
		return nil, false
	}
	labels := make(map[string]string)
	for i, p := range want {
		if name, ok := strings.CutPrefix(p, "{"); ok && parts[i] != "" {
			labels[strings.TrimSuffix(name, "}")] = parts[i]
		} else if p != parts[i] {
			return nil, false
		}
	}
	return labels, true
}
