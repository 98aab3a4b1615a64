package play

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"outdial/contact"
)

// Happenings are what a "!" line may say, and what it means; for those who ask.
var Happenings = map[string]string{
	"answer":   "the phone is answered (it is by itself, where nothing else is said)",
	"busy":     "the phone is busy",
	"decline":  "the call is declined",
	"noanswer": "nobody answers until the ring timer ends the call",
	"invalid":  "there is no such number",
	"fail":     "CODE words: the call fails so; or, after a prompt, the prompt cannot be played",
	"hangup":   "the customer hangs up",
	"beep":     "a voicemail answers, with a beep",
	"amd":      "STATUS: the phone is answered, and the detector finds this",
	"status":   "sent|delivered|read|failed [CODE words]: what becomes of the last message",
	"stop":     "StopContact",
	"agent":    "offer|accept|reject|miss [NAME], say WORDS, hold, resume, hangup, complete, transfer QUEUE|agent NAME, consult QUEUE|agent NAME, join, leave, drop: what routing and agents do",
	"transfer": "answered|completed|failed|timeout: what becomes of the transfer to a third party",
	"set":      "NAME = VALUE: UpdateContactAttributes",
	"input":    "KIND {JSON}: any input, as it is",
}

// deeds are what an agent does, and routing, by the words for it; some have two.
var deeds = map[string]string{
	"offer": contact.Offered, "offered": contact.Offered, "accept": contact.Accepted, "accepted": contact.Accepted, "joined": contact.Accepted,
	"reject": contact.Rejected, "rejected": contact.Rejected, "miss": contact.Missed, "missed": contact.Missed, "withdrawn": contact.Withdrawn,
	"hold": contact.Hold, "resume": contact.Resume, "say": contact.Said, "said": contact.Said,
	"hangup": contact.Left, "left": contact.Left, "ended": contact.Left, "transfer": contact.Moved, "moved": contact.Moved,
	"consult": contact.Consulted, "join": contact.Joined, "leave": contact.Left, "drop": contact.Dropped,
	"complete": contact.Worked, "completed": contact.Worked, "capacity": contact.Capacity,
}

// happening checks a "!" line.
func happening(s string) error {
	word, rest, _ := strings.Cut(s, " ")
	rest = strings.TrimSpace(rest)
	first, _, _ := strings.Cut(rest, " ")
	in := func(list string) bool { return first != "" && strings.Contains(list, " "+first+" ") }
	ok := true
	switch word {
	case "answer", "busy", "decline", "noanswer", "invalid", "hangup", "beep":
		ok = rest == ""
	case "stop", "fail":
	case "amd":
		ok = rest != ""
	case "status":
		ok = in(" sent delivered read failed ")
	case "agent":
		ok = deeds[first] != ""
	case "transfer":
		ok = in(" answered completed failed timeout ")
	case "set":
		k, _, found := strings.Cut(rest, "=")
		ok = found && strings.TrimSpace(k) != ""
	case "input":
		_, err := readInput(rest)
		if err != nil {
			return fmt.Errorf("%q: %w", "!"+s, err)
		}
	default:
		return fmt.Errorf("%q: wants one of %s", "!"+s, strings.Join(sortedNames(Happenings), ", "))
	}
	if !ok {
		return fmt.Errorf("%q: wants !%s %s", "!"+s, word, Happenings[word])
	}
	return nil
}

func readInput(s string) (contact.Input, error) {
	kind, doc, _ := strings.Cut(s, " ")
	if doc = strings.TrimSpace(doc); doc == "" {
		doc = "{}"
	}
	return contact.ReadInput(kind, json.RawMessage(doc))
}

// Do lets a line of input happen: > # ! or +. What a person could not do now is
// an error that says why.
func (s *Stage) Do(l Line) error {
	switch l.Sign {
	case Says:
		return s.say(l.Text)
	case Presses:
		return s.pressed(l.Text)
	case Later:
		d, err := ParseDuration(l.Text)
		if err != nil {
			return err
		}
		return s.Advance(d)
	case Happens:
		return s.happen(l.Text)
	}
	return fmt.Errorf("%c is no input", l.Sign)
}

// enclosed takes files out of what the customer writes: its last lines, where
// they are as a play shows a file, "[image/png card.png]".
func enclosed(text string) (rest string, files []contact.Attachment) {
	lines := strings.Split(text, "\n")
	n := len(lines)
	for ; n > 0; n-- {
		inner, ok := strings.CutPrefix(lines[n-1], "[")
		inner, closed := strings.CutSuffix(inner, "]")
		kind, name, _ := strings.Cut(inner, " ")
		if !ok || !closed || !mimeType.MatchString(kind) {
			break
		}
		files = append([]contact.Attachment{{Type: kind, Name: name}}, files...)
	}
	return strings.Join(lines[:n], "\n"), files
}

var mimeType = regexp.MustCompile(`^[a-z]+/[a-z0-9.+-]+$`)

// say hands in what the customer writes or says.
func (s *Stage) say(text string) error {
	if err := s.Rest(); err != nil {
		return err
	}
	for i := len(s.cast) - 1; i >= 0; i-- {
		switch a := s.cast[i]; {
		case !a.c.Open():
		case a.c.Channel == contact.Chat:
			s.seq++
			a.wrote = s.now
			text, files := enclosed(text)
			s.tell(a, contact.MessageReceived{ID: fmt.Sprintf("message-%d", s.seq), Text: text, Attachments: files})
			return s.err
		case a.c.Channel == contact.Voice && a.listen != nil && a.listen.speech:
			visit := a.listen.visit
			a.listen = nil
			s.tell(a, contact.SpeechReceived{Visit: visit, Text: text})
			return s.err
		}
	}
	if s.caller() != nil {
		return fmt.Errorf("nobody listens for words just now")
	}
	return fmt.Errorf("no conversation is open")
}

// caller is the last call that goes on.
func (s *Stage) caller() *actor {
	for i := len(s.cast) - 1; i >= 0; i-- {
		if a := s.cast[i]; a.phone == talking && a.c.Open() {
			return a
		}
	}
	return nil
}

// pressed takes keys. They are pressed into the prompt that plays, if any.
func (s *Stage) pressed(keys string) error {
	a := s.caller()
	for (a == nil || a.listen == nil && a.playing == nil) && s.pump() {
		a = s.caller()
	}
	if s.err != nil {
		return s.err
	}
	if a == nil {
		return fmt.Errorf("no call is up")
	}
	s.press(a, keys)
	return s.err
}

// Pressing tells how long the flow still waits for more keys, where some were
// pressed and more may come.
func (s *Stage) Pressing() (time.Duration, bool) {
	if a := s.caller(); a != nil && a.listen != nil && a.listen.keys.Pressed() {
		return a.listen.until.Sub(s.now), true
	}
	return 0, false
}

// happen lets a "!" line happen.
func (s *Stage) happen(text string) error {
	if err := happening(text); err != nil {
		return err
	}
	word, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "answer", "busy", "decline", "noanswer", "invalid", "beep", "amd":
		return s.ring(word, rest)
	case "fail":
		return s.fail(rest)
	case "hangup":
		a := s.caller()
		for a == nil && s.pump() {
			a = s.caller()
		}
		if a == nil {
			return fmt.Errorf("no call is up")
		}
		s.hangUp(a, contact.CallEnded{By: contact.ByCustomer})
	case "status":
		return s.status(rest)
	case "transfer":
		return s.transferred(rest)
	default:
		return s.told(word, rest)
	}
	return s.err
}

// told hands in what comes from neither the phone nor the network.
func (s *Stage) told(word, rest string) error {
	if err := s.Rest(); err != nil {
		return err
	}
	if word == "agent" {
		return s.agent(rest)
	}
	a := s.open()
	if a == nil {
		return fmt.Errorf("no contact is open")
	}
	switch word {
	case "stop":
		s.tell(a, contact.StopRequested{Code: rest})
	case "set":
		k, v, _ := strings.Cut(rest, "=")
		s.tell(a, contact.ContactUpdated{Attributes: map[string]string{strings.TrimSpace(k): strings.TrimSpace(v)}, By: "UpdateContactAttributes"})
	case "input":
		in, err := readInput(rest)
		if err != nil {
			return err
		}
		s.tell(a, in)
	}
	return s.err
}

// agent lets an agent do something, or routing.
func (s *Stage) agent(text string) error {
	deed, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	in := contact.QueueMoved{Outcome: deeds[deed]}
	a := s.served(in.Outcome == contact.Worked)
	if k := s.consults(); k != nil && strings.Contains(" hold resume join leave drop ", " "+deed+" ") {
		a = k
	}
	if a == nil {
		return fmt.Errorf("no contact waits for an agent, or has one")
	}
	switch in.Outcome {
	case contact.Said:
		in.Text = rest
	case contact.Moved, contact.Consulted:
		if in.Queue = rest; strings.HasPrefix(rest, "agent ") {
			in.Queue, in.To = "", strings.TrimSpace(strings.TrimPrefix(rest, "agent "))
		}
	case contact.Hold, contact.Resume, contact.Left, contact.Worked, contact.Joined, contact.Dropped:
	default:
		if rest == "" && a.c.Queue != nil && a.c.Queue.Offer != nil {
			rest = a.c.Queue.Offer.Agent
		} else if rest == "" {
			rest = "agent"
		}
		in.Agent, in.Name = rest, rest
		if q := a.c.Queue; q != nil && q.Offer == nil && in.Outcome != contact.Offered {
			s.tell(a, contact.QueueMoved{Outcome: contact.Offered, Agent: rest, Name: rest})
		}
	}
	if s.tell(a, in); s.stale && s.err == nil {
		return fmt.Errorf("nothing waits for this agent to %s", deed)
	}
	return s.err
}

// served is the last contact that waits in a queue or has an agent; one that is
// over counts where its agent still works on it.
func (s *Stage) served(over bool) *actor {
	for i := len(s.cast) - 1; i >= 0; i-- {
		a := s.cast[i]
		if a.c.Open() != over && (a.c.Waits() || a.c.Agent != nil) {
			return a
		}
	}
	return nil
}

// open is the last contact that is open, the phone's before others.
func (s *Stage) open() *actor {
	var found *actor
	for i := len(s.cast) - 1; i >= 0; i-- {
		a := s.cast[i]
		if a.c.Open() && (a.c.Channel == contact.Voice || a.c.Channel == contact.Chat) {
			return a
		}
		if a.c.Open() && found == nil {
			found = a
		}
	}
	return found
}

// ringer lets things happen until a phone rings.
func (s *Stage) ringer() *actor {
	for {
		for _, a := range s.cast {
			if a.phone == ringing {
				return a
			}
		}
		if !s.pump() {
			return nil
		}
	}
}

// ring says how a call that rings goes on.
func (s *Stage) ring(word, rest string) error {
	a := s.ringer()
	if a == nil {
		if s.err != nil {
			return s.err
		}
		return fmt.Errorf("no phone rings")
	}
	refused := func(code, phrase string) {
		s.hangUp(a, contact.CallEnded{By: contact.ByNetwork, Code: code, Phrase: phrase})
	}
	switch word {
	case "answer":
		s.answer(a, s.found())
	case "beep":
		s.answer(a, "VOICEMAIL_BEEP")
	case "amd":
		s.answer(a, strings.ToUpper(rest))
	case "busy":
		refused("486", "Busy Here")
	case "decline":
		refused("603", "Decline")
	case "invalid":
		refused("404", "Not Found")
	case "noanswer":
		t := a.c.RingTimeout
		if t == 0 {
			t = 60 // RingTimeoutInSeconds. API_StartOutboundVoiceContact
		}
		s.now = s.now.Add(time.Duration(t) * time.Second)
		s.hangUp(a, contact.CallEnded{By: contact.ByTimer, Code: "487", Phrase: "Request Terminated"})
	}
	return s.err
}

// fail ends a call that rings, or breaks the prompt that plays.
func (s *Stage) fail(rest string) error {
	code, words, _ := strings.Cut(rest, " ")
	if a := s.caller(); a != nil {
		var visit int
		kind := "PlayPrompt"
		switch {
		case a.playing != nil:
			visit = a.playing.Visit
		case a.listen != nil:
			visit, kind = a.listen.visit, "CollectDigits"
		case a.transfer != nil:
			visit, kind = a.transfer.Visit, "TransferCall"
		default:
			return fmt.Errorf("nothing is played that could fail")
		}
		a.playing, a.listen, a.transfer = nil, nil, nil
		s.tell(a, contact.EffectFailed{Visit: visit, Effect: kind, Code: code, Message: words})
		return s.err
	}
	a := s.ringer()
	if a == nil {
		return fmt.Errorf("no phone rings")
	}
	s.hangUp(a, contact.CallEnded{By: contact.ByNetwork, Code: code, Phrase: words})
	return s.err
}

// status says what becomes of the last message.
func (s *Stage) status(rest string) error {
	f := strings.SplitN(rest, " ", 3)
	for i := len(s.cast) - 1; i >= 0; i-- {
		a := s.cast[i]
		if a.last == nil {
			continue
		}
		m := a.last
		if f[0] != "failed" {
			if a.sent != nil {
				a.sent = nil
				s.tell(a, contact.MessageSent{ID: m.ID})
			}
			return s.err
		}
		a.sent = nil
		in := contact.MessageRefused{ID: m.ID, Visit: m.Visit}
		if len(f) > 1 {
			in.Code = f[1]
		}
		if len(f) > 2 {
			in.Message = f[2]
		}
		s.tell(a, in)
		return s.err
	}
	return fmt.Errorf("no message has come")
}

// transferred says what becomes of the transfer to a third party.
func (s *Stage) transferred(rest string) error {
	if err := s.Rest(); err != nil {
		return err
	}
	outcome, code, _ := strings.Cut(rest, " ")
	for i := len(s.cast) - 1; i >= 0; i-- {
		a := s.cast[i]
		if a.transfer == nil {
			continue
		}
		s.forget(a, a.transfer.Visit)
		if outcome == "answered" {
			return nil
		}
		visit := a.transfer.Visit
		a.transfer = nil
		s.tell(a, contact.TransferEnded{Visit: visit, Outcome: outcome, Code: strings.TrimSpace(code)})
		return s.err
	}
	return fmt.Errorf("no call is put through to a third party")
}

// forget drops the ring timer of a transfer.
func (s *Stage) forget(a *actor, visit int) {
	kept := s.due[:0:0]
	for _, d := range s.due {
		if t, ok := d.input.(contact.TransferEnded); !ok || d.who != a || t.Visit != visit {
			kept = append(kept, d)
		}
	}
	s.due = kept
}

// Ring lets things happen until a phone rings, and tells whether one does. It is
// answered by itself when more is to happen.
func (s *Stage) Ring() bool { return s.ringer() != nil }
