package pdu

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.NewReplacer(" ", "", "\n", "", "\t", "").Replace(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var golden = []struct {
	name, hex string
	want      PDU
}{
	// The worked example of SMPP 3.4 §3.2.3.
	{"bind_transmitter", `0000002F 00000002 00000000 00000001
		53 4D 50 50 33 54 45 53 54 00 73 65 63 72 65 74 30 38 00 53 55 42 4D 49 54 31 00 00 01 01 00`,
		PDU{Command: BindTransmitter, Sequence: 1, Bind: &Bind{SystemID: "SMPP3TEST", Password: "secret08", SystemType: "SUBMIT1", TON: 1, NPI: 1}}},
	{"bind_transceiver_resp", "0000001d 80000009 00000000 00000001 534d534300 0210 0001 34",
		PDU{Command: BindTransceiver.Response(), Sequence: 1, ID: "SMSC", TLVs: []TLV{Uint8(SCInterfaceVersion, 0x34)}}},
	{"a refused bind without a body", "00000010 80000009 0000000e 00000001",
		PDU{Command: BindTransceiver.Response(), Status: RINVPASWD, Sequence: 1}},
	{"submit_sm", "0000003a 00000004 00000000 00000002 00 0501 42616e6b00 0101 3439313531313233343500 40 00 00 00 00 01 00 00 00 09 050003aa0201 616263",
		PDU{Command: SubmitSM, Sequence: 2, Message: &Message{Source: Address{5, 1, "Bank"}, Dest: Address{1, 1, "4915112345"},
			ESMClass: ClassUDHI, Registered: 1, Short: []byte("\x05\x00\x03\xaa\x02\x01abc")}}},
	{"submit_sm_resp", "00000013 80000004 00000000 00000002 376600", PDU{Command: SubmitSM.Response(), Sequence: 2, ID: "7f"}},
	{"submit_sm_resp that forgot the NUL", "00000012 80000004 00000000 00000002 3766", PDU{Command: SubmitSM.Response(), Sequence: 2, ID: "7f"}},
	{"submit_sm_resp with a botched tail", "00000016 80000004 00000000 00000002 376600 042400", PDU{Command: SubmitSM.Response(), Sequence: 2, ID: "7f"}},
	{"throttled", "00000010 80000004 00000058 00000002", PDU{Command: SubmitSM.Response(), Status: RTHROTTLED, Sequence: 2}},
	{"deliver_sm", "00000033 00000005 00000000 00000003 00 0101 313200 0000 333400 04 00 00 00 00 00 00 00 00 00 001e 0003 376600 0427 0001 02",
		PDU{Command: DeliverSM, Sequence: 3, Message: &Message{Source: Address{1, 1, "12"}, Dest: Address{0, 0, "34"}, ESMClass: ClassReceipt, Short: []byte{}},
			TLVs: []TLV{CString(ReceiptedMessageID, "7f"), Uint8(MessageState, 2)}}},
	{"data_sm", "00000024 00000103 00000000 00000004 00 0101 313200 0000 333400 00 01 08 0424 0000",
		PDU{Command: DataSM, Sequence: 4, Message: &Message{Source: Address{1, 1, "12"}, Dest: Address{0, 0, "34"}, Registered: 1, DataCoding: 8},
			TLVs: []TLV{{MessagePayload, []byte{}}}}},
	{"enquire_link", "00000010 00000015 00000000 00000005", PDU{Command: EnquireLink, Sequence: 5, Body: []byte{}}},
	{"generic_nack", "00000010 80000000 00000003 00000006", PDU{Command: GenericNack, Status: RINVCMDID, Sequence: 6, Body: []byte{}}},
	{"a command that nobody knows", "00000012 00000777 00000000 00000007 abcd", PDU{Command: 0x777, Sequence: 7, Body: []byte{0xab, 0xcd}}},
}

func TestDecode(t *testing.T) {
	for _, c := range golden {
		frame := unhex(t, c.hex)
		binary.BigEndian.PutUint32(frame, uint32(len(frame)))
		got, err := Decode(frame)
		if err != nil || !reflect.DeepEqual(*got, c.want) {
			t.Errorf("%s: %v\n got %+v %+v\nwant %+v %+v", c.name, err, got, got.Message, c.want, c.want.Message)
		}
	}
}

func TestAppend(t *testing.T) {
	for _, c := range golden {
		if strings.Contains(c.name, "botched") || strings.Contains(c.name, "forgot") {
			continue
		}
		frame := unhex(t, c.hex)
		binary.BigEndian.PutUint32(frame, uint32(len(frame)))
		got, err := Append([]byte("x"), &c.want)
		if err != nil || string(got[:1]) != "x" || !bytes.Equal(got[1:], frame) {
			t.Errorf("%s: %v\n got %x\nwant %x", c.name, err, got[1:], frame)
		}
	}
}

func TestUnreadable(t *testing.T) {
	for _, c := range []struct {
		name, hex, field string
		status           Status
	}{
		{"bind without anything", "00000009", "system_id", RINVCMDLEN},
		{"deliver_sm that ends", "00000005 00 0101 313200", "destination_addr", RINVCMDLEN},
		{"sm_length too long", "00000005 00 0101 00 0101 00 00 00 00 00 00 00 00 00 00 05 61", "short_message", RINVCMDLEN},
		{"parameter too long", "00000005 00 0101 00 0101 00 00 00 00 00 00 00 00 00 00 00 0424 ffff 61", "optional parameters", RINVOPTPARSTREAM},
		{"half a parameter", "00000005 00 0101 00 0101 00 00 00 00 00 00 00 00 00 00 00 0424", "optional parameters", RINVOPTPARSTREAM},
	} {
		b := unhex(t, c.hex)
		frame := append(append(make([]byte, 4, 64), b[:4]...), 0, 0, 0, 0, 0, 0, 0, 9)
		frame = append(frame, b[4:]...)
		binary.BigEndian.PutUint32(frame, uint32(len(frame)))
		p, err := Decode(frame)
		var e *Error
		if !errors.As(err, &e) || e.Field != c.field || e.Status != c.status {
			t.Errorf("%s: %v", c.name, err)
		}
		if p == nil || p.Sequence != 9 {
			t.Errorf("%s: the header is lost: %+v", c.name, p)
		}
	}
	for _, frame := range [][]byte{nil, make([]byte, 15), make([]byte, 16), append([]byte{0, 0, 0, 17}, make([]byte, 12)...)} {
		if p, err := Decode(frame); !errors.Is(err, ErrLength) || p != nil {
			t.Errorf("%x: %v %v", frame, p, err)
		}
	}
}

func TestRead(t *testing.T) {
	one := unhex(t, "00000010 00000015 00000000 00000005")
	r := bytes.NewReader(append(bytes.Repeat(one, 3), one[:7]...))
	for range 3 {
		if f, err := Read(r); err != nil || !bytes.Equal(f, one) {
			t.Fatalf("%x %v", f, err)
		}
	}
	if _, err := Read(r); err != io.ErrUnexpectedEOF {
		t.Errorf("cut off: %v", err)
	}
	if _, err := Read(r); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
	for _, n := range []uint32{0, 15, MaxLen + 1, 1<<32 - 1} {
		if _, err := Read(bytes.NewReader(binary.BigEndian.AppendUint32(nil, n))); !errors.Is(err, ErrLength) {
			t.Errorf("length %d: %v", n, err)
		}
	}
}

func TestAppendRefuses(t *testing.T) {
	for name, p := range map[string]PDU{
		"long text":      {Command: SubmitSM, Message: &Message{Short: make([]byte, 255)}},
		"long parameter": {Command: DataSM, Message: &Message{}, TLVs: []TLV{{MessagePayload, make([]byte, 1<<16)}}},
		"long altogether": {Command: DataSM, Message: &Message{},
			TLVs: []TLV{{MessagePayload, make([]byte, 60000)}, {MessagePayload, make([]byte, 60000)}}},
		"no message": {Command: SubmitSM},
		"no bind":    {Command: BindTransceiver},
	} {
		if out, err := Append([]byte("x"), &p); err == nil || string(out) != "x" {
			t.Errorf("%s: %d octets, %v", name, len(out), err)
		}
	}
	// A NUL within a string would begin the next field.
	out, err := Append(nil, &PDU{Command: SubmitSM, Message: &Message{Dest: Address{Addr: "1\x002"}}})
	if err != nil {
		t.Fatal(err)
	}
	if p, err := Decode(out); err != nil || p.Message.Dest.Addr != "1" {
		t.Errorf("%+v %v", p, err)
	}
}

func TestRoundTrip(t *testing.T) {
	text := rapid.StringMatching(`[^\x00]{0,30}`)
	address := rapid.Custom(func(t *rapid.T) Address {
		return Address{rapid.Byte().Draw(t, "ton"), rapid.Byte().Draw(t, "npi"), text.Draw(t, "addr")}
	})
	tlvs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) TLV {
		return TLV{Tag(rapid.Uint16().Draw(t, "tag")), rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "value")}
	}), 1, 5)
	rapid.Check(t, func(t *rapid.T) {
		p := &PDU{Command: rapid.SampledFrom([]Command{SubmitSM, DeliverSM}).Draw(t, "command"), Sequence: rapid.Uint32().Draw(t, "sequence"),
			Status: Status(rapid.Uint32().Draw(t, "status")), TLVs: tlvs.Draw(t, "tlvs")}
		p.Message = &Message{ServiceType: text.Draw(t, "service"), Source: address.Draw(t, "source"), Dest: address.Draw(t, "dest"),
			ESMClass: rapid.Byte().Draw(t, "class"), Priority: rapid.Byte().Draw(t, "priority"), Validity: text.Draw(t, "validity"),
			DataCoding: rapid.Byte().Draw(t, "coding"), Short: rapid.SliceOfN(rapid.Byte(), 0, MaxShort).Draw(t, "short")}
		out, err := Append(nil, p)
		if err != nil {
			t.Fatal(err)
		}
		frame, err := Read(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(frame)
		if err != nil || !reflect.DeepEqual(got, p) {
			t.Fatalf("%v\n got %+v\nwant %+v", err, got, p)
		}
	})
}

func TestStatusNames(t *testing.T) {
	for s := range statusNames {
		if got, ok := StatusNamed(s.String()); !ok || got != s {
			t.Errorf("%v is found as %v", s, got)
		}
	}
	for name, want := range map[string]Status{"0x0413": 0x413, "88": RTHROTTLED, "rthrottled": RTHROTTLED, "0x00000413": 0x413} {
		if got, ok := StatusNamed(name); !ok || got != want {
			t.Errorf("%s is %v", name, got)
		}
	}
	if _, ok := StatusNamed("ESME_RNONSENSE"); ok {
		t.Error("a name that nobody knows was found")
	}
	if s := Status(0x413).String(); s != "0x00000413" {
		t.Error(s)
	}
}

func TestParameters(t *testing.T) {
	p := PDU{TLVs: []TLV{Uint16(SARRef, 0x102), Uint32(0x1400, 0x01020304), {MessageState, nil}, CString(ReceiptedMessageID, "a"), {0x1401, []byte("b\x00c")}, {0x1402, make([]byte, 5)}}}
	if n, ok := p.Uint(SARRef); !ok || n != 0x102 {
		t.Error(n, ok)
	}
	if n, ok := p.Uint(0x1400); !ok || n != 0x01020304 {
		t.Error(n, ok)
	}
	for _, tag := range []Tag{MessageState, 0x1402, 0x9999} {
		if n, ok := p.Uint(tag); ok {
			t.Error(tag, n)
		}
	}
	if s, ok := p.Text(ReceiptedMessageID); !ok || s != "a" {
		t.Error(s, ok)
	}
	if s, _ := p.Text(0x1401); s != "b" {
		t.Error(s)
	}
}

// FuzzDecode checks that what can be read can be written, and is the same.
func FuzzDecode(f *testing.F) {
	for _, c := range golden {
		b, err := hex.DecodeString(strings.NewReplacer(" ", "", "\n", "", "\t", "").Replace(c.hex))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	// An error with parameters and no identifier.
	f.Add([]byte("\x00\x00\x00\x13\x80\x00\x00\t\x00MSC\x00\x02\x10\x00\x00\x00\x00\x00\x00\x01SMSC\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= 4 {
			binary.BigEndian.PutUint32(b, uint32(len(b)))
		}
		frame, err := Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		p, err := Decode(frame)
		if err != nil {
			if p != nil {
				_, _ = Append(nil, p.Answer(RSYSERR))
			}
			return
		}
		out, err := Append(nil, p)
		if err != nil {
			return // longer than may be sent: sm_length 255
		}
		q, err := Decode(out)
		if err != nil {
			t.Fatalf("%x was written as %x: %v", b, out, err)
		}
		again, err := Append(nil, q)
		if err != nil || !bytes.Equal(again, out) {
			t.Fatalf("%x was written as %x and then as %x (%v)", b, out, again, err)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	frame, err := Append(nil, &PDU{Command: SubmitSM, Message: &Message{Source: Address{1, 1, "12345"}, Dest: Address{1, 1, "4915112345678"}, Short: make([]byte, 60)}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(frame); err != nil {
			b.Fatal(err)
		}
	}
}
