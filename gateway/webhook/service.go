package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"outdial/contact"
	"outdial/gateway"
)

// Limits of a service that a flow reaches.
const (
	serviceLimit  = 10 * time.Second
	serviceAnswer = 1 << 20
)

// An operation is how a service is reached: rest-json, as AWS's models say.
// Members in braces go from the payload into the path, a NextToken into the query.
type operation struct{ method, path, signing string }

// operations are the services' operations that flows use. A service has the name
// that an effect gives it.
var operations = map[string]map[string]operation{
	"lex": {
		// https://docs.aws.amazon.com/lexv2/latest/APIReference/API_runtime_RecognizeText.html
		"RecognizeText": {"POST", "/bots/{botId}/botAliases/{botAliasId}/botLocales/{localeId}/sessions/{sessionId}/text", "lex"},
		// https://docs.aws.amazon.com/lex/latest/dg/API_runtime_PostText.html
		"PostText": {"POST", "/bot/{botName}/alias/{botAlias}/user/{userId}/text", "lex"},
	},
	"profile": {
		// https://docs.aws.amazon.com/customerprofiles/latest/APIReference/
		"SearchProfiles": {"POST", "/domains/{DomainName}/profiles/search", "profile"},
		"CreateProfile":  {"POST", "/domains/{DomainName}/profiles", "profile"},
		"UpdateProfile":  {"PUT", "/domains/{DomainName}/profiles", "profile"},
		"AddProfileKey":  {"POST", "/domains/{DomainName}/profiles/keys", "profile"},

		"ListProfileObjects":                 {"POST", "/domains/{DomainName}/profiles/objects", "profile"},
		"ListCalculatedAttributesForProfile": {"GET", "/domains/{DomainName}/profile/{ProfileId}/calculated-attributes", "profile"},
		"GetSegmentMembership":               {"POST", "/domains/{DomainName}/segments/{SegmentDefinitionName}/membership", "profile"},
	},
	"cases": {
		// https://docs.aws.amazon.com/cases/latest/APIReference/
		"GetCase":           {"POST", "/domains/{domainId}/cases/{caseId}", "cases"},
		"CreateCase":        {"POST", "/domains/{domainId}/cases", "cases"},
		"UpdateCase":        {"PUT", "/domains/{domainId}/cases/{caseId}", "cases"},
		"SearchCases":       {"POST", "/domains/{domainId}/cases-search", "cases"},
		"CreateRelatedItem": {"POST", "/domains/{domainId}/cases/{caseId}/related-items/", "cases"},
	},
	"datatables": {
		// https://docs.aws.amazon.com/connect/latest/APIReference/API_EvaluateDataTableValues.html and its siblings
		"EvaluateDataTableValues":   {"POST", "/data-tables/{InstanceId}/{DataTableId}/values/evaluate", "connect"},
		"ListDataTableValues":       {"POST", "/data-tables/{InstanceId}/{DataTableId}/values/list", "connect"},
		"BatchUpdateDataTableValue": {"POST", "/data-tables/{InstanceId}/{DataTableId}/values/update", "connect"},
		"BatchCreateDataTableValue": {"POST", "/data-tables/{InstanceId}/{DataTableId}/values/create", "connect"},
	},
}

// ServicesConfig is what Services are made of.
type ServicesConfig struct {
	// Endpoints by service: lex, profile, cases, datatables.
	Endpoints map[string]Service
	HTTP      http.RoundTripper
	Log       *slog.Logger
}

// Services reaches services by their own API. It is a gateway.Gateway.
type Services struct {
	at  map[string]endpoint
	how map[string]Service
	log *slog.Logger
}

// NewServices makes Services, or says which endpoint is wrong.
func NewServices(c ServicesConfig) (*Services, error) {
	s := &Services{at: make(map[string]endpoint), how: c.Endpoints, log: c.Log}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	for name, e := range c.Endpoints {
		if operations[name] == nil {
			return nil, fmt.Errorf("service %q is not known", name)
		}
		u, err := target(e.URL)
		if err != nil {
			return nil, fmt.Errorf("service %s: %w", name, err)
		}
		s.at[name] = endpoint{u, c.HTTP}
	}
	return s, nil
}

// Serves tells whether an endpoint is set for a service.
func (s *Services) Serves(service string) bool {
	_, ok := s.at[service]
	return ok
}

// Run waits until ctx is done: a service tells us nothing by itself.
func (s *Services) Run(ctx context.Context, _ gateway.Inbox) error {
	<-ctx.Done()
	return nil
}

// Codes of ours, where no service answered.
const (
	CodeNotSet  = "EndpointNotSet"
	CodeUnknown = "UnknownOperation"
	CodeFailed  = "ServiceFailed"
)

// Do calls a service. What becomes of it is for the flow to judge, so that a
// failure is an answer too.
func (s *Services) Do(ctx context.Context, _ *contact.Contact, e contact.Effect) (gateway.Result, error) {
	v, ok := e.(contact.CallService)
	if !ok {
		return gateway.Result{}, foreign(e)
	}
	back := contact.ServiceReturned{Visit: v.Visit}
	back.Payload, back.Code, back.Error = s.call(ctx, v)
	if back.Error != "" {
		s.log.Info("a service failed", "service", v.Service, "operation", v.Operation, "code", back.Code, "err", back.Error)
	}
	return gateway.Result{Input: back}, nil
}

func (s *Services) call(ctx context.Context, v contact.CallService) (payload json.RawMessage, code, text string) {
	op, ok := operations[v.Service][v.Operation]
	if !ok {
		return nil, CodeUnknown, fmt.Sprintf("%s has no operation %q that is known here", v.Service, v.Operation)
	}
	to, ok := s.at[v.Service]
	if !ok {
		return nil, CodeNotSet, "no endpoint is set for " + v.Service
	}
	path, body, err := op.place(v.Payload)
	if err != nil {
		return nil, CodeFailed, err.Error()
	}
	limit := time.Duration(v.Timeout) * time.Second
	if limit <= 0 {
		limit = serviceLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	a, _, err := to.insist(ctx, serviceAnswer, func() (*http.Request, error) {
		r, err := to.request(ctx, op.method, path, body)
		if err == nil {
			s.how[v.Service].sign(r, body, op.signing, v.Target)
		}
		return r, err
	})
	if err != nil {
		return nil, CodeFailed, why(ctx, err, limit)
	}
	if a.status < 200 || a.status > 299 {
		code, text = a.exception()
		if code == "" {
			code = CodeFailed
		}
		return nil, code, strings.TrimSpace(fmt.Sprintf("answered %d %s", a.status, text))
	}
	if payload, err = a.json(); err != nil {
		return nil, CodeFailed, err.Error()
	}
	return payload, "", ""
}

// place puts members of the payload into the path; the rest is the body.
func (o operation) place(payload json.RawMessage) (path string, body []byte, err error) {
	members := make(map[string]any)
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	if len(payload) > 0 {
		if err := d.Decode(&members); err != nil {
			return "", nil, fmt.Errorf("the request is no JSON object: %w", err)
		}
	}
	path = o.path
	for {
		before, rest, ok := strings.Cut(path, "{")
		if !ok {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		value, _ := members[name].(string)
		if value == "" || value == "." || value == ".." {
			return "", nil, fmt.Errorf("%s: must be a text that is not empty", name)
		}
		// Braces in a value are escaped, so they are not taken for members.
		path = before + url.PathEscape(value) + after
		delete(members, name)
	}
	if page, _ := members["NextToken"].(string); page != "" && o.signing == "connect" {
		path += "?nextToken=" + url.QueryEscape(page)
		delete(members, "NextToken")
	}
	if o.method == http.MethodGet && len(members) == 0 {
		return path, nil, nil // all of it is in the path
	}
	body, err = json.Marshal(members)
	return path, body, err
}
