// Package main reads what `go test -json` prints, and says what failed, what was
// skipped and how long it took. A skip is allowed only where it names one of the
// two variables that a checkout without the facts leaves unset.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"
)

type line struct {
	Action, Package, Test, Output string
	Elapsed                       float64
}

func main() {
	skips := flag.Bool("skips", false, "only list what was skipped; fail where it may not be")
	flag.Parse()
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	output := map[string][]string{}
	count := map[string]int{}
	var packages []line
	bad := false
	for in.Scan() {
		var l line
		if json.Unmarshal(in.Bytes(), &l) != nil {
			fmt.Println(in.Text()) // a build error
			continue
		}
		key := l.Package + " " + l.Test
		switch l.Action {
		case "output", "build-output":
			output[key] = append(output[key], l.Output)
			continue
		case "pass", "fail", "skip":
		default:
			continue
		}
		if l.Test == "" {
			packages = append(packages, l)
		} else {
			count[l.Action]++
		}
		text := strings.Join(output[key], "")
		switch {
		case l.Action == "skip" && l.Test != "" && *skips:
			allowed := strings.Contains(text, "CONNECT_MODEL") || strings.Contains(text, "FLOW_CORPUS")
			bad = bad || !allowed
			fmt.Printf("%s %s: %s\n", l.Package, l.Test, strings.TrimSpace(text))
		case l.Action == "fail" && !*skips:
			bad = true
			fmt.Printf("--- FAIL %s %s\n%s\n", l.Package, l.Test, text)
		}
		delete(output, key)
	}
	if *skips {
		if count["skip"] == 0 {
			fmt.Println("nothing")
		}
	} else {
		sort.Slice(packages, func(a, b int) bool { return packages[a].Elapsed > packages[b].Elapsed })
		for _, p := range packages {
			if p.Action == "skip" {
				continue // no tests
			}
			fmt.Printf("%-4s %6.1fs %s\n", p.Action, p.Elapsed, p.Package)
		}
		fmt.Printf("%d passed, %d failed, %d skipped\n", count["pass"], count["fail"], count["skip"])
	}
	if bad {
		os.Exit(1)
	}
}
