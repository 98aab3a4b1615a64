package pdu

import (
	"fmt"
	"strconv"
	"strings"
)

// A Status is a command_status, SMPP 3.4 §5.1.3 and 5.0 §4.7.6.
type Status uint32

// The statuses, by the standard's names without "ESME_".
const (
	ROK                Status = 0x000
	RINVMSGLEN         Status = 0x001
	RINVCMDLEN         Status = 0x002
	RINVCMDID          Status = 0x003
	RINVBNDSTS         Status = 0x004
	RALYBND            Status = 0x005
	RINVPRTFLG         Status = 0x006
	RINVREGDLVFLG      Status = 0x007
	RSYSERR            Status = 0x008
	RINVSRCADR         Status = 0x00A
	RINVDSTADR         Status = 0x00B
	RINVMSGID          Status = 0x00C
	RBINDFAIL          Status = 0x00D
	RINVPASWD          Status = 0x00E
	RINVSYSID          Status = 0x00F
	RCANCELFAIL        Status = 0x011
	RREPLACEFAIL       Status = 0x013
	RMSGQFUL           Status = 0x014
	RINVSERTYP         Status = 0x015
	RINVNUMDESTS       Status = 0x033
	RINVDLNAME         Status = 0x034
	RINVDESTFLAG       Status = 0x040
	RINVSUBREP         Status = 0x042
	RINVESMCLASS       Status = 0x043
	RCNTSUBDL          Status = 0x044
	RSUBMITFAIL        Status = 0x045
	RINVSRCTON         Status = 0x048
	RINVSRCNPI         Status = 0x049
	RINVDSTTON         Status = 0x050
	RINVDSTNPI         Status = 0x051
	RINVSYSTYP         Status = 0x053
	RINVREPFLAG        Status = 0x054
	RINVNUMMSGS        Status = 0x055
	RTHROTTLED         Status = 0x058
	RINVSCHED          Status = 0x061
	RINVEXPIRY         Status = 0x062
	RINVDFTMSGID       Status = 0x063
	RXTAPPN            Status = 0x064
	RXPAPPN            Status = 0x065
	RXRAPPN            Status = 0x066
	RQUERYFAIL         Status = 0x067
	RINVOPTPARSTREAM   Status = 0x0C0
	ROPTPARNOTALLWD    Status = 0x0C1
	RINVPARLEN         Status = 0x0C2
	RMISSINGOPTPARAM   Status = 0x0C3
	RINVOPTPARAMVAL    Status = 0x0C4
	RDELIVERYFAILURE   Status = 0x0FE
	RUNKNOWNERR        Status = 0x0FF
	RSERTYPUNAUTH      Status = 0x100
	RPROHIBITED        Status = 0x101
	RSERTYPUNAVAIL     Status = 0x102
	RSERTYPDENIED      Status = 0x103
	RINVDCS            Status = 0x104
	RINVSRCADDRSUBUNIT Status = 0x105
	RINVDSTADDRSUBUNIT Status = 0x106
)

var statusNames = map[Status]string{
	ROK: "ROK", RINVMSGLEN: "RINVMSGLEN", RINVCMDLEN: "RINVCMDLEN", RINVCMDID: "RINVCMDID", RINVBNDSTS: "RINVBNDSTS",
	RALYBND: "RALYBND", RINVPRTFLG: "RINVPRTFLG", RINVREGDLVFLG: "RINVREGDLVFLG", RSYSERR: "RSYSERR",
	RINVSRCADR: "RINVSRCADR", RINVDSTADR: "RINVDSTADR", RINVMSGID: "RINVMSGID", RBINDFAIL: "RBINDFAIL",
	RINVPASWD: "RINVPASWD", RINVSYSID: "RINVSYSID", RCANCELFAIL: "RCANCELFAIL", RREPLACEFAIL: "RREPLACEFAIL",
	RMSGQFUL: "RMSGQFUL", RINVSERTYP: "RINVSERTYP", RINVNUMDESTS: "RINVNUMDESTS", RINVDLNAME: "RINVDLNAME",
	RINVDESTFLAG: "RINVDESTFLAG", RINVSUBREP: "RINVSUBREP", RINVESMCLASS: "RINVESMCLASS", RCNTSUBDL: "RCNTSUBDL",
	RSUBMITFAIL: "RSUBMITFAIL", RINVSRCTON: "RINVSRCTON", RINVSRCNPI: "RINVSRCNPI", RINVDSTTON: "RINVDSTTON",
	RINVDSTNPI: "RINVDSTNPI", RINVSYSTYP: "RINVSYSTYP", RINVREPFLAG: "RINVREPFLAG", RINVNUMMSGS: "RINVNUMMSGS",
	RTHROTTLED: "RTHROTTLED", RINVSCHED: "RINVSCHED", RINVEXPIRY: "RINVEXPIRY", RINVDFTMSGID: "RINVDFTMSGID",
	RXTAPPN: "RX_T_APPN", RXPAPPN: "RX_P_APPN", RXRAPPN: "RX_R_APPN", RQUERYFAIL: "RQUERYFAIL",
	RINVOPTPARSTREAM: "RINVOPTPARSTREAM", ROPTPARNOTALLWD: "ROPTPARNOTALLWD", RINVPARLEN: "RINVPARLEN",
	RMISSINGOPTPARAM: "RMISSINGOPTPARAM", RINVOPTPARAMVAL: "RINVOPTPARAMVAL", RDELIVERYFAILURE: "RDELIVERYFAILURE",
	RUNKNOWNERR: "RUNKNOWNERR", RSERTYPUNAUTH: "RSERTYPUNAUTH", RPROHIBITED: "RPROHIBITED",
	RSERTYPUNAVAIL: "RSERTYPUNAVAIL", RSERTYPDENIED: "RSERTYPDENIED", RINVDCS: "RINVDCS",
	RINVSRCADDRSUBUNIT: "RINVSRCADDRSUBUNIT", RINVDSTADDRSUBUNIT: "RINVDSTADDRSUBUNIT",
}

// String names the status as the standard does: "ESME_RTHROTTLED", or its
// number where the standard has no name.
func (s Status) String() string {
	if n := statusNames[s]; n != "" {
		return "ESME_" + n
	}
	return fmt.Sprintf("0x%08X", uint32(s))
}

// StatusNamed finds a status by its name or its number: "ESME_RTHROTTLED",
// "0x58", "88".
func StatusNamed(name string) (Status, bool) {
	short := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(name)), "ESME_")
	for s, n := range statusNames {
		if n == short {
			return s, true
		}
	}
	n, err := strconv.ParseUint(strings.TrimSpace(name), 0, 32)
	return Status(n), err == nil
}
