// Package main is the program: it puts the house together as the configuration
// says, and holds the verbs of the command line, one file each.
//
// It is the one place that knows every room. It decides nothing about contacts.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	_ "time/tzdata" // hours of operation and quiet hours, on machines without zone files
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// Once the first signal came, the second one ends the process at once.
	context.AfterFunc(ctx, stop)
	e := env{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, self: invoked(os.Args[0])}
	os.Exit(run(ctx, e, os.Args[1:]))
}

// invoked is what the user types to run this program again. What "go run" has
// built lies in a folder that will be gone.
func invoked(arg0 string) string {
	if strings.Contains(arg0, string(filepath.Separator)+"go-build") {
		return "go run ./cmd/outdial"
	}
	return arg0
}

// verbs is the whole command line.
func verbs() []verb {
	return []verb{
		{"serve", "run the server", runServe},
		{"start", "start one contact: start chat, start voice", runStart},
		{"try", "talk to a flow in the terminal; -explore tries every branch", runTry},
		{"check", "check flows as the service does", runCheck},
		{"test", "perform plays and compare them", runTest},
		{"flow", "draw a flow as SVG, or convert an export of old: graph, convert", runFlow},
		{"handset", "hold a customer's phone", runHandset},
		{"contact", "list, show, tail and delete contacts", runContact},
		{"events", "list events, and send them again", runEvents},
		{"key", "make, list and revoke access keys", runKey},
		{"optout", "numbers that get no message: list, add, remove, import, export", runOptout},
		{"lines", "how carriers do; lines test NUMBER sends a message and says what happened", runLines},
		{"backup", "copy the store while it serves", runBackup},
		{"operations", "list what is honoured of Amazon Connect's API and flows", runOperations},
		{"config", "print the configuration file, explained; -check FILE", runConfig},
		{"bench", "measure this program on this machine", runBench},
		{"version", "print the version", runVersion},
	}
}

// run runs the verb that args name, and gives the exit status: 0, 1 for a
// failure, 2 for a wrong use.
func run(ctx context.Context, e env, args []string) int {
	if len(args) == 0 {
		usage(e.stderr)
		return 2
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		if len(args) > 1 {
			return run(ctx, e, []string{args[1], "-h"})
		}
		usage(e.stdout)
		return 0
	case "-version", "--version":
		args = []string{"version"}
	}
	for _, v := range verbs() {
		if v.name == args[0] {
			err := v.run(ctx, e, args[1:])
			if errors.Is(err, context.Canceled) && ctx.Err() != nil {
				return 130 // it was broken off, by whoever reads this
			}
			return status(e.stderr, v, err)
		}
	}
	fmt.Fprintf(e.stderr, "outdial: there is no verb %q\n\n", args[0])
	usage(e.stderr)
	return 2
}

// status says what err is, and gives the exit status for it.
func status(w io.Writer, v verb, err error) int {
	var x exitError
	var u usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &x):
		return int(x)
	case errors.As(err, &u):
		fmt.Fprintf(w, "outdial %s: %v\ntry: outdial %s -h\n", v.name, err, v.name)
		return 2
	}
	fmt.Fprintf(w, "outdial %s: %v\n", v.name, err)
	return 1
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Outdial starts outbound contacts (SMS, WhatsApp, voice) as Amazon Connect does,\non a machine and carriers of your own.\n\nusage: outdial VERB [flags]\n\n")
	for _, v := range verbs() {
		fmt.Fprintf(w, "  %-11s %s\n", v.name, v.synopsis)
	}
	fmt.Fprint(w, "\nEach verb explains itself: outdial VERB -h\n")
}
