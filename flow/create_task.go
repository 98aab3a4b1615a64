package flow

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"outdial/contact"
	"outdial/resource"
)

// createTask starts a task contact under a flow of its own, now or later. There
// are no task templates here: a task that has nothing but a template takes the
// error branch.
var createTask = Spec{
	Doc: docs + "createtask.html",
	Params: []Param{
		{Name: "Name", Required: true},
		{Name: "ContactFlowId", Use: J, Ref: resource.KindFlow},
		{Name: "TaskTemplateId", Use: S},
		{Name: "Description"},
		{Name: "Attributes", Shape: Map, Members: []Param{{}}},
		{Name: "References", Shape: Map, Members: []Param{{Shape: Any}}},
		{Name: "DelaySeconds", Shape: Int, Use: J, Min: 1, Max: 518400},
		{Name: "ScheduledTime"},
	},
	Groups: []Group{
		{Names: []string{"ContactFlowId", "TaskTemplateId"}, Rule: AtLeastOne},
		{Names: []string{"DelaySeconds", "ScheduledTime"}, Rule: AtMostOne},
	},
	Errors: []ErrorRule{{Type: noMatch}},
	Open:   true, // what a template asks for stands beside these
	Waits:  true,
	Sets:   []string{"Task"},
	Run:    runCreateTask,
}

// Limits of a task. API_StartTaskContact
const (
	taskLasts   = 7 * 24 * time.Hour
	maxSchedule = 6 * 24 * time.Hour
	maxRefValue = 4096
)

func runCreateTask(t *Turn) Next {
	if in, ok := t.Input.(contact.ContactCreated); ok {
		if in.ID == "" {
			return t.Fail(noMatch, "the task was not created: "+join(in.Code, in.Error))
		}
		t.Set("Task", map[string]any{"ContactId": string(in.ID)})
		return t.NextSaying("created " + string(in.ID))
	}
	if t.Input != nil {
		return Ignore
	}
	c, why := t.task()
	if why != "" {
		return t.Fail(noMatch, why)
	}
	t.Do(contact.StartContact{Visit: t.Visit(), Contact: c})
	return Wait
}

// task makes the contact that is asked for, or says why it cannot be.
func (t *Turn) task() (*contact.Contact, string) {
	if !t.Has("ContactFlowId") {
		return nil, "the task has nothing but the template \"" + t.Text("TaskTemplateId") + "\", and task templates cannot be had"
	}
	f, why := t.findFlow(t.Text("ContactFlowId"))
	if why != "" {
		return nil, why
	}
	at, why := t.taskTime()
	if why != "" {
		return nil, why
	}
	subtype := contact.TaskType
	c := &contact.Contact{
		Instance: t.Contact.Instance, Channel: contact.Task, Subtype: subtype, Method: contact.MethodFlow,
		Name: t.Text("Name"), Description: t.Text("Description"),
		Segment:   map[string]contact.SegmentValue{"connect:Subtype": {String: &subtype}},
		Initiated: t.At, Scheduled: at, Expires: t.At.Add(taskLasts),
		Position: contact.Position{Flow: f.ID},
	}
	if at.After(t.At) {
		c.Expires = at.Add(taskLasts)
	}
	switch {
	case c.Name == "":
		return nil, "the task has no name"
	case utf8.RuneCountInString(c.Name) > maxContactName:
		return nil, fmt.Sprintf("the name of the task has over %d characters", maxContactName)
	case utf8.RuneCountInString(c.Description) > maxContactAbout:
		return nil, fmt.Sprintf("the description of the task has over %d characters", maxContactAbout)
	}
	attributes := map[string]string{}
	for _, p := range t.Pairs("Attributes") {
		attributes[p.Key] = p.Value
	}
	if len(attributes) > 0 {
		// The limits are those of every contact.
		if why := (&Turn{Contact: c}).setAttributes(attributes); why != "" {
			return nil, why
		}
	}
	c.References, why = t.taskReferences()
	return c, why
}

// taskTime tells when the task begins; zero is now.
func (t *Turn) taskTime() (time.Time, string) {
	if t.Has("DelaySeconds") {
		n, ok := t.Int("DelaySeconds")
		if !ok {
			return time.Time{}, "DelaySeconds is \"" + t.Text("DelaySeconds") + "\", not a number from 1 to 518400"
		}
		return t.At.Add(time.Duration(n) * time.Second), ""
	}
	if t.node.params.at("ScheduledTime") == nil {
		return time.Time{}, ""
	}
	s := strings.TrimSpace(t.Text("ScheduledTime"))
	at, err := time.Parse(time.RFC3339, s)
	if n, isEpoch := strconv.ParseInt(s, 10, 64); isEpoch == nil {
		at, err = time.Unix(n, 0).UTC(), nil
	}
	switch {
	case err != nil:
		return at, "ScheduledTime is \"" + s + "\", neither seconds since 1970 nor like 2026-11-20T12:00:00Z"
	case !at.After(t.At):
		return at, "the scheduled time " + s + " has passed"
	case at.After(t.At.Add(maxSchedule)):
		return at, "the scheduled time " + s + " is over 6 days away"
	}
	return at, ""
}

// Types of references, as the API names them. API_Reference
var referenceTypes = map[string]bool{"URL": true, "NUMBER": true, "STRING": true, "DATE": true, "EMAIL": true}

// taskReferences reads references: {Type, Value} by name, or, as the page of the
// action has them, a value by its type.
func (t *Turn) taskReferences() (map[string]contact.Reference, string) {
	m, _ := t.JSON("References").(map[string]any)
	if len(m) == 0 {
		return nil, ""
	}
	out := make(map[string]contact.Reference, len(m))
	for name, v := range m {
		r := contact.Reference{Type: "STRING", Value: textOf(v)}
		if o, ok := v.(map[string]any); ok {
			r = contact.Reference{Type: strings.ToUpper(textOf(o["Type"])), Value: textOf(o["Value"])}
		} else if referenceTypes[strings.ToUpper(name)] {
			r.Type = strings.ToUpper(name)
		} else if strings.HasPrefix(r.Value, "https://") || strings.HasPrefix(r.Value, "http://") {
			r.Type = "URL"
		}
		if !referenceTypes[r.Type] {
			return nil, fmt.Sprintf("the reference %q is of the type %q", name, r.Type)
		}
		if len(r.Value) > maxRefValue {
			return nil, fmt.Sprintf("the reference %q has over %d bytes", name, maxRefValue)
		}
		out[name] = r
	}
	return out, ""
}
