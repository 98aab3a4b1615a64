package smshttp

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// keys are what the keys of an account that not every carrier knows mean to each
// that does.
var keys = map[string]map[string]string{
	"twilio": {"user": "the account SID (AC…)", "secret": "the auth token, or the secret of an API key", "key": "the SID of an API key (SK…)",
		"service": "the SID of a messaging service (MG…)", "hook_secret": "the auth token, beside an API key"},
	"vonage": {"user": "the API key", "secret": "the API secret", "hook_secret": "the signature secret", "signature": "how web-hooks are signed", "hook_user": "of HTTP Basic"},
	"telnyx": {"secret": "the API key (v2)", "hook_secret": "the account's public key, in base64", "service": "the messaging profile's id"},
	"infobip": {"url": "the account's base URL, such as https://SUBDOMAIN.api.infobip.com", "secret": "the API key",
		"hook_secret": "a token of your own, by which web-hooks are known", "hook_user": "of HTTP Basic", "signature": "the header of an HMAC"},
	"bandwidth": {"account": "the account id", "user": "the API user", "secret": "the API user's password", "service": "the messaging application's id",
		"hook_secret": "the callback password", "hook_user": "the callback user"},
	"bird":  {"account": "the workspace id", "secret": "the access key", "channels": "the channel id of each number", "hook_secret": "the web-hooks' signing key"},
	"plivo": {"user": "the auth id (MA… or SA…)", "secret": "the auth token", "service": "a powerpack's UUID", "hook_secret": "a token of your own", "hook_user": "of HTTP Basic", "signature": "v3"},
	"africastalking": {"user": "the user name", "secret": "the API key", "hook_secret": "a token of your own, by which web-hooks are known",
		"hook_user": "of HTTP Basic"},
	"kannel": {"url": "where smsbox is, such as http://kannel:13013", "user": "of the sendsms-user", "secret": "its password",
		"hook_secret": "a token of your own, by which web-hooks are known", "hook_user": "of HTTP Basic", "service": "an smsc-id"},
	"jasmin": {"url": "where the HTTP API is, such as http://jasmin:1401", "user": "of the user", "secret": "its password",
		"hook_secret": "a token of your own, by which web-hooks are known", "hook_user": "of HTTP Basic"},
	"aws": {"region": "such as us-east-1", "user": "the access key id", "secret": "the secret access key", "session_token": "of temporary keys",
		"topics": "the ARNs of the SNS topics", "service": "a configuration set"},
	"generic": {"user": "", "secret": "", "key": "", "account": "", "service": "", "region": "", "hook_secret": "", "hook_user": "", "signature": ""},
}

// looks is how values look at a carrier: what does not is another thing that was
// put in its place.
var looks = map[string]*regexp.Regexp{
	"twilio user": regexp.MustCompile(`^AC`), "twilio key": regexp.MustCompile(`^SK`), "twilio service": regexp.MustCompile(`^MG`),
	"plivo user": regexp.MustCompile(`^(MA|SA)`), "aws region": regexp.MustCompile(`^[a-z]{2,3}(-[a-z]+)+-[0-9]+$`),
}

// given are the keys of an account that not every carrier knows, as they are
// given.
func (s *settings) given() map[string]string {
	join := func(m map[string]string) string { return strings.Join(slices.Sorted(maps.Keys(m)), ", ") }
	return map[string]string{
		"user": s.User, "key": s.Key, "secret": s.Secret, "account": s.Owner, "service": s.Service, "region": s.Region, "session_token": s.Session,
		"hook_user": s.HookUser, "hook_secret": s.HookSecret, "signature": s.Signature, "topics": strings.Join(s.Topics, ", "), "channels": join(s.Channels),
	}
}

// checkGiven says which keys are missing, are of no use to the carrier, or hold
// what cannot be meant.
func (s *settings) checkGiven(k *kind) error {
	given := s.given()
	given["url"] = s.URL
	for _, key := range k.needs {
		if given[key] == "" {
			return invalid(key, "%s needs it: %s", s.Carrier, keys[s.Carrier][key])
		}
	}
	delete(given, "url") // any may be elsewhere
	for _, key := range slices.Sorted(maps.Keys(given)) {
		words, known := keys[s.Carrier][key]
		switch look := looks[s.Carrier+" "+key]; {
		case given[key] == "":
		case !known:
			return invalid(key, "%s has no use for it", s.Carrier)
		case look != nil && !look.MatchString(given[key]):
			return invalid(key, "%s wants %s, not %q", s.Carrier, words, given[key])
		}
	}
	return nil
}
