package voice

import (
	"strconv"
	"strings"
	"time"

	"outdial/contact"
	"outdial/fault"
	"outdial/gateway"
	"outdial/gateway/dtmf"
	"outdial/gateway/voice/audio"
	"outdial/gateway/voice/recognise"
)

// mostVain is how often sounds that were no words are listened past, before it
// counts as silence.
const mostVain = 3

// words is a wait for words beside keys.
type words struct {
	start    func(playing bool)
	bargesIn bool            // words may break the prompt off
	turn     *recognise.Turn // nil: it has not begun
	untap    func()
	speaking bool // the caller, or what he said is being recognised
	vain     int
}

// collectSpeech plays a prompt and waits for words or keys, whichever come first.
// How long it waits, Lex's session attributes say. Where nothing recognises words
// it hears keys, and tells silence as Lex does.
// https://docs.aws.amazon.com/lexv2/latest/dg/session-attribs-speech.html
func (k *call) collectSpeech(c *contact.Contact, v contact.CollectSpeech, clip audio.Clip) (gateway.Result, error) {
	keys := contact.CollectDigits{
		Visit: v.Visit, First: tunable(v.Session, "x-amz-lex:audio:start-timeout-ms:", 4000, 1000),
		InterDigit: tunable(v.Session, "x-amz-lex:dtmf:end-timeout-ms:", 5000, 1000), Max: tunable(v.Session, "x-amz-lex:dtmf:max-length:", 1024, 1),
	}
	l := &listening{visit: v.Visit, keys: dtmf.New(keys), words: &words{bargesIn: interruptible(v.Session)}}
	a := recognise.Ask{
		Contact: v.SessionID, Language: v.Language, Session: v.Session,
		Silence: time.Duration(tunable(v.Session, "x-amz-lex:audio:end-timeout-ms:", 0, 1)) * time.Millisecond,
		Most:    min(time.Duration(tunable(v.Session, "x-amz-lex:audio:max-length-ms:", 0, 1))*time.Millisecond, 55*time.Second),
	}
	if a.Contact == "" {
		a.Contact = string(c.ID)
	}
	if v.Remote {
		a.Bot = v.Bot
	}
	if k.g.ears.Serves(a.Bot) {
		l.words.start = func(playing bool) { k.listenForWords(l, a, playing) }
	}
	return k.hear(keys, l, clip)
}

// tunable is a number among Lex's session attributes, whatever intent and slot it
// is for, in units.
func tunable(session map[string]string, prefix string, none, unit int) int {
	n := none
	for name, value := range session {
		if v, err := strconv.Atoi(value); err == nil && v > 0 && v < 1<<30 && strings.HasPrefix(name, prefix) {
			n = v
		}
	}
	return (n + unit - 1) / unit
}

// interruptible tells whether words may break a prompt off: they may where the
// session does not say otherwise.
func interruptible(session map[string]string) bool {
	for name, value := range session {
		if strings.HasPrefix(name, "x-amz-lex:allow-interrupt:") && strings.EqualFold(value, "false") {
			return false
		}
	}
	return true
}

// begin begins to listen for words, once.
func (w *words) begin(playing bool) {
	switch {
	case w == nil || w.start == nil:
	case w.turn == nil && (!playing || w.bargesIn):
		w.start(playing)
	case w.turn != nil && !playing:
		w.turn.Alone()
	}
}

func (k *call) listenForWords(l *listening, a recognise.Ask, playing bool) {
	w := l.words
	w.turn = k.g.ears.Listen(a, playing, func(e recognise.Event) { k.loop.Post(func() { k.heard(l, e) }) })
	w.untap = k.media.Tap(w.turn.Take)
}

// end ends the wait for words. It gives what waits for what is still under way.
func (w *words) end() (wait func()) {
	if w == nil || w.turn == nil {
		return nil
	}
	w.untap()
	w.turn.Close()
	wait = w.turn.Wait
	w.turn, w.start, w.speaking = nil, nil, false
	return wait
}

// heard is what comes of the caller's voice.
func (k *call) heard(l *listening, e recognise.Event) {
	if k.over || k.listen != l || l.words.turn == nil {
		return
	}
	w := l.words
	switch e.Kind {
	case recognise.Began:
		w.speaking = true
		if l.timer != nil {
			l.timer.Stop()
			l.timer = nil
		}
		if k.playing != nil { // words break the prompt off, as keys do
			k.playing = nil
			k.media.Hush()
			w.turn.Alone()
		}
	case recognise.Failed:
		k.deafen()
		k.g.log.Warn("what a caller said is not recognised", "contact", k.id, "err", e.Err)
		k.tell(contact.EffectFailed{Visit: l.visit, Effect: "CollectSpeech", Code: fault.CodeOf(e.Err), Message: "what was said cannot be recognised: " + e.Err.Error()})
	case recognise.Heard:
		w.speaking = false
		if e.Text != "" || len(e.Answer) > 0 {
			k.deafen()
			k.tell(contact.SpeechReceived{Visit: l.visit, Text: e.Text, Answer: e.Answer})
			return
		}
		if w.vain++; w.vain < mostVain {
			k.patient(l)
			return
		}
		k.deafen()
		k.tell(contact.SpeechReceived{Visit: l.visit, End: contact.TimedOut})
	}
}

// endWords ends the wait for words of a listening, and lets what is under way end
// apart from the call.
func (k *call) endWords(l *listening) {
	if wait := l.words.end(); wait != nil {
		k.g.group.Go(func() error { wait(); return nil })
	}
}
