package api

import (
	"context"

	"outdial/contact"
)

// stopContactRecording ends the recording of a call for good.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_StopContactRecording.html
func (s *Server) stopContactRecording(ctx context.Context, in *contactRecordingInput) (*none, error) {
	return s.askRecording(ctx, "StopContactRecording", in, contact.RecordingAsked{Do: contact.RecordingStop})
}
