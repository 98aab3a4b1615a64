package contact

import "strings"

// E164 tells whether s is a telephone number as ITU-T E.164 §6 has it: + and 2 to
// 15 digits, the first of which is not 0.
func E164(s string) bool {
	return len(s) >= 3 && len(s) <= 16 && s[0] == '+' && s[1] != '0' && strings.Trim(s[1:], "0123456789") == ""
}
