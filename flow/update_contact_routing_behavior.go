package flow

import "outdial/contact"

// updateContactRoutingBehavior moves the contact ahead in its queue, or back. It
// has no error branch: what is no number changes nothing.
var updateContactRoutingBehavior = Spec{
	Doc: docs + "contact-actions-updatecontactroutingbehavior.html",
	Params: []Param{
		{Name: "QueuePriority", Shape: Int, Use: J, Min: 1},
		{Name: "QueueTimeAdjustmentSeconds", Shape: Int, Use: J, Min: -maxShift, Max: maxShift},
	},
	Groups: []Group{{Names: []string{"QueuePriority", "QueueTimeAdjustmentSeconds"}, Rule: One}},
	Flows:  I | Q | OW | TA | TQ | MOD,
	Run:    runUpdateContactRoutingBehavior,
}

// maxShift bounds an adjustment of the time in a queue, in seconds: no wait is
// longer than a contact lives.
const maxShift = 90 * 24 * 3600

func runUpdateContactRoutingBehavior(t *Turn) Next {
	c := t.Contact
	if t.Has("QueuePriority") {
		n, ok := t.Int("QueuePriority")
		if !ok || n < 1 {
			return t.NextSaying("\"" + t.Text("QueuePriority") + "\" is no priority: nothing changes")
		}
		c.Priority, c.AgeShift = n, 0
	} else {
		n, ok := t.Int("QueueTimeAdjustmentSeconds")
		if !ok {
			return t.NextSaying("\"" + t.Text("QueueTimeAdjustmentSeconds") + "\" is no number of seconds: nothing changes")
		}
		c.Priority, c.AgeShift = 0, n
	}
	t.reroute()
	return t.Next()
}

// reroute lets routing look again at a contact that waits.
func (t *Turn) reroute() {
	if c := t.Contact; c.Waits() {
		t.Do(contact.Queue{Do: contact.QueueJoin, ID: c.Queue.ID})
	}
}
