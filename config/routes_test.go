package config

import (
	"fmt"
	"strings"
	"testing"
)

// TestRoutesConfig: what a route names must be there.
func TestRoutesConfig(t *testing.T) {
	const head = "simulator: on\ncarriers:\n- {name: acme, kind: smpp, addresses: ['127.0.0.1:1'], system_id: me}\n" +
		"instances:\n- alias: acme\n  numbers:\n  - {number: '+12065550110', channels: [SMS], carrier: acme, throttle: -1, quietHours: '21-8'}\n"
	for _, c := range []struct{ routes, want string }{
		{"routes:\n- {to: [DE, '+4366'], channels: [SMS], from: ['+12065550110'], carriers: [acme, simulator]}\n- {carriers: [acme]}\n", ""},
		{"routes:\n- {to: [Germany], carriers: [acme]}\n", "c.yaml:9: routes[0].to[0]: wants a country such as DE"},
		{"routes:\n- {to: [49], carriers: [acme]}\n", "routes[0].to[0]: wants a country"},
		{"routes:\n- {from: ['+12065550199'], carriers: [acme]}\n", `routes[0].from[0]: no instance has the number "+12065550199"`},
		{"routes:\n- {channels: [FAX], carriers: [acme]}\n", "routes[0].channels[0]: wants SMS, WHATSAPP, VOICE"},
		{"routes:\n- {to: [DE]}\n", "routes[0].carriers: at least one is needed"},
		{"routes:\n- {to: [DE], carriers: [acne]}\n", `routes[0].carriers[0]: there is no carrier "acne"`},
		{"routes:\n- {carriers: [acme]}\n- {to: [DE], carriers: [acme]}\n", "routes[0]: fits everything, and the routes after it nothing"},
		{"hooks: {listen: nowhere}\n", "hooks.listen: wants HOST:PORT"},
	} {
		_, err := Parse("c.yaml", []byte(head+c.routes), noEnv, nil)
		said := fmt.Sprint(err)
		for _, want := range []string{"numbers[0].throttle: at least 0", "numbers[0].quietHours: wants hours", c.want} {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %v, want %s", c.routes, err, want)
			}
		}
		if n := strings.Count(said, "\n") + 1; c.want == "" && n != 2 {
			t.Errorf("%s: %v", c.routes, err)
		}
	}
}

func TestThrottlesThatAreNoRate(t *testing.T) {
	for _, rate := range []string{".nan", ".inf", "-.inf", "-0.5"} {
		_, err := Parse("c.yaml", []byte("carriers:\n- {name: acme, kind: smpp, addresses: ['127.0.0.1:2775'], system_id: a, password: p, throttle: "+rate+"}\n"+
			"instances:\n- alias: acme\n  numbers:\n  - {number: '+12065550110', channels: [SMS], carrier: acme, throttle: "+rate+"}\n"), noEnv, nil)
		for _, want := range []string{"carriers[0].throttle: at least 0", "numbers[0].throttle: at least 0"} {
			if !strings.Contains(fmt.Sprint(err), want) {
				t.Errorf("%s: %v, want %s", rate, err, want)
			}
		}
	}
}
