// Package api answers Amazon Connect's operations, one in each file: it binds
// what AWS calls a thing to what the house calls it, says what is wrong with a
// request in AWS's exceptions, and hands contacts to the engine.
//
// It moves no contact by itself, writes no contact but through the engine, and
// knows no carrier. Which operations there are stands in operations.go.
package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"outdial/attachment"
	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

// Config is what a Server is made of.
type Config struct {
	Engine *engine.Engine
	Store  *store.Store
	Log    *slog.Logger

	// Start starts a contact; nil: Engine.Start. A benchmark that measures what
	// lies above the engine sets another.
	Start func(context.Context, engine.StartRequest) (contact.ID, error)

	// Verifier checks signatures; without one Anonymous calls.
	Verifier  *wire.Verifier
	Anonymous wire.Caller
	// Files are the files of contacts; nil: none are kept.
	Files *attachment.Files
	// Tokens makes the next tokens.
	Tokens wire.Tokens
	// Carrier gives the account that carries a number's channel (SMS, VOICE,
	// WHATSAPP) where the number names none; nil: it stays open.
	Carrier func(n *resource.Number, channel string) string
	// URL is where people reach this server; DescribeInstance tells it.
	URL string
	// Now is real time, for rates; nil: time.Now. What contacts see is the
	// engine's time.
	Now func() time.Time
	// Observe, where set, is told of each answer.
	Observe func(operation string, status int, took time.Duration)
}

// A Server answers the operations.
type Server struct {
	Config
	rates  rates
	known  knowledge
	phones phones
}

// New makes a server.
func New(c Config) *Server {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Start == nil {
		c.Start = c.Engine.Start
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Server{Config: c}
}

// Handler answers HTTP requests: Amazon Connect's operations, and
// GetCallerIdentity of sts, which many clients call first.
func (s *Server) Handler() (http.Handler, error) {
	return wire.NewRouter(wire.Config{
		Service:    "connect",
		Operations: s.Operations(),
		Queries:    []wire.Query{s.callerIdentity()},
		Unserved:   unserved(s.Operations()),
		Verifier:   s.Verifier,
		Anonymous:  s.Anonymous,
		Log:        s.Log,
		Observe:    s.Observe,
	})
}

// Catalogue lists every operation of the service, served or not, one a line:
// "PUT /contact/outbound-chat StartOutboundChatContact".
func Catalogue() []string { return strings.Split(strings.TrimSpace(catalogue), "\n") }

// unserved is the catalogue without what ops serve.
func unserved(ops []wire.Operation) string {
	served := map[string]bool{}
	for _, o := range ops {
		served[o.Name] = true
	}
	var b strings.Builder
	for _, line := range Catalogue() {
		if f := strings.Fields(line); !served[f[2]] {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// op makes one entry of the table: the operation under its rate, with the
// faults of the rooms below turned into exceptions.
func op[In, Out any](s *Server, name, route, resource, errors string, fn func(*Server, context.Context, *In) (*Out, error)) wire.Operation {
	return wire.Op(name, route, resource, errors, func(ctx context.Context, in *In) (*Out, error) {
		if err := s.throttle(ctx, name); err != nil {
			return nil, err
		}
		out, err := fn(s, ctx, in)
		if err != nil {
			return nil, exception(err)
		}
		return out, nil
	})
}

// exceptions by the kind of a fault. What an operation does not declare, wire
// replaces by the next of kin.
var exceptions = [...]string{
	fault.Internal: "InternalServiceException",
	fault.Invalid:  "InvalidRequestException",
	fault.NotFound: "ResourceNotFoundException",
	fault.Conflict: "ConflictException",
	fault.Exceeded: "LimitExceededException",
	fault.Denied:   "AccessDeniedException",
	fault.Refused:  "InvalidRequestException",
	fault.Busy:     "ThrottlingException",
}

// exception turns a fault into AWS's exception; what is one already, and what
// is nobody's fault, stays as it is.
func exception(err error) error {
	var e *wire.Exception
	var f *fault.Error
	if errors.As(err, &e) || !errors.As(err, &f) || f.Kind == fault.Internal || int(f.Kind) >= len(exceptions) {
		return err
	}
	return as(exceptions[f.Kind], f)
}

// as words a fault as the exception of a name.
func as(name string, f *fault.Error) *wire.Exception {
	text := f.Message
	if text == "" {
		text = f.Kind.String()
	}
	if f.Code == engine.CodeOptedOut && !strings.Contains(text, f.Code) {
		text = f.Code + ": " + text
	}
	return &wire.Exception{Name: name, Message: text, Err: cause(f)}
}

// cause is what of a fault belongs in the operator's log.
func cause(f *fault.Error) error {
	if f.Err == nil {
		return nil
	}
	return f
}

// none is the answer of an operation that says nothing but that it is done.
type none struct{}
