package config

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"outdial/contact"
	"outdial/resource"
	"outdial/wire"
)

var aliasName = regexp.MustCompile(`^[\da-zA-Z]([-\da-zA-Z]{0,61}[\da-zA-Z])?$`)

// instance declares an instance and all that belongs to it. What is referred
// to comes before what refers to it.
func (d *declarer) instance(path string, c *instanceConfig) {
	in := d.instanceItself(path, c)
	d.in, d.ids = in, map[string]string{}
	d.usual(path)
	for i := range c.Hours {
		d.hours(fmt.Sprintf("%s.hours[%d]", path, i), &c.Hours[i])
	}
	for i := range c.Prompts {
		d.prompt(fmt.Sprintf("%s.prompts[%d]", path, i), &c.Prompts[i])
	}
	folder, at := c.Flows, path+".flows"
	if folder == "" {
		folder, at = d.c.Flows, "flows"
	}
	d.flows(at, folder)
	for i := range c.Numbers {
		d.number(fmt.Sprintf("%s.numbers[%d]", path, i), &c.Numbers[i], resource.KindNumber)
	}
	d.available(path, c)
	for i := range c.Queues {
		d.queue(fmt.Sprintf("%s.queues[%d]", path, i), &c.Queues[i], c)
	}
	for i := range c.Profiles {
		d.profile(fmt.Sprintf("%s.routingProfiles[%d]", path, i), &c.Profiles[i])
	}
	for i := range c.Users {
		d.user(fmt.Sprintf("%s.users[%d]", path, i), &c.Users[i])
	}
	in.Aliases = d.foreign(path+".aliases", c.Aliases)
}

func (d *declarer) instanceItself(path string, c *instanceConfig) *resource.Instance {
	account, region, id := c.Account, c.Region, c.ID
	if account == "" {
		account = DefaultAccount
		if len(d.c.Accounts) > 0 {
			account = d.c.Accounts[0].ID
		}
	}
	if region == "" {
		region = DefaultRegion
	}
	if !accountID.MatchString(account) {
		d.fail(path+".account", "wants twelve digits, not %q", account)
	}
	if !regionName.MatchString(region) {
		d.fail(path+".region", "wants a region such as us-east-1, not %q", region)
	}
	if !aliasName.MatchString(c.Alias) {
		d.fail(path+".alias", "wants 1 to 63 letters, digits and inner hyphens, not %q", c.Alias)
	}
	d.alias = c.Alias
	if id == "" {
		id = Derived(account, region, c.Alias)
	} else if uuid.Validate(id) != nil {
		d.fail(path+".id", "wants a UUID, not %q", id)
	}
	in := &resource.Instance{Account: account, Region: region, FlowLogs: c.FlowLogs}
	in.Partition = wire.Partition(region)
	in.ID, in.Name = strings.ToLower(id), c.Alias
	d.home = wire.Home{Service: "connect", Region: region, Account: account, Instance: in.ID}
	in.ARN = d.home.InstanceARN()
	in.Inbound, in.Outbound = c.Inbound == nil || *c.Inbound, c.Outbound == nil || *c.Outbound
	in.Destinations = d.oneOf(path+".destinations", cmp.Or(c.Destinations, d.c.Destinations), "open", "aws")
	if q := d.oneOf(path+".quotas", cmp.Or(c.Quotas, d.c.Quotas), "none", "aws"); q == "aws" {
		in.Quotas = q
	}
	in.References = d.oneOf(path+".references", c.References, "lenient", "strict")
	in.Domains = c.Domains
	d.add(path, resource.KindInstance, "", &in.Meta, in)
	if d.out.First == nil {
		d.out.First = in
	}
	return in
}

// foreign works out what foreign ARNs mean here.
func (d *declarer) foreign(path string, in map[string]string) map[string]string {
	kinds := map[string]resource.Kind{"queue": resource.KindQueue, "flow": resource.KindFlow, "module": resource.KindModule,
		"prompt": resource.KindPrompt, "hours": resource.KindHours, "user": resource.KindUser}
	out := map[string]string{}
	for from, to := range in {
		p := join(path, from)
		if _, err := wire.ParseARN(from); err != nil {
			d.fail(p, "%v", err)
			continue
		}
		kind, name, _ := strings.Cut(to, "/")
		switch k, known := kinds[kind]; {
		case strings.HasPrefix(to, "arn:"):
		case to == "instance":
			to = d.home.InstanceARN()
		case known:
			to = d.home.InstanceARN(string(k), d.find(p, k, name))
		default:
			d.fail(p, "wants an ARN, instance, or queue/NAME, flow/NAME, module/NAME, prompt/NAME, hours/NAME, user/NAME, not %q", to)
		}
		out[from] = to
	}
	return out
}

func (d *declarer) hours(path string, c *hoursConfig) {
	doc := &resource.Hours{TimeZone: cmp.Or(c.TimeZone, "UTC"), Config: d.openings(path+".open", c.Open)}
	if _, err := time.LoadLocation(doc.TimeZone); err != nil {
		d.fail(path+".timeZone", "no IANA time zone is called %q", doc.TimeZone)
	}
	if len(c.Open) == 0 {
		d.fail(path+".open", "at least one opening is needed, such as MONDAY-FRIDAY 09:00-17:00 or EVERYDAY 00:00-00:00")
	}
	d.meta(path, resource.KindHours, &doc.Meta, c.Name, c.ID, c.Description, c.Tags)
	for i, o := range c.Overrides {
		p := fmt.Sprintf("%s.overrides[%d]", path, i)
		x := resource.HoursExcept{Name: o.Name, From: o.From, Till: cmp.Or(o.Till, o.From), Config: d.openings(p+".open", o.Open)}
		x.ID = Derived(d.home.Account, d.home.Region, d.alias, "override", c.Name, o.Name, o.From)
		for key, day := range map[string]string{".from": x.From, ".till": x.Till} {
			if _, err := time.Parse(time.DateOnly, day); err != nil {
				d.fail(p+key, "wants a day such as 2026-12-24, not %q", day)
			}
		}
		if x.Till < x.From {
			d.fail(p+".till", "%s is before %s", x.Till, x.From)
		}
		doc.Overrides = append(doc.Overrides, x)
	}
	d.add(path, resource.KindHours, d.home.Instance, &doc.Meta, doc)
}

var weekDays = [...]string{"MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"}

// openings reads "MONDAY-FRIDAY 09:00-17:30".
func (d *declarer) openings(path string, in []string) []resource.HoursOfDay {
	var out []resource.HoursOfDay
	for i, s := range in {
		days, times, ok := strings.Cut(strings.ToUpper(s), " ")
		from, till, ok2 := strings.Cut(times, "-")
		list := dayRange(days)
		if !ok || !ok2 || list == nil || !clock(from) || !clock(till) {
			d.fail(fmt.Sprintf("%s[%d]", path, i), "wants days and hours such as MONDAY-FRIDAY 09:00-17:30, not %q", s)
			continue
		}
		for _, day := range list {
			out = append(out, resource.HoursOfDay{Day: day, Start: from, End: till})
		}
	}
	return out
}

func clock(s string) bool {
	_, err := time.Parse("15:04", s)
	return err == nil && len(s) == 5
}

// dayRange gives the days of "MONDAY", "MONDAY-FRIDAY" or "EVERYDAY"; nil where
// there are none.
func dayRange(s string) []string {
	if s == "EVERYDAY" {
		return weekDays[:]
	}
	from, till, ok := strings.Cut(s, "-")
	if !ok {
		till = from
	}
	a, b := -1, -1
	for i, day := range weekDays {
		if day == from {
			a = i
		}
		if day == till {
			b = i
		}
	}
	if a < 0 || b < 0 {
		return nil
	}
	out := []string{weekDays[a]}
	for a != b {
		a = (a + 1) % 7
		out = append(out, weekDays[a])
	}
	return out
}

func (d *declarer) prompt(path string, c *promptConfig) {
	doc := &resource.Prompt{URI: c.URI, Text: c.Text}
	d.meta(path, resource.KindPrompt, &doc.Meta, c.Name, c.ID, c.Description, c.Tags)
	if c.URI == "" && c.Text == "" {
		d.fail(path+".uri", "a prompt needs an uri or a text")
	}
	d.add(path, resource.KindPrompt, d.home.Instance, &doc.Meta, doc)
}

var shortNumber = regexp.MustCompile(`^([0-9]{3,8}|[A-Za-z0-9 ]{1,11})$`)
var quietHours = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$`)

// number declares a number of the instance, or one that may be claimed.
func (d *declarer) number(path string, c *numberConfig, kind resource.Kind) {
	doc := &resource.Number{Number: c.Number, Channels: c.Channels, Country: c.Country, OptOut: c.OptOut, SelfOptIn: c.SelfOptOut, Quiet: c.Quiet}
	voice := false
	if len(c.Channels) == 0 {
		d.fail(path+".channels", "at least one is needed: SMS, VOICE, WHATSAPP")
	}
	for i, ch := range c.Channels {
		d.oneOf(fmt.Sprintf("%s.channels[%d]", path, i), ch, "SMS", "VOICE", "WHATSAPP")
		voice = voice || ch != "SMS"
	}
	if !contact.E164(c.Number) && (voice || !shortNumber.MatchString(c.Number)) {
		d.fail(path+".number", "wants E.164 such as +12065550110 (or, for SMS alone, a short code or a sender id), not %q", c.Number)
	}
	d.meta(path, kind, &doc.Meta, c.Number, c.ID, c.Description, c.Tags)
	doc.Type = d.oneOf(path+".type", c.Type, "DID", "TOLL_FREE", "SHORT_CODE", "UIFN", "SHARED", "THIRD_PARTY_TF", "THIRD_PARTY_DID")
	if doc.Country == "" {
		doc.Country = country(c.Number)
	}
	doc.Flow = d.find(path+".flow", resource.KindFlow, c.Flow)
	doc.Account = d.carrier(path+".carrier", cmp.Or(c.Carrier, d.only))
	for i, r := range c.Routes {
		doc.Routes = append(doc.Routes, d.carrier(fmt.Sprintf("%s.routes[%d]", path, i), r))
	}
	if c.Quiet != "" && !quietHours.MatchString(c.Quiet) {
		d.fail(path+".quietHours", "wants hours such as 21:00-08:00, not %q", c.Quiet)
	}
	doc.QuietDo = d.oneOf(path+".quietHoursDo", c.QuietDo, "hold", "refuse")
	doc.QuietZone, doc.Throttle = c.QuietZone, c.Throttle
	if !isRate(c.Throttle) {
		d.fail(path+".throttle", "at least 0, not %v", c.Throttle)
	}
	d.add(path, kind, d.home.Instance, &doc.Meta, doc)
	if kind == resource.KindNumber {
		d.ids["phone-number/"+c.Number] = doc.ID
	}
}

func (d *declarer) queue(path string, c *queueConfig, in *instanceConfig) {
	doc := &resource.Queue{Type: "STANDARD", Status: "ENABLED", CallerName: c.CallerName, Max: c.Max}
	d.meta(path, resource.KindQueue, &doc.Meta, c.Name, c.ID, c.Description, c.Tags)
	hours := c.Hours
	if hours == "" && len(in.Hours) > 0 {
		hours = in.Hours[0].Name
	}
	if hours == "" {
		d.fail(path+".hours", "a queue needs hours of operation, and this instance has none")
	}
	doc.Hours = d.find(path+".hours", resource.KindHours, hours)
	doc.CallerNumber = d.find(path+".callerId", resource.KindNumber, c.CallerID)
	doc.OutboundFlow = d.find(path+".outboundFlow", resource.KindFlow, c.OutboundFlow)
	if c.Max < 0 {
		d.fail(path+".maxContacts", "at least 0, not %d", c.Max)
	}
	d.add(path, resource.KindQueue, d.home.Instance, &doc.Meta, doc)
}

func (d *declarer) profile(path string, c *profileConfig) {
	doc := &resource.Profile{Concurrency: c.Concurrency}
	d.meta(path, resource.KindProfile, &doc.Meta, c.Name, c.ID, c.Description, c.Tags)
	for ch, n := range c.Concurrency {
		d.oneOf(join(path+".concurrency", ch), ch, "VOICE", "CHAT", "TASK")
		if n < 1 || n > 10 || ch == "VOICE" && n > 1 {
			d.fail(join(path+".concurrency", ch), "1 to 10 (VOICE: 1), not %d", n)
		}
	}
	for i, q := range c.Queues {
		p := fmt.Sprintf("%s.queues[%d]", path, i)
		doc.Queues = append(doc.Queues, resource.ProfileQueue{
			Queue: d.find(p+".queue", resource.KindQueue, q.Queue), Channel: d.oneOf(p+".channel", q.Channel, "VOICE", "CHAT", "TASK"),
			Priority: max(1, q.Priority), Delay: int(time.Duration(q.Delay).Seconds()),
		})
	}
	d.add(path, resource.KindProfile, d.home.Instance, &doc.Meta, doc)
}

// sipAddress is a telephone that is no number.
var sipAddress = regexp.MustCompile(`^sip:[A-Za-z0-9._~*#+-]+@[A-Za-z0-9.-]+(:[0-9]{1,5})?(;[A-Za-z0-9=;.-]+)?$`)

func (d *declarer) user(path string, c *userConfig) {
	doc := &resource.User{FirstName: c.FirstName, LastName: c.LastName, Phone: c.Phone}
	d.meta(path, resource.KindUser, &doc.Meta, c.Name, c.ID, c.Description, c.Tags)
	doc.Profile = d.find(path+".routingProfile", resource.KindProfile, c.Profile)
	if c.Phone != "" && !contact.E164(c.Phone) && !sipAddress.MatchString(c.Phone) {
		d.fail(path+".phone", "wants E.164, or sip:NAME@HOST, not %q", c.Phone)
	}
	d.add(path, resource.KindUser, d.home.Instance, &doc.Meta, doc)
}
