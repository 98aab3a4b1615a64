package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"outdial/play"
)

const testAbout = `
Performs plays and compares them line by line. A folder stands for the *.play
files in it; without a name it is this folder. Ends with status 1 where a play
went otherwise.

  outdial test
  outdial test -update plays/reminder.play     write the play as it goes
  outdial test -o junit plays > report.xml     for a CI service

A play begins with what is played (flow, channel, from, to, attributes, stubs…),
and goes on with one line for each thing:

  < text          what the phone gets; | goes on with it, … is any text
  > text          what the customer replies
  #12             keys of the phone
  !answer         or busy, decline, noanswer, hangup, beep, status failed…
  +25h            time goes by
  ? $.Attributes.x = y      what a reference is now
  * InvokeFunction name {…} what else the flow asks for
  = end REASON    the contact ends
  // a comment`

// runTest performs plays.
func runTest(ctx context.Context, e env, args []string) error {
	set := flags(e, "test", "[PLAY…]", testAbout)
	all := set.Bool("v", false, "say what went well too, and which branches no play takes")
	update := set.Bool("update", false, "write the plays as they go, instead of comparing")
	restart := set.Bool("restarts", false, "let the house go down and come up again between any two turns")
	output := set.String("o", "text", "`FORMAT`: text, json or junit")
	words, err := parse(set, args)
	if err != nil {
		return err
	}
	if *output != "text" && *output != "json" && *output != "junit" {
		return usagef("-o: text, json or junit, not %q", *output)
	}
	if len(words) == 0 {
		words = []string{"."}
	}
	files, err := playFiles(words)
	if err != nil {
		return err
	}
	report := &play.Report{Results: make([]play.Ran, len(files)), Coverage: play.NewCoverage()}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range files {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			var err error
			report.Results[i], err = testPlay(f, play.Options{Restart: *restart}, *update)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, f := range files {
		if c := report.Results[i].Coverage; c != nil {
			report.Coverage.Add(c.Under(filepath.ToSlash(filepath.Dir(f))))
		}
	}
	switch *output {
	case "json":
		err = report.WriteJSON(e.stdout)
	case "junit":
		err = report.WriteJUnit(e.stdout)
	default:
		err = report.WriteText(e.stdout, *all)
	}
	if err == nil && report.Failed() > 0 {
		return exitError(1)
	}
	return err
}

// playFiles gives the plays that words name.
func playFiles(words []string) ([]string, error) {
	var out []string
	for _, w := range words {
		files, err := filesIn(w, func(p string) bool { return filepath.Ext(p) == ".play" })
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			out = append(out, filepath.Clean(f))
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("there is no *.play in %s", words[0])
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// testPlay performs one play; with update it writes the file as the play went.
func testPlay(file string, o play.Options, update bool) (play.Ran, error) {
	ran := play.Ran{File: file}
	began := time.Now()
	doc, err := os.ReadFile(file)
	if err != nil {
		return ran, err
	}
	p, err := play.Read(file, doc)
	if err != nil {
		ran.Result = &play.Result{Err: err}
		return ran, nil
	}
	ran.Result = play.Perform(p, filesOf(filepath.Dir(file)), o)
	ran.Real = time.Since(began)
	if update && ran.Err == nil && !ran.OK() {
		// What a person cannot do stays wrong, however the play is written.
		ran.Updated = !slices.ContainsFunc(ran.Failures, func(f play.Failure) bool { return f.Why != "" })
		return ran, os.WriteFile(file, []byte(ran.Went.String()), 0o644)
	}
	return ran, nil
}

// filesOf are the files that a play in a folder may name.
func filesOf(folder string) play.Files {
	at := func(name string) string {
		name = filepath.FromSlash(name)
		if filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(folder, name)
	}
	return play.Files{
		Read: func(name string) ([]byte, error) {
			info, err := os.Stat(at(name))
			if err != nil {
				return nil, err
			}
			if !info.Mode().IsRegular() {
				return nil, errors.New(name + " is no file")
			}
			doc, _, err := readFlow(at(name))
			return doc, err
		},
		List: func(name string) ([]string, error) {
			list, err := os.ReadDir(at(name))
			names := make([]string, len(list))
			for i, d := range list {
				names[i] = d.Name()
			}
			return names, err
		},
	}
}
