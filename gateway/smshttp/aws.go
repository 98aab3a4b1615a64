package smshttp

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/awskey"
	"outdial/gateway/sms"
	"outdial/gateway/web"
	"outdial/wire"
)

// awsVerdicts is what the exceptions of AWS End User Messaging SMS and their
// reasons mean.
// https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_SendTextMessage.html
var awsVerdicts = map[string]sms.Verdict{
	"ThrottlingException":                                         sms.Retry,
	"InternalServerException":                                     sms.Uncertain,
	"ServiceUnavailableException":                                 sms.Retry,
	"AccessDeniedException":                                       sms.OtherRoute,
	"UnrecognizedClientException":                                 sms.OtherRoute,
	"ResourceNotFoundException":                                   sms.OtherRoute,
	"ValidationException":                                         sms.OtherRoute,
	"ConflictException":                                           sms.OtherRoute,
	"ServiceQuotaExceededException":                               sms.OtherRoute,
	"DESTINATION_PHONE_NUMBER_OPTED_OUT":                          sms.OptedOut,
	"DESTINATION_PHONE_NUMBER_NOT_VERIFIED":                       sms.OtherRoute, // the account is in the sandbox
	"DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION":        sms.OtherRoute,
	"DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE": sms.OtherRoute,
	"INVALID_PARAMETER":                                           sms.OtherRoute,
	"CANNOT_PARSE":                                                sms.BadNumber,
	"COUNTRY_NOT_ENABLED":                                         sms.OtherRoute,
	"DESTINATION_COUNTRY_BLOCKED":                                 sms.OtherRoute,
	"INVALID_IDENTITY_FOR_DESTINATION_COUNTRY":                    sms.OtherRoute,
	"MAXIMUM_SIZE_EXCEEDED":                                       sms.Refuse,
	"MEDIA_TYPE_NOT_SUPPORTED":                                    sms.Refuse,
	"MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT":                        sms.OtherRoute,
	"MONTHLY_SPEND_LIMIT_REACHED_FOR_MEDIA":                       sms.OtherRoute,
	"ACCOUNT_DISABLED":                                            sms.OtherRoute,
}

// awsStatuses by the last words of an event's type. SUCCESSFUL is the network's
// word that it took the message, not the handset's.
// https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-types.html
var awsStatuses = map[string]string{
	"SENT": contact.StatusSent, "SUCCESSFUL": contact.StatusSent, "DELIVERED": contact.StatusDelivered,
	"INVALID": contact.StatusFailed, "INVALID_MESSAGE": contact.StatusFailed, "UNREACHABLE": contact.StatusFailed,
	"CARRIER_UNREACHABLE": contact.StatusFailed, "BLOCKED": contact.StatusFailed, "CARRIER_BLOCKED": contact.StatusFailed,
	"SPAM": contact.StatusFailed, "TTL_EXPIRED": contact.StatusFailed, "PROTECT_BLOCKED": contact.StatusFailed,
	"FILE_INACCESSIBLE": contact.StatusFailed, "FILE_TYPE_UNSUPPORTED": contact.StatusFailed, "FILE_SIZE_EXCEEDED": contact.StatusFailed,
	"UNKNOWN": contact.StatusUnknown,
}

type aws struct {
	*settings
	sns  *web.SNS
	keys *awskey.Source
}

func newAWS(s *settings) (web.Carrier, error) {
	if s.URL == "" {
		s.URL = "https://sms-voice." + s.Region + ".amazonaws.com"
		if strings.HasPrefix(s.Region, "cn-") {
			s.URL += ".cn"
		}
	}
	for _, t := range s.Topics {
		if !strings.HasPrefix(t, "arn:aws") || !strings.Contains(t, ":sns:") {
			return nil, invalid("topics", "%q is no ARN of an SNS topic", t)
		}
	}
	if (s.User == "") != (s.Secret == "") {
		return nil, invalid("secret", "user and secret go together; without either they come from the environment, the container or the instance")
	}
	keys := &awskey.Source{Static: wire.Credentials{AccessKeyID: s.User, SecretAccessKey: s.Secret, SessionToken: s.Session}, Region: s.Region}
	return &aws{s, &web.SNS{HTTP: s.http, Topics: s.Topics}, keys}, nil
}

// Requests: SendTextMessage, and SendMediaMessage for a file that lies in S3,
// by awsJson1.0. https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
func (s *aws) Requests(ctx context.Context, m *web.Message) ([]web.Request, error) {
	m, media := s.split(m)
	text, _, err := s.content(m, -1)
	if err != nil && len(media) == 0 {
		return nil, err
	}
	b := map[string]any{"DestinationPhoneNumber": m.To, "OriginationIdentity": s.sender(m)}
	if text != "" {
		b["MessageBody"] = text
	}
	operation := "SendTextMessage"
	if len(media) > 0 {
		operation, b["MediaUrls"] = "SendMediaMessage", media
	}
	if s.Service != "" {
		b["ConfigurationSetName"] = s.Service
	}
	if m.ID != "" {
		b["Context"] = map[string]string{"message": m.ID}
	}
	s.merge(b)
	q, err := document(s.URL+"/", b)
	if err != nil {
		return nil, err
	}
	q.Header.Set("Content-Type", "application/x-amz-json-1.0")
	q.Header.Set("X-Amz-Target", "PinpointSMSVoiceV2."+operation)
	keys, err := s.keys.Credentials(ctx)
	if err != nil {
		return nil, err
	}
	q.Sign = func(r *http.Request, body []byte, now time.Time) {
		wire.Sign(r, body, keys, s.Region, "sms-voice", now)
	}
	return []web.Request{q}, nil
}

// split takes the one file out that can go as MMS: AWS reads it from S3.
func (s *aws) split(m *web.Message) (rest *web.Message, media []string) {
	out := *m
	out.Attachments = nil
	for _, a := range m.Attachments {
		if strings.HasPrefix(a.URL, "s3://") && len(media) == 0 && s.Media != "link" {
			media = append(media, a.URL)
		} else {
			out.Attachments = append(out.Attachments, a)
		}
	}
	return &out, media
}

func (s *aws) Answer(a *web.Answer) (web.Taken, error) {
	var b struct {
		ID     string `json:"MessageId"`
		Type   string `json:"__type"`
		Reason string
		Upper  string `json:"Message"`
		Lower  string `json:"message"`
	}
	err := json.Unmarshal(a.Body, &b)
	if a.Status >= 300 {
		no := &web.Refusal{Code: b.Type[strings.LastIndexByte(b.Type, '#')+1:], Text: b.Upper + b.Lower}
		if no.Code == "" {
			no.Code, _, _ = strings.Cut(a.Header.Get("X-Amzn-Errortype"), ":")
		}
		if b.Reason != "" {
			if _, known := awsVerdicts[b.Reason]; known {
				no.Code = b.Reason
			} else {
				no.Text = b.Reason + ": " + no.Text
			}
		}
		return web.Taken{}, no
	}
	if err != nil {
		return web.Taken{}, err
	}
	return taken(web.Taken{Ref: b.ID}, "MessageId")
}

// Admit: web-hooks are deliveries of SNS.
func (s *aws) Admit(ctx context.Context, h *web.Hook) error { return s.sns.Admit(ctx, h) }

// An awsEvent is what SNS brings: an inbound message, or a message's event.
// https://docs.aws.amazon.com/sms-voice/latest/userguide/phone-numbers-two-way-sms.html and
// https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html
type awsEvent struct {
	From     string `json:"originationNumber"`
	To       string `json:"destinationNumber"`
	Text     string `json:"messageBody"`
	Inbound  string `json:"inboundMessageId"`
	Previous string `json:"previousPublishedMessageId"`

	Type   string `json:"eventType"`
	ID     string `json:"messageId"`
	Status string `json:"messageStatus"`
	Words  string `json:"messageStatusDescription"`
	At     int64  `json:"eventTimestamp"` // milliseconds
}

// Hear reads a delivery of SNS, and confirms a subscription.
func (s *aws) Hear(_ context.Context, h *web.Hook) (web.Heard, error) {
	n, err := web.ReadSNS(h)
	if err != nil {
		return web.Heard{}, err
	}
	if n.Type != web.SNSNotification {
		return web.Heard{Confirm: n.Confirm()}, nil
	}
	var e awsEvent
	if err := json.Unmarshal([]byte(n.Message), &e); err != nil {
		return web.Heard{}, fault.New(fault.Invalid, "Message: not the JSON that was expected")
	}
	switch {
	case e.Inbound != "":
		return web.Heard{Events: []web.Event{{Key: e.Inbound, From: s.canonical(e.From), To: s.canonical(e.To), Text: e.Text, ReplyTo: e.Previous}}}, nil
	case e.ID == "" || e.Type == "":
		return web.Heard{}, fault.New(fault.Invalid, "Message: neither an inbound message nor an event")
	}
	_, last, _ := strings.Cut(e.Type, "_") // TEXT_DELIVERED, MEDIA_DELIVERED
	st := awsStatuses[last]
	if st == "" || strings.HasPrefix(e.Type, "VOICE_") {
		return web.Heard{}, nil
	}
	r := &gateway.Receipt{Status: st}
	if st == contact.StatusFailed {
		r.Code, r.Error = e.Status, e.Words
	}
	if e.At > 0 {
		r.At = time.UnixMilli(e.At)
	}
	return web.Heard{Events: []web.Event{{Refs: []string{e.ID}, Receipt: r}}}, nil
}
