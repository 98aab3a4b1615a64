package sms

import (
	"strconv"
	"strings"
	"time"

	"outdial/contact"
)

// A MessageState is the state of a message at the carrier, by the numbers of
// SMPP 3.4 §5.2.28 and 5.0 §4.7.15.
type MessageState uint8

// The states.
const (
	Scheduled     MessageState = 0
	Enroute       MessageState = 1
	Delivered     MessageState = 2
	Expired       MessageState = 3
	Deleted       MessageState = 4
	Undeliverable MessageState = 5
	Accepted      MessageState = 6
	Unknown       MessageState = 7
	Rejected      MessageState = 8
	Skipped       MessageState = 9
)

// states are the words that carriers write for the states.
var states = map[string]MessageState{
	"SCHEDULED": Scheduled, "QUEUED": Scheduled,
	"ENROUTE": Enroute, "EN_ROUTE": Enroute, "BUFFERED": Enroute, "BUFFRED": Enroute, "BUFFERD": Enroute, "SENT": Enroute, "SUBMITTED": Enroute,
	"DELIVRD": Delivered, "DELIVERD": Delivered, "DELIVERED": Delivered, "DELIVRED": Delivered, "SUCCESS": Delivered,
	"EXPIRED": Expired, "EXPIRD": Expired,
	"DELETED": Deleted, "CANCELED": Deleted, "CANCELLED": Deleted,
	"UNDELIV": Undeliverable, "UNDELIVRD": Undeliverable, "UNDELIVERD": Undeliverable, "UNDELIVERED": Undeliverable,
	"UNDELIVERABLE": Undeliverable, "UNDLVRD": Undeliverable, "FAILED": Undeliverable, "FAIL": Undeliverable, "NOTDELIV": Undeliverable,
	"ACCEPTD": Accepted, "ACCEPTED": Accepted, "ACKED": Accepted,
	"UNKNOWN": Unknown, "UNKNOWNS": Unknown,
	"REJECTD": Rejected, "REJECTED": Rejected, "REJECT": Rejected, "BLOCKED": Rejected,
	"SKIPPED": Skipped, "SKIPPD": Skipped,
}

var stateNames = [...]string{"SCHEDULED", "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD", "SKIPPED"}

// StateNamed finds a state by a carrier's word or number for it.
func StateNamed(word string) (MessageState, bool) {
	if s, ok := states[strings.ToUpper(word)]; ok {
		return s, true
	}
	if n, err := strconv.ParseUint(word, 10, 8); err == nil && int(n) < len(stateNames) {
		return MessageState(n), true
	}
	return Unknown, false
}

// String gives the word that receipts use (SMPP 3.4 appendix B).
func (s MessageState) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "STATE " + strconv.Itoa(int(s))
}

// Status is the message's status in our words. Accepted is not Delivered: to
// carriers it means that somebody between them and the handset took it.
func (s MessageState) Status() string {
	switch s {
	case Delivered:
		return contact.StatusDelivered
	case Expired, Deleted, Undeliverable, Rejected, Skipped:
		return contact.StatusFailed
	case Scheduled, Enroute, Accepted:
		return contact.StatusSent
	}
	return contact.StatusUnknown
}

// A Receipt is a delivery receipt that came as a text.
type Receipt struct {
	ID        string // as written
	State     MessageState
	Stat      string // the carrier's word for the state
	Err       string // network or carrier error; "" and zeros are none
	Text      string // the first characters of the message
	Submitted time.Time
	Done      time.Time
	Parts     int // sub
	Arrived   int // dlvrd
}

// receiptKeys are the fields of a receipt's text, each with what it is called.
var receiptKeys = []struct{ word, name string }{
	{"id:", "id"}, {"sub:", "sub"}, {"dlvrd:", "dlvrd"}, {"dlvr:", "dlvrd"},
	{"submit date:", "submit"}, {"submit_date:", "submit"}, {"submitdate:", "submit"},
	{"done date:", "done"}, {"done_date:", "done"}, {"donedate:", "done"},
	{"stat:", "stat"}, {"status:", "stat"}, {"state:", "stat"},
	{"err:", "err"}, {"error:", "err"}, {"text:", "text"},
}

// ParseReceipt reads a receipt's text: SMPP 3.4 appendix B, and what carriers
// make of it (other cases and orders, missing fields, underscores, commas).
// Dates are in zone; nil is UTC. A text without an id or a state is none.
func ParseReceipt(text string, zone *time.Location) (Receipt, bool) {
	f := receiptFields(text)
	r := Receipt{ID: f["id"], Stat: strings.ToUpper(f["stat"]), Err: f["err"], Text: f["text"]}
	if r.ID == "" || r.Stat == "" {
		return Receipt{}, false
	}
	var known bool
	if r.State, known = StateNamed(r.Stat); !known {
		r.State = Unknown
	}
	if zone == nil {
		zone = time.UTC
	}
	r.Submitted, _ = parseDate(f["submit"], zone)
	r.Done, _ = parseDate(f["done"], zone)
	r.Parts, _ = strconv.Atoi(f["sub"])
	r.Arrived, _ = strconv.Atoi(f["dlvrd"])
	return r, true
}

// receiptFields finds the fields. A field begins at the start or after white
// space or a comma, and ends where the next begins; text is the last.
func receiptFields(text string) map[string]string {
	low := lowerASCII(text)
	f := map[string]string{}
	name, from := "", 0
	end := func(at int) {
		if _, seen := f[name]; name != "" && !seen {
			f[name] = strings.Trim(text[from:at], " \t\r\n,;\x00")
		}
	}
	for at := 0; at < len(low); at++ {
		if at > 0 && !strings.ContainsRune(" \t\r\n,;", rune(low[at-1])) {
			continue
		}
		for _, k := range receiptKeys {
			if !strings.HasPrefix(low[at:], k.word) {
				continue
			}
			end(at)
			name, from = k.name, at+len(k.word)
			if name == "text" {
				end(len(text))
				return f
			}
			at = from - 1
			break
		}
	}
	end(len(text))
	return f
}

// lowerASCII is strings.ToLower that keeps the length.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// dates are the layouts in use, by their length.
var dates = map[int]string{
	10: "0601021504", 12: "060102150405", 14: "20060102150405",
	16: "2006-01-02 15:04", 19: "2006-01-02 15:04:05",
}

func parseDate(s string, zone *time.Location) (time.Time, error) {
	layout, ok := dates[len(s)]
	if len(s) == 12 && strings.HasPrefix(s, "20") {
		// YYYYMMDDhhmm or YYMMDDhhmmss of the year 2020: the first, where it is a date.
		if t, err := time.ParseInLocation("200601021504", s, zone); err == nil {
			return t, nil
		}
	}
	if !ok {
		return time.Time{}, strconv.ErrSyntax
	}
	return time.ParseInLocation(layout, s, zone)
}
