package config

import (
	"fmt"
	"strings"
	"testing"
)

// What would end the server at its start is said before.
func TestTrunksThatCannotServe(t *testing.T) {
	const two = "carriers:\n- {name: a, kind: sip, targets: [192.0.2.1], speech: {engine: none}%s}\n- {name: b, kind: sip, targets: [192.0.2.2]%s}\n"
	const taken = "carriers[1].listen: a listens on port 5060 of udp already"
	for _, c := range [][3]string{
		{"", "", taken},
		{", listen: '127.0.0.1:5060'", "", taken},
		{", listen: '127.0.0.1:5060'", ", listen: '127.0.0.2:5060'", ""},
		{"", ", transport: tcp", ""},
		{", transport: tls", ", transport: tls", ""},
		{", listen: '127.0.0.1:0'", ", listen: '127.0.0.1:0'", ""},
		{", listen: '0.0.0.0:5070'", "", ""},
		{", listen: '0.0.0.0:5070'", ", speech: {engine: festival}", `carriers[1].speech.engine: espeak-ng, flite, polly, command or none, not "festival"`},
	} {
		_, err := Read("-", strings.NewReader(fmt.Sprintf(two, c[0], c[1])), func(string) string { return "" })
		if (err == nil) != (c[2] == "") || err != nil && !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%q, %q: %v\nwant %s", c[0], c[1], err, c[2])
		}
	}
}
