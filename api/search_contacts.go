package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"outdial/contact"
	"outdial/store"
	"outdial/wire"
)

type searchContactsInput struct {
	InstanceId     string     `wire:"required,len=1..100"`
	TimeRange      *timeRange `wire:"required"`
	SearchCriteria *contactCriteria
	MaxResults     *int   `wire:"range=1..100"`
	NextToken      string `wire:"len=1..100000"`
	Sort           *contactSort
}

type timeRange struct {
	Type      string    `wire:"required,enum=INITIATION_TIMESTAMP|SCHEDULED_TIMESTAMP|CONNECTED_TO_AGENT_TIMESTAMP|DISCONNECT_TIMESTAMP|ENQUEUE_TIMESTAMP"`
	StartTime wire.Time `wire:"required"`
	EndTime   wire.Time `wire:"required"`
}

type contactCriteria struct {
	Name                        *nameCriteria
	AgentIds                    []string `wire:"items=0..100,item.len=1..256"`
	Channels                    []string `wire:"item.enum=VOICE|CHAT|TASK|EMAIL"`
	InitiationMethods           []string `wire:"item.enum=INBOUND|OUTBOUND|TRANSFER|QUEUE_TRANSFER|CALLBACK|API|DISCONNECT|MONITOR|EXTERNAL_OUTBOUND|WEBRTC_API|AGENT_REPLY|FLOW"`
	QueueIds                    []string `wire:"items=0..100"`
	SearchableContactAttributes *attributeCriteria
	SearchableSegmentAttributes *segmentCriteria
	ContactTags                 *tagFilter
	AdditionalTimeRange         *moreTimes
	ActiveRegions               []string `wire:"item.pattern=[a-z]{2}(-[a-z]+){1,2}(-[0-9])?"`
	AgentHierarchyGroups        *levelGroups
	ContactAnalysis             *contactAnalysis
	RoutingCriteria             *searchedCriteria
	AiAgents                    *struct{} `wire:"refused"` // there are none here, and ignored it would find too much
}

type moreTimes struct {
	Criteria  []moreTime `wire:"required"`
	MatchType string     `wire:"required,enum=MATCH_ALL|MATCH_ANY|MATCH_EXACT|MATCH_NONE"`
}

type moreTime struct {
	TimeRange          *timeRange
	TimestampCondition *struct {
		Type          string `wire:"required,enum=INITIATION_TIMESTAMP|SCHEDULED_TIMESTAMP|CONNECTED_TO_AGENT_TIMESTAMP|DISCONNECT_TIMESTAMP|ENQUEUE_TIMESTAMP"`
		ConditionType string `wire:"required,enum=NOT_EXISTS"`
	}
}

type nameCriteria struct {
	SearchText []string `wire:"required,sensitive,items=0..100,item.len=..128"`
	MatchType  string   `wire:"required,enum=MATCH_ALL|MATCH_ANY|MATCH_EXACT|MATCH_NONE"`
}

type attributeCriteria struct {
	Criteria []struct {
		Key    string   `wire:"required,len=1..100,sensitive"`
		Values []string `wire:"required,sensitive,items=0..20,item.len=0..100"`
	} `wire:"required,items=0..15"`
	MatchType string `wire:"enum=MATCH_ALL|MATCH_ANY|MATCH_EXACT|MATCH_NONE"`
}

type segmentCriteria struct {
	Criteria []struct {
		Key    string   `wire:"required,len=1..64,sensitive"`
		Values []string `wire:"required,sensitive,items=1..20,item.len=0..128"`
	} `wire:"required,items=1..15"`
	MatchType string `wire:"enum=MATCH_ALL|MATCH_ANY|MATCH_EXACT|MATCH_NONE"`
}

type searchContactsOutput struct {
	Contacts   []contactSummary `wire:"required"`
	NextToken  string           `wire:"len=1..100000"`
	TotalCount *int64
}

type contactSummary struct {
	Arn                 string
	Id                  string `wire:"len=1..256"`
	InitialContactId    string `wire:"len=1..256"`
	PreviousContactId   string `wire:"len=1..256"`
	InitiationMethod    string `wire:"enum=INBOUND|OUTBOUND|TRANSFER|QUEUE_TRANSFER|CALLBACK|API|DISCONNECT|MONITOR|EXTERNAL_OUTBOUND|WEBRTC_API|AGENT_REPLY|FLOW"`
	Channel             string `wire:"enum=VOICE|CHAT|TASK|EMAIL"`
	QueueInfo           *queueInfo
	AgentInfo           *summaryAgent
	InitiationTimestamp wire.Time
	DisconnectTimestamp wire.Time
	ScheduledTimestamp  wire.Time
	RoutingCriteria     *routingCriteria
	SegmentAttributes   map[string]summarySegment `wire:"sensitive,key.len=1..128"`
	Name                string                    `wire:"len=0..1024,sensitive"`
	Tags                map[string]string         `wire:"items=1..6,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[a-zA-Z+-=._:/]+$"`
}

type summaryAgent struct {
	Id                        string `wire:"len=1..256"`
	ConnectedToAgentTimestamp wire.Time
}

type summarySegment struct {
	ValueString *string                 `wire:"len=0..1024"`
	ValueMap    map[string]segmentValue `wire:"key.len=1..128"`
}

// Bounds of a search: a page, and how many contacts one call looks at before it
// hands out the page that it has.
const (
	searchPage = 100
	searchLook = 20000
	longSearch = 14 * 24 * time.Hour
)

// searchContacts finds contacts of a time, newest first or as is asked.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_SearchContacts.html
func (s *Server) searchContacts(ctx context.Context, in *searchContactsInput) (*searchContactsOutput, error) {
	bucket := searchShort
	if in.TimeRange.EndTime.Sub(in.TimeRange.StartTime.Time) > longSearch {
		bucket = searchLong
	}
	if err := s.throttleAs(ctx, bucket); err != nil {
		return nil, err
	}
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	scope := []string{at.Instance, fingerprint(in.TimeRange), fingerprint(in.SearchCriteria), fingerprint(in.Sort)}
	after, err := s.Tokens.Open(in.NextToken, "SearchContacts", scope...)
	if err != nil {
		return nil, err
	}
	limit := searchPage
	if in.MaxResults != nil {
		limit = *in.MaxResults
	}
	out := &searchContactsOutput{Contacts: []contactSummary{}}
	tell := func(c *contact.Contact) {
		m := tellSummary(at, c)
		m.RoutingCriteria = tellCriteria(c, s.Engine.Now())
		out.Contacts = append(out.Contacts, m)
	}
	var last string
	if in.Sort.usual() {
		last, err = s.search(ctx, at, in, after, limit, tell)
	} else {
		last, out.TotalCount, err = s.searchSorted(ctx, at, in, after, limit, tell)
	}
	if err != nil {
		return nil, err
	}
	if last != "" {
		out.NextToken = s.Tokens.Seal(last, "SearchContacts", scope...)
	}
	return out, nil
}

// check refuses what cannot be searched for.
func (in *searchContactsInput) check() error {
	r := in.TimeRange
	if r.EndTime.Before(r.StartTime.Time) {
		return wire.Invalid("TimeRange.EndTime", "before StartTime")
	}
	if k := in.SearchCriteria; k != nil && k.AiAgents != nil {
		return wire.Invalid("SearchCriteria.AiAgents", "there are no AI agents here")
	}
	return nil
}

// search hands every contact that fits to found, up to limit, and returns the
// key from which to go on; "" at the end.
func (s *Server) search(ctx context.Context, at place, in *searchContactsInput, after string, limit int, found func(*contact.Contact)) (string, error) {
	q := in.query(at)
	q.After = after
	for looked, n := 0, 0; ; {
		q.Limit = min(500, limit-n)
		if in.SearchCriteria.narrow() || in.TimeRange.Type != "INITIATION_TIMESTAMP" {
			q.Limit = 500
		}
		page, fit, next, err := s.page(ctx, at, in, q)
		if err != nil {
			return "", err
		}
		for i, c := range page {
			looked++
			if !fit[i] {
				continue
			}
			found(c)
			if n++; n == limit && (i < len(page)-1 || next != "") {
				return store.ContactKey(c), nil
			}
		}
		if next == "" || looked >= searchLook {
			return next, nil
		}
		q.After = next
	}
}

// query is what of a search the store does.
func (in *searchContactsInput) query(at place) store.ContactQuery {
	q := store.ContactQuery{Instance: at.Instance, Limit: 500}
	if in.TimeRange.Type == "INITIATION_TIMESTAMP" {
		q.From, q.To = in.TimeRange.StartTime.Time, in.TimeRange.EndTime.Add(time.Millisecond)
	} else {
		q.To = in.TimeRange.EndTime.Add(time.Millisecond) // nothing happens to a contact before it begins
	}
	if k := in.SearchCriteria; k != nil {
		q.Channels, q.Methods = k.Channels, k.InitiationMethods
	}
	return q
}

// page gives one page of what the store finds, which of it fits, and the key of
// the next one.
func (s *Server) page(ctx context.Context, at place, in *searchContactsInput, q store.ContactQuery) (page []*contact.Contact, fit []bool, next string, err error) {
	err = s.Store.View(ctx, func(t *store.Tx) error {
		if page, next, err = t.Contacts(q); err != nil {
			return err
		}
		fit = make([]bool, len(page))
		for i, c := range page {
			if fit[i] = in.fits(at, c); fit[i] {
				if fit[i], err = in.SearchCriteria.fitsDeep(t, at, c); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return page, fit, next, err
}

// narrow tells whether there are criteria that the store does not know.
func (k *contactCriteria) narrow() bool {
	return k != nil && (k.Name != nil || len(k.AgentIds) > 0 || len(k.QueueIds) > 0 || k.SearchableContactAttributes != nil ||
		k.SearchableSegmentAttributes != nil || k.ContactTags != nil || k.AdditionalTimeRange != nil ||
		k.AgentHierarchyGroups != nil || k.ContactAnalysis != nil || k.RoutingCriteria != nil || len(k.ActiveRegions) > 0)
}

// fits tells whether a contact meets what the store has not looked at.
func (in *searchContactsInput) fits(at place, c *contact.Contact) bool {
	if !in.TimeRange.has(c) {
		return false
	}
	k := in.SearchCriteria
	switch {
	case k == nil:
		return true
	case len(k.AgentIds) > 0 && (c.Agent == nil || !slices.Contains(k.AgentIds, c.Agent.ID)):
		return false
	case len(k.QueueIds) > 0 && (c.Queue == nil || !slices.Contains(k.QueueIds, c.Queue.ID)):
		return false
	case len(k.ActiveRegions) > 0 && !slices.Contains(k.ActiveRegions, at.Region):
		return false
	}
	return k.ContactTags.match(c.Tags) && k.AdditionalTimeRange.match(c) && k.Name.match(c.Name) && k.SearchableContactAttributes.match(c.Attributes) && k.SearchableSegmentAttributes.match(c.Segment)
}

// has tells whether the moment that the range is about lies in it.
func (r *timeRange) has(c *contact.Contact) bool {
	when := moment(c, r.Type)
	return !when.IsZero() && !when.Before(r.StartTime.Time) && !when.After(r.EndTime.Time)
}

// moment is when something happened to a contact; zero where it has not.
func moment(c *contact.Contact, kind string) time.Time {
	switch {
	case kind == "INITIATION_TIMESTAMP":
		return c.Initiated
	case kind == "DISCONNECT_TIMESTAMP":
		return c.Disconnected
	case kind == "SCHEDULED_TIMESTAMP":
		return c.Scheduled
	case kind == "EXPIRY_TIMESTAMP":
		return c.Expires
	case kind == "ENQUEUE_TIMESTAMP" && c.Queue != nil:
		return c.Queue.Enqueued
	case kind == "CONNECTED_TO_AGENT_TIMESTAMP" && c.Agent != nil:
		return c.Agent.Connected
	}
	return time.Time{}
}

func (k *moreTimes) match(c *contact.Contact) bool {
	if k == nil {
		return true
	}
	return matches(k.MatchType, len(k.Criteria), func(i int) bool {
		m := k.Criteria[i]
		return (m.TimeRange == nil || m.TimeRange.has(c)) &&
			(m.TimestampCondition == nil || m.TimestampCondition.ConditionType == "NOT_EXISTS" && moment(c, m.TimestampCondition.Type).IsZero())
	})
}

func (k *nameCriteria) match(name string) bool {
	if k == nil {
		return true
	}
	return matches(k.MatchType, len(k.SearchText), func(i int) bool {
		if k.MatchType == "MATCH_EXACT" {
			return name == k.SearchText[i]
		}
		return strings.Contains(strings.ToLower(name), strings.ToLower(k.SearchText[i]))
	})
}

func (k *attributeCriteria) match(attributes map[string]string) bool {
	if k == nil {
		return true
	}
	return matches(k.MatchType, len(k.Criteria), func(i int) bool {
		v, ok := attributes[k.Criteria[i].Key]
		return ok && slices.Contains(k.Criteria[i].Values, v)
	})
}

func (k *segmentCriteria) match(segment map[string]contact.SegmentValue) bool {
	if k == nil {
		return true
	}
	return matches(k.MatchType, len(k.Criteria), func(i int) bool {
		v := segment[k.Criteria[i].Key]
		return v.String != nil && slices.Contains(k.Criteria[i].Values, *v.String)
	})
}

// matches applies a match type to n tests; without one all must hold.
func matches(kind string, n int, test func(int) bool) bool {
	held := 0
	for i := range n {
		if test(i) {
			held++
		}
	}
	switch kind {
	case "MATCH_ANY", "MATCH_EXACT":
		return held > 0 || n == 0
	case "MATCH_NONE":
		return held == 0
	}
	return held == n
}

func tellSummary(at place, c *contact.Contact) contactSummary {
	m := contactSummary{
		Arn:                 at.InstanceARN("contact", string(c.ID)),
		Id:                  string(c.ID),
		InitialContactId:    string(c.InitialID),
		PreviousContactId:   string(c.PreviousID),
		InitiationMethod:    c.Method,
		Channel:             string(c.Channel),
		InitiationTimestamp: wire.At(c.Initiated),
		DisconnectTimestamp: wire.At(c.Disconnected),
		ScheduledTimestamp:  wire.At(c.Scheduled),
		Name:                c.Name,
		Tags:                someTags(c.Tags),
	}
	if c.Queue != nil {
		m.QueueInfo = &queueInfo{c.Queue.ID, wire.At(c.Queue.Enqueued)}
	}
	if c.Agent != nil {
		m.AgentInfo = &summaryAgent{c.Agent.ID, wire.At(c.Agent.Connected)}
	}
	for key, v := range c.Segment {
		if m.SegmentAttributes == nil {
			m.SegmentAttributes = map[string]summarySegment{}
		}
		m.SegmentAttributes[key] = summarySegment{v.String, tellSegment(v.Map)}
	}
	return m
}
