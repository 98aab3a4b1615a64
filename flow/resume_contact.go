package flow

// resumeContact takes up a task that was put aside.
var resumeContact = Spec{
	Doc:      docs + "contact-actions-resumecontact.html",
	Errors:   []ErrorRule{{Type: noMatch}},
	Channels: T,
	Run:      runResumeContact,
}

func runResumeContact(t *Turn) Next {
	if t.Contact.Pause.Since.IsZero() {
		return t.Fail(noMatch, "the contact is not paused")
	}
	t.goesOn()
	return t.Next()
}
