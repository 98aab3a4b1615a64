package flow

import "outdial/contact"

// updatePreviousContactParticipantState puts the agent who transferred the caller,
// or the caller, on hold while this flow runs, or takes them off it.
var updatePreviousContactParticipantState = Spec{
	Doc: docs + "contact-actions-updatepreviouscontactparticipantstate.html",
	Params: []Param{{Name: "PreviousContactParticipantState", Use: S, Required: true,
		Enum: []string{"AgentOnHold", "CustomerOnHold", "OffHold"}}},
	Errors:   []ErrorRule{{Type: noMatch}},
	Channels: V,
	Flows:    I | OW | TA | TQ | MOD,
	Run:      runUpdatePreviousContactParticipantState,
}

func runUpdatePreviousContactParticipantState(t *Turn) Next {
	c := t.Contact
	if c.PreviousID == "" {
		return t.Fail(noMatch, "there is no previous contact")
	}
	before, err := t.World.Contact(c.PreviousID)
	if err != nil {
		return t.Fail(noMatch, "the previous contact is not there")
	}
	if !before.WithAgent() {
		return t.NextSaying("nobody is left in the previous contact")
	}
	if c.Apart != nil && c.Apart.ID == before.ID {
		c.Apart.Hears = hears[t.Text("PreviousContactParticipantState")]
	}
	t.Do(contact.UpdateContact{ID: before.ID, Update: contact.ContactUpdated{
		Hold: t.Text("PreviousContactParticipantState"), By: "UpdatePreviousContactParticipantState"}})
	return t.Next()
}

// hears is who hears the flow of a consult in each state.
var hears = map[string]string{"AgentOnHold": contact.CustomerHears, "CustomerOnHold": "", "OffHold": contact.AllHear}

// holdAs does what a later contact wants of who takes part in this one.
func (t *Turn) holdAs(state string) error {
	c := t.Contact
	if !c.WithAgent() || !t.voice() {
		return nil
	}
	t.offHold()
	if c.Consult != nil {
		c.Consult.Joined = state == "OffHold" && c.Consult.Agent != ""
	}
	switch state {
	case "AgentOnHold":
		return t.onHold(agentHold)
	case "CustomerOnHold":
		return t.onHold(customerHold)
	}
	return nil
}
