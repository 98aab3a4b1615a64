package e2e

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/connect"
	"github.com/aws/aws-sdk-go-v2/service/connect/types"

	"outdial/gateway/smpp/pdu"
	"outdial/gateway/smpp/smsctest"
	"outdial/gateway/sms"
)

// says gives a request its first words.
func says(text string) *types.ChatMessage {
	return &types.ChatMessage{ContentType: aws.String("text/plain"), Content: aws.String(text)}
}

// A whole conversation: out, receipt, in, out, end.
func TestSMPPConversation(t *testing.T) {
	c := newCarrier(t, smsctest.Options{Receipts: sms.Delivered})
	s := serve(t, configured(t, c.account("smsc")))
	id := s.startChat(s.outbound(acme, acmePhone, phone, "Ann"))
	if got := c.takes(phone, 1); !strings.HasPrefix(got[0], "Hello Ann! Your appointment is tomorrow at 10:00") {
		t.Fatalf("at the SMSC: %q", got)
	}
	m := c.Submissions()[0].PDU.Message
	if m.Source != (pdu.Address{TON: 1, NPI: 1, Addr: acmePhone[1:]}) || m.Dest != (pdu.Address{TON: 1, NPI: 1, Addr: phone[1:]}) || m.DataCoding != 0 || m.Registered != 1 {
		t.Errorf("submit_sm %+v", m)
	}
	c.answered(1)
	if got := s.messages(id); len(got) != 1 || got[0].Status != "DELIVERED" || got[0].Ref != "1" || got[0].Account != "smsc" || got[0].Segments != 1 {
		t.Errorf("messages %+v", got)
	}
	if status := c.writes(phone, acmePhone, "perhaps"); status != pdu.ROK {
		t.Errorf("a reply was answered with %v", status)
	}
	contains(t, c.takes(phone, 2), "did not understand")
	c.writes(phone, acmePhone, "1")
	contains(t, c.takes(phone, 3), "Thank you")
	s.over(acme, id)
	c.answered(5)
	var got []string
	for _, m := range s.messages(id) {
		got = append(got, m.Direction+" "+m.Status)
	}
	if want := []string{"OUTBOUND DELIVERED", "INBOUND RECEIVED", "OUTBOUND DELIVERED", "INBOUND RECEIVED", "OUTBOUND DELIVERED"}; !slices.Equal(got, want) {
		t.Errorf("messages %q", got)
	}
	// The line is free, and the number has no flow for who writes first.
	if status := c.writes(phone, acmePhone, "hello?"); status != pdu.RXRAPPN {
		t.Errorf("a message for nobody was answered with %v", status)
	}
}

// Texts arrive as they were written, both ways, in as many parts as they take;
// a message is delivered when all of its parts are.
func TestSMPPTexts(t *testing.T) {
	plain := "The quick brown fox, €12 [net] {gross}: " + strings.Repeat("jumps over the lazy dog. ", 12)
	for name, text := range map[string]string{
		"one part":      "Grüße aus Köln: €5 ~ [x]",
		"three parts":   plain,
		"unicode":       "Καλημέρα, ваша встреча завтра",
		"emoji":         strings.Repeat("👩‍👩‍👧‍👦 see you at 10 🦷 ", 8),
		"right to left": "שלום, התור שלך מחר בשעה 10:00. لديك موعد غدا",
	} {
		t.Run(name, func(t *testing.T) {
			c := newCarrier(t, smsctest.Options{})
			s := serve(t, configured(t, c.account("smsc")))
			in := s.outbound(acme, acmePhone, phone, "Ann")
			in.InitialSystemMessage = says(text)
			id := s.startChat(in)
			n := sms.Count(text)
			c.takes(phone, n+1)
			subs := c.Submissions()
			if got := strings.Join(c.texts(phone)[:n], ""); got != text {
				t.Errorf("at the SMSC: %q", got)
			}
			// Their receipts come last to first.
			for i := n - 1; i >= 0; i-- {
				c.Deliver(smsctest.BothReceipt(smsctest.Receipt{Submission: subs[i], ID: subs[i].ID, State: sms.Delivered, At: time.Now()}))
				c.answered(n - i)
				want := "DELIVERED"
				if i > 0 {
					want = "SENT"
				}
				if m := s.messages(id)[0]; m.Status != want || m.Segments != n {
					t.Errorf("%d receipts to come: %+v", i, m)
				}
			}
			c.writes(phone, acmePhone, text)
			contains(t, c.takes(phone, n+2), "did not understand")
			if m := s.messages(id)[2]; m.Direction != "INBOUND" || m.Text != text {
				t.Errorf("inbound %+v", m)
			}
		})
	}
}

// A part that fails has failed its message, and the conversation goes on.
func TestSMPPFailedPart(t *testing.T) {
	c := newCarrier(t, smsctest.Options{Receipts: sms.Delivered, Submit: func(s smsctest.Submission) smsctest.Answer {
		if s.N == 2 {
			return smsctest.Answer{Receipt: sms.Undeliverable}
		}
		return smsctest.Answer{}
	}})
	s := serve(t, configured(t, c.account("smsc")))
	in := s.outbound(acme, acmePhone, phone, "Ann")
	in.InitialSystemMessage = says(strings.Repeat("Please read this with care. ", 15))
	id := s.startChat(in)
	c.takes(phone, 4)
	c.answered(4)
	if got := s.messages(id); got[0].Status != "FAILED" || got[0].Parts["2"] != "FAILED" || got[0].Parts["3"] != "DELIVERED" || got[1].Status != "DELIVERED" {
		t.Errorf("messages %+v", got)
	}
	c.writes(phone, acmePhone, "1")
	contains(t, c.takes(phone, 5), "Thank you")
	s.over(acme, id)
}

// STOP is answered once, and nobody who said it is written to until START.
func TestSMPPStop(t *testing.T) {
	c := newCarrier(t, smsctest.Options{})
	s := serve(t, configured(t, c.account("smsc")))
	first := s.startChat(s.outbound(acme, acmePhone, phone, "Ann"))
	c.takes(phone, 1)
	c.writes(phone, acmePhone, "Stop")
	contains(t, c.takes(phone, 2), "unsubscribed")
	if _, err := s.api.StopContact(t.Context(), &connect.StopContactInput{InstanceId: aws.String(acme), ContactId: &first}); err != nil {
		t.Fatal(err)
	}
	_, err := s.api.StartOutboundChatContact(t.Context(), s.outbound(acme, acmePhone, phone, "Ann"))
	is[*types.ConflictException](t, err, "DESTINATION_PHONE_NUMBER_OPTED_OUT")
	c.writes(phone, acmePhone, "STOP")
	c.writes(phone, acmePhone, "START")
	contains(t, c.takes(phone, 3), "again")
	id := s.startChat(s.outbound(acme, acmePhone, phone, "Ann"))
	c.takes(phone, 4)
	c.writes(phone, acmePhone, "1")
	c.takes(phone, 5)
	s.over(acme, id)
	if got := c.texts(phone); len(got) != 5 {
		t.Errorf("at the SMSC: %q", got)
	}
}

// What happens at the SMSC while the server is stopped or killed is heard when
// it is back: receipts, replies, and answers to messages of before.
func TestSMPPRestart(t *testing.T) {
	for name, sig := range map[string]syscall.Signal{"stopped": syscall.SIGTERM, "killed": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			c := newCarrier(t, smsctest.Options{})
			s := serve(t, configured(t, c.account("smsc")))
			id := s.startChat(s.outbound(acme, acmePhone, phone, "Ann"))
			c.takes(phone, 1)
			sub := c.Submissions()[0]
			other := s.startChat(s.outbound(acme, acmePhone, "+12065550101", "Bob"))
			c.takes("+12065550101", 1)
			s.until(id, "SENT")
			s.until(other, "SENT")
			s.end(sig)
			receipt := c.Deliver(smsctest.TextReceipt(smsctest.Receipt{Submission: sub, ID: sub.ID, State: sms.Delivered, At: time.Now()}))
			reply := c.Deliver(smsctest.Text(phone[1:], acmePhone[1:], "1", sms.Options{})[0])
			s.begin()
			for _, d := range []*smsctest.Delivery{receipt, reply} {
				if status, err := d.Wait(t.Context()); err != nil || status != pdu.ROK {
					t.Error(status, err)
				}
			}
			contains(t, c.takes(phone, 2), "Thank you")
			if got := s.messages(id); got[0].Status != "DELIVERED" {
				t.Errorf("messages %+v", got)
			}
			s.over(acme, id)
			c.writes("+12065550101", acmePhone, "1")
			c.takes("+12065550101", 2)
			s.over(acme, other)
		})
	}
}

// A connection that breaks in place of an answer: nobody knows whether the
// message went out. resend sends it again and counts that, hold does not.
func TestSMPPForcedDisconnect(t *testing.T) {
	for _, unknown := range []string{"resend", "hold"} {
		t.Run(unknown, func(t *testing.T) {
			c := newCarrier(t, smsctest.Options{Receipts: sms.Delivered, Submit: func(s smsctest.Submission) smsctest.Answer {
				return smsctest.Answer{Drop: s.N == 1}
			}})
			s := serve(t, configured(t, c.account("smsc", "unknown: "+unknown)))
			id := s.startChat(s.outbound(acme, acmePhone, phone, "Ann"))
			if unknown == "hold" {
				s.until(id, "UNKNOWN")
				c.bound(1)
			} else {
				c.takes(phone, 2)
			}
			c.writes(phone, acmePhone, "1")
			got := c.takes(phone, map[string]int{"resend": 3, "hold": 2}[unknown])
			contains(t, got, "Thank you")
			s.over(acme, id)
			m := s.messages(id)[0]
			if unknown == "hold" && (m.Status != "UNKNOWN" || m.Resent != 0 || len(got) != 2) || unknown == "resend" && (m.Resent != 1 || got[0] != got[1]) {
				t.Errorf("message %+v; at the SMSC %q", m, got)
			}
			if c.Binds() != 2 {
				t.Errorf("%d binds", c.Binds())
			}
		})
	}
}

// A carrier that is gone loses nothing: what is asked for meanwhile goes out
// when it is back, in order.
func TestSMPPCarrierIsGone(t *testing.T) {
	c := newCarrier(t, smsctest.Options{Receipts: sms.Delivered})
	s := serve(t, configured(t, c.account("smsc", "binds: 2", "bind: pair")))
	c.bound(4)
	c.leave()
	var ids []string
	for i := range 20 {
		in := s.outbound(acme, acmePhone, fmt.Sprintf("+120655501%02d", i), "Ann")
		in.InitialSystemMessage = says("This is the clinic.")
		ids = append(ids, s.startChat(in))
	}
	c.listen()
	for i := range ids {
		to := fmt.Sprintf("+120655501%02d", i)
		if got := c.takes(to, 2); len(got) != 2 || got[0] != "This is the clinic." {
			t.Errorf("for %s: %q", to, got)
		}
	}
	c.answered(40)
	for _, id := range ids {
		for _, m := range s.messages(id) {
			if m.Status != "DELIVERED" || m.Resent != 0 {
				t.Errorf("message %+v", m)
			}
		}
	}
}

// Throttling: the carrier's answers hold us back, and our own rate is kept in
// parts; nothing is lost, and nothing overtakes within a conversation.
func TestSMPPThrottling(t *testing.T) {
	c := newCarrier(t, smsctest.Options{Submit: func(s smsctest.Submission) smsctest.Answer {
		switch s.N {
		case 2, 3:
			return smsctest.Answer{Status: pdu.RTHROTTLED}
		case 8:
			return smsctest.Answer{Status: pdu.RMSGQFUL}
		}
		return smsctest.Answer{}
	}})
	s := serve(t, configured(t, c.account("smsc", "throttle: 10")))
	begun := time.Now()
	const n = 12
	for i := range n {
		in := s.outbound(acme, acmePhone, fmt.Sprintf("+120655501%02d", i), "Ann")
		in.InitialSystemMessage = says("This is the clinic.")
		s.startChat(in)
	}
	c.until("all parts", func() bool { return len(c.texts("")) == 2*n })
	// A bucket holds one second's worth: 24 parts at 10/s take 1.4 s at least.
	if took := time.Since(begun); took < 1400*time.Millisecond {
		t.Errorf("%d parts at 10/s took %v", 2*n, took)
	}
	for i := range n {
		if got := c.texts(fmt.Sprintf("+120655501%02d", i)); len(got) != 2 || got[0] != "This is the clinic." {
			t.Errorf("customer %d: %q", i, got)
		}
	}
	if got := len(c.Submissions()) - c.Taken(); got != 3 {
		t.Errorf("%d submissions were throttled", got)
	}
}

// Two instances, three numbers and two carriers: each conversation has its own
// number, goes by its own carrier, and is known by both.
func TestSMPPSeveral(t *testing.T) {
	one, two := newCarrier(t, smsctest.Options{Receipts: sms.Delivered}), newCarrier(t, smsctest.Options{Receipts: sms.Delivered})
	s := serve(t, configured(t, one.account("one"), two.account("two")))
	type chat struct {
		c              *carrier
		instance, from string
		id             string
	}
	chats := []*chat{{one, acme, acmePhone, ""}, {two, acme, acmeOther, ""}, {two, beta, betaPhone, ""}}
	for _, x := range chats {
		x.id = s.startChat(s.outbound(x.instance, x.from, phone, "Ann "+x.from))
	}
	one.takes(phone, 1)
	two.takes(phone, 2)
	for _, x := range chats {
		x.c.writes(phone, x.from, "1")
	}
	one.takes(phone, 2)
	two.takes(phone, 4)
	one.answered(3)
	two.answered(6)
	for _, x := range chats {
		s.over(x.instance, x.id)
		for _, m := range s.messages(x.id) {
			if m.Direction == "OUTBOUND" && m.Status != "DELIVERED" {
				t.Errorf("message %+v", m)
			}
		}
		for _, sub := range x.c.Submissions() {
			if text := textOf(sub); strings.Contains(text, "Ann") && strings.Contains(text, x.from) != (sub.PDU.Message.Source.Addr == x.from[1:]) {
				t.Errorf("%q came from %s", text, sub.PDU.Message.Source.Addr)
			}
		}
	}
	// The same references at both carriers are two messages' own.
	if a, b := s.messages(chats[0].id)[0], s.messages(chats[1].id)[0]; a.Ref != "1" || a.Account == b.Account {
		t.Errorf("messages %+v %+v", a, b)
	}
}
