package api

import (
	"slices"

	"outdial/fault"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

// A profileQueue is a queue that a routing profile serves on one channel.
type profileQueue struct {
	QueueReference *queueReference `wire:"required"`
	Priority       *int            `wire:"required,range=1..99"`
	Delay          *int            `wire:"required,range=0..9999"`
}

type queueReference struct {
	QueueId string `wire:"required"`
	Channel string `wire:"required,enum=VOICE|CHAT|TASK|EMAIL"`
}

// A concurrency is how many contacts of a channel an agent takes at once.
type concurrency struct {
	Channel     string `wire:"required,enum=VOICE|CHAT|TASK|EMAIL"`
	Concurrency *int   `wire:"required,range=1..10"`
}

// maxPairs is how many pairs of a queue and a channel a profile may have.
const maxPairs = 50

// serve adds queues to a profile, over an older entry of the same queue and channel.
func serve(t *store.Tx, at place, p *resource.Profile, queues []profileQueue) error {
	for _, q := range queues {
		v, err := find[resource.Queue](t, at, "QueueConfigs.QueueReference.QueueId", q.QueueReference.QueueId, resource.KindQueue)
		if err != nil {
			return err
		}
		n := resource.ProfileQueue{Queue: v.ID, Channel: q.QueueReference.Channel, Priority: *q.Priority, Delay: *q.Delay}
		if i := profileQueueAt(p, n.Queue, n.Channel); i >= 0 {
			p.Queues[i] = n
			continue
		}
		p.Queues = append(p.Queues, n)
	}
	if len(p.Queues) > maxPairs {
		return wire.Invalid("QueueConfigs", "at most %d pairs of queue and channel in a routing profile, not %d", maxPairs, len(p.Queues))
	}
	return nil
}

func profileQueueAt(p *resource.Profile, queue, channel string) int {
	return slices.IndexFunc(p.Queues, func(q resource.ProfileQueue) bool { return q.Queue == queue && q.Channel == channel })
}

// readConcurrency reads how many contacts an agent takes at once. Of calls it
// is one. API_MediaConcurrency
func readConcurrency(in []concurrency) (map[string]int, error) {
	out := map[string]int{}
	for _, c := range in {
		if _, twice := out[c.Channel]; twice {
			return nil, wire.Invalid("MediaConcurrencies", "%s is given twice", c.Channel)
		}
		if c.Channel == "VOICE" && *c.Concurrency != 1 {
			return nil, wire.Invalid("MediaConcurrencies", "an agent takes one call at a time, not %d", *c.Concurrency)
		}
		out[c.Channel] = *c.Concurrency
	}
	return out, nil
}

func tellConcurrency(in map[string]int) []concurrency {
	var out []concurrency
	for _, channel := range []string{"VOICE", "CHAT", "TASK", "EMAIL"} {
		if n, ok := in[channel]; ok {
			out = append(out, concurrency{channel, &n})
		}
	}
	return out
}

// usersOf counts the agents of a routing profile, and gives one.
func usersOf(t *store.Tx, at place, profile string) (n int64, one *resource.User, err error) {
	err = each(t, at.Instance, resource.KindUser, "", func(u *resource.User) bool {
		if u.Profile == profile {
			n++
			one = u
		}
		return true
	})
	return n, one, err
}

// outboundQueue finds the queue of a profile's outbound calls.
func outboundQueue(t *store.Tx, at place, ref string) (string, error) {
	q, err := find[resource.Queue](t, at, "DefaultOutboundQueueId", ref, resource.KindQueue)
	if err != nil {
		return "", err
	}
	return q.ID, nil
}

// notServed says that a profile has no such queue.
func notServed(p *resource.Profile, queue, channel string) error {
	return fault.New(fault.NotFound, "QueueReferences: %s does not serve the queue %s on %s", quote(p.Name), quote(queue), channel)
}
