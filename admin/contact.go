package admin

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

// instances gives the instances of the caller's account, oldest id first.
func instances(t *store.Tx, c *call) (list []*resource.Instance, err error) {
	for after := ""; ; {
		rows, err := t.Resources(resource.KindInstance, "", after, 1000)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			i := new(resource.Instance)
			if err := json.Unmarshal(r.Doc, i); err != nil {
				return nil, err
			}
			if i.Account == c.caller.Account {
				list = append(list, i)
			}
			after = r.ID
		}
		if len(rows) < 1000 {
			return list, nil
		}
	}
}

// instance finds an instance of the caller's account by id, ARN or alias; "" is
// the first.
func instance(t *store.Tx, c *call, ref string) (*resource.Instance, error) {
	list, err := instances(t, c)
	if err != nil {
		return nil, err
	}
	for _, i := range list {
		if ref == "" || ref == i.ID || ref == i.ARN || strings.EqualFold(ref, i.Name) {
			return i, nil
		}
	}
	return nil, fault.New(fault.NotFound, "instance: there is none like %q in account %s", ref, c.caller.Account)
}

// contactOf gives the contact of the path, if it is of the caller's account.
func contactOf(t *store.Tx, c *call, id contact.ID) (*contact.Contact, error) {
	none := fault.New(fault.NotFound, "id: there is no contact %q", id)
	k, err := t.Contact(id)
	if fault.Is(err, fault.NotFound) {
		return nil, none
	}
	if err != nil {
		return nil, err
	}
	i, err := store.Load[resource.Instance](t, resource.KindInstance, k.Instance)
	if fault.Is(err, fault.NotFound) || err == nil && i.Account != c.caller.Account {
		return nil, none
	}
	return k, err
}

// A line is a contact in a list.
type line struct {
	ID           contact.ID      `json:"id"`
	Instance     string          `json:"instance"`
	Channel      contact.Channel `json:"channel"`
	Subtype      string          `json:"subtype,omitempty"`
	Method       string          `json:"method"`
	Customer     string          `json:"customer,omitempty"`
	System       string          `json:"system,omitempty"`
	Name         string          `json:"name,omitempty"`
	Initiated    time.Time       `json:"initiated"`
	Connected    time.Time       `json:"connected,omitzero"`
	Disconnected time.Time       `json:"disconnected,omitzero"`
	Reason       string          `json:"reason,omitempty"`
	AMD          string          `json:"amdStatus,omitempty"`
}

// listContacts searches the contacts of an instance, or of all that the account has,
// newest first.
func (s *Server) listContacts(c *call) (err error) {
	q := store.ContactQuery{Channels: c.list("channel"), Methods: c.list("method"), Customer: c.query.Get("customer"), After: c.query.Get("after")}
	if q.Limit, err = c.limit(); err != nil {
		return err
	}
	if err := among("channel", q.Channels, []string{"VOICE", "CHAT", "TASK", "EMAIL"}); err != nil {
		return err
	}
	if err := among("method", q.Methods, methods()); err != nil {
		return err
	}
	if q.From, err = c.at("from"); err != nil {
		return err
	}
	if q.To, err = c.at("to"); err != nil {
		return err
	}
	switch v := c.query.Get("open"); v {
	case "":
	case "true", "false":
		open := v == "true"
		q.Open = &open
	default:
		return fault.New(fault.Invalid, "open: true or false, not %q", v)
	}
	out := struct {
		Contacts []line `json:"contacts"`
		Next     string `json:"next,omitempty"`
	}{Contacts: []line{}}
	err = s.Store.View(c.r.Context(), func(t *store.Tx) error {
		list, next, err := contactsOf(t, c, q)
		for _, k := range list {
			out.Contacts = append(out.Contacts, line{
				ID: k.ID, Instance: k.Instance, Channel: k.Channel, Subtype: k.Subtype, Method: k.Method, Customer: k.Customer.Address,
				System: k.System.Address, Name: k.Name, Initiated: k.Initiated, Connected: k.Connected, Disconnected: k.Disconnected,
				Reason: k.Reason, AMD: k.AMDStatus,
			})
		}
		out.Next = next
		return err
	})
	if err != nil {
		return err
	}
	s.write(c, 200, out)
	return nil
}

// methods are the initiation methods of contacts.
func methods() []string {
	return []string{contact.MethodAPI, contact.MethodInbound, contact.MethodOutbound, contact.MethodFlow, contact.MethodTransfer,
		contact.MethodQueueTransfer, contact.MethodCallback, contact.MethodDisconnect}
}

// contactsOf gives a page of the contacts of the instance that is named, or of all
// the account's. Keys of pages are the same in every instance.
func contactsOf(t *store.Tx, c *call, q store.ContactQuery) (list []*contact.Contact, next string, err error) {
	of, err := instances(t, c)
	if err != nil {
		return nil, "", err
	}
	if ref := c.query.Get("instance"); ref != "" || len(of) == 0 {
		i, err := instance(t, c, ref)
		if err != nil {
			return nil, "", err
		}
		of = []*resource.Instance{i}
	}
	more := false
	for _, i := range of {
		q.Instance = i.ID
		page, behind, err := t.Contacts(q)
		if err != nil {
			return nil, "", err
		}
		list, more = append(list, page...), more || behind != ""
	}
	slices.SortFunc(list, func(a, b *contact.Contact) int {
		return cmp.Or(b.Initiated.Truncate(time.Millisecond).Compare(a.Initiated.Truncate(time.Millisecond)), cmp.Compare(b.ID, a.ID))
	})
	if len(list) > q.Limit {
		list, more = list[:q.Limit], true
	}
	if more {
		next = store.ContactKey(list[len(list)-1])
	}
	return list, next, nil
}

// describeContact gives a contact as it is kept.
func (s *Server) describeContact(c *call) error {
	var k *contact.Contact
	err := s.Store.View(c.r.Context(), func(t *store.Tx) (err error) {
		k, err = contactOf(t, c, contact.ID(c.label["id"]))
		return err
	})
	if err != nil {
		return err
	}
	s.write(c, 200, k)
	return nil
}

// listMessages gives a contact's messages and what became of them, oldest first.
func (s *Server) listMessages(c *call) error {
	out := struct {
		Messages []keptMessage `json:"messages"`
	}{Messages: []keptMessage{}}
	err := s.Store.View(c.r.Context(), func(t *store.Tx) error {
		k, err := contactOf(t, c, contact.ID(c.label["id"]))
		if err != nil {
			return err
		}
		list, err := t.Messages(k.ID)
		if err != nil {
			return err
		}
		told, err := s.waiting(t, k.ID, s.shown(list))
		out.Messages = append(out.Messages, told...)
		return err
	})
	if err != nil {
		return err
	}
	s.write(c, 200, out)
	return nil
}

// An erasure is what was deleted of a person.
type erasure struct {
	Erased int `json:"erased"` // contacts
}

// eraseContact deletes a contact and all that is kept of it.
func (s *Server) eraseContact(c *call) error {
	id := contact.ID(c.label["id"])
	err := s.Store.View(c.r.Context(), func(t *store.Tx) error {
		k, err := contactOf(t, c, id)
		if err == nil && k.Open() {
			err = openContacts([]string{string(id)})
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := s.erase(c, "", id); err != nil {
		return err
	}
	s.Log.Info("erased", "by", c.caller.ARN, "contacts", 1)
	s.write(c, 200, erasure{1})
	return nil
}

// erase deletes contacts, with their files and what the simulated world knows of
// them; of a person, where a number is given, all that is on the handset.
func (s *Server) erase(c *call, number string, ids ...contact.ID) error {
	if err := s.Store.Erase(c.r.Context(), ids); err != nil {
		return err
	}
	if s.World != nil {
		if err := s.World.Erase(ids, number); err != nil {
			return err
		}
	}
	if s.Files == nil {
		return nil
	}
	_, err := s.Files.Sweep(c.r.Context())
	return err
}

// openContacts refuses to erase what is going on: its call would never be hung
// up, its messages go out into nowhere.
func openContacts(ids []string) error {
	return fault.New(fault.Conflict, "contacts that are open cannot be erased, stop them first: %s", strings.Join(ids, ", "))
}

// erasePerson deletes all contacts with a customer's number, in every instance
// of the account: all of them or, while one is open, none. That a number has
// opted out stays known: it protects the person.
func (s *Server) erasePerson(c *call) error {
	number := c.query.Get("customer")
	if !contact.E164(number) {
		return fault.New(fault.Invalid, "customer: E.164, like +12065550100, not %q", number)
	}
	var ids []contact.ID
	var busy []string
	err := s.Store.View(c.r.Context(), func(t *store.Tx) error {
		list, err := instances(t, c)
		if err != nil {
			return err
		}
		for _, i := range list {
			for q := (store.ContactQuery{Instance: i.ID, Customer: number, Limit: 1000}); ; {
				page, next, err := t.Contacts(q)
				if err != nil {
					return err
				}
				for _, k := range page {
					ids = append(ids, k.ID)
					if k.Open() {
						busy = append(busy, string(k.ID))
					}
				}
				if q.After = next; next == "" {
					break
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(busy) > 0 {
		return openContacts(busy)
	}
	if err := s.erase(c, number, ids...); err != nil {
		return err
	}
	s.Log.Info("erased", "by", c.caller.ARN, "contacts", len(ids))
	s.write(c, 200, erasure{len(ids)})
	return nil
}
