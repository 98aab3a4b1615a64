package flow

import (
	"cmp"
	"encoding/json"
	"slices"

	"outdial/contact"
)

// RecordingRefused tells why what is asked of a contact's recording cannot be
// done, as a sentence about the contact; "" where it can.
func RecordingRefused(c *contact.Contact, in contact.RecordingAsked) string {
	r := recordingOf(c)
	switch {
	case c.Channel != contact.Voice:
		return "only calls are recorded, and this is a contact on the channel " + string(c.Channel)
	case !c.Open():
		return "it has ended"
	case c.Apart != nil:
		return "its customer waits with the agent who consults, in the contact before it"
	case c.Call == nil || c.Call.State != "connected":
		return "its call is not connected"
	}
	kind := recordingType(c)
	recorded := len(r.now(c)) > 0 && (in.Type == "" || in.Type == kind)
	switch in.Do {
	case contact.RecordingStart:
		// Once only. API_StartContactRecording
		if slices.Contains(r.Stopped, in.Type) {
			return "its recording was stopped, and is not started again"
		}
	case contact.RecordingStop:
		if !recorded && !slices.Contains(r.Stopped, cmp.Or(in.Type, kind)) {
			return "it is not being recorded"
		}
	case contact.RecordingSuspend:
		if !recorded {
			return "it is not being recorded"
		}
	case contact.RecordingResume:
		if !r.Suspended || in.Type != "" && in.Type != kind {
			return "its recording is not suspended"
		}
	}
	return ""
}

// recordAsked does what somebody outside wants of the recording. What is done
// already is not done again. API_StartContactRecording, API_StopContactRecording,
// API_SuspendContactRecording, API_ResumeContactRecording
func (t *Turn) recordAsked(in contact.RecordingAsked) {
	c := t.Contact
	if why := RecordingRefused(c, in); why != "" {
		t.Note("the recording stays as it is: " + why)
		t.out.Stale = true
		return
	}
	r := recordingOf(c)
	was, suspended := r.now(c), r.Suspended
	switch in.Do {
	case contact.RecordingStart:
		if in.Type == contact.RecordingIVR {
			r.System = "Enabled"
		} else {
			r.Parties = in.Parties
		}
	case contact.RecordingStop:
		for _, kind := range [...]string{contact.RecordingAgent, contact.RecordingIVR} {
			if (in.Type == "" || in.Type == kind) && !slices.Contains(r.Stopped, kind) {
				r.Stopped = append(r.Stopped, kind)
			}
		}
	default:
		r.Suspended = in.Do == contact.RecordingSuspend
	}
	// A recording is made of texts: nothing here can fail.
	c.Recording, _ = json.Marshal(r)
	if t.recordFrom(was); r.Suspended != suspended {
		t.Do(contact.RecordCall{Do: in.Do})
	}
}
