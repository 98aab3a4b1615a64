package api

import (
	"context"
	"errors"
	"slices"

	"outdial/engine"
	"outdial/fault"
	"outdial/resource"
	"outdial/wire"
)

// How many contacts may be open at once in an instance that has AWS's quotas.
// Calls of campaigns are none until AWS raises that quota.
// https://docs.aws.amazon.com/connect/latest/adminguide/amazon-connect-service-limits.html
const (
	maxChats = 500
	maxCalls = 10
)

// refusedChat words what the engine refused as StartOutboundChatContact does.
func refusedChat(err error) error {
	return refused(err, map[string]string{
		engine.CodeDoNotContact: "ConflictException",
		codeDestination:         "InvalidRequestException",
	})
}

// refusedCall words what the engine refused as StartOutboundVoiceContact does.
func refusedCall(err error) error {
	return refused(err, map[string]string{
		engine.CodeDoNotContact: "OutboundContactNotPermittedException",
		engine.CodeOptedOut:     "OutboundContactNotPermittedException",
		codeDestination:         "DestinationNotAllowedException",
	})
}

// refused words a fault by its code where names has it; else its kind decides.
func refused(err error, names map[string]string) error {
	var f *fault.Error
	if errors.As(err, &f) {
		if name, ok := names[f.Code]; ok {
			return as(name, f)
		}
	}
	return err
}

// startFlow finds the flow that a contact is to start in: an active one that
// has been published, of the type that takes contacts in.
func (s *Server) startFlow(ctx context.Context, at place, ref string) (*resource.Flow, error) {
	const field = "ContactFlowId"
	if ref == "" {
		return nil, wire.Invalid(field, "required, and missing")
	}
	id, err := at.ID(field, ref, string(resource.KindFlow))
	if err != nil {
		return nil, err
	}
	f, err := known[resource.Flow](ctx, s, at.Instance, field, resource.KindFlow, id)
	switch {
	case err != nil:
		return nil, err
	case f.Hash == "":
		return nil, fault.New(fault.NotFound, "%s: the flow %s was never published", field, quote(f.Name))
	case f.State == resource.Archived:
		return nil, wire.Invalid(field, "the flow %s is archived", quote(f.Name))
	case f.Type != "CONTACT_FLOW":
		return nil, wire.Invalid(field, "the flow %s is of type %s; a contact starts in one of type CONTACT_FLOW", quote(f.Name), f.Type)
	}
	return f, nil
}

// carries says whether a number has a channel.
func carries(n *resource.Number, field, channel string) error {
	if slices.Contains(n.Channels, channel) {
		return nil
	}
	return wire.Invalid(field, "the number %s has no channel %s", n.Number, channel)
}

// carrier names the account that carries a number's channel.
func (s *Server) carrier(n *resource.Number, channel string) string {
	if n.Account == "" && s.Carrier != nil {
		return s.Carrier(n, channel)
	}
	return n.Account
}
