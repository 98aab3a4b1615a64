package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/connect"
	"github.com/aws/aws-sdk-go-v2/service/connect/types"

	"outdial/gateway/smpp/pdu"
	"outdial/gateway/smpp/smsctest"
	"outdial/gateway/sms"
	"outdial/wire"
)

// A carrier is an SMSC on a port of this machine: it lives on while the server
// is stopped, killed and started again.
type carrier struct {
	*testing.T
	*smsctest.Server
	addr string
	mu   sync.Mutex
	l    net.Listener
	took chan struct{} // closed when nobody listens any more
}

func newCarrier(t *testing.T, o smsctest.Options) *carrier {
	t.Helper()
	if o.Again == 0 {
		o.Again = 50 * time.Millisecond
	}
	c := &carrier{T: t, Server: smsctest.New(o), addr: "127.0.0.1:0"}
	c.listen()
	t.Cleanup(func() {
		c.leave()
		c.Close()
	})
	return c
}

// listen lets the SMSC be reached, at the port at which it was before.
func (c *carrier) listen() {
	c.Helper()
	l, err := net.Listen("tcp", c.addr)
	if err != nil {
		c.Fatal(err)
	}
	took := make(chan struct{})
	c.mu.Lock()
	c.l, c.addr, c.took = l, l.Addr().String(), took
	c.mu.Unlock()
	go func() { c.Listen(l); close(took) }()
}

// leave is what a crash of the SMSC looks like from outside.
func (c *carrier) leave() {
	c.mu.Lock()
	l, took := c.l, c.took
	c.mu.Unlock()
	l.Close()
	<-took
	c.Drop()
}

// until waits until ok; it is asked whenever something has happened at the SMSC.
func (c *carrier) until(what string, ok func() bool) {
	c.Helper()
	ctx, cancel := context.WithTimeout(c.Context(), 30*time.Second)
	defer cancel()
	if err := c.Wait(ctx, ok); err != nil {
		c.Fatalf("%s: %v; the SMSC has %q, %d deliveries taken", what, err, c.texts(""), c.Delivered())
	}
}

// bound waits for n binds.
func (c *carrier) bound(n int) {
	c.Helper()
	c.until("binds", func() bool { return c.Bound() == n })
}

// answered waits until n deliveries and receipts were taken by the server: what
// they say is kept then.
func (c *carrier) answered(n int) {
	c.Helper()
	c.until(fmt.Sprint(n, " deliveries"), func() bool { return c.Delivered() >= n })
}

// texts gives the parts that the SMSC took, of messages to a number or, without
// one, of all.
func (c *carrier) texts(to string) (out []string) {
	for _, s := range c.Submissions() {
		if s.Took && (to == "" || "+"+s.PDU.Message.Dest.Addr == to) {
			out = append(out, textOf(s))
		}
	}
	return out
}

// textOf reads what a submission says.
func textOf(s smsctest.Submission) string {
	data, header := s.Data(), sms.Header{}
	if s.PDU.Message.ESMClass&pdu.ClassUDHI != 0 {
		header, data, _ = sms.ParseHeader(data)
	}
	coding := sms.GSM7
	if s.PDU.Message.DataCoding == 8 {
		coding = sms.UCS2
	}
	return sms.Decode(data, coding, header.Tables)
}

// takes waits until the SMSC took n parts for a number.
func (c *carrier) takes(to string, n int) []string {
	c.Helper()
	c.until(fmt.Sprintf("%d parts for %s", n, to), func() bool { return len(c.texts(to)) >= n })
	return c.texts(to)
}

// writes is a message from a customer; it returns when the server has kept it,
// and gives the last answer.
func (c *carrier) writes(from, to, text string) pdu.Status {
	c.Helper()
	ctx, cancel := context.WithTimeout(c.Context(), 30*time.Second)
	defer cancel()
	var list []*smsctest.Delivery
	for _, p := range smsctest.Text(from[1:], to[1:], text, sms.Options{Ref: 7}) {
		list = append([]*smsctest.Delivery{c.Deliver(p)}, list...) // the last part comes first
	}
	var status pdu.Status
	for _, d := range list {
		s, err := d.Wait(ctx)
		if err != nil {
			c.Fatal(err)
		}
		status = s
	}
	return status
}

// account is an account at the SMSC, as it stands in a configuration.
func (c *carrier) account(name string, more ...string) string {
	s := fmt.Sprintf("  - {name: %s, kind: smpp, addresses: ['%s'], system_id: acme, password: secret, reconnect_min: 100ms, reconnect_max: 200ms, response_timeout: 2s", name, c.addr)
	return s + strings.Join(append([]string{""}, more...), ", ") + "}\n"
}

const (
	acme      = "0c1a0000-0000-4000-8000-000000000001"
	beta      = "0c1a0000-0000-4000-8000-000000000002"
	acmePhone = "+12065550110"
	acmeOther = "+12065550111"
	betaPhone = "+12065550112"
	phone     = "+12065550100"
)

// configured is a configuration of two instances with three numbers: the first
// carrier serves the first instance, the last one the second number and the
// second instance.
func configured(t *testing.T, accounts ...string) string {
	t.Helper()
	flows := t.TempDir()
	doc, err := os.ReadFile(filepath.Join("..", "cmd", "outdial", "demo", "flows", chatFlow+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(flows, chatFlow+".json"), doc, 0o600); err != nil {
		t.Fatal(err)
	}
	name := func(account string) string {
		_, rest, _ := strings.Cut(account, "name: ")
		n, _, _ := strings.Cut(rest, ",")
		return n
	}
	first, last := name(accounts[0]), name(accounts[len(accounts)-1])
	return fmt.Sprintf(`accounts: [{id: "111122223333"}]
flows: %q
instances:
  - alias: acme
    id: %s
    numbers:
      - {number: "%s", channels: [SMS], carrier: %s}
      - {number: "%s", channels: [SMS], carrier: %s}
  - alias: beta
    id: %s
    numbers:
      - {number: "%s", channels: [SMS], carrier: %s}
bots:
  - name: appointment
    aliases: ["arn:aws:lex:us-east-1:111122223333:bot-alias/APPOINTMEN/TSTALIASID"]
    intents:
      - {name: Confirm, utterances: ["1", "yes"]}
      - {name: AnotherTime, utterances: ["2", "no"]}
carriers:
%s`, flows, acme, acmePhone, first, acmeOther, last, beta, betaPhone, last, strings.Join(accounts, ""))
}

// outbound is a good request for an SMS contact of an instance.
func (s *server) outbound(instance, from, to, name string) *connect.StartOutboundChatContactInput {
	s.Helper()
	return &connect.StartOutboundChatContactInput{
		InstanceId: aws.String(instance), ContactFlowId: aws.String(s.flowOf(instance)),
		SourceEndpoint:      &types.Endpoint{Type: types.EndpointTypeConnectPhonenumberArn, Address: aws.String(s.arnOf(instance, from))},
		DestinationEndpoint: &types.Endpoint{Type: types.EndpointTypeTelephoneNumber, Address: aws.String(to)},
		SegmentAttributes:   map[string]types.SegmentAttributeValue{"connect:Subtype": {ValueString: aws.String("connect:SMS")}},
		Attributes:          map[string]string{"name": name, "appointment": "tomorrow at 10:00"},
	}
}

func (s *server) flowOf(instance string) string {
	s.Helper()
	out, err := s.api.ListContactFlows(s.Context(), &connect.ListContactFlowsInput{InstanceId: &instance})
	if err != nil || len(out.ContactFlowSummaryList) != 1 {
		s.Fatal(out, err)
	}
	return aws.ToString(out.ContactFlowSummaryList[0].Id)
}

func (s *server) arnOf(instance, number string) string {
	s.Helper()
	out, err := s.api.ListPhoneNumbersV2(s.Context(), &connect.ListPhoneNumbersV2Input{InstanceId: &instance})
	if err != nil {
		s.Fatal(err)
	}
	for _, n := range out.ListPhoneNumbersSummaryList {
		if aws.ToString(n.PhoneNumber) == number {
			return aws.ToString(n.PhoneNumberArn)
		}
	}
	s.Fatalf("%s is no number of %s", number, instance)
	return ""
}

// A message is one of a contact's, as our own page shows it.
type message struct {
	Direction, Text, Status, Ref, Code, Account string
	Segments, Resent                            int
	Parts                                       map[string]string
}

// messages gives the messages of a contact, oldest first.
func (s *server) messages(id string) []message {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), "GET", s.Endpoint+"/_outdial/contacts/"+id+"/messages", nil)
	if err != nil {
		s.Fatal(err)
	}
	wire.Sign(r, nil, wire.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}, s.Region, "connect", time.Now())
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer a.Body.Close()
	var out struct{ Messages []message }
	if err := json.NewDecoder(a.Body).Decode(&out); err != nil || a.StatusCode != 200 {
		s.Fatal(a.Status, err)
	}
	return out.Messages
}

// over fails unless a contact of an instance has come to its end with the
// customer's yes.
func (s *server) over(instance, id string) {
	s.Helper()
	out, err := s.api.DescribeContact(s.Context(), &connect.DescribeContactInput{InstanceId: &instance, ContactId: &id})
	if err != nil {
		s.Fatal(err)
	}
	got, err := s.api.GetContactAttributes(s.Context(), &connect.GetContactAttributesInput{InstanceId: &instance, InitialContactId: &id})
	if err != nil {
		s.Fatal(err)
	}
	if c := out.Contact; c.DisconnectTimestamp == nil || aws.ToString(c.DisconnectReason) != "CONTACT_FLOW_DISCONNECT" || got.Attributes["appointmentStatus"] != "confirmed" {
		s.Errorf("contact %s: ended %v by %q, attributes %v", id, c.DisconnectTimestamp, aws.ToString(c.DisconnectReason), got.Attributes)
	}
}

// until waits until the first message of a contact has a status: what the server
// knows of it, where nothing happens at the SMSC any more.
func (s *server) until(id, status string) {
	s.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 1000 {
		if list := s.messages(id); len(list) > 0 && list[0].Status == status {
			return
		}
		<-tick.C
	}
	s.Fatalf("messages %+v, want %s", s.messages(id), status)
}
