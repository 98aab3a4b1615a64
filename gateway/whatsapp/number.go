package whatsapp

import (
	"strings"
	"sync"
	"time"

	"outdial/gateway/sms"
)

// known remembers, for the life of the process, by which address WhatsApp knows
// a customer whom we wrote to by another, where only a status tells. What a
// send's own answer tells outlives the process: the engine keeps it.
type known struct {
	mu   sync.Mutex
	sent map[string]string // number dialled, by reference
	by   map[string]string // number dialled, by our number and wa_id
	file map[string]handed // files that were handed over, by their address
}

// A handed is a file that Meta has. It keeps them for 30 days.
type handed struct {
	id string
	at time.Time
}

const handedTime = 20 * 24 * time.Hour

// maxKnown bounds each map; it is emptied when full.
const maxKnown = 100000

func newKnown() *known {
	return &known{sent: map[string]string{}, by: map[string]string{}, file: map[string]handed{}}
}

// has gives the id of a file that was handed over before: a message that is
// tried again is then word for word the same.
func (k *known) has(address string) (string, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	h, ok := k.file[address]
	return h.id, ok && time.Since(h.at) < handedTime
}

func (k *known) handed(address, id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.file) >= maxKnown {
		clear(k.file)
	}
	k.file[address] = handed{id, time.Now()}
}

// wrote notes that we wrote to a number.
func (k *known) wrote(ref, number string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.sent) >= maxKnown {
		clear(k.sent)
	}
	k.sent[ref] = number
}

// told notes whom a status says that one of our messages went to.
func (k *known) told(refs []string, ours, customer string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, ref := range refs {
		number, ok := k.sent[ref]
		if !ok || number == customer {
			continue
		}
		if len(k.by) >= maxKnown {
			clear(k.by)
		}
		k.by[ours+" "+customer] = number
	}
}

// dialled gives the number by which we wrote to a customer.
func (k *known) dialled(ours, customer string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if n, ok := k.by[ours+" "+customer]; ok {
		return n
	}
	return customer
}

// canonical gives the telephone number behind a wa_id. WhatsApp's are E.164
// without the plus sign, but for mobile numbers of two countries, which it knows
// by the digits that they had before their numbering plans changed.
func canonical(id string) string {
	id = strings.TrimPrefix(strings.TrimSpace(id), "+")
	if id == "" || strings.Trim(id, "0123456789") != "" {
		return sms.Canonical(strings.ToValidUTF8(id, "?"), sms.TONUnknown, "")
	}
	switch {
	case strings.HasPrefix(id, "521") && len(id) == 13: // Mexico, since 2019 without the 1
		id = "52" + id[3:]
	case strings.HasPrefix(id, "55") && len(id) == 12 && id[4] >= '6': // Brazil, since 2016 with a 9
		id = id[:4] + "9" + id[4:]
	}
	return "+" + id
}
