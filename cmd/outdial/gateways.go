package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"outdial/engine"
	"outdial/gateway"
	"outdial/gateway/smpp"
	"outdial/gateway/smshttp"
	"outdial/gateway/whatsapp"
)

// simulated is the name of the simulated carriers' account.
const simulated = "simulator"

// A carrierKind is a sort of carrier: what its account says in the
// configuration, and how a gateway is made of it.
type carrierKind struct {
	about    string
	sample   map[string]string // values of keys that must be given
	settings func() any        // a pointer to a struct with the tags of config
	check    func(name string, settings any) error
	open     func(ctx context.Context, name string, settings any, h *house) (gateway.Gateway, error)
}

// carrierTable is every kind of carrier that there is.
func carrierTable() map[string]carrierKind {
	return map[string]carrierKind{
		"sip": {
			about:    "A SIP trunk: calls out and in.",
			sample:   map[string]string{"targets": "['sip.example.com']"},
			settings: func() any { return new(sipTrunk) },
			check:    checkSIP,
			open:     openSIP,
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
			open: openSMPP,
		},
		"smshttp": {
			about:    "SMS over HTTP: " + strings.Join(smshttp.Carriers(), ", ") + ".",
			sample:   map[string]string{"carrier": "twilio", "user": "AC0123456789abcdef0123456789abcdef", "secret": "env:TWILIO_AUTH_TOKEN"},
			settings: func() any { return new(smshttp.Account) },
			check:    checkSMSHTTP,
			open:     openSMSHTTP,
		},
		"whatsapp": {
			about: "WhatsApp, by Meta's Cloud API or by AWS End User Messaging Social.",
			sample: map[string]string{"phones": "{'+12065550110': '106540352242922'}", "token": "env:WHATSAPP_TOKEN",
				"app_secret": "env:WHATSAPP_APP_SECRET", "verify_token": "a-word-of-your-own"},
			settings: func() any { return new(whatsapp.Account) },
			check:    checkWhatsApp,
			open:     openWhatsApp,
		},
	}
}

func openSMPP(_ context.Context, name string, settings any, h *house) (gateway.Gateway, error) {
	a := *settings.(*smpp.Account)
	a.Name = name
	return smpp.New(a, smpp.Options{Log: h.log, Shelf: engine.NewShelf(h.st, name)})
}

func carrierKinds() []string { return slices.Sorted(maps.Keys(carrierTable())) }

// printCarrier prints the keys of a kind of carrier.
func printCarrier(w io.Writer, kind string) error {
	k, ok := carrierTable()[kind]
	if !ok {
		return usagef("there is no kind of carrier %q: %s", kind, strings.Join(carrierKinds(), ", "))
	}
	var one strings.Builder
	printDoc(&one, "    ", k.about)
	ours := reflect.TypeFor[carrierConfig]()
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
	_, err := io.WriteString(w, "carriers:\n"+dash(one.String(), "  "))
	return err
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
	seen := map[string]bool{simulated: true}
	for i, c := range d.c.Carriers {
		path := fmt.Sprintf("carriers[%d]", i)
		if !plainName.MatchString(c.Name) || seen[c.Name] {
			d.fail(path+".name", "wants a name of its own, of letters, digits and ._-, not %q", c.Name)
		}
		seen[c.Name] = true
		k, ok := carrierTable()[c.Kind]
		if !ok {
			d.fail(path+".kind", "wants %s, not %q", strings.Join(carrierKinds(), ", "), c.Kind)
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
		d.c.Carriers[i].settings = settings
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
	case len(d.c.Carriers) == 0 && d.c.simulates():
		d.only = simulated
	}
}

// carrier checks that a carrier of a name is there.
func (d *declarer) carrier(path, name string) string {
	if name == simulated && d.c.simulates() {
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
		d.fail(path, "which carrier serves it?%s", among(names))
	} else {
		d.fail(path, "there is no carrier %q%s", name, among(names))
	}
	return ""
}

// simulates tells whether the simulated carriers are there.
func (c *config) simulates() bool {
	switch c.Simulator {
	case "on", "true":
		return true
	case "off", "false":
		return false
	}
	return len(c.Carriers) == 0
}
