package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"outdial/flow/chart"
	"outdial/flow/legacy"
	"outdial/play"
)

const flowAbout = `
Draws a flow, or writes one of the console's old exports in today's form.

  outdial flow graph reminder.json > reminder.svg
  outdial flow graph -plays plays -o reminder.svg reminder.json    coloured by what the plays take
  outdial flow convert old.json > new.json`

// runFlow draws and converts flows.
func runFlow(ctx context.Context, e env, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case "graph":
			return flowGraph(ctx, e, args[1:])
		case "convert":
			return flowConvert(e, args[1:])
		}
	}
	if _, err := parse(flags(e, "flow", "graph|convert FLOW.json", flowAbout), args); err != nil {
		return err
	}
	return usagef("what with the flow? graph or convert")
}

// flowGraph writes a flow as SVG.
func flowGraph(ctx context.Context, e env, args []string) error {
	set := flags(e, "flow graph", "FLOW.json", "Draws a flow as SVG: its blocks where its author put them, or laid out anew\nwhere they lie nowhere.")
	out := set.String("o", "", "write to this `FILE`")
	anew := set.Bool("layout", false, "lay the blocks out anew")
	var plays list
	set.Var(&plays, "plays", "colour the branches by what this `PLAY` or folder of plays takes (may be repeated)")
	words, err := parse(set, args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return usagef("which flow? one")
	}
	doc, _, err := readFlow(words[0])
	if err != nil {
		return err
	}
	o := chart.Options{Layout: *anew}
	if len(plays) > 0 {
		if o.Taken, err = takenBy(ctx, e.stderr, words[0], plays); err != nil {
			return err
		}
	}
	svg, err := chart.Draw(doc, o)
	if err != nil {
		return fmt.Errorf("%s: %w", words[0], err)
	}
	return writeOut(e, *out, svg)
}

// takenBy performs plays, and counts the branches of one flow that they take.
// Plays that fail count as far as they went, and are named.
func takenBy(ctx context.Context, says io.Writer, file string, plays []string) (map[chart.Branch]int, error) {
	files, err := playFiles(plays)
	if err != nil {
		return nil, err
	}
	ran := make([]play.Ran, len(files))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range files {
		g.Go(func() (err error) {
			if err = ctx.Err(); err == nil {
				ran[i], err = testPlay(f, play.Options{}, false)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	out := map[chart.Branch]int{}
	seen := false
	for i, f := range files {
		if !ran[i].OK() {
			fmt.Fprintf(says, "outdial flow graph: %s goes otherwise than it is written\n", f)
		}
		if ran[i].Coverage == nil {
			continue
		}
		for b, n := range ran[i].Coverage.Taken() {
			if !sameFlow(filepath.Join(filepath.Dir(f), b.Flow), file) {
				continue
			}
			seen = true
			out[chart.Branch{Action: b.Action, Label: b.Label}] += n
		}
	}
	if !seen {
		fmt.Fprintf(says, "outdial flow graph: no play takes a branch of %s\n", file)
	}
	return out, nil
}

// sameFlow tells whether a flow's id, its file without the ending, is that of file.
func sameFlow(id, file string) bool {
	a, err1 := filepath.Abs(id)
	b, err2 := filepath.Abs(strings.TrimSuffix(file, filepath.Ext(file)))
	return err1 == nil && err2 == nil && a == b
}

// flowConvert writes an export of old in today's form.
func flowConvert(e env, args []string) error {
	set := flags(e, "flow convert", "OLD.json", "Writes a flow that the console exported in its old form (modules, start) in\ntoday's. What has no place there is named on standard error.")
	out := set.String("o", "", "write to this `FILE`")
	words, err := parse(set, args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return usagef("which flow? one")
	}
	doc, err := os.ReadFile(words[0])
	if err != nil {
		return err
	}
	now, remarks, err := legacy.Convert(doc)
	if err != nil {
		return fmt.Errorf("%s: %w", words[0], err)
	}
	for _, r := range remarks {
		fmt.Fprintf(e.stderr, "%s: %s\n", words[0], r)
	}
	return writeOut(e, *out, now)
}

// writeOut writes to a file, or to standard output where none is named.
func writeOut(e env, file string, doc []byte) error {
	if file == "" || file == "-" {
		_, err := e.stdout.Write(doc)
		return err
	}
	return os.WriteFile(file, doc, 0o644)
}

// readFlow reads a flow from a file, in today's form, and remarks on what had no
// place in it where the file is of old.
func readFlow(file string) ([]byte, []string, error) {
	doc, err := os.ReadFile(file)
	if err != nil || !legacy.Is(doc) {
		return doc, nil, err
	}
	return legacy.Convert(doc)
}
