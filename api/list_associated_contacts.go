package api

import (
	"cmp"
	"context"
	"slices"

	"outdial/contact"
	"outdial/fault"
	"outdial/store"
	"outdial/wire"
)

type listAssociatedContactsInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	ContactId  string `wire:"required,query=contactId,len=1..256"`
	MaxResults *int   `wire:"query=maxResults,range=1..100"`
	NextToken  string `wire:"query=nextToken"`
}

type listAssociatedContactsOutput struct {
	ContactSummaryList []associatedContact
	NextToken          string
}

type associatedContact struct {
	ContactId           string `wire:"len=1..256"`
	ContactArn          string
	InitiationTimestamp wire.Time
	DisconnectTimestamp wire.Time
	InitialContactId    string `wire:"len=1..256"`
	PreviousContactId   string `wire:"len=1..256"`
	RelatedContactId    string `wire:"len=1..256"`
	InitiationMethod    string `wire:"enum=INBOUND|OUTBOUND|TRANSFER|QUEUE_TRANSFER|CALLBACK|API|DISCONNECT|MONITOR|EXTERNAL_OUTBOUND|WEBRTC_API|AGENT_REPLY|FLOW"`
	Channel             string `wire:"enum=VOICE|CHAT|TASK|EMAIL"`
}

// maxChain bounds how many contacts are followed.
const maxChain = 1000

// listAssociatedContacts lists the contacts of the same tree, as far as a
// contact's own links lead: its chain, and what those contacts are related to.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListAssociatedContacts.html
func (s *Server) listAssociatedContacts(ctx context.Context, in *listAssociatedContactsInput) (*listAssociatedContactsOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	var all []*contact.Contact
	err = s.Store.View(ctx, func(t *store.Tx) error {
		c, err := contactOf(t, at, "ContactId", in.ContactId)
		if err != nil {
			return err
		}
		all, err = tree(t, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &listAssociatedContactsOutput{ContactSummaryList: []associatedContact{}}
	l := listing{"ListAssociatedContacts", in.NextToken, in.MaxResults, listed, []string{at.Instance, in.ContactId}}
	out.NextToken, err = part(s, l, all, func(c *contact.Contact) string { return string(c.ID) }, func(c *contact.Contact) {
		out.ContactSummaryList = append(out.ContactSummaryList, associatedContact{
			string(c.ID), at.InstanceARN("contact", string(c.ID)), wire.At(c.Initiated), wire.At(c.Disconnected),
			string(c.InitialID), string(c.PreviousID), string(c.RelatedID), c.Method, string(c.Channel),
		})
	})
	return out, err
}

// tree follows the links of a contact, and gives all that it met, the oldest first.
func tree(t *store.Tx, c *contact.Contact) ([]*contact.Contact, error) {
	met := map[contact.ID]bool{c.ID: true}
	all := []*contact.Contact{c}
	for i := 0; i < len(all) && len(all) < maxChain; i++ {
		for _, id := range []contact.ID{all[i].InitialID, all[i].PreviousID, all[i].NextID, all[i].RelatedID} {
			if id == "" || met[id] {
				continue
			}
			met[id] = true
			next, err := t.Contact(id)
			if fault.Is(err, fault.NotFound) {
				continue // swept
			}
			if err != nil {
				return nil, err
			}
			all = append(all, next)
		}
	}
	slices.SortFunc(all, func(a, b *contact.Contact) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}
