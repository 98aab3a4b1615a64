package api

import (
	"context"
	"slices"
	"strings"

	"outdial/resource"
)

type listPhoneNumbersInput struct {
	InstanceId              string   `wire:"required,uri,len=1..100"`
	PhoneNumberTypes        []string `wire:"query=phoneNumberTypes,items=..6,item.enum=TOLL_FREE|DID|UIFN|SHARED|THIRD_PARTY_TF|THIRD_PARTY_DID|SHORT_CODE"`
	PhoneNumberCountryCodes []string `wire:"query=phoneNumberCountryCodes,items=..10,item.enum=AF|AL|DZ|AS|AD|AO|AI|AQ|AG|AR|AM|AW|AU|AT|AZ|BS|BH|BD|BB|BY|BE|BZ|BJ|BM|BT|BO|BA|BW|BR|IO|VG|BN|BG|BF|BI|KH|CM|CA|CV|KY|CF|TD|CL|CN|CX|CC|CO|KM|CK|CR|HR|CU|CW|CY|CZ|CD|DK|DJ|DM|DO|TL|EC|EG|SV|GQ|ER|EE|ET|FK|FO|FJ|FI|FR|PF|GA|GM|GE|DE|GH|GI|GR|GL|GD|GU|GT|GG|GN|GW|GY|HT|HN|HK|HU|IS|IN|ID|IR|IQ|IE|IM|IL|IT|CI|JM|JP|JE|JO|KZ|KE|KI|KW|KG|LA|LV|LB|LS|LR|LY|LI|LT|LU|MO|MK|MG|MW|MY|MV|ML|MT|MH|MR|MU|YT|MX|FM|MD|MC|MN|ME|MS|MA|MZ|MM|NA|NR|NP|NL|AN|NC|NZ|NI|NE|NG|NU|KP|MP|NO|OM|PK|PW|PA|PG|PY|PE|PH|PN|PL|PT|PR|QA|CG|RE|RO|RU|RW|BL|SH|KN|LC|MF|PM|VC|WS|SM|ST|SA|SN|RS|SC|SL|SG|SX|SK|SI|SB|SO|ZA|KR|ES|LK|SD|SR|SJ|SZ|SE|CH|SY|TW|TJ|TZ|TH|TG|TK|TO|TT|TN|TR|TM|TC|TV|VI|UG|UA|AE|GB|US|UY|UZ|VU|VA|VE|VN|WF|EH|YE|ZM|ZW"`
	NextToken               string   `wire:"query=nextToken"`
	MaxResults              *int     `wire:"query=maxResults,range=1..1000"`
}

type listPhoneNumbersOutput struct {
	PhoneNumberSummaryList []numberSummary
	NextToken              string
}

type numberSummary struct {
	Id                     string
	Arn                    string
	PhoneNumber            string
	PhoneNumberType        string `wire:"enum=TOLL_FREE|DID|UIFN|SHARED|THIRD_PARTY_TF|THIRD_PARTY_DID|SHORT_CODE"`
	PhoneNumberCountryCode string
}

// listPhoneNumbers lists the numbers of an instance.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListPhoneNumbers.html
func (s *Server) listPhoneNumbers(ctx context.Context, in *listPhoneNumbersInput) (*listPhoneNumbersOutput, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	filters := []string{strings.Join(in.PhoneNumberTypes, ","), strings.Join(in.PhoneNumberCountryCodes, ",")}
	l := listing{"ListPhoneNumbers", in.NextToken, in.MaxResults, listed, filters}
	out := &listPhoneNumbersOutput{PhoneNumberSummaryList: []numberSummary{}}
	out.NextToken, err = list(ctx, s, at, resource.KindNumber, l,
		func(n *resource.Number) bool {
			return fitsNumber(n, in.PhoneNumberTypes, in.PhoneNumberCountryCodes, "")
		},
		func(n *resource.Number) {
			out.PhoneNumberSummaryList = append(out.PhoneNumberSummaryList,
				numberSummary{n.ID, numberARN(at, n), n.Number, typeOf(n), countryOf(n)})
		})
	return out, err
}

// fitsNumber tells whether a number is of one of the types and countries, and
// begins so; an empty list asks for nothing.
func fitsNumber(n *resource.Number, types, countries []string, prefix string) bool {
	return (len(types) == 0 || slices.Contains(types, typeOf(n))) &&
		(len(countries) == 0 || slices.Contains(countries, countryOf(n))) &&
		strings.HasPrefix(strings.TrimPrefix(n.Number, "+"), strings.TrimPrefix(prefix, "+"))
}
