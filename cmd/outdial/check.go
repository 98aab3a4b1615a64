package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"outdial/config"
	"outdial/contact"
	"outdial/flow"
	"outdial/flow/legacy"
)

const checkAbout = `
Checks flows as the service does when they are published, and finds all problems
at once. A folder stands for the flows in it. Ends with status 1 where there is a
problem; warnings are no problem, unless -strict makes them one.

  outdial check reminder.json
  outdial check -type CUSTOMER_QUEUE -strict flows/`

// channelNames are what -channel takes, and what a contact makes of it.
var channelNames = map[string]struct {
	channel contact.Channel
	subtype string
}{
	"":         {},
	"VOICE":    {contact.Voice, contact.Telephony},
	"SMS":      {contact.Chat, contact.SMS},
	"WHATSAPP": {contact.Chat, contact.WhatsApp},
	"CHAT":     {contact.Chat, contact.WebChat},
	"TASK":     {contact.Task, contact.TaskType},
}

// A checked is what was found in one file.
type checked struct {
	File     string        `json:"file"`
	Problems flow.Findings `json:"problems"`
	Warnings flow.Findings `json:"warnings"`
}

// runCheck checks flows.
func runCheck(_ context.Context, e env, args []string) error {
	set := flags(e, "check", "FLOW.json…", checkAbout)
	strict := set.Bool("strict", false, "refuse what the service refuses today though its older exports have it")
	typ := set.String("type", "", "flow `TYPE`, such as CONTACT_FLOW, CUSTOMER_QUEUE or MODULE (default: what the export says)")
	channel := set.String("channel", "", "`CHANNEL` on which the flow will run: voice, sms, whatsapp, chat or task")
	output := set.String("o", "text", "`FORMAT`: text or json")
	var attributes list
	set.Var(&attributes, "attribute", "`NAME` of an attribute that the request sets (may be repeated)")
	words, err := parse(set, args)
	if err != nil {
		return err
	}
	ch, ok := channelNames[strings.ToUpper(*channel)]
	switch {
	case len(words) == 0:
		return usagef("which flow?")
	case *typ != "" && !slices.Contains(config.FlowTypes(), *typ):
		return usagef("-type: one of %s, not %q", strings.Join(config.FlowTypes(), ", "), *typ)
	case !ok:
		return usagef("-channel: one of voice, sms, whatsapp, chat, task, not %q", *channel)
	case *output != "text" && *output != "json":
		return usagef("-o: text or json, not %q", *output)
	}
	files, err := flowFiles(words)
	if err != nil {
		return err
	}
	o := flow.CheckOptions{Type: *typ, Channel: ch.channel, Subtype: ch.subtype, Strict: *strict, Attributes: attributes}
	all := make([]checked, 0, len(files))
	for _, f := range files {
		doc, remarks, err := readFlow(f)
		if err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
		for _, r := range remarks {
			fmt.Fprintf(e.stderr, "%s: %s\n", f, r)
		}
		found := flow.Check(doc, o)
		all = append(all, checked{f, append(flow.Findings{}, found.Problems()...), append(flow.Findings{}, found.Warnings()...)})
	}
	if *output == "json" {
		j := json.NewEncoder(e.stdout)
		j.SetEscapeHTML(false)
		j.SetIndent("", "  ")
		err = j.Encode(all)
	} else {
		err = printChecked(e.stdout, all)
	}
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(c checked) bool { return len(c.Problems) > 0 }) {
		return exitError(1)
	}
	return nil
}

// flowFiles gives the files that words name; a folder stands for the flows in
// it, at any depth.
func flowFiles(words []string) ([]string, error) {
	var out []string
	for _, w := range words {
		files, err := filesIn(w, func(p string) bool { return filepath.Ext(p) == ".json" && looksLikeFlow(p) })
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("there is no flow in the folder %s", w)
		}
		out = append(out, files...)
	}
	return out, nil
}

// filesIn gives path itself where it is a file, else those of the folder, at any
// depth, that fit.
func filesIn(path string, fit func(string) bool) (out []string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && fit(p) {
			out = append(out, p)
		}
		return err
	})
	return out, err
}

// looksLikeFlow tells whether a JSON file of a folder is meant to be a flow: one
// that is broken is not passed over.
func looksLikeFlow(file string) bool {
	doc, err := os.ReadFile(file)
	if err != nil {
		return true
	}
	var head map[string]json.RawMessage
	if json.Unmarshal(doc, &head) != nil {
		return strings.Contains(string(doc), `"StartAction"`)
	}
	return head["StartAction"] != nil || head["Actions"] != nil || legacy.Is(doc)
}

func printChecked(w io.Writer, all []checked) error {
	var b strings.Builder
	problems, warnings := 0, 0
	for _, c := range all {
		problems += len(c.Problems)
		warnings += len(c.Warnings)
		for _, list := range []flow.Findings{c.Problems, c.Warnings} {
			for _, f := range list {
				writeFinding(&b, c.File, f)
			}
		}
	}
	fmt.Fprintf(&b, "%s, %s, %s\n", plural(len(all), "flow"), plural(problems, "problem"), plural(warnings, "warning"))
	_, err := io.WriteString(w, b.String())
	return err
}

// writeFinding writes one finding: what and where on the first line, the hint
// on the second.
func writeFinding(b *strings.Builder, file string, f flow.Finding) {
	fmt.Fprintf(b, "%s: %s: %s", file, f.Severity, f.Message)
	// Some wordings of the service name the path themselves.
	if f.Path != "" && !strings.Contains(f.Message, f.Path) {
		b.WriteString(", at " + f.Path)
	}
	if f.Action != "" {
		fmt.Fprintf(b, " (action %q)", f.Action)
	}
	b.WriteByte('\n')
	if f.Hint != "" {
		fmt.Fprintf(b, "    %s\n", f.Hint)
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
