package voice

import (
	"net/netip"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/voice/voicetest"
)

const (
	annIP   = "198.51.100.2"
	annSIP  = "sip:ann@198.51.100.2"
	annsSDP = annIP
)

// An agent is a telephone at a desk.
type agent struct {
	*voicetest.Phone
	ear *voicetest.Ear
	m   *voicetest.Message
}

func (b *bench) agent() *agent {
	b.Helper()
	return &agent{Phone: b.net.Phone(b, annIP+":5060"), ear: b.net.Ear(b, annIP+":6000")}
}

func (a *agent) close() {
	a.Close()
	a.ear.Close()
}

// rings waits for the call.
func (a *agent) rings() {
	a.m = a.Expect("INVITE")
	a.ear.Toward(netip.AddrPortFrom(netip.MustParseAddr(ourIP), uint16(a.m.Port())))
	a.Reply(a.m, "180 Ringing", "ann", "")
	synctest.Wait()
}

func (a *agent) picksUp() *voicetest.Dialog {
	a.Reply(a.m, "200 OK", "ann", "", voicetest.SDP(annIP, 6000))
	a.Expect("ACK")
	return a.Called(a.m, "ann")
}

func ring() contact.Bridge {
	return contact.Bridge{Do: contact.BridgeRing, Agent: "ann", Name: "Ann", Phone: annSIP}
}

func join() contact.Bridge {
	return contact.Bridge{Do: contact.BridgeJoin, Agent: "ann", Name: "Ann", Phone: annSIP}
}

// hears checks that tones cross both ways, or do not.
func (b *bench) hears(a *agent, customer, anns bool) {
	b.Helper()
	b.ear.Packets()
	a.ear.Packets()
	done := make(chan struct{})
	go func() { defer close(done); a.ear.Talk(700, time.Second) }()
	b.ear.Talk(440, time.Second)
	<-done
	time.Sleep(200 * time.Millisecond)
	for _, x := range []struct {
		who   string
		sound []int16
		freq  float64
		want  bool
	}{{"the caller", b.ear.Sound(), 700, customer}, {"the agent", a.ear.Sound(), 440, anns}} {
		level := -100.0
		if len(x.sound) > 6400 {
			level = voicetest.Level(x.sound[2400:6400], x.freq)
		}
		if level > -13 != x.want {
			b.Errorf("%s hears the other at %.1f dB", x.who, level)
		}
	}
}

// The whole of it: it rings, she picks up, hears her whisper, and talks; she holds
// by her telephone and goes on, keys go through, and she hangs up.
func TestAgentTalks(t *testing.T) {
	dir := t.TempDir()
	inBubble(t, func(t *Trunk) { t.Recordings = dir }, func(b *bench) {
		d := b.up()
		a := b.agent()
		defer a.close()
		b.do(contact.PlayPrompt{Visit: 1, Prompt: prompt(builtinMusic), Loop: true})
		b.do(ring())
		a.rings()
		if a.m.URI() != annSIP || !strings.Contains(a.m.Get("From"), "+12065550123@") {
			b.Errorf("%s from %s", a.m.Start, a.m.Get("From"))
		}
		b.wants()
		ann := a.picksUp()
		b.wants(contact.QueueMoved{Outcome: contact.Accepted, Agent: "ann"})
		b.do(contact.StopPrompt{})
		b.do(contact.TellAgent{Visit: 2, Agent: "ann", Prompts: []contact.Prompt{prompt("short")}})
		b.ear.Packets()
		time.Sleep(time.Second)
		b.wants(contact.PromptEnded{Visit: 2})
		if l := voicetest.Level(a.ear.Sound()[800:4000], 440); l < -13 {
			b.Errorf("the agent hears the whisper at %.1f dB", l)
		}
		if l := voicetest.Level(b.ear.Sound()[800:4000], 440); l > -50 {
			b.Errorf("the caller hears the whisper at %.1f dB", l)
		}
		b.do(contact.RecordCall{Parties: []string{"Customer", "Agent"}})
		synctest.Wait()
		b.mu.Lock()
		b.heard = nil // that it has begun
		b.mu.Unlock()
		if r := b.do(join()); r.Note != "the caller talks with Ann" {
			b.Errorf("%+v", r)
		}
		b.hears(a, true, true)

		a.ear.Press("5")
		synctest.Wait()
		time.Sleep(time.Second)
		if !pressed(b.ear.Packets(), 5) {
			b.Error("the key of the agent does not go through")
		}

		hold := "v=0\r\no=- 1 2 IN IP4 " + annsSDP + "\r\ns=-\r\nc=IN IP4 " + annsSDP + "\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8\r\na=sendonly\r\n"
		ann.Request("INVITE", "", hold)
		ann.Answered(a.Expect("200"))
		ann.Request("ACK", "")
		b.wants(contact.QueueMoved{Outcome: contact.Hold, Agent: "ann"})
		b.do(contact.Bridge{Do: contact.BridgeHold, Agent: "ann", Name: "Ann"})
		b.ear.Packets()
		time.Sleep(4 * time.Second)
		if loudest(b.ear.Sound()) < 1000 {
			b.Error("a caller on hold hears no music")
		}
		ann.Request("INVITE", "", voicetest.SDP(annIP, 6000))
		a.Expect("200")
		ann.Request("ACK", "")
		b.wants(contact.QueueMoved{Outcome: contact.Resume, Agent: "ann"})
		b.do(contact.Bridge{Do: contact.BridgeResume, Agent: "ann", Name: "Ann"})
		b.do(contact.StopPrompt{}) // asked for before, and done late: nobody is silenced by it
		b.hears(a, true, true)

		ann.Request("BYE", "")
		a.Expect("200")
		b.wants(contact.QueueMoved{Outcome: contact.Left, Agent: "ann"})
		b.do(contact.PlayPrompt{Visit: 3, Prompt: prompt("short")})
		time.Sleep(time.Second)
		b.wants(contact.PromptEnded{Visit: 3})
		d.Request("BYE", "")
		b.phone.Expect("200")
		synctest.Wait()
		b.recorded(700, 440)
	})
}

func loudest(sound []int16) int {
	peak := 0
	for _, v := range sound {
		peak = max(peak, int(v), -int(v))
	}
	return peak
}

func pressed(packets []voicetest.Packet, code byte) bool {
	for _, p := range packets {
		if p.Type == 101 && p.Payload[0] == code {
			return true
		}
	}
	return false
}

// recorded checks that the tones of agent and caller are in the recording, each on
// its side.
func (b *bench) recorded(anns, callers float64) {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.heard {
		r, ok := a.Input.(contact.RecordingKept)
		if !ok || r.Recording.Stopped.IsZero() {
			continue
		}
		file, err := os.ReadFile(r.Recording.Path)
		if err != nil {
			b.Fatal(err)
		}
		left, right := channels(file)
		if l, r := voicetest.Level(left[2400:6400], callers), voicetest.Level(right[2400:6400], anns); l < -13 || r < -13 {
			b.Errorf("in the recording the caller is at %.1f dB, the agent at %.1f dB", l, r)
		}
		b.heard = nil
		return
	}
	b.Error("nothing was recorded")
}

// What an agent's telephone can do besides.
func TestAgentDoesNotTakeIt(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		d := b.up()
		a := b.agent()
		defer a.close()
		for _, status := range []string{"486 Busy Here", "603 Decline"} {
			b.do(ring())
			b.do(ring()) // again after a crash of the house: it rings once
			a.rings()
			a.Reply(a.m, status, "ann", "")
			a.Expect("ACK")
			b.wants(contact.QueueMoved{Outcome: contact.Rejected, Agent: "ann"})
		}
		// It rings too long: routing says so.
		b.do(ring())
		a.rings()
		b.do(contact.Bridge{Do: contact.BridgeUnring, Agent: "bob"}) // somebody else
		b.do(contact.Bridge{Do: contact.BridgeUnring, Agent: "ann"})
		a.Reply(a.Expect("CANCEL"), "200 OK", "ann", "")
		a.Reply(a.m, "487 Request Terminated", "ann", "")
		a.Expect("ACK")
		b.wants()
		// She picks up in the moment in which it is somebody else's.
		b.do(ring())
		a.rings()
		b.mu.Lock()
		b.answer = func(gateway.Arrival) error { return fault.New(fault.NotFound, "not hers any more") }
		b.mu.Unlock()
		a.picksUp()
		b.wants(contact.QueueMoved{Outcome: contact.Accepted, Agent: "ann"})
		a.Reply(a.Expect("BYE"), "200 OK", "", "")
		b.mu.Lock()
		b.answer = nil
		b.mu.Unlock()
		b.wants()
		// She had taken it at her desk, and never picks up.
		b.do(ring())
		a.rings()
		b.mu.Lock()
		b.answer = func(in gateway.Arrival) error {
			if q, ok := in.Input.(contact.QueueMoved); ok && q.Outcome == contact.Rejected {
				return fault.New(fault.NotFound, "it does not ring")
			}
			return nil
		}
		b.mu.Unlock()
		a.Reply(a.m, "480 Temporarily Unavailable", "ann", "")
		a.Expect("ACK")
		b.wants(contact.QueueMoved{Outcome: contact.Rejected, Agent: "ann"}, contact.QueueMoved{Outcome: contact.Left, Agent: "ann"})
		// What cannot be called at all.
		v := ring()
		v.Phone = "sip:"
		if r := b.do(v); !strings.Contains(r.Note, "cannot be called") {
			b.Errorf("%+v", r)
		}
		b.wants(contact.QueueMoved{Outcome: contact.Rejected, Agent: "ann"})
		b.hangUp(d)
	})
}

// The caller goes while it rings, and while they talk: the agent's telephone is
// released, and nobody tells the house twice.
func TestCallerLeavesAgent(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		a := b.agent()
		defer a.close()
		d := b.up()
		b.do(ring())
		a.rings()
		b.hangUp(d)
		a.Reply(a.Expect("CANCEL"), "200 OK", "ann", "")
		a.Reply(a.m, "487 Request Terminated", "ann", "")
		a.Expect("ACK")
	})
	inBubble(t, nil, func(b *bench) {
		a := b.agent()
		defer a.close()
		d := b.up()
		b.do(ring())
		a.rings()
		a.picksUp()
		b.wants(contact.QueueMoved{Outcome: contact.Accepted, Agent: "ann"})
		b.do(join())
		b.hears(a, true, true)
		b.hangUp(d)
		a.Reply(a.Expect("BYE"), "200 OK", "", "")
		b.wants()
	})
}

// An agent who took the contact at the desk picks up after that; the caller hears
// the ringing. One without a telephone is told of.
func TestAgentJoinsLater(t *testing.T) {
	inBubble(t, nil, func(b *bench) {
		d := b.up()
		a := b.agent()
		defer a.close()
		soft := join()
		soft.Phone = ""
		if r := b.do(soft); !strings.Contains(r.Note, "no telephone") {
			b.Errorf("%+v", r)
		}
		if r := b.do(contact.TellAgent{Visit: 1, Agent: "ann", Prompts: []contact.Prompt{prompt("short")}}); r.Input != (contact.PromptEnded{Visit: 1}) {
			b.Errorf("%+v", r)
		}
		b.do(join())
		b.do(contact.TellAgent{Agent: "ann", Loop: true, Prompts: []contact.Prompt{prompt("long")}})
		a.rings()
		b.ear.Packets()
		time.Sleep(time.Second)
		if l := voicetest.Level(b.ear.Sound()[800:7000], 480); l < -22 {
			b.Errorf("the caller hears it ring at %.1f dB", l)
		}
		a.picksUp()
		b.wants()
		b.hears(a, true, true)
		b.do(contact.Bridge{Do: contact.BridgeLeave, Agent: "ann"})
		a.Reply(a.Expect("BYE"), "200 OK", "", "")
		b.wants()
		b.hears(a, false, false)
		// Nobody picks up who had taken it: that is the agent who leaves.
		b.do(join())
		a.rings()
		a.Reply(a.m, "480 Temporarily Unavailable", "ann", "")
		a.Expect("ACK")
		b.wants(contact.QueueMoved{Outcome: contact.Left, Agent: "ann"})
		b.hangUp(d)
	})
}
