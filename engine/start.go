package engine

import (
	"context"
	"sort"
	"strings"
	"time"

	"github.com/google/uuid"

	"outdial/contact"
	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

// tokenLife is how long a ClientToken is remembered.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_StartOutboundVoiceContact.html
const tokenLife = 7 * 24 * time.Hour

// newID makes an id that sorts by time: random ones cost the database 4 times as much.
func newID() contact.ID { return contact.ID(uuid.Must(uuid.NewV7()).String()) }

// OptOutList names the opt-out list that a number keeps: the one it is told to
// keep, else its own.
func OptOutList(n *resource.Number) string {
	if n.OptOut != "" {
		return n.OptOut
	}
	return n.ID
}

// OptOutKey is the mark of a customer's number on an opt-out list.
func OptOutKey(list, number string) string { return "optout/" + list + "/" + number }

// DoNotContactKey is the mark of a number that an instance must not contact.
func DoNotContactKey(instance, number string) string { return "dnc/" + instance + "/" + number }

// windowKey is the mark of an open WhatsApp customer service window.
func windowKey(l contact.Line) string {
	return "window/" + l.Instance + "/" + l.System + "/" + l.Customer
}

// Start makes a contact and takes its first turn: when it returns, all of it is
// kept. A repeated token gives the contact of the first call, before any other
// reason to refuse.
func (e *Engine) Start(ctx context.Context, r StartRequest) (contact.ID, error) {
	if r.Refuse != nil && r.Token == "" {
		return "", r.Refuse
	}
	var need store.Need
	if r.Token != "" {
		need.Tokens = []string{r.Token}
	}
	if r.Contact != nil && r.Refuse == nil {
		r.Contact.ID = newID()
		need.New = r.Max == 0 && r.Contact.RelatedID == ""
		need.Marks = r.marks()
		if r.Contact.Channel == contact.Chat {
			need.Lines = []contact.Line{r.Contact.Line()}
		}
		if r.Contact.RelatedID != "" {
			need.Contacts = []contact.ID{r.Contact.RelatedID}
		}
	}
	var id contact.ID
	err := e.Store.Update(ctx, need, func(t *store.Tx) (err error) {
		id, err = e.start(t, r)
		return err
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

func (r *StartRequest) marks() []string {
	keys := []string{DoNotContactKey(r.Contact.Instance, r.Contact.Customer.Address)}
	if r.OptOutList != "" {
		keys = append(keys, OptOutKey(r.OptOutList, r.Contact.Customer.Address))
	}
	return keys
}

func (e *Engine) start(t *store.Tx, r StartRequest) (contact.ID, error) {
	now := e.Now()
	if r.Token != "" {
		k, ok, err := t.Token(r.Token, now)
		if err != nil {
			return "", err
		}
		if ok {
			again, id, err := e.repeat(t, r, k)
			if err != nil || !again {
				return id, err
			}
		}
	}
	if r.Refuse != nil {
		return "", r.Refuse
	}
	if err := e.refusals(t, r); err != nil {
		return "", err
	}
	c := r.Contact.Clone()
	c.Initiated = now
	if err := e.relate(t, c); err != nil {
		return "", err
	}
	if _, err := e.turn(t, c, contact.Started{}, true); err != nil {
		return "", err
	}
	if r.Token != "" {
		err := t.PutToken(store.Token{Key: r.Token, Contact: c.ID, Hashes: r.Hashes, Expires: now.Add(tokenLife)})
		if err != nil {
			return "", err
		}
	}
	return c.ID, nil
}

// repeat answers a token that is known: with its contact, or, where the request
// lets it, with a new contact once that one has ended.
func (e *Engine) repeat(t *store.Tx, r StartRequest, k store.Token) (again bool, id contact.ID, err error) {
	if d := differ(k.Hashes, r.Hashes); len(d) > 0 {
		return false, "", &fault.Error{Kind: fault.Invalid, Code: CodeToken,
			Message: "ClientToken: used before with other parameters: " + strings.Join(d, ", ")}
	}
	if !r.Restart {
		return false, k.Contact, nil
	}
	c, err := t.Contact(k.Contact)
	if fault.Is(err, fault.NotFound) { // swept or erased
		return true, "", nil
	}
	if err != nil {
		return false, "", err
	}
	return !c.Open(), k.Contact, nil
}

// differ names the members whose hashes are not the same, sorted.
func differ(a, b map[string]string) []string {
	var d []string
	for k, v := range a {
		if b[k] != v {
			d = append(d, k)
		}
	}
	for k := range b {
		if _, ok := a[k]; !ok {
			d = append(d, k)
		}
	}
	sort.Strings(d)
	return d
}

// refusals are what only the store knows: lists, open chats, how many are open.
func (e *Engine) refusals(t *store.Tx, r StartRequest) error {
	c, now := r.Contact, e.Now()
	if _, no, err := t.Mark(DoNotContactKey(c.Instance, c.Customer.Address), now); err != nil {
		return err
	} else if no {
		return &fault.Error{Kind: fault.Denied, Code: CodeDoNotContact,
			Message: c.Customer.Address + " is on the do-not-contact list"}
	}
	if r.OptOutList != "" && c.Channel == contact.Chat {
		if _, no, err := t.Mark(OptOutKey(r.OptOutList, c.Customer.Address), now); err != nil {
			return err
		} else if no {
			return &fault.Error{Kind: fault.Conflict, Code: CodeOptedOut,
				Message: CodeOptedOut + ": " + c.Customer.Address + " has opted out of messages from " + c.System.Address}
		}
	}
	if r.Max > 0 {
		n, err := t.OpenContacts(c.Instance, c.Channel)
		if err != nil {
			return err
		}
		if n >= r.Max {
			return &fault.Error{Kind: fault.Exceeded, Code: CodeQuota,
				Message: "concurrent active " + strings.ToLower(string(c.Channel)) + " contacts: the limit for the instance has been reached"}
		}
	}
	if c.Channel != contact.Chat {
		return nil
	}
	open, taken, err := t.ContactOn(c.Line())
	if err != nil {
		return err
	}
	if taken {
		return &fault.Error{Kind: fault.Conflict, Code: CodeOpenChat,
			Message: "contact " + string(open) + " is already open between " + c.System.Address + " and " + c.Customer.Address}
	}
	return nil
}

// relate copies the attributes of the related contact; the request's own win.
func (e *Engine) relate(t *store.Tx, c *contact.Contact) error {
	if c.RelatedID == "" {
		return nil
	}
	r, err := t.Contact(c.RelatedID)
	if err != nil || r.Instance != c.Instance {
		if err == nil || fault.Is(err, fault.NotFound) {
			return fault.New(fault.NotFound, "RelatedContactId: there is no contact %s", c.RelatedID)
		}
		return err
	}
	for k, v := range r.Attributes {
		if _, own := c.Attributes[k]; own {
			continue
		}
		if c.Attributes == nil {
			c.Attributes = make(map[string]string)
		}
		c.Attributes[k] = v
	}
	return nil
}
