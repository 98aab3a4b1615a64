package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"outdial/gateway/smpp"
	"outdial/gateway/smshttp"
	"outdial/gateway/voice"
	"outdial/gateway/voice/speech"
	"outdial/gateway/whatsapp"
)

// Simulated is the name of the simulated carriers' account.
const Simulated = "simulator"

// A carrierKind is a sort of carrier: what its account says in the
// configuration, and what may be wrong with it.
type carrierKind struct {
	about    string
	sample   map[string]string // values of keys that must be given
	settings func() any        // a pointer to a struct with the tags of File
	check    func(name string, settings any) error
}

// carrierTable is every kind of carrier that there is.
func carrierTable() map[string]carrierKind {
	return map[string]carrierKind{
		"sip": {
			about:    "A SIP trunk: calls out and in.",
			sample:   map[string]string{"targets": "['sip.example.com']"},
			settings: func() any { return new(SIPTrunk) },
			check:    checkSIP,
		},
		"smpp": {
			about:    "An SMPP 3.4 account: SMS out, delivery receipts and SMS in.",
			sample:   map[string]string{"addresses": "['smsc.example.com:2775']", "system_id": "acme", "password": "change-me"},
			settings: func() any { return new(smpp.Account) },
			check: func(name string, settings any) error {
				a := *settings.(*smpp.Account)
				a.Name = name
				_, err := smpp.New(a, smpp.Options{}) // which does no I/O
				return err
			},
		},
		"smshttp": {
			about:    "SMS over HTTP: " + strings.Join(smshttp.Carriers(), ", ") + ".",
			sample:   map[string]string{"carrier": "twilio", "user": "AC0123456789abcdef0123456789abcdef", "secret": "env:TWILIO_AUTH_TOKEN"},
			settings: func() any { return new(smshttp.Account) },
			check:    checkSMSHTTP,
		},
		"whatsapp": {
			about: "WhatsApp, by Meta's Cloud API or by AWS End User Messaging Social.",
			sample: map[string]string{"phones": "{'+12065550110': '106540352242922'}", "token": "env:WHATSAPP_TOKEN",
				"app_secret": "env:WHATSAPP_APP_SECRET", "verify_token": "a-word-of-your-own"},
			settings: func() any { return new(whatsapp.Account) },
			check:    checkWhatsApp,
		},
	}
}

// Kinds are the kinds of carriers.
func Kinds() []string { return slices.Sorted(maps.Keys(carrierTable())) }

// A SIPTrunk is a trunk as the configuration has it: the calls, and the voice
// that speaks in them.
type SIPTrunk struct {
	voice.Trunk `yaml:",inline"`
	Speech      speech.Config `yaml:"speech" doc:"how prompts become sound"`
	Calls       string        `yaml:"calls" eg:"./calls" doc:"folder of this server's own in which calls that are up are written down, so that the far side is released after a crash; default: beside the store where that is a file, else none"`
}

func checkSIP(name string, settings any) error {
	s := settings.(*SIPTrunk)
	t := s.Trunk
	t.Name = name
	if _, err := voice.New(t, voice.Options{}); err != nil { // which does no I/O
		return err
	}
	// It looks for its engine, and does nothing else.
	speaker, err := speech.New(s.Speech, speech.Options{})
	if err != nil {
		return fmt.Errorf("speech.%w", err)
	}
	if t.Hold != "" && !strings.HasPrefix(t.Hold, "builtin:") {
		if err := speaker.Check(t.Hold); err != nil {
			return fmt.Errorf("hold_music: %w (speech.files declares the folders)", err)
		}
	}
	if t.Recordings != "" {
		if err := writable(t.Recordings); err != nil {
			return fmt.Errorf("recordings: %w", err)
		}
	}
	return nil
}

func checkSMSHTTP(name string, settings any) error {
	a := *settings.(*smshttp.Account)
	a.Name = name
	_, err := smshttp.New(a, smshttp.Options{}) // which does no I/O
	return err
}

func checkWhatsApp(name string, settings any) error {
	a := *settings.(*whatsapp.Account)
	a.Name = name
	_, err := whatsapp.New(a, whatsapp.Options{}) // which does no I/O
	return err
}

// ExplainedCarrier gives the keys of a kind of carrier; false where there is no
// such kind.
func ExplainedCarrier(kind string) (string, bool) {
	k, ok := carrierTable()[kind]
	if !ok {
		return "", false
	}
	var one strings.Builder
	printDoc(&one, "    ", k.about)
	ours := reflect.TypeFor[Carrier]()
	for i := range ours.NumField() {
		f := ours.Field(i)
		eg := f.Tag.Get("eg")
		if keyOf(f) == "kind" {
			eg = kind
		}
		printDoc(&one, "    ", f.Tag.Get("doc"))
		if keyOf(f) != "" {
			fmt.Fprintf(&one, "    %s: %s\n", keyOf(f), eg)
		}
	}
	printSettings(&one, reflect.TypeOf(k.settings()).Elem(), "    ", k.sample)
	return "carriers:\n" + dash(one.String(), "  "), true
}

// printSettings writes the keys of a kind's own struct. What need not be given
// is commented out: its sentence names its default.
func printSettings(w *strings.Builder, t reflect.Type, indent string, sample map[string]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			printSettings(w, f.Type, indent, sample)
			continue
		}
		key := keyOf(f)
		if key == "" || key == "name" {
			continue
		}
		printDoc(w, indent, f.Tag.Get("doc"))
		inner := f.Type
		if inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		switch {
		case sample[key] != "":
			fmt.Fprintf(w, "%s%s: %s\n", indent, key, sample[key])
		case inner.Kind() == reflect.Struct && f.Type.Kind() != reflect.Slice:
			fmt.Fprintf(w, "%s%s:\n", indent, key)
			printSettings(w, inner, indent+"  ", nil)
		default:
			fmt.Fprintf(w, "%s#%s:\n", indent, key)
		}
	}
}

// carriers checks the accounts at carriers, and finds the one that serves
// numbers which name none.
func (d *declarer) carriers() {
	seen := map[string]bool{Simulated: true}
	for i, c := range d.c.Carriers {
		path := fmt.Sprintf("carriers[%d]", i)
		if !plainName.MatchString(c.Name) || seen[c.Name] {
			d.fail(path+".name", "wants a name of its own, of letters, digits and ._-, not %q", c.Name)
		}
		seen[c.Name] = true
		k, ok := carrierTable()[c.Kind]
		if !ok {
			d.fail(path+".kind", "wants %s, not %q", strings.Join(Kinds(), ", "), c.Kind)
			continue
		}
		if !isRate(c.Throttle) {
			d.fail(path+".throttle", "at least 0, not %v", c.Throttle)
		}
		d.oneOf(path+".unknown", c.Unknown, "resend", "hold")
		dec := decoder{getenv: d.getenv, lines: d.lines, secrets: true}
		settings := k.settings()
		dec.value(&c.rest, reflect.ValueOf(settings).Elem(), path)
		d.errs = append(d.errs, dec.errs...)
		d.c.Carriers[i].Settings = settings
		if len(dec.errs) == 0 {
			if err := k.check(c.Name, settings); err != nil {
				field, text, ok := strings.Cut(err.Error(), ": ")
				if _, there := d.lines[join(path, field)]; ok && there {
					d.fail(join(path, field), "%s", text)
				} else {
					d.fail(path, "%v", err)
				}
			}
		}
	}
	switch {
	case len(d.c.Carriers) == 1:
		d.only = d.c.Carriers[0].Name
	case len(d.c.Carriers) == 0 && d.c.Simulates():
		d.only = Simulated
	}
}

// carrier checks that a carrier of a name is there.
func (d *declarer) carrier(path, name string) string {
	if name == Simulated && d.c.Simulates() {
		return name
	}
	var names []string
	for _, c := range d.c.Carriers {
		if c.Name == name {
			return name
		}
		names = append(names, c.Name)
	}
	if name == "" {
		d.fail(path, "which carrier serves it?%s", Among(names))
	} else {
		d.fail(path, "there is no carrier %q%s", name, Among(names))
	}
	return ""
}

// Simulates tells whether the simulated carriers are there.
func (c *File) Simulates() bool {
	switch c.Simulator {
	case "on", "true":
		return true
	case "off", "false":
		return false
	}
	return len(c.Carriers) == 0
}
