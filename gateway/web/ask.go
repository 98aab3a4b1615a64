package web

import (
	"context"
	"net/http"

	"outdial/fault"
	"outdial/gateway/sms"
)

// Ask sends a request that sends no message (a file that is handed over first)
// and reads its answer. Nothing of a message has gone out by it, so that every
// failure is of kind fault.Busy. A nil carrier is a transport of its own.
func Ask(ctx context.Context, carrier http.RoundTripper, q *Request) (*Answer, error) {
	if carrier == nil {
		carrier = http.DefaultTransport
	}
	g := New(Config{}, Options{HTTP: carrier})
	a, err := g.roundTrip(ctx, q)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Busy, Code: fault.CodeOf(err), Message: err.Error()}
	}
	return a, nil
}

// NotYet is the fault of an answer to Ask that is no good one: what nobody can
// be sure of is tried again.
func NotYet(r *Refusal, status int, verdicts map[string]sms.Verdict) error {
	if r.Code == "" {
		r.Code = StatusCode(status)
	}
	g := New(Config{Verdicts: verdicts}, Options{HTTP: http.DefaultTransport})
	v := g.verdict(r, status)
	if v == sms.Uncertain {
		v = sms.Retry
	}
	return &fault.Error{Kind: v.Kind(), Code: r.Code, Message: "the carrier answered: " + clip(r.Text, 300)}
}
