package api

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"outdial/contact"
	"outdial/wire"
)

// A contactSort says in which order contacts are found.
type contactSort struct {
	FieldName string `wire:"required,enum=INITIATION_TIMESTAMP|SCHEDULED_TIMESTAMP|CONNECTED_TO_AGENT_TIMESTAMP|DISCONNECT_TIMESTAMP|INITIATION_METHOD|CHANNEL|EXPIRY_TIMESTAMP"`
	Order     string `wire:"required,enum=ASCENDING|DESCENDING"`
}

// usual tells whether it is the order in which the store gives them anyway.
func (s *contactSort) usual() bool {
	return s == nil || s.FieldName == "INITIATION_TIMESTAMP" && s.Order == "DESCENDING"
}

// A sortKey is where a contact lies in the order that is asked for.
type sortKey struct {
	None bool   `json:"n,omitempty"` // it has no such moment: behind all that have
	Time int64  `json:"t,omitempty"` // milliseconds
	Text string `json:"s,omitempty"`
	ID   string `json:"i"`
}

func (s *contactSort) key(c *contact.Contact) sortKey {
	k := sortKey{ID: string(c.ID)}
	switch s.FieldName {
	case "INITIATION_METHOD":
		k.Text = c.Method
	case "CHANNEL":
		k.Text = string(c.Channel)
	default:
		when := moment(c, s.FieldName)
		if k.None = when.IsZero(); !k.None {
			k.Time = when.UnixMilli()
		}
	}
	return k
}

// compare puts what has no such moment last in both orders, and what is equal in
// the order of its ids.
func (s *contactSort) compare(a, b sortKey) int {
	switch {
	case a.None != b.None && a.None:
		return 1
	case a.None != b.None:
		return -1
	}
	way := 1
	if s.Order == "DESCENDING" {
		way = -1
	}
	return cmp.Or(way*cmp.Compare(a.Time, b.Time), way*cmp.Compare(a.Text, b.Text), cmp.Compare(a.ID, b.ID))
}

// A sorted contact and its place.
type sorted struct {
	key sortKey
	c   *contact.Contact
}

// searchSorted looks at all contacts of the time, and hands the limit ones that come
// next behind after to found. It keeps no more than a page of them at once.
func (s *Server) searchSorted(ctx context.Context, at place, in *searchContactsInput, after string, limit int, found func(*contact.Contact)) (string, *int64, error) {
	var behind sortKey
	if after != "" {
		if err := json.Unmarshal([]byte(after), &behind); err != nil {
			return "", nil, wire.Invalid("NextToken", "not one of ours")
		}
	}
	var best []sorted
	var total int64
	for q := in.query(at); ; {
		page, fit, next, err := s.page(ctx, at, in, q)
		if err != nil {
			return "", nil, err
		}
		for i, c := range page {
			if !fit[i] {
				continue
			}
			total++
			if k := in.Sort.key(c); after == "" || in.Sort.compare(k, behind) > 0 {
				best = append(best, sorted{k, c})
			}
		}
		slices.SortFunc(best, func(a, b sorted) int { return in.Sort.compare(a.key, b.key) })
		if len(best) > limit+1 {
			clear(best[limit+1:])
			best = best[:limit+1]
		}
		if next == "" {
			break
		}
		q.After = next
	}
	for _, v := range best[:min(limit, len(best))] {
		found(v.c)
	}
	if len(best) <= limit {
		return "", &total, nil
	}
	last, err := json.Marshal(best[limit-1].key)
	return string(last), &total, err
}
