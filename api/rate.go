package api

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"outdial/wire"
)

// A quota is a token bucket: so many requests a second, and so many at once.
type quota struct{ rate, burst float64 }

// usual is the quota of every operation that has none of its own, the two that
// start outbound contacts among them.
// https://docs.aws.amazon.com/connect/latest/adminguide/amazon-connect-service-limits.html
var usual = quota{2, 5}

// quotas are the operations that have their own.
var quotas = map[string]quota{
	"StartChatContact":                   {5, 8},
	"StartContactStreaming":              {5, 8},
	"StopContactStreaming":               {5, 8},
	"CreateParticipant":                  {5, 8},
	"CreatePersistentContactAssociation": {5, 8},
	"UpdateParticipantRoleConfig":        {5, 8},
	"GetContactAttributes":               {10, 15},
	"UpdateContactAttributes":            {10, 15},
	"DescribeContact":                    {10, 15},
	"StopContact":                        {10, 15},
	"UpdateContact":                      {10, 15},
	"ListContactReferences":              {10, 15},
	"BatchPutContact":                    {10, 15},
	"TagContact":                         {20, 25},
	"UntagContact":                       {20, 25},
	"UpdateContactRoutingData":           {20, 20},
	"SendChatIntegrationEvent":           {17, 26},
	"GetMetricData":                      {5, 8},
	"GetMetricDataV2":                    {10, 10},
	"GetCurrentMetricData":               {5, 8},
	"ListIntegrationAssociations":        {25, 50},
	searchShort:                          {10, 30},
	searchLong:                           {1, 1},
}

// SearchContacts has one bucket for time ranges up to two weeks, and one for
// longer ones.
const (
	searchShort = "SearchContacts"
	searchLong  = "SearchContacts over two weeks"
)

// rates are the buckets of every account, region and operation met.
type rates struct {
	mu sync.Mutex
	by map[rateKey]*rate.Limiter
}

type rateKey struct{ account, region, operation string }

// take takes one token, and tells whether there was one.
func (r *rates) take(k rateKey, q quota, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.by[k]
	if l == nil {
		if r.by == nil {
			r.by = map[rateKey]*rate.Limiter{}
		}
		l = rate.NewLimiter(rate.Limit(q.rate), int(q.burst))
		r.by[k] = l
	}
	return l.AllowN(now, 1)
}

// throttle refuses a call that is over its account's rate in its region. The
// rates bind where an instance of that account and region has AWS's quotas.
func (s *Server) throttle(ctx context.Context, operation string) error {
	if operation == "SearchContacts" {
		return nil // its quota depends on the request
	}
	return s.throttleAs(ctx, operation)
}

func (s *Server) throttleAs(ctx context.Context, bucket string) error {
	all, err := s.instances(ctx)
	if err != nil || !all.quotas {
		return err
	}
	c := wire.CallerFrom(ctx)
	if !all.limited(c) {
		return nil
	}
	q, own := quotas[bucket]
	if !own {
		q = usual
	}
	if s.rates.take(rateKey{c.Account, c.Region, bucket}, q, s.Now()) {
		return nil
	}
	return wire.Errorf("Throttling", "rate exceeded: %s is limited to %v requests per second and %v at once", bucket, q.rate, q.burst)
}
