package admin

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"outdial/engine"
	"outdial/store"
)

// Metrics are those that are measured where something happens, and read by the
// page of metrics. All of ours is registered with Registry.
type Metrics struct {
	Registry *prometheus.Registry
	requests *prometheus.HistogramVec
	answers  *prometheus.CounterVec
	commits  prometheus.Histogram
	batches  prometheus.Histogram
}

// NewMetrics makes metrics whose names begin with name.
func NewMetrics(name string) (*Metrics, error) {
	m := &Metrics{
		Registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: name, Name: "request_seconds",
			Help: "How long answers of Amazon Connect's operations took.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14)}, []string{"operation"}),
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: name, Name: "requests_total",
			Help: "Answers of Amazon Connect's operations, by HTTP status."}, []string{"operation", "status"}),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: name, Name: "commit_seconds",
			Help: "How long the committer took for a batch, from its beginning to the durable commit.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14)}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: name, Name: "commit_units",
			Help: "How many units of work a batch had.", Buckets: prometheus.ExponentialBuckets(1, 2, 10)}),
	}
	for _, c := range []prometheus.Collector{m.requests, m.answers, m.commits, m.batches} {
		if err := m.Registry.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Answered notes an answer of an operation.
func (m *Metrics) Answered(operation string, status int, took time.Duration) {
	m.requests.WithLabelValues(operation).Observe(took.Seconds())
	m.answers.WithLabelValues(operation, strconv.Itoa(status)).Inc()
}

// Committed notes a batch of the store's committer.
func (m *Metrics) Committed(units int, took time.Duration) {
	m.commits.Observe(took.Seconds())
	m.batches.Observe(float64(units))
}

// census gives what is counted when somebody looks: what is open, what is to be
// done, and what became of what carriers were given.
type census struct {
	st    *store.Store
	e     *engine.Engine
	fresh time.Duration

	open, due, oldest, parked, outcomes *prometheus.Desc

	mu   sync.Mutex
	at   time.Time
	last store.Census
}

// censusFresh is how long a count is good for: it reads all that is open.
const censusFresh = 5 * time.Second

func newCensus(name string, st *store.Store, e *engine.Engine) *census {
	desc := func(s, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name+"_"+s, help, labels, nil)
	}
	return &census{
		st: st, e: e, fresh: censusFresh,
		open:     desc("contacts_open", "Contacts that are open: queued ones wait for an agent.", "channel", "state"),
		due:      desc("jobs_due", "Effects that could be done now, and wait."),
		oldest:   desc("jobs_oldest_seconds", "For how long the first of them has waited."),
		parked:   desc("jobs_parked", "Effects that were given up, and wait to be sent again."),
		outcomes: desc("carrier_outcomes_total", "What became of effects that a carrier account was given.", "account", "outcome"),
	}
}

// Describe says what is counted.
func (c *census) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.open, c.due, c.oldest, c.parked, c.outcomes} {
		out <- d
	}
}

// Collect counts. What cannot be counted is left out.
func (c *census) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if n, err := c.count(); err == nil {
		for _, o := range n.Open {
			state := "talking"
			if o.Queued {
				state = "queued"
			}
			gauge(c.open, float64(o.N), o.Channel, state)
		}
		gauge(c.due, float64(n.Due))
		gauge(c.oldest, n.Oldest.Seconds())
		gauge(c.parked, float64(n.Parked))
	}
	for k, n := range c.e.Stats().Outcomes() {
		out <- prometheus.MustNewConstMetric(c.outcomes, prometheus.CounterValue, float64(n), k.Account, k.Outcome)
	}
}

func (c *census) count() (store.Census, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.at) < c.fresh {
		return c.last, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), pingLimit)
	defer cancel()
	n, err := c.st.Census(ctx, c.e.Now())
	if err == nil {
		c.last, c.at = n, time.Now()
	}
	return n, err
}
