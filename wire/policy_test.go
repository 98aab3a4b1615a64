package wire

import (
	"strings"
	"testing"
	"time"
)

func TestWildcards(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		fold, want    bool
	}{
		{"*", "", false, true},
		{"", "", false, true},
		{"", "a", false, false},
		{"connect:StartOutbound*", "connect:StartOutboundChatContact", true, true},
		{"CONNECT:startoutbound*", "connect:StartOutboundChatContact", true, true},
		{"connect:StartOutbound*", "connect:StopContact", true, false},
		{"outdial:*", "outdial:Clock", true, true},
		{"outdial:*", "connect:outdial:x", true, false},
		{"a?c", "abc", false, true},
		{"a?c", "ac", false, false},
		{"a?", "ab", false, true},
		{"*b*d*", "abcde", false, true},
		{"*abc", "ababc", false, true},
		{"*ab", "aba", false, false},
		{"a**c", "abc", false, true},
		{"ABC", "abc", false, false},
		{"arn:aws:connect:*:111122223333:instance/*/contact/*", "arn:aws:connect:eu-west-1:111122223333:instance/i/contact/c", false, true},
		{strings.Repeat("*a", 50) + "b", strings.Repeat("a", 5000), false, false}, // must not take exponential time
	} {
		if got := wildcard(c.pattern, c.text, c.fold); got != c.want {
			t.Errorf("%s on %s: %v", c.pattern, c.text, got)
		}
	}
}

func TestDecide(t *testing.T) {
	const action, resource = "connect:StopContact", "arn:aws:connect:us-east-1:1:instance/i/contact/c"
	allow := Statement{Actions: []string{"connect:*"}}
	for name, c := range map[string]struct {
		p    *Policy
		want Decision
	}{
		"no policy":       {nil, NotAllowed},
		"no statement":    {&Policy{}, NotAllowed},
		"no action":       {&Policy{[]Statement{{}}}, NotAllowed},
		"allowed":         {&Policy{[]Statement{allow}}, Allowed},
		"everything":      {Everything(), Allowed},
		"other resource":  {&Policy{[]Statement{{Actions: []string{"*"}, Resources: []string{"*instance/j*"}}}}, NotAllowed},
		"one resource":    {&Policy{[]Statement{{Actions: []string{"*"}, Resources: []string{"x", "*instance/i/*"}}}}, Allowed},
		"deny behind":     {&Policy{[]Statement{allow, {Deny: true, Actions: []string{"connect:Stop*"}}}}, Denied},
		"deny before":     {&Policy{[]Statement{{Deny: true, Actions: []string{"*"}, Resources: []string{"*/c"}}, allow}}, Denied},
		"deny of another": {&Policy{[]Statement{{Deny: true, Actions: []string{"*"}, Resources: []string{"*/d"}}, allow}}, Allowed},
	} {
		if got := c.p.Decide(action, resource); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestARN(t *testing.T) {
	for _, s := range []string{"arn:aws:connect:us-east-1:111122223333:instance/i/contact-flow/f:$SAVED", "arn:aws:lex:us-east-1::bot:a:b", "arn:aws-cn:iam::1:user/x"} {
		if a, err := ParseARN(s); err != nil || a.String() != s {
			t.Errorf("%s: %+v, %v", s, a, err)
		}
	}
	for _, s := range []string{"", "arn", "arn:aws:connect:us-east-1:1", "arn:aws:connect:us-east-1:1:", "urn:aws:connect:us-east-1:1:x", "arn::connect:us-east-1:1:x"} {
		if _, err := ParseARN(s); err == nil {
			t.Errorf("%q is no ARN", s)
		}
	}
}

func TestIDs(t *testing.T) {
	h := Home{"connect", "us-east-1", "111122223333", "i"}
	const home = "arn:aws:connect:us-east-1:111122223333:"
	for _, c := range []struct{ value, kind, id, says string }{
		{"f", "contact-flow", "f", ""},
		{"", "contact-flow", "", ""},
		{"f:$SAVED", "contact-flow", "f:$SAVED", ""},
		{home + "instance/i/contact-flow/f", "contact-flow", "f", ""},
		{home + "instance/i/contact-flow/f:3", "contact-flow", "f:3", ""},
		{home + "instance/i", "instance", "i", ""},
		{home + "phone-number/n", "phone-number", "n", ""},
		{home + "instance/j/contact-flow/f", "contact-flow", "", `X: the ARN is of the instance "j", not i`},
		{home + "instance/j", "instance", "", `X: the ARN is of the instance "j", not i`},
		{home + "instance/i/queue/q", "contact-flow", "", `X: the ARN is of "instance/i/queue/q", not of a contact-flow`},
		{home + "instance/i/contact-flow/", "contact-flow", "", `not of a contact-flow`},
		{home + "instance/i/contact-flow/f/more", "contact-flow", "", `not of a contact-flow`},
		{"arn:aws:connect:eu-west-1:111122223333:instance/i/contact-flow/f", "contact-flow", "", `the region "eu-west-1", not us-east-1`},
		{"arn:aws:connect:us-east-1:444455556666:instance/i/contact-flow/f", "contact-flow", "", `the account "444455556666", not 111122223333`},
		{"arn:aws-cn:connect:us-east-1:111122223333:instance/i", "instance", "", `the partition "aws-cn", not aws`},
		{"arn:aws:lex:us-east-1:111122223333:bot/b", "bot", "", `the service "lex", not connect`},
		{"arn:aws:connect", "instance", "", `"arn:aws:connect" is not an ARN`},
	} {
		id, err := h.ID("X", c.value, c.kind)
		if id != c.id || (err != nil) != (c.says != "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %q, %v", c.value, id, err)
		}
	}
	if got, want := h.InstanceARN("queue", "q"), home+"instance/i/queue/q"; got != want {
		t.Errorf("got %s", got)
	}
	if got, want := (Home{"connect", "cn-north-1", "1", "i"}).InstanceARN(), "arn:aws-cn:connect:cn-north-1:1:instance/i"; got != want {
		t.Errorf("got %s", got)
	}
}

func TestTokens(t *testing.T) {
	now := suiteNow
	tk := Tokens{Key: []byte("k"), Now: func() time.Time { return now }}
	token := tk.Seal("last/ü", "ListQueues i", "STANDARD", "")
	if got, err := tk.Open(token, "ListQueues i", "STANDARD", ""); err != nil || got != "last/ü" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := tk.Open("", "ListQueues i"); err != nil || got != "" {
		t.Errorf("%q, %v", got, err)
	}
	for name, open := range map[string]func() (string, error){
		"made for a request":   func() (string, error) { return tk.Open(token, "ListQueues j", "STANDARD", "") },
		"with other parameter": func() (string, error) { return tk.Open(token, "ListQueues i", "", "STANDARD") },
		"NextToken: not a tok": func() (string, error) { return tk.Open("nonsense!", "ListQueues i") },
		"not a token of this ": func() (string, error) { return tk.Open("AAAA", "ListQueues i") },
		"or altered":           func() (string, error) { return tk.Open(token[:20]+"--"+token[22:], "ListQueues i", "STANDARD", "") },
		"server, or altered":   func() (string, error) { return Tokens{[]byte("l"), tk.Now}.Open(token, "ListQueues i", "STANDARD", "") },
		"expired at 2015-08-31T12:36:00Z": func() (string, error) {
			now = suiteNow.Add(24*time.Hour + time.Second)
			defer func() { now = suiteNow }()
			return tk.Open(token, "ListQueues i", "STANDARD", "")
		},
	} {
		if _, err := open(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range token { // no single change is taken
		for _, c := range "AB_" {
			changed := token[:i] + string(c) + token[i+1:]
			if changed == token {
				continue
			}
			if got, err := tk.Open(changed, "ListQueues i", "STANDARD", ""); err == nil {
				t.Fatalf("%d: opened as %q", i, got)
			}
		}
	}
}
