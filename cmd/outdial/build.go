package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"log/slog"

	"github.com/google/uuid"

	"outdial/api"
	"outdial/config"
	"outdial/contact"
	"outdial/engine"
	"outdial/gateway"
	"outdial/gateway/loopback"
	"outdial/gateway/sms"
	"outdial/gateway/webhook"
	"outdial/wire"
)

// build puts the floors together: gateways, engine, faces.
func (h *house) build(ctx context.Context) error {
	tokens, err := tokenKey(ctx, h.st)
	if err != nil {
		return err
	}
	if h.kept, err = h.attachments(tokens); err != nil {
		return err
	}
	gws, err := h.gateways(ctx)
	if err != nil {
		return err
	}
	offset, err := h.st.Offset(ctx)
	if err != nil {
		return err
	}
	h.engine.Store(engine.New(h.engineConfig(gws, offset)))
	amazon, err := api.New(api.Config{
		Engine: h.engine.Load(), Store: h.st, Log: h.log, Verifier: h.verifier(), Anonymous: h.anonymous(),
		Tokens: wire.Tokens{Key: tokens}, Carrier: h.carrierOf, URL: cmp.Or(h.config.PublicURL, h.endpoint()),
		Start: h.starter(), Files: h.kept, Observe: h.metrics.Answered,
	}).Handler()
	if err != nil {
		return err
	}
	streams, stop := context.WithCancel(context.WithoutCancel(ctx))
	h.stopStream = stop
	ours, err := h.ours(streams)
	if err != nil {
		return err
	}
	hooks := h.hooks(gws, ours)
	h.srv, h.hookSrv = h.server(ctx, amazon, ours, hooks), h.hookServer(ctx, hooks)
	return nil
}

func (h *house) engineConfig(gws map[string]gateway.Gateway, offset time.Duration) engine.Config {
	c := engine.Config{
		Offset: offset, Store: h.st, Gateways: gws, Bots: h.bot, Serves: h.serves, Node: h.node(), Log: h.log,
		Simulated: map[string]bool{config.Simulated: true, engine.Functions: true},
		Segments:  segmentsOf, Keyword: h.keyword(), Policy: policy(h.config),
	}
	for _, s := range h.config.Sinks {
		c.Sinks = append(c.Sinks, s.Name)
	}
	for _, s := range h.config.FlowLogSinks {
		c.LogSinks = append(c.LogSinks, s.Name)
	}
	return c
}

// server makes the HTTP server of both faces, and of web-hooks where they have
// none of their own.
func (h *house) server(ctx context.Context, amazon, ours, hooks http.Handler) *http.Server {
	return &http.Server{
		Handler: h.public(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if h.hookLn == nil && strings.HasPrefix(r.URL.EscapedPath(), hooksPath) {
				hooks.ServeHTTP(w, r)
				return
			}
			if strings.HasPrefix(r.URL.Path, "/_outdial/") {
				ours.ServeHTTP(w, r)
				return
			}
			amazon.ServeHTTP(w, r)
		})),
		// A request is small and signed for minutes: who takes longer to send
		// one is no client.
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(h.log.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
}

// gateways makes every gateway: carriers, functions, services, sinks.
func (h *house) gateways(ctx context.Context) (map[string]gateway.Gateway, error) {
	out := map[string]gateway.Gateway{}
	if h.config.Simulates() {
		w, err := loopback.Open(loopback.Config{Account: config.Simulated, Journal: h.config.Journal, Now: h.now, Reply: h.flags.reply,
			Keep: h.kept.Keep, Kept: h.kept.Kept, Log: h.log})
		if err != nil {
			return nil, err
		}
		h.world = w
		out[config.Simulated] = w
	}
	for _, c := range h.config.Carriers {
		gw, err := openers()[c.Kind](ctx, c.Name, c.Settings, h)
		if err != nil {
			return nil, fmt.Errorf("carrier %s: %w", c.Name, err)
		}
		out[c.Name] = gw
	}
	f, services, err := h.reach(h.config)
	if err != nil {
		return nil, err
	}
	h.functions.now.Store(f)
	h.services.now.Store(services)
	out[engine.Functions], out[engine.Services] = &h.functions, &h.services
	for _, s := range h.config.Sinks {
		gw, err := h.sink(s)
		if err != nil {
			return nil, fmt.Errorf("sink %s: %w", s.Name, err)
		}
		out[engine.SinkPrefix+s.Name] = gw
	}
	for _, s := range h.config.FlowLogSinks {
		gw, err := h.logSink(s)
		if err != nil {
			return nil, fmt.Errorf("flow log sink %s: %w", s.Name, err)
		}
		out[engine.SinkPrefix+s.Name] = gw
	}
	return out, nil
}

// reach makes what reaches functions and services; it is made anew when the
// configuration is read again.
func (h *house) reach(c *config.File) (*webhook.Functions, *webhook.Services, error) {
	f, err := webhook.NewFunctions(webhook.FunctionsConfig{URLs: c.Functions, Invoke: h.service(c.Lambda), Log: h.log})
	if err != nil {
		return nil, nil, err
	}
	endpoints := map[string]webhook.Service{}
	for name, e := range c.Services {
		endpoints[name] = h.service(e)
	}
	if c.Lex.Endpoint != "" {
		endpoints["lex"] = h.service(c.Lex)
	}
	s, err := webhook.NewServices(webhook.ServicesConfig{Endpoints: endpoints, Log: h.log})
	return f, s, err
}

func (h *house) service(e config.Endpoint) webhook.Service {
	s := webhook.Service{URL: e.Endpoint, Region: e.Region}
	s.Credentials = wire.Credentials{AccessKeyID: e.Key, SecretAccessKey: string(e.Secret)}
	if e.Key == "" {
		s.Credentials = wire.Credentials{AccessKeyID: h.env.getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: h.env.getenv("AWS_SECRET_ACCESS_KEY"),
			SessionToken: h.env.getenv("AWS_SESSION_TOKEN")}
	}
	return s
}

// serves tells the flows what has an endpoint: "lambda:ARN", or a service's name.
func (h *house) serves(service string) bool {
	if arn, ok := strings.CutPrefix(service, "lambda:"); ok {
		return h.functions.now.Load().Serves(arn)
	}
	return h.services.now.Load().Serves(service)
}

// A reachable is a gateway that can be replaced while the server runs: what is
// under way goes on with the old one.
type reachable[G any, P interface {
	*G
	gateway.Gateway
}] struct{ now atomic.Pointer[G] }

func (r *reachable[G, P]) Do(ctx context.Context, c *contact.Contact, e contact.Effect) (gateway.Result, error) {
	return P(r.now.Load()).Do(ctx, c, e)
}

func (r *reachable[G, P]) Run(ctx context.Context, _ gateway.Inbox) error {
	<-ctx.Done() // neither functions nor services tell us anything by themselves
	return nil
}

// sink makes a sink of the configuration.
func (h *house) sink(s config.Sink) (gateway.Gateway, error) {
	var gw gateway.Gateway
	var err error
	if s.File != "" {
		var f *webhook.File
		f, err = webhook.OpenFile(s.File)
		if err == nil {
			h.files = append(h.files, f)
		}
		gw = f
	} else {
		gw, err = webhook.NewHook(webhook.HookConfig{URL: s.URL, Secret: string(s.Secret), Log: h.log})
	}
	if err == nil && len(s.Events) > 0 {
		gw = chosen{gw, s.Events}
	}
	return gw, err
}

// logSink makes a sink for flow logs.
func (h *house) logSink(s config.LogSink) (gateway.Gateway, error) {
	if s.LogGroup == "" {
		return h.sink(config.Sink{Name: s.Name, File: s.File, URL: s.URL, Secret: s.Secret})
	}
	return webhook.NewLogGroup(webhook.LogGroupConfig{Service: h.service(s.CloudWatch), Group: s.LogGroup, Stream: s.Name})
}

// A chosen sink gets some types of events only.
type chosen struct {
	gateway.Gateway
	types []string
}

// Do passes on an event of the types that are wanted, and strikes off others.
func (s chosen) Do(ctx context.Context, c *contact.Contact, e contact.Effect) (gateway.Result, error) {
	if p, ok := e.(contact.PublishEvent); ok && !slices.Contains(s.types, eventType(p.Body)) {
		return gateway.Result{}, nil
	}
	return s.Gateway.Do(ctx, c, e)
}

// eventType tells what an event is: the type in EventBridge's envelope, or a
// contact record, which has none.
func eventType(body json.RawMessage) string {
	var b struct {
		Detail struct {
			EventType string `json:"eventType"`
		} `json:"detail"`
	}
	if json.Unmarshal(body, &b) != nil || b.Detail.EventType == "" {
		return engine.RecordType
	}
	return b.Detail.EventType
}

// segmentsOf counts the parts of a message on the air: WhatsApp has none.
func segmentsOf(c *contact.Contact, text string) int {
	if c.Subtype != contact.SMS {
		return 1
	}
	return max(1, sms.Count(text))
}

// keyword finds STOP, START and HELP, and what they are answered with.
func (h *house) keyword() func(c *contact.Contact, text string) (string, string) {
	k := h.config.Keywords
	words, _ := sms.NewKeywords(k.Spoken(), k.Extra())
	return func(_ *contact.Contact, text string) (string, string) {
		switch found := words.Find(text); found {
		case sms.Stop:
			return string(found), or(k.Stop, "You have been unsubscribed and will get no more messages. Reply START to get them again.")
		case sms.Start:
			return string(found), or(k.Start, "You will get messages again. Reply STOP to end them.")
		case sms.Help:
			return string(found), or(k.Help, "Reply STOP to get no more messages.")
		}
		return "", ""
	}
}

// or gives the text that s points to, which may be empty, or otherwise.
func or(s *string, otherwise string) string {
	if s != nil {
		return *s
	}
	return otherwise
}

// starter is what starts a contact: the engine, or, for the bench alone, nothing.
func (h *house) starter() func(context.Context, engine.StartRequest) (contact.ID, error) {
	if !h.flags.floor {
		return nil
	}
	h.log.Warn("-floor: contacts are answered and not kept")
	return func(_ context.Context, r engine.StartRequest) (contact.ID, error) {
		if r.Refuse != nil {
			return "", r.Refuse
		}
		id, err := uuid.NewV7()
		return contact.ID(id.String()), err
	}
}
