package api

import (
	"strings"

	"outdial/wire"
)

// maxTags is how many tags a resource may have.
const maxTags = 50

// checkTags refuses keys that belong to AWS.
func checkTags(field string, tags map[string]string) error {
	for key := range tags {
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			return wire.Invalid(field, "keys that begin with aws: are reserved")
		}
	}
	return nil
}
