package whatsapp

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"outdial/fault"
	"outdial/gateway/awskey"
	"outdial/gateway/sms"
	"outdial/gateway/web"
	"outdial/wire"
)

// social is AWS End User Messaging Social.
type social struct {
	*whatsapp
	sns  *web.SNS
	keys *awskey.Source
}

// Requests: https://docs.aws.amazon.com/social-messaging/latest/APIReference/API_SendWhatsAppMessage.html
func (s *social) Requests(ctx context.Context, m *web.Message) ([]web.Request, error) {
	id, err := s.phone(m.From)
	if err != nil {
		return nil, err
	}
	// AWS takes a file over out of S3 only; by its address it needs no help.
	list, err := s.messages(ctx, m, nil)
	if err != nil {
		return nil, err
	}
	keys, err := s.keys.Credentials(ctx)
	if err != nil {
		return nil, err
	}
	sign := func(r *http.Request, body []byte, now time.Time) {
		wire.Sign(r, body, keys, s.Region, "social-messaging", now)
	}
	out := make([]web.Request, 0, len(list))
	for _, message := range list {
		// A blob travels in base64, as []byte does in Go's JSON.
		body, err := json.Marshal(struct {
			Phone   string `json:"originationPhoneNumberId"`
			Message []byte `json:"message"`
			Version string `json:"metaApiVersion"`
		}{id, message, s.Version})
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "the message cannot be written")
		}
		out = append(out, web.Request{URL: s.URL + "/v1/whatsapp/send", Body: body, Sign: sign,
			Header: http.Header{"Content-Type": {"application/json"}}})
	}
	return out, nil
}

// Answer reads AWS's id of the message; Meta's comes with the statuses.
func (s *social) Answer(a *web.Answer) (web.Taken, error) {
	var b struct {
		ID    string `json:"messageId"`
		Type  string `json:"__type"`
		Lower string `json:"message"`
		Upper string `json:"Message"`
	}
	err := json.Unmarshal(a.Body, &b)
	if a.Status >= 300 {
		code, _, _ := strings.Cut(a.Header.Get("X-Amzn-Errortype"), ":")
		if code == "" {
			code = b.Type
		}
		return web.Taken{}, &web.Refusal{Code: code[strings.LastIndexByte(code, '#')+1:], Text: b.Lower + b.Upper}
	}
	if err != nil {
		return web.Taken{}, err
	}
	if b.ID == "" {
		return web.Taken{}, fault.New(fault.Internal, "the answer has no messageId")
	}
	s.known.wrote(b.ID, a.Message.To)
	return web.Taken{Ref: b.ID, Segments: 1}, nil
}

// Admit: web-hooks are deliveries of SNS. What brings files waits for the
// credentials by which they are fetched.
func (s *social) Admit(ctx context.Context, h *web.Hook) error {
	if err := s.sns.Admit(ctx, h); err != nil || s.Bucket == "" {
		return err
	}
	_, err := s.keys.Credentials(ctx)
	return err
}

// A socialEvent is what SNS brings.
// https://docs.aws.amazon.com/social-messaging/latest/userguide/managing-event-destinations.html
type socialEvent struct {
	Context struct {
		Phones []struct {
			Meta string `json:"metaPhoneNumberId"`
			ARN  string `json:"arn"`
		} `json:"MetaPhoneNumberIds"`
	} `json:"context"`
	Entry string `json:"whatsAppWebhookEntry"`
	ID    string `json:"messageId"`
}

// Hear reads a delivery of SNS, and confirms a subscription.
func (s *social) Hear(ctx context.Context, h *web.Hook) (web.Heard, error) {
	n, err := web.ReadSNS(h)
	if err != nil {
		return web.Heard{}, err
	}
	if n.Type != web.SNSNotification {
		return web.Heard{Confirm: n.Confirm()}, nil
	}
	var ev socialEvent
	var e entry
	if json.Unmarshal([]byte(n.Message), &ev) != nil || json.Unmarshal([]byte(ev.Entry), &e) != nil {
		return web.Heard{}, fault.New(fault.Invalid, "Message: not the JSON that was expected")
	}
	ours := func(v *value) (string, bool) { return s.number(&ev, v) }
	return web.Heard{Events: s.events(&e, ours, []string{ev.ID}, func(f *media) web.Media { return s.file(ctx, &ev, f) })}, nil
}

// phoneIDOf is AWS's id of a number, which its ARN ends in.
func phoneIDOf(arn string) string {
	return strings.ReplaceAll(arn[strings.LastIndexByte(arn, ':')+1:], "phone-number-id/", "phone-number-id-")
}

// number finds our number by AWS's id of it, which the event's ARN ends in, or
// by the number that Meta shows.
func (s *social) number(ev *socialEvent, v *value) (string, bool) {
	for _, p := range ev.Context.Phones {
		id := phoneIDOf(p.ARN)
		if n, ok := s.numbers[id]; ok && (p.Meta == v.Metadata.ID || len(ev.Context.Phones) == 1) {
			return n, true
		}
	}
	shown := sms.Canonical(v.Metadata.Display, sms.TONInternational, "")
	_, ok := s.Phones[shown]
	return shown, ok
}

// file is a file at WhatsApp: AWS hands it over into S3 alone. Into the account's
// bucket, where there is one, at an address that we sign; it is fetched from there.
// https://docs.aws.amazon.com/social-messaging/latest/APIReference/API_GetWhatsAppMessageMedia.html
func (s *social) file(ctx context.Context, ev *socialEvent, f *media) web.Media {
	if s.Bucket == "" || len(ev.Context.Phones) == 0 {
		return leftThere(f)
	}
	keys, err := s.keys.Credentials(ctx)
	if err != nil {
		return leftThere(f)
	}
	arn := ev.Context.Phones[0].ARN
	address := s.object(f.ID)
	put, err := wire.PresignS3(http.MethodPut, address, keys, s.Region, 15*time.Minute, time.Now())
	if err != nil {
		return leftThere(f)
	}
	body, err := json.Marshal(map[string]any{
		"mediaId": f.ID, "originationPhoneNumberId": phoneIDOf(arn),
		"destinationS3PresignedUrl": map[string]any{"url": put, "headers": map[string]string{}},
	})
	if err != nil {
		return leftThere(f)
	}
	get := web.Request{Method: http.MethodGet, URL: address, Sign: func(r *http.Request, body []byte, now time.Time) {
		wire.Sign(r, body, keys, s.Region, "s3", now)
	}}
	return web.Media{Type: f.Type, Name: f.Name, Sum: f.Sum, Key: f.ID,
		Get: web.Request{Method: http.MethodPost, URL: s.URL + "/v1/whatsapp/media/get", Body: body, Header: http.Header{"Content-Type": {"application/json"}},
			Sign: func(r *http.Request, body []byte, now time.Time) {
				wire.Sign(r, body, keys, s.Region, "social-messaging", now)
			}},
		Find: func(answer []byte) (web.Place, error) {
			var in struct {
				Type string `json:"mimeType"` // its fileSize is in kilobytes, and says little
			}
			err := json.Unmarshal(answer, &in)
			return web.Place{Get: get, Type: in.Type}, err
		},
	}
}

// object is where a file lies in the account's bucket.
func (s *social) object(id string) string {
	bucket, prefix, _ := strings.Cut(s.Bucket, "/")
	domain := ".amazonaws.com/"
	if strings.HasPrefix(s.Region, "cn-") {
		domain = ".amazonaws.com.cn/"
	}
	return "https://" + bucket + ".s3." + s.Region + domain + (&url.URL{Path: prefix + id}).EscapedPath()
}

// leftThere is a file that stays at AWS.
func leftThere(f *media) web.Media {
	return web.Media{Type: f.Type, Name: f.Name, Get: web.Request{Method: http.MethodGet, URL: "whatsapp-media:" + f.ID}}
}
