package config

import (
	"bufio"
	"cmp"
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"outdial/attachment"
	"outdial/contact"
	"outdial/gateway/sms"
	"outdial/resource"
	"outdial/wire"
)

// variable is one variable in a template's text.
var variable = regexp.MustCompile(`\{\{\s*(?:Attributes\.Custom(?:er)?\.)?([A-Za-z0-9_.-]+)\s*\}\}`)

func (d *declarer) templates() {
	for i, c := range d.c.Templates {
		d.template(fmt.Sprintf("templates[%d]", i), c)
	}
}

func (d *declarer) template(path string, c templateConfig) {
	in := d.out.First
	for _, r := range d.out.Rows {
		if x, ok := r.Doc.(*resource.Instance); ok && c.Instance != "" && (x.Name == c.Instance || x.ID == c.Instance) {
			in = x
		}
	}
	if in == nil || c.Instance != "" && in.Name != c.Instance && in.ID != c.Instance {
		d.fail(path+".instance", "there is no instance %q", c.Instance)
		return
	}
	d.home, d.alias, d.ids = wire.Home{Service: "connect", Region: in.Region, Account: in.Account, Instance: in.ID}, in.Name, nil
	doc := &resource.Template{KnowledgeBase: c.KnowledgeBase, Text: c.Text, Attributes: c.Attributes}
	doc.Channel = d.oneOf(path+".channel", c.Channel, "WHATSAPP", "SMS")
	d.meta(path, resource.KindTemplate, &doc.Meta, c.Name, c.ID, "", nil)
	if doc.KnowledgeBase == "" {
		doc.KnowledgeBase = Derived(in.Account, in.Region, in.Name, "knowledge-base")
	}
	doc.ARN = wire.Home{Service: "wisdom", Region: in.Region, Account: in.Account}.ARN("message-template/" + doc.KnowledgeBase + "/" + doc.ID)
	if doc.Text == "" {
		d.fail(path+".text", "is needed")
	}
	var vars []string
	for _, m := range variable.FindAllStringSubmatch(c.Text, -1) {
		if !slices.Contains(vars, m[1]) {
			vars = append(vars, m[1])
		}
	}
	if doc.Attributes == nil {
		doc.Attributes = vars
	}
	for _, v := range vars {
		if !slices.Contains(doc.Attributes, v) {
			d.fail(path+".attributes", "%q stands in the text, but not here", v)
		}
	}
	if doc.Channel == "WHATSAPP" {
		doc.Approved, doc.Language, doc.Named = cmp.Or(c.Approved, c.Name), cmp.Or(c.Language, "en_US"), c.Named
		d.components(path, c, doc)
	}
	d.add(path, resource.KindTemplate, in.ID, &doc.Meta, doc)
}

// components declares what an approved template has beside its body.
func (d *declarer) components(path string, c templateConfig, doc *resource.Template) {
	if h := c.Header; h != (templateHeaderConfig{}) {
		doc.Header = &resource.TemplateHeader{Type: d.oneOf(path+".header.type", h.Type, "text", "image", "video", "document", "location"), Value: h.Value, Name: h.Name, Address: h.Address}
		if h.Value == "" {
			d.fail(path+".header.value", "is needed")
		}
	}
	for i, b := range c.Buttons {
		at := fmt.Sprintf("%s.buttons[%d]", path, i)
		doc.Buttons = append(doc.Buttons, resource.TemplateButton{Index: b.Index, Type: d.oneOf(at+".type", b.Type, "url", "quick_reply", "copy_code", "flow"), Value: b.Value})
		if b.Index < 0 || b.Index > 9 {
			d.fail(at+".index", "from 0 to 9, not %d", b.Index)
		}
	}
}

// A MarkList is an opt-out list ("optout" and its name) or the numbers that
// must not be contacted ("dnc").
type MarkList struct {
	Kind, Name string
	Numbers    []string
}

func (d *declarer) optOuts() {
	for i, l := range d.c.OptOut {
		path := fmt.Sprintf("optOut[%d]", i)
		if l.Name == "" {
			d.fail(path+".name", "is needed")
		}
		d.out.Lists = append(d.out.Lists, MarkList{"optout", l.Name, d.listed(path, l)})
	}
	if l := d.c.DoNotContact; len(l.Numbers) > 0 || l.File != "" {
		d.out.Lists = append(d.out.Lists, MarkList{"dnc", l.Name, d.listed("doNotContact", l)})
	}
}

// listed gives the numbers of a list and of its file.
func (d *declarer) listed(path string, l listConfig) []string {
	numbers := slices.Clone(l.Numbers)
	for i, n := range l.Numbers {
		if !contact.E164(n) {
			d.fail(fmt.Sprintf("%s.numbers[%d]", path, i), "wants E.164, not %q", n)
		}
	}
	if l.File == "" {
		return numbers
	}
	f, err := os.Open(l.File)
	if err != nil {
		d.fail(path+".file", "%v", err)
		return numbers
	}
	defer f.Close()
	more, err := ReadNumbers(bufio.NewScanner(f), l.File)
	if err != nil {
		d.fail(path+".file", "%v", err)
	}
	return append(numbers, more...)
}

// ReadNumbers reads one number a line; what follows a comma or # is not read.
func ReadNumbers(s *bufio.Scanner, name string) ([]string, error) {
	var out []string
	for line := 1; s.Scan(); line++ {
		n, _, _ := strings.Cut(s.Text(), "#")
		n, _, _ = strings.Cut(n, ",")
		n = strings.Trim(strings.TrimSpace(n), `"`)
		switch {
		case n == "", line == 1 && strings.EqualFold(n, "number"):
		case contact.E164(n):
			out = append(out, n)
		default:
			return out, fmt.Errorf("%s:%d: wants a number in E.164, not %q", name, line, n)
		}
	}
	return out, s.Err()
}

// settings checks what declares nothing.
func (d *declarer) settings() {
	c := d.c
	if c.Listen != "" {
		if _, _, err := net.SplitHostPort(c.Listen); err != nil {
			d.fail("listen", "wants HOST:PORT, not %q", c.Listen)
		}
	}
	if c.Hooks.Listen != "" {
		if _, _, err := net.SplitHostPort(c.Hooks.Listen); err != nil {
			d.fail("hooks.listen", "wants HOST:PORT, not %q", c.Hooks.Listen)
		}
	}
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		d.fail("tls", "cert and key go together")
	}
	if c.Store != "" && !strings.HasPrefix(c.Store, "file:") && !IsPostgres(c.Store) && !strings.HasPrefix(c.Store, "env:") {
		d.fail("store", "wants file:PATH or postgres://…, not %q", c.Store)
	}
	d.address("publicURL", c.PublicURL)
	if c.Attachments.Max < 0 || c.Attachments.Max > 100 {
		d.fail("attachments.maxMB", "1 to 100, not %d", c.Attachments.Max)
	}
	for i, t := range c.Attachments.Types {
		if !slices.Contains(attachment.Types(), t) {
			d.fail(fmt.Sprintf("attachments.types[%d]", i), "%q is none that can be told by its content; there are %s", t, strings.Join(attachment.Types(), ", "))
		}
	}
	d.oneOf("log.level", c.Log.Level, "info", "debug", "warn", "error")
	d.oneOf("log.format", c.Log.Format, "text", "json")
	d.oneOf("log.numbers", c.Log.Numbers, "masked", "shown")
	d.oneOf("simulator", c.Simulator, "on", "off", "true", "false")
	d.oneOf("destinations", c.Destinations, "open", "aws")
	d.oneOf("quotas", c.Quotas, "none", "aws")
	for arn, u := range c.Functions {
		d.needed(join("functions", arn), u)
	}
	d.address("lambda.endpoint", c.Lambda.Endpoint)
	d.address("lex.endpoint", c.Lex.Endpoint)
	for name, s := range c.Services {
		d.needed(join("services", name)+".endpoint", s.Endpoint)
	}
	if _, unknown := sms.NewKeywords(d.c.Keywords.Spoken(), nil); len(unknown) > 0 {
		d.fail("keywords.languages", "no words are known for %s", strings.Join(unknown, ", "))
	}
	d.sinks()
	d.logSinks()
}

func (d *declarer) needed(path, u string) {
	if u == "" {
		d.fail(path, "is needed")
	}
	d.address(path, u)
}

// address fails unless u is an http or https URL, or empty.
func (d *declarer) address(path, u string) {
	if u == "" {
		return
	}
	x, err := url.Parse(u)
	if err != nil || x.Scheme != "http" && x.Scheme != "https" || x.Host == "" {
		d.fail(path, "wants http://… or https://…, not %q", u)
	}
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

func (d *declarer) sinks() {
	seen := map[string]bool{}
	types := []string{contact.Initiated, contact.ConnectedSystem, contact.DataUpdated, contact.QueuedEvent, contact.ConnectedAgent,
		contact.DisconnectedType, contact.Completed, contact.AMDDisabled, contact.MessageStatus, "CONTACT_RECORD"}
	for i, s := range d.c.Sinks {
		path := fmt.Sprintf("sinks[%d]", i)
		if !plainName.MatchString(s.Name) || seen[s.Name] {
			d.fail(path+".name", "wants a name of its own, of letters, digits and ._-, not %q", s.Name)
		}
		seen[s.Name] = true
		if (s.File == "") == (s.URL == "") {
			d.fail(path, "wants a file or an url")
		}
		d.address(path+".url", s.URL)
		if s.URL != "" && s.Secret == "" {
			d.fail(path+".secret", "is needed: a web-hook that is not signed can be forged")
		}
		for j, e := range s.Events {
			d.oneOf(fmt.Sprintf("%s.events[%d]", path, j), e, types...)
		}
	}
}

// logSinks checks where flow logs go.
func (d *declarer) logSinks() {
	seen := map[string]bool{}
	for _, s := range d.c.Sinks {
		seen[s.Name] = true
	}
	for i, s := range d.c.FlowLogSinks {
		path := fmt.Sprintf("flowLogSinks[%d]", i)
		if !plainName.MatchString(s.Name) || seen[s.Name] {
			d.fail(path+".name", "wants a name of its own, of letters, digits and ._-, not %q", s.Name)
		}
		seen[s.Name] = true
		n := 0
		for _, v := range []string{s.File, s.URL, s.LogGroup} {
			if v != "" {
				n++
			}
		}
		if n != 1 {
			d.fail(path, "wants a file, an url or a logGroup")
		}
		d.address(path+".url", s.URL)
		d.address(path+".cloudWatch.endpoint", s.CloudWatch.Endpoint)
		if s.URL != "" && s.Secret == "" {
			d.fail(path+".secret", "is needed: a web-hook that is not signed can be forged")
		}
		if s.LogGroup != "" && s.CloudWatch.Endpoint == "" {
			d.fail(path+".cloudWatch.endpoint", "is needed: where CloudWatch Logs is")
		}
	}
}

// IsPostgres tells whether the URL of a store is a PostgreSQL's.
func IsPostgres(store string) bool {
	return strings.HasPrefix(store, "postgres://") || strings.HasPrefix(store, "postgresql://")
}
