package flow

import "errors"

var errTodo = errors.New("flow: to be written")

// A Flow is a parsed flow.
type Flow struct {
	ID   string
	Hash string
}
