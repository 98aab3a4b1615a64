package api

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/resource"
	"outdial/wire"
)

type startTaskContactInput struct {
	InstanceId        string               `wire:"required,len=1..100"`
	PreviousContactId string               `wire:"len=1..256"`
	ContactFlowId     string               `wire:"len=..500"`
	Attributes        map[string]string    `wire:"key.len=1..32767,value.len=0..32767"`
	Name              string               `wire:"required,len=0..1024,sensitive"`
	References        map[string]reference `wire:"key.len=1..4096"`
	Description       string               `wire:"len=0..4096,sensitive"`
	ClientToken       string               `wire:"len=..500"`
	ScheduledTime     wire.Time
	TaskTemplateId    string `wire:"refused,len=1..500"`
	QuickConnectId    string
	RelatedContactId  string                  `wire:"len=1..256"`
	SegmentAttributes map[string]segmentValue `wire:"key.len=1..128"`
	Attachments       []taskAttachment        `wire:"refused,sensitive,items=1..5"`
}

type taskAttachment struct {
	FileName string `wire:"required,len=1..256,pattern=^\\P{C}*$"`
	S3Url    string `wire:"required,len=1..2000"`
}

type startTaskContactOutput struct {
	ContactId string `wire:"len=1..256"`
}

// startTaskContact makes a task, for now or for later. There are no task templates
// here, and no attachments of tasks.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_StartTaskContact.html
func (s *Server) startTaskContact(ctx context.Context, in *startTaskContactInput) (*startTaskContactOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}

	r := engine.StartRequest{}
	if r.Refuse = s.task(ctx, at, in, &r); in.ClientToken != "" {
		r.Token = "task/" + at.Instance + "/" + in.ClientToken
		r.Hashes = in.hashes(at)
	}
	if at.in.Quotas == "aws" {
		r.Max = maxTasks
	}
	id, err := s.Start(ctx, r)
	if err != nil {
		return nil, refused(err, map[string]string{engine.CodeQuota: "ServiceQuotaExceededException"})
	}
	return &startTaskContactOutput{string(id)}, nil
}

// Bounds of tasks. API_StartTaskContact
const (
	maxTasks    = 2500
	maxSchedule = 6 * 24 * time.Hour
	taskLasts   = 7 * 24 * time.Hour
)

// task fills in r, or says why the request cannot be honoured.
func (s *Server) task(ctx context.Context, at place, in *startTaskContactInput, r *engine.StartRequest) error {
	switch {
	case in.TaskTemplateId != "":
		return fault.New(fault.NotFound, "TaskTemplateId: there are no task templates here")
	case len(in.Attachments) > 0:
		return wire.Invalid("Attachments", "attachments of tasks are not served")
	case (in.ContactFlowId == "") == (in.QuickConnectId == ""):
		return wire.Invalid("ContactFlowId", "exactly one of ContactFlowId and QuickConnectId must be there")
	case in.Name == "":
		return wire.Invalid("Name", "must not be empty")
	case in.PreviousContactId != "" && in.RelatedContactId != "":
		return wire.Invalid("RelatedContactId", "not together with PreviousContactId")
	}
	now := s.Engine.Now()
	if when := in.ScheduledTime.Time; !when.IsZero() && (!when.After(now) || when.After(now.Add(maxSchedule))) {
		return wire.Invalid("ScheduledTime", "must lie ahead, and at most 6 days")
	}
	if err := checkAttributes("Attributes", in.Attributes); err != nil {
		return err
	}
	references, err := readReferences("References", in.References)
	if err != nil {
		return err
	}
	segment := map[string]contact.SegmentValue{}
	if len(in.SegmentAttributes) > 0 {
		if segment, err = readSegment("SegmentAttributes", in.SegmentAttributes); err != nil {
			return err
		}
	}
	segment[subtypeKey] = text(contact.TaskType)
	c := &contact.Contact{
		Instance: at.Instance, Channel: contact.Task, Subtype: contact.TaskType, Method: contact.MethodAPI,
		Name: in.Name, Description: in.Description, References: references, Attributes: in.Attributes, Segment: segment,
		Scheduled: in.ScheduledTime.Time, Expires: now.Add(taskLasts), RelatedID: contact.ID(in.RelatedContactId),
	}
	if !c.Scheduled.IsZero() {
		c.Expires = c.Scheduled.Add(taskLasts)
	}
	if r.Contact = c; in.PreviousContactId != "" {
		if err := s.behind(ctx, at, c, in.PreviousContactId); err != nil {
			return err
		}
	}
	if in.QuickConnectId != "" {
		return s.byQuickConnect(ctx, at, c, in.QuickConnectId)
	}
	f, err := s.startFlow(ctx, at, in.ContactFlowId)
	if err == nil {
		c.Position.Flow = f.ID
	}
	return err
}

// behind links a task to the contact that it follows, and gives it what that one's
// chain knows; the request's own attributes win.
func (s *Server) behind(ctx context.Context, at place, c *contact.Contact, ref string) error {
	before, err := s.viewContact(ctx, at, "PreviousContactId", ref)
	if err != nil {
		return err
	}
	c.PreviousID, c.InitialID = before.ID, before.First()
	all := maps.Clone(before.Attributes)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, c.Attributes)
	c.Attributes = all
	return nil
}

// byQuickConnect lets a task begin in the flow of a quick connect, for its queue or
// its agent.
func (s *Server) byQuickConnect(ctx context.Context, at place, c *contact.Contact, ref string) error {
	q, err := view[resource.QuickConnect](ctx, s, at, "QuickConnectId", ref, resource.KindQuickConnect)
	if err != nil {
		return err
	}
	if q.Type == "PHONE_NUMBER" {
		return wire.Invalid("QuickConnectId", "%s leads to a telephone, and a task cannot go there", quote(q.Name))
	}
	c.Position.Flow, c.Target = q.Flow, q.Target
	return nil
}

// hashes are those of the members, by which a repeated token is compared.
func (in *startTaskContactInput) hashes(at place) hashes {
	h := make(hashes, 8)
	h.text("Name", in.Name)
	h.text("Description", in.Description)
	h.text("ContactFlowId", equal(at, in.ContactFlowId, resource.KindFlow))
	h.text("QuickConnectId", equal(at, in.QuickConnectId, resource.KindQuickConnect))
	h.text("PreviousContactId", in.PreviousContactId)
	h.text("RelatedContactId", in.RelatedContactId)
	h.pairs("Attributes", in.Attributes)
	if !in.ScheduledTime.IsZero() {
		h.text("ScheduledTime", strconv.FormatInt(in.ScheduledTime.UnixMilli(), 10))
	}
	for _, k := range slices.Sorted(maps.Keys(in.References)) {
		h.parts("References."+k, in.References[k].Type, in.References[k].Value)
	}
	return h
}
