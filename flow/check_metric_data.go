package flow

import (
	"strconv"
	"time"

	"outdial/resource"
)

// checkMetricData branches on one figure of a queue or an agent as it stands now.
// LIVE: both errors are required with every figure. The age is in seconds, as its
// name says.
var checkMetricData = Spec{
	Doc: docs + "flow-control-actions-checkmetricdata.html",
	Params: []Param{
		{Name: "MetricType", Use: S, Required: true, Enum: []string{"NumberOfAgentsAvailable", "NumberOfAgentsStaffed", "NumberOfAgentsOnline",
			oldestAge, inQueue}},
		{Name: "QueueId", Ref: resource.KindQueue},
		{Name: "AgentId", Ref: resource.KindUser},
	},
	Groups: []Group{{Names: []string{"QueueId", "AgentId"}, Rule: AtMostOne}},
	Errors: []ErrorRule{{Type: noMatch, Use: Required}, {Type: noCondition, Use: Required}},
	Results: []ResultRule{
		{When: When{Param: "MetricType", Is: oldestAge}, Ops: numeric, Numeric: true, Least: 1},
		{When: When{Param: "MetricType", Is: inQueue}, Ops: numeric, Numeric: true, Least: 1},
		{Ops: []string{"NumberGreaterThan"}, Operands: []string{"0"}, Least: 1},
	},
	Flows: I | Q | TA | TQ | MOD,
	Run:   runCheckMetricData,
}

const (
	oldestAge = "OldestContactInQueueAgeSeconds"
	inQueue   = "NumberOfContactsInQueue"
)

func runCheckMetricData(t *Turn) Next {
	q, why := t.measured()
	if why != "" {
		return t.Fail(noMatch, why)
	}
	m := t.World.Metrics(q.ID, "")
	n := 0
	switch t.Text("MetricType") {
	case "NumberOfAgentsAvailable":
		n = m.Available
	case "NumberOfAgentsStaffed":
		n = m.Staffed
	case "NumberOfAgentsOnline":
		n = m.Online
	case oldestAge:
		n = int(m.Oldest / time.Second)
	case inQueue:
		n = m.Waiting
	default:
		return t.Fail(noMatch, "there is no figure "+t.Text("MetricType"))
	}
	return t.Match(strconv.Itoa(n))
}

// measured gives the queue whose figures are asked for: the one that is named, that
// of an agent, or the contact's own.
func (t *Turn) measured() (*resource.Queue, string) {
	ref, why := t.queueOrAgent()
	if why != "" {
		return nil, why
	}
	if ref == "" && t.Contact.Queue != nil && !t.Has("QueueId") {
		ref = t.Contact.Queue.ID
	}
	if ref == "" {
		return nil, "no queue is named, and no target queue is set"
	}
	q, err := t.queueOf(ref)
	if err != nil {
		return nil, "the queue \"" + ref + "\" is not there"
	}
	return q, ""
}
