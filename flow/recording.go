package flow

import (
	"encoding/json"
	"slices"

	"outdial/contact"
)

// A recording is what is to be recorded of a contact, and analysed, as its flows
// said last. It is kept as Contact.Recording.
type recording struct {
	Parties   []string `json:"RecordedParticipants,omitempty"` // Agent, Customer: once an agent has joined
	Screens   []string `json:"ScreenRecordedParticipants,omitempty"`
	System    string   `json:"IVRRecordingBehavior,omitempty"` // Enabled: while the customer talks to the flow too
	Analytics any      `json:"AnalyticsBehavior,omitempty"`    // as the flow has it
	// What was asked from outside, which no flow takes back.
	Stopped   []string `json:"Stopped,omitempty"` // AGENT, IVR: never recorded again
	Suspended bool     `json:"Suspended,omitempty"`
}

// recordingOf reads what was said last.
func recordingOf(c *contact.Contact) recording {
	var r recording
	// What is kept was written here; at the worst nothing is recorded.
	_ = json.Unmarshal(c.Recording, &r)
	return r
}

// now gives whose voices are to be recorded of the contact as it stands.
func (r recording) now(c *contact.Contact) []string {
	switch {
	case c.Channel != contact.Voice || c.Call == nil || c.Call.State != "connected":
		return nil
	case slices.Contains(r.Stopped, recordingType(c)):
		return nil
	case recordingType(c) == contact.RecordingAgent:
		return r.Parties
	case r.System == "Enabled":
		// The only track of it is ALL: prompts are on our side, where an agent would be.
		// https://docs.aws.amazon.com/connect/latest/APIReference/API_VoiceRecordingConfiguration.html
		return []string{"Agent", "Customer"}
	}
	return nil
}

// recordingType is which recording is made of the contact as it stands.
func recordingType(c *contact.Contact) string {
	if c.Agent != nil && !c.Agent.Connected.IsZero() {
		return contact.RecordingAgent
	}
	return contact.RecordingIVR
}

// record sets what is to be recorded from now on: the last one wins. It tells
// what of it is not done.
func (t *Turn) record(r recording) string {
	was := recordingOf(t.Contact).now(t.Contact)
	// A recording is made of texts: nothing here can fail.
	t.Contact.Recording, _ = json.Marshal(r)
	t.recordFrom(was)
	why := ""
	if len(r.Parties) > 0 && t.Contact.Channel == contact.Voice && t.Contact.Agent == nil {
		why = "the conversation is recorded once an agent joins"
	}
	if len(r.Parties) > 0 && t.Contact.Channel != contact.Voice {
		why = "calls are recorded; what is written is in the transcript"
	}
	if len(r.Screens) > 0 {
		why = join(why, "screens cannot be recorded")
	}
	if m, ok := r.Analytics.(map[string]any); ok && textOf(m["Enabled"]) != "" {
		t.Event(contact.DataUpdated, "ContactLens.ConversationalAnalytics.Configuration")
		why = join(why, "nothing analyses contacts here: the settings are kept in the contact record")
	}
	return why
}

// recordFrom asks for a change of what is recorded, where it is another than
// was. It is to be called again when an agent joins or leaves.
func (t *Turn) recordFrom(was []string) { t.recordAs(t.Contact, was) }

// recordAs does so for the call of a contact, which may be the one that goes on
// with it.
func (t *Turn) recordAs(c *contact.Contact, was []string) {
	r := recordingOf(c)
	parties := r.now(c)
	if slices.Equal(parties, was) {
		return
	}
	e := contact.RecordCall{Parties: parties}
	if r.Suspended && len(parties) > 0 {
		e.Do = contact.RecordingSuspend
	}
	t.Do(e)
}

// kept keeps what is known of a recording: where it is made when it begins, and
// how long it is when it is done.
func (t *Turn) kept(r contact.Recording) {
	c := t.Contact
	for i := range c.Kept {
		if c.Kept[i].Path == r.Path && c.Kept[i].Started.Equal(r.Started) {
			c.Kept = slices.Clone(c.Kept)
			c.Kept[i] = r
			return
		}
	}
	c.Kept = append(c.Kept, r)
}
