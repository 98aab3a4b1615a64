package loopback

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/dtmf"
)

// States of a call.
const (
	idle      = "idle"
	ringing   = "ringing"
	connected = "connected"
	ended     = "ended"
)

// Names of the Wakes by which things happen later. What follows the blank is
// theirs.
const (
	wakeRing    = "ring"     // the ring timer
	wakeAnswer  = "answer "  // what the detector will find; a blank, and after how long the customer hangs up
	wakeDetect  = "detect "  // what it finds
	wakeEnd     = "end "     // who ends the call, a blank, the SIP status
	wakePress   = "press "   // the keys
	wakeSay     = "say "     // the words
	wakePrompt  = "prompt"   // the prompt of Visit is over
	wakeDigits  = "digits"   // is the caller still silent?
	wakeReply   = "reply "   // the reference of the message, a blank, the text
	wakeThird   = "third"    // the ring timer of a third party
	wakeThirdly = "thirdly " // what the third party does: answer or leave; a blank, and after how long it leaves
)

// greeting is how long a machine speaks before its beep.
const greeting = 3 * time.Second

// A call is one call on a handset.
type call struct {
	set     *handset
	contact contact.ID
	from    string
	ref     string
	state   string
	amd     contact.AMDConfig
	ring    time.Duration
	since   time.Time // answered
	finding string    // what the detector will find
	lost    bool      // it was open when the process died

	heard   []string
	playing *playing
	listen  *listening
	buffer  []byte // keys that nobody asked for yet
	presses int    // by default manners

	agent      string   // who talks with the caller, "" is nobody
	onHold     bool     // and the caller does not hear him
	agentHeard []string // what the caller said to him

	third    *call // the third party that the caller was put through to
	main     *call // of a third party: the caller's own call
	transfer contact.TransferCall
}

// phrases are the reason phrases of the answers that a simulated network gives.
// RFC 3261 §21
var phrases = map[string]string{
	"403": "Forbidden", "404": "Not Found", "408": "Request Timeout", "410": "Gone", "480": "Temporarily Unavailable",
	"484": "Address Incomplete", "486": "Busy Here", "487": "Request Terminated", "500": "Server Internal Error",
	"503": "Service Unavailable", "600": "Busy Everywhere", "603": "Decline", "604": "Does Not Exist Anywhere",
	"607": "Unwanted", "608": "Rejected",
}

func refused(code string) contact.CallEnded {
	return contact.CallEnded{By: contact.ByNetwork, Code: code, Phrase: phrases[code]}
}

// place rings a handset.
func (w *World) place(c *contact.Contact, p contact.PlaceCall) (gateway.Result, error) {
	h := w.handset(p.To)
	now := w.Now()
	k := &call{
		set: h, contact: c.ID, from: p.From, ref: uuid.Must(uuid.NewV7()).String(), amd: p.AMD,
		ring: time.Duration(p.RingTimeout) * time.Second,
	}
	if k.ring <= 0 {
		k.ring = 60 * time.Second // the API's default
	}
	if err := w.write(entry{At: now, Event: entryDial, Contact: c.ID, From: p.From, To: p.To}); err != nil {
		return gateway.Result{}, err
	}
	if h.busy() != "" {
		return w.unreached(k, "486"), nil
	}
	what := w.manner(h, onCall, p.From)
	switch what.Do {
	case doBusy:
		return w.unreached(k, what.value("486")), nil
	case doFail:
		if what.After == 0 {
			return w.unreached(k, what.value("503")), nil
		}
	}
	k.state = ringing
	h.call = k
	w.calls[c.ID] = k
	w.called(h, now)
	r := gateway.Result{Ref: k.ref, Input: contact.CallRinging{}}
	after := time.Duration(what.After)
	switch what.Do {
	case doAnswer:
		r.Later = append(r.Later, again(after, wakeAnswer+what.value("HUMAN_ANSWERED"), 0))
	case doHangUp:
		r.Later = append(r.Later, again(0, wakeAnswer+"HUMAN_ANSWERED "+after.String(), 0))
	case doDecline:
		r.Later = append(r.Later, again(after, wakeEnd+contact.ByNetwork+" "+what.value("603"), 0))
	case doFail:
		r.Later = append(r.Later, again(after, wakeEnd+contact.ByNetwork+" "+what.value("503"), 0))
	}
	r.Later = append(r.Later, again(k.ring, wakeRing, 0))
	return r, nil
}

// unreached is a call that did not even ring. A call that the handset is busy
// with stays what its screen shows.
func (w *World) unreached(k *call, code string) gateway.Result {
	k.state = ended
	if k.set.busy() == "" {
		k.set.call = k
		w.called(k.set, w.Now())
	}
	w.ended(k, contact.ByNetwork)
	return gateway.Result{Ref: k.ref, Input: refused(code)}
}

// ended writes the end of a call down. It has happened whether or not the disk
// is full: a failure is logged.
func (w *World) ended(k *call, by string) {
	err := w.write(entry{At: w.Now(), Event: entryEnd, Contact: k.contact, From: k.from, To: k.set.number, By: by, Heard: k.heard})
	if err != nil {
		w.Log.Warn("the journal lacks the end of a call", "contact", k.contact, "err", err)
	}
}

// end ends a call, and that of a third party with it.
func (w *World) end(k *call, by string) {
	if k.state == ended {
		return
	}
	k.state, k.playing, k.listen = ended, nil, nil
	if w.calls[k.contact] == k {
		delete(w.calls, k.contact)
	}
	w.called(k.set, w.Now())
	w.ended(k, by)
	if k.third != nil {
		w.end(k.third, by)
	}
}

// answer connects a call. The detector's finding comes after it, where it was
// asked for.
func (w *World) answer(k *call, finding string) contact.CallAnswered {
	k.state, k.since, k.finding = connected, w.Now(), finding
	w.called(k.set, k.since)
	err := w.write(entry{At: k.since, Event: entryAnswer, Contact: k.contact, From: k.from, To: k.set.number})
	if err != nil {
		w.Log.Warn("the journal lacks an answer", "contact", k.contact, "err", err)
	}
	return contact.CallAnswered{Ref: k.ref}
}

// detected is the detector's finding, and how long it takes: it waits for the
// beep where the caller asked it to.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_AnswerMachineDetectionConfig.html
func (k *call) detected() (contact.MachineDetected, time.Duration) {
	d := contact.MachineDetected{Status: k.finding, GreetStart: k.since, GreetEnd: k.since}
	if k.finding != "VOICEMAIL_BEEP" && k.finding != "VOICEMAIL_NO_BEEP" {
		return d, 0
	}
	d.GreetEnd = k.since.Add(greeting)
	if k.amd.AwaitPrompt {
		return d, greeting
	}
	return d, 0
}

// connected gives the call of a contact, if it is connected. Else it gives what
// the contact has to hear instead.
func (w *World) connected(c *contact.Contact) (*call, gateway.Result) {
	if in := w.remind(c.ID); in != nil {
		return nil, gateway.Result{Input: in}
	}
	if k := w.calls[c.ID]; k != nil {
		if k.state == connected {
			return k, gateway.Result{}
		}
		return nil, gateway.Result{Note: "nothing is played to a phone that only rings"}
	}
	if h := w.handsets[c.Customer.Address]; h != nil && h.call != nil && h.call.contact == c.ID && !h.call.lost {
		return nil, gateway.Result{} // it has been told that its call is over
	}
	return nil, gateway.Result{Input: contact.CallEnded{By: contact.ByLostNode, Phrase: "the simulator was started anew"}}
}

// endCall hangs up on the customer.
func (w *World) endCall(c *contact.Contact) gateway.Result {
	delete(w.untold, c.ID)
	if k := w.calls[c.ID]; k != nil {
		w.end(k, contact.BySystem)
	}
	return gateway.Result{Input: contact.CallEnded{By: contact.BySystem}}
}

// wake does what was to happen later, unless it has been overtaken.
func (w *World) wake(c *contact.Contact, v contact.Wake) (gateway.Result, error) {
	if in := w.remind(c.ID); in != nil {
		return gateway.Result{Input: in}, nil
	}
	k := w.calls[c.ID]
	if k == nil {
		return gateway.Result{}, nil
	}
	if strings.HasPrefix(v.Name, wakeThird) {
		return w.wakeThird(k, v), nil
	}
	if k.state == ringing {
		return w.wakeRinging(k, v.Name), nil
	}
	if finding, ok := strings.CutPrefix(v.Name, wakeDetect); ok {
		d, _ := k.detected()
		d.Status = finding
		return gateway.Result{Input: d}, nil
	}
	if who, ok := strings.CutPrefix(v.Name, wakeEnd); ok {
		by, code, _ := strings.Cut(who, " ")
		w.end(k, by)
		return gateway.Result{Input: contact.CallEnded{By: by, Code: code, Phrase: phrases[code]}}, nil
	}
	if keys, ok := strings.CutPrefix(v.Name, wakePress); ok {
		in, err := w.press(k, keys)
		return gateway.Result{Input: in}, err
	}
	if words, ok := strings.CutPrefix(v.Name, wakeSay); ok {
		return gateway.Result{Input: w.say(k, words)}, nil
	}
	switch v.Name {
	case wakePrompt:
		if k.playing != nil && k.playing.visit == v.Visit && !k.playing.loop {
			k.playing = nil
			return gateway.Result{Input: contact.PromptEnded{Visit: v.Visit}}, nil
		}
	case wakeDigits:
		return w.silent(k, v.Visit)
	}
	return gateway.Result{}, nil
}

func (w *World) wakeRinging(k *call, name string) gateway.Result {
	if name == wakeRing {
		w.end(k, contact.ByTimer)
		return gateway.Result{Input: contact.CallEnded{By: contact.ByTimer, Code: "487", Phrase: phrases["487"]}}
	}
	if what, ok := strings.CutPrefix(name, wakeAnswer); ok {
		finding, leaves, hangsUp := strings.Cut(what, " ")
		r := gateway.Result{Input: w.answer(k, finding)}
		if d, err := time.ParseDuration(leaves); err == nil && hangsUp {
			r.Later = append(r.Later, again(d, wakeEnd+contact.ByCustomer+" ", 0))
		}
		if k.amd.Enable {
			_, after := k.detected()
			r.Later = append(r.Later, again(after, wakeDetect+finding, 0))
		}
		return r
	}
	if who, ok := strings.CutPrefix(name, wakeEnd); ok {
		by, code, _ := strings.Cut(who, " ")
		w.end(k, by)
		return gateway.Result{Input: contact.CallEnded{By: by, Code: code, Phrase: phrases[code]}}
	}
	return gateway.Result{}
}

// An Act is what a person does with the call of a handset.
type Act struct {
	Action string `json:"action"`           // answer, decline, hangup, press, say, dial
	Digits string `json:"digits,omitempty"` // of a press
	To     string `json:"to,omitempty"`     // whom to dial
	Text   string `json:"text,omitempty"`   // of say: words for a flow that listens
}

// Act does something with the call of the handset behind number. It returns when
// the house has it. fault.Conflict: the call is not in a state for it.
func (w *World) Act(ctx context.Context, number string, a Act) error {
	if a.Action == "dial" {
		return w.dial(ctx, number, a.To)
	}
	w.begun(ctx)
	w.mu.Lock()
	h := w.handset(number)
	if h.call != nil && len(w.untold[h.call.contact]) > 0 {
		var late []told
		for in := w.remind(h.call.contact); in != nil; in = w.remind(h.call.contact) {
			late = append(late, told{h.call.contact, in})
		}
		w.mu.Unlock()
		return w.tell(ctx, late) // what was done before this, and failed
	}
	inputs, err := w.act(h, a)
	w.mu.Unlock()
	if err != nil {
		return err
	}
	return w.tell(ctx, inputs)
}

// tell hands inputs to their contacts, in order. What the house has no time for
// is kept: whatever happens next to the contact tells it.
func (w *World) tell(ctx context.Context, inputs []told) error {
	for i, in := range inputs {
		err := w.deliver(ctx, gateway.Arrival{Contact: in.to, Input: in.what})
		if err == nil {
			continue
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if !fault.Is(err, fault.NotFound) {
			for _, rest := range inputs[i:] {
				w.untold[rest.to] = append(w.untold[rest.to], rest.what)
			}
		} else if k := w.calls[in.to]; k != nil {
			w.end(k, contact.ByLostNode)
		}
		return err
	}
	return nil
}

// remind takes an input that a contact should have heard before; nil is none.
func (w *World) remind(id contact.ID) contact.Input {
	in := w.untold[id]
	if len(in) == 0 {
		return nil
	}
	if w.untold[id] = in[1:]; len(in) == 1 {
		delete(w.untold, id)
	}
	return in[0]
}

// told is an input for a contact.
type told struct {
	to   contact.ID
	what contact.Input
}

func (w *World) act(h *handset, a Act) ([]told, error) {
	k, state := h.call, h.busy()
	if w.inbox == nil {
		return nil, fault.New(fault.Busy, "the simulated world does not run yet, or not any more")
	}
	needs, ok := map[string]string{"answer": ringing, "decline": ringing, "hangup": connected, "press": connected, "say": connected}[a.Action]
	switch {
	case !ok:
		return nil, fault.New(fault.Invalid, "action: answer, decline, hangup, press, say or dial, not %q", a.Action)
	case a.Action == "press" && !pressable(a.Digits):
		return nil, fault.New(fault.Invalid, "digits: keys 0-9, * and #, not %q", a.Digits)
	case a.Action == "say" && a.Text == "":
		return nil, fault.New(fault.Invalid, "text: must not be empty")
	case a.Action == "hangup" && state == ringing:
		a.Action = "decline" // the same key on a telephone
	case state != needs:
		return nil, fault.New(fault.Conflict, "action: %s needs a call that is %s; the handset's is %s", a.Action, needs, h.callView().State)
	}
	if k.main != nil {
		return w.actThird(k, a.Action)
	}
	tell := func(in ...contact.Input) (list []told) {
		for _, v := range in {
			if v != nil {
				list = append(list, told{k.contact, v})
			}
		}
		return list
	}
	switch a.Action {
	case "answer":
		in := []contact.Input{w.answer(k, "HUMAN_ANSWERED")}
		if k.amd.Enable {
			d, _ := k.detected()
			in = append(in, d)
		}
		return tell(in...), nil
	case "decline":
		w.end(k, contact.ByNetwork)
		return tell(refused("603")), nil
	case "hangup":
		w.end(k, contact.ByCustomer)
		return tell(contact.CallEnded{By: contact.ByCustomer}), nil
	case "say":
		in := w.say(k, a.Text)
		if in == nil && k.agent != "" {
			return nil, w.sayToAgent(k, a.Text)
		}
		if in == nil {
			return nil, fault.New(fault.Conflict, "action: nobody listens for words just now")
		}
		return tell(in), nil
	}
	in, err := w.press(k, a.Digits)
	return tell(in), err
}

// dial calls one of our numbers. We answer at once.
func (w *World) dial(ctx context.Context, number, to string) error {
	if to == "" {
		return fault.New(fault.Invalid, "to: whom to dial")
	}
	w.mu.Lock()
	h := w.handset(number)
	if state := h.busy(); state != "" {
		w.mu.Unlock()
		return fault.New(fault.Conflict, "action: the handset has a call that is %s", state)
	}
	id := contact.ID(uuid.Must(uuid.NewV7()).String())
	k := &call{set: h, contact: id, from: to, ref: string(id)}
	if err := w.write(entry{At: w.Now(), Event: entryInbound, Contact: id, From: to, To: number}); err != nil {
		w.mu.Unlock()
		return err
	}
	h.call = k
	w.calls[id] = k
	in := w.answer(k, "")
	w.mu.Unlock()
	err := w.deliver(ctx, gateway.Arrival{
		Contact: id, Voice: true, Key: "handset/" + string(id), Input: in,
		Line: contact.Line{Subtype: contact.Telephony, Customer: number, System: to},
	})
	if err != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.end(k, contact.ByNetwork)
	}
	return err
}

// press takes keys, and gives what the contact hears of them; nil is nothing yet.
func (w *World) press(k *call, keys string) (contact.Input, error) {
	for i := range len(keys) {
		if !dtmf.IsKey(keys[i]) {
			continue
		}
		if k.listen == nil {
			if len(k.buffer) < bufferKept {
				k.buffer = append(k.buffer, keys[i])
			}
			continue
		}
		k.playing = nil // a key breaks the prompt off
		if k.listen.keys.Press(keys[i]) {
			in, err := k.listen.heard()
			k.listen = nil
			for _, rest := range []byte(keys[i+1:]) {
				if dtmf.IsKey(rest) && len(k.buffer) < bufferKept {
					k.buffer = append(k.buffer, rest)
				}
			}
			return in, err
		}
		k.listen.until = w.Now().Add(k.listen.keys.Wait())
	}
	return nil, nil
}

// say takes words where a flow listens for them.
func (w *World) say(k *call, words string) contact.Input {
	if k.listen == nil || !k.listen.speech {
		return nil
	}
	visit := k.listen.visit
	k.listen, k.playing = nil, nil
	return contact.SpeechReceived{Visit: visit, Text: words}
}
