package flow

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"outdial/contact"
	"outdial/resource"
)

// invokeLambdaFunction calls a function with the contact's data, and keeps what
// it answers as $.External. Asynchronously it goes on at once; the answer is
// $.LambdaInvocation.ResultData when it has come.
var invokeLambdaFunction = Spec{
	Doc: docs + "interactions-invokelambdafunction.html",
	Params: []Param{
		{Name: "LambdaFunctionARN", Required: true, Ref: resource.KindFunction},
		{Name: "InvocationTimeLimitSeconds", Shape: Int, Use: S, Required: true, Min: 1, Max: 60},
		{Name: "LambdaInvocationAttributes", Shape: Map, Members: []Param{{Shape: Any}}},
		{Name: "InvocationType", Use: S, Enum: []string{"SYNCHRONOUS", "ASYNCHRONOUS"}},
		{Name: "ResponseValidation", Shape: Object, Members: []Param{
			{Name: "ResponseType", Use: S, Required: true, Enum: []string{"STRING_MAP", "JSON"}},
		}},
	},
	Errors: []ErrorRule{{Type: noMatch}},
	Waits:  true,
	Sets:   []string{"External", "LambdaInvocation"},
	Check:  checkInvokeLambdaFunction,
	Run:    runInvokeLambdaFunction,
}

// Limits of a function's invocation, and of all that run one after the other
// with nothing said to the customer in between. Admin guide, "Invoke Lambda
// functions".
const (
	syncSeconds  = 8
	chainSeconds = 20
	maxAnswer    = 32 * 1024
)

// A functionChain is what the action remembers while a function runs.
type functionChain struct {
	Since time.Time `json:"since"` // when the first function of the chain was called
}

func runInvokeLambdaFunction(t *Turn) Next {
	switch in := t.Input.(type) {
	case nil:
		return t.invoke()
	case contact.FunctionReturned:
		var k functionChain
		if t.Kept(&k) {
			t.chain = k.Since
		}
		if in.Error != "" {
			return t.Fail(noMatch, "the function failed: "+in.Error)
		}
		v, why := answer(in.Payload, t.Text("ResponseValidation", "ResponseType"))
		if why != "" {
			return t.Fail(noMatch, why)
		}
		t.Set("External", v)
		return t.Next()
	}
	return Ignore
}

func (t *Turn) invoke() Next {
	arn := t.Text("LambdaFunctionARN")
	if arn == "" {
		return t.Fail(noMatch, "no function is named")
	}
	async := t.Text("InvocationType") == "ASYNCHRONOUS"
	limit, ok := t.Int("InvocationTimeLimitSeconds")
	if !ok || !async && limit > syncSeconds {
		limit = syncSeconds
	}
	if !async {
		if t.chain.IsZero() {
			t.chain = t.At
		}
		left := chainSeconds - int(t.At.Sub(t.chain)/time.Second)
		if left < 1 {
			return t.Fail(noMatch, fmt.Sprintf("functions have run for %d seconds one after the other; say something in between", chainSeconds))
		}
		limit = min(limit, left)
	}
	payload, err := json.Marshal(t.lambdaEvent())
	if err != nil {
		return t.Fail(noMatch, "the contact's data cannot be written: "+err.Error())
	}
	e := contact.InvokeFunction{Visit: t.Visit(), ARN: arn, Payload: payload, Timeout: limit, Async: async}
	if !async {
		t.Keep(functionChain{Since: t.chain})
		t.Do(e)
		return Wait
	}
	e.Invocation = t.invocationID()
	t.Do(e)
	t.Set("LambdaInvocation", map[string]any{"InvocationId": e.Invocation})
	return t.Next()
}

// invocationID names an asynchronous invocation: the same when the turn is run again.
func (t *Turn) invocationID() string {
	h := fnv.New128a()
	h.Write([]byte(t.Contact.ID))
	h.Write([]byte(strconv.Itoa(t.Visit())))
	s := hex.EncodeToString(h.Sum(nil))
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// asynchronous tells whether id is that of the last asynchronous invocation.
func (t *Turn) asynchronous(id string) bool {
	last, _ := t.Contact.Vars["LambdaInvocation"].(map[string]any)
	return id != "" && last["InvocationId"] == id
}

// returnedLate is the answer of an asynchronous function, wherever the contact
// stands by now. It is taken where it answers the last invocation.
func (t *Turn) returnedLate(in contact.FunctionReturned) error {
	last, _ := t.Contact.Vars["LambdaInvocation"].(map[string]any)
	if last["InvocationId"] != in.Invocation || last["ResultData"] != nil {
		t.out.Stale = true
		return nil
	}
	if in.Error != "" {
		t.Note("the function failed: " + in.Error)
	}
	if v, why := answer(in.Payload, "JSON"); why == "" {
		t.SetMember("LambdaInvocation", "ResultData", v)
	} else if in.Error == "" {
		t.Note(why)
	}
	if t.Contact.Position.Action == "" {
		return nil
	}
	if err := t.stand(); err != nil || t.node.kind != "Wait" {
		return err
	}
	return t.resume(in)
}

// answer reads what a function gave back, by its response type.
func answer(payload json.RawMessage, kind string) (any, string) {
	if len(payload) > maxAnswer {
		return nil, fmt.Sprintf("the function's answer has %d bytes, over %d", len(payload), maxAnswer)
	}
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	var v any
	if len(payload) > 0 {
		if err := d.Decode(&v); err != nil {
			return nil, "the function's answer is not JSON: " + err.Error()
		}
	}
	if kind == "JSON" {
		return plain(v), ""
	}
	m, ok := v.(map[string]any)
	if v == nil {
		m, ok = map[string]any{}, true
	}
	if !ok {
		return nil, "the function's answer is " + jsonKind(v) + ", not a map of strings"
	}
	out := make(map[string]any, len(m))
	for _, k := range sortedKeys(m) {
		switch e := m[k].(type) {
		case map[string]any, []any:
			return nil, "the function's answer is not a flat map of strings: \"" + k + "\" is " + jsonKind(e)
		default:
			out[k] = textOf(e)
		}
	}
	return out, ""
}

// lambdaEvent is the event that a function gets.
// Admin guide, "Invoke Lambda functions": example JSON request.
func (t *Turn) lambdaEvent() map[string]any {
	params := map[string]any{}
	if m, ok := t.JSON("LambdaInvocationAttributes").(map[string]any); ok {
		params = m
	}
	return map[string]any{
		"Name":    "ContactFlowEvent",
		"Details": map[string]any{"ContactData": t.contactData(), "Parameters": params},
	}
}

func (t *Turn) contactData() map[string]any {
	c := t.Contact
	previous := c.PreviousID
	if previous == "" {
		previous = c.ID
	}
	var queue any
	if q, ok := t.queueData().(map[string]any); ok {
		if q["OutboundCallerId"] == nil {
			q["OutboundCallerId"] = nil
		}
		queue = q
	}
	return map[string]any{
		"Attributes": emptied(c.Attributes), "AwsRegion": t.instance().Region, "Channel": string(c.Channel),
		"ContactId": string(c.ID), "CustomerEndpoint": endpointData(c.Customer), "CustomerId": optional(c.CustomerID),
		"Description": optional(c.Description), "InitialContactId": string(c.First()), "InitiationMethod": c.Method,
		"InstanceARN": t.instance().ARN, "LanguageCode": t.language(), "MediaStreams": t.mediaStreams(),
		"Name": optional(c.Name), "PreviousContactId": string(previous), "Queue": queue,
		"References": t.referenceData(), "RelatedContactId": optional(string(c.RelatedID)),
		"SegmentAttributes": segmentData(c.Segment), "SystemEndpoint": endpointData(c.System), "Tags": t.tags(),
	}
}

// language is the contact's language; AWS's default is en-US.
func (t *Turn) language() string {
	if t.Contact.LanguageCode == "" {
		return "en-US"
	}
	return t.Contact.LanguageCode
}

func endpointData(e contact.Endpoint) any {
	if e.Address == "" {
		return nil
	}
	kind := e.Type
	if kind == "" || kind == contact.PhoneNumberARN {
		kind = contact.TelephoneNumber
	}
	return map[string]any{"Address": e.Address, "Type": kind}
}

func (t *Turn) mediaStreams() any {
	if v, ok := t.Contact.Vars["MediaStreams"]; ok {
		return v
	}
	if t.Contact.Channel == contact.Voice {
		return map[string]any{"Customer": map[string]any{"Audio": nil}}
	}
	return map[string]any{"Customer": map[string]any{"Audio": map[string]any{}}}
}

func (t *Turn) referenceData() map[string]any {
	out := map[string]any{}
	for k, r := range t.Contact.References {
		out[k] = map[string]any{"Type": strings.ToLower(r.Type), "Value": r.Value}
	}
	return out
}

// segmentData writes segment attributes with all five members, the unused null.
func segmentData(in map[string]contact.SegmentValue) map[string]any {
	out := map[string]any{}
	for k, v := range in {
		e := map[string]any{"ValueArn": nil, "ValueInteger": nil, "ValueList": nil, "ValueMap": nil, "ValueString": nil}
		switch {
		case v.String != nil:
			e["ValueString"] = *v.String
		case v.Integer != nil:
			e["ValueInteger"] = *v.Integer
		case v.ARN != nil:
			e["ValueArn"] = *v.ARN
		case v.Map != nil:
			e["ValueMap"] = segmentData(v.Map)
		case v.List != nil:
			e["ValueList"] = v.List
		}
		out[k] = e
	}
	return out
}

// tags gives the contact's tags and the system's own.
func (t *Turn) tags() map[string]string {
	out := map[string]string{"aws:connect:instanceId": t.instance().ID}
	if a := t.Contact.System.Address; a != "" {
		out["aws:connect:systemEndpoint"] = a
	}
	for k, v := range t.Contact.Tags {
		out[k] = v
	}
	return out
}

func emptied(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

func checkInvokeLambdaFunction(a *Checked) {
	if n, err := strconv.Atoi(a.Text("InvocationTimeLimitSeconds")); err == nil && n > syncSeconds &&
		a.Text("InvocationType") != "ASYNCHRONOUS" {
		a.BadValue("a synchronous invocation takes at most 8 seconds", "InvocationTimeLimitSeconds")
	}
}
