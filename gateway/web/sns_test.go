package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"outdial/fault"
	"outdial/gateway/web"
	"outdial/gateway/web/webtest"
)

const topic = "arn:aws:sns:us-east-1:111122223333:t"

type carrying struct{ *webtest.SNS }

func (c carrying) RoundTrip(r *http.Request) (*http.Response, error) {
	if a := c.Serve(r); a != nil {
		return a, nil
	}
	return nil, fault.New(fault.Busy, "nowhere")
}

// TestSNS: only what SNS signed, of a topic of ours, a short while ago.
func TestSNS(t *testing.T) {
	far, err := webtest.NewSNS()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		typ    string
		change func(n map[string]string)
		at     time.Time
		ok     bool
	}{
		{"as it is", "", func(map[string]string) {}, now, true},
		{"a subscription", web.SNSSubscribe, func(map[string]string) {}, now, true},
		{"delivered an hour late", "", func(map[string]string) {}, now.Add(time.Hour), true},
		{"delivered two hours late", "", func(map[string]string) {}, now.Add(2 * time.Hour), false},
		{"from the future", "", func(map[string]string) {}, now.Add(-time.Hour), false},
		{"another message", "", func(n map[string]string) { n["Message"] = "other" }, now, false},
		{"another time", "", func(n map[string]string) { n["Timestamp"] = "2024-05-01T12:00:01.000Z" }, now, false},
		{"a subject that was not signed", "", func(n map[string]string) { n["Subject"] = "x" }, now, false},
		{"another topic", "", func(n map[string]string) { n["TopicArn"] += "2" }, now, false},
		{"another type", "", func(n map[string]string) { n["Type"] = web.SNSSubscribe }, now, false},
		{"no type", "", func(n map[string]string) { n["Type"] = "" }, now, false},
		{"no signature", "", func(n map[string]string) { n["Signature"] = "" }, now, false},
		{"another version", "", func(n map[string]string) { n["SignatureVersion"] = "1" }, now, false},
		{"a version that nobody knows", "", func(n map[string]string) { n["SignatureVersion"] = "3" }, now, false},
		{"a certificate of somebody's", "", func(n map[string]string) {
			n["SigningCertURL"] = strings.Replace(webtest.CertURL, "sns.us-east-1.amazonaws.com", "sns.us-east-1.amazonaws.com.evil.example", 1)
		}, now, false},
		{"a certificate out of a bucket", "", func(n map[string]string) {
			n["SigningCertURL"] = "https://bucket.s3.amazonaws.com/SimpleNotificationService-0.pem"
		}, now, false},
		{"a certificate of another region", "", func(n map[string]string) {
			n["SigningCertURL"] = strings.Replace(webtest.CertURL, "us-east-1", "us-west-2", 1)
		}, now, false},
		{"a certificate without TLS", "", func(n map[string]string) { n["SigningCertURL"] = strings.Replace(webtest.CertURL, "https", "http", 1) }, now, false},
		{"a certificate behind a query", "", func(n map[string]string) { n["SigningCertURL"] += "?x=y" }, now, false},
	} {
		doc, err := far.Notification(topic, c.typ, "hello", now)
		if err != nil {
			t.Fatal(err)
		}
		var n map[string]string
		if err := json.Unmarshal(doc, &n); err != nil {
			t.Fatal(err)
		}
		c.change(n)
		doc, _ = json.Marshal(n)
		s := &web.SNS{HTTP: carrying{far}, Topics: []string{topic}}
		err = s.Admit(context.Background(), &web.Hook{Body: doc, Now: c.at})
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil && !fault.Is(err, fault.Denied) {
			t.Errorf("%s: %v is of kind %v", c.name, err, fault.KindOf(err))
		}
	}
}

// TestSNSAway: a certificate that cannot be had now is no forgery.
func TestSNSAway(t *testing.T) {
	far, err := webtest.NewSNS()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	doc, err := far.Notification(topic, "", "hello", now)
	if err != nil {
		t.Fatal(err)
	}
	s := &web.SNS{HTTP: carrying{new(webtest.SNS)}, Topics: []string{topic}}
	s.HTTP = away{}
	if err := s.Admit(context.Background(), &web.Hook{Body: doc, Now: now}); !fault.Is(err, fault.Busy) {
		t.Errorf("%v", err)
	}
}

type away struct{}

func (away) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, fault.New(fault.Busy, "away")
}

// TestConfirm: only SNS's own address confirms a subscription.
func TestConfirm(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription": true,
		"https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription": false,
		"https://sns.us-east-1.amazonaws.com:444/":                        false,
		"https://127.0.0.1/":                     false,
		"http://sns.us-east-1.amazonaws.com/":    false,
		"https://a@sns.us-east-1.amazonaws.com/": false,
	} {
		n := &web.Notification{Type: web.SNSSubscribe, TopicARN: topic, SubscribeURL: address}
		if have := n.Confirm(); (have != "") != ok {
			t.Errorf("%s: %q", address, have)
		}
	}
}

// FuzzSNS hands what strangers send to the check and to the reader.
func FuzzSNS(f *testing.F) {
	f.Add([]byte(`{"Type":"Notification","TopicArn":"` + topic + `","Timestamp":"2024-05-01T12:00:00Z","SignatureVersion":"2","SigningCertURL":"` + webtest.CertURL + `","Signature":"AAAA"}`))
	f.Add([]byte(`null`))
	far, err := webtest.NewSNS()
	if err != nil {
		f.Fatal(err)
	}
	s := &web.SNS{HTTP: carrying{far}, Topics: []string{topic}}
	f.Fuzz(func(t *testing.T, body []byte) {
		h := &web.Hook{Body: body, Now: time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)}
		if s.Admit(context.Background(), h) == nil {
			t.Errorf("admitted: %q", body)
		}
		if n, err := web.ReadSNS(h); err == nil {
			n.Confirm()
		}
	})
}
