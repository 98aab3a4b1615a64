package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"outdial/contact"
	"outdial/gateway"
	"outdial/wire"
)

// Limits of a function. Admin guide, "Invoke Lambda functions".
const (
	functionLimit  = 8 * time.Second
	functionAnswer = 32 << 10
)

// A Service is an endpoint of AWS's own, or what stands in for it.
type Service struct {
	URL    string
	Region string // "" is the region of the ARN, else us-east-1
	// Credentials sign the requests; without an AccessKeyID they go unsigned.
	Credentials wire.Credentials
}

// FunctionsConfig is what Functions are made of.
type FunctionsConfig struct {
	// URLs says where functions are: by ARN (with or without a qualifier), or by
	// a name, which stands for every ARN that ends in it.
	URLs map[string]string
	// Invoke is Lambda's own API, for all other ARNs; without a URL there is none.
	Invoke Service
	HTTP   http.RoundTripper
	Log    *slog.Logger
}

// Functions calls functions with AWS's own event. It is a gateway.Gateway.
type Functions struct {
	urls   map[string]endpoint
	invoke *endpoint // nil: there is none
	lambda Service
	log    *slog.Logger
}

// NewFunctions makes Functions, or says which URL is wrong.
func NewFunctions(c FunctionsConfig) (*Functions, error) {
	f := &Functions{urls: make(map[string]endpoint), lambda: c.Invoke, log: c.Log}
	if f.log == nil {
		f.log = slog.New(slog.DiscardHandler)
	}
	for arn, s := range c.URLs {
		u, err := target(s)
		if err != nil {
			return nil, fmt.Errorf("function %s: %w", arn, err)
		}
		f.urls[arn] = endpoint{u, c.HTTP}
	}
	if c.Invoke.URL != "" {
		u, err := target(c.Invoke.URL)
		if err != nil {
			return nil, fmt.Errorf("lambda endpoint: %w", err)
		}
		f.invoke = &endpoint{u, c.HTTP}
	}
	return f, nil
}

// Serves tells whether there is somewhere to call the function arn.
func (f *Functions) Serves(arn string) bool {
	_, ok := f.find(arn)
	return ok || f.invoke != nil
}

// find gives the URL of a function.
func (f *Functions) find(arn string) (endpoint, bool) {
	if e, ok := f.urls[arn]; ok {
		return e, true
	}
	// arn:aws:lambda:REGION:ACCOUNT:function:NAME, and perhaps a qualifier
	parts := strings.Split(arn, ":")
	if len(parts) < 7 {
		return endpoint{}, false
	}
	if e, ok := f.urls[strings.Join(parts[:7], ":")]; ok {
		return e, true
	}
	e, ok := f.urls[parts[6]]
	return e, ok
}

// Run waits until ctx is done: a function tells us nothing by itself.
func (f *Functions) Run(ctx context.Context, _ gateway.Inbox) error {
	<-ctx.Done()
	return nil
}

// Do calls a function. What becomes of it is for the flow to judge, so that a
// failure is an answer too. An asynchronous invocation is called like any other,
// within its own time: Lambda's asynchronous mode gives no result, and a flow
// that waits for one wants it.
func (f *Functions) Do(ctx context.Context, _ *contact.Contact, e contact.Effect) (gateway.Result, error) {
	v, ok := e.(contact.InvokeFunction)
	if !ok {
		return gateway.Result{}, foreign(e)
	}
	back := contact.FunctionReturned{Visit: v.Visit, Invocation: v.Invocation}
	limit := time.Duration(v.Timeout) * time.Second
	if limit <= 0 || !v.Async && limit > functionLimit {
		limit = functionLimit
	}
	inTime, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var n int
	var err error
	if to, ok := f.find(v.ARN); ok {
		back.Payload, n, err = post(inTime, to, v.Payload)
	} else if f.invoke != nil {
		back.Payload, n, err = f.invokeAPI(inTime, v)
	} else {
		err = fmt.Errorf("no URL is set for %s, and no Lambda endpoint", v.ARN)
	}
	if err != nil {
		back.Payload, back.Error = nil, why(inTime, err, limit)
		f.log.Info("a function failed", "arn", v.ARN, "tries", n, "err", back.Error)
	}
	r := gateway.Result{Input: back}
	if n > 1 {
		r.Note = "the function was called " + strconv.Itoa(n) + " times"
	}
	return r, nil
}

// post calls a function at its own URL.
func post(ctx context.Context, to endpoint, event []byte) (json.RawMessage, int, error) {
	a, n, err := to.insist(ctx, functionAnswer, func() (*http.Request, error) {
		return to.request(ctx, http.MethodPost, "", event)
	})
	if err != nil {
		return nil, n, err
	}
	if a.status < 200 || a.status > 299 {
		return nil, n, fmt.Errorf("answered %d", a.status)
	}
	payload, err := a.returned()
	return payload, n, err
}

// invokeAPI calls a function by Lambda's own API.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
func (f *Functions) invokeAPI(ctx context.Context, v contact.InvokeFunction) (json.RawMessage, int, error) {
	a, n, err := f.invoke.insist(ctx, functionAnswer, func() (*http.Request, error) {
		r, err := f.invoke.request(ctx, http.MethodPost, "/2015-03-31/functions/"+url.PathEscape(v.ARN)+"/invocations", v.Payload)
		if err != nil {
			return nil, err
		}
		r.Header.Set("X-Amz-Invocation-Type", "RequestResponse")
		f.lambda.sign(r, v.Payload, "lambda", v.ARN)
		return r, nil
	})
	if err != nil {
		return nil, n, err
	}
	if a.status < 200 || a.status > 299 {
		code, text := a.exception()
		return nil, n, fmt.Errorf("answered %d %s", a.status, strings.TrimSpace(code+" "+text))
	}
	payload, err := a.returned()
	return payload, n, err
}

// returned gives what a function returned, or the error that it ended with.
func (a answer) returned() (json.RawMessage, error) {
	kind := a.header.Get("X-Amz-Function-Error")
	if kind == "" {
		return a.json()
	}
	var e struct {
		ErrorType    string `json:"errorType"`
		ErrorMessage string `json:"errorMessage"`
	}
	json.Unmarshal(a.body, &e) // what cannot be read is not said
	return nil, fmt.Errorf("function error %s", strings.TrimSpace(kind+" "+e.ErrorType+" "+e.ErrorMessage))
}

// json gives the answer's body; null where there is none.
func (a answer) json() (json.RawMessage, error) {
	switch {
	case a.cut:
		return nil, fmt.Errorf("the answer is over %d bytes", len(a.body))
	case len(strings.TrimSpace(string(a.body))) == 0:
		return json.RawMessage("null"), nil
	case !json.Valid(a.body):
		return nil, fmt.Errorf("the answer is not JSON")
	}
	return a.body, nil
}

// exception gives an AWS error's code and message.
func (a answer) exception() (code, message string) {
	var e struct {
		Type    string `json:"__type"`
		Code    string `json:"code"`
		Message string `json:"message"`
		Upper   string `json:"Message"`
	}
	json.Unmarshal(a.body, &e) // what cannot be read is not said
	code = a.header.Get("X-Amzn-ErrorType")
	if code == "" {
		code = e.Type
	}
	if code == "" {
		code = e.Code
	}
	code, _, _ = strings.Cut(code, ":") // "ConflictException:http://…"
	if _, after, ok := strings.Cut(code, "#"); ok {
		code = after
	}
	if message = e.Message; message == "" {
		message = e.Upper
	}
	return code, message
}

// sign signs a request to the service, where there are keys. arn may give the region.
func (s Service) sign(r *http.Request, body []byte, service, arn string) {
	if s.Credentials.AccessKeyID == "" {
		return
	}
	region := s.Region
	if a, err := wire.ParseARN(arn); region == "" && err == nil {
		region = a.Region
	}
	if region == "" {
		region = "us-east-1"
	}
	wire.Sign(r, body, s.Credentials, region, service, time.Now())
}
