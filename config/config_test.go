package config

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func noEnv(string) string { return "" }

// tiny is the smallest flow.
const tiny = `{"Version":"2019-10-30","StartAction":"a","Actions":[{"Identifier":"a","Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}`

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestConfigMistakes(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "flows/Hello.json", tiny)
	write(t, dir, "bad/Wrong.json", strings.ReplaceAll(tiny, "DisconnectParticipant", "Juggle"))
	write(t, dir, "bad/Broken.json", tiny[:20])
	write(t, dir, "secret", "  from-a-file  \nsecond line")
	write(t, dir, "empty", "")
	write(t, dir, "numbers.csv", "number,since\n+12065550150,2026\n0123\n")
	t.Chdir(dir)
	for _, c := range []struct{ name, doc, want string }{
		{"empty", "", ""},
		{"unknown key", "listen: :1\nlistn: :2\n", `c.yaml:2: unknown key "listn": did you mean listen?`},
		{"unknown key within", "instances:\n  - alias: a\n    colour: red\n", `c.yaml:3: instances[0]: unknown key "colour"`},
		{"key twice", "listen: ':1'\nlisten: ':2'\n", `c.yaml:2: key "listen" is given twice`},
		{"wrong sort", "drain: [1]\ninsecure: perhaps\nlog: loud\n",
			"c.yaml:1: drain: wants text, not a list\nc.yaml:2: insecure: wants true or false, not \"perhaps\"\nc.yaml:3: log: wants keys and values, not \"loud\""},
		{"no YAML", "listen: [1\n", `c.yaml:1: did not find expected ',' or ']'`},
		{"span", "drain: soon\n", `c.yaml:1: drain: "soon" is no length of time such as 30s, 25h or 7d`},
		{"never", "carriers:\n- {name: a, kind: sip, targets: [192.0.2.1], ping: -1s, session_expires: -1s, rtp_timeout: -1m}\n", ""},
		{"time below nothing", "carriers:\n- {name: a, kind: sip, targets: [192.0.2.1], patience: -1s}\n",
			`c.yaml:2: carriers[0].patience: "-1s" is no length of time such as 30s, 25h or 7d`},
		{"listen", "listen: here\n", `c.yaml:1: listen: wants HOST:PORT, not "here"`},
		{"store", "store: mysql://x\n", `c.yaml:1: store: wants file:PATH or postgres://…, not "mysql://x"`},
		{"tls", "tls: {cert: a}\n", "c.yaml:1: tls: cert and key go together"},
		{"level", "log:\n  level: loud\n", `c.yaml:2: log.level: wants info, debug, warn, error, not "loud"`},
		{"account", "accounts:\n- id: 12\n", `c.yaml:2: accounts[0].id: wants twelve digits, not "12"`},
		{"secret of the environment", "accounts:\n- id: 111122223333\n  keys:\n  - id: AKOD2345672345672345\n    secret: env:NOT_THERE\n",
			"c.yaml:5: accounts[0].keys[0].secret: the environment has no NOT_THERE"},
		{"secret of a file", "accounts:\n- id: 111122223333\n  keys:\n  - {id: AKOD2345672345672345, secret: 'file:secret'}\n", ""},
		{"secret of an empty file", "accounts:\n- id: 111122223333\n  keys:\n  - {id: AKOD2345672345672345, secret: 'file:empty'}\n",
			"c.yaml:4: accounts[0].keys[0].secret: empty: its first line is empty"},
		{"rule", "accounts:\n- id: 111122223333\n  keys:\n  - id: AKOD2345672345672345\n    secret: long-enough\n    allow:\n    - actions: [StartChat]\n",
			`c.yaml:7: accounts[0].keys[0].allow[0].actions[0]: wants SERVICE:ACTION, such as connect:StartOutbound*, not "StartChat"`},
		{"instance", "instances:\n- alias: -a-\n  region: mars\n  account: 1\n  id: x\n",
			"c.yaml:2: instances[0].alias: wants 1 to 63 letters, digits and inner hyphens, not \"-a-\"\n" +
				"c.yaml:3: instances[0].region: wants a region such as us-east-1, not \"mars\"\n" +
				"c.yaml:4: instances[0].account: wants twelve digits, not \"1\"\n" +
				"c.yaml:5: instances[0].id: wants a UUID, not \"x\""},
		{"number", "instances:\n- alias: a\n  flows: flows\n  numbers:\n  - {number: '0123', channels: [VOICE]}\n  - {number: '+12065550110', channels: [FAX], flow: Helo, carrier: acme}\n",
			"c.yaml:5: instances[0].numbers[0].number: wants E.164 such as +12065550110 (or, for SMS alone, a short code or a sender id), not \"0123\"\n" +
				"c.yaml:6: instances[0].numbers[1].channels[0]: wants SMS, VOICE, WHATSAPP, not \"FAX\"\n" +
				"c.yaml:6: instances[0].numbers[1].flow: there is no flow \"Helo\", only Hello\n" +
				"c.yaml:6: instances[0].numbers[1].carrier: there is no carrier \"acme\": none is declared"},
		{"number twice", "instances:\n- alias: a\n  numbers:\n  - {number: '+12065550110', channels: [SMS]}\n  - {number: '+12065550110', channels: [VOICE]}\n",
			`c.yaml:5: instances[0].numbers[1]: "+12065550110" is declared already, by instances[0].numbers[0]`},
		{"hours", "instances:\n- alias: a\n  hours:\n  - {name: H, timeZone: Mars/Base, open: [SOMEDAY 9-5]}\n  - {name: I, open: [EVERYDAY 00:00-00:00], overrides: [{name: X, from: 2026-12-26, till: 2026-12-24}]}\n",
			"c.yaml:4: instances[0].hours[0].open[0]: wants days and hours such as MONDAY-FRIDAY 09:00-17:30, not \"SOMEDAY 9-5\"\n" +
				"c.yaml:4: instances[0].hours[0].timeZone: no IANA time zone is called \"Mars/Base\"\n" +
				"c.yaml:5: instances[0].hours[1].overrides[0].till: 2026-12-24 is before 2026-12-26"},
		{"queue", "instances:\n- alias: a\n  queues:\n  - {name: Q, callerId: '+12065550110'}\n",
			"c.yaml:4: instances[0].queues[0].hours: a queue needs hours of operation, and this instance has none\n" +
				"c.yaml:4: instances[0].queues[0].callerId: there is no number \"+12065550110\": none is declared"},
		{"alias", "instances:\n- alias: a\n  aliases:\n    arn:aws:connect:eu-west-2:444455556666:instance/x/queue/y: queue/Q\n",
			"c.yaml:4: instances[0].aliases.arn:aws:connect:eu-west-2:444455556666:instance/x/queue/y: there is no queue \"Q\": none is declared"},
		{"template", "instances:\n- alias: a\ntemplates:\n- name: T\n  text: Hi {{name}}, {{time}}\n  attributes: [name]\n",
			`c.yaml:6: templates[0].attributes: "time" stands in the text, but not here`},
		{"bot", "bots:\n- name: B\n  intents: []\n", "c.yaml:2: bots[0]: intents: at least one is needed"},
		{"carrier", "carriers:\n- {name: a b, kind: pigeon}\n", "c.yaml:2: carriers[0].name: wants a name of its own, of letters, digits and ._-, not \"a b\"\n" +
			"c.yaml:2: carriers[0].kind: wants " + strings.Join(Kinds(), ", ") + ", not \"pigeon\""},
		{"sink", "sinks:\n- {name: s, url: 'ftp://x', events: [PARTY]}\n- {name: s, file: f, url: 'http://x'}\n",
			"c.yaml:2: sinks[0].url: wants http://… or https://…, not \"ftp://x\"\n" +
				"c.yaml:2: sinks[0].secret: is needed: a web-hook that is not signed can be forged\n" +
				"c.yaml:2: sinks[0].events[0]: wants INITIATED, CONNECTED_TO_SYSTEM, CONTACT_DATA_UPDATED, QUEUED, CONNECTED_TO_AGENT, DISCONNECTED, COMPLETED, AMD_DISABLED, MESSAGE_STATUS, CONTACT_RECORD, not \"PARTY\"\n" +
				"c.yaml:3: sinks[1].name: wants a name of its own, of letters, digits and ._-, not \"s\"\n" +
				"c.yaml:3: sinks[1]: wants a file or an url\n" +
				"c.yaml:3: sinks[1].secret: is needed: a web-hook that is not signed can be forged"},
		{"log sink", "flowLogSinks:\n- {name: s, url: 'http://x'}\n- {name: s, logGroup: g}\n- {name: t}\n",
			"c.yaml:2: flowLogSinks[0].secret: is needed: a web-hook that is not signed can be forged\n" +
				"c.yaml:3: flowLogSinks[1].name: wants a name of its own, of letters, digits and ._-, not \"s\"\n" +
				"c.yaml:3: flowLogSinks[1].cloudWatch.endpoint: is needed: where CloudWatch Logs is\n" +
				"c.yaml:4: flowLogSinks[2]: wants a file, an url or a logGroup"},
		{"list", "doNotContact: {file: numbers.csv}\n", `c.yaml:1: doNotContact.file: numbers.csv:3: wants a number in E.164, not "0123"`},
		{"flow", "flows: bad\ninstances:\n- alias: a\n- alias: b\n", "bad/Broken.json: content of flow bad/Broken.json is not readable: unexpected EOF\n" +
			"bad/Wrong.json: Invalid Action type. Type: Juggle (action \"a\", Actions[0].Type): it is not an action type that is honoured"},
		{"folder", "flows: nowhere\ninstances:\n- alias: a\n", "c.yaml:1: flows: the folder nowhere: no such file or directory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("c.yaml", []byte(c.doc), noEnv, nil)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// What is explained must be true: with every "#" gone, the file is taken.
func TestExplainedConfigIsTaken(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "flows/Appointment reminder.json", tiny)
	t.Chdir(dir)
	var live strings.Builder
	for line := range strings.Lines(Explained()) {
		if rest, ok := strings.CutPrefix(line, "#"); ok && (len(rest) < 2 || rest[0] != ' ' || rest[1] == ' ') {
			line = rest
		}
		live.WriteString(line)
	}
	c, err := Parse("explained", []byte(live.String()), noEnv, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Instances) != 1 || c.Instances[0].Numbers[0].Number != "+12065550110" || len(c.Bots) != 1 {
		t.Errorf("not all of it was read: %+v", c)
	}
	if _, err := Parse("commented", []byte(Explained()), noEnv, nil); err != nil {
		t.Errorf("with everything left out: %v", err)
	}
}

func TestRetention(t *testing.T) {
	day := 24 * time.Hour
	for doc, want := range map[string]time.Duration{"": 730 * day, "retention: 30d": 30 * day, "retention: 0": math.MaxInt64} {
		c, err := Parse("outdial.yaml", []byte(doc), noEnv, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Keeps(); got != want {
			t.Errorf("%q keeps for %v, want %v", doc, got, want)
		}
	}
}
