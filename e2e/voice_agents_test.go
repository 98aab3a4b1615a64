//go:build peers

package e2e

import (
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/connect"
	"github.com/aws/aws-sdk-go-v2/service/connect/types"

	"outdial/gateway/voice/voicetest"
)

// A telephone is one on loopback, with its own sound.
type telephone struct {
	*voicetest.Phone
	ear  *voicetest.Ear
	port uint16 // of its sound
	m    *voicetest.Message
}

func newTelephone(t *testing.T) *telephone {
	t.Helper()
	socket := func() net.PacketConn {
		c, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	sound := socket()
	p := &telephone{Phone: voicetest.NewPhone(t, socket()), ear: voicetest.NewEar(t, sound), port: netip.MustParseAddrPort(sound.LocalAddr().String()).Port()}
	t.Cleanup(func() { p.Close(); p.ear.Close() })
	return p
}

// rings waits for a call.
func (p *telephone) rings() {
	p.m = p.Await("INVITE")
	p.ear.Toward(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(p.m.Port())))
	p.Reply(p.m, "180 Ringing", "it", "")
}

func (p *telephone) picksUp() *voicetest.Dialog {
	p.Reply(p.m, "200 OK", "it", "", voicetest.SDP("127.0.0.1", int(p.port)))
	p.Await("ACK")
	return p.Called(p.m, "it")
}

// hears tells how loud a tone is among what was heard lately, in dB.
func (p *telephone) hears(freq float64) float64 {
	best := -100.0
	s := p.ear.Sound()
	for i := 0; i+4000 <= len(s); i += 2000 {
		best = max(best, voicetest.Level(s[i:i+4000], freq))
	}
	return best
}

// talk lets two telephones say a tone each to the other.
func talk(t *testing.T, a, b *telephone) {
	t.Helper()
	a.ear.Packets()
	b.ear.Packets()
	done := make(chan struct{})
	go func() { defer close(done); a.ear.Talk(440, 2*time.Second) }()
	b.ear.Talk(700, 2*time.Second)
	<-done
	if x, y := a.hears(700), b.hears(440); x < -15 || y < -15 {
		t.Errorf("they hear each other at %.1f and %.1f dB", x, y)
	}
}

// beep is the id of a prompt.
const beep = "0c1a0000-0000-4000-8000-0000000000b1"

// trunkTo is a configuration whose calls go to the customer, and ring at the
// telephones of two agents; and the address of the trunk itself.
func trunkTo(t *testing.T, customer, ann, bob *telephone) (own netip.AddrPort, config string) {
	t.Helper()
	listen, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	own = netip.MustParseAddrPort(listen.LocalAddr().String())
	listen.Close()
	return own, fmt.Sprintf(`accounts: [{id: "111122223333"}]
instances:
  - alias: acme
    id: %s
    hours: [{name: Always, open: [EVERYDAY 00:00-00:00]}]
    queues: [{name: Sales, hours: Always}]
    prompts: [{name: Music, uri: 'builtin:music'}, {name: Beep, id: %s, uri: 'builtin:beep'}]
    users:
      - {name: ann, phone: 'sip:ann@%s'}
      - {name: bob, phone: 'sip:bob@%s'}
    numbers: [{number: "%s", channels: [VOICE], carrier: trunk}]
carriers:
  - {name: trunk, kind: sip, targets: ['%s'], listen: '%s', codecs: [PCMA], rtp_ports: any, calls: %s, speech: {engine: none}}
`, acme, beep, ann.Address(), bob.Address(), acmePhone, customer.Address(), own, t.TempDir())
}

// A call by the API reaches an agent's telephone: the first agent refuses, the
// second picks up, they talk, he holds and goes on, and hangs up.
func TestAnAgentsTelephoneRings(t *testing.T) {
	customer, ann, bob := newTelephone(t), newTelephone(t), newTelephone(t)
	_, config := trunkTo(t, customer, ann, bob)
	s := serve(t, config)

	s.triesTrunk(customer)
	wait := block("wait", "MessageParticipantIteratively", map[string]any{"Messages": []any{map[string]any{"PromptId": s.prompt("Music")}}}, "")
	wait["Transitions"] = map[string]any{"Errors": []any{}, "Conditions": []any{}}
	music := s.createdAs("Music", types.ContactFlowTypeCustomerQueue, wait)
	flow := s.created("Sell",
		append([]map[string]any{block("music", "UpdateContactEventHooks", map[string]any{"EventHooks": map[string]any{"CustomerQueue": music}}, "target", "NoMatchingError")},
			s.toSales()...)...)
	s.allAvailable()
	id := s.rang(flow)
	customer.rings()
	customer.picksUp()

	ann.rings()
	customer.ear.Packets()
	customer.ear.Talk(0, 2*time.Second)
	if n := loud(customer.ear.Sound()); n < 1000 {
		t.Errorf("a caller who waits hears no music: %d", n)
	}
	ann.Reply(ann.m, "486 Busy Here", "it", "")
	ann.Await("ACK")
	bob.rings()
	call := bob.picksUp()
	customer.ear.Talk(0, 500*time.Millisecond)
	talk(t, customer, bob)

	held := strings.Replace(voicetest.SDP("127.0.0.1", int(bob.port)), "a=rtpmap:8 ", "a=sendonly\r\na=rtpmap:8 ", 1)
	call.Request("INVITE", "", held)
	bob.Await("200")
	call.Request("ACK", "")
	customer.ear.Talk(0, time.Second)
	customer.ear.Packets()
	customer.ear.Talk(0, 2*time.Second)
	if n := loud(customer.ear.Sound()); n < 1000 {
		t.Errorf("a caller on hold hears no music: %d", n)
	}
	call.Request("INVITE", "", voicetest.SDP("127.0.0.1", int(bob.port)))
	bob.Await("200")
	call.Request("ACK", "")
	customer.ear.Talk(0, 500*time.Millisecond)
	talk(t, customer, bob)

	call.Request("BYE", "")
	bob.Await("200")
	customer.Reply(customer.Await("BYE"), "200 OK", "", "")
	s.endsBy(id, "AGENT_DISCONNECT")
}

// allAvailable sets every agent to the status Available, one after the other in
// the order of their names.
func (s *server) allAvailable() {
	s.Helper()
	statuses, err := s.api.ListAgentStatuses(s.Context(), &connect.ListAgentStatusesInput{InstanceId: &s.InstanceID})
	if err != nil {
		s.Fatal(err)
	}
	users, err := s.api.ListUsers(s.Context(), &connect.ListUsersInput{InstanceId: &s.InstanceID})
	if err != nil {
		s.Fatal(err)
	}
	slices.SortFunc(users.UserSummaryList, func(a, b types.UserSummary) int { return strings.Compare(*a.Username, *b.Username) })
	for _, u := range users.UserSummaryList {
		for _, x := range statuses.AgentStatusSummaryList {
			if aws.ToString(x.Name) != "Available" {
				continue
			}
			if _, err := s.api.PutUserStatus(s.Context(), &connect.PutUserStatusInput{InstanceId: &s.InstanceID, UserId: u.Id, AgentStatusId: x.Id}); err != nil {
				s.Fatal(err)
			}
		}
	}
}

// toSales are the actions that lead into the queue.
func (s *server) toSales() []map[string]any {
	return []map[string]any{
		block("target", "UpdateContactTargetQueue", map[string]any{"QueueId": s.Queues["Sales"]}, "go", "NoMatchingError"),
		block("go", "TransferContactToQueue", map[string]any{}, "end", "QueueAtCapacity", "NoMatchingError"),
		block("end", "DisconnectParticipant", map[string]any{}, ""),
	}
}

// rang starts a call to the customer with a flow.
func (s *server) rang(flow string) (id string) {
	s.Helper()
	out, err := s.api.StartOutboundVoiceContact(s.Context(), &connect.StartOutboundVoiceContactInput{InstanceId: aws.String(acme), ContactFlowId: &flow,
		SourcePhoneNumber: aws.String(acmePhone), DestinationPhoneNumber: aws.String("+12065550123")})
	if err != nil {
		s.Fatal(err)
	}
	return aws.ToString(out.ContactId)
}

// kill -9 while an agent talks with a customer: both are hung up when the server is
// there again, the contact has ended, and nobody is called twice.
func TestACrashReleasesWhoTalks(t *testing.T) {
	customer, ann, bob := newTelephone(t), newTelephone(t), newTelephone(t)
	_, config := trunkTo(t, customer, ann, bob)
	s := serve(t, config)
	flow := s.created("Sell", s.toSales()...)
	s.allAvailable()
	id := s.rang(flow)
	customer.rings()
	customer.picksUp()
	ann.rings()
	ann.picksUp()
	customer.ear.Talk(0, time.Second)
	talk(t, customer, ann)
	s.kill()
	customer.Reply(customer.Await("BYE"), "200 OK", "", "")
	ann.Reply(ann.Await("BYE"), "200 OK", "", "")
	s.endsBy(id, "OTHER")
	for _, p := range []*telephone{customer, ann, bob} {
		p.Nothing(500 * time.Millisecond)
	}
}

// A call to our number starts its flow: a prompt, a key, and the end.
func TestACallComesIn(t *testing.T) {
	customer, ann, bob := newTelephone(t), newTelephone(t), newTelephone(t)
	own, config := trunkTo(t, customer, ann, bob)
	ask := block("ask", "GetParticipantInput", map[string]any{"PromptId": beep, "InputTimeLimitSeconds": "10", "StoreInput": "True",
		"InputValidation": map[string]any{"CustomValidation": map[string]any{"MaximumLength": "2"}}}, "note", "NoMatchingError")
	doc, err := json.Marshal(map[string]any{"Version": "2019-10-30", "StartAction": "ask", "Actions": []any{ask,
		block("note", "UpdateContactAttributes", map[string]any{"Attributes": map[string]any{"keys": "$.StoredCustomerInput"}, "TargetContact": "Current"}, "end", "NoMatchingError"),
		block("end", "DisconnectParticipant", map[string]any{}, "")}})
	flows := t.TempDir()
	if err == nil {
		err = os.WriteFile(filepath.Join(flows, "Answer.json"), doc, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	config = strings.Replace(config, "channels: [VOICE], ", "channels: [VOICE], flow: Answer, ", 1)
	s := serve(t, fmt.Sprintf("flows: %q\n", flows)+config)
	for tick := time.NewTicker(10 * time.Millisecond); customer.Pings() == 0; <-tick.C { // the trunk listens
		continue
	}
	call := customer.Call("+12065550123", acmePhone, own, "", voicetest.SDP("127.0.0.1", int(customer.port)))
	ok := customer.Await("200")
	call.Answered(ok)
	call.Request("ACK", "")
	customer.ear.Toward(netip.AddrPortFrom(own.Addr(), uint16(ok.Port())))
	customer.ear.Talk(0, time.Second)
	if l := customer.hears(1000); l < -20 {
		t.Errorf("the prompt is heard at %.1f dB", l)
	}
	customer.ear.Press("42")
	customer.Reply(customer.Await("BYE"), "200 OK", "", "")
	list, err := s.api.SearchContacts(s.Context(), &connect.SearchContactsInput{InstanceId: aws.String(acme), TimeRange: &types.SearchContactsTimeRange{
		Type: types.SearchContactsTimeRangeTypeInitiationTimestamp, StartTime: aws.Time(time.Now().Add(-time.Hour)), EndTime: aws.Time(time.Now().Add(time.Hour))}})
	if err != nil || len(list.Contacts) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	id := aws.ToString(list.Contacts[0].Id)
	s.endsBy(id, "CONTACT_FLOW_DISCONNECT")
	if c := s.describe(id); c.InitiationMethod != types.ContactInitiationMethodInbound || aws.ToString(c.CustomerEndpoint.Address) != "+12065550123" {
		t.Errorf("%+v", c)
	}
	if got := s.attributes(id)["keys"]; got != "42" {
		t.Errorf("the keys %q", got)
	}
}

// triesTrunk tries the trunk by the command, as an operator runs it.
func (s *server) triesTrunk(customer *telephone) {
	s.Helper()
	lines := func(args ...string) string {
		return s.runs(s.dir, []string{"OUTDIAL_ENDPOINT=" + s.Endpoint}, program, append([]string{"lines"}, args...)...)
	}
	said := make(chan string, 1)
	go func() { said <- lines("test", "-channel", "voice", "-account", "trunk", "+12065550123") }()
	customer.rings()
	customer.picksUp()
	customer.ear.Talk(440, time.Second)
	customer.ear.Press("7")
	customer.Reply(customer.Await("BYE"), "200 OK", "", "")
	text := <-said
	for _, part := range []string{"180 Ringing", "the first sound comes from", "the key 7 is heard", "hung up by us", "it passed"} {
		if !strings.Contains(text, part) {
			s.Errorf("%q is not in\n%s", part, text)
		}
	}
	if text := lines(); strings.Contains(text, "unproven") {
		s.Errorf("after a test that passed:\n%s", text)
	}
}

// endsBy waits for the end of a contact, and its reason.
func (s *server) endsBy(id, reason string) {
	s.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for tick := time.NewTicker(50 * time.Millisecond); ; <-tick.C {
		c := s.describe(id)
		if c.DisconnectTimestamp == nil && time.Now().Before(deadline) {
			continue
		}
		tick.Stop()
		if got := aws.ToString(c.DisconnectReason); got != reason {
			s.Errorf("it ended by %q, not %s", got, reason)
		}
		return
	}
}

func loud(sound []int16) (peak int) {
	for _, v := range sound {
		peak = max(peak, int(v), -int(v))
	}
	return peak
}

// prompt gives the ARN of a prompt.
func (s *server) prompt(name string) string {
	s.Helper()
	out, err := s.api.ListPrompts(s.Context(), &connect.ListPromptsInput{InstanceId: &s.InstanceID})
	if err != nil {
		s.Fatal(err)
	}
	for _, p := range out.PromptSummaryList {
		if aws.ToString(p.Name) == name {
			return aws.ToString(p.Arn)
		}
	}
	s.Fatalf("there is no prompt %s", name)
	return ""
}

// createdAs is created for a flow of another type.
func (s *server) createdAs(name string, kind types.ContactFlowType, actions ...map[string]any) string {
	s.Helper()
	doc, err := json.Marshal(map[string]any{"Version": "2019-10-30", "StartAction": actions[0]["Identifier"], "Actions": actions})
	if err != nil {
		s.Fatal(err)
	}
	out, err := s.api.CreateContactFlow(s.Context(), &connect.CreateContactFlowInput{
		InstanceId: &s.InstanceID, Name: &name, Type: kind, Content: aws.String(string(doc))})
	if err != nil {
		s.Fatal(err)
	}
	return aws.ToString(out.ContactFlowId)
}
