package api

import (
	"context"
	"maps"
	"slices"
	"strings"

	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

type listPhoneNumbersV2Input struct {
	TargetArn               string
	InstanceId              string   `wire:"len=1..100"`
	MaxResults              *int     `wire:"range=1..1000"`
	NextToken               string   `wire:"len=1..100000"`
	PhoneNumberCountryCodes []string `wire:"items=..10,item.enum=AF|AL|DZ|AS|AD|AO|AI|AQ|AG|AR|AM|AW|AU|AT|AZ|BS|BH|BD|BB|BY|BE|BZ|BJ|BM|BT|BO|BA|BW|BR|IO|VG|BN|BG|BF|BI|KH|CM|CA|CV|KY|CF|TD|CL|CN|CX|CC|CO|KM|CK|CR|HR|CU|CW|CY|CZ|CD|DK|DJ|DM|DO|TL|EC|EG|SV|GQ|ER|EE|ET|FK|FO|FJ|FI|FR|PF|GA|GM|GE|DE|GH|GI|GR|GL|GD|GU|GT|GG|GN|GW|GY|HT|HN|HK|HU|IS|IN|ID|IR|IQ|IE|IM|IL|IT|CI|JM|JP|JE|JO|KZ|KE|KI|KW|KG|LA|LV|LB|LS|LR|LY|LI|LT|LU|MO|MK|MG|MW|MY|MV|ML|MT|MH|MR|MU|YT|MX|FM|MD|MC|MN|ME|MS|MA|MZ|MM|NA|NR|NP|NL|AN|NC|NZ|NI|NE|NG|NU|KP|MP|NO|OM|PK|PW|PA|PG|PY|PE|PH|PN|PL|PT|PR|QA|CG|RE|RO|RU|RW|BL|SH|KN|LC|MF|PM|VC|WS|SM|ST|SA|SN|RS|SC|SL|SG|SX|SK|SI|SB|SO|ZA|KR|ES|LK|SD|SR|SJ|SZ|SE|CH|SY|TW|TJ|TZ|TH|TG|TK|TO|TT|TN|TR|TM|TC|TV|VI|UG|UA|AE|GB|US|UY|UZ|VU|VA|VE|VN|WF|EH|YE|ZM|ZW"`
	PhoneNumberTypes        []string `wire:"items=..6,item.enum=TOLL_FREE|DID|UIFN|SHARED|THIRD_PARTY_TF|THIRD_PARTY_DID|SHORT_CODE"`
	PhoneNumberPrefix       string   `wire:"pattern=\\+?[0-9]{1,11}"`
}

type listPhoneNumbersV2Output struct {
	ListPhoneNumbersSummaryList []numberEntry
	NextToken                   string `wire:"len=1..100000"`
}

type numberEntry struct {
	PhoneNumberId          string
	PhoneNumberArn         string
	PhoneNumber            string
	PhoneNumberCountryCode string
	PhoneNumberType        string `wire:"enum=TOLL_FREE|DID|UIFN|SHARED|THIRD_PARTY_TF|THIRD_PARTY_DID|SHORT_CODE"`
	TargetArn              string
	InstanceId             string `wire:"len=1..100"`
	PhoneNumberDescription string `wire:"len=0..500,pattern=^[\\W\\S_]*"`
}

// listPhoneNumbersV2 lists the numbers of one instance, or of all that the
// caller's account has in the region.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ListPhoneNumbersV2.html
func (s *Server) listPhoneNumbersV2(ctx context.Context, in *listPhoneNumbersV2Input) (*listPhoneNumbersV2Output, error) {
	if in.TargetArn != "" && in.InstanceId != "" {
		return nil, wire.OutOfBounds("TargetArn", "not together with InstanceId")
	}
	places, err := s.owners(ctx, in.TargetArn+in.InstanceId)
	if err != nil {
		return nil, err
	}
	scope := []string{in.TargetArn + in.InstanceId, fingerprint([]any{in.PhoneNumberTypes, in.PhoneNumberCountryCodes, in.PhoneNumberPrefix})}
	after, err := s.Tokens.Open(in.NextToken, "ListPhoneNumbersV2", scope...)
	if err != nil {
		return nil, err
	}
	limit := listed
	if in.MaxResults != nil {
		limit = *in.MaxResults
	}
	start, behind, _ := strings.Cut(after, "/")
	out := &listPhoneNumbersV2Output{ListPhoneNumbersSummaryList: []numberEntry{}}
	err = s.Store.View(ctx, func(t *store.Tx) error {
		for _, at := range places {
			from := ""
			if at.Instance < start {
				continue
			}
			if at.Instance == start {
				from = behind
			}
			err := each(t, at.Instance, resource.KindNumber, from, func(n *resource.Number) bool {
				if !fitsNumber(n, in.PhoneNumberTypes, in.PhoneNumberCountryCodes, in.PhoneNumberPrefix) {
					return true
				}
				if k := len(out.ListPhoneNumbersSummaryList); k == limit {
					last := out.ListPhoneNumbersSummaryList[k-1]
					out.NextToken = s.Tokens.Seal(last.InstanceId+"/"+last.PhoneNumberId, "ListPhoneNumbersV2", scope...)
					return false
				}
				out.ListPhoneNumbersSummaryList = append(out.ListPhoneNumbersSummaryList, numberEntry{
					n.ID, numberARN(at, n), n.Number, countryOf(n), typeOf(n), at.InstanceARN(), at.Instance, n.Description,
				})
				return true
			})
			if err != nil || out.NextToken != "" {
				return err
			}
		}
		return nil
	})
	return out, err
}

// owners gives the instance that ref names, or all that the caller sees.
func (s *Server) owners(ctx context.Context, ref string) ([]place, error) {
	if ref != "" {
		at, err := s.place(ctx, ref)
		return []place{at}, err
	}
	all, err := s.instances(ctx)
	if err != nil {
		return nil, err
	}
	var out []place
	for _, id := range slices.Sorted(maps.Keys(all.byID)) {
		if in := all.byID[id]; visible(ctx, in) {
			out = append(out, at(in))
		}
	}
	return out, nil
}
