package api

import (
	"cmp"
	"context"
	"slices"

	"outdial/contact"
	"outdial/resource"
	"outdial/store"
)

type searchAvailablePhoneNumbersInput struct {
	TargetArn              string
	InstanceId             string `wire:"len=1..100"`
	PhoneNumberCountryCode string `wire:"required,enum=AF|AL|DZ|AS|AD|AO|AI|AQ|AG|AR|AM|AW|AU|AT|AZ|BS|BH|BD|BB|BY|BE|BZ|BJ|BM|BT|BO|BA|BW|BR|IO|VG|BN|BG|BF|BI|KH|CM|CA|CV|KY|CF|TD|CL|CN|CX|CC|CO|KM|CK|CR|HR|CU|CW|CY|CZ|CD|DK|DJ|DM|DO|TL|EC|EG|SV|GQ|ER|EE|ET|FK|FO|FJ|FI|FR|PF|GA|GM|GE|DE|GH|GI|GR|GL|GD|GU|GT|GG|GN|GW|GY|HT|HN|HK|HU|IS|IN|ID|IR|IQ|IE|IM|IL|IT|CI|JM|JP|JE|JO|KZ|KE|KI|KW|KG|LA|LV|LB|LS|LR|LY|LI|LT|LU|MO|MK|MG|MW|MY|MV|ML|MT|MH|MR|MU|YT|MX|FM|MD|MC|MN|ME|MS|MA|MZ|MM|NA|NR|NP|NL|AN|NC|NZ|NI|NE|NG|NU|KP|MP|NO|OM|PK|PW|PA|PG|PY|PE|PH|PN|PL|PT|PR|QA|CG|RE|RO|RU|RW|BL|SH|KN|LC|MF|PM|VC|WS|SM|ST|SA|SN|RS|SC|SL|SG|SX|SK|SI|SB|SO|ZA|KR|ES|LK|SD|SR|SJ|SZ|SE|CH|SY|TW|TJ|TZ|TH|TG|TK|TO|TT|TN|TR|TM|TC|TV|VI|UG|UA|AE|GB|US|UY|UZ|VU|VA|VE|VN|WF|EH|YE|ZM|ZW"`
	PhoneNumberType        string `wire:"required,enum=TOLL_FREE|DID|UIFN|SHARED|THIRD_PARTY_TF|THIRD_PARTY_DID|SHORT_CODE"`
	PhoneNumberPrefix      string `wire:"pattern=\\+?[0-9]{1,11}"`
	MaxResults             *int   `wire:"range=1..10"`
	NextToken              string `wire:"len=1..100000"`
}

type searchAvailablePhoneNumbersOutput struct {
	NextToken            string `wire:"len=1..100000"`
	AvailableNumbersList []availableNumberSummary
}

type availableNumberSummary struct {
	PhoneNumber            string
	PhoneNumberCountryCode string `wire:"enum=AF|AL|DZ|AS|AD|AO|AI|AQ|AG|AR|AM|AW|AU|AT|AZ|BS|BH|BD|BB|BY|BE|BZ|BJ|BM|BT|BO|BA|BW|BR|IO|VG|BN|BG|BF|BI|KH|CM|CA|CV|KY|CF|TD|CL|CN|CX|CC|CO|KM|CK|CR|HR|CU|CW|CY|CZ|CD|DK|DJ|DM|DO|TL|EC|EG|SV|GQ|ER|EE|ET|FK|FO|FJ|FI|FR|PF|GA|GM|GE|DE|GH|GI|GR|GL|GD|GU|GT|GG|GN|GW|GY|HT|HN|HK|HU|IS|IN|ID|IR|IQ|IE|IM|IL|IT|CI|JM|JP|JE|JO|KZ|KE|KI|KW|KG|LA|LV|LB|LS|LR|LY|LI|LT|LU|MO|MK|MG|MW|MY|MV|ML|MT|MH|MR|MU|YT|MX|FM|MD|MC|MN|ME|MS|MA|MZ|MM|NA|NR|NP|NL|AN|NC|NZ|NI|NE|NG|NU|KP|MP|NO|OM|PK|PW|PA|PG|PY|PE|PH|PN|PL|PT|PR|QA|CG|RE|RO|RU|RW|BL|SH|KN|LC|MF|PM|VC|WS|SM|ST|SA|SN|RS|SC|SL|SG|SX|SK|SI|SB|SO|ZA|KR|ES|LK|SD|SR|SJ|SZ|SE|CH|SY|TW|TJ|TZ|TH|TG|TK|TO|TT|TN|TR|TM|TC|TV|VI|UG|UA|AE|GB|US|UY|UZ|VU|VA|VE|VN|WF|EH|YE|ZM|ZW"`
	PhoneNumberType        string `wire:"enum=TOLL_FREE|DID|UIFN|SHARED|THIRD_PARTY_TF|THIRD_PARTY_DID|SHORT_CODE"`
}

// searchAvailablePhoneNumbers lists numbers that may be claimed: those that the
// configuration offers and nobody has.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_SearchAvailablePhoneNumbers.html
func (s *Server) searchAvailablePhoneNumbers(ctx context.Context, in *searchAvailablePhoneNumbersInput) (*searchAvailablePhoneNumbersOutput, error) {
	places, err := s.oneOwner(ctx, in.TargetArn, in.InstanceId)
	if err != nil {
		return nil, err
	}
	out := &searchAvailablePhoneNumbersOutput{AvailableNumbersList: []availableNumberSummary{}}
	var all []*resource.Number
	err = s.Store.View(ctx, func(t *store.Tx) error {
		return s.available(ctx, t, func(n *resource.Number) bool {
			if contact.E164(n.Number) && fitsNumber(n, []string{in.PhoneNumberType}, []string{in.PhoneNumberCountryCode}, in.PhoneNumberPrefix) {
				all = append(all, n)
			}
			return true
		})
	})
	if err != nil {
		return nil, err
	}
	key := func(n *resource.Number) string { return n.Number }
	slices.SortFunc(all, func(a, b *resource.Number) int { return cmp.Compare(a.Number, b.Number) })
	l := listing{"SearchAvailablePhoneNumbers", in.NextToken, in.MaxResults, 10,
		[]string{places.Instance, fingerprint([]any{in.PhoneNumberCountryCode, in.PhoneNumberType, in.PhoneNumberPrefix})}}
	out.NextToken, err = part(s, l, all, key, func(n *resource.Number) {
		out.AvailableNumbersList = append(out.AvailableNumbersList, availableNumberSummary{n.Number, countryOf(n), typeOf(n)})
	})
	return out, err
}
