package flow

import (
	"outdial/contact"
)

// createPersistentContactAssociation makes this chat go on from an earlier one:
// the two are related from then on. It is done once in a contact's life.
var createPersistentContactAssociation = Spec{
	Doc: "https://docs.aws.amazon.com/connect/latest/adminguide/create-persistent-contact-association-block.html",
	Params: []Param{
		{Name: "RehydrationType", Use: J, Required: true, Enum: []string{entireSession, "FROM_SEGMENT"}},
		{Name: "SourceContactId", Required: true},
		{Name: "ClientToken"},
	},
	Errors:   []ErrorRule{{Type: noMatch}},
	Channels: C,
	Open:     true,
	Run:      runCreatePersistentContactAssociation,
}

// entireSession goes on from the first contact of the earlier chain, where
// FROM_SEGMENT goes on from the very one that is named. API_PersistentChat
const entireSession = "ENTIRE_PAST_SESSION"

// persistent is the member of Contact.Extra that says from which contact a chat
// goes on, and how.
const persistent = "persistentChat"

func runCreatePersistentContactAssociation(t *Turn) Next {
	c := t.Contact
	id, how := contact.ID(t.Text("SourceContactId")), t.Text("RehydrationType")
	switch {
	case how != entireSession && how != "FROM_SEGMENT":
		return t.Fail(noMatch, "the rehydration type \""+how+"\" is not known")
	case c.Extra[persistent] != nil:
		return t.Fail(noMatch, "the chat goes on from an earlier one already")
	case id == "" || id == c.ID:
		return t.Fail(noMatch, "no earlier contact is named")
	}
	from, err := t.World.Contact(id)
	switch {
	case err != nil:
		return t.Fail(noMatch, "the contact \""+string(id)+"\" is not there")
	case from.Channel != contact.Chat:
		return t.Fail(noMatch, "the contact \""+string(id)+"\" is no chat")
	case from.Open():
		return t.Fail(noMatch, "the chat \""+string(id)+"\" has not ended")
	}
	c.RelatedID = from.ID
	if how == entireSession {
		c.RelatedID = from.First()
	}
	c.Extra = merged(c.Extra, map[string]any{persistent: map[string]any{"RehydrationType": how, "SourceContactId": string(id)}})
	return t.Next()
}
