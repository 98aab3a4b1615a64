package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"outdial/play"
)

// exploreFlow tries every branch of a flow, and says what cannot be reached. It
// fails where the flow language itself failed.
func exploreFlow(w io.Writer, h play.Head, l play.Limits, asJSON bool) error {
	if h.Channel != "" {
		l.Channels = []string{h.Channel}
	}
	x, err := play.Explore(h, filesOf("."), l)
	if err != nil {
		return err
	}
	taken, of := x.Coverage.Count()
	if asJSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		err = e.Encode(map[string]any{"taken": taken, "of": of, "moves": x.Moves, "missing": x.Missing(), "ends": x.Ends,
			"stuck": x.Stuck, "unexplained": x.Unexplained, "errors": x.Errors})
	} else {
		for _, m := range x.Missing() {
			fmt.Fprintln(w, m)
		}
		for _, s := range x.Stuck {
			fmt.Fprintln(w, "nothing brings a contact on at "+s)
		}
		for _, s := range append(x.Unexplained, x.Errors...) {
			fmt.Fprintln(w, "failed: "+s)
		}
		for _, r := range slices.Sorted(maps.Keys(x.Ends)) {
			fmt.Fprintf(w, "%6d ended with %s\n", x.Ends[r], r)
		}
		_, err = fmt.Fprintf(w, "%d of %d branches taken in %d moves\n", taken, of, x.Moves)
	}
	if err == nil && len(x.Errors)+len(x.Unexplained) > 0 {
		return exitError(1)
	}
	return err
}
