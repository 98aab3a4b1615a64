package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
	"golang.org/x/sync/errgroup"

	"outdial/flow"
	"outdial/play"
)

const tryAbout = `
Talks to a flow in the terminal: what is typed is the customer's reply, keys of
the phone, or what happens (/help lists it). Further flows are those that the
first one names. Functions, bots, queues and hours are what FLOW.stubs.yaml
beside the flow says, or the file that -stub names.

  outdial try reminder.json -channel sms -attributes name=Ann
  outdial try reminder.json -channel sms -write reminder.play   keep it as a test
  outdial try reminder.json -explore                            try every branch`

// runTry plays a flow with a person, or by itself.
func runTry(ctx context.Context, e env, args []string) error {
	set := flags(e, "try", "FLOW.json…", tryAbout)
	h := play.Head{}
	var attributes pairs
	channel := set.String("channel", "", "`CHANNEL`: voice (default), sms, whatsapp, chat or task")
	set.Var(&attributes, "attributes", "`KEY=VALUE`: an attribute of the contact (may be repeated)")
	set.StringVar(&h.StubsFile, "stub", "", "`FILE` of stubs")
	set.StringVar(&h.From, "from", "", "our `NUMBER`")
	set.StringVar(&h.To, "to", "", "the customer's `NUMBER`")
	set.StringVar(&h.Type, "type", "", "flow `TYPE`, such as CUSTOMER_QUEUE")
	set.StringVar(&h.AMD, "amd", "", "detect answering machines, and find this `STATUS`")
	at := set.String("at", "", "`TIME` at which it begins, such as 2026-01-05T10:00:00Z")
	template := set.String("template", "", "WhatsApp: open with a template that says this `TEXT`")
	wrote := set.Bool("wrote", false, "WhatsApp: the customer wrote within the last 24 hours, so free text is delivered")
	rings := set.Bool("ring", false, "let the phone ring until /answer, /busy, /decline…")
	write := set.String("write", "", "write the play to this `FILE`")
	verbose := set.Bool("v", false, "show the actions and branches")
	set.BoolVar(verbose, "trace", false, "the same as -v")
	explore := set.Bool("explore", false, "try every branch, and list those that cannot be reached")
	moves := set.Int("moves", 0, "with -explore: how many `THINGS` are tried (default 20,000)")
	output := set.String("o", "text", "with -explore, the `FORMAT`: text or json")
	words, err := parse(set, args)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		return usagef("which flow?")
	}
	if _, ok := channelNames[strings.ToUpper(*channel)]; !ok {
		return usagef("-channel: one of voice, sms, whatsapp, chat, task, not %q", *channel)
	}
	h.Flows, h.Attributes = words, attributes
	h.Channel, h.AMD = strings.ToUpper(*channel), strings.ToUpper(h.AMD)
	if *template != "" {
		h.Contact.Template = &play.Template{Name: "first", Text: *template}
	}
	if *wrote {
		h.Contact.Window = "open"
	}
	if *at != "" {
		if h.At, err = time.Parse(time.RFC3339, *at); err != nil {
			return usagef("-at: a time like 2026-01-05T10:00:00Z, not %q", *at)
		}
	}
	if *explore {
		return exploreFlow(e.stdout, h, play.Limits{Moves: *moves}, *output == "json")
	}
	t := &try{env: e, verbose: *verbose, paint: painter(e), head: h, ctx: ctx}
	return t.run(*rings, *write)
}

// A try is one conversation in the terminal.
type try struct {
	env
	ctx     context.Context
	verbose bool
	paint   func(colour, s string) string
	head    play.Head
	stage   *play.Stage
	went    []play.Line
	echo    bool // what is read is not seen otherwise
	hinted  map[string]bool
}

// Colours of a terminal. ECMA-48 §8.3.117
const (
	dim   = "2"
	bold  = "1"
	green = "32"
	red   = "31"
)

// painter colours what goes to a terminal, and nothing else. NO_COLOR switches
// it off: https://no-color.org
func painter(e env) func(colour, s string) string {
	f, ok := e.stdout.(*os.File)
	if !ok || !isatty.IsTerminal(f.Fd()) || e.getenv("NO_COLOR") != "" || e.getenv("TERM") == "dumb" {
		return func(_, s string) string { return s }
	}
	return func(colour, s string) string { return "\x1b[" + colour + "m" + s + "\x1b[0m" }
}

func (t *try) run(rings bool, write string) error {
	stage, err := play.Raise(t.head, filesOf("."))
	if err != nil {
		return err
	}
	t.stage = stage
	in, ok := t.stdin.(*os.File)
	t.echo = !ok || !isatty.IsTerminal(in.Fd())
	if rings && stage.Ring() {
		t.show()
		t.say(dim, "the phone rings: /answer, /busy, /decline, /noanswer or /beep")
	} else {
		t.rest()
	}
	if err := t.talk(); err != nil {
		return err
	}
	if write != "" {
		return t.write(write)
	}
	return nil
}

// talk reads lines until there are no more, the contact has ended, or /quit.
func (t *try) talk() error {
	ctx, stop := context.WithCancel(t.ctx)
	defer stop()
	// A read of the terminal cannot be broken off: it ends with the process.
	typed := make(chan string)
	var reading errgroup.Group
	reading.Go(func() error { read(ctx, t.stdin, typed); return nil })
	for t.stage.Open() {
		if !t.echo {
			fmt.Fprint(t.stdout, t.paint(bold, "> "))
		}
		select {
		case text, ok := <-typed:
			if text = strings.TrimRight(text, " \t\r"); !ok || text == "/quit" || text == "/q" {
				return nil
			}
			if text == "" {
				continue
			}
			if t.echo {
				fmt.Fprintln(t.stdout, "> "+text)
			}
			if err := t.typed(text); err != nil {
				t.say(red, err.Error())
			}
		case <-ctx.Done():
			fmt.Fprintln(t.stdout)
			return nil
		}
	}
	return nil
}

func (t *try) say(colour, s string) { fmt.Fprintln(t.stdout, t.paint(colour, s)) }

// typed does what a line says.
func (t *try) typed(text string) error {
	if text == "/help" || text == "/?" {
		return t.help()
	}
	l, err := t.line(text)
	if err != nil {
		return err
	}
	if l.Sign == play.Checks {
		ref, _, _ := strings.Cut(l.Text, " =")
		v, err := t.stage.Value(ref)
		if err == nil {
			t.say("", "  "+ref+" = "+v)
			t.went = append(t.went, play.Line{Sign: play.Checks, Text: ref + " = " + v})
		}
		return err
	}
	if err := t.stage.Do(l); err != nil {
		return err
	}
	t.went = append(t.went, l)
	// More keys could come: nobody types them in time, so the time passes.
	if d, ok := t.stage.Pressing(); ok && l.Sign == play.Presses {
		later := play.Line{Sign: play.Later, Text: timeSpan(d)}
		t.went = append(t.went, later)
		if err := t.stage.Do(later); err != nil {
			return err
		}
	}
	t.rest()
	return nil
}

// line makes a line of a play of what was typed. A slash begins a command; one
// of the signs of a play, where it makes sense, is that line; all else is what
// the customer says, or presses where it is nothing but keys on a call.
func (t *try) line(text string) (play.Line, error) {
	if cmd, ok := strings.CutPrefix(text, "/"); ok {
		return t.command(cmd)
	}
	voice := t.head.Channel == "" || t.head.Channel == "VOICE"
	switch {
	case voice && len(text) > 1 && strings.Trim(text, "0123456789*#") == "" && text[0] == '#':
		return play.ReadLine(text)
	case voice && strings.Trim(text, "0123456789*#") == "":
		return play.Line{Sign: play.Presses, Text: text}, nil
	case strings.HasPrefix(text, "? ") && strings.ContainsAny(text, "$."):
		return play.Line{Sign: play.Checks, Text: strings.TrimSpace(text[2:])}, nil
	case strings.ContainsRune("!+>", rune(text[0])):
		if l, err := play.ReadLine(text); err == nil {
			return l, nil
		}
	}
	return play.Line{Sign: play.Says, Text: text}, nil
}

func (t *try) command(cmd string) (play.Line, error) {
	word, rest, _ := strings.Cut(cmd, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "press":
		return play.ReadLine("#" + rest)
	case "say":
		return play.Line{Sign: play.Says, Text: rest}, nil
	case "wait":
		if rest == "" {
			at, ok := t.stage.Due()
			if !ok {
				return play.Line{}, fmt.Errorf("nothing will happen by itself")
			}
			rest = timeSpan(at.Sub(t.stage.Now()))
		}
		return play.ReadLine("+" + rest)
	}
	l, err := play.ReadLine("!" + cmd)
	if err != nil {
		return l, fmt.Errorf("%w; /help lists what there is", err)
	}
	return l, nil
}

func (t *try) help() error {
	t.say("", `  text          the customer's reply; on a call keys, or words where the flow listens
  /press 12#    keys of the phone; #12 as in a play, and # alone is that key
  /wait 1h      time goes by; without a time, until the next thing happens
  ? $.Attributes.x    what a reference is now`)
	names := make([]string, 0, len(play.Happenings))
	for n := range play.Happenings {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		t.say("", fmt.Sprintf("  /%-12s %s", n, play.Happenings[n]))
	}
	t.say("", "  /quit         end here; -write keeps what was said so far")
	return nil
}

// timeSpan writes a time as a play has it.
func timeSpan(d time.Duration) string {
	if d%time.Second != 0 {
		d = d.Truncate(time.Second) + time.Second
	}
	var b strings.Builder
	for _, u := range []struct {
		name string
		d    time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}} {
		if n := d / u.d; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			d -= n * u.d
		}
	}
	if b.Len() == 0 {
		return "0s"
	}
	return b.String()
}

// rest lets everything happen that happens now, and shows it.
func (t *try) rest() {
	err := t.stage.Rest()
	t.show()
	if err != nil {
		t.say(red, err.Error())
	}
	if !t.stage.Open() {
		return
	}
	if at, ok := t.stage.Due(); ok {
		t.say(dim, "  ⏳ "+timeSpan(at.Sub(t.stage.Now())))
	} else {
		t.say(dim, "  ⏳")
	}
}

// show shows what happened.
func (t *try) show() {
	for _, it := range t.stage.Take() {
		switch {
		case it.Note != "":
			t.say(dim, "  "+it.Note)
		case it.Passed != nil:
			t.passed(it.Passed)
		case it.Sign == play.Asks:
			t.asked(it.Line)
		case it.Sign == play.Ends:
			t.went = append(t.went, it.Line)
			t.say(bold, it.String())
		case it.Sign == play.Gets:
			t.went = append(t.went, it.Line)
			t.say(green, it.String())
		}
	}
}

// passed shows a branch; without -v only where something failed.
func (t *try) passed(p *flow.Passed) {
	wrong := strings.HasPrefix(p.Branch, "error") && p.Why != "" && p.Branch != "error NoMatchingCondition"
	if !t.verbose && !wrong {
		return
	}
	s := fmt.Sprintf("  %s (%s): %s", p.Action, p.Type, p.Branch)
	if p.Next != "" {
		s += " → " + p.Next
	}
	if p.Why != "" {
		s += ": " + p.Why
	}
	t.say(dim, s)
	if wrong {
		t.hint(p)
	}
}

// stubbed is how stubs give answers to what a flow reaches beyond itself.
var stubbed = map[string]string{
	"ConnectParticipantWithLexBot": `bots: {"*": {hears: {"some words": {intent: Name}}}}`,
	"InvokeLambdaFunction":         `functions: {"*": {returns: {key: value}}}`,
	"InvokeFlowModule":             `flows: {NAME: module.json}`,
	"TransferToFlow":               `flows: {NAME: other.json}`,
	"GetCustomerProfile":           `services: {profile: {returns: {Items: []}}}`,
	"GetCase":                      `services: {cases: {returns: {cases: []}}}`,
}

// hint says once for each action type how it would get an answer.
func (t *try) hint(p *flow.Passed) {
	how := stubbed[p.Type]
	if how == "" || t.hinted[p.Type] || !strings.Contains(p.Why, "not there") && !strings.Contains(p.Why, "no endpoint") && !strings.Contains(p.Why, "no stub") {
		return
	}
	if t.hinted == nil {
		t.hinted = map[string]bool{}
	}
	t.hinted[p.Type] = true
	t.say(dim, "    "+play.StubsBeside(t.head.Flows[0])+" beside the flow can say what it answers: "+how)
}

// asked shows an effect. What the phone shows anyway is not for plays.
func (t *try) asked(l play.Line) {
	kind, _, _ := strings.Cut(l.Text, " ")
	quiet := slices.Contains([]string{"Event", "PlaceCall", "EndCall", "StopPrompt"}, kind)
	if !quiet {
		t.went = append(t.went, l)
	}
	if t.verbose || !quiet {
		t.say(dim, l.String())
	}
}

// write keeps the conversation as a play, and performs it once: a play that
// cannot be repeated is no test.
func (t *try) write(file string) error {
	h := t.head
	for i := range h.Flows {
		h.Flows[i] = relative(file, h.Flows[i])
	}
	if h.StubsFile != "" {
		h.StubsFile = relative(file, h.StubsFile)
	}
	p := &play.Play{File: file, Head: h, Body: t.went}
	if file == "-" {
		_, err := io.WriteString(t.stdout, p.String())
		return err
	}
	if err := os.WriteFile(file, []byte(p.String()), 0o644); err != nil {
		return err
	}
	ran, err := testPlay(file, play.Options{}, false)
	switch {
	case err != nil:
		return err
	case ran.Err != nil:
		return fmt.Errorf("%s was written, and cannot be performed: %w", file, ran.Err)
	case !ran.OK():
		return fmt.Errorf("%s was written, and goes otherwise: %v", file, ran.Failures[0])
	}
	fmt.Fprintf(t.stdout, "wrote %s\n", file)
	return nil
}

// relative names target as seen from the folder of file.
func relative(file, target string) string {
	if file == "-" {
		return target
	}
	from, err1 := filepath.Abs(filepath.Dir(file))
	to, err2 := filepath.Abs(target)
	if err1 != nil || err2 != nil {
		return target
	}
	rel, err := filepath.Rel(from, to)
	if err != nil {
		return target
	}
	return filepath.ToSlash(rel)
}
