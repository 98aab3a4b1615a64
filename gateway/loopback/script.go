package loopback

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"outdial/fault"
	"outdial/gateway/dtmf"
)

// What a step waits for.
const (
	onCall    = "call"
	onPrompt  = "prompt"
	onMessage = "message"
)

// What a handset does.
const (
	doAnswer  = "answer"
	doBusy    = "busy"
	doDecline = "decline"
	doPress   = "press"
	doReply   = "reply"
	doHangUp  = "hangup"
	doFail    = "fail"
)

// A Step is one thing that a handset does by itself. The first step that is left
// and fits what happens is used, once; where none fits, the number's default
// manners count.
type Step struct {
	On    string `json:"on"`              // call, prompt, message
	Match string `json:"match,omitempty"` // part of the text, or of the caller's number; letters' case does not count
	Do    string `json:"do"`              // see steps
	// Value is the text of a reply, the digits of a press, the detector's finding
	// on an answer ("VOICEMAIL_BEEP"), the code of a failure ("404").
	Value string `json:"value,omitempty"`
	After Span   `json:"after,omitzero"` // "2s", in the engine's time

	byDefault bool
}

// A Span is a duration that is written as Go writes it: "2s", "1m30s".
type Span time.Duration

// UnmarshalJSON implements json.Unmarshaler.
func (s *Span) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return fault.New(fault.Invalid, `after: a duration like "2s", not %s`, b)
	}
	if text == "" {
		*s = 0
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > 365*24*time.Hour {
		return fault.New(fault.Invalid, `after: a duration like "2s", not %q`, text)
	}
	*s = Span(d)
	return nil
}

// MarshalJSON implements json.Marshaler.
func (s Span) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(s).String()) }

// steps lists what a handset can do when: on a call it answers, is busy, declines,
// hangs up (it answers first) or fails; on a prompt it presses, says a reply or
// hangs up; on a message it replies, is busy (the carrier asks for patience) or
// fails (refused at once, or taken and reported as failed after a while).
var steps = map[string][]string{
	onCall:    {doAnswer, doBusy, doDecline, doHangUp, doFail},
	onPrompt:  {doPress, doReply, doHangUp},
	onMessage: {doReply, doBusy, doFail},
}

// manners are what some numbers do by themselves, for tests and demonstrations.
// +12065550103 has none: it never answers.
var manners = map[string]map[string]Step{
	"+12065550101": {onCall: {Do: doBusy}},
	"+12065550102": {onCall: {Do: doFail, Value: "404"}, onMessage: {Do: doFail, Value: CodeInvalid}},
	"+12065550104": {onCall: {Do: doAnswer}, onPrompt: {Do: doPress, Value: "1"}, onMessage: {Do: doReply, Value: "1"}},
	"+12065550105": {onCall: {Do: doAnswer, Value: "VOICEMAIL_BEEP"}},
	"+12065550106": {onMessage: {Do: doFail, Value: CodeOptedOut}},
	"+12065550107": {onMessage: {Do: doFail, Value: CodeFailed, After: Span(3 * time.Second)}},
}

// findings are the detector's statuses of an answered call.
var findings = []string{
	"HUMAN_ANSWERED", "VOICEMAIL_BEEP", "VOICEMAIL_NO_BEEP", "FAX_MACHINE_DETECTED", "SIT_TONE_DETECTED",
	"SIT_TONE_BUSY", "SIT_TONE_INVALID_NUMBER", "AMD_UNRESOLVED", "AMD_UNANSWERED", "AMD_ERROR",
}

// scriptKept bounds a script.
const scriptKept = 1_000

// check says what is wrong with a step.
func (s Step) check() error {
	can, ok := steps[s.On]
	switch {
	case !ok:
		return fault.New(fault.Invalid, "on: call, prompt or message, not %q", s.On)
	case !slices.Contains(can, s.Do):
		return fault.New(fault.Invalid, "do: %s on a %s, not %q", strings.Join(can, ", "), s.On, s.Do)
	case s.Do == doPress && !pressable(s.Value):
		return fault.New(fault.Invalid, "value: keys 0-9, * and #, not %q", s.Value)
	case s.Do == doReply && strings.TrimSpace(s.Value) == "":
		return fault.New(fault.Invalid, "value: what to reply")
	case s.Do == doAnswer && s.Value != "" && !slices.Contains(findings, s.Value):
		return fault.New(fault.Invalid, "value: %s, not %q", strings.Join(findings, ", "), s.Value)
	}
	return nil
}

func pressable(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r > '9' || !dtmf.IsKey(byte(r)) }) < 0
}

// value is the step's value, or what is meant where it has none.
func (s Step) value(none string) string {
	if s.Value == "" {
		return none
	}
	return s.Value
}

// Script gives the handset behind number a script in place of what is left of
// its present one. An error names the step and the field.
func (w *World) Script(number string, script []Step) error {
	if len(script) > scriptKept {
		return fault.New(fault.Invalid, "at most %d steps, not %d", scriptKept, len(script))
	}
	for i, s := range script {
		if err := s.check(); err != nil {
			return fault.New(fault.Invalid, "[%d].%v", i, err)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.handset(number).script = slices.Clone(script)
	return nil
}

// Steps gives what is left of a handset's script.
func (w *World) Steps(number string) []Step {
	w.mu.Lock()
	defer w.mu.Unlock()
	if h := w.handsets[number]; h != nil {
		return append([]Step{}, h.script...)
	}
	return []Step{}
}

// manner gives what a handset does by itself when something happens; a zero
// Step is nothing.
func (w *World) manner(h *handset, on, text string) Step {
	for i, s := range h.script {
		if s.On == on && strings.Contains(strings.ToLower(text), strings.ToLower(s.Match)) {
			h.script = slices.Delete(h.script, i, i+1)
			return s
		}
	}
	s, ok := manners[h.number][on]
	if !ok && on == onMessage && w.Reply != "" {
		s = Step{Do: doReply, Value: w.Reply}
	}
	s.byDefault = true
	return s
}
