package web

import (
	"slices"
	"strconv"

	"outdial/fault"
	"outdial/gateway/sms"
)

// Codes of faults that are ours: no answer of the carrier is behind them.
const (
	CodeStopping    = "STOPPING"    // the gateway is being stopped
	CodeThrottled   = "THROTTLED"   // the carrier said "not now" a moment ago
	CodeNoTime      = "NO_TIME"     // there was no time left to send it
	CodeUnreachable = "UNREACHABLE" // no connection was made
	CodeNoAnswer    = "NO_ANSWER"   // sent, and not answered in time
	CodeBroken      = "BROKEN"      // sent, and the connection broke
	CodeUnreadable  = "UNREADABLE"  // answered with what cannot be read
)

// statuses is what an HTTP status means for a message, where the carrier gives
// no code that is known. RFC 9110 §15: a server that answers 500, 502 or 504
// may have taken the message before it failed.
var statuses = map[int]sms.Verdict{
	400: sms.OtherRoute, 401: sms.OtherRoute, 402: sms.OtherRoute, 403: sms.OtherRoute, 404: sms.OtherRoute,
	408: sms.Retry, 413: sms.Refuse, 421: sms.Retry, 423: sms.Retry, 425: sms.Retry, 429: sms.Retry, 503: sms.Retry,
	500: sms.Uncertain, 502: sms.Uncertain, 504: sms.Uncertain,
}

// StatusCode is the code of an answer that says no more than its HTTP status.
func StatusCode(status int) string { return "HTTP " + strconv.Itoa(status) }

// verdict tells what a refusal means.
func (g *Gateway) verdict(r *Refusal, status int) sms.Verdict {
	if v, ok := g.config.Errors[r.Code]; ok {
		return v
	}
	if v, ok := g.config.Errors[StatusCode(status)]; ok {
		return v
	}
	if r.Verdict != "" {
		return r.Verdict
	}
	if v, ok := g.config.Verdicts[r.Code]; ok {
		return v
	}
	if v, ok := statuses[status]; ok {
		return v
	}
	if status >= 500 {
		return sms.Uncertain
	}
	return sms.OtherRoute // a code that only this carrier knows says nothing of others
}

// refused makes the fault of a refusal, and brakes where it says "not now".
func (g *Gateway) refused(r *Refusal, a *Answer, began brakeMark) error {
	if r.Code == "" {
		r.Code = StatusCode(a.Status)
	}
	v := g.verdict(r, a.Status)
	err := &fault.Error{Kind: v.Kind(), Code: r.Code, Message: "the carrier answered: " + string(v)}
	if v == sms.OptedOut {
		err.Code, err.Message = sms.CodeOptedOut, "the recipient has opted out: "+r.Code
	}
	if r.Text != "" {
		err.Message += ": " + clip(r.Text, 300)
	}
	if v == sms.Retry && (a.Status == 429 || slices.Contains(g.config.Throttles, r.Code)) {
		g.counts.throttled.Add(1)
		g.brake.throttled(began, retryAfter(a.Header))
		return err
	}
	g.counts.refused.Add(1)
	g.failed(err, a.Status == 401)
	return err
}

// clip shortens s to n octets, at a character's end.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}
