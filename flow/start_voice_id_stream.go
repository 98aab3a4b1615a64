package flow

// startVoiceIdStream would send the caller's voice to Voice ID.
var startVoiceIdStream = Spec{
	Doc:      docs + "flow-control-actions-startvoiceidstream.html",
	Kind:     Unavailable,
	Why:      noVoiceID,
	Errors:   []ErrorRule{{Type: noMatch}},
	Channels: V,
	Flows:    I | Q | CW | OW | AW | TA | TQ,
}

// AWS ended the service on 20 May 2026; there is nothing to reach.
const noVoiceID = "Voice ID cannot be had: the service has ended"
