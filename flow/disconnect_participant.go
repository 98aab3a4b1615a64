package flow

// disconnectParticipant ends the conversation. The documentation allows it
// everywhere; the service refuses it in whisper and hold flows.
var disconnectParticipant = Spec{
	Doc:      docs + "participant-actions-disconnectparticipant.html",
	Flows:    I | Q | TA | TQ | CAM | MOD,
	Terminal: true,
	Run:      func(t *Turn) Next { return t.Disconnect("") },
}
