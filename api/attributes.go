package api

import (
	"maps"
	"slices"

	"outdial/wire"
)

// maxAttributes is how many UTF-8 bytes the user-defined attributes of a
// contact may take, keys and values together. API_StartOutboundVoiceContact
const maxAttributes = 32768

// checkAttributes says what is wrong with the attributes of a request.
func checkAttributes(field string, attributes map[string]string) error {
	n := 0
	for key, value := range attributes {
		if !keyAlphabet(key) {
			return badKey(field, attributes)
		}
		n += len(key) + len(value)
	}
	if n > maxAttributes {
		return wire.OutOfBounds(field, "at most %d bytes over all keys and values, not %d", maxAttributes, n)
	}
	return nil
}

// badKey names the first wrong key, so that the same request has the same answer.
func badKey(field string, attributes map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(attributes)) {
		if !keyAlphabet(key) {
			return wire.OutOfBounds(field, "the key %s: letters, digits, - and _ only", quote(key))
		}
	}
	return nil
}

// keyAlphabet tells whether a key is made of letters, digits, dash and underscore.
func keyAlphabet(key string) bool {
	for i := range len(key) {
		switch c := key[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return key != ""
}

// quote shows a caller's value in a message, cut short.
func quote(s string) string {
	const most = 80
	if len(s) <= most {
		return `"` + s + `"`
	}
	cut := most
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return `"` + s[:cut] + `…"`
}

// merged is a with b laid over it.
func merged(a, b map[string]string) map[string]string {
	if len(a) == 0 {
		return b
	}
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}
