package flow

// checkVoiceId would branch on what Voice ID found of the caller's voice. LIVE:
// results are written without blanks.
var checkVoiceId = Spec{
	Doc:  docs + "flow-control-actions-checkvoiceid.html",
	Kind: Unavailable,
	Why:  noVoiceID,
	Params: []Param{{Name: "CheckVoiceIdOption", Use: S, Required: true,
		Enum: []string{"enrollmentStatus", "voiceAuthentication", "fraudDetection"}}},
	Errors: []ErrorRule{{Type: noMatch}},
	Results: []ResultRule{
		{When: When{Param: "CheckVoiceIdOption", Is: "enrollmentStatus"}, Ops: equals,
			Operands: []string{"Enrolled", "NotEnrolled", "OptedOut"}},
		{When: When{Param: "CheckVoiceIdOption", Is: "voiceAuthentication"}, Ops: equals,
			Operands: []string{"Authenticated", "NotAuthenticated", "Inconclusive", "NotEnrolled", "OptedOut"}},
		{When: When{Param: "CheckVoiceIdOption", Is: "fraudDetection"}, Ops: equals,
			Operands: []string{"HighRisk", "LowRisk", "Inconclusive"}},
	},
	Channels: V,
	Flows:    I | Q | CW | OW | AW | TA | TQ,
}
