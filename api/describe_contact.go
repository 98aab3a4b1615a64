package api

import (
	"context"
	"strconv"

	"outdial/contact"
	"outdial/fault"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type describeContactInput struct {
	InstanceId string `wire:"required,uri,len=1..100"`
	ContactId  string `wire:"required,uri,len=1..256"`
}

type describeContactOutput struct{ Contact *contactDetail }

type contactDetail struct {
	Arn                             string
	Id                              string `wire:"len=1..256"`
	InitialContactId                string `wire:"len=1..256"`
	PreviousContactId               string `wire:"len=1..256"`
	ContactAssociationId            string `wire:"len=1..256"`
	InitiationMethod                string `wire:"enum=INBOUND|OUTBOUND|TRANSFER|QUEUE_TRANSFER|CALLBACK|API|DISCONNECT|MONITOR|EXTERNAL_OUTBOUND|WEBRTC_API|AGENT_REPLY|FLOW"`
	Name                            string `wire:"len=0..1024,sensitive"`
	Description                     string `wire:"len=0..4096,sensitive"`
	Channel                         string `wire:"enum=VOICE|CHAT|TASK|EMAIL"`
	QueueInfo                       *queueInfo
	AgentInfo                       *agentInfo
	InitiationTimestamp             wire.Time
	DisconnectTimestamp             wire.Time
	LastUpdateTimestamp             wire.Time
	LastPausedTimestamp             wire.Time
	LastResumedTimestamp            wire.Time
	TotalPauseCount                 *int `wire:"range=0..10"`
	TotalPauseDurationInSeconds     *int `wire:"range=0.."`
	ScheduledTimestamp              wire.Time
	RingStartTimestamp              wire.Time
	RelatedContactId                string `wire:"len=1..256"`
	CustomerId                      string `wire:"len=0..128"`
	CustomerEndpoint                *endpointInfo
	SystemEndpoint                  *endpointInfo
	QueueTimeAdjustmentSeconds      *int
	QueuePriority                   *int64            `wire:"range=1..9223372036854775807"`
	Tags                            map[string]string `wire:"items=1..6,key.len=1..128,value.len=..256,key.pattern=^(?!aws:)[a-zA-Z+-=._:/]+$"`
	ConnectedToSystemTimestamp      wire.Time
	RoutingCriteria                 *routingCriteria
	Campaign                        *campaign
	AnsweringMachineDetectionStatus string `wire:"enum=ANSWERED|UNDETECTED|ERROR|HUMAN_ANSWERED|SIT_TONE_DETECTED|SIT_TONE_BUSY|SIT_TONE_INVALID_NUMBER|FAX_MACHINE_DETECTED|VOICEMAIL_BEEP|VOICEMAIL_NO_BEEP|AMD_UNRESOLVED|AMD_UNANSWERED|AMD_ERROR|AMD_NOT_APPLICABLE"`
	CustomerVoiceActivity           *voiceActivity
	ChatMetrics                     *chatMetrics
	DisconnectDetails               *disconnectDetails
	SegmentAttributes               map[string]segmentValue `wire:"key.len=1..128"`
	Recordings                      []recording
	DisconnectReason                string
	ContactDetails                  *contactDetails
	NextContacts                    []nextContact     `wire:"items=..24"`
	Attributes                      map[string]string `wire:"key.len=1..32767,value.len=0..32767"`
}

type queueInfo struct {
	Id               string
	EnqueueTimestamp wire.Time
}

type agentInfo struct {
	Id                        string `wire:"len=1..256"`
	AcceptedByAgentTimestamp  wire.Time
	ConnectedToAgentTimestamp wire.Time

	AgentPauseDurationInSeconds    *int `wire:"range=0.."`
	HierarchyGroups                *agentGroups
	AfterContactWorkDuration       *int `wire:"range=0.."`
	AfterContactWorkStartTimestamp wire.Time
	AfterContactWorkEndTimestamp   wire.Time
	AgentInitiatedHoldDuration     *int `wire:"range=0.."`
}

type agentGroups struct {
	Level1 *agentGroup
	Level2 *agentGroup
	Level3 *agentGroup
	Level4 *agentGroup
	Level5 *agentGroup
}

type agentGroup struct{ Arn string }

type contactDetails struct {
	Name        string `wire:"len=0..1024"`
	Description string `wire:"len=0..1024"`
}

// A nextContact is one to which an agent handed the conversation on.
type nextContact struct {
	Type                string `wire:"enum=QUICK_CONNECT"`
	NextContactMetadata *nextMetadata
}

type nextMetadata struct {
	_                       struct{} `wire:"union"`
	QuickConnectContactData *quickConnectContact
}

type quickConnectContact struct {
	ContactId           string `wire:"len=1..256"`
	InitiationTimestamp wire.Time
	QuickConnectId      string
	QuickConnectName    string `wire:"len=1..127"`
	QuickConnectType    string `wire:"enum=USER|QUEUE|PHONE_NUMBER|FLOW"`
}

type campaign struct {
	CampaignId string `wire:"len=1..100"`
}

type voiceActivity struct {
	GreetingStartTimestamp wire.Time
	GreetingEndTimestamp   wire.Time
}

type disconnectDetails struct {
	PotentialDisconnectIssue string `wire:"len=0..128"`
}

type recording struct {
	Location        string `wire:"len=0..1024"`
	MediaStreamType string `wire:"enum=AUDIO|VIDEO"`
	ParticipantType string `wire:"enum=ALL|MANAGER|AGENT|CUSTOMER|THIRDPARTY"`
	StartTimestamp  wire.Time
	StopTimestamp   wire.Time
	Status          string `wire:"enum=AVAILABLE|DELETED"`
	// Of a live stream. The place of a recording of ours is a file or an address,
	// for which StorageType has no value.
	FragmentStartNumber string `wire:"len=0..128"`
	FragmentStopNumber  string `wire:"len=0..128"`
}

// describeContact tells all that is known of a contact, open or ended.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeContact.html
func (s *Server) describeContact(ctx context.Context, in *describeContactInput) (*describeContactOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	var d *contactDetail
	err = s.Store.View(ctx, func(t *store.Tx) error {
		c, err := contactOf(t, at, "ContactId", in.ContactId)
		if err != nil {
			return err
		}
		d = tellContact(at, c)
		d.RoutingCriteria = tellCriteria(c, s.Engine.Now())
		if d.AgentInfo, err = tellAgent(t, at, c); err != nil {
			return err
		}
		if q := c.Quick; q != nil && c.NextID != "" {
			next := &quickConnectContact{string(c.NextID), wire.At(c.Disconnected), q.ID, q.Name, q.Type}
			d.NextContacts = []nextContact{{"QUICK_CONNECT", &nextMetadata{QuickConnectContactData: next}}}
		}
		if c.Channel == contact.Chat && !c.Open() {
			messages, err := t.Messages(c.ID)
			if err != nil {
				return err
			}
			d.ChatMetrics = tellChat(c, messages)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &describeContactOutput{d}, nil
}

func tellContact(at place, c *contact.Contact) *contactDetail {
	d := &contactDetail{
		Arn:                             at.InstanceARN("contact", string(c.ID)),
		Id:                              string(c.ID),
		InitialContactId:                string(c.InitialID),
		PreviousContactId:               string(c.PreviousID),
		ContactAssociationId:            string(c.First()),
		InitiationMethod:                c.Method,
		Name:                            c.Name,
		Description:                     c.Description,
		Channel:                         string(c.Channel),
		InitiationTimestamp:             wire.At(c.Initiated),
		DisconnectTimestamp:             wire.At(c.Disconnected),
		LastUpdateTimestamp:             wire.At(c.Updated),
		RelatedContactId:                string(c.RelatedID),
		CustomerId:                      c.CustomerID,
		CustomerEndpoint:                tellEndpoint(c.Customer),
		Tags:                            someTags(c.Tags),
		ConnectedToSystemTimestamp:      wire.At(c.Connected),
		AnsweringMachineDetectionStatus: c.AMDStatus,
		SegmentAttributes:               tellSegment(c.Segment),
		Recordings:                      tellRecordings(c.Kept),
		DisconnectReason:                c.Reason,
		Attributes:                      c.Attributes,
	}
	// Not told for these methods. API_Contact, SystemEndpoint
	if c.Method != contact.MethodQueueTransfer && c.Method != contact.MethodCallback {
		d.SystemEndpoint = tellEndpoint(c.System)
	}
	if c.Campaign != "" {
		d.Campaign = &campaign{c.Campaign}
	}
	tellQueue(d, c)
	tellCall(d, c.Call)
	tellTask(d, c)
	return d
}

// tellTask tells what only tasks have.
func tellTask(d *contactDetail, c *contact.Contact) {
	d.ScheduledTimestamp = wire.At(c.Scheduled)
	if p := c.Pause; p.Count > 0 {
		d.LastPausedTimestamp, d.LastResumedTimestamp = wire.At(p.Began), wire.At(p.Last)
		d.TotalPauseCount, d.TotalPauseDurationInSeconds = &p.Count, &p.Total
	}
	if c.Channel == contact.Task && (c.Name != "" || c.Description != "") {
		d.ContactDetails = &contactDetails{c.Name, c.Description}
	}
}

// tellAgent tells who took the contact, and what he did with it; nil where nobody has.
func tellAgent(t *store.Tx, at place, c *contact.Contact) (*agentInfo, error) {
	a := c.Agent
	if a == nil {
		return nil, nil
	}
	d := &agentInfo{Id: a.ID, AcceptedByAgentTimestamp: wire.At(a.Accepted), ConnectedToAgentTimestamp: wire.At(a.Connected),
		AfterContactWorkStartTimestamp: wire.At(a.Work), AfterContactWorkEndTimestamp: wire.At(a.WorkEnd)}
	if a.Holds > 0 {
		d.AgentInitiatedHoldDuration = &a.Held
	}
	if c.Pause.Count > 0 {
		total := c.Pause.Total
		d.AgentPauseDurationInSeconds = &total
	}
	if !a.Work.IsZero() && !a.WorkEnd.IsZero() {
		n := int(a.WorkEnd.Sub(a.Work).Seconds())
		d.AfterContactWorkDuration = &n
	}
	u, err := store.Load[resource.User](t, resource.KindUser, a.ID)
	if fault.Is(err, fault.NotFound) {
		return d, nil
	}
	if err != nil {
		return nil, err
	}
	p, err := pathOf(t, at, u.Group)
	if p != nil {
		arn := func(g *hierarchyGroupSummary) *agentGroup {
			if g == nil {
				return nil
			}
			return &agentGroup{g.Arn}
		}
		d.HierarchyGroups = &agentGroups{arn(p.LevelOne), arn(p.LevelTwo), arn(p.LevelThree), arn(p.LevelFour), arn(p.LevelFive)}
	}
	return d, err
}

// defaultPriority is a contact's in a queue where nobody has set another.
const defaultPriority = 5

func tellQueue(d *contactDetail, c *contact.Contact) {
	if c.Queue != nil {
		d.QueueInfo = &queueInfo{c.Queue.ID, wire.At(c.Queue.Enqueued)}
	}
	if c.Queue == nil && c.Priority == 0 && c.AgeShift == 0 {
		return
	}
	priority, shift := int64(c.Priority), c.AgeShift
	if priority == 0 {
		priority = defaultPriority
	}
	d.QueuePriority, d.QueueTimeAdjustmentSeconds = &priority, &shift
}

func tellCall(d *contactDetail, call *contact.Call) {
	if call == nil {
		return
	}
	d.RingStartTimestamp = wire.At(call.Ringing)
	if !call.GreetStart.IsZero() {
		d.CustomerVoiceActivity = &voiceActivity{wire.At(call.GreetStart), wire.At(call.GreetEnd)}
	}
}

func tellRecordings(kept []contact.Recording) (out []recording) {
	for _, k := range kept {
		r := recording{
			Location: k.Path, MediaStreamType: "AUDIO", ParticipantType: k.Party,
			StartTimestamp: wire.At(k.Started), StopTimestamp: wire.At(k.Stopped), Status: "AVAILABLE",
		}
		if k.Live {
			r.FragmentStartNumber, r.FragmentStopNumber = "1", strconv.FormatInt(k.Last, 10)
		}
		out = append(out, r)
	}
	return out
}

// someTags leaves tags out where there are none: AWS's own shape has at least one.
func someTags(tags map[string]string) map[string]string {
	if len(tags) == 0 {
		return nil
	}
	return tags
}
