package store

import (
	"fmt"

	"outdial/contact"
)

// ContactKey is the key of the page behind c: ContactQuery.After, for a reader
// that stops in the middle of a page.
func ContactKey(c *contact.Contact) string { return fmt.Sprintf("%d.%s", millis(c.Initiated), c.ID) }
