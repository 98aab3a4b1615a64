package api

import (
	"context"

	"outdial/contact"
)

// suspendContactRecording records silence until the recording is resumed.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_SuspendContactRecording.html
func (s *Server) suspendContactRecording(ctx context.Context, in *contactRecordingInput) (*none, error) {
	return s.askRecording(ctx, "SuspendContactRecording", in, contact.RecordingAsked{Do: contact.RecordingSuspend})
}
