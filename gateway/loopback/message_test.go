package loopback

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
)

func TestMessageArrives(t *testing.T) {
	h := build(t)
	c := chat(ann)
	r := h.do(c, contact.SendMessage{ID: "m1", Text: "Hi Ann!"})
	if r.Ref != "m1" || r.Status != contact.StatusDelivered || len(r.Later) != 0 {
		t.Errorf("%+v", r)
	}
	want := View{
		Messages: []Message{{ID: "m1", Direction: "in", Channel: "SMS", From: ours, To: ann, Text: "Hi Ann!", Status: "DELIVERED", At: noon, ContactID: c.ID}},
		Call:     Call{State: "idle", Heard: []string{}},
	}
	got := h.world.Handset(ann)
	got.Messages[0].rev, got.Messages[0].ref = 0, ""
	if !reflect.DeepEqual(got, want) {
		t.Errorf("handset %+v", got)
	}
	if empty := h.world.Handset("+12065550111"); empty.Messages == nil || empty.Call.State != "idle" || empty.Call.Heard == nil {
		t.Errorf("a handset that nobody reached: %+v", empty)
	}
}

func TestTemplateShowsItsText(t *testing.T) {
	h := build(t)
	h.do(whatsapp(ann), contact.SendMessage{ID: "m1", Text: "Your visit is on 1 May.", Template: &contact.Template{Name: "visit"}})
	m := h.world.Handset(ann).Messages[0]
	if m.Text != "Your visit is on 1 May." || m.Template != "visit" || m.Channel != "WHATSAPP" {
		t.Errorf("%+v", m)
	}
}

func TestMessageManners(t *testing.T) {
	for _, c := range []struct {
		number, code string
		kind         fault.Kind
	}{
		{"+12065550102", CodeInvalid, fault.Refused},
		{"+12065550106", CodeOptedOut, fault.Refused},
	} {
		h := build(t)
		_, err := h.try(chat(c.number), contact.SendMessage{ID: "m1", Text: "hi"})
		h.fails(err, c.kind)
		if fault.CodeOf(err) != c.code || len(h.world.Handset(c.number).Messages) != 0 {
			t.Errorf("%s: %v, %+v", c.number, err, h.world.Handset(c.number))
		}
	}
	for _, number := range []string{"+12065550101", "+12065550103", "+12065550105"} {
		h := build(t)
		r := h.do(chat(number), contact.SendMessage{ID: "m1", Text: "hi"})
		h.advance(time.Hour)
		if r.Status != contact.StatusDelivered || len(h.mail) != 0 || len(h.world.Handset(number).Messages) != 1 {
			t.Errorf("%s is an ordinary handset for messages: %+v", number, h.mail)
		}
	}
}

func TestFailsAfterThreeSeconds(t *testing.T) {
	h := build(t)
	const number = "+12065550107"
	h.do(chat(number), contact.SendMessage{ID: "m1", Text: "hi"})
	h.advance(3*time.Second - time.Millisecond)
	if s := h.world.Handset(number).Messages[0].Status; s != "SENT" || len(h.mail) != 0 {
		t.Errorf("too early: %s, %+v", s, h.mail)
	}
	h.advance(time.Millisecond)
	if s := h.world.Handset(number).Messages[0].Status; s != "FAILED" || len(h.mail) != 1 {
		t.Fatalf("%s, %+v", s, h.mail)
	}
	if r := h.mail[0].Receipt; r.Status != contact.StatusFailed || r.Code != CodeFailed {
		t.Errorf("%+v", r)
	}
}

func TestRepliesOne(t *testing.T) {
	h := build(t)
	c := chat("+12065550104")
	h.do(c, contact.SendMessage{ID: "m1", Text: "1 confirms"})
	h.advance(0)
	if len(h.mail) != 1 {
		t.Fatalf("%+v", h.mail)
	}
	a := h.mail[0]
	want := contact.Line{Subtype: contact.SMS, Customer: c.Customer.Address, System: ours}
	if in := a.Input.(contact.MessageReceived); in.Text != "1" || a.Line != want || a.Key == "" || a.Contact != "" {
		t.Errorf("%+v", a)
	}
	if v := h.world.Handset(c.Customer.Address).Messages; len(v) != 2 || v[1].Direction != "out" || v[1].Text != "1" {
		t.Errorf("%+v", v)
	}

	// The same reply again, because its end was not kept, is the same arrival.
	h.do(c, contact.Wake{Name: wakeReply + "m1 1"})
	if len(h.mail) != 2 || h.mail[1].Key != a.Key || len(h.world.Handset(c.Customer.Address).Messages) != 2 {
		t.Errorf("%+v", h.mail)
	}

	// A contact that is over is not answered: that would begin another one.
	h.mail = nil
	c.Disconnected = noon
	h.do(c, contact.SendMessage{ID: "m2", Text: "Thank you."})
	h.advance(0)
	if len(h.mail) != 0 {
		t.Errorf("%+v", h.mail)
	}
}

func TestDoesNotReplyForEver(t *testing.T) {
	h := build(t)
	c := chat("+12065550104")
	for n := range patience + 5 {
		h.do(c, contact.SendMessage{ID: fmt.Sprint("m", n), Text: "again?"})
		h.advance(0)
	}
	replies := 0
	for _, a := range h.mail {
		if a.Input != nil {
			replies++
		}
	}
	if replies != patience {
		t.Errorf("%d replies", replies)
	}
}

func TestWrite(t *testing.T) {
	ctx := context.Background()
	h := build(t)
	for _, c := range []struct {
		m    Writing
		kind fault.Kind
	}{
		{Writing{Text: "hello"}, fault.Invalid}, // to whom?
		{Writing{To: ours, Text: " \n"}, fault.Invalid},
		{Writing{To: ours, Text: "hello", Channel: "FAX"}, fault.Invalid},
	} {
		_, err := h.world.Write(ctx, ann, c.m)
		h.fails(err, c.kind)
	}
	m, err := h.world.Write(ctx, ann, Writing{To: ours, Text: "is anybody there?"})
	if err != nil || m.Channel != SMS || m.Status != contact.StatusSent || m.ContactID != "" {
		t.Errorf("%+v, %v", m, err)
	}
	if l := h.mail[0].Line; l != (contact.Line{Subtype: contact.SMS, Customer: ann, System: ours}) {
		t.Errorf("line %+v", l)
	}

	// Without more, a person answers whoever wrote last, on that channel.
	h.do(whatsapp(ann), contact.SendMessage{ID: "w1", Text: "from WhatsApp"})
	h.advance(0)
	h.mail = nil
	if m, err = h.world.Write(ctx, ann, Writing{Text: "yes"}); err != nil || m.Channel != WhatsApp || m.To != ours {
		t.Errorf("%+v, %v", m, err)
	}
	if len(h.mail) != 2 || h.mail[0].Receipt == nil || h.mail[0].Receipt.Status != contact.StatusRead || h.mail[0].Ref != "w1" {
		t.Errorf("no read receipt before the answer: %+v", h.mail)
	}
	if l := h.mail[1].Line; l.Subtype != contact.WhatsApp {
		t.Errorf("line %+v", l)
	}
	if s := h.world.Handset(ann).Messages[1].Status; s != contact.StatusRead {
		t.Errorf("status %s", s)
	}
}

func TestNobodyTakesIt(t *testing.T) {
	h := build(t)
	h.deny = fault.New(fault.NotFound, "nobody")
	m, err := h.world.Write(context.Background(), ann, Writing{To: "+4930111", Text: "hello"})
	h.fails(err, fault.NotFound)
	if m.Status != contact.StatusFailed || h.world.Handset(ann).Messages[0].Status != contact.StatusFailed {
		t.Errorf("%+v", m)
	}
	h.deny = nil
	h.stop()
	_, err = h.world.Write(context.Background(), ann, Writing{To: ours, Text: "hello"})
	h.fails(err, fault.Busy)
}

func TestMessageScript(t *testing.T) {
	h := build(t)
	c := chat(ann)
	h.script(ann,
		Step{On: onMessage, Match: "SLOW", Do: doBusy},
		Step{On: onMessage, Match: "no", Do: doFail, Value: "30007"},
		Step{On: onMessage, Match: "late", Do: doFail, After: Span(time.Minute)},
		Step{On: onMessage, Do: doReply, Value: "2", After: Span(2 * time.Second)},
	)
	_, err := h.try(c, contact.SendMessage{ID: "m1", Text: "slow down"})
	h.fails(err, fault.Busy)
	_, err = h.try(c, contact.SendMessage{ID: "m1", Text: "no way"})
	h.fails(err, fault.Refused)
	if fault.CodeOf(err) != "30007" {
		t.Error(err)
	}
	h.do(c, contact.SendMessage{ID: "m2", Text: "too late"})
	h.do(c, contact.SendMessage{ID: "m3", Text: "which day?"})
	h.do(c, contact.SendMessage{ID: "m4", Text: "which day?"}) // the script is used up
	h.advance(2 * time.Second)
	var got []string
	for _, a := range h.mail {
		if a.Receipt != nil {
			got = append(got, a.Ref+" "+a.Receipt.Status)
		} else {
			got = append(got, a.Input.(contact.MessageReceived).Text)
		}
	}
	if want := []string{"2"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
	h.advance(time.Minute)
	if last := h.mail[len(h.mail)-1]; last.Ref != "m2" || last.Receipt.Status != contact.StatusFailed {
		t.Errorf("%+v", last)
	}
	if left := h.world.Steps(ann); len(left) != 0 {
		t.Errorf("left %+v", left)
	}
}

func TestEveryHandsetReplies(t *testing.T) {
	h := build(t, func(c *Config) { c.Reply = "1" })
	h.do(chat(ann), contact.SendMessage{ID: "m1", Text: "does it suit you?"})
	h.advance(time.Second)
	var got []string
	for _, a := range h.mail {
		if v, ok := a.Input.(contact.MessageReceived); ok {
			got = append(got, v.Text)
		}
	}
	if !reflect.DeepEqual(got, []string{"1"}) {
		t.Errorf("%v", got)
	}
}
