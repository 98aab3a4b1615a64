package flow

import (
	"maps"
	"strings"
	"time"

	"outdial/contact"
	"outdial/resource"
)

// startOutboundChatContact sends a message to somebody and begins a chat with
// them, under its own flow. With RelatedContact CURRENT this contact is deflected
// to it: the new one is related to it and has its attributes.
//
// The documentation knows connect:SMS only; connect:WhatsApp is taken too, as the
// API operation of the same name takes it.
var startOutboundChatContact = Spec{
	Doc: docs + "contact-actions-startoutboundchatcontact.html",
	Params: []Param{
		{Name: "SourceEndpoint", Shape: Object, Required: true, Members: []Param{
			{Name: "Address", Use: J, Required: true, Ref: resource.KindNumber},
			{Name: "Type", Use: S, Required: true, Enum: []string{contact.PhoneNumberARN}},
		}},
		{Name: "DestinationEndpoint", Shape: Object, Required: true, Members: []Param{
			{Name: "Address", Required: true},
			{Name: "Type", Use: S, Required: true, Enum: []string{contact.TelephoneNumber}},
		}},
		{Name: "ContactFlowArn", Use: J, Required: true, Ref: resource.KindFlow},
		{Name: "ContactSubtype", Use: S, Required: true, Enum: []string{contact.SMS, contact.WhatsApp}},
		{Name: "InitialSystemMessage", Shape: Object, Members: []Param{{Name: "Content", Required: true}}},
		{Name: "RelatedContact", Use: S, Enum: []string{"CURRENT"}},
	},
	Errors: []ErrorRule{{Type: noMatch}},
	Waits:  true,
	Run:    runStartOutboundChatContact,
}

// chatLasts is how long a chat stays open where nobody said. API_StartOutboundChatContact
const chatLasts = 1500 * time.Minute

func runStartOutboundChatContact(t *Turn) Next {
	if in, ok := t.Input.(contact.ContactCreated); ok {
		if in.ID == "" {
			return t.Fail(noMatch, "the contact was not started: "+join(in.Code, in.Error))
		}
		return t.NextSaying("started " + string(in.ID))
	}
	if t.Input != nil {
		return Ignore
	}
	c, why := t.outboundChat()
	if why != "" {
		return t.Fail(noMatch, why)
	}
	t.Do(contact.StartContact{Visit: t.Visit(), Contact: c, Deflect: t.Text("RelatedContact") != ""})
	return Wait
}

// outboundChat makes the contact that is asked for, or says why it cannot be.
func (t *Turn) outboundChat() (*contact.Contact, string) {
	n, err := t.World.Number(t.Text("SourceEndpoint", "Address"))
	if err != nil {
		return nil, "the number \"" + t.Text("SourceEndpoint", "Address") + "\" is not there"
	}
	to := strings.TrimSpace(t.Text("DestinationEndpoint", "Address"))
	if !contact.E164(to) {
		return nil, "the destination \"" + to + "\" is not an E.164 number"
	}
	f, why := t.findFlow(t.Text("ContactFlowArn"))
	if why != "" {
		return nil, why
	}
	subtype := t.Text("ContactSubtype")
	c := &contact.Contact{
		Instance: t.Contact.Instance, Channel: contact.Chat, Subtype: subtype, Method: contact.MethodFlow,
		Customer:     contact.Endpoint{Type: contact.TelephoneNumber, Address: to},
		System:       contact.Endpoint{Type: contact.TelephoneNumber, Address: n.Number},
		Account:      n.Account,
		LanguageCode: t.Contact.LanguageCode,
		Segment:      map[string]contact.SegmentValue{"connect:Subtype": {String: &subtype}},
		Initiated:    t.At, Expires: t.At.Add(chatLasts),
		Position: contact.Position{Flow: f.ID},
	}
	if m := t.Text("InitialSystemMessage", "Content"); m != "" {
		if max, n := textLimit(subtype, m); n > max {
			return nil, "the initial message is too long"
		}
		c.Initial = []contact.SendMessage{{Text: m, Initial: true}}
	}
	if t.Text("RelatedContact") != "" {
		c.RelatedID = t.Contact.ID
		c.Attributes = maps.Clone(t.Contact.Attributes)
	}
	return c, ""
}
