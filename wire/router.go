package wire

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Config is what a Router is made of.
type Config struct {
	Service    string      // signing name, and prefix of actions in policies: "connect"
	Operations []Operation // what is served
	Queries    []Query     // what is served by the query protocol, at "/"

	// Unserved names the operations that AWS has and this face has not, one a
	// line: "PUT /agent-status/{InstanceId} CreateAgentStatus". They answer
	// UnknownOperationException by their name.
	Unserved string

	Verifier  *Verifier // nil: signatures are not checked, and Anonymous calls
	Anonymous Caller    // without a Verifier; its Region yields to the one a request is signed for
	Log       *slog.Logger

	// Observe, where set, is told of each answer. Name is "" where no operation was found.
	Observe func(name string, status int, took time.Duration)
}

// A Router answers HTTP requests by a table of operations. It never answers HTML,
// and a panic in an operation is an InternalServiceException. Do not mount it
// behind http.ServeMux, which redirects paths that it would clean.
type Router struct{}

// NewRouter makes a Router, or says which two entries contradict each other.
func NewRouter(c Config) (*Router, error) { panic("not yet") }

// ServeHTTP implements http.Handler.
func (r *Router) ServeHTTP(w http.ResponseWriter, q *http.Request) { panic("not yet") }

// A Query is an operation of the older query protocol: a form in, XML out.
// There is one that clients need beside Connect, GetCallerIdentity of sts.
type Query struct {
	Service   string // "sts"
	Version   string // "2011-06-15"
	Namespace string // of the XML answer
	Action    string // "GetCallerIdentity"

	// Run returns the members of the result, in order, as name and value.
	Run func(ctx context.Context) ([][2]string, error)
}
