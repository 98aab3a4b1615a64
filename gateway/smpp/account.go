package smpp

import (
	"encoding/hex"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/smpp/pdu"
	"outdial/gateway/sms"
)

// An Account is one SMPP account at a carrier, as the operator configures it.
// What is left out has the default that its sentence names.
type Account struct {
	Name       string   `yaml:"name" doc:"Name of the account, as numbers and routes call it."`
	Addresses  []string `yaml:"addresses" doc:"host:port of the carrier's SMSC; of several, the next is taken when one fails."`
	TLS        bool     `yaml:"tls" doc:"Connect by TLS."`
	ServerName string   `yaml:"server_name" doc:"Name in the SMSC's TLS certificate; default: the host of the address."`
	SystemID   string   `yaml:"system_id" doc:"User name that the carrier gave."`
	Password   string   `yaml:"password" doc:"Password; env:NAME or file:PATH keeps it out of this file."`
	SystemType string   `yaml:"system_type" doc:"system_type of the bind; most carriers want none."`

	Bind    string `yaml:"bind" doc:"transceiver (default), or pair: a transmitter and a receiver."`
	Binds   int    `yaml:"binds" doc:"How many such binds are held at once; default 1."`
	Window  int    `yaml:"window" doc:"Messages that may wait for their answer on one bind; default 10."`
	Address string `yaml:"address_range" doc:"address_range of a bind that receives; most carriers want none."`

	Enquire      time.Duration `yaml:"enquire_link" doc:"enquire_link is sent when nothing was heard for so long; default 30s."`
	Response     time.Duration `yaml:"response_timeout" doc:"How long an answer is waited for; default 10s."`
	Connect      time.Duration `yaml:"connect_timeout" doc:"How long a connection may take to be made; default 10s."`
	ReconnectMin time.Duration `yaml:"reconnect_min" doc:"Pause before the second try to connect; it doubles with each; default 1s."`
	ReconnectMax time.Duration `yaml:"reconnect_max" doc:"Longest pause between tries to connect; default 1m."`

	Submit        string   `yaml:"submit" doc:"submit_sm (default) or data_sm."`
	Long          string   `yaml:"long" doc:"How long texts are joined: udh8 (default), udh16, sar, or payload: one message_payload."`
	Alphabet      string   `yaml:"alphabet" doc:"The SMSC's default alphabet: gsm7 (default), latin1 or ascii."`
	Packed        bool     `yaml:"packed" doc:"gsm7 is packed, eight septets in seven octets."`
	Coding        *int     `yaml:"data_coding" doc:"data_coding of texts in that alphabet; default 0 for gsm7, 3 for latin1, 1 for ascii."`
	UnicodeCoding *int     `yaml:"unicode_data_coding" doc:"data_coding of UCS-2; default 8."`
	Unicode       bool     `yaml:"unicode" doc:"Send everything as UCS-2."`
	National      []string `yaml:"national_languages" doc:"3GPP language tables that the recipients' phones know (turkish, spanish, portuguese, hindi…); default none."`
	Transliterate bool     `yaml:"transliterate" doc:"Replace curly quotes, dashes and the like where the text then fits into fewer parts."`

	ServiceType string        `yaml:"service_type" doc:"service_type of each message; default none."`
	Source      Source        `yaml:"source" doc:"How senders are written."`
	Destination AddressRule   `yaml:"destination" doc:"How recipients are written; default ton 1, npi 1, form digits."`
	Validity    time.Duration `yaml:"validity" doc:"How long the carrier shall try to deliver; default: as the carrier likes."`
	Priority    int           `yaml:"priority" doc:"priority_flag, 0 (default) to 3."`
	Protocol    int           `yaml:"protocol_id" doc:"protocol_id; default 0."`
	Mode        int           `yaml:"esm_class" doc:"Messaging mode of esm_class: 0 (default), 1 datagram, 2 forward, 3 store and forward."`
	TLVs        []TLV         `yaml:"tlvs" doc:"Further parameters of each message."`

	Receipts     string `yaml:"receipts" doc:"Delivery receipts to ask for: final (default), failure, all or none."`
	PartReceipts string `yaml:"part_receipts" doc:"Which receipts the carrier sends for a long message: each (default), one for each part; last, that of the last part counts; one, one for all."`
	MessageIDs   string `yaml:"message_ids" doc:"How ids are written in answers and in receipts: alike (default), hex-decimal or decimal-hex."`
	ReceiptZone  string `yaml:"receipt_zone" doc:"Time zone of the dates in receipts (Europe/Berlin); default: receipts count when they come."`
	TextReceipts bool   `yaml:"text_receipts" doc:"Take a text that reads like a receipt for one though esm_class does not say so."`

	Country      string            `yaml:"country" doc:"Country (DE) of national numbers in what comes in; default none."`
	Numbers      map[string]string `yaml:"numbers" doc:"What the SMSC calls our numbers, where that is not the number: raw address to number."`
	InboundID    int               `yaml:"inbound_id_tlv" doc:"Tag of a parameter with the carrier's own id of an inbound message, by which repeats are dropped; default none."`
	InboundRetry string            `yaml:"inbound_retry" doc:"Status that makes the carrier deliver again; default ESME_RX_T_APPN."`
	PartsTimeout time.Duration     `yaml:"parts_timeout" doc:"How long missing parts of an inbound message are waited for; default 10m."`

	Errors map[string]string `yaml:"errors" doc:"What the carrier's own statuses mean: status to retry, other-route, refuse, opted-out or bad-number."`
}

// A Source says how senders are written, by what they are.
type Source struct {
	From          string      `yaml:"from" doc:"Sender of every message, in place of the contact's own number."`
	International AddressRule `yaml:"international" doc:"Of telephone numbers; default ton 1, npi 1, form digits."`
	ShortCode     AddressRule `yaml:"short_code" doc:"Of short codes; default ton 3, npi 0."`
	Alphanumeric  AddressRule `yaml:"alphanumeric" doc:"Of names; default ton 5, npi 0."`
}

// An AddressRule says how an address is written.
type AddressRule struct {
	TON  *int   `yaml:"ton" doc:"Type of number."`
	NPI  *int   `yaml:"npi" doc:"Numbering plan."`
	Form string `yaml:"form" doc:"digits: 49151…; plus: +49151…; 00: 0049151…"`
}

// A TLV is a parameter of every message: one of Text, Hex and Attribute
// says what is in it.
type TLV struct {
	Tag       int    `yaml:"tag" doc:"Tag, such as 0x1400."`
	Text      string `yaml:"text" doc:"Value as a C-octet string."`
	Hex       string `yaml:"hex" doc:"Value in hexadecimal."`
	Attribute string `yaml:"attribute" doc:"Contact attribute that holds the value, a C-octet string; left out where the contact has none."`
}

// settings are an account as it was checked.
type settings struct {
	Account
	commands   []pdu.Command // of the binds: one for each link
	encode     sms.Options
	coding     byte // of the default alphabet
	unicode    byte
	registered byte
	validity   string
	dest       rule
	source     map[sms.AddressKind]rule
	tlvs       []tlvRule
	parts      string // gateway.EachPart…
	ids        sms.IDs
	zone       *time.Location
	retry      pdu.Status
	verdicts   map[pdu.Status]sms.Verdict
}

// A rule is an AddressRule that was checked.
type rule struct {
	ton, npi byte
	form     string
}

type tlvRule struct {
	tag       pdu.Tag
	value     []byte
	attribute string
}

// check turns an account into settings, or says which field is wrong.
func (a Account) check() (*settings, error) {
	s := &settings{Account: a}
	s.defaults()
	for _, f := range []func() error{s.checkConnection, s.checkBinds, s.checkText, s.checkAddresses, s.checkTLVs, s.checkReceipts, s.checkErrors} {
		if err := f(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func invalid(field, format string, args ...any) error {
	return fault.New(fault.Invalid, "%s: %s", field, fmt.Sprintf(format, args...))
}

func (s *settings) defaults() {
	for _, d := range []struct {
		v    *time.Duration
		want time.Duration
	}{
		{&s.Enquire, 30 * time.Second}, {&s.Response, 10 * time.Second}, {&s.Connect, 10 * time.Second},
		{&s.ReconnectMin, time.Second}, {&s.ReconnectMax, time.Minute}, {&s.PartsTimeout, 10 * time.Minute},
	} {
		if *d.v == 0 {
			*d.v = d.want
		}
	}
	for _, d := range []struct {
		v    *string
		want string
	}{
		{&s.Bind, "transceiver"}, {&s.Submit, "submit_sm"}, {&s.Long, "udh8"}, {&s.Alphabet, "gsm7"},
		{&s.Receipts, "final"}, {&s.PartReceipts, "each"}, {&s.MessageIDs, "alike"}, {&s.InboundRetry, "ESME_RX_T_APPN"},
	} {
		if *d.v == "" {
			*d.v = d.want
		}
	}
	if s.Binds == 0 {
		s.Binds = 1
	}
	if s.Window == 0 {
		s.Window = 10
	}
}

func (s *settings) checkConnection() error {
	if s.Name == "" {
		return invalid("name", "is needed")
	}
	if len(s.Addresses) == 0 {
		return invalid("addresses", "at least one host:port is needed")
	}
	for _, a := range s.Addresses {
		host, port, err := net.SplitHostPort(a)
		if n, e := strconv.ParseUint(port, 10, 16); err != nil || host == "" || e != nil || n == 0 {
			return invalid("addresses", "%q is not host:port", a)
		}
	}
	if s.SystemID == "" {
		return invalid("system_id", "is needed")
	}
	for field, v := range map[string]string{"system_id": s.SystemID, "password": s.Password, "system_type": s.SystemType, "service_type": s.ServiceType, "address_range": s.Address} {
		if strings.ContainsRune(v, 0) || len(v) > 64 {
			return invalid(field, "at most 64 octets and no NUL")
		}
	}
	for field, d := range map[string]time.Duration{"enquire_link": s.Enquire, "response_timeout": s.Response, "connect_timeout": s.Connect,
		"reconnect_min": s.ReconnectMin, "reconnect_max": s.ReconnectMax, "parts_timeout": s.PartsTimeout} {
		if d < 100*time.Millisecond {
			return invalid(field, "at least 100ms, not %v", d)
		}
	}
	if s.ReconnectMax < s.ReconnectMin {
		return invalid("reconnect_max", "at least reconnect_min, %v, not %v", s.ReconnectMin, s.ReconnectMax)
	}
	return nil
}

func (s *settings) checkBinds() error {
	if s.Binds < 1 || s.Binds > 100 {
		return invalid("binds", "from 1 to 100, not %d", s.Binds)
	}
	if s.Window < 1 || s.Window > 10000 {
		return invalid("window", "from 1 to 10000, not %d", s.Window)
	}
	for range s.Binds {
		switch s.Bind {
		case "transceiver":
			s.commands = append(s.commands, pdu.BindTransceiver)
		case "pair":
			s.commands = append(s.commands, pdu.BindTransmitter, pdu.BindReceiver)
		default:
			return invalid("bind", "transceiver or pair, not %q", s.Bind)
		}
	}
	return nil
}

// oneOf finds v in choices, or says what could stand in field.
func oneOf[T any](field, v string, choices map[string]T) (T, error) {
	t, ok := choices[v]
	if ok {
		return t, nil
	}
	names := make([]string, 0, len(choices))
	for n := range choices {
		names = append(names, n)
	}
	return t, invalid(field, "one of %s, not %q", sorted(names), v)
}

func (s *settings) checkText() (err error) {
	if _, err = oneOf("submit", s.Submit, map[string]bool{"submit_sm": true, "data_sm": true}); err != nil {
		return err
	}
	if s.encode.Concat, err = oneOf("long", s.Long, map[string]sms.Concat{"udh8": sms.UDH8, "udh16": sms.UDH16, "sar": sms.SAR, "payload": sms.Payload}); err != nil {
		return err
	}
	if s.encode.Alphabet, err = oneOf("alphabet", s.Alphabet, map[string]sms.Coding{"gsm7": sms.GSM7, "latin1": sms.Latin1, "ascii": sms.ASCII}); err != nil {
		return err
	}
	s.encode.Unicode, s.encode.Transliterate = s.Unicode, s.Transliterate
	for _, n := range s.National {
		l, ok := sms.LanguageNamed(n)
		if !ok || l == sms.Default {
			return invalid("national_languages", "%q has no table", n)
		}
		s.encode.National = append(s.encode.National, l)
	}
	if s.Packed && s.encode.Alphabet != sms.GSM7 {
		return invalid("packed", "only gsm7 can be packed, not %s", s.Alphabet)
	}
	s.coding = map[sms.Coding]byte{sms.GSM7: 0, sms.Latin1: 3, sms.ASCII: 1}[s.encode.Alphabet]
	s.unicode = 8
	for _, f := range []struct {
		field string
		v     *int
		to    *byte
		max   int
	}{
		{"data_coding", s.Coding, &s.coding, 255}, {"unicode_data_coding", s.UnicodeCoding, &s.unicode, 255},
		{"priority", &s.Priority, new(byte), 3}, {"protocol_id", &s.Protocol, new(byte), 255}, {"esm_class", &s.Mode, new(byte), 3},
	} {
		if f.v == nil {
			continue
		}
		if *f.v < 0 || *f.v > f.max {
			return invalid(f.field, "from 0 to %d, not %d", f.max, *f.v)
		}
		*f.to = byte(*f.v)
	}
	if s.Validity < 0 || s.Validity > 63*24*time.Hour {
		return invalid("validity", "at most 63 days, not %v", s.Validity)
	}
	s.validity = relativeTime(s.Validity)
	return nil
}

// relativeTime writes d as a relative time, SMPP 3.4 §7.1.1.2.
func relativeTime(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	n := int(d / time.Second)
	days := n / 86400
	return fmt.Sprintf("00%02d%02d%02d%02d%02d000R", days/30, days%30, n/3600%24, n/60%60, n%60)
}

func (s *settings) checkAddresses() (err error) {
	if s.dest, err = s.Destination.check("destination", 1, 1); err != nil {
		return err
	}
	s.source = map[sms.AddressKind]rule{}
	for _, f := range []struct {
		kind     sms.AddressKind
		field    string
		r        AddressRule
		ton, npi byte
	}{
		{sms.International, "source.international", s.Source.International, 1, 1},
		{sms.ShortCode, "source.short_code", s.Source.ShortCode, 3, 0},
		{sms.Alphanumeric, "source.alphanumeric", s.Source.Alphanumeric, 5, 0},
	} {
		if s.source[f.kind], err = f.r.check(f.field, f.ton, f.npi); err != nil {
			return err
		}
	}
	if len(s.Source.From) > 20 {
		return invalid("source.from", "at most 20 octets, not %d", len(s.Source.From))
	}
	if s.Country != "" && !sms.KnownCountry(s.Country) {
		return invalid("country", "%q is no country: two capital letters", s.Country)
	}
	return nil
}

func (r AddressRule) check(field string, ton, npi byte) (rule, error) {
	out := rule{ton: ton, npi: npi, form: r.Form}
	for _, f := range []struct {
		name string
		v    *int
		to   *byte
	}{{"ton", r.TON, &out.ton}, {"npi", r.NPI, &out.npi}} {
		if f.v == nil {
			continue
		}
		if *f.v < 0 || *f.v > 255 {
			return out, invalid(field+"."+f.name, "from 0 to 255, not %d", *f.v)
		}
		*f.to = byte(*f.v)
	}
	if out.form == "" {
		out.form = "digits"
	}
	_, err := oneOf(field+".form", out.form, map[string]bool{"digits": true, "plus": true, "00": true})
	return out, err
}

func (s *settings) checkTLVs() error {
	for i, t := range s.TLVs {
		field := fmt.Sprintf("tlvs[%d]", i)
		if t.Tag < 1 || t.Tag > 0xFFFF {
			return invalid(field+".tag", "from 1 to 0xFFFF, not %d", t.Tag)
		}
		set := 0
		for _, v := range []string{t.Text, t.Hex, t.Attribute} {
			if v != "" {
				set++
			}
		}
		if set != 1 {
			return invalid(field, "one of text, hex and attribute is needed")
		}
		r := tlvRule{tag: pdu.Tag(t.Tag), attribute: t.Attribute}
		switch {
		case t.Hex != "":
			v, err := hex.DecodeString(t.Hex)
			if err != nil || len(v) > 255 {
				return invalid(field+".hex", "at most 255 octets in hexadecimal, not %q", t.Hex)
			}
			r.value = v
		case t.Text != "":
			if len(t.Text) > 255 {
				return invalid(field+".text", "at most 255 octets, not %d", len(t.Text))
			}
			r.value = pdu.CString(r.tag, t.Text).Value
		}
		s.tlvs = append(s.tlvs, r)
	}
	if s.InboundID < 0 || s.InboundID > 0xFFFF {
		return invalid("inbound_id_tlv", "from 1 to 0xFFFF, not %d", s.InboundID)
	}
	return nil
}

func (s *settings) checkReceipts() (err error) {
	// SMPP 3.4 §5.2.17.
	if s.registered, err = oneOf("receipts", s.Receipts, map[string]byte{"none": 0, "final": 1, "failure": 2, "all": 0x11}); err != nil {
		return err
	}
	if s.parts, err = oneOf("part_receipts", s.PartReceipts, map[string]string{"each": gateway.EachPart, "last": gateway.LastPart, "one": gateway.OnePart}); err != nil {
		return err
	}
	if s.ids, err = oneOf("message_ids", s.MessageIDs, map[string]sms.IDs{"alike": sms.IDsAlike, "hex-decimal": sms.IDsHexDecimal, "decimal-hex": sms.IDsDecimalHex}); err != nil {
		return err
	}
	if s.ReceiptZone != "" {
		if s.zone, err = time.LoadLocation(s.ReceiptZone); err != nil {
			return invalid("receipt_zone", "%q is no time zone", s.ReceiptZone)
		}
	}
	return nil
}

func (s *settings) checkErrors() error {
	var ok bool
	if s.retry, ok = pdu.StatusNamed(s.InboundRetry); !ok || s.retry == pdu.ROK {
		return invalid("inbound_retry", "%q is no status", s.InboundRetry)
	}
	s.verdicts = map[pdu.Status]sms.Verdict{}
	for name, v := range s.Errors {
		st, ok := pdu.StatusNamed(name)
		if !ok || st == pdu.ROK {
			return invalid("errors", "%q is no status", name)
		}
		if !sms.Verdict(v).Known() {
			return invalid("errors", "%s: %q is no verdict", name, v)
		}
		s.verdicts[st] = sms.Verdict(v)
	}
	return nil
}
