package voice

import (
	"bytes"
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/signal"
	"outdial/gateway/voice/speech"
	"outdial/gateway/voice/voicetest"
)

const (
	ourIP   = "192.0.2.1"
	theirIP = "198.51.100.1"
	alice   = contact.ID("01900000-0000-7000-8000-000000000001")
)

// A bench is a trunk at work, with the carrier's phone on the same network, and a
// house that takes down what it hears.
type bench struct {
	*testing.T
	net   *voicetest.Network
	gw    *Gateway
	phone *voicetest.Phone
	ear   *voicetest.Ear
	stop  context.CancelFunc
	done  chan error

	mu      sync.Mutex
	heard   []gateway.Arrival
	answer  func(gateway.Arrival) error
	stopped bool
	other   *voicetest.Message // an INVITE to somebody else
}

// prompts are recordings of one tone each, so that no program has to speak.
func prompts(t *testing.T) *speech.Speaker {
	t.Helper()
	dir := t.TempDir()
	for name, d := range map[string]time.Duration{"short": 500 * time.Millisecond, "long": 10 * time.Second} {
		var b bytes.Buffer
		if err := audio.WriteWAV(&b, audio.Clip{Rate: 16000, Samples: audio.Tone(16000, d, 9000, 440)}); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := speech.New(speech.Config{Engine: "none", Files: []string{dir}}, speech.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func inBubble(t *testing.T, change func(*Trunk), f func(b *bench)) {
	t.Helper()
	inBubbleAt(t, t.TempDir(), change, f)
}

// inBubbleAt is inBubble with a folder that may have been left by another one.
func inBubbleAt(t *testing.T, dir string, change func(*Trunk), f func(b *bench)) {
	t.Helper()
	inBubbleWith(t, dir, func(tr *Trunk, _ *Options) {
		if change != nil {
			change(tr)
		}
	}, f)
}

// inBubbleWith is inBubbleAt where the options change too.
func inBubbleWith(t *testing.T, dir string, change func(*Trunk, *Options), f func(b *bench)) {
	t.Helper()
	speaker := prompts(t)
	synctest.Test(t, func(t *testing.T) {
		n := voicetest.NewNetwork()
		trunk := Trunk{Name: "acme", Codecs: []string{"PCMA"}, Lost: -1}
		trunk.Config = signal.Config{Targets: []string{theirIP}, Listen: ourIP + ":5060", Ping: -1, Session: -1}
		options := Options{Speaker: speaker, ListenPacket: n.Listen, Dir: dir, Signal: signal.Options{ListenPacket: n.Listen}}
		change(&trunk, &options)
		gw, err := New(trunk, options)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		b := &bench{T: t, net: n, gw: gw, stop: stop, done: make(chan error, 1), phone: n.Phone(t, theirIP+":5060"), ear: n.Ear(t, theirIP+":6000")}
		go func() { b.done <- gw.Run(ctx, b.inbox) }()
		synctest.Wait()
		defer b.close()
		f(b)
	})
}

func (b *bench) inbox(_ context.Context, a gateway.Arrival) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard = append(b.heard, a)
	if b.answer != nil {
		return b.answer(a)
	}
	return nil
}

// close stops the trunk, and sees that nothing is left of any call.
func (b *bench) close() {
	if !b.stopped {
		time.Sleep(5 * time.Minute)
		if h := b.gw.Health(); h.Calls != 0 || h.Ports != 0 {
			b.Errorf("%d calls and %d ports are left", h.Calls, h.Ports)
		}
		b.stop()
		if err := <-b.done; err != nil {
			b.Errorf("Run: %v", err)
		}
	}
	b.phone.Close()
	b.ear.Close()
	if n := b.net.Open(); n != 0 {
		b.Errorf("%d sockets are left open", n)
	}
}

// do does an effect that has to succeed.
func (b *bench) do(e contact.Effect) gateway.Result {
	b.Helper()
	r, err := b.gw.Do(context.Background(), &contact.Contact{ID: alice}, e)
	if err != nil {
		b.Fatalf("%s: %v", contact.EffectKind(e), err)
	}
	return r
}

// wants checks what the house heard since the last check.
func (b *bench) wants(want ...contact.Input) {
	b.Helper()
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	var got []contact.Input
	for _, a := range b.heard {
		if a.Contact != alice || a.Account != "acme" {
			b.Errorf("%+v is of another call", a)
		}
		got = append(got, plain(a.Input))
	}
	b.heard = nil
	if !reflect.DeepEqual(got, want) {
		b.Errorf("heard %+v\nwanted %+v", got, want)
	}
}

// plain is an input without what differs from run to run.
func plain(in contact.Input) contact.Input {
	switch v := in.(type) {
	case contact.CallAnswered:
		return contact.CallAnswered{}
	case contact.CallEnded:
		v.Ladder = ""
		return v
	}
	return in
}

func placeCall() contact.PlaceCall {
	return contact.PlaceCall{From: "+12065550110", To: "+12065550123", RingTimeout: 30}
}

// up is a call that has been answered.
func (b *bench) up() *voicetest.Dialog {
	b.Helper()
	return b.upWith(placeCall())
}

func (b *bench) upWith(p contact.PlaceCall) *voicetest.Dialog {
	b.Helper()
	r := b.do(p)
	m := b.phone.Expect("INVITE")
	if r.Ref == "" || r.Ref != m.Get("Call-ID") || r.Input != nil {
		b.Errorf("%+v, Call-ID %s", r, m.Get("Call-ID"))
	}
	b.ear.Toward(netip.AddrPortFrom(netip.MustParseAddr(ourIP), uint16(m.Port())))
	b.phone.Reply(m, "180 Ringing", "callee", "")
	synctest.Wait()
	b.phone.Reply(m, "200 OK", "callee", "", voicetest.SDP(theirIP, 6000))
	b.phone.Expect("ACK")
	b.wants(contact.CallRinging{}, contact.CallAnswered{})
	return b.phone.Called(m, "callee")
}

func (b *bench) hangUp(d *voicetest.Dialog) {
	b.Helper()
	d.Request("BYE", "")
	b.phone.Expect("200")
	b.wants(contact.CallEnded{By: contact.ByCustomer})
}

func prompt(name string) contact.Prompt { return contact.Prompt{URI: name} }

// The walk: a call is placed, a prompt heard, keys are pressed, and it is hung up.
func TestWalk(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		b.up()
		b.ear.Packets()
		if r := b.do(contact.PlayPrompt{Visit: 1, Prompt: prompt("short")}); r.Input != nil {
			b.Errorf("%+v", r)
		}
		time.Sleep(400 * time.Millisecond)
		b.wants()
		if l := voicetest.Level(b.ear.Sound()[1600:], 440); l < -13 || l > -10 {
			b.Errorf("the prompt comes at %.1f dB", l)
		}
		time.Sleep(200 * time.Millisecond)
		b.wants(contact.PromptEnded{Visit: 1})
		b.do(contact.CollectDigits{Visit: 2, Prompt: prompt("long"), First: 5, Max: 4})
		time.Sleep(time.Second)
		b.ear.Packets()
		b.ear.Press("12#")
		b.wants(contact.DigitsReceived{Visit: 2, Digits: "12", End: contact.Terminated})
		time.Sleep(time.Second)
		sound := b.ear.Sound()
		if l := voicetest.Level(sound[len(sound)-4000:], 440); l > -60 {
			b.Errorf("after a key the prompt is at %.1f dB", l)
		}
		r := make(chan gateway.Result, 1)
		go func() { r <- b.do(contact.EndCall{}) }()
		b.phone.Reply(b.phone.Expect("BYE"), "200 OK", "", "")
		end, _ := (<-r).Input.(contact.CallEnded)
		if end.By != contact.BySystem || !strings.Contains(end.Ladder, "INVITE sip:+12065550123@") {
			b.Errorf("%+v", end)
		}
		b.wants()
		if l := b.gw.Ladder(alice); !strings.Contains(l, "-> 198.51.100.1:5060 BYE") {
			b.Errorf("the ladder:\n%s", l)
		}
		if r := b.do(contact.PlayPrompt{Visit: 3, Prompt: prompt("short")}); r.Input != nil {
			b.Errorf("a prompt after the end: %+v", r)
		}
	})
}

func TestOutcomes(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		for _, c := range []struct {
			status, headers string
			want            contact.CallEnded
		}{
			{"486 Busy Here", "Reason: Q.850;cause=17\r\n", contact.CallEnded{By: contact.ByNetwork, Code: "486", Cause: 17, Phrase: "Busy Here"}},
			{"404 Not Found", "", contact.CallEnded{By: contact.ByNetwork, Code: "404", Phrase: "Not Found"}},
			{"503 Service Unavailable", "Retry-After: 30\r\n", contact.CallEnded{By: contact.ByNetwork, Code: "503", Phrase: "Service Unavailable", RetryAfter: 30}},
		} {
			b.do(placeCall())
			b.phone.Reply(b.phone.Expect("INVITE"), c.status, "x", c.headers)
			b.phone.Expect("ACK")
			b.wants(c.want)
		}
	})
}

func TestRingTimeout(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		b.do(placeCall())
		m := b.phone.Expect("INVITE")
		b.phone.Reply(m, "180 Ringing", "callee", "")
		cancel := b.phone.Expect("CANCEL")
		b.phone.Reply(cancel, "200 OK", "callee", "")
		b.phone.Reply(m, "487 Request Terminated", "callee", "")
		b.phone.Expect("ACK")
		b.wants(contact.CallRinging{}, contact.CallEnded{By: contact.ByTimer, Code: "487", Phrase: "Request Terminated"})
	})
}

// What the simulated carrier does with keys, this one does.
func TestDigits(t *testing.T) {
	for _, c := range []struct {
		name  string
		early string // pressed before anybody asked
		want  contact.CollectDigits
		keys  string
		then  time.Duration
		got   contact.DigitsReceived
	}{
		{"one key", "", contact.CollectDigits{Single: true, First: 5}, "7", 0, contact.DigitsReceived{Digits: "7", End: contact.Complete}},
		{"nothing", "", contact.CollectDigits{Single: true, First: 3}, "", 4 * time.Second, contact.DigitsReceived{End: contact.TimedOut}},
		{"as many as asked", "", contact.CollectDigits{Max: 3, First: 5}, "1234", 0, contact.DigitsReceived{Digits: "123", End: contact.Complete}},
		{"some, then nothing", "", contact.CollectDigits{Max: 9, First: 5, InterDigit: 2}, "12", 3 * time.Second, contact.DigitsReceived{Digits: "12", End: contact.InterDigit}},
		{"cancel key", "", contact.CollectDigits{Max: 2, First: 5}, "1*34", 0, contact.DigitsReceived{Digits: "34", End: contact.Complete}},
		{"pressed before, and counted", "99", contact.CollectDigits{Max: 4, First: 5, Buffer: true}, "12", 0, contact.DigitsReceived{Digits: "9912", End: contact.Complete}},
		{"pressed before, and not counted", "99", contact.CollectDigits{Max: 2, First: 5}, "12", 0, contact.DigitsReceived{Digits: "12", End: contact.Complete}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, nil, func(b *bench) {
				d := b.up()
				b.ear.Press(c.early)
				c.want.Visit, c.got.Visit = 4, 4
				b.do(c.want)
				b.ear.Press(c.keys)
				time.Sleep(c.then)
				b.wants(c.got)
				b.hangUp(d)
			})
		})
	}
}

func TestBufferAnswersAtOnce(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		d := b.up()
		b.ear.Press("5")
		if r := b.do(contact.PlayPrompt{Visit: 1, Prompt: prompt("long"), SkipOnDigits: true}); r.Input != (contact.PromptEnded{Visit: 1}) {
			b.Errorf("%+v", r)
		}
		if r := b.do(contact.CollectDigits{Visit: 2, Single: true, Buffer: true, First: 5}); r.Input != (contact.DigitsReceived{Visit: 2, Digits: "5", End: contact.Complete}) {
			b.Errorf("%+v", r)
		}
		b.hangUp(d)
	})
}

func TestPrompts(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		d := b.up()
		b.do(contact.PlayPrompt{Visit: 1, Prompt: prompt("short"), Loop: true})
		time.Sleep(5 * time.Second)
		b.wants()
		if r := b.do(contact.StopPrompt{}); r.Input != (contact.PromptEnded{Visit: 1}) {
			b.Errorf("%+v", r)
		}
		if r := b.do(contact.StopPrompt{}); r.Input != nil {
			b.Errorf("stopped twice: %+v", r)
		}
		b.do(contact.PlayPrompt{Visit: 2, Prompt: prompt("long")})
		b.do(contact.PlayPrompt{Visit: 3, Prompt: prompt("short")}) // takes its place
		time.Sleep(12 * time.Second)
		b.wants(contact.PromptEnded{Visit: 3})
		_, err := b.gw.Do(context.Background(), &contact.Contact{ID: alice}, contact.PlayPrompt{Visit: 4, Prompt: prompt("none")})
		if !fault.Is(err, fault.Refused) {
			b.Errorf("a prompt that is not there: %v", err)
		}
		_, err = b.gw.Do(context.Background(), &contact.Contact{ID: alice}, contact.CollectDigits{Visit: 4, Key: "no key"})
		if !fault.Is(err, fault.Refused) {
			b.Errorf("a key that is none: %v", err)
		}
		_, err = b.gw.Do(context.Background(), &contact.Contact{ID: alice}, contact.SendMessage{})
		if !fault.Is(err, fault.Refused) {
			b.Errorf("a message: %v", err)
		}
		b.hangUp(d)
	})
}

// A far side that sends nothing any more is given up.
func TestSilence(t *testing.T) {
	inBubble(t, func(t *Trunk) { t.Lost = 20 * time.Second }, func(b *bench) {
		b.up()
		b.ear.Talk(440, 2*time.Second)
		start := time.Now()
		bye := b.phone.Expect("BYE")
		if d := time.Since(start); d < 19*time.Second || d > 21*time.Second {
			b.Errorf("given up after %v", d)
		}
		b.phone.Reply(bye, "200 OK", "", "")
		b.wants(contact.CallEnded{By: contact.ByNetwork, Phrase: "no sound for 20s"})
	})
}

func TestLimit(t *testing.T) {
	inBubble(t, func(t *Trunk) { t.Most = time.Minute }, func(b *bench) {
		b.up()
		b.phone.Reply(b.phone.Expect("BYE"), "200 OK", "", "")
		b.wants(contact.CallEnded{By: contact.BySystem, Phrase: "the call took as long as a call may"})
	})
}

// Where there is no room the engine is told, and the far side hears nothing.
func TestNoRoom(t *testing.T) {
	inBubble(t, func(t *Trunk) { t.Max = 1 }, func(b *bench) {
		d := b.up()
		_, err := b.gw.Do(context.Background(), &contact.Contact{ID: "another"}, placeCall())
		if !fault.Is(err, fault.Busy) || fault.CodeOf(err) != "503" {
			b.Errorf("a second call: %v", err)
		}
		if n := b.gw.Health().Ports; n != 1 {
			b.Errorf("%d pairs of ports are lent", n)
		}
		b.hangUp(d)
	})
}

// A contact whose call this process never had has lost it.
func TestLostCall(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		r := b.do(contact.PlayPrompt{Visit: 1, Prompt: prompt("short")})
		if in, ok := r.Input.(contact.CallEnded); !ok || in.By != contact.ByLostNode {
			b.Errorf("%+v", r)
		}
		r = b.do(contact.EndCall{})
		if in, ok := r.Input.(contact.CallEnded); !ok || in.By != contact.BySystem {
			b.Errorf("%+v", r)
		}
	})
}

// The house is away for a while: what happened is told in order when it is back.
func TestHouseAway(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		b.do(placeCall())
		b.answer = func(gateway.Arrival) error { return fault.New(fault.Busy, "away") }
		m := b.phone.Expect("INVITE")
		b.phone.Reply(m, "180 Ringing", "callee", "")
		time.Sleep(3 * time.Second)
		b.phone.Reply(m, "486 Busy Here", "callee", "")
		b.phone.Expect("ACK")
		time.Sleep(3 * time.Second)
		b.mu.Lock()
		b.answer, b.heard = nil, nil
		b.mu.Unlock()
		time.Sleep(10 * time.Second)
		b.wants(contact.CallRinging{}, contact.CallEnded{By: contact.ByNetwork, Code: "486", Phrase: "Busy Here"})
	})
}

// A call that nobody in the house knows is hung up.
func TestNobodyHome(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		b.answer = func(gateway.Arrival) error { return fault.New(fault.NotFound, "no such contact") }
		b.do(placeCall())
		m := b.phone.Expect("INVITE")
		b.phone.Reply(m, "180 Ringing", "callee", "")
		cancel := b.phone.Expect("CANCEL")
		b.phone.Reply(cancel, "200 OK", "callee", "")
		b.phone.Reply(m, "487 Request Terminated", "callee", "")
		b.phone.Expect("ACK")
		b.wants(contact.CallRinging{})
	})
}

func TestIncoming(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		played := make(chan error, 1)
		b.answer = func(a gateway.Arrival) error {
			if !a.Voice {
				return nil
			}
			if a.Line != (contact.Line{Subtype: contact.Telephony, Customer: "+12065550123", System: "+12065550110"}) || a.Key == "" || a.Contact == "" {
				b.Errorf("%+v", a)
			}
			go func() { // the flow speaks before the caller has heard that we answered
				_, err := b.gw.Do(context.Background(), &contact.Contact{ID: a.Contact}, contact.PlayPrompt{Visit: 1, Prompt: prompt("short")})
				played <- err
			}()
			return nil
		}
		d := b.phone.Call("+12065550123", "+12065550110", netip.MustParseAddrPort(ourIP+":5060"), "", voicetest.SDP(theirIP, 6000))
		ok := b.phone.Expect("200")
		d.Answered(ok)
		d.Request("ACK", "")
		if err := <-played; err != nil {
			b.Error(err)
		}
		time.Sleep(600 * time.Millisecond)
		if l := voicetest.Level(b.ear.Sound()[:4000], 440); l < -14 {
			b.Errorf("the prompt comes at %.1f dB", l)
		}
		d.Request("BYE", "")
		b.phone.Expect("200")
		synctest.Wait()
		b.mu.Lock()
		defer b.mu.Unlock()
		var kinds []string
		for _, a := range b.heard {
			kinds = append(kinds, contact.InputKind(a.Input))
		}
		if got := strings.Join(kinds, " "); got != "Started CallAnswered PromptEnded CallEnded" {
			b.Errorf("heard %s", got)
		}
	})
}

func TestIncomingRefused(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		for status, err := range map[string]error{"404": fault.New(fault.NotFound, "no such number"), "503": fault.New(fault.Busy, "away")} {
			b.answer = func(gateway.Arrival) error { return err }
			d := b.phone.Call("+12065550123", "+12065550110", netip.MustParseAddrPort(ourIP+":5060"), "", voicetest.SDP(theirIP, 6000))
			d.Acknowledge(b.phone.Expect(status))
			time.Sleep(time.Minute)
		}
	})
}

// At a stop calls may go on for a while, and are hung up then.
func TestDrain(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		b.up()
		b.stop()
		b.stopped = true
		synctest.Wait()
		if _, err := b.gw.Do(context.Background(), &contact.Contact{ID: "another"}, placeCall()); !fault.Is(err, fault.Busy) {
			b.Errorf("a call after the stop: %v", err)
		}
		start := time.Now()
		bye := b.phone.Expect("BYE")
		if d := time.Since(start); d < 9*time.Second || d > 11*time.Second {
			b.Errorf("hung up after %v", d)
		}
		b.phone.Reply(bye, "200 OK", "", "")
		if err := <-b.done; err != nil {
			b.Error(err)
		}
		b.wants(contact.CallEnded{By: contact.ByLostNode, Phrase: "the server was stopped"})
	})
}

// What a process that died had on the line is hung up by the next one, once.
func TestReleaseAfterCrash(t *testing.T) {
	dir := t.TempDir()
	var left []byte
	kept := func() []string {
		names, err := filepath.Glob(filepath.Join(dir, "*"+keptEnding))
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	var name, tag string
	inBubbleAt(t, dir, nil, func(b *bench) {
		d := b.up()
		files := kept()
		if len(files) != 1 {
			b.Fatalf("%d calls are written down", len(files))
		}
		var err error
		if left, err = os.ReadFile(files[0]); err != nil {
			b.Fatal(err)
		}
		name, tag = files[0], voicetest.Param(d.Remote, "tag")
		b.hangUp(d)
	})
	if n := len(kept()); n != 0 {
		t.Errorf("after its end %d calls are written down", n)
	}
	if err := errors.Join(os.WriteFile(name, left, 0o600), os.WriteFile(filepath.Join(dir, "bad"+keptEnding), []byte("{"), 0o600)); err != nil {
		t.Fatal(err)
	}
	inBubbleAt(t, dir, nil, func(b *bench) {
		bye := b.phone.Expect("BYE")
		if voicetest.Param(bye.Get("From"), "tag") != tag || voicetest.Param(bye.Get("To"), "tag") != "callee" || bye.URI() != "sip:callee@198.51.100.1:5060" {
			b.Errorf("%s\n%v", bye.Start, bye.Headers)
		}
		b.phone.Reply(bye, "200 OK", "", "")
		b.phone.Nothing(time.Minute)
		b.wants()
	})
	if n := len(kept()); n != 0 {
		t.Errorf("after their release %d calls are written down", n)
	}
}

func TestTrunk(t *testing.T) {
	for field, change := range map[string]func(*Trunk){
		"codecs[0]:": func(t *Trunk) { t.Codecs = []string{"OPUS"} }, "srtp:": func(t *Trunk) { t.Secure = "yes" }, "rtp_ports:": func(t *Trunk) { t.Ports = "10-20" },
		"rtp_advertise:": func(t *Trunk) { t.Public = "x" }, "dtmf:": func(t *Trunk) { t.Keys = "x" }, "dtmf_length:": func(t *Trunk) { t.Tone = time.Millisecond },
		"max_duration:": func(t *Trunk) { t.Most = time.Millisecond }, "targets:": func(t *Trunk) { t.Targets = nil },
		"amd: total": func(t *Trunk) { t.AMD.Total = time.Hour },
	} {
		trunk := Trunk{}
		trunk.Targets = []string{"sip.example.com"}
		change(&trunk)
		var e *fault.Error
		if _, err := New(trunk, Options{}); !errors.As(err, &e) || e.Kind != fault.Invalid || !strings.HasPrefix(e.Message, field) {
			t.Errorf("%s %v", field, err)
		}
	}
}
