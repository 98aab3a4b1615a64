package api

import (
	"context"
	"time"
	"unicode/utf8"

	"outdial/contact"
	"outdial/engine"
	"outdial/resource"
	"outdial/wire"
)

type startOutboundChatContactInput struct {
	SourceEndpoint                 *endpoint               `wire:"required"`
	DestinationEndpoint            *endpoint               `wire:"required"`
	InstanceId                     string                  `wire:"required,len=1..100"`
	SegmentAttributes              map[string]segmentValue `wire:"required,key.len=1..128"`
	Attributes                     map[string]string       `wire:"key.len=1..32767,value.len=0..32767"`
	ContactFlowId                  string                  `wire:"required,len=..500"`
	ChatDurationInMinutes          *int                    `wire:"range=60..10080"`
	ParticipantDetails             *participantDetails
	InitialSystemMessage           *chatMessage
	InitialTemplatedSystemMessage  *templatedMessage
	RelatedContactId               string   `wire:"len=1..256"`
	SupportedMessagingContentTypes []string `wire:"item.len=1..100"`
	ClientToken                    string   `wire:"len=..500"`
}

type participantDetails struct {
	DisplayName string `wire:"required,len=1..256"`
}

type chatMessage struct {
	ContentType string `wire:"required,len=1..100"`
	Content     string `wire:"required,len=1..16384"`
}

type startOutput struct {
	ContactId string `wire:"len=1..256"`
}

// Channels of a number, as resources spell them.
const (
	sms      = "SMS"
	whatsApp = "WHATSAPP"
	voice    = "VOICE"
)

// What the operation sets where the caller does not.
const (
	chatDuration = 1500 * time.Minute // 25 hours
	plainText    = "text/plain"
)

// maxContent is how long a message may be in bytes, on any channel.
const maxContent = 16384

// A messaging is what a channel subtype means.
type messaging struct {
	channel string // of the number
	longest int    // characters of a message
}

// messagings are the subtypes, with the channel's own limit of a message.
// https://docs.aws.amazon.com/connect/latest/adminguide/feature-limits.html
var messagings = map[string]messaging{
	contact.SMS:      {sms, 1024},
	contact.WhatsApp: {whatsApp, 4096},
}

// messageTypes are the content types of a system message.
var messageTypes = map[string]bool{
	plainText:          true,
	"text/markdown":    true,
	"application/json": true,
	"application/vnd.amazonaws.connect.message.interactive.response": true,
}

// supportedTypes are the content types that a customer's side may support.
var supportedTypes = map[string]bool{
	plainText:          true,
	"text/markdown":    true,
	"application/json": true,
	"application/vnd.amazonaws.connect.message.interactive":          true,
	"application/vnd.amazonaws.connect.message.interactive.response": true,
}

// startOutboundChatContact starts an SMS or WhatsApp contact.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_StartOutboundChatContact.html
func (s *Server) startOutboundChatContact(ctx context.Context, in *startOutboundChatContactInput) (*startOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	r := engine.StartRequest{}
	if r.Refuse = s.chat(ctx, at, in, &r); r.Refuse == nil {
		r.Refuse = checkDestination(at.in, in.DestinationEndpoint.Address)
	}
	if in.ClientToken != "" {
		r.Token = "chat/" + at.Instance + "/" + in.ClientToken
		r.Hashes = in.hashes(at)
	}
	if at.in.Quotas == "aws" {
		r.Max = maxChats
	}
	id, err := s.Start(ctx, r)
	if err != nil {
		return nil, refusedChat(err)
	}
	return &startOutput{ContactId: string(id)}, nil
}

// chat fills in r, or says why the request cannot be honoured.
func (s *Server) chat(ctx context.Context, at place, in *startOutboundChatContactInput, r *engine.StartRequest) error {
	segment, err := readSegment("SegmentAttributes", in.SegmentAttributes)
	if err != nil {
		return err
	}
	subtype := ""
	if v := segment[subtypeKey].String; v != nil {
		subtype = *v
	}
	by, ok := messagings[subtype]
	if !ok {
		return wire.Invalid("SegmentAttributes."+subtypeKey, "ValueString must be %s or %s, not %s", contact.SMS, contact.WhatsApp, quote(subtype))
	}
	segment[directionKey] = text("OUTBOUND")
	number, err := s.source(ctx, at, in.SourceEndpoint, by.channel)
	if err != nil {
		return err
	}
	if err := s.destination(in.DestinationEndpoint); err != nil {
		return err
	}
	if err := checkAttributes("Attributes", in.Attributes); err != nil {
		return err
	}
	if err := checkContentTypes(in.SupportedMessagingContentTypes); err != nil {
		return err
	}
	f, err := s.startFlow(ctx, at, in.ContactFlowId)
	if err != nil {
		return err
	}
	first, err := s.initial(ctx, at, in, by)
	if err != nil {
		return err
	}
	c := &contact.Contact{
		Instance:     at.Instance,
		Channel:      contact.Chat,
		Subtype:      subtype,
		Method:       contact.MethodAPI,
		Customer:     contact.Endpoint{Type: contact.TelephoneNumber, Address: in.DestinationEndpoint.Address},
		System:       contact.Endpoint{Type: contact.TelephoneNumber, Address: number.Number},
		Account:      s.carrier(number, by.channel),
		Attributes:   in.Attributes,
		Segment:      segment,
		RelatedID:    contact.ID(in.RelatedContactId),
		ContentTypes: in.SupportedMessagingContentTypes,
		Expires:      s.Engine.Now().Add(in.duration()),
		Initial:      first,
		Position:     contact.Position{Flow: f.ID},
	}
	if in.ParticipantDetails != nil {
		c.DisplayName = in.ParticipantDetails.DisplayName
		c.Customer.DisplayName = c.DisplayName // $.CustomerEndpoint.DisplayName
	}
	r.Contact = c
	r.OptOutList = engine.OptOutList(number)
	return nil
}

// duration is how long the chat may last.
func (in *startOutboundChatContactInput) duration() time.Duration {
	if in.ChatDurationInMinutes == nil {
		return chatDuration
	}
	return time.Duration(*in.ChatDurationInMinutes) * time.Minute
}

// source finds the number that the contact comes from.
func (s *Server) source(ctx context.Context, at place, e *endpoint, channel string) (*resource.Number, error) {
	const field = "SourceEndpoint"
	if e.Type != contact.PhoneNumberARN {
		return nil, wire.Invalid(field+".Type", "must be %s, not %s", contact.PhoneNumberARN, quote(e.Type))
	}
	if e.Address == "" {
		return nil, wire.Invalid(field+".Address", "required, and missing")
	}
	if contact.E164(e.Address) {
		return nil, wire.Invalid(field+".Address", "must be the ARN of a phone number, not the number %s", e.Address)
	}
	id, err := at.ID(field+".Address", e.Address, string(resource.KindNumber))
	if err != nil {
		return nil, err
	}
	n, err := known[resource.Number](ctx, s, at.Instance, field+".Address", resource.KindNumber, id)
	if err != nil {
		return nil, err
	}
	return n, carries(n, field+".Address", channel)
}

// destination checks the customer's endpoint.
func (s *Server) destination(e *endpoint) error {
	const field = "DestinationEndpoint"
	if e.Type != contact.TelephoneNumber {
		return wire.Invalid(field+".Type", "must be %s, not %s", contact.TelephoneNumber, quote(e.Type))
	}
	return s.phones.check(field+".Address", e.Address)
}

// checkContentTypes checks the content types of the customer's side.
func checkContentTypes(types []string) error {
	const field = "SupportedMessagingContentTypes"
	if types == nil {
		return nil
	}
	plain := false
	for _, t := range types {
		if !supportedTypes[t] {
			return wire.Invalid(field, "%s is not a content type that is supported", quote(t))
		}
		plain = plain || t == plainText
	}
	if !plain {
		return wire.Invalid(field, "must contain %s", plainText)
	}
	return nil
}

// initial makes the message that leaves before the flow's first.
func (s *Server) initial(ctx context.Context, at place, in *startOutboundChatContactInput, by messaging) ([]contact.SendMessage, error) {
	const field, templated = "InitialSystemMessage", "InitialTemplatedSystemMessage"
	var m contact.SendMessage
	switch {
	case in.InitialSystemMessage != nil && in.InitialTemplatedSystemMessage != nil:
		return nil, wire.Invalid(templated, "not together with %s", field)
	case in.InitialSystemMessage != nil:
		m = contact.SendMessage{Text: in.InitialSystemMessage.Content, ContentType: in.InitialSystemMessage.ContentType, Initial: true}
		if !messageTypes[m.ContentType] {
			return nil, wire.Invalid(field+".ContentType", "%s is not a content type of a message", quote(m.ContentType))
		}
		return []contact.SendMessage{m}, checkLength(field+".Content", m.Text, by)
	case in.InitialTemplatedSystemMessage != nil:
		t, err := s.template(ctx, at, in.InitialTemplatedSystemMessage)
		if err != nil {
			return nil, err
		}
		if t.Channel != by.channel {
			return nil, wire.Invalid(templated+".MessageTemplateId", "the template %s is for %s, and the contact is %s", quote(t.Name), t.Channel, by.channel)
		}
		if m, err = fill(t, in.InitialTemplatedSystemMessage.TemplateAttributes); err != nil {
			return nil, err
		}
		return []contact.SendMessage{m}, checkLength(templated, m.Text, by)
	}
	return nil, nil
}

// checkLength checks a message against what its channel takes.
func checkLength(field, text string, by messaging) error {
	if len(text) > maxContent {
		return wire.Invalid(field, "at most %d bytes, not %d", maxContent, len(text))
	}
	if len(text) <= by.longest {
		return nil
	}
	if n := utf8.RuneCountInString(text); n > by.longest {
		return wire.Invalid(field, "at most %d characters on %s, not %d", by.longest, by.channel, n)
	}
	return nil
}

// hashes are those of the members, by which a repeated token is compared.
func (in *startOutboundChatContactInput) hashes(at place) hashes {
	h := make(hashes, 8)
	h.text("ContactFlowId", equal(at, in.ContactFlowId, resource.KindFlow))
	h.parts("SourceEndpoint", in.SourceEndpoint.Type, equal(at, in.SourceEndpoint.Address, resource.KindNumber))
	h.parts("DestinationEndpoint", in.DestinationEndpoint.Type, in.DestinationEndpoint.Address)
	w := begin()
	w.given(in.SegmentAttributes)
	h["SegmentAttributes"] = w.end()
	h.pairs("Attributes", in.Attributes)
	h.number("ChatDurationInMinutes", in.ChatDurationInMinutes)
	if p := in.ParticipantDetails; p != nil {
		h.text("ParticipantDetails", p.DisplayName)
	}
	if m := in.InitialSystemMessage; m != nil {
		h.parts("InitialSystemMessage", m.ContentType, m.Content)
	}
	if m := in.InitialTemplatedSystemMessage; m != nil {
		w := begin()
		w.texts([]string{lastPart(m.KnowledgeBaseId), lastPart(m.MessageTemplateId), m.TemplateAttributes.CustomerProfileAttributes})
		w.pairs(m.TemplateAttributes.CustomAttributes)
		h["InitialTemplatedSystemMessage"] = w.end()
	}
	h.text("RelatedContactId", in.RelatedContactId)
	if in.SupportedMessagingContentTypes != nil {
		h.parts("SupportedMessagingContentTypes", in.SupportedMessagingContentTypes...)
	}
	return h
}
