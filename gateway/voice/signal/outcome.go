package signal

import (
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// Who ended a call, in the words of contact.
const (
	byCustomer = "customer"
	bySystem   = "system"
	byNetwork  = "network"
	byTimer    = "timer"
)

// An Outcome is how a call ended.
type Outcome struct {
	By         string // customer, system, network, timer: as in contact.CallEnded
	Code       int    // SIP status; 0: none
	Cause      int    // of ITU-T Q.850; 0: none
	Phrase     string // the far side's words, or ours where it said nothing
	RetryAfter int    // seconds
}

// Status is the code as text, "" for none.
func (o Outcome) Status() string {
	if o.Code == 0 {
		return ""
	}
	return strconv.Itoa(o.Code)
}

// outcomeOf reads a final answer that is no success.
func outcomeOf(res *sip.Response) Outcome {
	o := Outcome{By: byNetwork, Code: res.StatusCode, Phrase: words(res.Reason), RetryAfter: seconds(value(res, "Retry-After"))}
	o.Cause, _, _ = reason(res)
	return o
}

// outcomeOfBye reads why the far side hung up. A person who hangs up is cause 16,
// or none; what the network cut off has one of its own. RFC 3326, ITU-T Q.850
func outcomeOfBye(req *sip.Request) Outcome {
	o := Outcome{By: byCustomer}
	cause, status, text := reason(req)
	o.Cause, o.Phrase = cause, text
	if cause >= 34 && cause <= 127 || status >= 500 && status < 600 || status == 408 {
		o.By, o.Code = byNetwork, status
	}
	return o
}

// reason reads the Reason headers: a cause of Q.850, and a SIP status.
func reason(m sip.Message) (cause, status int, text string) {
	for _, h := range m.GetHeaders("Reason") {
		for one := range strings.SplitSeq(h.Value(), ",") {
			protocol, params, _ := strings.Cut(strings.TrimSpace(one), ";")
			protocol = strings.TrimSpace(protocol)
			n := 0
			for p := range strings.SplitSeq(params, ";") {
				k, v, _ := strings.Cut(strings.TrimSpace(p), "=")
				switch strings.ToLower(strings.TrimSpace(k)) {
				case "cause":
					n, _ = strconv.Atoi(strings.TrimSpace(v))
				case "text":
					text = words(strings.Trim(strings.TrimSpace(v), `"`))
				}
			}
			switch {
			case n < 0 || n > 699:
			case strings.EqualFold(protocol, "Q.850") && n <= 127:
				cause = n
			case strings.EqualFold(protocol, "SIP"):
				status = n
			}
		}
	}
	return cause, status, text
}

// words are somebody else's words as far as they are kept.
func words(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	return strings.TrimSpace(s[:min(len(s), 200)])
}

// seconds reads "120 (I am in a meeting);duration=3600". RFC 3261 §20.33
func seconds(s string) int {
	i := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if i < 0 {
		i = len(s)
	}
	n, err := strconv.Atoi(s[:i])
	if err != nil || n < 0 || n > 1<<30 {
		return 0
	}
	return n
}
