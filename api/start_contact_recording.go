package api

import (
	"context"

	"outdial/contact"
	"outdial/fault"
	"outdial/flow"
	"outdial/wire"
)

type startContactRecordingInput struct {
	InstanceId                  string               `wire:"required,len=1..100"`
	ContactId                   string               `wire:"required,len=1..256"`
	InitialContactId            string               `wire:"required,len=1..256"`
	VoiceRecordingConfiguration *recordingTrackInput `wire:"required"`
}

type recordingTrackInput struct {
	VoiceRecordingTrack string `wire:"enum=FROM_AGENT|TO_AGENT|ALL"`
	IvrRecordingTrack   string `wire:"enum=ALL"`
}

// recordingTracks are who is heard on each: what goes to the agent is the customer.
var recordingTracks = map[string][]string{
	"FROM_AGENT": {"Agent"},
	"TO_AGENT":   {"Customer"},
	"ALL":        {"Agent", "Customer"},
}

// startContactRecording records a call: the conversation from when an agent joins,
// or what is said to the flow.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_StartContactRecording.html
func (s *Server) startContactRecording(ctx context.Context, in *startContactRecordingInput) (*none, error) {
	track := in.VoiceRecordingConfiguration
	// API_VoiceRecordingConfiguration
	if (track.VoiceRecordingTrack == "") == (track.IvrRecordingTrack == "") {
		return nil, wire.Invalid("VoiceRecordingConfiguration", "exactly one of VoiceRecordingTrack and IvrRecordingTrack must be there")
	}
	ask := contact.RecordingAsked{Do: contact.RecordingStart, Type: contact.RecordingIVR}
	if track.VoiceRecordingTrack != "" {
		ask.Type, ask.Parties = contact.RecordingAgent, recordingTracks[track.VoiceRecordingTrack]
	}
	return s.askRecording(ctx, "StartContactRecording", &contactRecordingInput{in.InstanceId, in.ContactId, in.InitialContactId, ""}, ask)
}

// contactRecordingInput is what the operations on a recording that is made have in common.
type contactRecordingInput struct {
	InstanceId           string `wire:"required,len=1..100"`
	ContactId            string `wire:"required,len=1..256"`
	InitialContactId     string `wire:"required,len=1..256"`
	ContactRecordingType string `wire:"enum=AGENT|IVR|SCREEN"`
}

// askRecording lets a call's recording be as is asked, if the call is in a state
// for it.
func (s *Server) askRecording(ctx context.Context, by string, in *contactRecordingInput, ask contact.RecordingAsked) (*none, error) {
	at, err := s.place(ctx, in.InstanceId)
	if err != nil {
		return nil, err
	}
	c, err := s.viewContact(ctx, at, "ContactId", in.ContactId)
	if err != nil {
		return nil, err
	}
	first, err := contactID(at, "InitialContactId", in.InitialContactId)
	switch {
	case err != nil:
		return nil, err
	case first != c.First():
		return nil, wire.Invalid("InitialContactId", "must be %s, with which contact %s began", c.First(), c.ID)
	case in.ContactRecordingType == "SCREEN":
		return nil, wire.Invalid("ContactRecordingType", "screens are not recorded here")
	case in.ContactRecordingType != "":
		ask.Type = in.ContactRecordingType
	}
	if why := flow.RecordingRefused(c, ask); why != "" {
		return nil, wire.Invalid("ContactId", "contact %s: %s", c.ID, why)
	}
	_, err = s.Engine.Act(ctx, c.ID, contact.ContactUpdated{Record: &ask, By: by})
	if fault.Is(err, fault.Conflict) { // it has changed since
		err = wire.Invalid("ContactId", "contact %s is not in a state for it", c.ID)
	}
	return &none{}, err
}
