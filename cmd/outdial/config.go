package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"outdial/config"
)

// runConfig prints the configuration file with what each key means, or checks one.
func runConfig(_ context.Context, e env, args []string) error {
	fs := flags(e, "config", "", `
Prints outdial.yaml, explained: every key with its meaning and its default.

  outdial config > outdial.yaml
  outdial config -check outdial.yaml`)
	check := fs.String("check", "", "check `FILE` (- is standard input): exit 0, or say the lines that are wrong")
	kind := fs.String("kind", "", "print the keys of a `KIND` of carrier: "+strings.Join(config.Kinds(), ", "))
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return usagef("unexpected %q", words[0])
	}
	switch {
	case *check != "":
		c, err := config.Read(*check, e.stdin, e.getenv)
		if err != nil {
			fmt.Fprintln(e.stderr, err)
			return exitError(1)
		}
		for _, w := range c.Declared.Warnings {
			fmt.Fprintln(e.stderr, "warning:", w)
		}
		return nil
	case *kind != "":
		text, ok := config.ExplainedCarrier(*kind)
		if !ok {
			return usagef("there is no kind of carrier %q: %s", *kind, strings.Join(config.Kinds(), ", "))
		}
		_, err := io.WriteString(e.stdout, text)
		return err
	}
	_, err = io.WriteString(e.stdout, config.Explained())
	return err
}
