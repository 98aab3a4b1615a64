package admin

import (
	"encoding/json"
	"regexp"
	"slices"
	"time"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

// A key is an access key as a list shows it: without its secret.
type key struct {
	ID      string          `json:"accessKeyId"`
	Secret  string          `json:"secretAccessKey,omitempty"` // shown once
	Name    string          `json:"name"`
	Account string          `json:"account"`
	ARN     string          `json:"arn"`
	Created time.Time       `json:"created"`
	Revoked time.Time       `json:"revoked,omitzero"`
	File    bool            `json:"file,omitempty"` // the configuration declares it
	Allow   []resource.Rule `json:"allow,omitempty"`
	Deny    []resource.Rule `json:"deny,omitempty"`
}

func shown(k *resource.Key) key {
	return key{ID: k.ID, Name: k.Name, Account: k.Account, ARN: k.ARN, Created: k.Created, Revoked: k.Revoked, File: k.File, Allow: k.Allow, Deny: k.Deny}
}

// keys gives the access keys of the caller's account, oldest first.
func keys(t *store.Tx, c *call) (list []*resource.Key, err error) {
	for after := ""; ; {
		rows, err := t.Resources(resource.KindKey, "", after, 1000)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			k := new(resource.Key)
			if err := json.Unmarshal(r.Doc, k); err != nil {
				return nil, err
			}
			if k.Account == c.caller.Account {
				list = append(list, k)
			}
			after = r.ID
		}
		if len(rows) < 1000 {
			break
		}
	}
	slices.SortStableFunc(list, func(a, b *resource.Key) int { return a.Created.Compare(b.Created) })
	return list, nil
}

func putKey(t *store.Tx, k *resource.Key) error {
	doc, err := json.Marshal(k)
	if err != nil {
		return err
	}
	return t.PutResource(store.Row{Kind: string(resource.KindKey), ID: k.ID, Name: k.Name, Doc: doc})
}

func (s *Server) listKeys(c *call) error {
	out := struct {
		Keys []key `json:"keys"`
	}{Keys: []key{}}
	err := s.Store.View(c.r.Context(), func(t *store.Tx) error {
		list, err := keys(t, c)
		for _, k := range list {
			out.Keys = append(out.Keys, shown(k))
		}
		return err
	})
	if err != nil {
		return err
	}
	s.write(c, 200, out)
	return nil
}

// keyName is what a key may be called: it ends up in ARNs.
var keyName = regexp.MustCompile(`^[A-Za-z0-9+=,.@_-]{1,64}$`)

// createKey makes an access key. Whoever may do this may do everything: the new
// key has the rules that the request gives it.
func (s *Server) createKey(c *call) error {
	var in struct {
		Name  string          `json:"name"`
		Allow []resource.Rule `json:"allow"`
		Deny  []resource.Rule `json:"deny"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	if !keyName.MatchString(in.Name) {
		return fault.New(fault.Invalid, "name: 1 to 64 of letters, digits and +=,.@_-, not %q", in.Name)
	}
	for _, list := range [][]resource.Rule{in.Allow, in.Deny} {
		for _, r := range list {
			if member, why := r.Wrong(); why != "" {
				return fault.New(fault.Invalid, "%s: %s", member, why)
			}
		}
	}
	k := s.NewKey(c.caller.Account, in.Name)
	k.Allow, k.Deny = in.Allow, in.Deny
	k.Created = time.Now().UTC().Truncate(time.Millisecond)
	err := s.Store.Update(c.r.Context(), store.Need{}, func(t *store.Tx) error {
		_, err := t.ResourceNamed(resource.KindKey, "", in.Name)
		if err == nil {
			return fault.New(fault.Conflict, "name: there is a key %q", in.Name)
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		return putKey(t, k)
	})
	if err != nil {
		return err
	}
	s.keysChanged()
	s.Log.Info("an access key was made", "key", k.ID, "by", c.caller.ARN)
	v := shown(k)
	v.Secret = k.Secret
	s.write(c, 201, v)
	return nil
}

func (s *Server) keysChanged() {
	if s.KeysChanged != nil {
		s.KeysChanged()
	}
}

// revokeKey lets an access key do nothing any more, for ever. The last key of an
// account stays: nobody could make another.
func (s *Server) revokeKey(c *call) error {
	var out key
	err := s.Store.Update(c.r.Context(), store.Need{}, func(t *store.Tx) error {
		list, err := keys(t, c)
		if err != nil {
			return err
		}
		var k *resource.Key
		live := 0
		for _, v := range list {
			if v.Revoked.IsZero() {
				live++
			}
			if v.ID == c.label["id"] {
				k = v
			}
		}
		switch {
		case k == nil:
			return fault.New(fault.NotFound, "id: there is no key %q", c.label["id"])
		case k.File:
			return fault.New(fault.Conflict, "id: the configuration declares the key %s: take it out there", k.ID)
		case k.Revoked.IsZero() && live == 1:
			return fault.New(fault.Conflict, "id: %s is the last key of account %s: make another first", k.ID, k.Account)
		}
		if k.Revoked.IsZero() {
			k.Revoked = time.Now().UTC().Truncate(time.Millisecond)
		}
		out = shown(k)
		return putKey(t, k)
	})
	if err != nil {
		return err
	}
	s.keysChanged()
	s.Log.Info("an access key was revoked", "key", out.ID, "by", c.caller.ARN)
	s.write(c, 200, out)
	return nil
}
