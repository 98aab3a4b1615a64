package whatsapp

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"outdial/fault"
	"outdial/gateway/sms"
)

// The ways to WhatsApp.
const (
	meta = "meta"
	aws  = "aws"
)

// An Account is one WhatsApp Business Account, as the operator configures it.
type Account struct {
	Name     string `yaml:"name" doc:"name of the account, as numbers and routes call it"`
	Provider string `yaml:"provider" doc:"meta (default): the Cloud API; aws: AWS End User Messaging Social"`
	URL      string `yaml:"url" doc:"address of the API; default: the provider's own"`
	Version  string `yaml:"version" doc:"version of the Graph API; default v23.0"`

	Phones map[string]string `yaml:"phones" doc:"phone number id of each number of ours: number to id (meta: digits; aws: phone-number-id-…)"`

	Token     string `yaml:"token" doc:"meta: access token of a system user; env:NAME or file:PATH keeps it out of this file"`
	AppSecret string `yaml:"app_secret" doc:"meta: the app's secret, by which web-hooks are signed"`
	Verify    string `yaml:"verify_token" doc:"meta: a word of your own that the web-hook's set-up asks for"`

	Region  string   `yaml:"region" doc:"aws: region, such as eu-west-1"`
	User    string   `yaml:"user" doc:"aws: access key id; default: from the environment, the cluster's token, the container or the instance, as AWS's own libraries find it"`
	Secret  string   `yaml:"secret" doc:"aws: secret access key; env:NAME or file:PATH"`
	Session string   `yaml:"session_token" doc:"aws: session token of temporary credentials; default none"`
	Bucket  string   `yaml:"bucket" doc:"aws: bucket of S3, in the same region, into which files that come in are handed over; BUCKET/PREFIX; default: they stay at AWS"`
	Topics  []string `yaml:"topics" doc:"aws: ARNs of the SNS topics that bring messages and statuses"`

	Preview      bool              `yaml:"preview_url" doc:"show previews of the first address in a text"`
	ListButton   string            `yaml:"list_button" doc:"what the button that opens a list says; default: Choose"`
	TestTemplate string            `yaml:"test_template" doc:"approved template that lines test sends; default hello_world"`
	TestLanguage string            `yaml:"test_language" doc:"its language; default en_US"`
	Timeout      time.Duration     `yaml:"timeout" doc:"how long an answer is waited for; default 20s"`
	Errors       map[string]string `yaml:"errors" doc:"what codes mean, where we have it wrong: code to retry, other-route, refuse, opted-out, bad-number or unknown"`
}

// settings are an account as it was checked.
type settings struct {
	Account
	numbers map[string]string // of phone number ids
	errors  map[string]sms.Verdict
}

func invalid(field, format string, args ...any) error {
	return fault.New(fault.Invalid, "%s: %s", field, fmt.Sprintf(format, args...))
}

// bucketName is a name without dots, which TLS would not stand.
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)

var graphVersion = regexp.MustCompile(`^v[1-9][0-9]*\.[0-9]+$`)

// check turns an account into settings, or says which field is wrong.
func (a Account) check() (*settings, error) {
	s := &settings{Account: a, numbers: map[string]string{}, errors: map[string]sms.Verdict{}}
	for _, d := range []struct {
		v    *string
		want string
	}{{&s.Provider, meta}, {&s.Version, "v23.0"}, {&s.ListButton, "Choose"}, {&s.TestTemplate, "hello_world"}, {&s.TestLanguage, "en_US"}} {
		if *d.v == "" {
			*d.v = d.want
		}
	}
	if s.Timeout == 0 {
		s.Timeout = 20 * time.Second
	}
	for _, f := range []func() error{s.checkNeeds, s.checkWords, s.checkPhones, s.checkErrors} {
		if err := f(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *settings) checkNeeds() error {
	if s.Name == "" {
		return invalid("name", "is needed")
	}
	metas := [][3]string{{"token", s.Token, "the access token of a system user"}, {"app_secret", s.AppSecret, "the app's secret, by which web-hooks are signed"},
		{"verify_token", s.Verify, "a word of your own, which Meta repeats when the web-hook is set up"}}
	awss := [][3]string{{"region", s.Region, "such as eu-west-1"}}
	more := [][3]string{{"user", s.User}, {"secret", s.Secret}, {"session_token", s.Session}, {"bucket", s.Bucket}, {"topics", strings.Join(s.Topics, "")}}
	needs, others := metas, append(more, awss...)
	switch s.Provider {
	case meta:
	case aws:
		needs, others = awss, metas
	default:
		return invalid("provider", "meta or aws, not %q", s.Provider)
	}
	for _, n := range needs {
		if n[1] == "" {
			return invalid(n[0], "%s needs it: %s", s.Provider, n[2])
		}
	}
	for _, n := range others {
		if n[1] != "" {
			return invalid(n[0], "%s has no use for it", s.Provider)
		}
	}
	if s.Provider == aws && (s.User == "") != (s.Secret == "") {
		return invalid("secret", "user and secret go together; without either they come from the environment, the container or the instance")
	}
	if s.URL == "" {
		s.URL = "https://graph.facebook.com"
		if s.Provider == aws {
			s.URL = "https://social-messaging." + s.Region + ".amazonaws.com"
		}
	}
	u, err := url.Parse(s.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return invalid("url", "not an address such as https://graph.facebook.com")
	}
	s.URL = strings.TrimSuffix(s.URL, "/")
	return nil
}

func (s *settings) checkWords() error {
	if !graphVersion.MatchString(s.Version) {
		return invalid("version", "such as v23.0, not %q", s.Version)
	}
	if len([]rune(s.ListButton)) > maxButton {
		return invalid("list_button", "at most %d characters, not %d", maxButton, len([]rune(s.ListButton)))
	}
	if s.Timeout < time.Second || s.Timeout > 25*time.Second {
		return invalid("timeout", "from 1s to 25s, not %v", s.Timeout)
	}
	if bucket, _, _ := strings.Cut(s.Bucket, "/"); s.Bucket != "" && !bucketName.MatchString(bucket) {
		return invalid("bucket", "%q is no name of a bucket", bucket)
	}
	for _, t := range s.Topics {
		if !strings.HasPrefix(t, "arn:aws") || !strings.Contains(t, ":sns:") {
			return invalid("topics", "%q is no ARN of an SNS topic", t)
		}
	}
	return nil
}

// phoneID is how the ids of numbers look.
var (
	phoneID  = map[string]*regexp.Regexp{meta: regexp.MustCompile(`^[0-9]+$`), aws: regexp.MustCompile(`^phone-number-id-[0-9a-zA-Z]+$`)}
	phoneIDs = map[string]string{meta: "Meta's are digits, and not the number itself", aws: "AWS's begin with phone-number-id-"}
)

func (s *settings) checkPhones() error {
	if len(s.Phones) == 0 {
		return invalid("phones", "at least one number is needed")
	}
	for number, id := range s.Phones {
		if !strings.HasPrefix(number, "+") || sms.KindOf(number) != sms.International {
			return invalid("phones", "%q is not in E.164, with its plus sign", number)
		}
		if !phoneID[s.Provider].MatchString(id) {
			return invalid("phones", "%s: %q is no phone number id: %s", number, id, phoneIDs[s.Provider])
		}
		if other, ok := s.numbers[id]; ok {
			return invalid("phones", "%s and %s have the same id", number, other)
		}
		s.numbers[id] = number
	}
	return nil
}

func (s *settings) checkErrors() error {
	for code, v := range s.Errors {
		if !sms.Verdict(v).Known() {
			return invalid("errors", "%s: retry, other-route, refuse, opted-out, bad-number or unknown, not %q", code, v)
		}
		s.errors[code] = sms.Verdict(v)
	}
	return nil
}

// phone gives the id of one of our numbers.
func (s *settings) phone(number string) (string, error) {
	if id, ok := s.Phones[number]; ok {
		return id, nil
	}
	return "", &fault.Error{Kind: fault.Denied, Code: "NO_PHONE", Message: "phones: " + number + " has no id"}
}
