package flow

import (
	"fmt"
	"strings"

	"outdial/contact"
	"outdial/fault"
)

// take is the life of a contact: what each input means before the flow, within
// it, and after its end.
func (t *Turn) take(in contact.Input) error {
	switch in := in.(type) {
	case contact.ContactUpdated:
		t.updated(in)
		switch {
		case in.Record != nil:
			t.recordAsked(*in.Record)
		case in.Hold != "":
			return t.holdAs(in.Hold)
		case in.Consult != "":
			return t.consultWord(in)
		}
		return nil
	case contact.RecordingKept:
		t.kept(in.Recording)
		return nil
	case contact.MessageSent:
		t.Contact.Delivered = true
		return nil
	}
	if in, ok := in.(contact.QueueMoved); ok && in.Outcome == contact.Worked {
		t.worked(in)
		return nil
	}
	if !t.Contact.Open() {
		t.out.Stale = true
		return nil
	}
	switch in := in.(type) {
	case contact.Started:
		return t.started()
	case contact.StopRequested:
		t.stopped(in)
		return nil
	case contact.MessageReceived:
		return t.received(in)
	case contact.MessageRefused:
		return t.refused(in)
	case contact.CallRinging:
		t.ringing()
		return nil
	case contact.CallAnswered:
		return t.answered(in)
	case contact.MachineDetected:
		return t.detected(in)
	case contact.CallEnded:
		t.callEnded(in)
		return nil
	case contact.QueueMoved:
		return t.queueMoved(in)
	case contact.EffectFailed:
		return t.effectFailed(in)
	case contact.TimerFired:
		if in.Visit == 0 {
			return t.timer(in)
		}
	case contact.FunctionReturned:
		// Every invocation bears an id; only an asynchronous one is known by it.
		if t.asynchronous(in.Invocation) {
			return t.returnedLate(in)
		}
	}
	return t.heard(in)
}

// heard hands an input that bears a visit to the action that waits there.
func (t *Turn) heard(in contact.Input) error {
	visit, ok := VisitOf(in)
	if !ok {
		return fault.New(fault.Internal, "unknown input %q", contact.InputKind(in))
	}
	if !t.waits(visit) {
		t.out.Stale = true
		return nil
	}
	t.rejoin(in)
	return t.resume(in)
}

// waits tells whether the contact still stands where it stood on that visit.
func (t *Turn) waits(visit int) bool {
	p := &t.Contact.Position
	return visit != 0 && visit == p.Visit && p.Action != ""
}

// VisitOf gives the visit that an input answers.
func VisitOf(in contact.Input) (int, bool) {
	switch in := in.(type) {
	case contact.PromptEnded:
		return in.Visit, true
	case contact.StreamChanged:
		return in.Visit, true
	case contact.DigitsReceived:
		return in.Visit, true
	case contact.SpeechReceived:
		return in.Visit, true
	case contact.TimerFired:
		return in.Visit, true
	case contact.FunctionReturned:
		return in.Visit, true
	case contact.ServiceReturned:
		return in.Visit, true
	case contact.ContactCreated:
		return in.Visit, true
	case contact.TransferEnded:
		return in.Visit, true
	case contact.EffectFailed:
		return in.Visit, in.Visit != 0
	}
	return 0, false
}

// started begins a contact: an outbound call is dialled, and its flow waits for
// the answer; everything else is connected at once.
func (t *Turn) started() error {
	c := t.Contact
	if c.LegID != "" || c.Callback != nil {
		switch {
		case !c.Updated.IsZero():
			t.out.Stale = true
			return nil
		case c.LegID != "":
			return t.continued()
		}
		return t.calledBack()
	}
	if c.Position.Visit > 0 || !c.Scheduled.IsZero() && c.Position.Hash != "" || c.Call != nil && places(c.Method) && c.PreviousID == "" {
		t.out.Stale = true
		return nil
	}
	if !c.Scheduled.After(t.At) {
		t.Event(contact.Initiated)
	}
	f, err := t.World.Flow(c.Position.Flow)
	if fault.Is(err, fault.NotFound) {
		t.Note(fmt.Sprintf("the flow %q is not there: %v", c.Position.Flow, err))
		t.finish("")
		return nil
	}
	if err != nil {
		return err
	}
	t.enter(f, c.Position.Kind)
	if c.Scheduled.After(t.At) {
		t.Do(contact.Wake{Name: scheduled, At: c.Scheduled})
		return nil
	}
	if c.Channel == contact.Voice && dials(c) {
		c.Call = &contact.Call{State: "dialing"}
		ring := c.RingTimeout
		if ring == 0 {
			ring = defaultRing
		}
		t.Do(contact.PlaceCall{From: c.System.Address, FromName: c.System.DisplayName, To: c.Customer.Address,
			RingTimeout: ring, AMD: c.AMD})
		return nil
	}
	return t.connected(f)
}

// begun begins a contact whose time has come.
func (t *Turn) begun() error {
	c := t.Contact
	p := &c.Position
	if p.Visit > 0 || c.Scheduled.IsZero() {
		t.out.Stale = true
		return nil
	}
	if c.Scheduled.After(t.At) {
		t.Do(contact.Wake{Name: scheduled, At: c.Scheduled})
		return nil
	}
	f, err := t.World.Content(p.Flow, p.Hash)
	if err != nil {
		return err
	}
	t.flow = f
	t.Event(contact.Initiated)
	return t.connected(f)
}

// defaultRing is how long a phone rings, in seconds. API_StartOutboundVoiceContact
const defaultRing = 60

// dials tells whether the contact begins with a call that we place: a segment
// of a call that is already up does not.
func dials(c *contact.Contact) bool {
	return places(c.Method) && c.Connected.IsZero() && c.Call == nil
}

// places tells whether calls of this initiation method are placed by us.
func places(method string) bool {
	switch method {
	case contact.MethodAPI, contact.MethodOutbound, contact.MethodFlow, contact.MethodCallback:
		return true
	}
	return false
}

// connected begins the flow of what is no outbound call.
func (t *Turn) connected(f *Flow) error {
	c := t.Contact
	if c.Connected.IsZero() {
		c.Connected = t.At
	}
	if c.Channel != contact.Voice {
		// The event is for outbound calls, tasks and chats, not for inbound calls.
		t.Event(contact.ConnectedSystem)
	} else if c.Call == nil {
		c.Call = &contact.Call{State: "connected"}
	}
	if c.Channel != contact.Voice && !c.Expires.IsZero() {
		t.Do(contact.Wake{Name: expire, At: c.Expires})
	}
	for _, m := range c.Initial {
		m.Initial = true
		t.Do(m)
	}
	c.Initial = nil
	return t.run(f.start)
}

// Timers that belong to the contact.
const (
	expire    = "expire"    // ends a chat or a task
	scheduled = "scheduled" // begins a task that was put off
)

// timer is one that belongs to the contact.
func (t *Turn) timer(in contact.TimerFired) error {
	c := t.Contact
	switch {
	case in.Name == scheduled:
		return t.begun()
	case in.Name == callback:
		return t.callbackDue()
	case strings.HasPrefix(in.Name, offerTimer):
		return t.rangOut(in)
	case in.Name != expire:
		return t.waitedMeanwhile(in)
	case c.Expires.After(t.At):
		t.Do(contact.Wake{Name: expire, At: c.Expires})
	default:
		if c.Channel == contact.Task {
			if remains, err := t.remains("EXPIRED"); err != nil || remains {
				return err
			}
		}
		t.end("EXPIRED")
	}
	return nil
}

// stopped is StopContact. API_StopContact
func (t *Turn) stopped(in contact.StopRequested) {
	c := t.Contact
	if in.Code != "" {
		t.Note("stopped with the reason " + in.Code)
	}
	if c.Channel != contact.Voice {
		t.end("API")
		return
	}
	answered := !c.Connected.IsZero()
	if !answered && c.AMD.Enable {
		c.AMDStatus = amdNotApplicable
	}
	if c.Call != nil {
		t.Do(contact.EndCall{Reason: "API"})
	}
	t.end(DisconnectReason(contact.CallEnded{By: contact.BySystem}, answered, true))
}

// received is a message of the customer. One that nothing waits for is in the
// transcript, and the flow never learns of it.
func (t *Turn) received(in contact.MessageReceived) error {
	c := t.Contact
	if c.Method == contact.MethodInbound && c.Vars["Media"] == nil {
		t.Set("Media", map[string]any{"InitialMessage": in.Text})
	}
	if c.WithAgent() {
		t.heardByAgent(in)
		return nil
	}
	if c.Position.Action == "" {
		t.Note("the customer wrote, and nothing in the flow waits for it")
		return nil
	}
	return t.resume(in)
}

// refused is a message that will never arrive.
func (t *Turn) refused(in contact.MessageRefused) error {
	why := "the message was refused"
	if in.Code != "" || in.Message != "" {
		why += ": " + join(in.Code, in.Message)
	}
	if t.Contact.Channel == contact.Chat && !t.Contact.Delivered {
		t.Note(why)
		t.end("CUSTOMER_CONNECTION_NOT_ESTABLISHED")
		return nil
	}
	if !t.waits(in.Visit) {
		t.Note(why)
		return nil
	}
	return t.failStanding(why)
}

// failStanding takes the error branch of the action at which the contact waits.
func (t *Turn) failStanding(why string) error {
	if err := t.stand(); err != nil {
		return err
	}
	next, err := t.leave(t.Fail(noMatch, why))
	if err != nil || next == nil {
		return err
	}
	return t.run(next)
}

// effectFailed is something that we asked for and that cannot be done.
func (t *Turn) effectFailed(in contact.EffectFailed) error {
	why := in.Effect + " failed: " + join(in.Code, in.Message)
	if in.Effect == "PlaceCall" && t.Contact.Connected.IsZero() {
		t.Note(why)
		t.callEnded(contact.CallEnded{By: contact.ByNetwork, Code: in.Code, Phrase: in.Message})
		return nil
	}
	if !t.waits(in.Visit) {
		t.Note(why)
		return nil
	}
	return t.failStanding(why)
}

// finish ends the contact from within: the flow is over.
func (t *Turn) finish(why string) { t.finishAs("", why) }

// finishAs does so with a DisconnectReason of its own.
func (t *Turn) finishAs(reason, why string) {
	c := t.Contact
	if reason == "" {
		reason = "CONTACT_FLOW_DISCONNECT"
	}
	if why != "" {
		t.Note(why)
	}
	if c.Channel == contact.Voice && c.Call != nil && c.Call.State != "ended" {
		t.Do(contact.EndCall{Reason: "flow"})
	}
	if c.Channel == contact.Task && c.Method != contact.MethodDisconnect && c.Position.Visit > 0 {
		remains, err := t.remains(reason)
		if err != nil {
			t.Note("the disconnect flow does not run: " + err.Error())
		}
		if remains {
			return
		}
	}
	t.end(reason)
}

// end is the end of every contact.
func (t *Turn) end(reason string) {
	c := t.Contact
	c.Disconnected = t.At
	c.Reason = reason
	if c.Call != nil {
		c.Call.State = "ended"
		c.Call.Await = false
	}
	t.leaveQueue()
	t.endConsult()
	p := &c.Position
	p.Action, p.State, p.Stack = "", nil, nil
	t.Event(contact.DisconnectedType)
	if a := c.Agent; a == nil || a.Work.IsZero() { // else after the agent's work
		t.Event(contact.Completed)
	}
}
