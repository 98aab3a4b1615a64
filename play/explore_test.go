package play

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestExploreOwnFlows(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no flows in testdata")
	}
	for _, f := range files {
		x, err := Explore(Head{Flows: []string{filepath.Base(f)}}, beside(), Limits{})
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		taken, of := x.Coverage.Count()
		if len(x.Errors)+len(x.Unexplained)+len(x.Stuck) > 0 {
			t.Errorf("%s: errors %v, unexplained %v, stuck %v", f, x.Errors, x.Unexplained, x.Stuck)
		}
		if taken*10 < of*7 {
			t.Errorf("%s: %d of %d branches", f, taken, of)
		}
		t.Logf("%s: %d of %d branches in %d moves\n  %s", f, taken, of, x.Moves, strings.Join(x.Missing(), "\n  "))
	}
}

// Every real flow runs, over all branches that can be reached, without a panic,
// a hang or an end that nobody explains.
func TestExploreCorpus(t *testing.T) {
	dir := os.Getenv("FLOW_CORPUS")
	if dir == "" {
		t.Skip("FLOW_CORPUS names no folder of real flows")
	}
	list, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(list) == 0 {
		t.Fatalf("no flows in %s: %v", dir, err)
	}
	all := NewCoverage()
	moves, unknown, began := 0, 0, time.Now()
	limits, least := Limits{Moves: 10_000}, 80
	if testing.Short() {
		limits.Moves, least = 1000, 60
	}
	for _, f := range list {
		one := Files{Read: func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, name)) }}
		at := time.Now()
		x, err := Explore(Head{Flows: []string{filepath.Base(f)}}, one, limits)
		if err != nil {
			t.Logf("%s cannot be run: %v", filepath.Base(f), err)
			continue
		}
		if len(x.Errors)+len(x.Unexplained) > 0 {
			t.Errorf("%s: errors %v, unexplained %v", filepath.Base(f), x.Errors, x.Unexplained)
		}
		taken, of := x.Coverage.Count()
		t.Logf("%s: %d of %d branches, %d moves, %v; stuck at %v\n  %s", filepath.Base(f), taken, of, x.Moves, time.Since(at).Round(time.Millisecond), x.Stuck, strings.Join(x.Missing(), "\n  "))
		for _, m := range x.Missing() {
			if strings.Contains(m, ": nothing that was tried") && !strings.Contains(m, "the way to it") {
				unknown++
			}
		}
		if len(x.Ends) == 0 {
			t.Errorf("%s never came to an end", filepath.Base(f))
		}
		moves += x.Moves
		all.Add(x.Coverage)
	}
	taken, of := all.Count()
	if taken*100 < of*least || unknown > 25 && !testing.Short() {
		t.Errorf("%d of %d branches, and %d that might be reached were not", taken, of, unknown)
	}
	t.Logf("%d of %d branches of %d flows, %d moves in %v", taken, of, len(list), moves, time.Since(began).Round(time.Millisecond))
}

// inMemory is a folder of flows that are given as text.
func inMemory(flows map[string]string) Files {
	return Files{Read: func(name string) ([]byte, error) {
		if doc, ok := flows[name]; ok {
			return []byte(doc), nil
		}
		return nil, os.ErrNotExist
	}}
}

// Flows that go round for ever are stopped, and exploring them comes to an end.
func TestFlowsThatSpin(t *testing.T) {
	const (
		spin = `{"Version":"2019-10-30","StartAction":"a","Actions":[
 {"Identifier":"a","Type":"Compare","Parameters":{"ComparisonValue":"$.Attributes.x"},"Transitions":{"NextAction":"a","Errors":[{"ErrorType":"NoMatchingCondition","NextAction":"a"}],
  "Conditions":[{"NextAction":"a","Condition":{"Operator":"Equals","Operands":["1"]}}]}}]}`
		circle = `{"Version":"2019-10-30","StartAction":"a","Actions":[
 {"Identifier":"a","Type":"TransferToFlow","Parameters":{"ContactFlowId":"b"},"Transitions":{"NextAction":"a","Errors":[{"ErrorType":"NoMatchingError","NextAction":"a"}],"Conditions":[]}}]}`
		deep = `{"Version":"2019-10-30","StartAction":"a","Actions":[
 {"Identifier":"a","Type":"InvokeFlowModule","Parameters":{"FlowModuleId":"m"},"Transitions":{"NextAction":"a","Errors":[{"ErrorType":"NoMatchingError","NextAction":"a"}],"Conditions":[]}}]}`
		ask = `{"Version":"2019-10-30","StartAction":"a","Actions":[
 {"Identifier":"a","Type":"UpdateContactAttributes","Parameters":{"Attributes":{"x":"$.Attributes.x$.StoredCustomerInput"},"TargetContact":"Current"},"Transitions":{"NextAction":"b","Errors":[{"ErrorType":"NoMatchingError","NextAction":"b"}],"Conditions":[]}},
 {"Identifier":"b","Type":"GetParticipantInput","Parameters":{"Text":"Hm?","InputTimeLimitSeconds":"5","StoreInput":"True","InputValidation":{"CustomValidation":{"MaximumLength":"20"}}},"Transitions":{"NextAction":"a","Errors":[{"ErrorType":"NoMatchingError","NextAction":"a"}],"Conditions":[]}}]}`
		call = `{"Version":"2019-10-30","StartAction":"a","Actions":[
 {"Identifier":"a","Type":"InvokeLambdaFunction","Parameters":{"LambdaFunctionARN":"f","InvocationTimeLimitSeconds":"8"},"Transitions":{"NextAction":"a","Errors":[{"ErrorType":"NoMatchingError","NextAction":"a"}],"Conditions":[]}}]}`
	)
	files := inMemory(map[string]string{"spin.json": spin, "b.json": circle, "m.json": deep, "ask.json": ask, "call.json": call})
	for _, f := range []string{"spin.json", "b.json", "m.json", "ask.json", "call.json"} {
		began := time.Now()
		x, err := Explore(Head{Flows: []string{f}}, files, Limits{Moves: 2000})
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		if x.Moves > 2100 || time.Since(began) > 20*time.Second {
			t.Errorf("%s: %d moves in %v", f, x.Moves, time.Since(began))
		}
		p, err := Read("p.play", []byte("flow: "+f+"\nstubs: {functions: {f: 1}}\n\n+1d\n+10h\n!hangup\n"))
		if err != nil {
			t.Fatal(err)
		}
		began = time.Now()
		r := Perform(p, files, Options{})
		if time.Since(began) > 20*time.Second {
			t.Errorf("%s: performed in %v", f, time.Since(began))
		}
		t.Logf("%s: %d moves, ends %v, errors %v; play: %v", f, x.Moves, x.Ends, x.Errors, r.Err)
	}
}

func TestExploreRefuses(t *testing.T) {
	for _, h := range []Head{{}, {Flows: []string{"no.json"}}, {Flows: []string{"bad.json"}}} {
		if _, err := Explore(h, inMemory(map[string]string{"bad.json": "{"}), Limits{}); err == nil {
			t.Errorf("%v: no error", h.Flows)
		}
	}
}
