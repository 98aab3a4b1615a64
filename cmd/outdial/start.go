package main

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// runStart starts one contact: a small client of StartOutboundChatContact and
// StartOutboundVoiceContact.
func runStart(ctx context.Context, e env, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case "chat":
			return startChat(ctx, e, args[1:])
		case "voice":
			return startVoice(ctx, e, args[1:])
		}
	}
	fs := flags(e, "start", "chat|voice", `
Starts one contact, by the same two operations that SDKs use.

  outdial start chat -to +12065550100
  outdial start voice -to +12065550100 -attr name=Ann -wait

outdial start chat -h and outdial start voice -h list the flags.`)
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		return usagef("chat or voice?")
	}
	return usagef("chat or voice, not %q", words[0])
}

// A startFlags is what both operations have in common.
type startFlags struct {
	clientFlags
	fs                          *flag.FlagSet
	json, instance, flow, token string
	from, to, related, output   string
	attrs                       pairs
	wait                        bool
}

func (f *startFlags) add(fs *flag.FlagSet) {
	f.clientFlags.add(fs)
	f.fs = fs
	fs.StringVar(&f.to, "to", "", "the customer's `NUMBER`, in E.164")
	fs.StringVar(&f.from, "from", "", "`NUMBER` of ours, its id or ARN (default: the first that fits)")
	fs.StringVar(&f.flow, "flow", "", "`FLOW` by name, id or ARN (default: the sample flow of the demo instance)")
	fs.StringVar(&f.instance, "instance", "", "`ID` or ARN of the instance (default: the only one)")
	fs.Var(&f.attrs, "attr", "contact attribute `KEY=VALUE`; may be repeated")
	fs.StringVar(&f.related, "related", "", "`ID` of a related contact, whose attributes are copied")
	fs.StringVar(&f.token, "client-token", "", "`TOKEN` that makes repeating safe (default: a new one)")
	fs.StringVar(&f.json, "json", "", "members of the request as JSON, @FILE or - (standard input); flags come on top")
	fs.BoolVar(&f.wait, "wait", false, "follow the contact to its end; exit 1 if it fails")
	fs.StringVar(&f.output, "o", "text", "`FORMAT` of the answer: text or json")
}

// members gives the request as -json has it.
func (f *startFlags) members(e env) (map[string]any, error) {
	m := map[string]any{}
	doc := []byte(f.json)
	var err error
	switch {
	case f.json == "":
		return m, nil
	case f.json == "-":
		doc, err = io.ReadAll(io.LimitReader(e.stdin, 1<<20))
	case strings.HasPrefix(f.json, "@"):
		doc, err = os.ReadFile(f.json[1:])
	}
	if err == nil {
		err = json.Unmarshal(doc, &m)
	}
	if err != nil {
		return nil, usagef("-json: %v", err)
	}
	return m, nil
}

// put sets a member from a flag, where the flag was given.
func put(m map[string]any, name, value string) {
	if value != "" {
		m[name] = value
	}
}

// begin reads the command line, and makes of it the request as far as both
// operations have it: fill sets the members that one of them has alone, sample is
// the flow where none is named.
func (f *startFlags) begin(ctx context.Context, e env, args []string, fill func(map[string]any) error, sample string) (*client, map[string]any, error) {
	if err := noWords(parse(f.fs, args)); err != nil {
		return nil, nil, err
	}
	m, err := f.members(e)
	if err != nil {
		return nil, nil, err
	}
	if err := fill(m); err != nil {
		return nil, nil, err
	}
	c, err := f.connect(e)
	if err != nil {
		return nil, nil, err
	}
	return c, m, f.common(ctx, c, m, sample)
}

// common fills in what both operations have, and finds what is named.
func (f *startFlags) common(ctx context.Context, c *client, m map[string]any, sample string) (err error) {
	put(m, "InstanceId", f.instance)
	if _, ok := m["InstanceId"]; !ok {
		if m["InstanceId"], err = c.instance(ctx, ""); err != nil {
			return err
		}
	}
	name := f.flow
	if _, ok := m["ContactFlowId"]; !ok || name != "" {
		if m["ContactFlowId"], err = c.flow(ctx, fmt.Sprint(m["InstanceId"]), cmp.Or(name, sample)); err != nil {
			return err
		}
	}
	if len(f.attrs) > 0 {
		m["Attributes"] = f.attrs
	}
	put(m, "RelatedContactId", f.related)
	put(m, "ClientToken", f.token)
	if _, ok := m["ClientToken"]; !ok {
		m["ClientToken"] = uuid.NewString()
	}
	return nil
}

// do sends the request, prints the ContactId, and follows the contact.
func (f *startFlags) do(ctx context.Context, e env, c *client, route string, m map[string]any) error {
	var out struct{ ContactId string }
	method, path, _ := strings.Cut(route, " ")
	if err := c.call(ctx, method, path, m, &out); err != nil {
		return err
	}
	if f.output != "json" {
		fmt.Fprintln(e.stdout, out.ContactId)
	} else if !f.wait {
		return json.NewEncoder(e.stdout).Encode(out)
	}
	if !f.wait {
		return nil
	}
	return c.follow(ctx, e, fmt.Sprint(m["InstanceId"]), out.ContactId, f.output == "json")
}

// A chatFlags is the members of StartOutboundChatContact.
type chatFlags struct {
	startFlags
	channel, display, message, messageType, template, profile string
	duration                                                  int
	vars, segment                                             pairs
	types                                                     list
}

func (f *chatFlags) add(fs *flag.FlagSet) {
	f.startFlags.add(fs)
	fs.StringVar(&f.channel, "channel", "sms", "`CHANNEL`: sms or whatsapp")
	fs.IntVar(&f.duration, "duration", 0, "the chat ends after so many `MINUTES`, 60 to 10080 (default 1500)")
	fs.StringVar(&f.display, "display-name", "", "the customer's `NAME`")
	fs.StringVar(&f.message, "message", "", "`TEXT` of the initial system message")
	fs.StringVar(&f.messageType, "message-type", "text/plain", "its content `TYPE`")
	fs.StringVar(&f.template, "template", "", "initial templated message: `NAME` of a template, or KNOWLEDGEBASE/TEMPLATE")
	fs.Var(&f.vars, "var", "variable of the template, `KEY=VALUE`; may be repeated")
	fs.StringVar(&f.profile, "profile", "", "customer profile attributes for the template, as `JSON`")
	fs.Var(&f.segment, "segment", "segment attribute `KEY=VALUE`, VALUE being text or the JSON of a value; may be repeated")
	fs.Var(&f.types, "content-type", "supported content `TYPE`; may be repeated")
}

// fill sets the members that flags give and no server must be asked for.
func (f *chatFlags) fill(m map[string]any) error {
	subtype, ok := map[string]string{"sms": "connect:SMS", "whatsapp": "connect:WhatsApp"}[strings.ToLower(f.channel)]
	if !ok {
		return usagef("-channel: sms or whatsapp, not %q", f.channel)
	}
	if f.to != "" {
		m["DestinationEndpoint"] = map[string]string{"Type": "TELEPHONE_NUMBER", "Address": f.to}
	}
	if _, ok := m["DestinationEndpoint"]; !ok {
		return usagef("-to: the customer's number is needed")
	}
	if f.duration != 0 {
		m["ChatDurationInMinutes"] = f.duration
	}
	if f.display != "" {
		m["ParticipantDetails"] = map[string]string{"DisplayName": f.display}
	}
	if f.message != "" {
		m["InitialSystemMessage"] = map[string]string{"ContentType": f.messageType, "Content": f.message}
	}
	if len(f.types) > 0 {
		m["SupportedMessagingContentTypes"] = f.types
	}
	return segments(m, f.segment, subtype, given(f.fs, "channel"))
}

func startChat(ctx context.Context, e env, args []string) error {
	fs := flags(e, "start chat", "", `
Starts an outbound SMS or WhatsApp contact (StartOutboundChatContact), and
prints its ContactId.

  outdial start chat -to +12065550100
  outdial start chat -to +12065550100 -channel whatsapp -template appointment_reminder \
      -var name=Ann -var appointment="tomorrow at 10:00"
  outdial start chat -json @request.json -wait`)
	var f chatFlags
	f.add(fs)
	c, m, err := f.begin(ctx, e, args, f.fill, "Appointment reminder (chat)")
	if err != nil {
		return err
	}
	if err := f.source(ctx, c, m, strings.ToUpper(f.channel)); err != nil {
		return err
	}
	if f.template != "" {
		if m["InitialTemplatedSystemMessage"], err = c.template(f.template, f.vars, f.profile); err != nil {
			return err
		}
	}
	return f.do(ctx, e, c, "PUT /contact/outbound-chat", m)
}

// given tells whether a flag was on the command line.
func given(fs *flag.FlagSet, name string) (ok bool) {
	fs.Visit(func(f *flag.Flag) { ok = ok || f.Name == name })
	return ok
}

// segments sets the segment attributes, the channel subtype among them.
func segments(m map[string]any, in pairs, subtype string, force bool) error {
	all, _ := m["SegmentAttributes"].(map[string]any)
	if all == nil {
		all = map[string]any{}
	}
	if _, ok := all["connect:Subtype"]; !ok || force {
		all["connect:Subtype"] = map[string]string{"ValueString": subtype}
	}
	for k, v := range in {
		if !strings.HasPrefix(v, "{") {
			all[k] = map[string]string{"ValueString": v}
			continue
		}
		var value map[string]any
		if err := json.Unmarshal([]byte(v), &value); err != nil {
			return usagef("-segment %s: %v", k, err)
		}
		all[k] = value
	}
	m["SegmentAttributes"] = all
	return nil
}

// source sets our endpoint of a chat.
func (f *startFlags) source(ctx context.Context, c *client, m map[string]any, channel string) error {
	if _, ok := m["SourceEndpoint"]; ok && f.from == "" {
		return nil
	}
	n, err := c.number(ctx, fmt.Sprint(m["InstanceId"]), f.from, channel)
	if err != nil {
		return err
	}
	m["SourceEndpoint"] = map[string]string{"Type": "CONNECT_PHONENUMBER_ARN", "Address": n.ARN}
	return nil
}

// A voiceFlags is the members of StartOutboundVoiceContact.
type voiceFlags struct {
	startFlags
	name, description, queue, campaign, traffic, strategy string
	ring                                                  int
	amd, await                                            bool
	refs                                                  list
}

func (f *voiceFlags) add(fs *flag.FlagSet) {
	f.startFlags.add(fs)
	fs.StringVar(&f.name, "name", "", "`NAME` that an agent sees")
	fs.StringVar(&f.description, "description", "", "`TEXT` that an agent sees")
	fs.Var(&f.refs, "reference", "reference `NAME=TYPE:VALUE`, TYPE being URL, NUMBER, STRING, DATE or EMAIL; may be repeated")
	fs.StringVar(&f.queue, "queue", "", "`QUEUE` by name, id or ARN: its caller id is shown")
	fs.IntVar(&f.ring, "ring", 0, "the phone rings for so many `SECONDS`, 15 to 60 (default 60)")
	fs.StringVar(&f.campaign, "campaign", "", "campaign `ID`")
	fs.StringVar(&f.traffic, "traffic", "", "`TYPE`: GENERAL or CAMPAIGN (default: GENERAL, CAMPAIGN with -amd)")
	fs.BoolVar(&f.amd, "amd", false, "detect answering machines")
	fs.BoolVar(&f.await, "await-prompt", false, "with -amd: wait for the end of the machine's prompt")
	fs.StringVar(&f.strategy, "strategy", "", "outbound strategy as `JSON`")
}

// fill sets the members that flags give and no server must be asked for.
func (f *voiceFlags) fill(m map[string]any) error {
	put(m, "DestinationPhoneNumber", f.to)
	if _, ok := m["DestinationPhoneNumber"]; !ok {
		return usagef("-to: the customer's number is needed")
	}
	put(m, "Name", f.name)
	put(m, "Description", f.description)
	put(m, "CampaignId", f.campaign)
	put(m, "TrafficType", f.traffic)
	if f.ring != 0 {
		m["RingTimeoutInSeconds"] = f.ring
	}
	if f.amd || f.await {
		m["AnswerMachineDetectionConfig"] = map[string]bool{"EnableAnswerMachineDetection": f.amd, "AwaitAnswerMachinePrompt": f.await}
		if _, ok := m["TrafficType"]; !ok && f.amd {
			m["TrafficType"] = "CAMPAIGN"
		}
	}
	if f.strategy != "" {
		m["OutboundStrategy"] = json.RawMessage(f.strategy)
	}
	return references(m, f.refs)
}

func startVoice(ctx context.Context, e env, args []string) error {
	fs := flags(e, "start voice", "", `
Places an outbound call (StartOutboundVoiceContact), and prints its ContactId.

  outdial start voice -to +12065550100
  outdial start voice -to +12065550100 -queue BasicQueue -ring 30 -amd -wait`)
	var f voiceFlags
	f.add(fs)
	c, m, err := f.begin(ctx, e, args, f.fill, "Appointment reminder (voice)")
	if err != nil {
		return err
	}
	if err := f.caller(ctx, c, m, f.queue); err != nil {
		return err
	}
	return f.do(ctx, e, c, "PUT /contact/outbound-voice", m)
}

// references sets the references that an agent sees.
func references(m map[string]any, in list) error {
	out := map[string]any{}
	for _, s := range in {
		name, rest, ok := strings.Cut(s, "=")
		typ, value, ok2 := strings.Cut(rest, ":")
		if !ok || !ok2 {
			return usagef("-reference: wants NAME=TYPE:VALUE, not %q", s)
		}
		out[name] = map[string]string{"Type": strings.ToUpper(typ), "Value": value}
	}
	if len(out) > 0 {
		m["References"] = out
	}
	return nil
}

// caller sets who calls: a number, a queue, or our first number for calls.
func (f *startFlags) caller(ctx context.Context, c *client, m map[string]any, queue string) error {
	instance := fmt.Sprint(m["InstanceId"])
	if queue != "" {
		id, err := c.queue(ctx, instance, queue)
		if err != nil {
			return err
		}
		m["QueueId"] = id
	}
	_, hasNumber := m["SourcePhoneNumber"]
	_, hasQueue := m["QueueId"]
	if f.from == "" && (hasNumber || hasQueue) {
		return nil
	}
	n, err := c.number(ctx, instance, f.from, "VOICE")
	if err != nil {
		return err
	}
	m["SourcePhoneNumber"] = n.Number
	return nil
}

// follow waits for the end of a contact, and says what happens on the way.
func (c *client) follow(ctx context.Context, e env, instance, id string, asJSON bool) error {
	path := "/contacts/" + escape(instance) + "/" + escape(id)
	said := ""
	for {
		var out struct {
			Contact map[string]any
		}
		if err := c.call(ctx, "GET", path, nil, &out); err != nil {
			return err
		}
		state := "waiting for " + map[bool]string{true: "the phone to be answered", false: "the flow"}[out.Contact["Channel"] == "VOICE"]
		if out.Contact["ConnectedToSystemTimestamp"] != nil {
			state = "connected"
		}
		if out.Contact["DisconnectTimestamp"] != nil {
			return ended(e, out.Contact, asJSON)
		}
		if state != said {
			fmt.Fprintln(e.stderr, state)
			said = state
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// ended says how a contact ended. What is no conversation at all is a failure.
func ended(e env, doc map[string]any, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(e.stdout).Encode(doc)
	}
	reason, _ := doc["DisconnectReason"].(string)
	took := ""
	from, ok := doc["InitiationTimestamp"].(float64)
	till, ok2 := doc["DisconnectTimestamp"].(float64)
	if ok && ok2 {
		took = " after " + strconv.FormatFloat(till-from, 'f', 1, 64) + " s"
	}
	fmt.Fprintf(e.stderr, "ended%s: %s\n", took, cmp.Or(reason, "no reason"))
	if strings.HasPrefix(reason, "TELECOM_") || reason == "CUSTOMER_CONNECTION_NOT_ESTABLISHED" || reason == "OTHER" {
		return exitError(1)
	}
	return nil
}
