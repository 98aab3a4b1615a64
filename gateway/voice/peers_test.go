//go:build peers

package voice

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"outdial/contact"
	"outdial/gateway"
	"outdial/gateway/voice/signal"
)

// freePort is a port on loopback that nobody has now, neither of UDP nor of TCP.
func freePort(t *testing.T) int {
	t.Helper()
	for range 100 {
		c, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := c.LocalAddr().(*net.UDPAddr).Port
		l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
		_ = c.Close()
		if err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

// A peered is a trunk on loopback, whose carrier is a program that we did not
// write.
type peered struct {
	*testing.T
	gw   *Gateway
	in   chan gateway.Arrival
	stop context.CancelFunc
	done chan error
	hold chan struct{} // the house hears nothing until it is closed; nil: it hears
}

func newPeered(t *testing.T, target string, change func(*Trunk)) *peered {
	t.Helper()
	trunk := Trunk{Name: "peer", Codecs: []string{"PCMA", "PCMU"}, Ports: "any", Lost: -1, Drain: time.Millisecond}
	trunk.Config = signal.Config{Targets: []string{target}, Listen: fmt.Sprintf("127.0.0.1:%d", freePort(t)), Ping: -1}
	if change != nil {
		change(&trunk)
	}
	gw, err := New(trunk, Options{Speaker: prompts(t)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	p := &peered{T: t, gw: gw, in: make(chan gateway.Arrival, 100), stop: stop, done: make(chan error, 1)}
	go func() {
		p.done <- gw.Run(ctx, func(_ context.Context, a gateway.Arrival) error {
			if p.hold != nil {
				<-p.hold
			}
			p.in <- a
			return nil
		})
	}()
	if !gw.agent.Wait(ctx) {
		t.Fatal("it does not run")
	}
	t.Cleanup(func() {
		stop()
		if err := <-p.done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return p
}

func (p *peered) do(e contact.Effect) gateway.Result {
	p.Helper()
	r, err := p.gw.Do(context.Background(), &contact.Contact{ID: alice}, e)
	if err != nil {
		p.Fatalf("%s: %v", contact.EffectKind(e), err)
	}
	return r
}

// next gives what the house hears next.
func (p *peered) next() contact.Input {
	p.Helper()
	select {
	case a := <-p.in:
		return a.Input
	case <-time.After(20 * time.Second):
		p.Fatalf("nothing is heard:\n%s", p.gw.Ladder(alice))
		return nil
	}
}

// wants waits for inputs of these kinds, and gives the last.
func (p *peered) wants(kinds ...string) (in contact.Input) {
	p.Helper()
	for _, kind := range kinds {
		if in = p.next(); contact.InputKind(in) != kind {
			p.Fatalf("%+v is heard where %s was due:\n%s", in, kind, p.gw.Ladder(alice))
		}
	}
	return in
}

// sipp plays a scenario as the carrier, with words put in place of others. What it
// returns waits for its end, which must be a success.
func sipp(t *testing.T, scenario string, words ...string) (target string, wait func()) {
	t.Helper()
	return sippWith(t, scenario, nil, words...)
}

// sippWith is sipp with further arguments: whom it calls, its transport.
func sippWith(t *testing.T, scenario string, more []string, words ...string) (target string, wait func()) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "sipp", scenario+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), scenario+".xml")
	if err := os.WriteFile(file, []byte(strings.NewReplacer(words...).Replace(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	var port int
	var args []string
	var cmd *exec.Cmd
	var out *output
	var ended chan error
	// Ports that were free a moment ago may be taken, and sipp takes two more for
	// video: then it ends at once, and is started on others.
	for try := 0; ; try++ {
		port = freePort(t)
		args = []string{"-sf", file, "-i", "127.0.0.1", "-p", fmt.Sprint(port), "-mi", "127.0.0.1", "-mp", fmt.Sprint(freePort(t)),
			"-m", "1", "-nostdin", "-timeout", "70s", "-timeout_error", "-trace_err", "-error_file", filepath.Join(t.TempDir(), "errors")}
		args = append(slices.Clone(more), args...)
		cmd = exec.Command("sipp", args...)
		cmd.Dir = t.TempDir()
		out = new(output)
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended = make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case err := <-ended:
			if err == nil {
				ended <- nil // a short call of its own
				break
			}
			if try < 5 {
				continue
			}
			t.Fatalf("sipp %s does not start: %v\n%s", scenario, err, out.String())
		case <-time.After(300 * time.Millisecond):
		}
		break
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		if t.Failed() {
			t.Logf("sipp %s:\n%s", scenario, out.String())
		}
	})
	return fmt.Sprintf("127.0.0.1:%d", port), func() {
		t.Helper()
		if err := <-ended; err != nil {
			errors, _ := os.ReadFile(args[len(args)-1])
			t.Errorf("sipp %s: %v\n%s", scenario, err, errors)
		}
	}
}

func TestSippRefuses(t *testing.T) {
	for _, c := range []struct{ status, phrase, cause string }{
		{"403", "Forbidden", "21"}, {"404", "Not Found", "1"}, {"408", "Request Timeout", "18"}, {"480", "Temporarily Unavailable", "18"},
		{"484", "Address Incomplete", "28"}, {"486", "Busy Here", "17"}, {"500", "Server Internal Error", "41"}, {"503", "Service Unavailable", "34"},
		{"600", "Busy Everywhere", "17"}, {"603", "Decline", "21"}, {"604", "Does Not Exist Anywhere", "1"}, {"608", "Rejected", "21"},
	} {
		t.Run(c.status, func(t *testing.T) {
			target, wait := sipp(t, "refuse", "STATUS", c.status, "PHRASE", c.phrase, "CAUSE", c.cause)
			p := newPeered(t, target, nil)
			p.do(placeCall())
			end := p.wants("CallEnded").(contact.CallEnded)
			if end.By != contact.ByNetwork || end.Code != c.status || end.Phrase != c.phrase || fmt.Sprint(end.Cause) != c.cause {
				t.Errorf("%+v", end)
			}
			wait()
		})
	}
}

// Calls that are answered, in every manner, and that we hang up.
func TestSippAnswers(t *testing.T) {
	for scenario, change := range map[string]func(*Trunk){
		"answer": nil, "progress": nil, "reliable": nil, "redirect": nil, "interval": nil,
		"challenge": func(t *Trunk) { t.User, t.Password = "acme", "secret" },
	} {
		t.Run(scenario, func(t *testing.T) {
			target, wait := sipp(t, scenario)
			p := newPeered(t, target, change)
			p.do(placeCall())
			p.wants("CallRinging", "CallAnswered")
			p.do(contact.PlayPrompt{Visit: 1, Prompt: prompt("short")})
			p.wants("PromptEnded")
			if end, ok := p.do(contact.EndCall{}).Input.(contact.CallEnded); !ok || end.By != contact.BySystem {
				t.Errorf("%+v", end)
			}
			wait()
		})
	}
}

func TestSippWrongPassword(t *testing.T) {
	target, wait := sipp(t, "challenge")
	p := newPeered(t, target, func(t *Trunk) { t.User, t.Password = "acme", "wrong" })
	p.do(placeCall())
	if end := p.wants("CallEnded").(contact.CallEnded); end.Code != "403" {
		t.Errorf("%+v", end)
	}
	wait()
}

func TestSippRings(t *testing.T) {
	target, wait := sipp(t, "noanswer")
	p := newPeered(t, target, nil)
	call := placeCall()
	call.RingTimeout = 2
	p.do(call)
	if end := p.wants("CallRinging", "CallEnded").(contact.CallEnded); end.By != contact.ByTimer {
		t.Errorf("%+v", end)
	}
	wait()
}

// What the far side does within a call.
func TestSippWithin(t *testing.T) {
	for _, scenario := range []string{"bye", "hold", "keys"} {
		t.Run(scenario, func(t *testing.T) {
			target, wait := sipp(t, scenario)
			p := newPeered(t, target, nil)
			p.do(placeCall())
			p.wants("CallRinging", "CallAnswered")
			if scenario == "keys" {
				p.do(contact.CollectDigits{Visit: 1, Max: 9, First: 9})
				if d := p.wants("DigitsReceived").(contact.DigitsReceived); d.Digits != "12" || d.End != contact.Terminated {
					t.Errorf("%+v", d)
				}
			}
			if end := p.wants("CallEnded").(contact.CallEnded); end.By != contact.ByCustomer {
				t.Errorf("%+v\n%s", end, end.Ladder)
			}
			wait()
		})
	}
}
