package voice

import (
	"context"
	"encoding/binary"
	"net/netip"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/voice/amd"
	"outdial/gateway/voice/voicetest"
)

// A person says a word and waits; a machine goes on, and beeps.
func TestMachines(t *testing.T) {
	for _, c := range []struct {
		name  string
		await bool
		talk  func(e *voicetest.Ear)
		want  string
	}{
		{"a person", false, func(e *voicetest.Ear) { speak(e, 600*time.Millisecond); e.Talk(0, 2*time.Second) }, amd.Human},
		{"a machine", false, func(e *voicetest.Ear) { speak(e, 5*time.Second) }, amd.NoBeep},
		{"a machine, and its beep", true, func(e *voicetest.Ear) {
			speak(e, 5*time.Second)
			e.Talk(0, 200*time.Millisecond)
			e.Talk(850, 400*time.Millisecond)
			e.Talk(0, 500*time.Millisecond)
		}, amd.Beep},
		{"nobody", false, func(e *voicetest.Ear) { e.Talk(0, 5*time.Second) }, amd.Silence},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, nil, func(b *bench) {
				p := placeCall()
				p.AMD = contact.AMDConfig{Enable: true, AwaitPrompt: c.await}
				d := b.upWith(p)
				start := time.Now()
				b.ear.Talk(0, 300*time.Millisecond)
				c.talk(b.ear)
				synctest.Wait()
				b.mu.Lock()
				if len(b.heard) != 1 {
					b.Fatalf("heard %+v", b.heard)
				}
				f, _ := b.heard[0].Input.(contact.MachineDetected)
				b.heard = nil
				b.mu.Unlock()
				if f.Status != c.want {
					b.Errorf("%+v", f)
				}
				if c.want != amd.Silence && (f.GreetStart.Sub(start) < 200*time.Millisecond || f.GreetEnd.Sub(f.GreetStart) < 400*time.Millisecond) {
					b.Errorf("a greeting from %v to %v", f.GreetStart.Sub(start), f.GreetEnd.Sub(start))
				}
				b.hangUp(d)
			})
		})
	}
}

// speak is a voice of sorts: syllables of two tones, with dips between.
func speak(e *voicetest.Ear, d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		e.Chord(180*time.Millisecond, 210, 640, 1150)
		e.Talk(0, 60*time.Millisecond)
	}
}

// third is the phone of a third party.
func (b *bench) third(c contact.TransferCall) (*voicetest.Message, *voicetest.Ear) {
	b.Helper()
	if r := b.do(c); r.Input != nil {
		b.Errorf("%+v", r)
	}
	m := b.phone.Expect("INVITE")
	ear := b.net.Ear(b, theirIP+":7000")
	ear.Toward(netip.AddrPortFrom(netip.MustParseAddr(ourIP), uint16(m.Port())))
	return m, ear
}

func TestTransfer(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		d := b.up()
		m, ear := b.third(contact.TransferCall{Visit: 9, To: "+12065550177", Timeout: 20, Digits: "4,2"})
		defer ear.Close()
		if m.URI() != "sip:+12065550177@198.51.100.1" || !strings.Contains(m.Get("From"), "+12065550123@") {
			b.Errorf("%s from %s", m.Start, m.Get("From"))
		}
		b.phone.Reply(m, "200 OK", "third", "", voicetest.SDP(theirIP, 7000))
		b.phone.Expect("ACK")
		time.Sleep(2 * time.Second)
		var keys []byte
		for _, p := range ear.Packets() {
			if p.Type == 101 && (len(keys) == 0 || keys[len(keys)-1] != p.Payload[0]) {
				keys = append(keys, p.Payload[0])
			}
		}
		if string(keys) != "\x04\x02" {
			b.Errorf("keys %v", keys)
		}
		b.ear.Packets()
		done := make(chan struct{})
		go func() { defer close(done); ear.Talk(700, time.Second) }()
		b.ear.Talk(440, time.Second)
		<-done
		time.Sleep(200 * time.Millisecond)
		if l := voicetest.Level(b.ear.Sound()[2400:6400], 700); l < -13 {
			b.Errorf("the caller hears the third party at %.1f dB", l)
		}
		if l := voicetest.Level(ear.Sound()[2400:6400], 440); l < -13 {
			b.Errorf("the third party hears the caller at %.1f dB", l)
		}
		b.ear.Press("9") // for the menu of the third party, and not for the flow
		time.Sleep(time.Second)
		if !pressed(ear.Packets(), 9) {
			b.Error("a key of the caller does not go through")
		}
		b.phone.Called(m, "third").Request("BYE", "")
		b.phone.Expect("200")
		b.wants(contact.TransferEnded{Visit: 9, Outcome: transferCompleted})
		b.do(contact.CollectDigits{Visit: 10, First: 1, Max: 1, Buffer: true})
		time.Sleep(1500 * time.Millisecond)
		b.wants(contact.DigitsReceived{Visit: 10, End: contact.TimedOut})
		b.do(contact.PlayPrompt{Visit: 10, Prompt: prompt("short")}) // the flow goes on
		time.Sleep(time.Second)
		b.wants(contact.PromptEnded{Visit: 10})
		b.hangUp(d)
	})
}

func TestTransferFails(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		d := b.up()
		m, ear := b.third(contact.TransferCall{Visit: 1, To: "+12065550177"})
		ear.Close()
		b.phone.Reply(m, "486 Busy Here", "third", "")
		b.phone.Expect("ACK")
		b.wants(contact.TransferEnded{Visit: 1, Outcome: transferFailed, Code: "486"})
		m, ear = b.third(contact.TransferCall{Visit: 2, To: "+12065550177", Timeout: 5})
		ear.Close()
		b.phone.Reply(m, "180 Ringing", "third", "")
		cancel := b.phone.Expect("CANCEL")
		b.phone.Reply(cancel, "200 OK", "third", "")
		b.phone.Reply(m, "487 Request Terminated", "third", "")
		b.phone.Expect("ACK")
		b.wants(contact.TransferEnded{Visit: 2, Outcome: transferTimeout, Code: "487"})
		b.hangUp(d)
	})
}

// The caller goes while the third party talks: both are released, and there is
// one end.
func TestTransferCallerGoes(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		d := b.up()
		m, ear := b.third(contact.TransferCall{Visit: 1, To: "+12065550177"})
		defer ear.Close()
		b.phone.Reply(m, "200 OK", "third", "", voicetest.SDP(theirIP, 7000))
		b.phone.Expect("ACK")
		time.Sleep(time.Second)
		d.Request("BYE", "")
		for range 2 {
			if x := b.phone.Next(); x.Method() == "BYE" {
				b.phone.Reply(x, "200 OK", "", "")
			}
		}
		b.wants(contact.CallEnded{By: contact.ByCustomer})
	})
}

func TestRecording(t *testing.T) {
	dir := t.TempDir()
	inBubble(t, func(t *Trunk) { t.Recordings = dir }, func(b *bench) {
		d := b.up()
		b.do(contact.RecordCall{Parties: []string{"Customer", "Agent"}})
		b.do(contact.PlayPrompt{Visit: 1, Prompt: prompt("long")})
		b.ear.Talk(700, 2*time.Second)
		b.do(contact.RecordCall{Do: "suspend"})
		b.ear.Talk(700, 2*time.Second)
		b.do(contact.RecordCall{Do: "resume"})
		b.ear.Talk(700, time.Second)
		d.Request("BYE", "")
		b.phone.Expect("200")
		synctest.Wait()
		b.mu.Lock()
		var kept contact.Recording
		for _, a := range b.heard {
			if r, ok := a.Input.(contact.RecordingKept); ok {
				kept = r.Recording
			}
		}
		b.mu.Unlock()
		file, err := os.ReadFile(kept.Path)
		if err != nil || kept.Party != "ALL" || kept.Stopped.Sub(kept.Started) < 4*time.Second {
			b.Fatalf("%+v, %v", kept, err)
		}
		left, right := channels(file)
		for name, x := range map[string]struct {
			sound []int16
			freq  float64
		}{"customer": {left, 700}, "prompt": {right, 440}} {
			if l := voicetest.Level(x.sound[4000:14000], x.freq); l < -13 {
				b.Errorf("%s is at %.1f dB", name, l)
			}
			if l := voicetest.Level(x.sound[20000:28000], x.freq); l > -60 {
				b.Errorf("while it was suspended %s is at %.1f dB", name, l)
			}
		}
		if l := voicetest.Level(left[4000:14000], 440); l > -50 {
			b.Errorf("the prompt is on the customer's side, at %.1f dB", l)
		}
	})
}

func TestNotRecorded(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		d := b.up()
		if r := b.do(contact.RecordCall{Parties: []string{"Customer"}}); r.Note == "" {
			b.Error("nobody is told that nothing is recorded")
		}
		b.do(contact.RecordCall{})
		_, err := b.gw.Do(context.Background(), &contact.Contact{ID: alice}, contact.StreamCall{Enabled: true})
		if !fault.Is(err, fault.Refused) {
			b.Errorf("streaming: %v", err)
		}
		b.hangUp(d)
	})
}

// Where words are waited for and nothing recognises them, keys count, and silence
// is told as silence.
func TestSpeech(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		d := b.up()
		b.do(contact.CollectSpeech{Visit: 1, Session: map[string]string{"x-amz-lex:audio:start-timeout-ms:*:*": "2000"}})
		time.Sleep(1900 * time.Millisecond)
		b.wants()
		time.Sleep(200 * time.Millisecond)
		b.wants(contact.SpeechReceived{Visit: 1, End: contact.TimedOut})
		b.do(contact.CollectSpeech{Visit: 2})
		b.ear.Press("42#")
		b.wants(contact.DigitsReceived{Visit: 2, Digits: "42", End: contact.Terminated})
		b.hangUp(d)
	})
}

func TestProbe(t *testing.T) {
	var _ gateway.Tester = (*Gateway)(nil)
	inBubble(t, func(t *Trunk) { t.User, t.Password = "acme", "secret" }, func(b *bench) {
		b.probes("not answered: Busy Here (486)", func(m *voicetest.Message) {
			b.phone.Reply(m, "180 Ringing", "x", "")
			b.phone.Reply(m, "486 Busy Here", "x", "")
			b.phone.Expect("ACK")
		}, "198.51.100.1 is 198.51.100.1:5060, as configured", "<- 198.51.100.1:5060 180 Ringing", "<- 198.51.100.1:5060 486 Busy Here")
		b.probes("not answered: nobody answered in time (487)", func(m *voicetest.Message) {
			b.phone.Reply(m, "180 Ringing", "x", "")
			b.phone.Reply(b.phone.Expect("CANCEL"), "200 OK", "x", "")
			b.phone.Reply(m, "487 Request Terminated", "x", "")
			b.phone.Expect("ACK")
		}, "the ring timer ran out", "CANCEL")
		b.probes("", func(m *voicetest.Message) {
			b.phone.Reply(m, "407 Proxy Authentication Required", "x", "Proxy-Authenticate: Digest realm=\"a\", nonce=\"n\"\r\n")
			b.phone.Expect("ACK")
			m = b.phone.Expect("INVITE")
			b.phone.Reply(m, "200 OK", "callee", "", voicetest.SDP(theirIP, 6000))
			b.phone.Expect("ACK")
			b.ear.Talk(440, time.Second)
			b.ear.Press("42")
			b.phone.Reply(b.phone.Expect("BYE"), "200 OK", "", "")
			if l := voicetest.Level(b.ear.Sound()[800:8800], 1000); l < -18 {
				b.Errorf("the tone is heard at %.1f dB", l)
			}
		}, "who we are is proven: acme", "the first sound is sent to 198.51.100.1:6000 as PCMA", "the first sound comes from 198.51.100.1:6000", "the key 4 is heard",
			"keys that were heard: 42", "hung up by us", "sound: PCMA, ")
		b.probes("answered, but no sound came: is the way for the ports 10000-19999 open?", func(m *voicetest.Message) {
			b.phone.Reply(m, "200 OK", "callee", "", voicetest.SDP(theirIP, 6000))
			b.phone.Expect("ACK")
			b.phone.Called(m, "callee").Request("BYE", "")
			b.phone.Expect("200")
		}, "no key was heard", "hung up by the far side")
		b.wants() // the house hears nothing of it
	})
}

// probes tests the trunk by a call that goes as far says.
func (b *bench) probes(why string, far func(*voicetest.Message), said ...string) {
	b.Helper()
	var steps []string
	done := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		var err error
		steps, err = b.gw.Test(ctx, "", "+12065550123")
		done <- err
	}()
	m := b.phone.Expect("INVITE")
	if !strings.Contains(m.Get("From"), "sip:acme@") || m.Get("P-Asserted-Identity") != "" {
		b.Errorf("it calls from %s, %s", m.Get("From"), m.Get("P-Asserted-Identity"))
	}
	b.ear.Toward(netip.AddrPortFrom(netip.MustParseAddr(ourIP), uint16(m.Port())))
	far(m)
	err := <-done
	if why == "" && err != nil || why != "" && (err == nil || err.Error() != why) {
		b.Errorf("%v, want %q", err, why)
	}
	text := strings.Join(steps, "\n")
	for _, want := range said {
		if !strings.Contains(text, want) {
			b.Errorf("%q is not in\n%s", want, text)
		}
	}
}

// channels takes a stereo file apart.
func channels(file []byte) (left, right []int16) {
	for b := file[44:]; len(b) >= 4; b = b[4:] {
		left = append(left, int16(binary.LittleEndian.Uint16(b)))
		right = append(right, int16(binary.LittleEndian.Uint16(b[2:])))
	}
	return left, right
}
