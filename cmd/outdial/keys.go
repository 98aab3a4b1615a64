package main

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"sync"
	"time"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

// keyLife is how long a key is believed without asking the store: a key that is
// revoked on another node is refused here after that.
const keyLife = 2 * time.Second

// keysKept bounds how many keys are remembered.
const keysKept = 10_000

// A keyring finds access keys for the verifier of signatures.
type keyring struct {
	st   *store.Store
	mu   sync.Mutex
	seen map[string]knownKey
}

type knownKey struct {
	key   *wire.Key // nil: there is none
	until time.Time
}

// find gives the key of an id; nil where there is none, or it was revoked.
func (k *keyring) find(ctx context.Context, id string) (*wire.Key, error) {
	now := time.Now()
	k.mu.Lock()
	known, ok := k.seen[id]
	k.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.key, nil
	}
	var key *wire.Key
	err := k.st.View(ctx, func(t *store.Tx) error {
		r, err := store.Load[resource.Key](t, resource.KindKey, id)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err == nil && r.Revoked.IsZero() {
			key = wireKey(r)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.seen == nil || len(k.seen) >= keysKept {
		k.seen = map[string]knownKey{}
	}
	k.seen[id] = knownKey{key, now.Add(keyLife)}
	return key, nil
}

// forget lets a change of a key be seen at once.
func (k *keyring) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.seen = nil
}

// wireKey is a key as the verifier knows keys.
func wireKey(r *resource.Key) *wire.Key {
	out := &wire.Key{ID: r.ID, Secret: r.Secret, Account: r.Account, ARN: r.ARN, UserID: r.ID, Policy: new(wire.Policy)}
	if out.ARN == "" {
		out.ARN = "arn:aws:iam::" + r.Account + ":user/" + r.Name
	}
	allow := r.Allow
	if len(allow) == 0 {
		allow = []resource.Rule{{Actions: []string{"*"}}}
	}
	for _, a := range allow {
		out.Policy.Statements = append(out.Policy.Statements, wire.Statement{Actions: a.Actions, Resources: a.Resources})
	}
	for _, x := range r.Deny {
		out.Policy.Statements = append(out.Policy.Statements, wire.Statement{Deny: true, Actions: x.Actions, Resources: x.Resources})
	}
	return out
}

// newKey makes an access key that may do everything.
func newKey(account, name string) *resource.Key {
	id := make([]byte, 10)
	secret := make([]byte, 30)
	rand.Read(id) // never fails
	rand.Read(secret)
	r := &resource.Key{Account: account, Secret: base64.StdEncoding.EncodeToString(secret)}
	r.ID, r.Name = "AKOD"+base32.StdEncoding.EncodeToString(id), name
	r.ARN = "arn:aws:iam::" + account + ":user/" + name
	return r
}

// firstKey gives the key that the ready file and the printed lines name: the
// one that the environment fixes, else the oldest that may do everything, else a
// new one: whoever runs the server must be able to do everything with it. made
// tells that it is new: its secret is shown this once.
func firstKey(ctx context.Context, st *store.Store, account string, getenv func(string) string) (key *resource.Key, made bool, err error) {
	fixed := &resource.Key{Account: account, Secret: getenv("OUTDIAL_SECRET_ACCESS_KEY")}
	fixed.ID, fixed.Name = getenv("OUTDIAL_ACCESS_KEY_ID"), "first"
	if (fixed.ID == "") != (fixed.Secret == "") {
		return nil, false, usagef("OUTDIAL_ACCESS_KEY_ID and OUTDIAL_SECRET_ACCESS_KEY go together")
	}
	err = st.Update(ctx, store.Need{}, func(t *store.Tx) error {
		key, made = nil, false
		if fixed.ID != "" {
			key = fixed
			return keepFixed(t, fixed)
		}
		err := each(t, resource.KindKey, "", func(r store.Row) error {
			k := new(resource.Key)
			if err := json.Unmarshal(r.Doc, k); err != nil {
				return err
			}
			if k.Revoked.IsZero() && k.Account == account && len(k.Allow)+len(k.Deny) == 0 && (key == nil || k.Created.Before(key.Created)) {
				key = k
			}
			return nil
		})
		if err != nil || key != nil {
			return err
		}
		key, made = newKey(account, "first"), true
		return putKey(t, key)
	})
	return key, made, err
}

// keepFixed keeps the environment's key, where it differs from what is kept.
func keepFixed(t *store.Tx, key *resource.Key) error {
	old, err := t.Resource(resource.KindKey, key.ID)
	if fault.Is(err, fault.NotFound) {
		return putKey(t, key)
	}
	if err != nil {
		return err
	}
	var was resource.Key
	if err := json.Unmarshal(old.Doc, &was); err != nil {
		return err
	}
	if was.Secret == key.Secret && was.Account == key.Account && was.Revoked.IsZero() {
		return nil
	}
	key.Meta = was.Meta
	return putKey(t, key)
}

func putKey(t *store.Tx, key *resource.Key) error {
	if r, err := t.ResourceNamed(resource.KindKey, "", key.Name); err == nil && r.ID != key.ID {
		key.Name = key.ID // an earlier first key has that name
	}
	key.ARN = "arn:aws:iam::" + key.Account + ":user/" + key.Name
	if key.Created.IsZero() {
		key.Created = time.Now().UTC().Truncate(time.Millisecond)
	}
	doc, err := json.Marshal(key)
	if err != nil {
		return err
	}
	return t.PutResource(store.Row{Kind: string(resource.KindKey), ID: key.ID, Name: key.Name, Doc: doc})
}

// tokenKey gives the key that next tokens are signed with: made once, and the
// same on every node and after every start.
func tokenKey(ctx context.Context, st *store.Store) (key []byte, err error) {
	const mark = "secret/next-tokens"
	err = st.Update(ctx, store.Need{Marks: []string{mark}}, func(t *store.Tx) error {
		doc, ok, err := t.Mark(mark, time.Now())
		if err != nil {
			return err
		}
		if ok {
			return json.Unmarshal(doc, &key)
		}
		key = make([]byte, 32)
		rand.Read(key)
		if doc, err = json.Marshal(key); err != nil {
			return err
		}
		return t.PutMark(mark, doc, time.Time{})
	})
	return key, err
}
