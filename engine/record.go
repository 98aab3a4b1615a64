package engine

import (
	"encoding/json"
	"strconv"
	"time"

	"outdial/contact"
	"outdial/resource"
)

// Record gives the contact record of c, as the contact-record stream writes it.
// https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
func Record(i *resource.Instance, c *contact.Contact) map[string]any {
	r := map[string]any{
		"AWSAccountId":                       i.Account,
		"AWSContactTraceRecordFormatVersion": "2017-03-10",
		"Agent":                              nil,
		"AgentConnectionAttempts":            0,
		"AnsweringMachineDetectionStatus":    orNil(c.AMDStatus),
		"Attributes":                         orEmpty(c.Attributes),
		"Campaign":                           map[string]any{"CampaignId": orNil(c.Campaign)},
		"Channel":                            c.Channel,
		"ConnectedToSystemTimestamp":         second(c.Connected),
		"ContactLens":                        contactLens(c),
		"ContactDetails":                     map[string]any{},
		"ContactId":                          c.ID,
		"CustomerEndpoint":                   endpoint(c.Customer),
		"CustomerId":                         orNil(c.CustomerID),
		"CustomerVoiceActivity":              nil,
		"DisconnectReason":                   orNil(c.Reason),
		"DisconnectTimestamp":                second(c.Disconnected),
		"InitialContactId":                   orNil(string(c.InitialID)),
		"InitiationMethod":                   c.Method,
		"InitiationTimestamp":                second(c.Initiated),
		"InstanceARN":                        i.ARN,
		"LastUpdateTimestamp":                second(c.Updated),
		"MediaStreams":                       mediaStreams(c),
		"NextContactId":                      orNil(string(c.NextID)),
		"PreviousContactId":                  orNil(string(c.PreviousID)),
		"Queue":                              nil,
		"Recording":                          nil,
		"Recordings":                         recordings(c),
		"References":                         references(c),
		"RelatedContactId":                   orNil(string(c.RelatedID)),
		"ScheduledTimestamp":                 second(c.Scheduled),
		"SegmentAttributes":                  c.Segment,
		"SystemEndpoint":                     endpoint(c.System),
		"Tags":                               tags(i, c),
		"TransferCompletedTimestamp":         nil,
		"TransferredToEndpoint":              nil,
		"VoiceIdResult":                      nil,
	}
	if q := c.Queue; q != nil {
		r["Queue"] = map[string]any{
			"ARN": queueARN(i, q), "Name": orNil(q.Name), "EnqueueTimestamp": second(q.Enqueued),
			"DequeueTimestamp": second(q.Dequeued), "Duration": seconds(q.Enqueued, q.Dequeued),
		}
	}
	if q := c.Queue; q != nil {
		r["AgentConnectionAttempts"] = q.Attempts
	}
	if c.Agent != nil {
		r["Agent"] = agentRecord(i, c)
	}
	if c.Method == contact.MethodTransfer || c.Method == contact.MethodQueueTransfer {
		r["TransferCompletedTimestamp"] = second(c.Initiated)
	}
	if v := c.Call; v != nil && !v.GreetStart.IsZero() {
		r["CustomerVoiceActivity"] = map[string]any{
			"GreetingStartTimestamp": second(v.GreetStart), "GreetingEndTimestamp": second(v.GreetEnd),
		}
	}
	return r
}

// agentRecord is the agent's part of a contact record.
func agentRecord(i *resource.Instance, c *contact.Contact) map[string]any {
	a := c.Agent
	return map[string]any{
		"ARN": i.ARN + "/agent/" + a.ID, "Username": a.Name, "ConnectedToAgentTimestamp": second(a.Connected),
		"AgentInteractionDuration": max(0, seconds(a.Connected, c.Disconnected)-a.Held), "NumberOfHolds": a.Holds,
		"CustomerHoldDuration": a.Held, "AgentInitiatedHoldDuration": a.Held, "LongestHoldDuration": a.Longest,
		"AfterContactWorkStartTimestamp": second(a.Work), "AfterContactWorkEndTimestamp": second(a.WorkEnd),
		"AfterContactWorkDuration": seconds(a.Work, a.WorkEnd),
	}
}

// queueARN names a queue; an agent's own lies apart. API_Queue
func queueARN(i *resource.Instance, q *contact.Queued) string {
	if q.Type == "AGENT" {
		return i.ARN + "/queue/agent/" + q.ID
	}
	return i.ARN + "/queue/" + q.ID
}

// second writes a time as contact records do; nil where it never was.
func second(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UTC().Format("2006-01-02T15:04:05Z")
}

func seconds(from, to time.Time) int {
	if from.IsZero() || to.Before(from) {
		return 0
	}
	return int(to.Sub(from).Seconds())
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

func endpoint(e contact.Endpoint) any {
	if e.Address == "" {
		return nil
	}
	return map[string]any{"Address": e.Address, "Type": e.Type}
}

func mediaStreams(c *contact.Contact) []any {
	if c.Channel == contact.Voice {
		return []any{map[string]any{"Type": "AUDIO"}}
	}
	if c.Channel == contact.Chat {
		return []any{map[string]any{"Type": "CHAT"}}
	}
	return []any{}
}

// contactLens is how the flow wanted the contact analysed, as it said.
func contactLens(c *contact.Contact) any {
	var behaviour struct {
		Analytics map[string]any `json:"AnalyticsBehavior"`
	}
	if len(c.Recording) == 0 || json.Unmarshal(c.Recording, &behaviour) != nil || behaviour.Analytics == nil {
		return nil
	}
	return map[string]any{"ConversationalAnalytics": map[string]any{"Configuration": behaviour.Analytics}}
}

func recordings(c *contact.Contact) []any {
	out := []any{}
	for _, k := range c.Kept {
		r := map[string]any{
			"DeletionReason": nil, "FragmentStartNumber": nil, "FragmentStopNumber": nil, "Location": k.Path,
			"MediaStreamType": "AUDIO", "ParticipantType": k.Party, "StartTimestamp": second(k.Started),
			"StopTimestamp": second(k.Stopped), "Status": "AVAILABLE", "StorageType": "FILE",
		}
		if k.Live { // what stands here where Amazon streams into Kinesis
			r["StorageType"] = "WEBSOCKET"
			r["FragmentStartNumber"], r["FragmentStopNumber"] = "1", strconv.FormatInt(k.Last, 10)
		}
		out = append(out, r)
	}
	return out
}

func references(c *contact.Contact) []any {
	out := []any{}
	for _, k := range sorted(c.References) {
		out = append(out, map[string]any{"Name": k, "Type": c.References[k].Type, "Value": c.References[k].Value})
	}
	return out
}

func tags(i *resource.Instance, c *contact.Contact) map[string]string {
	out := map[string]string{"aws:connect:instanceId": i.ID}
	if c.System.Address != "" {
		out["aws:connect:systemEndpoint"] = c.System.Address
	}
	for k, v := range c.Tags {
		out[k] = v
	}
	return out
}
