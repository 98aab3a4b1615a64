package wire

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestTreePrefersWhatIsPlain(t *testing.T) {
	var n node
	for _, l := range []string{
		"PUT /attached-files/{InstanceId}/files CreateAttachedFile",
		"GET /attached-files/{InstanceId}/{FileId} GetAttachedFile",
		"POST /contact/stop StopContact",
		"GET /contact/{A}/{B} Odd",
		"GET /tags/{resourceArn} ListTagsForResource",
	} {
		if err := n.unserved(l); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		method, path, name string
		labels, methods    []string
	}{
		{"PUT", "/attached-files/i/files", "CreateAttachedFile", []string{"i"}, nil},
		{"GET", "/attached-files/i/files", "GetAttachedFile", []string{"i", "files"}, nil},
		{"GET", "/contact/stop/x", "Odd", []string{"stop", "x"}, nil},
		{"GET", "/contact/stop", "", nil, []string{"POST (StopContact)"}},
		{"DELETE", "/attached-files/i/files", "", nil, []string{"GET (GetAttachedFile)", "PUT (CreateAttachedFile)"}},
		{"GET", "/tags/arn%3Aaws%3Aconnect%3A%3A%3Ainstance%2Fi%2Fqueue%2Fq", "ListTagsForResource", []string{"arn:aws:connect:::instance/i/queue/q"}, nil},
		{"GET", "/tags/%zz", "", nil, nil},
		{"GET", "/tags/", "", nil, nil},
		{"GET", "tags", "", nil, nil},
		{"GET", "", "", nil, nil},
	} {
		m := n.find(c.method, c.path)
		name := ""
		if m.leaf != nil {
			name = m.leaf.name
		}
		if name != c.name || !slices.Equal(m.labels, c.labels) || name == "" && !slices.Equal(m.methods, c.methods) {
			t.Errorf("%s %s: %s %q %q", c.method, c.path, name, m.labels, m.methods)
		}
	}
}

func TestRoutersThatAreWrong(t *testing.T) {
	type none struct{}
	do := func(context.Context, *none) (*none, error) { return nil, nil }
	a, b := Op("A", "GET /x", "", "", do), Op("B", "GET /x", "", "", do)
	for says, c := range map[string]Config{
		"GET /x: both A and B": {Operations: []Operation{a, b}},
		"GET /y: both C and D": {Unserved: "GET /y C\nGET /y D"},
		"not of the form":      {Unserved: "GET /y"},
		"begin with a slash":   {Unserved: "GET y C"},
	} {
		if _, err := NewRouter(c); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, not %s", err, says)
		}
	}
	if _, err := NewRouter(Config{Operations: []Operation{a}, Unserved: "GET /x A"}); err != nil {
		t.Error(err)
	}
}

func TestOperationsThatAreWrong(t *testing.T) {
	type labelled struct {
		InstanceId string `wire:"uri"`
		Count      int
	}
	do := func(context.Context, *labelled) (*struct{}, error) { return nil, nil }
	for says, c := range map[string][3]string{
		"not of the form":                   {"/x", "", ""},
		"there is no OddException":          {"GET /{InstanceId}", "", "Odd"},
		"no member for the label {Other}":   {"GET /{InstanceId}/{Other}", "", ""},
		"no label {InstanceId}":             {"GET /x", "", ""},
		"no string member {Count}":          {"GET /{InstanceId}", "instance/{Count}", ""},
		"no string member {InstanceId/x":    {"GET /{InstanceId}", "instance/{InstanceId/x", ""},
		`operation Odd: route "GET" is not`: {"GET", "", ""},
	} {
		func() {
			defer func() {
				if p, _ := recover().(string); !strings.Contains(p, says) {
					t.Errorf("panicked %q, not %s", p, says)
				}
			}()
			Op("Odd", c[0], c[1], c[2], do)
			t.Errorf("%v did not panic", c)
		}()
	}
}

func TestResources(t *testing.T) {
	type in struct {
		InstanceId string
		Other      *string
	}
	o := Op("X", "GET /x", "instance/{InstanceId}/queue/{Other}", "", func(context.Context, *in) (*struct{}, error) { return nil, nil })
	arn, empty := "arn:aws:connect:us-gov-west-1:1:instance/i/queue/q", ""
	for _, c := range []struct {
		in   in
		want string
	}{
		{in{"i", &arn}, "arn:aws-us-gov:connect:us-gov-west-1:111122223333:instance/i/queue/q"},
		{in{"i", nil}, "arn:aws-us-gov:connect:us-gov-west-1:111122223333:instance/i/queue/*"},
		{in{"", &empty}, "arn:aws-us-gov:connect:us-gov-west-1:111122223333:instance/*/queue/*"},
	} {
		if got := o.arn(Caller{Region: "us-gov-west-1", Account: "111122223333"}, "connect", &c.in); got != c.want {
			t.Errorf("got %s, not %s", got, c.want)
		}
	}
}

// Whatever stands in a path and query, the answer is an operation's or an exception.
func FuzzPath(f *testing.F) {
	for _, s := range []string{"/contact/outbound-chat?", "/contact-flows-summary/arn%3Aaws%2Fi?maxResults=1&nextToken=%20", "//", "/%", "/%2e%2e/", "/contact-flows-summary/\x00?;=&&=%zz", strings.Repeat("/a", 50)} {
		f.Add("GET", s)
	}
	r := mustRouter(f, Config{Service: "connect", Anonymous: Caller{Policy: Everything()}, Unserved: "GET /a/{B}/c C\nPUT /a/b/{D} E",
		Operations: sample(func(context.Context, *startInput) (*startOutput, error) { return nil, nil },
			func(context.Context, *listInput) (*listOutput, error) {
				return nil, errors.New("never reached by a fault of ours")
			})})
	f.Fuzz(func(t *testing.T, method, target string) {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return
		}
		w := &nowhere{h: http.Header{}}
		q := received(method, target, "")
		q.URL = u
		r.ServeHTTP(w, q)
		if w.status != 200 && w.h.Get("x-amzn-ErrorType") == "" {
			t.Errorf("%s %q: %d without an exception", method, target, w.status)
		}
	})
}
