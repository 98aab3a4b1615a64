package flow

import (
	"fmt"
	"maps"

	"outdial/contact"
	"outdial/resource"
)

// createCallbackContact makes a contact that waits in a queue to be called back:
// an agent takes it first, and then the customer is called.
var createCallbackContact = Spec{
	Doc: docs + "interactions-createcallbackcontact.html",
	Params: []Param{
		{Name: "QueueId", Use: J, Ref: resource.KindQueue},
		{Name: "AgentId", Use: J, Ref: resource.KindUser},
		{Name: "InitialCallDelaySeconds", Shape: Int, Use: S, Required: true, Min: 1, Max: 259200},
		{Name: "MaximumConnectionAttempts", Shape: Int, Use: S, Required: true, Min: 1},
		{Name: "RetryDelaySeconds", Shape: Int, Use: S, Required: true, Min: 1, Max: 259200},
		// Newer than the page.
		{Name: "ContactFlowId", Use: J, Ref: resource.KindFlow},
		{Name: "CallerId", Shape: Object, Members: []Param{{Name: "Number", Use: J}, {Name: "Name"}}},
	},
	Groups: []Group{{Names: []string{"QueueId", "AgentId"}, Rule: AtMostOne}},
	Errors: []ErrorRule{{Type: noMatch}},
	Flows:  I | Q | TA | TQ | MOD,
	Waits:  true,
	Run:    runCreateCallbackContact,
}

func runCreateCallbackContact(t *Turn) Next {
	if in, ok := t.Input.(contact.ContactCreated); ok {
		if in.ID == "" {
			return t.Fail(noMatch, "the callback was not created: "+join(in.Code, in.Error))
		}
		if t.Contact.NextID == "" {
			t.Contact.NextID = in.ID
		}
		return t.NextSaying("created " + string(in.ID))
	}
	if t.Input != nil {
		return Ignore
	}
	c, why := t.callbackContact()
	if why != "" {
		return t.Fail(noMatch, why)
	}
	t.Do(contact.StartContact{Visit: t.Visit(), Contact: c})
	return Wait
}

// callbackContact makes the contact that is asked for, or says why it cannot be.
func (t *Turn) callbackContact() (*contact.Contact, string) {
	of := t.Contact
	ref, why := t.queueOrAgent()
	if why != "" {
		return nil, why
	}
	if ref == "" && of.Queue != nil {
		ref = of.Queue.ID
	}
	q, failed := t.intoQueue(ref)
	if failed != nil {
		return nil, failed.why
	}
	to := of.CallbackNumber
	if to == "" {
		to = of.Customer.Address
	}
	if !contact.E164(to) {
		return nil, "the customer's number \"" + to + "\" cannot be called"
	}
	k, why := t.callbackTimes()
	if why != "" {
		return nil, why
	}
	direction, subtype := "OUTBOUND", contact.Telephony
	c := &contact.Contact{
		Instance: of.Instance, Channel: contact.Voice, Subtype: subtype, Method: contact.MethodCallback,
		InitialID: of.First(), PreviousID: of.ID,
		Customer: contact.Endpoint{Type: contact.TelephoneNumber, Address: to, DisplayName: of.Customer.DisplayName},
		Name:     of.Name, Description: of.Description, DisplayName: of.DisplayName, LanguageCode: of.LanguageCode, CustomerID: of.CustomerID,
		Attributes: maps.Clone(of.Attributes), References: maps.Clone(of.References), Tags: maps.Clone(of.Tags), Hooks: maps.Clone(of.Hooks),
		Segment: map[string]contact.SegmentValue{"connect:Subtype": {String: &subtype}, "connect:Direction": {String: &direction}},
		Voice:   of.Voice, Logging: of.Logging, Recording: of.Recording, Priority: of.Priority, AgeShift: of.AgeShift, Criteria: of.Criteria,
		Initiated: t.At, Target: q.ID, Callback: k,
	}
	// Setting up queued callback: a callback keeps its place in the queue.
	if k.Since = of.Connected; k.Since.IsZero() {
		k.Since = of.Initiated
	}
	if c.System, why = t.callbackFrom(q); why != "" {
		return nil, why
	}
	if t.Has("ContactFlowId") {
		f, why := t.findFlow(t.Text("ContactFlowId"))
		if why != "" {
			return nil, why
		}
		c.Position.Flow = f.ID
	}
	return c, ""
}

func (t *Turn) callbackTimes() (*contact.Callback, string) {
	delay, ok := t.Int("InitialCallDelaySeconds")
	tries, ok2 := t.Int("MaximumConnectionAttempts")
	retry, ok3 := t.Int("RetryDelaySeconds")
	if !ok || !ok2 || !ok3 || tries < 1 {
		return nil, fmt.Sprintf("a delay of %q, %q attempts, %q between them: these are no numbers within their bounds",
			t.Text("InitialCallDelaySeconds"), t.Text("MaximumConnectionAttempts"), t.Text("RetryDelaySeconds"))
	}
	return &contact.Callback{Delay: delay, Tries: tries, Try: 1, Retry: retry}, ""
}

// callbackFrom gives the number that the customer sees: the action's own, the
// queue's caller id, or that of the contact.
func (t *Turn) callbackFrom(q *resource.Queue) (contact.Endpoint, string) {
	from := contact.Endpoint{Type: contact.TelephoneNumber, Address: t.Contact.System.Address, DisplayName: q.CallerName}
	if t.Has("CallerId", "Name") {
		from.DisplayName = t.Text("CallerId", "Name")
	}
	ref := q.CallerNumber
	if t.Has("CallerId", "Number") {
		ref = t.Text("CallerId", "Number")
	}
	if ref == "" {
		return from, ""
	}
	number, why := t.callerID(ref)
	from.Address = number
	return from, why
}
