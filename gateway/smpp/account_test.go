package smpp

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/smpp/pdu"
	"outdial/gateway/sms"
)

func n(i int) *int { return &i }

func plain() Account {
	return Account{Name: "c", Addresses: []string{"smsc.example:2775"}, SystemID: "me"}
}

func TestCheckNamesTheField(t *testing.T) {
	if _, err := New(plain(), Options{}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		field string
		spoil func(*Account)
	}{
		{"name", func(a *Account) { a.Name = "" }},
		{"addresses", func(a *Account) { a.Addresses = nil }},
		{"addresses", func(a *Account) { a.Addresses = []string{"smsc.example"} }},
		{"addresses", func(a *Account) { a.Addresses = []string{"smsc.example:0"} }},
		{"addresses", func(a *Account) { a.Addresses = []string{":2775"} }},
		{"system_id", func(a *Account) { a.SystemID = "" }},
		{"system_id", func(a *Account) { a.SystemID = "a\x00b" }},
		{"password", func(a *Account) { a.Password = strings.Repeat("x", 65) }},
		{"bind", func(a *Account) { a.Bind = "receiver" }},
		{"binds", func(a *Account) { a.Binds = -1 }},
		{"window", func(a *Account) { a.Window = 100000 }},
		{"enquire_link", func(a *Account) { a.Enquire = time.Nanosecond }},
		{"response_timeout", func(a *Account) { a.Response = -time.Second }},
		{"reconnect_max", func(a *Account) { a.ReconnectMin = time.Hour }},
		{"submit", func(a *Account) { a.Submit = "submit_multi" }},
		{"long", func(a *Account) { a.Long = "udh" }},
		{"alphabet", func(a *Account) { a.Alphabet = "utf8" }},
		{"packed", func(a *Account) { a.Alphabet, a.Packed = "latin1", true }},
		{"data_coding", func(a *Account) { a.Coding = n(256) }},
		{"unicode_data_coding", func(a *Account) { a.UnicodeCoding = n(-1) }},
		{"national_languages", func(a *Account) { a.National = []string{"german"} }},
		{"national_languages", func(a *Account) { a.National = []string{"default"} }},
		{"priority", func(a *Account) { a.Priority = 4 }},
		{"protocol_id", func(a *Account) { a.Protocol = 300 }},
		{"esm_class", func(a *Account) { a.Mode = 64 }},
		{"validity", func(a *Account) { a.Validity = 100 * 24 * time.Hour }},
		{"destination.ton", func(a *Account) { a.Destination.TON = n(999) }},
		{"destination.form", func(a *Account) { a.Destination.Form = "E164" }},
		{"source.short_code.npi", func(a *Account) { a.Source.ShortCode.NPI = n(-1) }},
		{"source.from", func(a *Account) { a.Source.From = strings.Repeat("x", 21) }},
		{"country", func(a *Account) { a.Country = "de" }},
		{"tlvs[0].tag", func(a *Account) { a.TLVs = []TLV{{Text: "x"}} }},
		{"tlvs[0]", func(a *Account) { a.TLVs = []TLV{{Tag: 1, Text: "x", Hex: "00"}} }},
		{"tlvs[1].hex", func(a *Account) { a.TLVs = []TLV{{Tag: 1, Text: "x"}, {Tag: 1, Hex: "0"}} }},
		{"inbound_id_tlv", func(a *Account) { a.InboundID = 1 << 16 }},
		{"receipts", func(a *Account) { a.Receipts = "yes" }},
		{"part_receipts", func(a *Account) { a.PartReceipts = "first" }},
		{"message_ids", func(a *Account) { a.MessageIDs = "hex" }},
		{"receipt_zone", func(a *Account) { a.ReceiptZone = "Middle/Earth" }},
		{"inbound_retry", func(a *Account) { a.InboundRetry = "ESME_ROK" }},
		{"errors", func(a *Account) { a.Errors = map[string]string{"ESME_RNONSENSE": "retry"} }},
		{"errors", func(a *Account) { a.Errors = map[string]string{"0x413": "perhaps"} }},
	} {
		a := plain()
		c.spoil(&a)
		_, err := New(a, Options{})
		if !fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), c.field+":") {
			t.Errorf("%s: %v", c.field, err)
		}
	}
}

// Every field says what it is for, and has a name in the configuration.
func TestFieldsAreExplained(t *testing.T) {
	for _, v := range []any{Account{}, Source{}, AddressRule{}, TLV{}} {
		typ := reflect.TypeOf(v)
		for i := range typ.NumField() {
			f := typ.Field(i)
			if f.Tag.Get("yaml") == "" || f.Tag.Get("doc") == "" {
				t.Errorf("%s.%s has no name or no sentence", typ.Name(), f.Name)
			}
		}
	}
}

func TestRelativeTime(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "", time.Hour: "000000010000000R", 36*time.Hour + 5*time.Minute + 6*time.Second: "000001120506000R", 45 * 24 * time.Hour: "000115000000000R",
	} {
		if got := relativeTime(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

// submissions are what accounts make of a message.
var submissions = []struct {
	name  string
	a     func(*Account)
	from  string
	text  string
	check func(t *testing.T, p *pdu.PDU)
}{
	{"plain", func(*Account) {}, "+4930123456", "hi", func(t *testing.T, p *pdu.PDU) {
		want := pdu.Message{Source: pdu.Address{TON: 1, NPI: 1, Addr: "4930123456"}, Dest: pdu.Address{TON: 1, NPI: 1, Addr: "4915110000007"}, Registered: 1, Short: []byte("hi")}
		if p.Command != pdu.SubmitSM || !reflect.DeepEqual(*p.Message, want) {
			t.Errorf("%v %+v", p.Command, *p.Message)
		}
	}},
	{"short code", func(*Account) {}, "12345", "hi", func(t *testing.T, p *pdu.PDU) {
		if p.Message.Source != (pdu.Address{TON: 3, NPI: 0, Addr: "12345"}) {
			t.Errorf("%+v", p.Message.Source)
		}
	}},
	{"name", func(*Account) {}, "Bank", "hi", func(t *testing.T, p *pdu.PDU) {
		if p.Message.Source != (pdu.Address{TON: 5, NPI: 0, Addr: "Bank"}) {
			t.Errorf("%+v", p.Message.Source)
		}
	}},
	{"rules", func(a *Account) {
		a.Source = Source{From: "+4930999", International: AddressRule{TON: n(0), NPI: n(8), Form: "plus"}}
		a.Destination = AddressRule{TON: n(2), Form: "00"}
		a.ServiceType, a.Priority, a.Protocol, a.Mode, a.Validity, a.Receipts = "CMT", 2, 5, 3, time.Hour, "failure"
		a.TLVs = []TLV{{Tag: 0x1400, Text: "entity"}, {Tag: 0x1401, Attribute: "dlt"}, {Tag: 0x1402, Attribute: "none"}, {Tag: 0x1403, Hex: "beef"}}
	}, "Bank", "hi", func(t *testing.T, p *pdu.PDU) {
		m := p.Message
		if m.Source != (pdu.Address{TON: 0, NPI: 8, Addr: "+4930999"}) || m.Dest != (pdu.Address{TON: 2, NPI: 1, Addr: "004915110000007"}) {
			t.Errorf("%+v %+v", m.Source, m.Dest)
		}
		if m.ServiceType != "CMT" || m.Priority != 2 || m.Protocol != 5 || m.ESMClass != 3 || m.Validity != "000000010000000R" || m.Registered != 2 {
			t.Errorf("%+v", m)
		}
		want := []pdu.TLV{pdu.CString(0x1400, "entity"), pdu.CString(0x1401, "1107"), {Tag: 0x1403, Value: []byte{0xbe, 0xef}}}
		if !reflect.DeepEqual(p.TLVs, want) {
			t.Errorf("%+v", p.TLVs)
		}
	}},
	{"unicode", func(a *Account) { a.UnicodeCoding = n(24) }, "1234567890", "ж", func(t *testing.T, p *pdu.PDU) {
		if p.Message.DataCoding != 24 || string(p.Message.Short) != "\x04\x36" {
			t.Errorf("%+v", p.Message)
		}
	}},
	{"latin 1", func(a *Account) { a.Alphabet = "latin1" }, "Bank", "é", func(t *testing.T, p *pdu.PDU) {
		if p.Message.DataCoding != 3 || string(p.Message.Short) != "\xe9" {
			t.Errorf("%+v", p.Message)
		}
	}},
	{"latin 1 as the default", func(a *Account) { a.Alphabet, a.Coding = "latin1", n(0) }, "Bank", "é", func(t *testing.T, p *pdu.PDU) {
		if p.Message.DataCoding != 0 || string(p.Message.Short) != "\xe9" {
			t.Errorf("%+v", p.Message)
		}
	}},
	{"packed", func(a *Account) { a.Packed = true }, "Bank", "hellohello", func(t *testing.T, p *pdu.PDU) {
		if string(p.Message.Short) != "\xe8\x32\x9b\xfd\x46\x97\xd9\xec\x37" {
			t.Errorf("%x", p.Message.Short)
		}
	}},
	{"national", func(a *Account) { a.National = []string{"turkish"} }, "Bank", "ş" + strings.Repeat("a", 100), func(t *testing.T, p *pdu.PDU) {
		if p.Message.ESMClass != pdu.ClassUDHI || string(p.Message.Short[:6]) != "\x03\x24\x01\x01\x1bs" {
			t.Errorf("%x", p.Message.Short)
		}
	}},
	{"sar", func(a *Account) { a.Long = "sar" }, "Bank", strings.Repeat("a", 161), func(t *testing.T, p *pdu.PDU) {
		total, _ := p.Uint(pdu.SARTotal)
		seq, _ := p.Uint(pdu.SARSeq)
		if total != 2 || seq != 1 || len(p.Message.Short) != 153 || p.Message.ESMClass != 0 {
			t.Errorf("%+v %+v", p.TLVs, p.Message)
		}
	}},
	{"payload", func(a *Account) { a.Long = "payload" }, "Bank", strings.Repeat("a", 161), func(t *testing.T, p *pdu.PDU) {
		if v, _ := p.TLV(pdu.MessagePayload); len(v) != 161 || len(p.Message.Short) != 0 {
			t.Errorf("%+v", p)
		}
	}},
	{"payload that is short", func(a *Account) { a.Long = "payload" }, "Bank", strings.Repeat("a", 160), func(t *testing.T, p *pdu.PDU) {
		if len(p.Message.Short) != 160 || p.TLVs != nil {
			t.Errorf("%+v", p)
		}
	}},
	{"data_sm", func(a *Account) { a.Submit, a.Validity = "data_sm", time.Hour }, "Bank", "hi", func(t *testing.T, p *pdu.PDU) {
		v, _ := p.TLV(pdu.MessagePayload)
		ttl, _ := p.Uint(pdu.QosTimeToLive)
		if p.Command != pdu.DataSM || string(v) != "hi" || ttl != 3600 {
			t.Errorf("%+v", p)
		}
	}},
}

func TestSubmission(t *testing.T) {
	c := contactTo(7)
	c.Attributes = map[string]string{"dlt": "1107"}
	for _, k := range submissions {
		t.Run(k.name, func(t *testing.T) {
			a := plain()
			k.a(&a)
			s, err := a.check()
			if err != nil {
				t.Fatal(err)
			}
			c.System.Address = k.from
			m, err := s.message(c)
			if err != nil {
				t.Fatal(err)
			}
			segs, coding := sms.Encode(k.text, s.encode)
			p := s.submission(m, c, segs[0], coding)
			if _, err := pdu.Append(nil, p); err != nil {
				t.Fatal(err)
			}
			k.check(t, p)
		})
	}
}

func TestAddressesThatCannotBe(t *testing.T) {
	s, err := plain().check()
	if err != nil {
		t.Fatal(err)
	}
	c := contactTo(1)
	c.Customer.Address = "Ann"
	if _, err := s.message(c); sms.VerdictOf(err) != sms.BadNumber {
		t.Errorf("%v", err)
	}
	c = contactTo(1)
	c.System.Address = strings.Repeat("x", 21)
	if _, err := s.message(c); sms.VerdictOf(err) != sms.OtherRoute {
		t.Errorf("%v", err)
	}
}

func TestWording(t *testing.T) {
	text, err := wording(contact.SendMessage{Text: "hi", Attachments: []contact.Attachment{{URL: "https://x/1"}, {URL: "https://x/2"}}})
	if err != nil || text != "hi\nhttps://x/1\nhttps://x/2" {
		t.Errorf("%q %v", text, err)
	}
	if _, err := wording(contact.SendMessage{Text: "{}", ContentType: "application/json"}); !fault.Is(err, fault.Refused) {
		t.Errorf("%v", err)
	}
	if _, err := wording(contact.SendMessage{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
}

func TestVerdicts(t *testing.T) {
	a := plain()
	a.Errors = map[string]string{"0x0413": "opted-out", "ESME_RINVDSTADR": "refuse"}
	s, err := a.check()
	if err != nil {
		t.Fatal(err)
	}
	for status, want := range map[pdu.Status]sms.Verdict{
		pdu.RTHROTTLED: sms.Retry, pdu.RMSGQFUL: sms.Retry, pdu.RSYSERR: sms.Retry, pdu.RINVDSTADR: sms.Refuse,
		pdu.RINVSRCADR: sms.OtherRoute, pdu.RXPAPPN: sms.Refuse, 0x413: sms.OptedOut, 0x414: sms.OtherRoute, pdu.RINVMSGLEN: sms.Refuse,
	} {
		err := s.refusal(&pdu.PDU{Status: status})
		if got := sms.VerdictOf(err); got != want || err.Code == "" || err.Kind != want.Kind() {
			t.Errorf("%v: %v (%v), want %v", status, got, err, want)
		}
	}
	if plain, _ := plain().check(); plain.verdict(pdu.RINVDSTADR) != sms.BadNumber {
		t.Error("a bad number is none")
	}
	err = s.refusal(&pdu.PDU{Status: pdu.RSUBMITFAIL, TLVs: []pdu.TLV{pdu.CString(pdu.AdditionalStatus, "no credit")}})
	if !strings.Contains(err.Error(), "no credit") {
		t.Errorf("the carrier's words are lost: %v", err)
	}
}

func TestCodings(t *testing.T) {
	s, err := plain().check()
	if err != nil {
		t.Fatal(err)
	}
	for dc, want := range map[byte]sms.Coding{
		0: sms.GSM7, 1: sms.ASCII, 2: sms.Binary, 3: sms.Latin1, 4: sms.Binary, 5: sms.Japanese, 6: sms.Cyrillic, 7: sms.Hebrew,
		8: sms.UCS2, 0x0E: sms.Korean, 0x0B: sms.GSM7, 0x10: sms.GSM7, 0x14: sms.Binary, 0x18: sms.UCS2, 0x19: sms.UCS2, 0x11: sms.GSM7,
		0xC0: sms.GSM7, 0xD0: sms.GSM7, 0xE0: sms.UCS2, 0xF0: sms.GSM7, 0xF1: sms.GSM7, 0xF4: sms.Binary, 0xF5: sms.Binary,
	} {
		if got := s.codingOf(dc); got != want {
			t.Errorf("%#02x: %v, want %v", dc, got, want)
		}
	}
	a := plain()
	a.Alphabet = "latin1"
	if s, _ := a.check(); s.codingOf(0) != sms.Latin1 || s.codingOf(3) != sms.Latin1 {
		t.Error("the default alphabet is the account's")
	}
}
