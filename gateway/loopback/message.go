package loopback

import (
	"bytes"
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
)

// Channels of a message, as a handset names them.
const (
	SMS      = "SMS"
	WhatsApp = "WHATSAPP"
)

// Codes with which the simulated carriers refuse a message.
const (
	CodeOptedOut = "DESTINATION_PHONE_NUMBER_OPTED_OUT"
	CodeInvalid  = "INVALID_NUMBER"
	CodeFailed   = "UNDELIVERABLE"
	CodeBusy     = "THROTTLED"
)

// patience is how often the default manners reply to one contact: a flow that
// asks for ever shall not be answered for ever.
const patience = 20

// subtype is what Amazon Connect calls a channel.
func subtype(channel string) string {
	if channel == WhatsApp {
		return contact.WhatsApp
	}
	return contact.SMS
}

func channelOf(c *contact.Contact) string {
	if c.Subtype == contact.WhatsApp {
		return WhatsApp
	}
	return SMS
}

// send brings a message to its handset.
func (w *World) send(c *contact.Contact, m contact.SendMessage) (gateway.Result, error) {
	h := w.handset(c.Customer.Address)
	what := w.manner(h, onMessage, m.Text)
	switch what.Do {
	case doBusy:
		return gateway.Result{}, &fault.Error{Kind: fault.Busy, Code: CodeBusy, Message: "the handset's carrier asks for patience"}
	case doFail:
		if what.After == 0 {
			return gateway.Result{}, &fault.Error{Kind: fault.Refused, Code: what.value(CodeFailed), Message: "refused by the handset's carrier"}
		}
	}
	ref := m.ID
	if ref == "" {
		ref = uuid.Must(uuid.NewV7()).String()
	}
	v := &Message{
		ID: ref, Direction: In, Channel: channelOf(c), From: c.System.Address, To: h.number, Text: m.Text,
		Status: contact.StatusDelivered, At: w.Now(), ContactID: c.ID, ContentType: m.ContentType,
		Attachments: m.Attachments, ref: ref, unread: c.Subtype == contact.WhatsApp,
	}
	if m.Template != nil {
		v.Template = m.Template.Name
	}
	var receipt gateway.Receipt
	if what.Do == doFail {
		v.Status, v.then, v.turn = contact.StatusSent, contact.StatusFailed, v.At.Add(time.Duration(what.After))
		receipt = gateway.Receipt{Status: contact.StatusFailed, Code: what.value(CodeFailed), Error: "the handset cannot be reached", At: v.turn}
	}
	if err := w.write(messageEntry(v)); err != nil {
		return gateway.Result{}, err
	}
	w.add(h, v)
	r := gateway.Result{Ref: ref}
	if what.Do == doFail {
		r.Later = append(r.Later, gateway.Later{After: time.Duration(what.After), Arrival: gateway.Arrival{Account: w.Account, Ref: ref, Receipt: &receipt}})
	} else {
		r.Status = contact.StatusDelivered // its receipt comes with the carrier's OK
	}
	if what.Do == doReply && h.mayReply(c.ID, what) {
		r.Later = append(r.Later, again(time.Duration(what.After), wakeReply+ref+" "+what.Value, 0))
	}
	return r, nil
}

// mayReply tells whether a reply shall be written: always by a script, a bounded
// number of times to one contact by default.
func (h *handset) mayReply(id contact.ID, what Step) bool {
	if !what.byDefault {
		return true
	}
	if h.chat != id {
		h.chat, h.replies = id, 0
	}
	h.replies++
	return h.replies <= patience
}

// reply is what a handset with manners, or a script, answers to a contact: on
// its line, as a person would. It is not answered once the contact is over, or
// the reply would begin a conversation of its own. what is the reference of the
// message that is answered, and the text.
func (w *World) reply(ctx context.Context, c *contact.Contact, what string) error {
	ref, text, _ := strings.Cut(what, " ")
	if !c.Open() || c.Channel != contact.Chat {
		return nil
	}
	_, err := w.writeAs(ctx, "reply-"+ref, c.Customer.Address, Writing{To: c.System.Address, Channel: channelOf(c), Text: text})
	if fault.Is(err, fault.Busy) {
		return err
	}
	if err != nil {
		w.Log.Info("nobody took a handset's reply", "contact", c.ID, "err", err)
	}
	return nil
}

// A Writing is a message that a person writes at a handset.
type Writing struct {
	To      string `json:"to,omitempty"`      // "" is who wrote last
	Channel string `json:"channel,omitempty"` // "" is the channel of who wrote last, else SMS
	Text    string `json:"text,omitempty"`    // may be empty beside files
	// Attachments are files that go with it.
	Attachments []Enclosed `json:"attachments,omitempty"`

	kept []contact.Attachment
}

// An Enclosed is a file that a person sends.
type Enclosed struct {
	ID   string `json:"id,omitempty"` // of one that was kept before, in place of the rest
	Name string `json:"name,omitempty"`
	Type string `json:"type,omitempty"` // MIME; "" is what the name's end says
	Data []byte `json:"data,omitempty"` // in base64
}

// maxEnclosed is how many files go with one message, as with Twilio's MMS.
const maxEnclosed = 10

// Write sends a message from the handset behind number. It returns when the
// house has it. fault.NotFound: nobody is behind the number written to.
func (w *World) Write(ctx context.Context, number string, m Writing) (Message, error) {
	if m.Channel != "" && m.Channel != SMS && m.Channel != WhatsApp {
		return Message{}, fault.New(fault.Invalid, "channel: SMS or WHATSAPP, not %q", m.Channel)
	}
	if strings.TrimSpace(m.Text) == "" && len(m.Attachments) == 0 {
		return Message{}, fault.New(fault.Invalid, "text: must not be empty")
	}
	if err := w.enclose(ctx, &m); err != nil {
		return Message{}, err
	}
	return w.writeAs(ctx, uuid.Must(uuid.NewV7()).String(), number, m)
}

// enclose keeps the files of a message, as a carrier's gateway does.
func (w *World) enclose(ctx context.Context, m *Writing) error {
	switch n := len(m.Attachments); {
	case n == 0:
		return nil
	case n > maxEnclosed:
		return fault.New(fault.Invalid, "attachments: at most %d, not %d", maxEnclosed, n)
	case w.Keep == nil || w.Kept == nil:
		return fault.New(fault.Refused, "attachments: files are not kept here")
	}
	for _, f := range m.Attachments {
		var a contact.Attachment
		var err error
		if f.ID != "" {
			a, err = w.Kept(ctx, f.ID)
		} else {
			a, err = w.Keep(ctx, contact.Attachment{Name: f.Name, Type: f.Type}, bytes.NewReader(f.Data))
		}
		if err != nil {
			return fault.Wrap(fault.KindOf(err), err, "attachments: %.100s: %v", f.Name, err)
		}
		m.kept = append(m.kept, a)
	}
	return nil
}

// writeAs writes the message id. One that is written again, because the house
// had no time for it, is the same message.
func (w *World) writeAs(ctx context.Context, id, number string, m Writing) (Message, error) {
	w.mu.Lock()
	h := w.handset(number)
	if err := h.complete(&m); err != nil {
		w.mu.Unlock()
		return Message{}, err
	}
	v := &Message{
		ID: id, Direction: Out, Channel: m.Channel, From: number, To: m.To,
		Text: m.Text, Status: contact.StatusSent, At: w.Now(), Attachments: m.kept,
	}
	if err := w.write(messageEntry(v)); err != nil {
		w.mu.Unlock()
		return Message{}, err
	}
	if old := h.message(id); old != nil {
		v = old
		v.Status = contact.StatusSent
	} else {
		w.add(h, v)
	}
	read := h.read(m)
	w.mu.Unlock()

	for _, ref := range read {
		w.readReceipt(ctx, ref)
	}
	err := w.deliver(ctx, gateway.Arrival{
		Line:  contact.Line{Subtype: subtype(m.Channel), Customer: number, System: m.To},
		Key:   "handset/" + v.ID,
		Input: contact.MessageReceived{Text: m.Text, Attachments: m.kept},
		Taken: func(id contact.ID) { w.taken(h, v, id) },
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		v.Status = contact.StatusFailed
		w.rev++
		v.rev = w.rev
		h.notify()
		if werr := w.write(messageEntry(v)); werr != nil {
			w.Log.Warn("the journal lacks a failed reply", "message", v.ID, "err", werr)
		}
	}
	return *v, err
}

// taken notes which contact took what a person wrote.
func (w *World) taken(h *handset, v *Message, id contact.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	v.ContactID = id
	w.rev++
	v.rev = w.rev
	h.notify()
	if err := w.write(entry{At: w.Now(), Event: entryTaken, Contact: id, Message: v.ID, From: v.From}); err != nil {
		w.Log.Warn("the journal lacks who took a reply", "message", v.ID, "err", err)
	}
}

// message gives a message by its id, or nil. It is one of the last, if any.
func (h *handset) message(id string) *Message {
	for i := len(h.messages) - 1; i >= max(0, len(h.messages)-patience); i-- {
		if h.messages[i].ID == id {
			return h.messages[i]
		}
	}
	return nil
}

// complete fills in to whom a message goes: whoever wrote last.
func (h *handset) complete(m *Writing) error {
	for i := len(h.messages) - 1; i >= 0; i-- {
		l := h.messages[i]
		if l.Direction != In || m.Channel != "" && l.Channel != m.Channel || m.To != "" && l.From != m.To {
			continue
		}
		m.To, m.Channel = l.From, l.Channel
		return nil
	}
	if m.To == "" {
		return fault.New(fault.Invalid, "to: nobody has written to %s yet, so say to whom", h.number)
	}
	if m.Channel == "" {
		m.Channel = SMS
	}
	return nil
}

// read gives the references of the messages that a person who answers has seen.
// Only WhatsApp tells.
func (h *handset) read(m Writing) (refs []string) {
	for _, v := range h.messages {
		if v.unread && v.From == m.To && v.Channel == m.Channel && v.Status == contact.StatusDelivered {
			v.unread, v.Status = false, contact.StatusRead
			refs = append(refs, v.ref)
		}
	}
	return refs
}

func (w *World) readReceipt(ctx context.Context, ref string) {
	err := w.deliver(ctx, gateway.Arrival{Ref: ref, Key: "read/" + ref, Receipt: &gateway.Receipt{Status: contact.StatusRead, At: w.Now()}})
	if err != nil {
		w.Log.Debug("nobody took a read receipt", "ref", ref, "err", err)
	}
}

// again asks for a Wake.
func again(d time.Duration, name string, visit int) gateway.Later {
	return gateway.Later{After: d, Again: contact.Wake{Name: name, Visit: visit}}
}
