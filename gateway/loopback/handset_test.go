package loopback

import (
	"context"
	"fmt"
	"testing"
	"time"

	"outdial/contact"
	"outdial/fault"
)

func awake(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

func TestWatch(t *testing.T) {
	h := build(t)
	changed, stop := h.world.Watch(ann)
	_, _, rev := h.world.Since(ann, 0)
	h.do(chat(ann), contact.SendMessage{ID: "m1", Text: "one"})
	h.do(chat(ann), contact.SendMessage{ID: "m2", Text: "two"})
	h.do(chat("+12065550122"), contact.SendMessage{ID: "m3", Text: "to somebody else"})
	if !awake(changed) || awake(changed) {
		t.Error("two changes wake once")
	}
	messages, k, next := h.world.Since(ann, rev)
	if len(messages) != 2 || messages[1].ID != "m2" || k != nil || next <= rev {
		t.Errorf("%+v, %+v", messages, k)
	}
	h.call(ann)
	messages, k, rev = h.world.Since(ann, next)
	if len(messages) != 0 || k == nil || k.State != "connected" || !awake(changed) {
		t.Errorf("%+v, %+v", messages, k)
	}
	h.deny = fault.New(fault.NotFound, "nobody")
	if _, err := h.world.Write(context.Background(), ann, Writing{Text: "hello"}); err == nil {
		t.Fatal("taken")
	}
	if messages, _, _ = h.world.Since(ann, rev); len(messages) != 1 || messages[0].Status != contact.StatusFailed {
		t.Errorf("%+v", messages)
	}
	h.do(chat(ann), contact.SendMessage{ID: "m5", Text: "hi"})
	h.script(ann, Step{On: onMessage, Do: doFail, After: Span(time.Second)})
	h.do(chat(ann), contact.SendMessage{ID: "m6", Text: "hi"})
	_, _, rev = h.world.Since(ann, rev)
	h.advance(time.Second) // only time has passed
	if messages, _, _ = h.world.Since(ann, rev); len(messages) != 1 || messages[0].ID != "m6" || messages[0].Status != contact.StatusFailed {
		t.Errorf("%+v", messages)
	}
	stop()
	for awake(changed) {
	}
	h.do(chat(ann), contact.SendMessage{ID: "m4", Text: "nobody looks"})
	if awake(changed) {
		t.Error("awake after the end")
	}
}

func TestScriptIsChecked(t *testing.T) {
	h := build(t)
	for _, s := range []Step{
		{}, {On: "email", Do: doReply}, {On: onCall, Do: doPress, Value: "1"}, {On: onMessage, Do: doHangUp},
		{On: onPrompt, Do: doPress}, {On: onPrompt, Do: doPress, Value: "1x"}, {On: onPrompt, Do: doPress, Value: "１"},
		{On: onMessage, Do: doReply}, {On: onCall, Do: doAnswer, Value: "MARTIAN"},
	} {
		h.fails(h.world.Script(ann, []Step{{On: onCall, Do: doBusy}, s}), fault.Invalid)
	}
	h.fails(h.world.Script(ann, make([]Step, scriptKept+1)), fault.Invalid)
	if left := h.world.Steps(ann); len(left) != 0 {
		t.Errorf("a script that was refused is there: %+v", left)
	}
}

func TestSpan(t *testing.T) {
	for text, want := range map[string]time.Duration{`"2s"`: 2 * time.Second, `"1m30s"`: 90 * time.Second, `""`: 0} {
		var s Span
		if err := s.UnmarshalJSON([]byte(text)); err != nil || time.Duration(s) != want {
			t.Errorf("%s: %v, %v", text, time.Duration(s), err)
		}
	}
	for _, text := range []string{`2`, `"2"`, `"-2s"`, `"soon"`, `"99999h"`, `{}`} {
		if err := new(Span).UnmarshalJSON([]byte(text)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if b, err := Span(1500 * time.Millisecond).MarshalJSON(); err != nil || string(b) != `"1.5s"` {
		t.Errorf("%s, %v", b, err)
	}
}

func BenchmarkSend(b *testing.B) {
	w, err := Open(Config{Journal: b.TempDir() + "/journal"})
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	ctx := context.Background()
	b.RunParallel(func(p *testing.PB) {
		for n := 0; p.Next(); n++ {
			c := chat(fmt.Sprintf("+1312%07d", n))
			if _, err := w.Do(ctx, c, contact.SendMessage{ID: string(c.ID), Text: "Hi Ann! 1 confirms, 2 puts off."}); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
