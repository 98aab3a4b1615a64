package loopback

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"outdial/contact"
	"outdial/gateway"
	"outdial/gateway/dtmf"
)

// playing is the prompt that a caller hears now.
type playing struct {
	visit int
	loop  bool
}

// listening is a wait for keys or words.
type listening struct {
	visit  int
	speech bool // words count too
	keys   *dtmf.Collector
	until  time.Time // the caller is silent too long then; in the engine's time
}

// heard is what the contact gets.
func (l *listening) heard() (contact.Input, error) {
	d, err := l.keys.Received()
	if err != nil {
		return nil, err
	}
	if l.speech && d.Digits == "" {
		return contact.SpeechReceived{Visit: l.visit, End: contact.TimedOut}, nil
	}
	return d, nil
}

// play plays a prompt. What played before is broken off.
func (w *World) play(k *call, p contact.PlayPrompt) gateway.Result {
	k.playing, k.listen = nil, nil
	if p.SkipOnDigits && len(k.buffer) > 0 {
		return gateway.Result{Input: contact.PromptEnded{Visit: p.Visit}}
	}
	text, takes := w.hear(k, p.Prompt)
	for _, more := range p.More {
		_, longer := w.hear(k, more)
		takes += longer
	}
	r := gateway.Result{}
	if what := w.manner(k.set, onPrompt, text); !what.byDefault {
		var over bool
		if over, r = w.react(k, what); over {
			return r
		}
	}
	switch {
	case p.Loop:
		k.playing = &playing{visit: p.Visit, loop: true}
	case takes > 0:
		k.playing = &playing{visit: p.Visit}
		r.Later = append(r.Later, again(takes, wakePrompt, p.Visit))
	default:
		r.Input = contact.PromptEnded{Visit: p.Visit}
	}
	return r
}

// react does what a script wants on a prompt to which nobody listens for keys;
// over says that nothing more is to be played.
func (w *World) react(k *call, what Step) (over bool, r gateway.Result) {
	after := time.Duration(what.After)
	switch what.Do {
	case doHangUp:
		if after == 0 {
			w.end(k, contact.ByCustomer)
			return true, gateway.Result{Input: contact.CallEnded{By: contact.ByCustomer}}
		}
		r.Later = append(r.Later, again(after, wakeEnd+contact.ByCustomer+" ", 0))
	case doPress:
		if after == 0 {
			k.buffer = append(k.buffer, what.Value...)[:min(len(k.buffer)+len(what.Value), bufferKept)]
			return false, r
		}
		r.Later = append(r.Later, again(after, wakePress+what.Value, 0))
	case doReply:
		r.Later = append(r.Later, again(after, wakeSay+what.Value, 0))
	}
	return false, r
}

// stopPrompt silences what plays.
func (w *World) stopPrompt(k *call) gateway.Result {
	if k.playing == nil {
		return gateway.Result{}
	}
	visit := k.playing.visit
	k.playing = nil
	return gateway.Result{Input: contact.PromptEnded{Visit: visit}}
}

// collectDigits plays a prompt and waits for keys.
func (w *World) collectDigits(k *call, p contact.CollectDigits) (gateway.Result, error) {
	if p.Key != "" {
		if _, err := dtmf.Encrypt("0", p.Key, p.KeyID); err != nil {
			return gateway.Result{}, err // before the caller presses anything
		}
	}
	return w.listen(k, p.Prompt, p.Buffer, &listening{visit: p.Visit, keys: dtmf.New(p)})
}

// collectSpeech plays a prompt and waits for words or keys. How long, the Lex
// session attributes of the request say, else Lex itself.
// https://docs.aws.amazon.com/lexv2/latest/dg/session-attribs.html
func (w *World) collectSpeech(k *call, p contact.CollectSpeech) (gateway.Result, error) {
	keys := contact.CollectDigits{
		Visit:      p.Visit,
		First:      seconds(p.Session, "x-amz-lex:audio:start-timeout-ms:", 4000),
		InterDigit: seconds(p.Session, "x-amz-lex:dtmf:end-timeout-ms:", 5000),
		Max:        tunable(p.Session, "x-amz-lex:dtmf:max-length:", 1024),
	}
	return w.listen(k, p.Prompt, false, &listening{visit: p.Visit, speech: true, keys: dtmf.New(keys)})
}

// tunable is a number among Lex's session attributes, whatever intent and slot
// it is for.
func tunable(session map[string]string, prefix string, none int) int {
	for name, value := range session {
		if strings.HasPrefix(name, prefix) {
			if n, err := strconv.Atoi(value); err == nil && n > 0 {
				return n
			}
		}
	}
	return none
}

func seconds(session map[string]string, prefix string, none int) int {
	return max(1, (tunable(session, prefix, none)+999)/1000)
}

// listen plays a prompt and waits.
func (w *World) listen(k *call, p contact.Prompt, buffer bool, l *listening) (gateway.Result, error) {
	k.playing, k.listen = nil, l
	waiting := string(k.buffer)
	k.buffer = nil
	text, takes := w.hear(k, p)
	l.until = w.Now().Add(takes + l.keys.Wait())
	if buffer && waiting != "" {
		if in, err := w.press(k, waiting); in != nil || err != nil {
			return gateway.Result{Input: in}, err
		}
	}
	r := gateway.Result{}
	what := w.manner(k.set, onPrompt, text)
	if what.byDefault {
		if k.presses++; k.presses > patience {
			what = Step{}
		}
	}
	after := time.Duration(what.After)
	switch {
	case what.Do == doPress && after == 0:
		if in, err := w.press(k, what.Value); in != nil || err != nil {
			return gateway.Result{Input: in}, err
		}
	case what.Do == doReply && after == 0 && l.speech:
		return gateway.Result{Input: w.say(k, what.Value)}, nil
	case what.Do != "":
		var over bool
		if over, r = w.react(k, what); over {
			return r, nil
		}
	}
	r.Later = append(r.Later, w.patience(l))
	return r, nil
}

// patience asks to look again whether the caller is still silent: when the time
// is up, or, since a key may come meanwhile and leave less time to the next one
// than was left to the first, after the pause between two keys.
func (w *World) patience(l *listening) gateway.Later {
	left := l.until.Sub(w.Now())
	return again(max(0, min(left, l.keys.Pause())), wakeDigits, l.visit)
}

// silent ends a wait whose time is up.
func (w *World) silent(k *call, visit int) (gateway.Result, error) {
	l := k.listen
	if l == nil || l.visit != visit {
		return gateway.Result{}, nil
	}
	if l.until.Sub(w.Now()) >= time.Millisecond { // the engine's time is in milliseconds
		return gateway.Result{Later: []gateway.Later{w.patience(l)}}, nil
	}
	l.keys.TimeOut()
	k.listen, k.playing = nil, nil
	in, err := l.heard()
	return gateway.Result{Input: in}, err
}

// hear notes what the caller hears, and tells how long it takes.
func (w *World) hear(k *call, p contact.Prompt) (text string, takes time.Duration) {
	text = spoken(p)
	if text == "" {
		return "", 0
	}
	if len(k.heard) >= heardKept {
		k.heard = k.heard[1:]
	}
	k.heard = append(k.heard, text)
	w.called(k.set, w.Now())
	if w.Speed > 0 {
		takes = time.Duration(float64(utf8.RuneCountInString(text)) / w.Speed * float64(time.Second))
	}
	return text, takes
}

// spoken is what a caller hears of a prompt, in words.
func spoken(p contact.Prompt) string {
	switch {
	case p.Text != "":
		return p.Text
	case p.SSML != "":
		return words(p.SSML)
	case p.Name != "":
		return p.Name
	}
	return p.URI
}

// words takes the words out of SSML. A sub is heard as its alias.
// https://docs.aws.amazon.com/polly/latest/dg/supportedtags.html
func words(ssml string) string {
	var b strings.Builder
	d := xml.NewDecoder(strings.NewReader(ssml))
	d.Strict, d.Entity = false, xml.HTMLEntity
	silent := 0 // within a sub
	for {
		begin := min(int(d.InputOffset()), len(ssml))
		tok, err := d.RawToken()
		if err != nil {
			if !errors.Is(err, io.EOF) { // no SSML from here on: heard as it stands
				b.WriteString(ssml[begin:])
			}
			break
		}
		switch v := tok.(type) {
		case xml.CharData:
			if silent == 0 {
				b.Write(v)
			}
		case xml.StartElement:
			b.WriteByte(' ')
			if v.Name.Local == "sub" {
				silent++
				for _, a := range v.Attr {
					if a.Name.Local == "alias" {
						b.WriteString(a.Value)
					}
				}
			}
		case xml.EndElement:
			if v.Name.Local == "sub" && silent > 0 {
				silent--
			}
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
