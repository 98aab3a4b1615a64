package flow

import (
	"strings"
	"time"

	"outdial/contact"
	"outdial/resource"
)

// getMetricData fills $.Metrics with the state of a queue and its agents as it is
// now. Where no agent is online there are no figures of agents; the time to wait
// is told of one channel only.
// https://docs.aws.amazon.com/connect/latest/adminguide/get-queue-metrics.html
var getMetricData = Spec{
	Doc: docs + "flow-control-actions-getmetricdata.html",
	Params: []Param{
		{Name: "QueueId", Ref: resource.KindQueue},
		{Name: "AgentId", Ref: resource.KindUser},
		{Name: "QueueChannel", Enum: []string{"Voice", "Chat", "Task", "Email"}, Fold: true},
	},
	Groups: []Group{{Names: []string{"QueueId", "AgentId"}, Rule: AtMostOne}},
	Errors: []ErrorRule{{Type: noMatch}},
	Sets:   []string{"Metrics"},
	Run:    runGetMetricData,
}

func runGetMetricData(t *Turn) Next {
	q, why := t.measured()
	if why != "" {
		return t.Fail(noMatch, why)
	}
	ch := contact.Channel(strings.ToUpper(t.Text("QueueChannel")))
	switch ch {
	case "", contact.Voice, contact.Chat, contact.Task, contact.Email:
	default:
		return t.Fail(noMatch, "there is no channel "+t.Text("QueueChannel"))
	}
	m := t.World.Metrics(q.ID, ch)
	queue := map[string]any{"Name": q.Name, "ARN": q.ARN, "Size": float64(m.Waiting), "OldestContactAge": seconds(m.Oldest)}
	if ch != "" {
		queue["EstimatedWaitTime"] = seconds(m.Wait)
	}
	out := map[string]any{"Queue": queue}
	if m.Online > 0 {
		out["Agents"] = map[string]any{
			"Online": counted(m.Online), "Available": counted(m.Available), "Staffed": counted(m.Staffed),
			"AfterContactWork": counted(m.AfterWork), "Busy": counted(m.Busy), "Missed": counted(m.Missed), "NonProductive": counted(m.NonProduct),
		}
	}
	if c := t.Contact; c.Waits() && c.Queue.ID == q.ID {
		place := 1
		for _, since := range m.Since {
			if since.Before(c.Queue.Enqueued) {
				place++
			}
		}
		out["Contact"] = map[string]any{"PositionInQueue": float64(place), "EstimatedWaitTime": seconds(m.Wait)}
	}
	t.Set("Metrics", out)
	return t.Next()
}

func counted(n int) map[string]any { return map[string]any{"Count": float64(n)} }

func seconds(d time.Duration) float64 { return float64(int(d / time.Second)) }
