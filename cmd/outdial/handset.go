package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"outdial/contact"
)

const handsetAbout = `
Holds a customer's phone: shows messages and calls as they arrive. What is typed
is the reply to the last message. On a call:

  /answer   /decline   /hangup   /press 12#   /say WORDS   /dial NUMBER
  /to NUMBER [sms|whatsapp]      write to another number of ours
  /file PATH [WORDS]             send a file, with words
  /quit

The server must simulate its carriers, as it does where it has no others.`

// A handsetMessage is a message at a handset, as the server tells it.
type handsetMessage struct {
	ID        string    `json:"id"`
	Direction string    `json:"direction"` // "in" arrived here
	Channel   string    `json:"channel"`
	From      string    `json:"from"`
	To        string    `json:"to"`
	Text      string    `json:"text"`
	Status    string    `json:"status"`
	At        time.Time `json:"at"`
	Template  string    `json:"template"`

	Attachments []contact.Attachment `json:"attachments"`
}

type handsetCall struct {
	State string   `json:"state"`
	From  string   `json:"from"`
	Heard []string `json:"heard"`
}

// A holder is somebody who holds a handset.
type holder struct {
	c       *client
	out     *screen
	number  string
	to      string // whom what is typed goes to
	channel string
	seen    map[string]bool // messages that were shown
	call    handsetCall
}

// runHandset holds a handset until it is put down.
func runHandset(ctx context.Context, e env, args []string) error {
	fs := flags(e, "handset", "NUMBER", handsetAbout)
	var cf clientFlags
	cf.add(fs)
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(words) != 1 || !contact.E164(words[0]) {
		return usagef("wants one number in E.164, such as +12065550100")
	}
	c, err := cf.connect(e)
	if err != nil {
		return err
	}
	h := &holder{c: c, out: newScreen(e), number: words[0], seen: map[string]bool{}}
	// The first try says what is wrong; later ones wait for the server.
	if err := c.call(ctx, "GET", h.path(""), nil, nil); err != nil {
		return err
	}
	h.out.note("This is " + h.number + ". What you type is the reply; /help lists what else can be done.")
	return h.hold(ctx, e.stdin)
}

// hold shows what arrives and does what is typed, until the handset is put down.
func (h *holder) hold(ctx context.Context, stdin io.Reader) error {
	ctx, putDown := context.WithCancel(ctx)
	defer putDown()
	events := make(chan func())
	var watching errgroup.Group
	watching.Go(func() error { h.watch(ctx, events); return nil })
	// A read of the terminal cannot be broken off: it ends with the process.
	typed := make(chan string)
	var reading errgroup.Group
	reading.Go(func() error { read(ctx, stdin, typed); return nil })
	for {
		select {
		case show := <-events:
			show()
		case line, ok := <-typed:
			if !ok {
				typed = nil // there is nobody to type, but somebody may still read
			} else if h.act(ctx, strings.TrimSpace(line)) {
				putDown()
			}
		case <-ctx.Done():
			return watching.Wait()
		}
	}
}

// read hands over lines until there are no more.
func read(ctx context.Context, r io.Reader, typed chan<- string) {
	defer close(typed)
	for s := bufio.NewScanner(r); s.Scan(); {
		select {
		case typed <- s.Text():
		case <-ctx.Done():
			return
		}
	}
}

func (h *holder) path(rest string) string { return "/_outdial/handsets/" + escape(h.number) + rest }

// watch follows what happens at the handset, also over a restart of the server.
func (h *holder) watch(ctx context.Context, events chan<- func()) {
	since, lost := "", false
	for ctx.Err() == nil {
		path := h.path("/events")
		if since != "" {
			path += "?since=" + since
		}
		err := h.c.stream(ctx, path, func(name, id string, doc []byte) error {
			show := func() { h.show(name, doc) }
			if lost {
				lost = false
				show = func() { h.out.note("(the server is back)"); h.show(name, doc) }
			}
			select {
			case events <- show:
				since = id
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		if ctx.Err() != nil {
			return
		}
		if !lost {
			lost = true
			select {
			case events <- func() { h.out.note("(the server is gone, waiting for it" + because(err) + ")") }:
			case <-ctx.Done():
			}
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
}

func because(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}

// show shows one event.
func (h *holder) show(name string, doc []byte) {
	switch name {
	case "message":
		var m handsetMessage
		if json.Unmarshal(doc, &m) == nil {
			h.showMessage(m)
		}
	case "call":
		var k handsetCall
		if json.Unmarshal(doc, &k) == nil {
			h.showCall(k)
		}
	}
}

func (h *holder) showMessage(m handsetMessage) {
	fresh := !h.seen[m.ID]
	h.seen[m.ID] = true
	switch {
	case m.Direction == "in" && fresh:
		h.to, h.channel = m.From, m.Channel
		what := ""
		if m.Template != "" {
			what = " (template " + m.Template + ")"
		}
		lines := []string{m.Text}
		for _, a := range m.Attachments {
			lines = append(lines, fileWords(a))
		}
		h.out.line(m.At, m.Channel+" from "+m.From+what, strings.TrimPrefix(strings.Join(lines, "\n"), "\n"))
	case m.Direction == "out" && m.Status == "FAILED":
		h.out.note("(nobody took that: " + m.To + " has no flow for it, or the server refused it)")
	}
}

func (h *holder) showCall(k handsetCall) {
	was := h.call
	if k.State == "ringing" || len(k.Heard) < len(was.Heard) {
		was.Heard = nil // another call
	}
	h.call = k
	if k.State != was.State {
		switch k.State {
		case "ringing":
			h.out.line(time.Now(), "call from "+k.From, "ringing: /answer or /decline")
		case "connected":
			h.out.line(time.Now(), "call", "connected: /press 1, or /hangup")
		}
	}
	for _, text := range k.Heard[len(was.Heard):] {
		h.out.line(time.Now(), "you hear", text)
	}
	if k.State == "ended" && was.State != "" && was.State != k.State {
		h.out.line(time.Now(), "call", "ended")
	}
}

// act does what was typed, and tells whether the handset is put down.
func (h *holder) act(ctx context.Context, line string) (down bool) {
	verb, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	var err error
	switch verb {
	case "":
		return false
	case "/quit", "/exit":
		return true
	case "/help":
		h.out.note(strings.TrimSpace(handsetAbout))
	case "/answer", "/decline", "/hangup":
		err = h.c.call(ctx, "POST", h.path("/call"), map[string]string{"action": verb[1:]}, nil)
	case "/press":
		err = h.c.call(ctx, "POST", h.path("/call"), map[string]string{"action": "press", "digits": strings.ReplaceAll(rest, " ", "")}, nil)
	case "/say":
		err = h.c.call(ctx, "POST", h.path("/call"), map[string]string{"action": "say", "text": rest}, nil)
	case "/dial":
		err = h.c.call(ctx, "POST", h.path("/call"), map[string]string{"action": "dial", "to": cmp.Or(rest, h.to)}, nil)
	case "/to":
		err = h.address(rest)
	case "/file":
		err = h.sendFile(ctx, rest)
	default:
		if strings.HasPrefix(verb, "/") {
			err = fmt.Errorf("there is no %s: /help lists what can be done", verb)
			break
		}
		err = h.write(ctx, line)
	}
	var a *answerError
	switch {
	case errors.As(err, &a) && a.message != "":
		h.out.note("(" + a.message + ")")
	case err != nil:
		h.out.note("(" + err.Error() + ")")
	}
	return false
}

// address sets whom what is typed goes to.
func (h *holder) address(rest string) error {
	to, channel, _ := strings.Cut(rest, " ")
	if to == "" {
		return errors.New("/to wants a number of ours")
	}
	h.to, h.channel = to, strings.ToUpper(cmp.Or(strings.TrimSpace(channel), "SMS"))
	return nil
}

func (h *holder) write(ctx context.Context, text string, files ...string) error {
	in := map[string]any{"text": text}
	put := func(k, v string) {
		if v != "" {
			in[k] = v
		}
	}
	put("to", h.to)
	put("channel", h.channel)
	if h.to == "" {
		return errors.New("nobody has written yet: /to NUMBER says whom to write to")
	}
	var list []map[string]string
	for _, id := range files {
		list = append(list, map[string]string{"id": id})
	}
	if list != nil {
		in["attachments"] = list
	}
	var m handsetMessage
	if err := h.c.call(ctx, "POST", h.path("/messages"), in, &m); err != nil {
		return err
	}
	h.seen[m.ID] = true
	for _, a := range m.Attachments {
		h.out.note("(sent " + fileWords(a) + ")")
	}
	return nil
}

// sendFile sends a file of this machine, and words behind its path.
func (h *holder) sendFile(ctx context.Context, rest string) error {
	path, words, _ := strings.Cut(rest, " ")
	if quoted, after, ok := strings.Cut(strings.TrimPrefix(rest, `"`), `"`); ok && rest[0] == '"' {
		path, words = quoted, after
	}
	if path == "" {
		return errors.New("/file wants the path of a file")
	}
	id, err := h.c.upload(ctx, path)
	if err != nil {
		return err
	}
	return h.write(ctx, strings.TrimSpace(words), id)
}

// A screen is where something is shown to a person: with colours on a terminal.
type screen struct {
	w      io.Writer
	colour bool
}

// newScreen makes a screen of standard output. https://no-color.org
func newScreen(e env) *screen {
	return &screen{e.stdout, isTerminal(e.stdout) && e.getenv("NO_COLOR") == "" && e.getenv("TERM") != "dumb"}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (s *screen) paint(code, text string) string {
	if !s.colour {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// line shows what happened when.
func (s *screen) line(at time.Time, what, text string) {
	fmt.Fprintf(s.w, "%s %s\n  %s\n", s.paint("2", at.Local().Format("15:04:05")), s.paint("1", what), strings.ReplaceAll(text, "\n", "\n  "))
}

// note says something that did not happen at the handset.
func (s *screen) note(text string) { fmt.Fprintln(s.w, s.paint("2", text)) }
