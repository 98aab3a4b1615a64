package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// A verb is one thing that the program can do: the first word of its command line.
type verb struct {
	name, synopsis string
	run            func(ctx context.Context, e env, args []string) error
}

// An env is what a verb may use of the process that it runs in.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	self           string // how this program was called
}

// A usageError is the caller's: the program says how the verb is used and exits 2.
type usageError struct{ err error }

func (u usageError) Error() string { return u.err.Error() }
func (u usageError) Unwrap() error { return u.err }

// usagef makes a usageError.
func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// An exitError ends the program with a status and without another word: what
// there was to say has been said.
type exitError int

func (x exitError) Error() string { return fmt.Sprintf("exit status %d", int(x)) }

// flags makes the flag set of a verb: args is what follows the flags in its
// usage line, about says what it does in a few sentences.
func flags(e env, name, args, about string) *flag.FlagSet {
	fs := flag.NewFlagSet("outdial "+name, flag.ContinueOnError)
	fs.SetOutput(e.stdout) // of -h; what is wrong is said on standard error
	fs.Usage = func() {
		w := fs.Output()
		fmt.Fprintf(w, "usage: %s [flags] %s\n", fs.Name(), args)
		if about != "" {
			fmt.Fprintf(w, "\n%s\n", strings.TrimSpace(about))
		}
		some := false
		fs.VisitAll(func(*flag.Flag) { some = true })
		if some {
			fmt.Fprint(w, "\nflags:\n")
			shown(fs).PrintDefaults()
		}
	}
	return fs
}

// shown gives the flags that are for everybody: those of the bench alone end in
// the words "for the bench".
func shown(fs *flag.FlagSet) *flag.FlagSet {
	out := flag.NewFlagSet(fs.Name(), flag.ContinueOnError)
	out.SetOutput(fs.Output())
	fs.VisitAll(func(f *flag.Flag) {
		if !strings.HasSuffix(f.Usage, "for the bench") {
			out.Var(f.Value, f.Name, f.Usage)
			out.Lookup(f.Name).DefValue = f.DefValue
		}
	})
	return out
}

// parse reads args into fs, flags and other words in any order, and gives the
// other words. "--" ends the flags. A word that begins with "-" and a digit or
// is "-" alone is no flag.
func parse(fs *flag.FlagSet, args []string) ([]string, error) {
	var words []string
	out, usage := fs.Output(), fs.Usage
	fs.Usage = func() {}
	fs.SetOutput(io.Discard) // the whole page would push what is wrong off the screen
	defer func() { fs.Usage = usage; fs.SetOutput(out) }()
	for {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				fs.SetOutput(out)
				usage()
				return nil, exitError(0)
			}
			return nil, usageError{err}
		}
		rest := fs.Args()
		if len(rest) == 0 {
			return words, nil
		}
		if at := len(args) - len(rest); at > 0 && args[at-1] == "--" {
			return append(words, rest...), nil
		}
		words, args = append(words, rest[0]), rest[1:]
	}
}

// A list is a flag that may be given several times.
type list []string

func (l *list) String() string     { return strings.Join(*l, ", ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

// A pairs is a flag key=value that may be given several times.
type pairs map[string]string

func (p *pairs) String() string { return "" }

func (p *pairs) Set(s string) error {
	k, v, ok := strings.Cut(s, "=")
	if !ok || k == "" {
		return fmt.Errorf("wants key=value, not %q", s)
	}
	if *p == nil {
		*p = pairs{}
	}
	(*p)[k] = v
	return nil
}
