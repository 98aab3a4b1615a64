package smshttp

import (
	"outdial/gateway/sms"
	"outdial/gateway/web"
)

// A kind is one carrier.
type kind struct {
	new       func(*settings) (web.Carrier, error)
	docs      string   // where its API is described
	url       string   // where it is; "": the account says so
	needs     []string // keys of the account
	verdicts  map[string]sms.Verdict
	throttles []string // codes that say "not now" to the whole account
}

// carriers are all there are.
var carriers = map[string]kind{
	"twilio": {new: newTwilio, docs: "https://www.twilio.com/docs/messaging/api/message-resource", url: "https://api.twilio.com",
		needs: []string{"user", "secret"}, verdicts: twilioVerdicts, throttles: []string{"20429", "14107"}},
	"vonage": {new: newVonage, docs: "https://developer.vonage.com/en/api/sms", url: "https://rest.nexmo.com",
		needs: []string{"user", "secret", "hook_secret"}, verdicts: vonageVerdicts, throttles: []string{"1"}},
	"telnyx": {new: newTelnyx, docs: "https://developers.telnyx.com/api-reference/messages/send-a-message", url: "https://api.telnyx.com",
		needs: []string{"secret", "hook_secret"}, verdicts: telnyxVerdicts, throttles: []string{"10011", "40011", "40318"}},
	"infobip": {new: newInfobip, docs: "https://www.infobip.com/docs/api/channels/sms",
		needs: []string{"url", "secret", "hook_secret"}, verdicts: infobipVerdicts, throttles: []string{"E429", "TOO_MANY_REQUESTS"}},
	"bandwidth": {new: newBandwidth, docs: "https://dev.bandwidth.com/docs/messaging/createMessage", url: "https://messaging.bandwidth.com/api/v2",
		needs: []string{"account", "user", "secret", "service", "hook_secret"}, verdicts: bandwidthVerdicts, throttles: []string{"max-message-queue-size-exceeded"}},
	"bird": {new: newBird, docs: "https://docs.bird.com/api/channels-api/supported-channels/programmable-sms", url: "https://api.bird.com",
		needs: []string{"account", "secret", "channels", "hook_secret"}, verdicts: birdVerdicts},
	"plivo": {new: newPlivo, docs: "https://www.plivo.com/docs/messaging/api/message", url: "https://api.plivo.com",
		needs: []string{"user", "secret"}, verdicts: plivoVerdicts},
	"africastalking": {new: newAfricasTalking, docs: "https://developers.africastalking.com/docs/sms/sending/bulk", url: africasTalkingURL,
		needs: []string{"user", "secret", "hook_secret"}, verdicts: africasTalkingVerdicts},
	"kannel": {new: newKannel, docs: "https://www.kannel.org/download/1.4.5/userguide-1.4.5/userguide.html",
		needs: []string{"url", "user", "secret", "hook_secret"}, verdicts: kannelVerdicts},
	"jasmin": {new: newJasmin, docs: "https://docs.jasminsms.com/en/latest/apis/http/index.html",
		needs: []string{"url", "user", "secret", "hook_secret"}, verdicts: jasminVerdicts, throttles: []string{"User throughput exceeded"}},
	"aws": {new: newAWS, docs: "https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_SendTextMessage.html",
		needs: []string{"region"}, verdicts: awsVerdicts, throttles: []string{"ThrottlingException"}},
	"generic": {new: newGeneric, docs: "docs/carriers.md"},
}
