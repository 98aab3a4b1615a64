package api

import (
	"context"

	"outdial/contact"
)

// resumeContactRecording goes on with a recording that is suspended.
// https://docs.aws.amazon.com/connect/latest/APIReference/API_ResumeContactRecording.html
func (s *Server) resumeContactRecording(ctx context.Context, in *contactRecordingInput) (*none, error) {
	return s.askRecording(ctx, "ResumeContactRecording", in, contact.RecordingAsked{Do: contact.RecordingResume})
}
