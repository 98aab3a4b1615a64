package whatsapp

import "outdial/gateway/sms"

// verdicts is what the codes of the Cloud API mean, and the exceptions of AWS.
// https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
// https://docs.aws.amazon.com/social-messaging/latest/APIReference/API_SendWhatsAppMessage.html
var verdicts = map[string]sms.Verdict{
	"0":   sms.OtherRoute, // authentication
	"1":   sms.Uncertain,  // an error of theirs, or a request that cannot be
	"2":   sms.Retry,      // down, or overloaded
	"3":   sms.OtherRoute,
	"4":   sms.Retry, // the app's rate
	"10":  sms.OtherRoute,
	"33":  sms.OtherRoute, // our number was deleted
	"100": sms.Refuse,     // a parameter
	"190": sms.OtherRoute, // the access token has expired
	"200": sms.OtherRoute,
	"368": sms.OtherRoute, // the account is restricted for its policy

	"80007":  sms.Retry,      // the business account's rate
	"130429": sms.Retry,      // the number's throughput
	"130472": sms.Refuse,     // the customer is part of an experiment
	"130497": sms.OtherRoute, // the country is closed to the account
	"131000": sms.Retry,      // "failed to send due to an unknown error"
	"131005": sms.OtherRoute,
	"131008": sms.Refuse,
	"131009": sms.Refuse,
	"131016": sms.Retry,
	"131021": sms.BadNumber, // our own number
	"131026": sms.BadNumber, // not on WhatsApp, or too old a version of it
	"131030": sms.OtherRoute,
	"131031": sms.OtherRoute, // locked
	"131037": sms.OtherRoute, // the display name
	"131042": sms.OtherRoute, // payment
	"131045": sms.OtherRoute, // registration
	"131047": sms.Refuse,     // outside of the customer service window
	"131048": sms.OtherRoute, // the number is held back as spam
	"131049": sms.Refuse,     // held back for the customer's sake
	"131050": sms.OptedOut,   // the customer wants no marketing
	"131051": sms.Refuse,
	"131052": sms.Refuse,
	"131053": sms.Refuse, // a file
	"131056": sms.Retry,  // the pair's rate: one every six seconds
	"131057": sms.Retry,  // maintenance
	"132000": sms.Refuse, // templates…
	"132001": sms.Refuse,
	"132005": sms.Refuse,
	"132007": sms.Refuse,
	"132012": sms.Refuse,
	"132015": sms.Refuse,
	"132016": sms.Refuse,
	"132068": sms.Refuse,
	"132069": sms.Retry,
	"133004": sms.Retry,
	"133010": sms.OtherRoute, // not registered
	"133015": sms.Retry,
	"134011": sms.OtherRoute,
	"135000": sms.Refuse,

	"ValidationException":         sms.Refuse,
	"InvalidParametersException":  sms.Refuse,
	"AccessDeniedException":       sms.OtherRoute,
	"AccessDeniedByMetaException": sms.OtherRoute,
	"ResourceNotFoundException":   sms.OtherRoute,
	"LimitExceededException":      sms.OtherRoute,
	"ThrottledRequestException":   sms.Retry,
	"InternalServiceException":    sms.Uncertain,
	"DependencyException":         sms.Uncertain, // Meta may have it
}

// throttles hold the whole account back; a pair's rate holds back one customer.
var throttles = []string{"4", "80007", "130429", "ThrottledRequestException"}
