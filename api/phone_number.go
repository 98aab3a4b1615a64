package api

import (
	"sync/atomic"

	"github.com/nyaruka/phonenumbers"

	"outdial/contact"
	"outdial/wire"
)

// A phones knows which lengths the numbers of each country can have: by country
// calling code a bit for each length of a national number. It only remembers
// what the library said, which takes its time.
type phones [1000]atomic.Uint32

// said marks what has been asked.
const said = 1 << 31

// check says what is wrong with a telephone number of a request: it must
// be in E.164 and of a length that its country uses. It is no stricter, so that
// the numbers of documents and of the simulator pass.
func (p *phones) check(field, number string) error {
	if !contact.E164(number) {
		return wire.OutOfBounds(field, "must be a number in E.164, such as +12065550100, not %s", quote(number))
	}
	if !p.possible(number) {
		return wire.OutOfBounds(field, "%s has no length that is possible in its country", number)
	}
	return nil
}

// possible tells whether the length of an E.164 number is one that its country
// uses. A number of a country that nobody knows is possible from 7 digits on.
func (p *phones) possible(number string) bool {
	code, digits := callingCode(number)
	if code == 0 {
		return len(number)-1 >= 7
	}
	if p.national(code)&(1<<digits) != 0 {
		return true
	}
	// Some write the trunk prefix behind the country code: let the library say.
	n, err := phonenumbers.Parse(number, "")
	return err == nil && phonenumbers.IsPossibleNumber(n)
}

// national gives the possible lengths of a country calling code, as bits.
func (p *phones) national(code int) uint32 {
	if bits := p[code].Load(); bits != 0 {
		return bits
	}
	bits := uint32(said)
	calling, specimen := int32(code), uint64(2)
	n := &phonenumbers.PhoneNumber{CountryCode: &calling, NationalNumber: &specimen}
	for digits := 1; digits <= 15; digits, specimen = digits+1, specimen*10 {
		if phonenumbers.IsPossibleNumber(n) {
			bits |= 1 << digits
		}
	}
	p[code].Store(bits)
	return bits
}

// callingCode splits an E.164 number: its country calling code, 0 where that is
// not known, and how many digits follow it.
func callingCode(number string) (code, digits int) {
	known := phonenumbers.GetSupportedCallingCodes()
	for i := 1; i <= 3 && i < len(number); i++ {
		code = code*10 + int(number[i]-'0')
		if known[code] {
			return code, len(number) - 1 - i
		}
	}
	return 0, 0
}

// country gives the ISO 3166 code of a number's country. A number that no
// country has given out yet counts for the first of its calling code.
func country(number string) string {
	if code, _ := callingCode(number); code != 0 {
		n, err := phonenumbers.Parse(number, "")
		if err != nil {
			return ""
		}
		if region := phonenumbers.GetRegionCodeForNumber(n); region != "" {
			return region
		}
		return phonenumbers.GetRegionCodeForCountryCode(code)
	}
	return ""
}
