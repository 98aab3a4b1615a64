//go:build peers

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/connect"
	"github.com/aws/aws-sdk-go-v2/service/connect/types"

	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/voicetest"
	"outdial/wire"
)

// A called is a customer's telephone on loopback, which a trunk leads to.
type called struct {
	*testing.T
	phone *voicetest.Phone
	ear   *voicetest.Ear
	call  *voicetest.Dialog
	voice string // how the trunk speaks
	more  string // further keys of the trunk: ", dtmf: inband"
}

func newCalled(t *testing.T) *called {
	t.Helper()
	c := &called{T: t, voice: "{engine: espeak-ng}"}
	signal, sound := listenUDP(t), listenUDP(t)
	c.phone, c.ear = voicetest.NewPhone(t, signal), voicetest.NewEar(t, sound)
	t.Cleanup(func() { c.phone.Close(); c.ear.Close() })
	return c
}

func listenUDP(t *testing.T) net.PacketConn {
	t.Helper()
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// trunked is a configuration of one instance with one number, whose calls go to
// the telephone; more are lines of the instance.
func (c *called) trunked(more ...string) string {
	c.Helper()
	own := listenUDP(c.T)
	listen := own.LocalAddr().String()
	own.Close()
	return fmt.Sprintf(`accounts: [{id: "111122223333"}]
flows: %q
instances:
  - alias: acme
    id: %s
    hours: [{name: Always, open: [EVERYDAY 00:00-00:00]}]
    queues: [{name: Sales, hours: Always}]
    numbers: [{number: "%s", channels: [VOICE], carrier: trunk}]
%s
carriers:
  - {name: trunk, kind: sip, targets: ['%s'], listen: '%s', codecs: [PCMA], rtp_ports: any, speech: %s%s}
`, c.TempDir(), acme, acmePhone, strings.Join(more, "\n"), c.phone.Address(), listen, c.voice, c.more)
}

// answer takes the next call, after its telephone has rung.
func (c *called) answer() {
	c.Helper()
	m := c.phone.Await("INVITE")
	c.phone.Reply(m, "180 Ringing", "customer", "")
	port := netip.MustParseAddrPort(c.ear.Address()).Port()
	c.phone.Reply(m, "200 OK", "customer", "", voicetest.SDP("127.0.0.1", int(port)))
	c.phone.Await("ACK")
	c.call = c.phone.Called(m, "customer")
	c.ear.Toward(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(m.Port())))
	c.ear.Packets()
}

// hears listens until somebody has spoken for as long as least, and has then said
// nothing for 0.7 s.
func (c *called) hears(what string, least time.Duration) {
	c.Helper()
	const frame, pause = 20 * time.Millisecond, 700 * time.Millisecond
	spoken, quiet := time.Duration(0), time.Duration(0)
	for begun := time.Now(); spoken < least || quiet < pause; {
		if time.Since(begun) > least+time.Minute {
			c.Fatalf("%s: %v of speech were heard, not %v", what, spoken, least)
		}
		c.ear.Talk(0, 100*time.Millisecond)
		s := c.ear.Sound()
		if len(s) == 0 { // we have hung up
			quiet += 100 * time.Millisecond
		}
		for ; len(s) >= 160; s = s[160:] {
			if loudness(s[:160]) > -45 {
				spoken, quiet = spoken+frame, 0
			} else {
				quiet += frame
			}
		}
	}
	c.Logf("%s: %v of speech", what, spoken)
}

// loudness is in dB below full scale.
func loudness(pcm []int16) float64 {
	sum := 0.0
	for _, v := range pcm {
		sum += float64(v) * float64(v)
	}
	return 10 * math.Log10(sum/float64(len(pcm))/(32768*32768)+1e-10)
}

// says lets the customer say a text.
func (c *called) says(text string) {
	c.Helper()
	wav, err := exec.Command("espeak-ng", "--stdout", "-v", "en-us+f1", text).Output()
	if err != nil {
		c.Fatal(err)
	}
	clip, err := audio.ReadWAV(wav)
	if err != nil {
		c.Fatal(err)
	}
	c.ear.Say(clip.At(8000).Samples)
}

// isHungUp waits until we hang up.
func (c *called) isHungUp() {
	c.Helper()
	bye := c.phone.Await("BYE")
	c.phone.Reply(bye, "200 OK", "", "")
}

// A passage is one action that a contact came through.
type passage struct{ Action, Type, Branch, Why string }

// passed gives the actions that a contact came through, as its timeline has them.
func (s *server) passed(id string) (out []passage) {
	s.Helper()
	var doc struct {
		Entries []struct {
			Turn struct{ Passed []passage }
		}
	}
	r, err := http.NewRequest("GET", s.Endpoint+"/_outdial/contacts/"+id+"/timeline", nil)
	if err != nil {
		s.Fatal(err)
	}
	wire.Sign(r, nil, wire.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}, s.Region, "connect", time.Now())
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer a.Body.Close()
	if err := json.NewDecoder(a.Body).Decode(&doc); err != nil || a.StatusCode != 200 {
		s.Fatal(a.Status, err)
	}
	for _, e := range doc.Entries {
		out = append(out, e.Turn.Passed...)
	}
	return out
}

// took fails unless a contact left an action of each of these types by the branch,
// in that order: "GetParticipantInput condition Equals 1".
func (s *server) took(id string, want ...string) {
	s.Helper()
	var got []string
	for _, p := range s.passed(id) {
		if p.Branch != "wait" {
			got = append(got, p.Type+" "+p.Branch)
		}
	}
	left := got
	for _, w := range want {
		for len(left) > 0 && left[0] != w {
			left = left[1:]
		}
		if len(left) == 0 {
			s.Errorf("contact %s did not take %q in its turn:\n%s", id, w, strings.Join(got, "\n"))
			return
		}
		left = left[1:]
	}
}

// gone waits until a contact has ended, and fails unless that was for a reason.
func (s *server) gone(id, reason string) *types.Contact {
	s.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for begun := time.Now(); ; <-tick.C {
		c := s.describe(id)
		if c.DisconnectTimestamp == nil && time.Since(begun) < 20*time.Second {
			continue
		}
		if aws.ToString(c.DisconnectReason) != reason {
			s.Errorf("contact %s: ended %v by %q, not by %s", id, c.DisconnectTimestamp, aws.ToString(c.DisconnectReason), reason)
		}
		return c
	}
}

// corpusFlow reads a real flow, or skips the test.
func corpusFlow(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("FLOW_CORPUS")
	if dir == "" {
		t.Skip("FLOW_CORPUS is not set: it names a folder of real flows")
	}
	doc, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

// imported creates a flow by the API, as it was exported.
func (s *server) imported(name, content string) string {
	s.Helper()
	out, err := s.api.CreateContactFlow(s.Context(), &connect.CreateContactFlowInput{
		InstanceId: aws.String(acme), Name: &name, Type: types.ContactFlowTypeContactFlow, Content: &content})
	if err != nil {
		s.Fatal(err)
	}
	return aws.ToString(out.ContactFlowId)
}

// module creates a module by the API, as it was exported.
func (s *server) module(name, content string) string {
	s.Helper()
	out, err := s.api.CreateContactFlowModule(s.Context(), &connect.CreateContactFlowModuleInput{
		InstanceId: aws.String(acme), Name: &name, Content: &content})
	var bad *types.InvalidContactFlowModuleException
	if errors.As(err, &bad) {
		for _, p := range bad.Problems {
			s.Log(name, aws.ToString(p.Message))
		}
	}
	if err != nil {
		s.Fatal(err)
	}
	return aws.ToString(out.Id)
}

// dial starts a call to the customer with a flow.
func (s *server) dial(flow string, attributes map[string]string, change func(*connect.StartOutboundVoiceContactInput)) string {
	s.Helper()
	in := &connect.StartOutboundVoiceContactInput{InstanceId: aws.String(acme), ContactFlowId: &flow,
		SourcePhoneNumber: aws.String(acmePhone), DestinationPhoneNumber: aws.String(phone), Attributes: attributes}
	if change != nil {
		change(in)
	}
	out, err := s.api.StartOutboundVoiceContact(s.Context(), in) // time is real: nothing moves it
	if err != nil {
		s.Fatal(err)
	}
	id := aws.ToString(out.ContactId)
	s.Cleanup(func() {
		if s.Failed() {
			s.Logf("contact %s came through %+v", id, s.passed(id))
		}
	})
	return id
}
