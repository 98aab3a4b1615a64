package api

import (
	"encoding/json"
	"errors"
	"time"

	"outdial/store"
	"outdial/wire"
)

// A once makes an operation that creates a resource idempotent: a repeated
// ClientToken gets the answer of the first call.
type once struct {
	key  string // "" without a token
	hash string
	now  time.Time
}

// tokenLife is how long a ClientToken is remembered.
const tokenLife = 7 * 24 * time.Hour

// errRepeated says that the answer is there already, and nothing is to be done.
var errRepeated = errors.New("api: repeated ClientToken")

type answered struct {
	Hash   string          `json:"hash"`
	Answer json.RawMessage `json:"answer"`
}

func (s *Server) once(scope, token, hash string) once {
	if token == "" {
		return once{}
	}
	return once{"token/" + scope + "/" + token, hash, s.Now()}
}

// before looks the token up. Where it is known, out is the answer of the first
// call and the error errRepeated.
func (o once) before(t *store.Tx, out any) error {
	if o.key == "" {
		return nil
	}
	doc, ok, err := t.Mark(o.key, o.now)
	if err != nil || !ok {
		return err
	}
	var a answered
	if err := json.Unmarshal(doc, &a); err != nil {
		return err
	}
	if a.Hash != o.hash {
		return wire.Errorf("Idempotency", "ClientToken: used before with other parameters")
	}
	if err := json.Unmarshal(a.Answer, out); err != nil {
		return err
	}
	return errRepeated
}

// keep remembers the answer.
func (o once) keep(t *store.Tx, out any) error {
	if o.key == "" {
		return nil
	}
	answer, err := json.Marshal(out)
	if err != nil {
		return err
	}
	doc, err := json.Marshal(answered{o.hash, answer})
	if err != nil {
		return err
	}
	return t.PutMark(o.key, doc, o.now.Add(tokenLife))
}

// done drops the error that only says that the token was known.
func done(err error) error {
	if errors.Is(err, errRepeated) {
		return nil
	}
	return err
}
