package engine

import (
	"fmt"
	"testing"

	"outdial/contact"
)

// What was put a moment ago is there, however much went before: a house that is
// a little behind must not read everything again.
func TestTheLastContactsAreRemembered(t *testing.T) {
	var r recent
	for i := range 10 * remembered {
		id := fmt.Sprint(i)
		r.put(&contact.Contact{ID: contact.ID(id)})
		r.message(&contact.Message{ID: id})
		if i < remembered-1 {
			continue
		}
		back := fmt.Sprint(i - remembered + 1)
		if _, ok := r.contact(contact.ID(back)); !ok {
			t.Fatalf("after %d contacts the one %d back is forgotten", i+1, remembered-1)
		}
		if _, ok := r.asked(back); !ok {
			t.Fatalf("after %d messages the one %d back is forgotten", i+1, remembered-1)
		}
	}
	if _, ok := r.contact("0"); ok || len(r.contacts.cur)+len(r.contacts.old) > 2*remembered {
		t.Error("nothing is ever forgotten")
	}
	changed := &contact.Contact{ID: "0"}
	r.put(changed)
	if c, _ := r.contact("0"); c != changed {
		t.Error("the newest does not count")
	}
}
