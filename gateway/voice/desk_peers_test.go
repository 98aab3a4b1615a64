//go:build peers

package voice

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"outdial/contact"
	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/voicetest"
)

// An agent's telephone that we did not write: it is called at its own address,
// picks up, and agent and customer hear each other.
func TestBaresipIsTheAgent(t *testing.T) {
	desk, file, said, command := baresip(t)
	baresipIsTheAgent(t, nil, desk, file, said, command)
}

// baresipIsTheAgent is a call of a customer with G.711, who is joined with it.
func baresipIsTheAgent(t *testing.T, change func(*Trunk), desk, file string, said *output, command func(string)) {
	t.Helper()
	socket := func() net.PacketConn {
		c, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	customer, ear := voicetest.NewPhone(t, socket()), voicetest.NewEar(t, socket())
	defer customer.Close()
	defer ear.Close()
	p := newPeered(t, customer.Address().String(), change)
	p.do(placeCall())
	m := customer.Expect("INVITE")
	ear.Toward(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(m.Port())))
	at, err := netip.ParseAddrPort(ear.Address())
	if err != nil {
		t.Fatal(err)
	}
	customer.Reply(m, "200 OK", "customer", "", voicetest.SDP("127.0.0.1", int(at.Port())))
	customer.Expect("ACK")
	p.wants("CallAnswered")

	phone := "sip:+12065550123@" + desk
	p.do(contact.Bridge{Do: contact.BridgeRing, Agent: "ann", Name: "Ann", Phone: phone})
	if in := p.wants("QueueMoved").(contact.QueueMoved); in.Outcome != contact.Accepted || in.Agent != "ann" {
		t.Fatalf("%+v", in)
	}
	p.do(contact.Bridge{Do: contact.BridgeJoin, Agent: "ann", Name: "Ann", Phone: phone})
	talked := make(chan struct{})
	go func() { defer close(talked); ear.Talk(440, 4*time.Second) }()
	var sound []int16
	until(t, "the agent's tone at the customer's", func() bool {
		sound = append(sound, ear.Sound()...)
		return len(sound) >= 8000 && voicetest.Level(sound[len(sound)-4000:], 800) > -15
	})
	<-talked
	command("hangup")
	if in := p.wants("QueueMoved").(contact.QueueMoved); in.Outcome != contact.Left || in.Agent != "ann" {
		t.Errorf("%+v\n%s", in, said)
	}
	p.do(contact.EndCall{})
	customer.Reply(customer.Await("BYE"), "200 OK", "", "")
	// What the agent heard is whole in its file now.
	until(t, "the customer's tone at the agent's", func() bool {
		files, err := filepath.Glob(file)
		if err != nil || len(files) == 0 {
			return false
		}
		b, err := os.ReadFile(files[0])
		if err != nil {
			return false
		}
		clip, err := audio.ReadWAV(b)
		clip = clip.At(audio.Rate)
		for i := 0; err == nil && i+4000 <= len(clip.Samples); i += 2000 {
			if voicetest.Level(clip.Samples[i:i+4000], 440) > -15 {
				return true
			}
		}
		return false
	})
}
