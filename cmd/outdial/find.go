package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"outdial/config"
)

// escape writes a value as one part of a path; an ARN may hold slashes.
func escape(s string) string { return url.PathEscape(s) }

// isID tells whether s names a resource by id or ARN, with or without a qualifier.
func isID(s string) bool {
	id, _, _ := strings.Cut(s, ":")
	return strings.HasPrefix(s, "arn:") || uuid.Validate(id) == nil
}

// flow gives the id of a flow.
func (c *client) flow(ctx context.Context, instance, name string) (string, error) {
	if isID(name) {
		return name, nil
	}
	if c.ready != nil && instance == c.ready.InstanceID {
		if id, ok := c.ready.Flows[name]; ok {
			return id, nil
		}
	}
	return c.named(ctx, "flow", "/contact-flows-summary/"+escape(instance), "ContactFlowSummaryList", name)
}

// queue gives the id of a queue.
func (c *client) queue(ctx context.Context, instance, name string) (string, error) {
	if isID(name) {
		return name, nil
	}
	if c.ready != nil && instance == c.ready.InstanceID {
		if id, ok := c.ready.Queues[name]; ok {
			return id, nil
		}
	}
	return c.named(ctx, "queue", "/queues-summary/"+escape(instance), "QueueSummaryList", name)
}

// named looks through a listing for a name, and gives its id.
func (c *client) named(ctx context.Context, what, path, list, name string) (string, error) {
	var names []string
	next := ""
	for {
		out := map[string]json.RawMessage{}
		if err := c.call(ctx, "GET", path+"?maxResults=1000"+next, nil, &out); err != nil {
			return "", fmt.Errorf("finding the %s %q: %w", what, name, err)
		}
		var page []struct{ Id, Name string }
		if doc, ok := out[list]; ok {
			if err := json.Unmarshal(doc, &page); err != nil {
				return "", fmt.Errorf("finding the %s %q: %w", what, name, err)
			}
		}
		for _, x := range page {
			if x.Name == name {
				return x.Id, nil
			}
			names = append(names, x.Name)
		}
		var token string
		if json.Unmarshal(out["NextToken"], &token) != nil || token == "" {
			break
		}
		next = "&nextToken=" + url.QueryEscape(token)
	}
	slices.Sort(names)
	return "", fmt.Errorf("there is no %s %q%s", what, name, config.Among(names))
}

// number finds a number of ours: by number, id or ARN, or the first that
// carries a channel.
func (c *client) number(ctx context.Context, instance, name, channel string) (readyNumber, error) {
	if strings.HasPrefix(name, "arn:") {
		return readyNumber{ARN: name, Number: name}, nil
	}
	numbers, err := c.numbers(ctx, instance)
	if err != nil {
		return readyNumber{}, err
	}
	var all []string
	for _, n := range numbers {
		if name == n.Number || name == n.ID || name == "" && slices.Contains(n.Channels, channel) {
			return n, nil
		}
		all = append(all, n.Number)
	}
	if name == "" {
		return readyNumber{}, usagef("-from: which number? None is known to carry %s%s", channel, config.Among(all))
	}
	return readyNumber{}, fmt.Errorf("-from: there is no number %s%s", name, config.Among(all))
}

// numbers lists the numbers of an instance. Amazon's listing does not tell the
// channels of a number; ours is known from the ready file.
func (c *client) numbers(ctx context.Context, instance string) ([]readyNumber, error) {
	if c.ready != nil && instance == c.ready.InstanceID {
		return c.ready.PhoneNumbers, nil
	}
	var out struct {
		ListPhoneNumbersSummaryList []struct {
			PhoneNumberId, PhoneNumberArn, PhoneNumber string
		}
	}
	in := map[string]any{"InstanceId": instance, "MaxResults": 1000}
	if err := c.call(ctx, "POST", "/phone-number/list", in, &out); err != nil {
		return nil, fmt.Errorf("listing the numbers: %w", err)
	}
	var list []readyNumber
	for _, n := range out.ListPhoneNumbersSummaryList {
		list = append(list, readyNumber{ID: n.PhoneNumberId, ARN: n.PhoneNumberArn, Number: n.PhoneNumber})
	}
	if len(list) == 1 {
		list[0].Channels = []string{"SMS", "VOICE", "WHATSAPP"} // there is no choice
	}
	return list, nil
}

// template gives the InitialTemplatedSystemMessage of a template.
func (c *client) template(name string, vars pairs, profile string) (map[string]any, error) {
	base, id, ok := strings.Cut(name, "/")
	if !ok && c.ready != nil {
		for _, t := range c.ready.Templates {
			if t.Name == name || t.MessageTemplateID == name {
				base, id, ok = t.KnowledgeBaseID, t.MessageTemplateID, true
			}
		}
	}
	if !ok {
		return nil, usagef("-template: wants KNOWLEDGEBASE/TEMPLATE, or the name of a template of the local server, not %q", name)
	}
	attributes := map[string]any{}
	if len(vars) > 0 {
		attributes["CustomAttributes"] = vars
	}
	if profile != "" {
		attributes["CustomerProfileAttributes"] = profile
	}
	return map[string]any{"KnowledgeBaseId": base, "MessageTemplateId": id, "TemplateAttributes": attributes}, nil
}
