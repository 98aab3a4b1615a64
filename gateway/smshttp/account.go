package smshttp

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"outdial/fault"
	"outdial/gateway/sms"
)

// An Account is one account at a carrier, as the operator configures it. What a
// key means to each carrier stands in docs/carriers.md.
type Account struct {
	Name    string `yaml:"name" doc:"name of the account, as numbers and routes call it"`
	Carrier string `yaml:"carrier" doc:"twilio, vonage, telnyx, infobip, bandwidth, bird, plivo, africastalking, kannel, jasmin, aws or generic"`
	URL     string `yaml:"url" doc:"address of the carrier's API; needed for infobip, kannel and jasmin; default: the carrier's usual one"`
	User    string `yaml:"user" doc:"who we are: twilio account SID, vonage API key, bandwidth user, plivo auth id, africastalking, kannel or jasmin user name, aws access key id (default: from the environment, the cluster's token, the container or the instance)"`
	Key     string `yaml:"key" doc:"twilio: SID of an API key whose secret is secret, in place of the auth token"`
	Secret  string `yaml:"secret" doc:"the password, token, API key or secret key that goes with it; env:NAME or file:PATH keeps it out of this file"`
	Owner   string `yaml:"account" doc:"bandwidth: account id; bird: workspace id"`
	Service string `yaml:"service" doc:"twilio: messaging service SID; telnyx: messaging profile id; bandwidth: application id; plivo: powerpack UUID; aws: configuration set; kannel: smsc id"`
	Region  string `yaml:"region" doc:"aws: region of the API, such as us-east-1"`
	Session string `yaml:"session_token" doc:"aws: session token of temporary credentials; default none"`

	HookUser   string   `yaml:"hook_user" doc:"user name by which web-hooks come, where the carrier sends HTTP Basic; default: any"`
	HookSecret string   `yaml:"hook_secret" doc:"what web-hooks are checked by: the carrier's signature secret, signing key or public key; for carriers that do not sign, a token of your own that stands in the web-hook's address (?token=…) or is the password of HTTP Basic"`
	Signature  string   `yaml:"signature" doc:"vonage: how web-hooks are signed: sha256 (default), sha512, sha1, md5, md5hash, or token: not at all; plivo: v3 insists on the signature that covers the body; infobip: the header of its HMAC, where that is set up"`
	Topics     []string `yaml:"topics" doc:"aws: ARNs of the SNS topics that bring inbound messages and events"`

	Channels      map[string]string `yaml:"channels" doc:"bird: channel id of each number of ours: number to id"`
	From          string            `yaml:"from" doc:"sender of every message, in place of the contact's own number"`
	Media         string            `yaml:"media" doc:"files that go with a message: mms, link (their address in the text), or auto (default): mms between numbers of North America"`
	Transliterate bool              `yaml:"transliterate" doc:"replace curly quotes, dashes and the like where the text then fits into fewer parts"`
	Country       string            `yaml:"country" doc:"country (DE) of national numbers in what comes in; default none"`
	Numbers       map[string]string `yaml:"numbers" doc:"what the carrier calls our numbers, where that is not the number: raw address to number"`
	Parameters    map[string]string `yaml:"parameters" doc:"further parameters of each message, as the carrier names them"`
	Timeout       time.Duration     `yaml:"timeout" doc:"how long an answer is waited for; default 20s"`
	Errors        map[string]string `yaml:"errors" doc:"what the carrier's codes mean, where we have it wrong: code, or 'HTTP 402', to retry, other-route, refuse, opted-out, bad-number or unknown"`

	Generic Generic `yaml:"generic" doc:"a carrier that is described here"`
}

// settings are an account as it was checked.
type settings struct {
	Account
	http   http.RoundTripper
	encode sms.Options
	errors map[string]sms.Verdict
}

func invalid(field, format string, args ...any) error {
	return fault.New(fault.Invalid, "%s: %s", field, fmt.Sprintf(format, args...))
}

// checkKeys checks what the carrier needs.
func (s *settings) checkKeys(k *kind) error {
	if s.Name == "" {
		return invalid("name", "is needed")
	}
	if err := s.checkGiven(k); err != nil {
		return err
	}
	if s.URL == "" {
		s.URL = k.url
	}
	if s.URL != "" {
		u, err := url.Parse(s.URL)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			return invalid("url", "not an address such as https://api.example.com: it begins with https:// or http://")
		}
		s.URL = strings.TrimSuffix(s.URL, "/")
	}
	if s.Timeout == 0 {
		s.Timeout = 20 * time.Second
	}
	if s.Timeout < time.Second || s.Timeout > 25*time.Second {
		return invalid("timeout", "from 1s to 25s, not %v", s.Timeout)
	}
	return nil
}

func (s *settings) checkText(*kind) error {
	s.encode = sms.Options{Transliterate: s.Transliterate}
	switch s.Media {
	case "mms":
		if !slices.Contains([]string{"twilio", "telnyx", "bandwidth", "bird", "plivo", "aws"}, s.Carrier) {
			return invalid("media", "%s sends no MMS here: files go as links", s.Carrier)
		}
		return nil
	case "", "auto", "link":
		return nil
	}
	return invalid("media", "auto, mms or link, not %q", s.Media)
}

func (s *settings) checkAddresses(*kind) error {
	if s.Country != "" && (len(s.Country) != 2 || strings.ToUpper(s.Country) != s.Country) {
		return invalid("country", "two capital letters, not %q", s.Country)
	}
	if len(s.From) > 20 {
		return invalid("from", "at most 20 characters, not %d", len(s.From))
	}
	return nil
}

func (s *settings) checkErrors(*kind) error {
	s.errors = map[string]sms.Verdict{}
	for code, v := range s.Errors {
		if !sms.Verdict(v).Known() {
			return invalid("errors", "%s: retry, other-route, refuse, opted-out, bad-number or unknown, not %q", code, v)
		}
		s.errors[code] = sms.Verdict(v)
	}
	return nil
}

// plainToken checks a secret that stands in addresses, where nothing may be
// escaped.
func (s *settings) plainToken() error {
	if len(s.HookSecret) < 16 || strings.Trim(s.HookSecret, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		return invalid("hook_secret", "at least 16 letters, digits, - and _, for it stands in the web-hook's address")
	}
	return nil
}
