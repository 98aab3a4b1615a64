package signal

import (
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"outdial/fault"
)

// A Config is the signalling of one trunk, as the operator configures it. What
// is left out has the default that its sentence names.
type Config struct {
	Targets   []string `yaml:"targets" eg:"[sip.example.com]" doc:"where calls go, tried in this order: a domain (by its SRV records), a host, or host:port"`
	Transport string   `yaml:"transport" eg:"udp" doc:"udp (default), tcp or tls"`
	Proxy     string   `yaml:"proxy" eg:"" doc:"host or host:port that every request goes through first; default none"`
	Domain    string   `yaml:"domain" eg:"" doc:"domain in the addresses that we write; default: the host of the target"`
	Listen    string   `yaml:"listen" eg:"0.0.0.0:5060" doc:"our own address and port; default 0.0.0.0:5060, with tls port 5061"`
	Advertise string   `yaml:"advertise" eg:"203.0.113.5" doc:"address, or address:port, at which the carrier reaches us where that is not the one we listen on; default: the one we send from"`
	Public    string   `yaml:"public_domain" eg:"" doc:"host of our own addresses in From; default: domain where there is a user, else our address"`

	User     string        `yaml:"user" eg:"" doc:"user that the carrier gave, for digest authentication and registration; default none: the carrier knows our address"`
	Password string        `yaml:"password" eg:"env:SIP_PASSWORD" doc:"its password; env:NAME or file:PATH keeps it out of this file"`
	AuthUser string        `yaml:"auth_user" eg:"" doc:"user name for authentication, where that is another one"`
	Register bool          `yaml:"register" eg:"false" doc:"stay registered, so that inbound calls come"`
	Expires  time.Duration `yaml:"register_expires" eg:"10m" doc:"lifetime of a registration that is asked for; default 10m"`

	TLS   TLS      `yaml:"tls" doc:"certificates, with transport tls"`
	Trust []string `yaml:"trust" eg:"[198.51.100.0/24]" doc:"addresses and networks that requests are taken from, besides those of the targets"`

	Dialled NumberRule `yaml:"dialled" doc:"how numbers that we call are written"`
	Shown   NumberRule `yaml:"shown" doc:"how our own number is written"`
	Country string     `yaml:"country" eg:"DE" doc:"country of national numbers in what comes in; default none"`

	From     string            `yaml:"from" eg:"number" doc:"user in From: number (default), the contact's own number; user, the name that the carrier gave; or fixed text"`
	Identity string            `yaml:"identity" eg:"pai" doc:"header that asserts the caller's number besides From: pai (P-Asserted-Identity, default), ppi (P-Preferred-Identity), rpid (Remote-Party-ID) or none"`
	Private  bool              `yaml:"private" eg:"false" doc:"withhold our number from the called: From is anonymous, and Privacy: id"`
	Headers  map[string]string `yaml:"headers" eg:"X-Account: '4711'" doc:"further headers of each INVITE"`

	Rate     float64       `yaml:"calls_per_second" eg:"10" doc:"as many calls are begun in a second; default: no limit"`
	Max      int           `yaml:"max_calls" eg:"0" doc:"as many calls at once, in both directions; default: no limit"`
	Patience time.Duration `yaml:"patience" eg:"10s" doc:"how long a call may wait for its turn; default 10s"`

	Timeout    time.Duration `yaml:"target_timeout" eg:"6s" doc:"how long a target may say nothing at all before the next one is tried; default 6s"`
	Failover   []int         `yaml:"failover" eg:"[503]" doc:"answers after which the next target is tried; default 503"`
	Ping       time.Duration `yaml:"ping" eg:"30s" below:"never" doc:"how often OPTIONS asks whether a target is there; default 30s, negative never"`
	Redirects  *int          `yaml:"redirects" eg:"5" doc:"how many redirections (3xx) of a call are followed; default 5"`
	Session    time.Duration `yaml:"session_expires" eg:"30m" below:"never" doc:"session timer (RFC 4028) that is asked for; default 30m, negative none"`
	Reliable   string        `yaml:"reliable" eg:"supported" doc:"reliable provisional answers (100rel): supported (default), required or off"`
	FixedRoute bool          `yaml:"fixed_route" eg:"false" doc:"send everything to the target that took the call, whatever address it gives"`
}

// TLS are the certificates of a trunk.
type TLS struct {
	ServerName string `yaml:"server_name" eg:"" doc:"name in the carrier's certificate; default: domain, or the host of the target"`
	CA         string `yaml:"ca" eg:"" doc:"file of the authorities that are trusted (PEM); default: the system's"`
	Cert       string `yaml:"cert" eg:"" doc:"file of our own certificate (PEM), where the carrier wants one or connects to us"`
	Key        string `yaml:"key" eg:"" doc:"file of its key (PEM)"`
	Insecure   bool   `yaml:"insecure" eg:"false" doc:"take any certificate: for tests"`
}

// A NumberRule says how a number is written.
type NumberRule struct {
	Form    string `yaml:"form" eg:"plus" doc:"plus (default): +49301234; digits: 49301234; 00: 0049301234; national: 0301234 within country"`
	Country string `yaml:"calling_code" eg:"49" doc:"calling code of numbers that form national writes without it"`
	Trunk   string `yaml:"national_prefix" eg:"0" doc:"what stands before a national number; default 0, - for nothing"`
	Prefix  string `yaml:"prefix" eg:"" doc:"what stands before everything: a carrier's own access code"`
}

// settings are a Config as it was checked.
type settings struct {
	Config
	targets   []*target
	proxy     *target
	trust     []netip.Prefix
	advertise netip.AddrPort // port 0: the one we listen on
	redirects int
	listenAt  netip.AddrPort
}

func invalid(field, format string, args ...any) error {
	return fault.New(fault.Invalid, "%s: %s", field, fmt.Sprintf(format, args...))
}

// check turns a Config into settings, or says which field is wrong.
func (c Config) check() (*settings, error) {
	s := &settings{Config: c}
	s.defaults()
	for _, f := range []func() error{s.checkWhere, s.checkOwn, s.checkIdentity, s.checkNumbers, s.checkRules} {
		if err := f(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *settings) defaults() {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&s.Expires, 10*time.Minute)
	set(&s.Patience, 10*time.Second)
	set(&s.Timeout, 6*time.Second)
	set(&s.Ping, 30*time.Second)
	set(&s.Session, 30*time.Minute)
	text := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	text(&s.Transport, "udp")
	text(&s.From, "number")
	text(&s.Identity, "pai")
	text(&s.Reliable, "supported")
	text(&s.Dialled.Form, "plus")
	text(&s.Shown.Form, "plus")
	text(&s.AuthUser, s.User)
	if s.Listen == "" {
		s.Listen = "0.0.0.0:" + strconv.Itoa(defaultPort(s.Transport))
	}
	if s.Failover == nil {
		s.Failover = []int{503}
	}
	s.redirects = 5
	if s.Redirects != nil {
		s.redirects = *s.Redirects
	}
}

func defaultPort(transport string) int {
	if transport == "tls" {
		return 5061
	}
	return 5060
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`)

func (s *settings) checkWhere() error {
	if !slices.Contains([]string{"udp", "tcp", "tls"}, s.Transport) {
		return invalid("transport", "udp, tcp or tls, not %q", s.Transport)
	}
	if len(s.Targets) == 0 {
		return invalid("targets", "at least one")
	}
	for i, text := range s.Targets {
		t, err := parseTarget(text)
		if err != nil {
			return invalid(fmt.Sprintf("targets[%d]", i), "%v", err)
		}
		s.targets = append(s.targets, t)
	}
	if s.Proxy != "" {
		t, err := parseTarget(s.Proxy)
		if err != nil {
			return invalid("proxy", "%v", err)
		}
		s.proxy = t
	}
	for name, v := range map[string]string{"domain": s.Domain, "public_domain": s.Public} {
		if v != "" && !hostName.MatchString(v) && !isIP(v) {
			return invalid(name, "a domain, not %q", v)
		}
	}
	return nil
}

func isIP(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

// parseTarget reads "host", "host:port" or "[2001:db8::1]:port".
func parseTarget(text string) (*target, error) {
	host, port := text, 0
	if h, p, err := net.SplitHostPort(text); err == nil {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return nil, fmt.Errorf("%q has no port from 1 to 65535", text)
		}
		host, port = h, int(n)
	}
	host = strings.Trim(host, "[]")
	if !hostName.MatchString(host) && !isIP(host) {
		return nil, fmt.Errorf("host or host:port, not %q", text)
	}
	return &target{name: text, host: host, port: port}, nil
}

func (s *settings) checkOwn() error {
	var err error
	if s.listenAt, err = netip.ParseAddrPort(s.Listen); err != nil {
		return invalid("listen", "address:port, not %q", s.Listen)
	}
	if s.Advertise != "" {
		if s.advertise, err = netip.ParseAddrPort(s.Advertise); err != nil {
			a, err := netip.ParseAddr(s.Advertise)
			if err != nil {
				return invalid("advertise", "an IP address, or address:port, not %q", s.Advertise)
			}
			s.advertise = netip.AddrPortFrom(a, 0)
		}
	}
	for i, text := range s.Trust {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			a, err := netip.ParseAddr(text)
			if err != nil {
				return invalid(fmt.Sprintf("trust[%d]", i), "an address or a network such as 198.51.100.0/24, not %q", text)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		s.trust = append(s.trust, p.Masked())
	}
	if (s.TLS.Cert == "") != (s.TLS.Key == "") {
		return invalid("tls", "cert and key belong together")
	}
	return nil
}

func (s *settings) checkIdentity() error {
	if s.Register && s.User == "" {
		return invalid("register", "needs a user")
	}
	if s.From == "user" && s.User == "" {
		return invalid("from", "user needs a user")
	}
	if !slices.Contains([]string{"pai", "ppi", "rpid", "none"}, s.Identity) {
		return invalid("identity", "pai, ppi, rpid or none, not %q", s.Identity)
	}
	for name, v := range s.Headers {
		if !headerName.MatchString(name) || strings.ContainsAny(v, "\r\n") {
			return invalid("headers", "%q: %q is no header", name, v)
		}
	}
	return nil
}

var headerName = regexp.MustCompile(`^[A-Za-z0-9!%*_+'~.-]+$`)

func (s *settings) checkNumbers() error {
	for name, r := range map[string]NumberRule{"dialled": s.Dialled, "shown": s.Shown} {
		if !slices.Contains([]string{"plus", "digits", "00", "national"}, r.Form) {
			return invalid(name+".form", "plus, digits, 00 or national, not %q", r.Form)
		}
		if r.Form == "national" && !allDigits(r.Country) {
			return invalid(name+".calling_code", "digits such as 49, not %q", r.Country)
		}
		if r.Prefix != "" && strings.Trim(r.Prefix, "0123456789*#+ABCD") != "" {
			return invalid(name+".prefix", "keys of a telephone, not %q", r.Prefix)
		}
	}
	return nil
}

func allDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func (s *settings) checkRules() error {
	switch {
	case !slices.Contains([]string{"supported", "required", "off"}, s.Reliable):
		return invalid("reliable", "supported, required or off, not %q", s.Reliable)
	case s.Rate < 0:
		return invalid("calls_per_second", "not below 0")
	case s.Max < 0:
		return invalid("max_calls", "not below 0")
	case s.redirects < 0:
		return invalid("redirects", "not below 0")
	case s.Session > 0 && s.Session < 90*time.Second:
		return invalid("session_expires", "at least 90s, not %v", s.Session) // RFC 4028 §4
	case s.Expires < time.Minute:
		return invalid("register_expires", "at least 1m, not %v", s.Expires)
	case s.Timeout < time.Second || s.Timeout > 32*time.Second:
		return invalid("target_timeout", "from 1s to 32s, not %v", s.Timeout)
	}
	for _, code := range s.Failover {
		if code < 400 || code > 699 {
			return invalid("failover", "answers from 400 to 699, not %d", code)
		}
	}
	return nil
}
