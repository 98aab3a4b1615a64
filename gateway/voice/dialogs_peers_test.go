//go:build peers

package voice

import (
	"context"
	"strings"
	"testing"
	"time"

	"outdial/contact"
)

// What happens around the answer, against a far side that we did not write.
func TestSippAroundTheAnswer(t *testing.T) {
	for _, scenario := range []string{"forked", "burst"} {
		t.Run(scenario, func(t *testing.T) {
			target, wait := sipp(t, scenario)
			p := newPeered(t, target, nil)
			p.do(placeCall())
			p.wants("CallRinging", "CallAnswered")
			// The call goes on while the far side does the rest.
			p.do(contact.PlayPrompt{Visit: 1, Prompt: prompt("short")})
			p.wants("PromptEnded")
			if end, ok := p.do(contact.EndCall{}).Input.(contact.CallEnded); !ok || end.By != contact.BySystem {
				t.Errorf("%+v", end)
			}
			wait()
		})
	}
}

// An answer that comes in spite of the CANCEL is acknowledged and hung up, and the
// call has not been answered.
func TestSippLateAnswer(t *testing.T) {
	target, wait := sipp(t, "late")
	p := newPeered(t, target, nil)
	call := placeCall()
	call.RingTimeout = 2
	p.do(call)
	if end := p.wants("CallRinging", "CallEnded").(contact.CallEnded); end.By != contact.ByTimer {
		t.Errorf("%+v", end)
	}
	wait()
}

// A far side that loses more than half of what it hears hears it in the end.
func TestSippLoses(t *testing.T) {
	target, wait := sipp(t, "lost")
	p := newPeered(t, target, nil)
	p.do(placeCall())
	end := p.wants("CallRinging", "CallAnswered", "CallEnded").(contact.CallEnded)
	if end.By != contact.ByCustomer {
		t.Errorf("%+v\n%s", end, end.Ladder)
	}
	wait()
}

// A target that has no room, and the next one.
func TestSippFailover(t *testing.T) {
	full, refused := sipp(t, "refuse", "STATUS", "503", "PHRASE", "Service Unavailable", "CAUSE", "34")
	free, answered := sipp(t, "answer")
	p := newPeered(t, full, func(t *Trunk) { t.Targets = append(t.Targets, free) })
	p.do(placeCall())
	p.wants("CallRinging", "CallAnswered")
	p.do(contact.EndCall{})
	refused()
	answered()
}

// The carrier is asked to put the caller through.
func TestSippRefer(t *testing.T) {
	for words, want := range map[string]contact.TransferEnded{
		"200 OK":              {Visit: 1, Outcome: transferCompleted},
		"486 Busy Here":       {Visit: 1, Outcome: transferFailed, Code: "486"},
		"503 Service Offline": {Visit: 1, Outcome: transferFailed, Code: "503"},
	} {
		t.Run(words, func(t *testing.T) {
			target, wait := sipp(t, "refer", "FINAL", words)
			p := newPeered(t, target, byRefer)
			p.do(placeCall())
			p.wants("CallRinging", "CallAnswered")
			p.do(contact.TransferCall{Visit: 1, To: "+12065550177", Timeout: 20})
			if got := p.wants("TransferEnded"); got != want {
				t.Errorf("%+v, want %+v\n%s", got, want, p.gw.Ladder(alice))
			}
			p.do(contact.EndCall{})
			wait()
		})
	}
}

// Keys that we press by INFO, and questions after them.
func TestSippInfo(t *testing.T) {
	target, wait := sipp(t, "pressed")
	p := newPeered(t, target, func(t *Trunk) { t.Keys = keysInfo })
	p.do(placeCall())
	p.wants("CallRinging", "CallAnswered")
	k, _ := p.gw.call(alice)
	k.loop.Post(func() { k.dialOn("4#") })
	if end := p.wants("CallEnded").(contact.CallEnded); end.By != contact.ByCustomer {
		t.Errorf("%+v", end)
	}
	wait()
}

// Another port, and requests that we do not know.
func TestSippMoves(t *testing.T) {
	target, wait := sipp(t, "moves")
	p := newPeered(t, target, nil)
	p.do(placeCall())
	p.wants("CallRinging", "CallAnswered")
	end := p.wants("CallEnded").(contact.CallEnded)
	if end.By != contact.ByCustomer || !strings.Contains(end.Ladder, ":61000") {
		t.Errorf("%+v\n%s", end, end.Ladder)
	}
	wait()
}

// A cause of the network in their BYE is the network's doing.
func TestSippCutOff(t *testing.T) {
	target, wait := sipp(t, "bye", "cause=16", "cause=38")
	p := newPeered(t, target, nil)
	p.do(placeCall())
	if end := p.wants("CallRinging", "CallAnswered", "CallEnded").(contact.CallEnded); end.By != contact.ByNetwork || end.Cause != 38 {
		t.Errorf("%+v", end)
	}
	wait()
}

// The session is refreshed by a re-INVITE, and again after both sides wanted one at
// once.
func TestSippSession(t *testing.T) {
	t.Parallel() // it takes most of a minute, all of it waiting
	target, wait := sipp(t, "session")
	p := newPeered(t, target, nil)
	p.do(placeCall())
	p.wants("CallRinging", "CallAnswered")
	select {
	case a := <-p.in:
		if end, ok := a.Input.(contact.CallEnded); !ok || end.By != contact.ByCustomer {
			t.Errorf("%+v", a.Input)
		}
	case <-time.After(65 * time.Second):
		t.Errorf("it does not end:\n%s", p.gw.Ladder(alice))
	}
	wait()
}

// The whole of a call over TCP.
func TestSippTCP(t *testing.T) {
	target, wait := sippWith(t, "answer", []string{"-t", "t1"})
	p := newPeered(t, target, func(t *Trunk) { t.Transport = "tcp" })
	p.do(placeCall())
	p.wants("CallRinging", "CallAnswered")
	p.do(contact.EndCall{})
	wait()
}

// Somebody calls us: with an offer, without one, and then not after all.
func TestSippCallsUs(t *testing.T) {
	calls := func(t *testing.T, scenario string, hold chan struct{}) (*peered, func()) {
		p := newPeered(t, "127.0.0.1:9", nil)
		p.hold = hold
		_, wait := sippWith(t, scenario, []string{p.gw.set.Listen})
		return p, wait
	}
	t.Run("calls", func(t *testing.T) {
		p, wait := calls(t, "calls", nil)
		if end := p.wants("Started", "CallAnswered", "CallEnded").(contact.CallEnded); end.By != contact.ByCustomer {
			t.Errorf("%+v", end)
		}
		wait()
	})
	t.Run("callslate", func(t *testing.T) {
		p, wait := calls(t, "callslate", nil)
		a := <-p.in
		if a.Line.Customer != "+12065550123" || a.Line.System != "+12065550110" {
			t.Errorf("%+v", a.Line)
		}
		p.wants("CallAnswered")
		if _, err := p.gw.Do(context.Background(), &contact.Contact{ID: a.Contact}, contact.EndCall{}); err != nil {
			t.Error(err)
		}
		wait()
	})
	t.Run("callsback", func(t *testing.T) {
		hold := make(chan struct{})
		p, wait := calls(t, "callsback", hold)
		wait()
		close(hold)
		if end := p.wants("Started", "CallEnded").(contact.CallEnded); end.By != contact.ByCustomer {
			t.Errorf("%+v", end)
		}
	})
}
