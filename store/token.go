package store

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"

	"outdial/contact"
	"outdial/fault"
)

// A Token is what is kept of a ClientToken.
type Token struct {
	Key     string // scope and token, "chat/INSTANCE/TOKEN"
	Contact contact.ID
	Hashes  map[string]string // short hash of each member of the request
	Expires time.Time         // of the engine's time
}

type tokenRow struct {
	Token
	k       int64
	hashes  string
	id      int64 // 0 where it is not in the table
	old     int64 // the row that it replaces
	dirty   bool
	foreign bool // another token has its key
}

// seal stands for a token's text, of which key is but 64 bits: 128 further ones.
// What an earlier version kept has the text itself.
func seal(name string) string {
	h := sha256.Sum256([]byte(name))
	return base64.RawStdEncoding.EncodeToString(h[8:24])
}

func (b *batch) tokenStmts(names []string) []stmt {
	var keys []int64
	asked := map[int64]string{}
	for _, name := range names {
		if _, known := b.tokens.look(name); !known {
			k := key(name)
			b.tokens.fill(name, &tokenRow{k: k})
			keys = append(keys, k)
			asked[k] = name
		}
	}
	return among("select k, id, name, contact, hashes, expires from token where k in (%s)", keys, func(r row) error {
		name := asked[r.num(0)]
		t := &tokenRow{k: r.num(0), id: r.num(1), hashes: r.text(4), foreign: r.text(2) != name && r.text(2) != seal(name)}
		t.Token = Token{Key: name, Contact: contact.ID(r.text(3)), Expires: fromMillis(r.num(5))}
		b.tokens.fill(name, t)
		return nil
	})
}

func (b *batch) token(name string) (*tokenRow, error) {
	r, known := b.tokens.look(name)
	if !known {
		if err := b.do(b.tokenStmts([]string{name})...); err != nil {
			return nil, err
		}
		r, _ = b.tokens.look(name)
	}
	if r.foreign {
		return nil, fault.New(fault.Internal, "store: two tokens have the key of %q", name)
	}
	return r, nil
}

// Token gives what is kept under key, unless it has expired by now.
func (t *Tx) Token(key string, now time.Time) (Token, bool, error) {
	r, err := t.b.token(key)
	if err != nil || r.Contact == "" || !r.Expires.After(now) {
		return Token{}, false, err
	}
	k := r.Token
	return k, true, json.Unmarshal([]byte(r.hashes), &k.Hashes)
}

// PutToken keeps a token, over an older one of the same key.
func (t *Tx) PutToken(k Token) error {
	if err := t.b.writable(); err != nil {
		return err
	}
	if err := clean("token", k.Key, string(k.Contact)); err != nil {
		return err
	}
	hashes, err := json.Marshal(k.Hashes)
	if err != nil {
		return err
	}
	r, err := t.b.token(k.Key)
	if err != nil {
		return err
	}
	k.Hashes = nil
	t.b.tokens.put(k.Key, &tokenRow{Token: k, k: r.k, hashes: string(hashes), old: max(r.id, r.old), dirty: true})
	return nil
}

// The number of a row that is kept until a moment: 22 bits for the moment, in
// buckets of 2^20 ms (17 minutes), 30 bits of microseconds so that rows that
// live equally long do not meet, and 10 bits of the node's tag. Rows that meet
// all the same make their batch run again.
const (
	bucketShift = 20
	uniqueBits  = 40
	never       = 1 << 62
)

// expiryID makes the number of a row that is kept until expires: such rows lie
// in the order in which they expire.
func (s *Store) expiryID(expires int64) int64 {
	id := s.ids.after(0)
	if expires == 0 {
		return never | id&(never-1)
	}
	bucket := min(max(expires, 1)>>bucketShift, 1<<22-1)
	tick, tag := id>>tagBits, id&(1<<10-1)
	return bucket<<uniqueBits | (tick<<10|tag)&(1<<uniqueBits-1)
}

// expired is an upper bound of the numbers of rows that have expired by now.
func expired(now int64) int64 { return (now>>bucketShift + 1) << uniqueBits }
