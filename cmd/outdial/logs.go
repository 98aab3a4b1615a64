package main

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"

	"outdial/config"
)

// newLog makes the log that everything else is handed.
func newLog(w io.Writer, c config.Log) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cmp.Or(c.Level, "info"))); err != nil {
		return nil, usagef("-log-level: wants debug, info, warn or error, not %q", c.Level)
	}
	o := &slog.HandlerOptions{Level: level}
	if c.Numbers != "shown" {
		o.ReplaceAttr = masked
	}
	switch c.Format {
	case "", "text":
		return slog.New(slog.NewTextHandler(w, o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, o)), nil
	}
	return nil, usagef("-log-format: wants text or json, not %q", c.Format)
}

// phone is a number as it stands in a text: E.164, or escaped within a URL.
var phone = regexp.MustCompile(`(\+|%2[bB])[1-9][0-9]{6,14}`)

// masked hides the phone numbers in whatever is logged.
func masked(_ []string, a slog.Attr) slog.Attr {
	switch v := a.Value.Any().(type) {
	case string:
		a.Value = slog.StringValue(mask(v))
	case error:
		a.Value = slog.StringValue(mask(v.Error()))
	case fmt.Stringer:
		if a.Value.Kind() == slog.KindAny {
			a.Value = slog.StringValue(mask(v.String()))
		}
	case []string:
		a.Value = slog.StringValue(mask(strings.Join(v, " ")))
	default:
		if a.Value.Kind() == slog.KindAny {
			a.Value = slog.StringValue(mask(fmt.Sprint(v)))
		}
	}
	return a
}

// mask leaves of each number its first digits, which tell the country, and its
// last two.
func mask(s string) string {
	return phone.ReplaceAllStringFunc(s, func(n string) string {
		plus := 1
		if n[0] == '%' {
			plus = 3
		}
		digits := n[plus:]
		return n[:plus] + digits[:2] + strings.Repeat("*", len(digits)-4) + digits[len(digits)-2:]
	})
}
