// Package pdu writes and reads the protocol data units of SMPP 3.4, and the few
// fields of 5.0 that carriers of 3.4 send too.
//
// It is pure, and safe on hostile octets: whatever comes in, it gives a PDU or
// an error, in time and memory proportional to the input. It knows no session,
// and does not look into what a message says.
package pdu

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// HeaderLen is the length of a PDU's header, SMPP 3.4 §3.2.
const HeaderLen = 16

// MaxLen is the longest PDU that is read: a message_payload of 64 KiB, and room
// for everything else. Longer ones are an attack, or a lost octet.
const MaxLen = 80 << 10

// A Command is a command_id, SMPP 3.4 §5.1.2.
type Command uint32

// The commands. A response is its request with the highest bit set.
const (
	BindReceiver      Command = 0x001
	BindTransmitter   Command = 0x002
	QuerySM           Command = 0x003
	SubmitSM          Command = 0x004
	DeliverSM         Command = 0x005
	Unbind            Command = 0x006
	ReplaceSM         Command = 0x007
	CancelSM          Command = 0x008
	BindTransceiver   Command = 0x009
	Outbind           Command = 0x00B
	EnquireLink       Command = 0x015
	SubmitMulti       Command = 0x021
	AlertNotification Command = 0x102
	DataSM            Command = 0x103
	GenericNack       Command = 0x80000000

	responseBit Command = 0x80000000
)

var commandNames = map[Command]string{
	BindReceiver: "bind_receiver", BindTransmitter: "bind_transmitter", QuerySM: "query_sm", SubmitSM: "submit_sm",
	DeliverSM: "deliver_sm", Unbind: "unbind", ReplaceSM: "replace_sm", CancelSM: "cancel_sm",
	BindTransceiver: "bind_transceiver", Outbind: "outbind", EnquireLink: "enquire_link", SubmitMulti: "submit_multi",
	AlertNotification: "alert_notification", DataSM: "data_sm",
}

// Response gives the command that answers c.
func (c Command) Response() Command { return c | responseBit }

// IsResponse tells whether c answers something.
func (c Command) IsResponse() bool { return c&responseBit != 0 }

// Known tells whether c is a request of SMPP 3.4.
func (c Command) Known() bool { return commandNames[c] != "" }

// String names the command as the standard does.
func (c Command) String() string {
	if c == GenericNack {
		return "generic_nack"
	}
	s := commandNames[c&^responseBit]
	if s == "" {
		return fmt.Sprintf("command %#08x", uint32(c))
	}
	if c.IsResponse() {
		s += "_resp"
	}
	return s
}

// A PDU is one protocol data unit. Which of its parts count depends on the
// command.
type PDU struct {
	Command  Command
	Status   Status
	Sequence uint32
	Bind     *Bind    // of the bind requests
	Message  *Message // of submit_sm, deliver_sm and data_sm
	// ID is the message_id of a response to a message, and the system_id of a
	// response to a bind.
	ID   string
	TLVs []TLV
	// Body is everything after the header of a command that is not taken apart.
	Body []byte
}

// A Bind is what a bind request says, SMPP 3.4 §4.1.
type Bind struct {
	SystemID, Password, SystemType string
	Version                        byte // 0x34
	TON, NPI                       byte
	Range                          string
}

// An Address is an SME address, SMPP 3.4 §5.2.5 to §5.2.9.
type Address struct {
	TON, NPI byte
	Addr     string
}

// A Message is what submit_sm and deliver_sm say (SMPP 3.4 §4.4 and §4.6), and
// data_sm (§4.7), which leaves out Protocol, Priority, the dates, Replace,
// DefaultID and Short.
type Message struct {
	ServiceType        string
	Source, Dest       Address
	ESMClass           byte
	Protocol, Priority byte
	Schedule, Validity string
	Registered         byte
	Replace            byte
	DataCoding         byte
	DefaultID          byte
	Short              []byte // at most 254 octets
}

// Octets of esm_class, SMPP 3.4 §5.2.12.
const (
	ClassMode         = 0x03
	ClassType         = 0x3C
	ClassReceipt      = 0x04 // SMSC delivery receipt
	ClassDeliveryAck  = 0x08
	ClassUserAck      = 0x10
	ClassIntermediate = 0x20 // intermediate delivery notification
	ClassUDHI         = 0x40
)

// A Tag names an optional parameter, SMPP 3.4 §5.3.2.
type Tag uint16

// The tags that somebody here uses.
const (
	QosTimeToLive      Tag = 0x0017
	AdditionalStatus   Tag = 0x001D
	ReceiptedMessageID Tag = 0x001E
	UserMessageRef     Tag = 0x0204
	SourcePort         Tag = 0x020A
	DestinationPort    Tag = 0x020B
	SARRef             Tag = 0x020C
	SARTotal           Tag = 0x020E
	SARSeq             Tag = 0x020F
	SCInterfaceVersion Tag = 0x0210
	NetworkErrorCode   Tag = 0x0423
	MessagePayload     Tag = 0x0424
	DeliveryFailure    Tag = 0x0425
	MoreMessages       Tag = 0x0426
	MessageState       Tag = 0x0427
	CongestionState    Tag = 0x0428
)

// A TLV is an optional parameter.
type TLV struct {
	Tag   Tag
	Value []byte
}

// Uint8 makes a TLV of one octet.
func Uint8(t Tag, v byte) TLV { return TLV{t, []byte{v}} }

// Uint16 makes a TLV of two octets.
func Uint16(t Tag, v uint16) TLV { return TLV{t, binary.BigEndian.AppendUint16(nil, v)} }

// Uint32 makes a TLV of four octets.
func Uint32(t Tag, v uint32) TLV { return TLV{t, binary.BigEndian.AppendUint32(nil, v)} }

// CString makes a TLV of a C-octet string.
func CString(t Tag, s string) TLV { return TLV{t, append([]byte(s), 0)} }

// TLV gives the first parameter of a tag.
func (p *PDU) TLV(t Tag) ([]byte, bool) {
	for _, v := range p.TLVs {
		if v.Tag == t {
			return v.Value, true
		}
	}
	return nil, false
}

// Uint gives a parameter as a number: of one to four octets, whatever the
// standard says, for there are carriers that take the liberty.
func (p *PDU) Uint(t Tag) (n uint32, ok bool) {
	v, ok := p.TLV(t)
	if !ok || len(v) == 0 || len(v) > 4 {
		return 0, false
	}
	for _, c := range v {
		n = n<<8 | uint32(c)
	}
	return n, true
}

// Text gives a parameter as a string, up to the first NUL.
func (p *PDU) Text(t Tag) (string, bool) {
	v, ok := p.TLV(t)
	s, _, _ := strings.Cut(string(v), "\x00")
	return s, ok
}

// Answer makes the response to p.
func (p *PDU) Answer(s Status) *PDU {
	return &PDU{Command: p.Command.Response(), Status: s, Sequence: p.Sequence}
}

// ErrLength says that a command_length cannot be: the stream has lost its
// measure, and nothing after it can be read.
var ErrLength = errors.New("command_length out of bounds")

// Read reads one PDU's octets. A length that is only claimed costs MaxLen at most.
func Read(r io.Reader) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(length[:])
	if n < HeaderLen || n > MaxLen {
		return nil, fmt.Errorf("%w: %d", ErrLength, n)
	}
	frame := make([]byte, n)
	copy(frame, length[:])
	if _, err := io.ReadFull(r, frame[4:]); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return frame, nil
}
