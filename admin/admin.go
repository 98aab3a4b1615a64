// Package admin is our own HTTP beside Amazon's: the handsets and the clock of
// the simulated world, contacts and their timelines, events, opt-outs, access
// keys, health and metrics.
//
// It knows no Amazon operation, and changes a contact only by way of the engine.
package admin

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"outdial/attachment"
	"outdial/engine"
	"outdial/gateway/loopback"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

// Config is what a Server is made of.
type Config struct {
	// Name is the product's: paths begin with /_NAME/, actions of policies with
	// NAME:, metrics with NAME_.
	Name   string
	Store  *store.Store
	Engine *engine.Engine
	// World is the simulated world; nil where the simulator is off.
	World *loopback.World
	// Files are the files of messages; nil where none are kept.
	Files *attachment.Files
	// Carriers are the real carrier accounts. While there are any, time is real.
	Carriers []string
	// Kinds says what each carrier account speaks.
	Kinds map[string]string
	// Verifier checks signatures; nil: they are not checked, and Anonymous calls.
	Verifier  *wire.Verifier
	Anonymous wire.Caller
	// NewKey makes an access key that may do everything; it is not kept yet.
	NewKey func(account, name string) *resource.Key
	// KeysChanged, where set, is called after a key was made or revoked.
	KeysChanged func()
	// Ready, where set, says why requests should go elsewhere just now.
	Ready func() error
	// Done is closed when answers that have no end shall end.
	Done <-chan struct{}
	// Metrics is where our metrics are registered and read; nil makes one.
	Metrics *prometheus.Registry
	Log     *slog.Logger
}

// A Server answers our own paths. It is an http.Handler; do not mount it behind
// http.ServeMux, which redirects paths that it would clean.
type Server struct {
	Config
	routes  []route
	metrics http.Handler
	cross   *http.CrossOriginProtection
}

// clockLimit is how long an advance of the clock may take to come to rest.
const clockLimit = 30 * time.Second

// New makes a Server.
func New(c Config) (*Server, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Metrics == nil {
		c.Metrics = prometheus.NewRegistry()
	}
	if err := register(c.Metrics, c.Name, c.Engine.Stats()); err != nil {
		return nil, err
	}
	if err := c.Metrics.Register(newCensus(c.Name, c.Store, c.Engine)); err != nil {
		return nil, err
	}
	s := &Server{Config: c, cross: http.NewCrossOriginProtection()}
	s.metrics = promhttp.HandlerFor(c.Metrics, promhttp.HandlerOpts{ErrorLog: slog.NewLogLogger(c.Log.Handler(), slog.LevelWarn)})
	s.routes = s.table()
	return s, nil
}

// table is everything that is answered here: method and path, the parameters of
// the query, who may call it, the action of policies, and who does it.
func (s *Server) table() []route {
	return []route{
		{"GET", "health", "", open, "", s.health},
		{"GET", "ready", "", open, "", s.ready},
		{"GET", "metrics", "", open, "", s.serveMetrics},

		{"GET", "handsets", "after limit", local, "ListHandsets", s.listHandsets},
		{"GET", "handsets/{number}", "", local, "DescribeHandset", s.describeHandset},
		{"POST", "handsets/{number}/messages", "", local, "UseHandset", s.writeMessage},
		{"POST", "handsets/{number}/call", "", local, "UseHandset", s.actOnCall},
		{"GET", "handsets/{number}/script", "", local, "DescribeHandset", s.describeScript},
		{"PUT", "handsets/{number}/script", "", local, "UseHandset", s.putScript},
		{"GET", "handsets/{number}/events", "since", local, "DescribeHandset", s.streamHandset},
		{"GET", "agents", "instance", local, "ListAgents", s.listAgents},
		{"GET", "agents/{name}", "instance", local, "DescribeAgent", s.describeAgent},
		{"POST", "agents/{name}", "instance", local, "UseAgent", s.actAsAgent},
		{"GET", "clock", "", local, "DescribeClock", s.describeClock},
		{"POST", "clock", "", local, "AdvanceClock", s.advanceClock},

		{"GET", "contacts", "instance from to channel method customer open after limit", signed, "ListContacts", s.listContacts},
		{"DELETE", "contacts", "customer", signed, "EraseContacts", s.erasePerson},
		{"GET", "contacts/{id}", "", signed, "DescribeContact", s.describeContact},
		{"DELETE", "contacts/{id}", "", signed, "EraseContacts", s.eraseContact},
		{"GET", "contacts/{id}/timeline", "", signed, "DescribeTimeline", s.timeline},
		{"GET", "contacts/{id}/messages", "", signed, "ListMessages", s.listMessages},

		{"POST", "attachments", "", local, "CreateAttachment", s.createAttachment},
		{"GET", "attachments/{file}", "expires signature", link, "ReadAttachment", s.getAttachment},
		{"PUT", "attachments/{file}", "expires signature", link, "CreateAttachment", s.putAttachment},

		{"GET", "events", "contact type from to order after limit", signed, "ListEvents", s.listEvents},
		{"GET", "events/parked", "after limit", signed, "ListEvents", s.listParked},
		{"POST", "events/replay", "", signed, "ReplayEvents", s.replayEvents},

		{"GET", "optout", "", signed, "ListOptOuts", s.listOptOutLists},
		{"GET", "optout/{list}", "after limit", signed, "ListOptOuts", s.listMarks},
		{"GET", "optout/{list}/export", "", signed, "ListOptOuts", s.exportMarks},
		{"POST", "optout/{list}/import", "", signed, "ChangeOptOuts", s.importMarks},
		{"GET", "optout/{list}/{number}", "", signed, "ListOptOuts", s.describeMark},
		{"PUT", "optout/{list}/{number}", "", signed, "ChangeOptOuts", s.putMark},
		{"DELETE", "optout/{list}/{number}", "", signed, "ChangeOptOuts", s.deleteMark},
		{"GET", "dnc/{instance}", "after limit", signed, "ListDoNotContact", s.listMarks},
		{"GET", "dnc/{instance}/export", "", signed, "ListDoNotContact", s.exportMarks},
		{"POST", "dnc/{instance}/import", "", signed, "ChangeDoNotContact", s.importMarks},
		{"GET", "dnc/{instance}/{number}", "", signed, "ListDoNotContact", s.describeMark},
		{"PUT", "dnc/{instance}/{number}", "", signed, "ChangeDoNotContact", s.putMark},
		{"DELETE", "dnc/{instance}/{number}", "", signed, "ChangeDoNotContact", s.deleteMark},

		{"GET", "lines", "", signed, "ListLines", s.listLines},
		{"POST", "lines/test", "", signed, "TestLine", s.testLine},

		{"GET", "keys", "", signed, "ListKeys", s.listKeys},
		{"POST", "keys", "", signed, "CreateKey", s.createKey},
		{"DELETE", "keys/{id}", "", signed, "RevokeKey", s.revokeKey},

		{"GET", "backup", "", signed, "Backup", s.backup},
	}
}
