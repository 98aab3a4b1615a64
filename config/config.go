// Package config is the configuration file: what its keys are, what they mean,
// what is wrong with them, and what must exist by them.
//
// It reads files and the environment. It makes no gateway, opens no store, and
// serves nothing: that is for who puts the house together.
package config

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"outdial/bot"
	"outdial/gateway/sms"
)

// A File is the file outdial.yaml. The tag doc is the sentence that
// `outdial config` prints above a key, eg the value that it prints behind it.
// What is left out has the default that its sentence names.
type File struct {
	Listen    string      `yaml:"listen" eg:"127.0.0.1:3425" doc:"Address to listen on; port 0 picks a free one. Off loopback tls is required, or insecure. Default: 127.0.0.1:3425."`
	TLS       TLS         `yaml:"tls" doc:"Certificate of the server."`
	Insecure  bool        `yaml:"insecure" eg:"false" doc:"Serve without TLS off loopback too: behind a proxy that speaks TLS, or in a closed network."`
	PublicURL string      `yaml:"publicURL" eg:"https://connect.example.com" doc:"The address by which carriers and clients reach this server, behind any proxy. Signatures of web-hooks are computed over it."`
	Hooks     hooksConfig `yaml:"hooks" doc:"Web-hooks of carriers, at /_outdial/hooks/CARRIER."`
	Store     string      `yaml:"store" eg:"file:outdial.db" doc:"Where everything is kept: file:PATH (SQLite, one process), postgres://USER:PASSWORD@HOST/DATABASE (several processes share the work), or env:NAME. Default: file:outdial.db."`
	Drain     Span        `yaml:"drain" eg:"30s" doc:"How long requests, turns and calls in hand may take to end after SIGTERM. Default: 30s."`
	Log       Log         `yaml:"log" doc:"What the server says, on standard error."`
	Retention *Span       `yaml:"retention" eg:"730d" doc:"How long contacts that have ended are kept, with their messages, events and timelines; 0 keeps them for ever. Default: 730d, which are 24 months."`
	Journal   string      `yaml:"journal" eg:"outdial.journal" doc:"File outside the store in which the simulator notes every delivery and every dial before it reports success. Default: none, unless the store is a file: then that file's name with .journal."`

	Attachments Attachments `yaml:"attachments" doc:"Files of messages: those that come in, and those that go out."`

	Simulator string `yaml:"simulator" eg:"on" doc:"Simulated carriers with handsets that somebody may hold (outdial handset): on or off. Default: on as long as there are no carriers."`

	Accounts  []accountConfig  `yaml:"accounts" doc:"AWS account numbers that are served, and the access keys of their users. Further keys are made by outdial key create."`
	Instances []instanceConfig `yaml:"instances" doc:"Amazon Connect instances, with what belongs to them. What stands here is made at start under the id that it gives, or under one that is derived from its name (the same in every store), and is read-only over the API. Without any, and without carriers, a demo instance is made."`
	Flows     string           `yaml:"flows" eg:"./flows" doc:"Folder of flows (*.json, as Amazon Connect exports them), loaded into every instance that names no folder of its own. The file's name is the flow's name; a file flows.yaml beside them may say more: FILE: {name, type, description, id, tags, saved}."`

	Functions map[string]string   `yaml:"functions" eg:"arn:aws:lambda:us-east-1:111122223333:function:lookup: http://127.0.0.1:9000/lookup" doc:"Where a flow's Lambda functions are: ARN to a URL that gets AWS's own event by POST and answers with the result. A name without an ARN stands for every ARN that ends in it."`
	Lambda    Endpoint            `yaml:"lambda" doc:"Lambda's own Invoke API, for functions that are not in the list above."`
	Lex       Endpoint            `yaml:"lex" doc:"The Lex V2 runtime, for bots that are not in the list below."`
	Services  map[string]Endpoint `yaml:"services" doc:"Further services that flows reach by their own API: profile, cases, datatables."`
	Bots      []botConfig         `yaml:"bots" eg:"@bots" doc:"Bots that are built in: ConnectParticipantWithLexBot finds one by its alias ARN."`
	Templates []templateConfig    `yaml:"templates" doc:"Message templates, for InitialTemplatedSystemMessage."`

	Carriers     []Carrier     `yaml:"carriers" eg:"@carriers" doc:"Accounts at carriers. A number names the one that serves it. The keys beside name and kind belong to the kind: outdial config -kind smpp."`
	Routes       []routeConfig `yaml:"routes" doc:"Which carriers serve which numbers and destinations. The first that fits holds; where none does, the number's own carrier and its routes. They may change while the server runs (SIGHUP), as may throttle and unknown of a carrier."`
	Destinations string        `yaml:"destinations" eg:"open" doc:"Countries that may be called, for instances that do not say themselves: open (every one) or aws (as Amazon Connect does by default, by region). Default: open."`
	Quotas       string        `yaml:"quotas" eg:"none" doc:"Concurrency and rate quotas, for instances that do not say themselves: none or aws. Default: none."`
	OptOut       []listConfig  `yaml:"optOut" doc:"Opt-out lists: numbers that get no message. A number of ours has a list of its own unless it names one. Entries here come on top of those that STOP and outdial optout have made; whoever sends START is taken off until the list changes."`
	Keywords     keywordConfig `yaml:"keywords" doc:"STOP, START and HELP: what else means them, and what they are answered with. They are kept from flows."`
	DoNotContact listConfig    `yaml:"doNotContact" doc:"Numbers that are neither called nor written to."`
	Sinks        []Sink        `yaml:"sinks" doc:"Where contact events and contact records go, besides the store."`
	FlowLogSinks []LogSink     `yaml:"flowLogSinks" doc:"Where flow logs go, for instances with flowLogs and flows that turn them on (Set logging behavior). Without any, nothing is logged."`

	// folders are folders of flows that are built in.
	folders map[string]fs.FS
	// Declared is what it says must exist, once it is checked.
	Declared *Declaration
}

// TLS names the files of the server's certificate.
type TLS struct {
	Cert string `yaml:"cert" eg:"/etc/outdial/tls.crt" doc:"File of the certificate and its chain (PEM). It is read again on SIGHUP."`
	Key  string `yaml:"key" eg:"/etc/outdial/tls.key" doc:"File of its key (PEM)."`
}

type hooksConfig struct {
	Listen string `yaml:"listen" eg:"0.0.0.0:3426" doc:"Address of a listener for web-hooks alone, by the same certificate: what the world reaches is then nothing else. Default: they are on listen."`
}

// Attachments says where files are kept, and which.
type Attachments struct {
	Path  string   `yaml:"path" eg:"/srv/outdial/files" doc:"Folder in which they are kept; processes that share a database must share it. Default: with a SQLite file that file's name with .files; with PostgreSQL none, and they are kept in the database."`
	Max   int      `yaml:"maxMB" eg:"20" doc:"How many megabytes a file may have, 1 to 100. What is longer stays at the carrier. Default: 20."`
	Types []string `yaml:"types" eg:"[image/jpeg, image/png, application/pdf]" doc:"MIME types that are kept; a file that is not what it says is not kept either. Default: pictures, sound, video, PDF, text, vCards and office documents."`
}

// A routeConfig says which carriers carry what.
type routeConfig struct {
	From     []string `yaml:"from" eg:"['+12065550110']" doc:"Numbers or senders of ours. Default: all."`
	To       []string `yaml:"to" eg:"[DE, '+4366']" doc:"Countries (ISO 3166 alpha-2) or beginnings of numbers. Default: everywhere."`
	Channels []string `yaml:"channels" eg:"[SMS]" doc:"SMS, WHATSAPP, VOICE. Default: all."`
	Carriers []string `yaml:"carriers" eg:"[acme-smsc]" doc:"The carriers, in the order in which they are tried: the next where one refuses what another may take, or is down."`
}

// A Log says what the server says.
type Log struct {
	Level   string `yaml:"level" eg:"info" doc:"debug, info, warn or error. Default: info."`
	Format  string `yaml:"format" eg:"text" doc:"text or json. Default: text."`
	Numbers string `yaml:"numbers" eg:"masked" doc:"Phone numbers in the log: masked or shown. Default: masked."`
}

type accountConfig struct {
	ID   string      `yaml:"id" eg:"111122223333" doc:"Twelve digits."`
	Keys []keyConfig `yaml:"keys" doc:"Access keys."`
}

type keyConfig struct {
	ID     string       `yaml:"id" eg:"AKOD2345672345672345" doc:"Access key id."`
	Secret secret       `yaml:"secret" eg:"change-me-please" doc:"Secret access key: as it is, env:NAME or file:PATH."`
	Name   string       `yaml:"name" eg:"billing" doc:"Whose it is; part of the principal's ARN."`
	Allow  []ruleConfig `yaml:"allow" doc:"What it may do. Without a rule: everything."`
	Deny   []ruleConfig `yaml:"deny" doc:"What it may not do, whatever is allowed."`
}

type ruleConfig struct {
	Actions   []string `yaml:"actions" eg:"[connect:StartOutbound*, connect:DescribeContact]" doc:"Actions as IAM names them, with the wildcards * and ?; those of this server's own pages are outdial:*."`
	Resources []string `yaml:"resources" eg:"['arn:aws:connect:us-east-1:111122223333:instance/*']" doc:"ARNs, with the same wildcards. Default: all."`
}

type instanceConfig struct {
	Alias        string            `yaml:"alias" eg:"acme" doc:"The instance's alias."`
	ID           string            `yaml:"id" eg:"" doc:"Its id (a UUID). Default: derived from account, region and alias."`
	Account      string            `yaml:"account" eg:"111122223333" doc:"Default: the first of accounts, or 111122223333."`
	Region       string            `yaml:"region" eg:"us-east-1" doc:"Default: us-east-1."`
	Inbound      *bool             `yaml:"inboundCalls" eg:"true" doc:"Default: true."`
	Outbound     *bool             `yaml:"outboundCalls" eg:"true" doc:"With false, StartOutboundVoiceContact is OutboundContactNotPermittedException. Default: true."`
	FlowLogs     bool              `yaml:"flowLogs" eg:"false" doc:"Write flow logs, for flows that ask for it."`
	Destinations string            `yaml:"destinations" eg:"open" doc:"As above, for this instance."`
	Quotas       string            `yaml:"quotas" eg:"none" doc:"As above, for this instance."`
	References   string            `yaml:"references" eg:"lenient" doc:"What an ARN in a flow that leads nowhere means: lenient (a warning, and its error branch when run) or strict (the flow is refused, as Amazon Connect does). Default: lenient."`
	Aliases      map[string]string `yaml:"aliases" eg:"arn:aws:connect:eu-west-2:444455556666:instance/1f2e3d4c-1111-2222-3333-444455556666: instance" doc:"Foreign ARNs in flows, and what they mean here: an ARN, instance (this one), or queue/NAME, flow/NAME, prompt/NAME, hours/NAME."`
	Domains      map[string]string `yaml:"domains" eg:"profile: amazon-connect-acme" doc:"Domains of the services that flows reach: profile (Customer Profiles, a name; default: amazon-connect- and the alias) and cases (an id; default: the instance's)."`
	Flows        string            `yaml:"flows" eg:"./flows" doc:"Folder of this instance's flows. Default: the one above."`
	Hours        []hoursConfig     `yaml:"hours" doc:"Hours of operation."`
	Numbers      []numberConfig    `yaml:"numbers" doc:"Phone numbers."`
	Available    []numberConfig    `yaml:"available" doc:"Numbers that ClaimPhoneNumber may claim, for this instance or another one of its account and region; SearchAvailablePhoneNumbers lists them until then. Keys as in numbers."`
	Queues       []queueConfig     `yaml:"queues" doc:"Queues."`
	Profiles     []profileConfig   `yaml:"routingProfiles" doc:"Routing profiles."`
	Users        []userConfig      `yaml:"users" doc:"Agents."`
	Prompts      []promptConfig    `yaml:"prompts" doc:"Recorded prompts."`
}

// named is what every resource of an instance may say.
type named struct {
	Name        string            `yaml:"name" eg:"Example" doc:"Its name."`
	ID          string            `yaml:"id" eg:"" doc:"Its id (a UUID). Default: derived from its name."`
	Description string            `yaml:"description" eg:"" doc:"For people."`
	Tags        map[string]string `yaml:"tags" eg:"team: outreach" doc:"Tags."`
}

type numberConfig struct {
	Number      string            `yaml:"number" eg:"+12065550110" doc:"The number in E.164, a short code or a sender id."`
	ID          string            `yaml:"id" eg:"" doc:"Its id (a UUID). Default: derived from the number."`
	Description string            `yaml:"description" eg:"" doc:"For people."`
	Tags        map[string]string `yaml:"tags" eg:"team: outreach" doc:"Tags."`
	Channels    []string          `yaml:"channels" eg:"[SMS, VOICE]" doc:"SMS, VOICE, WHATSAPP: one or more."`
	Country     string            `yaml:"country" eg:"US" doc:"ISO 3166 alpha-2. Default: as the number says."`
	Type        string            `yaml:"type" eg:"DID" doc:"DID, TOLL_FREE, SHORT_CODE, UIFN, SHARED or THIRD_PARTY_DID. Default: DID."`
	Flow        string            `yaml:"flow" eg:"Appointment reminder" doc:"Flow that inbound messages and calls start: its name or id."`
	Carrier     string            `yaml:"carrier" eg:"acme-smsc" doc:"The carrier that serves it. Default: the only one there is."`
	Routes      []string          `yaml:"routes" eg:"[]" doc:"Further carriers, tried in this order where the first refuses or is down."`
	OptOut      string            `yaml:"optOutList" eg:"" doc:"Opt-out list that it uses. Default: one of its own."`
	SelfOptOut  bool              `yaml:"selfManagedOptOuts" eg:"false" doc:"Leave STOP, START and HELP to the flow."`
	Quiet       string            `yaml:"quietHours" eg:"21:00-08:00" doc:"Hours of the recipient's day in which no message is sent. Default: none."`
	QuietDo     string            `yaml:"quietHoursDo" eg:"hold" doc:"What becomes of a message in quiet hours: hold (it waits until they end) or refuse. Who wrote to us within the last hour is answered all the same. Default: hold."`
	QuietZone   string            `yaml:"quietHoursZone" eg:"timezone" doc:"Contact attribute that holds the recipient's time zone (Europe/Berlin). Default: the zone of the recipient's number; of several, all count."`
	Throttle    float64           `yaml:"throttle" eg:"1" doc:"Message segments per second that this number may send, beside its carrier's own throttle. Default: no limit."`
}

type hoursConfig struct {
	named     `yaml:",inline"`
	TimeZone  string           `yaml:"timeZone" eg:"America/New_York" doc:"IANA name. Default: UTC."`
	Open      []string         `yaml:"open" eg:"[MONDAY-FRIDAY 09:00-17:30, SATURDAY 10:00-14:00]" doc:"Openings: days and hours. EVERYDAY 00:00-00:00 is always."`
	Overrides []overrideConfig `yaml:"overrides" doc:"Days on which other hours hold."`
}

type overrideConfig struct {
	Name string   `yaml:"name" eg:"Holidays" doc:"Its name."`
	From string   `yaml:"from" eg:"2026-12-24" doc:"First day."`
	Till string   `yaml:"till" eg:"2026-12-26" doc:"Last day. Default: the first."`
	Open []string `yaml:"open" eg:"[]" doc:"Openings on those days. Default: closed."`
}

type queueConfig struct {
	named        `yaml:",inline"`
	Hours        string `yaml:"hours" eg:"Example" doc:"Hours of operation: their name or id. Default: the first of this instance."`
	CallerID     string `yaml:"callerId" eg:"+12065550110" doc:"Number of ours that calls from this queue show."`
	CallerName   string `yaml:"callerName" eg:"Acme" doc:"Name that goes with it."`
	OutboundFlow string `yaml:"outboundFlow" eg:"" doc:"Outbound whisper flow."`
	Max          int    `yaml:"maxContacts" eg:"0" doc:"As many contacts may wait; 0 is no limit."`
}

type profileConfig struct {
	named       `yaml:",inline"`
	Queues      []profileQueueConfig `yaml:"queues" doc:"Queues that it serves."`
	Concurrency map[string]int       `yaml:"concurrency" eg:"VOICE: 1" doc:"How many contacts at once, by channel: VOICE, CHAT, TASK."`
}

type profileQueueConfig struct {
	Queue    string `yaml:"queue" eg:"Example" doc:"Name or id."`
	Channel  string `yaml:"channel" eg:"VOICE" doc:"VOICE, CHAT or TASK."`
	Priority int    `yaml:"priority" eg:"1" doc:"1 is served first. Default: 1."`
	Delay    Span   `yaml:"delay" eg:"0s" doc:"How long a contact waits before this profile gets it."`
}

type userConfig struct {
	named     `yaml:",inline"`
	FirstName string `yaml:"firstName" eg:"Mary" doc:"First name."`
	LastName  string `yaml:"lastName" eg:"Major" doc:"Last name."`
	Profile   string `yaml:"routingProfile" eg:"Example" doc:"Routing profile: its name or id."`
	Phone     string `yaml:"phone" eg:"+12065550190" doc:"Telephone on which the agent takes calls: a number, or an address such as sip:ann@192.0.2.9."`
}

type promptConfig struct {
	named `yaml:",inline"`
	URI   string `yaml:"uri" eg:"./prompts/welcome.wav" doc:"s3://…, https://… or a path."`
	Text  string `yaml:"text" eg:"Welcome to Acme." doc:"What it says, for the simulator and the timeline."`
}

// An Endpoint is a service that is reached by its API.
type Endpoint struct {
	Endpoint string `yaml:"endpoint" eg:"http://127.0.0.1:9001" doc:"Address of the API: the real one or a stand-in."`
	Region   string `yaml:"region" eg:"us-east-1" doc:"Region that requests are signed for. Default: the instance's."`
	Key      string `yaml:"accessKeyId" eg:"" doc:"Requests are signed with it. Default: AWS_ACCESS_KEY_ID, else they are not signed."`
	Secret   secret `yaml:"secretAccessKey" eg:"" doc:"As it is, env:NAME or file:PATH. Default: AWS_SECRET_ACCESS_KEY."`
}

// carrierSample is what `outdial config` prints under carriers; each kind's own
// keys are printed by `outdial config -kind`.
const carrierSample = `- name: acme-smsc
  kind: smpp
  # Message segments per second that it may be given. Default: no limit.
  throttle: 10
  # What becomes of a message whose fate is not known: resend or hold. Default: resend.
  unknown: resend
  addresses: ['smsc.example.com:2775']
  system_id: acme
  password: change-me
`

// A botConfig is a bot and the aliases by which flows name it.
type botConfig struct {
	Aliases        []string `yaml:"aliases"`
	bot.Definition `yaml:",inline"`
}

// botSample is what `outdial config` prints under bots: its keys are those of
// package bot.
const botSample = `- name: appointments
  # The ARNs of Lex V2 bot aliases, or the names of Lex V1 bots, that flows
  # give. Default: arn:aws:lex:REGION:ACCOUNT:bot-alias/NAME/LOCAL of each instance.
  aliases: ['arn:aws:lex:us-east-1:111122223333:bot-alias/BOTIDBOTID/ALIASALIAS']
  # Locale of the examples. Default: en_US.
  locale: en_US
  # The least score at which an intent fits, 0 to 1. Default: 0.5.
  threshold: 0.5
  # How often a slot or a yes is asked for again. Default: 2.
  maxRetries: 2
  # What a customer may want. {slot} in an example, a prompt or a reply stands
  # for the slot's value.
  intents:
    - name: Confirm
      utterances: ["1", "yes", "that suits me"]
    - name: AnotherTime
      utterances: ["2", "no", "another time", "can we make it {day}"]
      # Types are AMAZON.Date, AMAZON.Number… as in Lex, or those below.
      slots:
        - {name: day, type: Weekday, prompt: "Which day suits you?", required: true}
      # Asked before the end, and said after a no and after a yes.
      confirm: "{day}, then?"
      declined: "All right."
      reply: "We look for a time on {day}."
      # Session attributes that the intent sets.
      session: {source: bot}
  # Said where nothing fits, and how often the customer may try again before
  # the flow goes on with FallbackIntent.
  fallback: {reply: "Sorry, I did not get that.", retries: 0}
  types:
    - name: Weekday
      # open takes any answer, not only these.
      open: true
      values:
        - {value: Monday, synonyms: [mon]}
        - {value: Tuesday, synonyms: [tue]}
`

type templateConfig struct {
	Name          string   `yaml:"name" eg:"appointment" doc:"Its name."`
	ID            string   `yaml:"id" eg:"" doc:"The MessageTemplateId. Default: derived from its name."`
	Instance      string   `yaml:"instance" eg:"acme" doc:"Alias of the instance that has it. Default: the first."`
	KnowledgeBase string   `yaml:"knowledgeBase" eg:"" doc:"The KnowledgeBaseId. Default: one that is derived from the instance."`
	Channel       string   `yaml:"channel" eg:"WHATSAPP" doc:"SMS or WHATSAPP."`
	Text          string   `yaml:"text" eg:"Hello {{name}}, your appointment is {{time}}." doc:"What it says, with its variables."`
	Attributes    []string `yaml:"attributes" eg:"[name, time]" doc:"Its variables, in the order of the approved template. Default: as they occur in the text."`
	Approved      string   `yaml:"approved" eg:"appointment_reminder" doc:"WhatsApp: the name of the approved template. Default: its name."`
	Language      string   `yaml:"language" eg:"en_US" doc:"WhatsApp: the language of the approved template. Default: en_US."`
	Named         bool     `yaml:"named" eg:"false" doc:"WhatsApp: the approved template knows its variables by name, not by number."`

	Header  templateHeaderConfig   `yaml:"header" doc:"WhatsApp: the header of the approved template, where it has a variable or a file."`
	Buttons []templateButtonConfig `yaml:"buttons" doc:"WhatsApp: the buttons of the approved template that have a variable."`
}

type templateHeaderConfig struct {
	Type  string `yaml:"type" eg:"image" doc:"text, image, video, document or location."`
	Value string `yaml:"value" eg:"https://files.example.com/{{order}}.png" doc:"The text of its variable, the file's address, or LATITUDE,LONGITUDE; with variables."`
	Name  string `yaml:"name" eg:"" doc:"Name of the text's variable, of the document or of the place; with variables."`
	// Address is a place's.
	Address string `yaml:"address" eg:"" doc:"Address of the place, in words; with variables."`
}

type templateButtonConfig struct {
	Index int    `yaml:"index" eg:"0" doc:"Which button, from 0."`
	Type  string `yaml:"type" eg:"url" doc:"url, quick_reply, copy_code or flow."`
	Value string `yaml:"value" eg:"orders/{{order}}" doc:"The end of its address, its payload, its code or its token; with variables."`
}

type keywordConfig struct {
	Languages  []string `yaml:"languages" eg:"[en, es]" doc:"Languages whose words count, by ISO 639-1. Default: en. The words of Amazon (STOP, CANCEL, ARRET…) count everywhere."`
	StopWords  []string `yaml:"stopWords" eg:"[NO MORE]" doc:"Further words that opt out."`
	StartWords []string `yaml:"startWords" eg:"[]" doc:"Further words that opt in again."`
	HelpWords  []string `yaml:"helpWords" eg:"[]" doc:"Further words that ask for help."`
	Stop       *string  `yaml:"stop" eg:"You get no more messages from Acme." doc:"Answer to STOP, given once; empty for none."`
	Start      *string  `yaml:"start" eg:"You get messages from Acme again." doc:"Answer to START."`
	Help       *string  `yaml:"help" eg:"Acme, +12065550110. Reply STOP to end." doc:"Answer to HELP."`
}

// Spoken gives the languages whose words count.
func (k keywordConfig) Spoken() []string {
	if k.Languages == nil {
		return []string{"en"}
	}
	return k.Languages
}

// Extra gives the operator's own words.
func (k keywordConfig) Extra() map[string]sms.Keyword {
	out := map[string]sms.Keyword{}
	for kind, words := range map[sms.Keyword][]string{sms.Stop: k.StopWords, sms.Start: k.StartWords, sms.Help: k.HelpWords} {
		for _, w := range words {
			out[w] = kind
		}
	}
	return out
}

type listConfig struct {
	Name    string   `yaml:"name" eg:"default" doc:"Name of the list."`
	Numbers []string `yaml:"numbers" eg:"['+12065550199']" doc:"Numbers in E.164."`
	File    string   `yaml:"file" eg:"" doc:"File of further numbers, one a line; what follows a comma or # is not read."`
}

// A Sink is where contact events and contact records go.
type Sink struct {
	Name   string   `yaml:"name" eg:"events" doc:"Its name, in logs and in outdial events."`
	File   string   `yaml:"file" eg:"" doc:"File that gets one JSON a line. It is opened anew on SIGHUP."`
	URL    string   `yaml:"url" eg:"http://127.0.0.1:9002/events" doc:"Or a web-hook (POST, Standard Webhooks): at least once, in order per contact, retried for three days."`
	Secret secret   `yaml:"secret" eg:"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=" doc:"Secret that signs it: as it is (whsec_…), env:NAME or file:PATH."`
	Events []string `yaml:"events" eg:"[]" doc:"Event types that it gets, such as DISCONNECTED or CONTACT_RECORD. Default: all."`
}

// A LogSink is where flow logs go.
type LogSink struct {
	Name       string   `yaml:"name" eg:"flowlog" doc:"Its name, in logs; no other sink has it."`
	File       string   `yaml:"file" eg:"" doc:"File that gets one JSON a line, opened anew on SIGHUP; - is the standard output."`
	URL        string   `yaml:"url" eg:"" doc:"Or a web-hook, as those of sinks: it gets a list of entries."`
	Secret     secret   `yaml:"secret" eg:"" doc:"Secret that signs it: as it is (whsec_…), env:NAME or file:PATH."`
	LogGroup   string   `yaml:"logGroup" eg:"/aws/connect/demo" doc:"Or a log group of CloudWatch Logs, or of what speaks its API. It is made where it is not there; its streams are named by day."`
	CloudWatch Endpoint `yaml:"cloudWatch" doc:"Where CloudWatch Logs is: https://logs.REGION.amazonaws.com, or a stand-in."`
}

// A Carrier is an account at a carrier: what stands here is ours, the rest
// is the kind's own.
type Carrier struct {
	Name     string  `yaml:"name" eg:"acme-smsc" doc:"Its name: numbers and logs call it so."`
	Kind     string  `yaml:"kind" eg:"smpp" doc:"What it is: sip, smpp, smshttp or whatsapp."`
	Throttle float64 `yaml:"throttle" eg:"10" doc:"Message segments per second that it may be given. Default: no limit."`
	Unknown  string  `yaml:"unknown" eg:"resend" doc:"What becomes of a message whose fate is not known (a send that was not answered, a crash in the middle): resend, counted on the message, or hold. Default: resend."`
	// rest is everything else, for the kind to read.
	rest yaml.Node
	// Settings is what the kind made of it: a pointer to its struct (see kinds.go).
	Settings any
}

// UnmarshalYAML reads our keys, and keeps the others: what the kind does not
// know is found when the kind reads them.
func (c *Carrier) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("wants keys and values, not %s", nodeKind(n))
	}
	c.rest = yaml.Node{Kind: yaml.MappingNode, Tag: n.Tag, Line: n.Line}
	for i := 0; i+1 < len(n.Content); i += 2 {
		var err error
		switch k, v := n.Content[i], n.Content[i+1]; k.Value {
		case "name":
			err = v.Decode(&c.Name)
		case "kind":
			err = v.Decode(&c.Kind)
		case "throttle":
			err = v.Decode(&c.Throttle)
		case "unknown":
			err = v.Decode(&c.Unknown)
		default:
			c.rest.Content = append(c.rest.Content, k, v)
		}
		if err != nil {
			return fmt.Errorf("line %d: %s: not %s", n.Content[i].Line, n.Content[i].Value, nodeKind(n.Content[i+1]))
		}
	}
	return nil
}

// A Span is a length of time as people write it: "30s", "25h", "7d".
type Span time.Duration

// UnmarshalYAML reads a span.
func (s *Span) UnmarshalYAML(n *yaml.Node) error {
	d, err := ParseSpan(n.Value)
	if err != nil {
		return err
	}
	*s = Span(d)
	return nil
}

// ParseSpan reads "1d12h": what time.ParseDuration reads, and days.
func ParseSpan(s string) (time.Duration, error) {
	days, rest, ok := strings.Cut(s, "d")
	if !ok {
		days, rest = "0", s
	} else if rest == "" {
		rest = "0"
	}
	n, err := strconv.Atoi(days)
	d, err2 := time.ParseDuration(rest)
	if err != nil || err2 != nil || n < 0 || d < 0 || n > 36500 {
		return 0, fmt.Errorf("%q is no length of time such as 30s, 25h or 7d", s)
	}
	return time.Duration(n)*24*time.Hour + d, nil
}
