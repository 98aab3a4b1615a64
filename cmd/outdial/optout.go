package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"outdial/config"
	"outdial/contact"
)

const optoutAbout = `
Numbers that get no message, by list: each number of ours keeps a list of its
own, or one that the configuration names. With -dnc, numbers of an instance that
are neither called nor written to.

  outdial optout list                     the lists
  outdial optout list LIST                the numbers on one (LIST may be a number of ours)
  outdial optout add LIST NUMBER…
  outdial optout remove LIST NUMBER…
  outdial optout import LIST FILE         one number a line; - is standard input
  outdial optout export LIST > FILE
  outdial optout add -dnc NUMBER…`

// runOptout looks at and changes opt-out lists.
func runOptout(ctx context.Context, e env, args []string) error {
	return subverbs(ctx, e, "optout", optoutAbout, args, []verb{
		{"list", "", optoutList}, {"add", "", optoutAdd}, {"remove", "", optoutRemove},
		{"import", "", optoutImport}, {"export", "", optoutExport},
	})
}

// An optoutCall is what every verb on lists has: the server, and the list.
type optoutCall struct {
	*client
	path string   // of the list; "" where none is named
	rest []string // words behind it
}

func openList(ctx context.Context, e env, name, args string, words []string) (*optoutCall, error) {
	fs := flags(e, "optout "+name, args, optoutAbout)
	var cf clientFlags
	cf.add(fs)
	dnc := fs.Bool("dnc", false, "the numbers that must not be contacted, in place of an opt-out list")
	instance := fs.String("instance", "", "with -dnc: `ID`, ARN or alias of the instance (default: the local server's first, or the only one)")
	rest, err := parse(fs, words)
	if err != nil {
		return nil, err
	}
	c, err := cf.connect(e)
	if err != nil {
		return nil, err
	}
	o := &optoutCall{client: c, rest: rest}
	switch {
	case *dnc:
		of, err := c.instance(ctx, *instance)
		if err != nil {
			return nil, err
		}
		o.path = "/_outdial/dnc/" + escape(of)
	case len(rest) > 0:
		o.path, o.rest = "/_outdial/optout/"+escape(rest[0]), rest[1:]
	case name != "list":
		return nil, usagef("which list?")
	}
	return o, nil
}

func optoutList(ctx context.Context, e env, args []string) error {
	o, err := openList(ctx, e, "list", "[LIST]", args)
	if err != nil {
		return err
	}
	if o.path == "" {
		var out struct {
			Lists []struct {
				Name    string   `json:"name"`
				Numbers []string `json:"numbers"`
			} `json:"lists"`
		}
		if err := o.call(ctx, "GET", "/_outdial/optout", nil, &out); err != nil {
			return err
		}
		for _, l := range out.Lists {
			fmt.Fprintf(e.stdout, "%s  of %s\n", l.Name, strings.Join(l.Numbers, ", "))
		}
		return nil
	}
	after := ""
	for {
		var out struct {
			Numbers []struct {
				Number string          `json:"number"`
				Entry  json.RawMessage `json:"entry"`
			} `json:"numbers"`
			Next string `json:"next"`
		}
		if err := o.call(ctx, "GET", o.path+"?limit=1000&after="+url.QueryEscape(after), nil, &out); err != nil {
			return err
		}
		for _, n := range out.Numbers {
			fmt.Fprintf(e.stdout, "%-16s %s\n", n.Number, brief(n.Entry))
		}
		if after = out.Next; after == "" {
			return nil
		}
	}
}

func optoutAdd(ctx context.Context, e env, args []string) error {
	return eachNumber(ctx, e, "add", "PUT", args)
}

func optoutRemove(ctx context.Context, e env, args []string) error {
	return eachNumber(ctx, e, "remove", "DELETE", args)
}

// eachNumber puts numbers on a list, or takes them off it.
func eachNumber(ctx context.Context, e env, name, method string, args []string) error {
	o, err := openList(ctx, e, name, "LIST NUMBER…", args)
	if err != nil {
		return err
	}
	if len(o.rest) == 0 {
		return usagef("which number?")
	}
	for _, n := range o.rest {
		if !contact.E164(n) {
			return usagef("wants numbers in E.164, not %q", n)
		}
	}
	for _, n := range o.rest {
		if err := o.call(ctx, method, o.path+"/"+escape(n), nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// importedAtOnce is how many lines one request carries: the server reads 1 MiB.
const importedAtOnce = 20_000

func optoutImport(ctx context.Context, e env, args []string) error {
	o, err := openList(ctx, e, "import", "LIST FILE", args)
	if err != nil {
		return err
	}
	if len(o.rest) != 1 {
		return usagef("wants one file")
	}
	var r io.Reader = e.stdin
	if o.rest[0] != "-" {
		f, err := os.Open(o.rest[0])
		if err != nil {
			return err
		}
		defer f.Close()
		r = f
	}
	// All of it is read before any of it is kept.
	numbers, err := config.ReadNumbers(bufio.NewScanner(r), o.rest[0])
	if err != nil {
		return err
	}
	added, known := 0, 0
	for at := 0; at < len(numbers); at += importedAtOnce {
		part := numbers[at:min(at+importedAtOnce, len(numbers))]
		a, k, err := o.importSome(ctx, part)
		if err != nil {
			return fmt.Errorf("after %d numbers: %w", at, err)
		}
		added, known = added+a, known+k
		if len(numbers) > importedAtOnce {
			fmt.Fprintf(e.stderr, "%d of %d\n", at+len(part), len(numbers))
		}
	}
	fmt.Fprintf(e.stdout, "%d added, %d were there already\n", added, known)
	return nil
}

func (o *optoutCall) importSome(ctx context.Context, numbers []string) (added, known int, err error) {
	answer, err := o.send(ctx, "POST", o.path+"/import", []byte(strings.Join(numbers, "\n")+"\n"))
	if err != nil {
		return 0, 0, err
	}
	defer answer.Body.Close()
	var out struct{ Added, Known int }
	err = json.NewDecoder(answer.Body).Decode(&out)
	return out.Added, out.Known, err
}

func optoutExport(ctx context.Context, e env, args []string) error {
	o, err := openList(ctx, e, "export", "LIST", args)
	if err != nil {
		return err
	}
	answer, err := o.send(ctx, "GET", o.path+"/export", nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var whole bytes.Buffer
	if _, err := io.Copy(&whole, answer.Body); err != nil {
		return errors.Join(errors.New("the export was cut short"), err)
	}
	_, err = whole.WriteTo(e.stdout)
	return err
}
