package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
)

// LogGroupConfig is what a LogGroup is made of.
type LogGroupConfig struct {
	Service Service // CloudWatch Logs, or what stands in for it
	Group   string  // "/aws/connect/ALIAS"
	Stream  string  // its streams are called DAY/Stream, as the service's are by day
	HTTP    http.RoundTripper
}

// A LogGroup is a sink that hands lists of log entries to CloudWatch Logs. It is
// a gateway.Gateway. A group or a stream that is not there is made.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
type LogGroup struct {
	to  endpoint
	how Service
	c   LogGroupConfig
}

// Limits of PutLogEvents: bytes of one batch, and what an event adds to its own.
const (
	maxLogBatch = 1 << 20
	logOverhead = 26
)

// NewLogGroup makes a LogGroup, or says what is wrong with its address or name.
func NewLogGroup(c LogGroupConfig) (*LogGroup, error) {
	u, err := target(c.Service.URL)
	if err != nil {
		return nil, err
	}
	if c.Group == "" {
		return nil, fault.New(fault.Invalid, "log group: is needed")
	}
	if c.Service.Region == "" {
		c.Service.Region = regionOf(u)
	}
	return &LogGroup{endpoint{u, c.HTTP}, c.Service, c}, nil
}

// regionOf reads the region out of AWS's own address: logs.REGION.amazonaws.com.
func regionOf(u *url.URL) string {
	parts := strings.Split(u.Hostname(), ".")
	if len(parts) > 3 && parts[0] == "logs" && parts[2] == "amazonaws" {
		return parts[1]
	}
	return ""
}

// Run waits until ctx is done: logs tell us nothing.
func (l *LogGroup) Run(ctx context.Context, _ gateway.Inbox) error {
	<-ctx.Done()
	return nil
}

// A logEvent is one entry, with its time in milliseconds.
type logEvent struct {
	At      int64  `json:"timestamp"`
	Message string `json:"message"`
}

// Do puts the entries of one turn, in their order.
func (l *LogGroup) Do(ctx context.Context, _ *contact.Contact, e contact.Effect) (gateway.Result, error) {
	p, ok := e.(contact.PublishEvent)
	if !ok {
		return gateway.Result{}, foreign(e)
	}
	events, err := logEvents(p.Body)
	if err != nil {
		return gateway.Result{}, fault.Wrap(fault.Refused, err, "event %s is no log entry", p.ID)
	}
	ctx, cancel := context.WithTimeout(ctx, sinkLimit)
	defer cancel()
	for len(events) > 0 {
		n, size := 0, 0
		for n < len(events) && (n == 0 || size+len(events[n].Message)+logOverhead <= maxLogBatch) {
			size += len(events[n].Message) + logOverhead
			n++
		}
		if err := l.put(ctx, events[:n]); err != nil {
			return gateway.Result{}, fault.Wrap(fault.Busy, err, "sink %s", p.Sink)
		}
		events = events[n:]
	}
	return gateway.Result{}, nil
}

// logEvents reads a list of entries, or a single one.
func logEvents(body json.RawMessage) ([]logEvent, error) {
	list, err := each(body)
	if err != nil {
		return nil, err
	}
	out := make([]logEvent, len(list))
	for i, entry := range list {
		var e struct{ Timestamp time.Time }
		if err := json.Unmarshal(entry, &e); err != nil {
			return nil, err
		}
		out[i] = logEvent{e.Timestamp.UnixMilli(), string(entry)}
	}
	return out, nil
}

// each gives the entries of a list, each on one line; what is no list is one entry.
func each(body json.RawMessage) ([]json.RawMessage, error) {
	var list []json.RawMessage
	if body = bytes.TrimSpace(body); len(body) == 0 || body[0] != '[' {
		list = []json.RawMessage{body}
	} else if err := json.Unmarshal(body, &list); err != nil {
		return nil, err
	}
	for i := range list {
		var line bytes.Buffer
		if err := json.Compact(&line, list[i]); err != nil {
			return nil, err
		}
		list[i] = line.Bytes()
	}
	return list, nil
}

// put sends one batch; it makes what is not there, and sends it again.
func (l *LogGroup) put(ctx context.Context, events []logEvent) error {
	stream := time.UnixMilli(events[0].At).UTC().Format("2006/01/02/") + l.c.Stream
	place := map[string]any{"logGroupName": l.c.Group, "logStreamName": stream}
	request := map[string]any{"logGroupName": l.c.Group, "logStreamName": stream, "logEvents": events}
	code, err := l.call(ctx, "PutLogEvents", request)
	if err == nil || code != "ResourceNotFoundException" {
		return err
	}
	const there = "ResourceAlreadyExistsException"
	if code, err := l.call(ctx, "CreateLogGroup", map[string]any{"logGroupName": l.c.Group}); err != nil && code != there {
		return err
	}
	if code, err := l.call(ctx, "CreateLogStream", place); err != nil && code != there {
		return err
	}
	_, err = l.call(ctx, "PutLogEvents", request)
	return err
}

// call does one operation of CloudWatch Logs, whose protocol is JSON 1.1.
func (l *LogGroup) call(ctx context.Context, operation string, v any) (code string, err error) {
	body, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	r, err := l.to.request(ctx, http.MethodPost, "", body)
	if err != nil {
		return "", err
	}
	if r.URL.Path == "" {
		r.URL.Path = "/"
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Logs_20140328."+operation)
	l.how.sign(r, body, "logs", "")
	a, err := l.to.do(r, 64<<10)
	if err != nil {
		return "", err
	}
	if a.status >= 200 && a.status < 300 {
		return "", nil
	}
	code, text := a.exception()
	return code, fmt.Errorf("%s was answered %d %s", operation, a.status, strings.TrimSpace(code+" "+text))
}
