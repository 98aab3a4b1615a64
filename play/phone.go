package play

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway/dtmf"
)

// States of a phone.
type phone byte

const (
	silent phone = iota
	ringing
	talking
)

// An actor is one contact and what its customer's phone is at.
type actor struct {
	c        *contact.Contact
	phone    phone
	amd      bool
	lane     []contact.Effect // what the customer is still to hear
	playing  *contact.PlayPrompt
	listen   *listening
	buffer   string // keys that nobody asked for yet
	transfer *contact.TransferCall
	sent     *contact.SendMessage // arrived, and the house does not know yet
	last     *contact.SendMessage // the last that arrived
	ending   bool                 // ended, and not yet shown
	handed   bool                 // another contact goes on with its conversation
	wrote    time.Time            // WhatsApp: when the customer last wrote; zero is never
}

// move lets the next thing happen on one phone.
func (s *Stage) move(a *actor) bool {
	switch {
	case a.sent != nil:
		m := a.sent
		a.sent = nil
		s.tell(a, contact.MessageSent{ID: m.ID})
	case a.phone == ringing:
		s.answer(a, s.found())
	case a.playing != nil && (!a.playing.Loop || len(a.lane) > 0):
		p := a.playing
		a.playing = nil
		if !p.Loop {
			s.tell(a, contact.PromptEnded{Visit: p.Visit})
		}
	case len(a.lane) > 0:
		e := a.lane[0]
		a.lane = a.lane[1:]
		s.perform(a, e)
	case a.ending:
		a.ending = false
		s.show(Item{Line: ended(s, a)})
	default:
		return false
	}
	return true
}

// ended is the line that says that a contact has ended. A task beside the
// conversation has no phone that goes dead.
func ended(s *Stage, a *actor) Line {
	text := strings.TrimSpace("end " + a.c.Reason)
	if a.handed || a != s.cast[0] && a.c.Channel != contact.Voice && a.c.Channel != contact.Chat {
		return Line{Sign: Asks, Text: "End " + string(a.c.Channel) + " " + a.c.Reason}
	}
	return Line{Sign: Ends, Text: text}
}

// perform does what the customer hears.
func (s *Stage) perform(a *actor, e contact.Effect) {
	if visit, ok := played(e); ok && s.asks {
		if s.plays = append(s.plays, a.c.Position); len(s.plays) == s.failAt {
			s.tell(a, contact.EffectFailed{Visit: visit, Effect: contact.EffectKind(e), Message: "it fails"})
			return
		}
	}
	switch v := e.(type) {
	case contact.SendMessage:
		if a.c.Subtype == contact.WhatsApp && v.Template == nil && !s.now.Before(a.wrote.Add(window)) {
			s.outside(a, v)
			return
		}
		a.sent, a.last = &v, &v
		s.show(Item{Line: Line{Sign: Gets, Text: messageText(v)}})
	case contact.PlaceCall:
		a.phone, a.amd = ringing, v.AMD.Enable
		s.show(Item{Line: asked(s.world, v)})
		s.tell(a, contact.CallRinging{})
	case contact.PlayPrompt:
		a.listen = nil
		if v.SkipOnDigits && a.buffer != "" {
			s.tell(a, contact.PromptEnded{Visit: v.Visit})
			return
		}
		a.playing = &v
		s.prompt(v.Prompt)
		for _, p := range v.More {
			s.prompt(p)
		}
	case contact.CollectDigits:
		s.collect(a, v.Prompt, v.Buffer, &listening{visit: v.Visit, keys: dtmf.New(v)})
	case contact.CollectSpeech:
		// https://docs.aws.amazon.com/lexv2/latest/dg/session-attribs.html
		keys := contact.CollectDigits{Visit: v.Visit, First: seconds(v.Session, "x-amz-lex:audio:start-timeout-ms:", 4000),
			InterDigit: seconds(v.Session, "x-amz-lex:dtmf:end-timeout-ms:", 5000), Max: tunable(v.Session, "x-amz-lex:dtmf:max-length:", 1024)}
		s.collect(a, v.Prompt, false, &listening{visit: v.Visit, speech: true, keys: dtmf.New(keys)})
	case contact.TransferCall:
		a.listen, a.transfer = nil, &v
		s.show(Item{Line: asked(s.world, v)})
		if v.Timeout > 0 {
			s.later(due{at: s.now.Add(time.Duration(v.Timeout) * time.Second), who: a, timer: true,
				input: contact.TransferEnded{Visit: v.Visit, Outcome: "timeout"}})
		}
	}
}

// window is how long free text may go to a WhatsApp customer who wrote.
// https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages#customer-service-windows
const window = 24 * time.Hour

// outside refuses free text to a customer who did not write, as WhatsApp does.
func (s *Stage) outside(a *actor, m contact.SendMessage) {
	s.show(Item{Line: Line{Sign: Asks, Text: "Refused 131047 " + strings.ReplaceAll(messageText(m), "\n", " ")}})
	s.show(Item{Note: "WhatsApp takes free text only within 24 hours of the customer's last message; a template opens a conversation"})
	s.tell(a, contact.MessageRefused{ID: m.ID, Visit: m.Visit, Code: "131047", Message: "Re-engagement message"})
}

// played gives the visit of an effect that plays something to a caller.
func played(e contact.Effect) (int, bool) {
	switch v := e.(type) {
	case contact.PlayPrompt:
		return v.Visit, true
	case contact.CollectDigits:
		return v.Visit, true
	case contact.CollectSpeech:
		return v.Visit, true
	case contact.TransferCall:
		return v.Visit, true
	}
	return 0, false
}

// tunable is a number among Lex's session attributes, whatever intent and slot
// it is for.
func tunable(session map[string]string, prefix string, none int) int {
	for _, name := range sortedNames(session) {
		if strings.HasPrefix(name, prefix) {
			if n, err := strconv.Atoi(session[name]); err == nil && n > 0 && n < 1e6 {
				return n
			}
		}
	}
	return none
}

func seconds(session map[string]string, prefix string, none int) int {
	return max(1, (tunable(session, prefix, none)+999)/1000)
}

// prompt shows what is heard; silence is not shown.
func (s *Stage) prompt(p contact.Prompt) {
	if text := promptText(p); text != "" {
		s.show(Item{Line: Line{Sign: Gets, Text: text}})
	}
}

// collect plays a prompt and waits for keys or words.
func (s *Stage) collect(a *actor, p contact.Prompt, buffer bool, l *listening) {
	a.listen = l
	waiting := a.buffer
	a.buffer = ""
	s.prompt(p)
	if buffer && waiting != "" {
		s.press(a, waiting)
		if a.listen != l {
			return
		}
	}
	s.patience(a, l)
}

// patience sets the time at which the caller has been silent for too long.
func (s *Stage) patience(a *actor, l *listening) {
	l.until = s.now.Add(l.keys.Wait())
	s.later(due{at: l.until, who: a, timer: true, visit: l.visit})
}

// collected hands on what was pressed.
func (s *Stage) collected(a *actor) {
	l := a.listen
	a.listen = nil
	d, err := l.keys.Received()
	switch {
	case err != nil:
		s.tell(a, contact.EffectFailed{Visit: l.visit, Effect: "CollectDigits", Code: fault.CodeOf(err), Message: err.Error()})
	case l.speech && d.Digits == "":
		s.tell(a, contact.SpeechReceived{Visit: l.visit, End: contact.TimedOut})
	default:
		s.tell(a, d)
	}
}

// press takes keys one by one; what nobody asked for waits in the buffer.
func (s *Stage) press(a *actor, keys string) {
	for i := range len(keys) {
		if a.listen == nil {
			a.buffer += keys[i:]
			return
		}
		if a.listen.keys.Press(keys[i]) {
			a.buffer += keys[i+1:]
			s.collected(a)
			return
		}
		s.patience(a, a.listen)
	}
}

// found is what the answering machine detector finds.
func (s *Stage) found() string {
	switch s.head.AMD {
	case "", "TRUE", "ON", "YES":
		return "HUMAN_ANSWERED"
	}
	return s.head.AMD
}

// answer answers the call, and lets the detector say what it found.
func (s *Stage) answer(a *actor, finding string) {
	a.phone = talking
	s.tell(a, contact.CallAnswered{Ref: "call-" + string(a.c.ID)})
	if a.amd && a.c.Open() {
		d := contact.MachineDetected{Status: finding, GreetStart: s.now, GreetEnd: s.now}
		s.tell(a, d)
	}
}

// hangUp ends the call.
func (s *Stage) hangUp(a *actor, in contact.CallEnded) {
	a.phone, a.lane, a.playing, a.listen = silent, nil, nil, nil
	s.tell(a, in)
}

// messageText is what a message looks like in a play.
func messageText(m contact.SendMessage) string {
	text := m.Text
	if m.ContentType != "" && m.ContentType != "text/plain" {
		text = "[" + m.ContentType + "] " + text
	}
	if m.Template != nil {
		text = "[template " + m.Template.Name + "] " + text
	}
	for _, f := range m.Attachments {
		text += "\n[" + f.Type + " " + f.Name + "]"
	}
	return shown(text)
}

// promptText is what a caller hears, in words.
func promptText(p contact.Prompt) string {
	switch {
	case p.Text != "":
		return shown(p.Text)
	case p.SSML != "":
		return shown(words(p.SSML))
	case p.Name != "":
		return "[" + shown(p.Name) + "]"
	case p.URI == "builtin:music": // without a name nobody chose it: who waits hears no words
	case p.URI != "":
		return "[" + shown(p.URI) + "]"
	}
	return ""
}

// pause is what stands between words for the elements of SSML that part them.
var pause = map[string]string{"break": " ", "p": " ", "s": " ", "speak": " "}

// words takes the words out of SSML; a sub is heard as its alias.
// https://docs.aws.amazon.com/polly/latest/dg/supportedtags.html
func words(ssml string) string {
	var b strings.Builder
	d := xml.NewDecoder(strings.NewReader(ssml))
	d.Strict, d.Entity = false, xml.HTMLEntity
	hidden := 0
	for {
		tok, err := d.RawToken()
		if err != nil {
			if !errors.Is(err, io.EOF) { // what is no SSML is shown as it is
				b.WriteString(ssml[min(int(d.InputOffset()), len(ssml)):])
			}
			return strings.Join(strings.Fields(b.String()), " ")
		}
		switch v := tok.(type) {
		case xml.CharData:
			if hidden == 0 {
				b.Write(v)
			}
		case xml.StartElement:
			b.WriteString(pause[v.Name.Local])
			for _, attr := range v.Attr {
				if v.Name.Local == "sub" && attr.Name.Local == "alias" {
					b.WriteString(attr.Value)
				}
			}
			if v.Name.Local == "sub" {
				hidden++
			}
		case xml.EndElement:
			if v.Name.Local == "sub" && hidden > 0 {
				hidden--
			}
			b.WriteString(pause[v.Name.Local])
		}
	}
}
