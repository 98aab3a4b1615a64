package smpp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/smpp/pdu"
	"outdial/gateway/smpp/smsctest"
	"outdial/gateway/sms"
)

func TestResult(t *testing.T) {
	open(t, Account{MessageIDs: "hex-decimal", Transliterate: true}, smsctest.Options{Submit: func(s smsctest.Submission) smsctest.Answer {
		return smsctest.Answer{ID: fmt.Sprintf("%08X", 0xA0+s.N)}
	}}, func(h *house) {
		r := h.must("1", strings.Repeat("a", 400))
		if r.Ref != "161" || strings.Join(r.Refs, " ") != "162 163" || r.Segments != 3 || r.Account != "carrier" || r.Note != "" {
			h.Errorf("%+v", r)
		}
		if r := h.must("2", "It’s"); r.Note == "" || r.Segments != 1 {
			h.Errorf("%+v", r)
		}
	})
}

func TestPayloadIsCountedInParts(t *testing.T) {
	open(t, Account{Long: "payload"}, smsctest.Options{}, func(h *house) {
		if r := h.must("1", strings.Repeat("a", 400)); r.Segments != 3 || len(r.Refs) != 0 || len(h.Submissions()) != 1 {
			h.Errorf("%+v", r)
		}
	})
}

func TestTooLongIsRefused(t *testing.T) {
	open(t, Account{}, smsctest.Options{}, func(h *house) {
		if _, err := h.send("1", strings.Repeat("a", 40000)); !fault.Is(err, fault.Refused) {
			h.Errorf("%v", err)
		}
	})
}

func TestWindowHolds(t *testing.T) {
	var mu sync.Mutex
	open(t, Account{Window: 3, Binds: 2}, smsctest.Options{Submit: func(smsctest.Submission) smsctest.Answer {
		return smsctest.Answer{Delay: time.Second}
	}}, func(h *house) {
		most := 0
		began := time.Now()
		var wg sync.WaitGroup
		for i := range 24 {
			wg.Go(func() {
				if _, err := h.send(fmt.Sprint(i), "hi"); err != nil {
					h.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				for _, b := range h.g.Health().Binds {
					most = max(most, b.InFlight)
				}
			})
		}
		wg.Wait()
		if d := time.Since(began); d != 4*time.Second { // 24 messages, 6 at once
			h.Errorf("it took %v", d)
		}
		if most > 3 {
			h.Errorf("%d messages waited on one bind", most)
		}
	})
}

// A carrier that is slow fills the windows: what cannot be sent in time is given
// back as never sent.
func TestFullWindowIsBusy(t *testing.T) {
	open(t, Account{Window: 1}, smsctest.Options{Submit: func(smsctest.Submission) smsctest.Answer {
		return smsctest.Answer{Delay: 9 * time.Second}
	}}, func(h *house) {
		go h.send("1", "first")
		synctest.Wait()
		if _, err := h.send("2", "second"); !fault.Is(err, fault.Busy) || fault.CodeOf(err) != CodeWindow {
			h.Errorf("%v", err)
		}
		if n := len(h.Submissions()); n != 1 {
			h.Errorf("%d submissions", n)
		}
	})
}

func TestThrottlingGrowsAndEnds(t *testing.T) {
	throttle := true
	var mu sync.Mutex
	open(t, Account{}, smsctest.Options{Submit: func(s smsctest.Submission) smsctest.Answer {
		mu.Lock()
		defer mu.Unlock()
		if throttle {
			return smsctest.Answer{Status: []pdu.Status{pdu.RTHROTTLED, pdu.RMSGQFUL}[s.N%2]}
		}
		return smsctest.Answer{}
	}}, func(h *house) {
		began := time.Now()
		for time.Since(began) < 10*time.Minute {
			if _, err := h.send("1", "hi"); !fault.Is(err, fault.Busy) {
				h.Fatalf("%v", err)
			}
			time.Sleep(time.Second)
		}
		if n := len(h.Submissions()); n > 30 { // 250ms, 500ms, 1s … 30s, 30s …
			h.Errorf("%d tries within ten minutes", n)
		}
		if h.g.Health().Paused.IsZero() {
			h.Error("the pause is not shown")
		}
		mu.Lock()
		throttle = false
		mu.Unlock()
		time.Sleep(30 * time.Second)
		h.must("1", "hi")
		if c := h.g.Health().Counts; c.Throttled < 10 || c.Submitted != 1 {
			h.Errorf("%+v", c)
		}
	})
}

// Many at once that are throttled together are one sign, not many.
func TestThrottlingOfManyIsOneSign(t *testing.T) {
	var mu sync.Mutex
	rate, second, taken := 20, time.Time{}, 0
	open(t, Account{Window: 50}, smsctest.Options{Submit: func(s smsctest.Submission) smsctest.Answer {
		mu.Lock()
		defer mu.Unlock()
		if now := s.At.Truncate(time.Second); now != second {
			second, taken = now, 0
		}
		if taken++; taken > rate {
			return smsctest.Answer{Status: pdu.RTHROTTLED}
		}
		return smsctest.Answer{}
	}}, func(h *house) {
		began := time.Now()
		var wg sync.WaitGroup
		for i := range 400 {
			wg.Go(func() {
				for {
					_, err := h.send(fmt.Sprint(i), "hi")
					if err == nil {
						return
					}
					if !fault.Is(err, fault.Busy) {
						h.Error(err)
						return
					}
					time.Sleep(time.Second)
				}
			})
		}
		wg.Wait()
		if d := time.Since(began); d > 60*time.Second { // 20 s at full speed
			h.Errorf("400 messages at 20 a second took %v", d)
		}
	})
}

// A throttled later part waits in place; a broken-off message goes on where it
// stopped, with the same reference, and nothing is sent twice.
func TestPartsGoOn(t *testing.T) {
	var mu sync.Mutex
	var refuse []int
	open(t, Account{}, smsctest.Options{Submit: func(s smsctest.Submission) smsctest.Answer {
		mu.Lock()
		defer mu.Unlock()
		for i, n := range refuse {
			if n == s.N {
				refuse = append(refuse[:i:i], refuse[i+1:]...)
				return smsctest.Answer{Status: pdu.RTHROTTLED}
			}
		}
		return smsctest.Answer{}
	}}, func(h *house) {
		mu.Lock()
		refuse = []int{2, 3}
		mu.Unlock()
		text := strings.Repeat("a", 300) + strings.Repeat("b", 100)
		if r := h.must("1", text); r.Segments != 3 || r.Ref != "1" || strings.Join(r.Refs, " ") != "4 5" {
			h.Errorf("%+v", r)
		}
		mu.Lock()
		refuse = []int{7, 8, 9, 10, 11, 12, 13}
		mu.Unlock()
		_, err := h.send("2", text)
		if !fault.Is(err, fault.Busy) {
			h.Fatalf("%v", err)
		}
		var r gateway.Result
		for tries := 0; err != nil; tries++ {
			if tries > 10 {
				h.Fatal(err)
			}
			time.Sleep(time.Minute)
			r, err = h.send("2", text)
		}
		if r.Segments != 3 || len(r.Refs) != 2 || r.Ref != "6" {
			h.Errorf("%+v", r)
		}
		checkParts(h.T, h.Submissions(), text)
	})
}

// checkParts checks that phones would read text twice, and got each part once.
func checkParts(t *testing.T, subs []smsctest.Submission, text string) {
	t.Helper()
	var phone smsctest.Phone
	whole, taken := 0, 0
	for _, s := range subs {
		if !s.Took {
			continue
		}
		taken++
		if got, ok := phone.Read(s); ok {
			whole++
			if got != text {
				t.Errorf("it reads %q", got)
			}
		}
	}
	if whole != 2 || taken != 6 {
		t.Errorf("%d messages of %d parts", whole, taken)
	}
}

func TestNoAnswerIsUnknown(t *testing.T) {
	open(t, Account{Response: 3 * time.Second}, smsctest.Options{Submit: func(s smsctest.Submission) smsctest.Answer {
		return smsctest.Answer{Mute: s.N == 1, Delay: map[int]time.Duration{2: 5 * time.Second}[s.N]}
	}}, func(h *house) {
		began := time.Now()
		_, err := h.send("1", "hi")
		if !fault.Is(err, fault.Internal) || fault.CodeOf(err) != CodeNoAnswer {
			h.Errorf("%v", err)
		}
		if d := time.Since(began); d != 3*time.Second {
			h.Errorf("after %v", d)
		}
		// The answer that comes late is remembered: the message is not sent again.
		if _, err := h.send("2", "hi"); !fault.Is(err, fault.Internal) {
			h.Errorf("%v", err)
		}
		time.Sleep(5 * time.Second)
		if r := h.must("2", "hi"); r.Ref != "2" || len(h.Submissions()) != 2 {
			h.Errorf("%+v after %d submissions", r, len(h.Submissions()))
		}
		if c := h.g.Health().Counts; c.Late != 1 || c.Unanswered != 2 {
			h.Errorf("%+v", c)
		}
	})
}

func TestBrokenConnectionIsUnknown(t *testing.T) {
	open(t, Account{}, smsctest.Options{Submit: func(s smsctest.Submission) smsctest.Answer {
		return smsctest.Answer{Drop: s.N == 1}
	}}, func(h *house) {
		if _, err := h.send("1", "hi"); !fault.Is(err, fault.Internal) || fault.CodeOf(err) != CodeBroken {
			h.Errorf("%v", err)
		}
		time.Sleep(5 * time.Second)
		h.must("1", "hi")
	})
}

// What waits for a place in a window when the connection breaks was certainly
// not sent.
func TestWaitingWhenItBreaksIsBusy(t *testing.T) {
	open(t, Account{Window: 1, ReconnectMin: time.Minute}, smsctest.Options{Submit: func(smsctest.Submission) smsctest.Answer {
		return smsctest.Answer{Mute: true}
	}}, func(h *house) {
		errs := make(chan error, 2)
		for i := range 2 {
			go func() { _, err := h.send(fmt.Sprint(i), "hi"); errs <- err }()
			synctest.Wait()
		}
		h.Drop()
		codes := []string{fault.CodeOf(<-errs), fault.CodeOf(<-errs)}
		slices.Sort(codes)
		if fmt.Sprint(codes) != fmt.Sprint([]string{CodeBroken, CodeNotBound}) {
			h.Errorf("%v", codes)
		}
	})
}

func TestContextsAreHeeded(t *testing.T) {
	open(t, Account{}, smsctest.Options{Submit: func(smsctest.Submission) smsctest.Answer { return smsctest.Answer{Mute: true} }}, func(h *house) {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		began := time.Now()
		_, err := h.g.Do(ctx, contactTo(1), contact.SendMessage{ID: "1", Text: "hi"})
		if !fault.Is(err, fault.Internal) || time.Since(began) != 2*time.Second {
			h.Errorf("%v after %v", err, time.Since(began))
		}
		// The engine takes a deadline behind an error for an unknown outcome.
		if _, err := h.g.Do(ctx, contactTo(1), contact.SendMessage{ID: "2", Text: "hi"}); !fault.Is(err, fault.Busy) || strings.Contains(err.Error(), "deadline") {
			h.Errorf("%v", err)
		}
	})
}

func TestGenericNackIsAnAnswer(t *testing.T) {
	open(t, Account{}, smsctest.Options{Submit: func(smsctest.Submission) smsctest.Answer { return smsctest.Answer{Mute: true} }}, func(h *house) {
		errs := make(chan error, 1)
		go func() { _, err := h.send("1", "hi"); errs <- err }()
		synctest.Wait()
		nack, err := pdu.Append(nil, &pdu.PDU{Command: pdu.GenericNack, Status: pdu.RINVCMDID, Sequence: h.Submissions()[0].PDU.Sequence})
		if err != nil {
			h.Fatal(err)
		}
		h.Send(nack)
		if err := <-errs; fault.CodeOf(err) != "ESME_RINVCMDID" || sms.VerdictOf(err) != sms.OtherRoute {
			h.Errorf("%v", err)
		}
	})
}

// A bind that the SMSC no longer takes for one is made anew.
func TestLostBindState(t *testing.T) {
	open(t, Account{}, smsctest.Options{Submit: func(s smsctest.Submission) smsctest.Answer {
		if s.N == 1 {
			return smsctest.Answer{Status: pdu.RINVBNDSTS}
		}
		return smsctest.Answer{}
	}}, func(h *house) {
		if _, err := h.send("1", "hi"); !fault.Is(err, fault.Busy) {
			h.Errorf("%v", err)
		}
		time.Sleep(2 * time.Second)
		h.must("1", "hi")
		if h.Binds() != 2 {
			h.Errorf("%d binds", h.Binds())
		}
	})
}

func TestBindsTakeTurns(t *testing.T) {
	open(t, Account{Bind: "pair", Binds: 3}, smsctest.Options{}, func(h *house) {
		if h.Bound() != 6 {
			h.Fatalf("%d binds", h.Bound())
		}
		for i := range 30 {
			h.must(fmt.Sprint(i), "hi")
		}
		seen := map[uint32]int{}
		for _, s := range h.Submissions() {
			seen[s.PDU.Sequence]++
		}
		if len(seen) != 10 { // ten on each of three binds
			h.Errorf("%v", seen)
		}
	})
}

// Of a message of which the carrier has a beginning, another route would send
// that again: a no to a later part is final.
func TestARefusalInTheMiddleIsFinal(t *testing.T) {
	for n, want := range map[int]fault.Kind{1: fault.Denied, 2: fault.Refused} {
		open(t, Account{Errors: map[string]string{"0x0413": "other-route"}}, smsctest.Options{Submit: func(s smsctest.Submission) smsctest.Answer {
			if s.N == n {
				return smsctest.Answer{Status: 0x413}
			}
			return smsctest.Answer{}
		}}, func(h *house) {
			if _, err := h.send("1", strings.Repeat("a", 200)); fault.KindOf(err) != want {
				h.Errorf("part %d: %v", n, err)
			}
		})
	}
}
