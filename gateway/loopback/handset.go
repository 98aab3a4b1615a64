package loopback

import (
	"container/list"
	"slices"
	"time"

	"outdial/contact"
)

// Directions of a message, as the person at the handset sees them.
const (
	In  = "in"  // it arrived at the handset
	Out = "out" // the person wrote it
)

// A Message is one message on a handset.
type Message struct {
	ID          string               `json:"id"`
	Direction   string               `json:"direction"` // In or Out
	Channel     string               `json:"channel"`   // SMS or WHATSAPP
	From        string               `json:"from"`
	To          string               `json:"to"`
	Text        string               `json:"text"`
	Status      string               `json:"status"` // contact.StatusSent…
	At          time.Time            `json:"at"`
	ContactID   contact.ID           `json:"contactId"` // "" for what the person wrote and no contact has taken
	Template    string               `json:"template,omitempty"`
	ContentType string               `json:"contentType,omitempty"` // "" is text/plain
	Attachments []contact.Attachment `json:"attachments,omitempty"`

	rev    uint64
	ref    string    // by which receipts find it
	unread bool      // WhatsApp: the person has not answered since
	then   string    // the status from turn on, where it is still to change
	turn   time.Time // in the engine's time
}

// A Call is the call of a handset, as the person who holds it sees it.
type Call struct {
	State     string     `json:"state"` // idle, ringing, connected, ended
	From      string     `json:"from"`
	ContactID contact.ID `json:"contactId"`
	Heard     []string   `json:"heard"`           // the text of the prompts, and what an agent says, oldest first
	Agent     string     `json:"agent,omitempty"` // who talks with the caller
}

// A View is a handset as it looks now.
type View struct {
	Messages []Message `json:"messages"` // oldest first
	Call     Call      `json:"call"`
}

// A Summary is a handset in a list.
type Summary struct {
	Number   string    `json:"number"`
	Messages int       `json:"messages"`
	Call     string    `json:"call"` // its state
	Touched  time.Time `json:"touched,omitzero"`
}

// A handset is the phone behind one number.
type handset struct {
	number   string
	messages []*Message
	call     *call // the present one, or the last
	callRev  uint64
	script   []Step
	chat     contact.ID // the contact that the default manners answer…
	replies  int        // …and how often they have
	touched  time.Time
	place    *list.Element
	watchers map[chan struct{}]bool
}

// handset gives the handset behind a number, and makes it the last touched one.
func (w *World) handset(number string) *handset {
	h := w.handsets[number]
	if h == nil {
		h = &handset{number: number}
		w.handsets[number] = h
		h.place = w.recent.PushFront(h)
		w.forget()
	}
	w.recent.MoveToFront(h.place)
	return h
}

// forget drops the handsets that were not touched for longest, beyond the bounds.
func (w *World) forget() {
	for e := w.recent.Back(); e != nil && (len(w.handsets) > handsetsKept || w.total > totalKept); {
		h, next := e.Value.(*handset), e.Prev()
		if e == w.recent.Front() {
			return
		}
		if h.busy() == "" && len(h.script) == 0 && len(h.watchers) == 0 {
			w.recent.Remove(e)
			delete(w.handsets, h.number)
			w.total -= len(h.messages)
		}
		e = next
	}
}

// busy is the state of a call that goes on, or "".
func (h *handset) busy() string {
	if h.call == nil || h.call.state == ended {
		return ""
	}
	return h.call.state
}

// add puts a message on a handset.
func (w *World) add(h *handset, m *Message) {
	if len(h.messages) >= messagesKept {
		h.messages[0] = nil
		h.messages = h.messages[1:]
		w.total--
	}
	h.messages = append(h.messages, m)
	h.touched = m.At
	w.total++
	w.forget()
	w.rev++
	m.rev = w.rev
	h.notify()
}

// called says that the call of a handset has changed.
func (w *World) called(h *handset, at time.Time) {
	h.touched = at
	w.rev++
	h.callRev = w.rev
	h.notify()
}

func (h *handset) notify() {
	for ch := range h.watchers {
		select {
		case ch <- struct{}{}:
		default: // it is awake already
		}
	}
}

// turn brings the messages up to date whose status was to change by now.
func (w *World) turn(h *handset) {
	for _, m := range h.messages {
		if m.then != "" && !w.Now().Before(m.turn) {
			m.Status, m.then = m.then, ""
			w.rev++
			m.rev = w.rev
		}
	}
}

func (h *handset) callView() Call {
	k := h.call
	if k == nil {
		return Call{State: idle, Heard: []string{}}
	}
	heard := append([]string{}, k.heard...)
	return Call{State: k.state, From: k.from, ContactID: k.contact, Heard: heard, Agent: k.agent}
}

// Handset gives the handset behind a number; one that nobody has reached is empty.
func (w *World) Handset(number string) View {
	w.mu.Lock()
	defer w.mu.Unlock()
	v := View{Messages: []Message{}, Call: Call{State: idle, Heard: []string{}}}
	h := w.handsets[number]
	if h == nil {
		return v
	}
	w.turn(h)
	for _, m := range h.messages {
		v.Messages = append(v.Messages, *m)
	}
	v.Call = h.callView()
	return v
}

// Handsets lists at most n handsets behind the number after, by number.
func (w *World) Handsets(after string, n int) []Summary {
	w.mu.Lock()
	defer w.mu.Unlock()
	numbers := make([]string, 0, len(w.handsets))
	for number := range w.handsets {
		if number > after {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	list := []Summary{}
	for _, number := range numbers[:min(n, len(numbers))] {
		h := w.handsets[number]
		list = append(list, Summary{Number: number, Messages: len(h.messages), Call: h.callView().State, Touched: h.touched})
	}
	return list
}

// Watch gives a channel on which something arrives whenever the handset behind
// number changes by something that happens; what only time changes, Since tells
// whoever asks again. stop must be called once.
func (w *World) Watch(number string) (changed <-chan struct{}, stop func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := make(chan struct{}, 1)
	h := w.handset(number)
	if h.watchers == nil {
		h.watchers = make(map[chan struct{}]bool)
	}
	h.watchers[ch] = true
	return ch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(h.watchers, ch)
	}
}

// Since gives what changed on a handset after the revision rev: messages, the
// call where it changed, and the revision to ask with next.
func (w *World) Since(number string, rev uint64) (messages []Message, k *Call, next uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.handsets[number]
	if h == nil {
		return nil, nil, w.rev
	}
	w.turn(h)
	next = w.rev
	for _, m := range h.messages {
		if m.rev > rev {
			messages = append(messages, *m)
		}
	}
	if h.callRev > rev {
		v := h.callView()
		k = &v
	}
	return messages, k, next
}
