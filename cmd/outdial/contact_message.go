package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"mime"
	"os"
	"path/filepath"
	"strings"
	"time"

	"outdial/contact"
)

// ticks mark how far a message has come.
var ticks = map[string]string{contact.StatusQueued: "…", contact.StatusSent: "✓", contact.StatusDelivered: "✓✓", contact.StatusRead: "✓✓ read",
	contact.StatusFailed: "✗", contact.StatusCancelled: "✗ cancelled", contact.StatusUnknown: "? fate unknown"}

// A toldMessage is a message as the server tells of it: with what it waits for,
// where it has not left.
type toldMessage struct {
	*contact.Message
	Waits *waits `json:"waits,omitempty"`
}

type waits struct {
	Why   string    `json:"why,omitempty"`
	Tries int       `json:"tries,omitempty"`
	Until time.Time `json:"until,omitzero"`
}

func (w *waits) String() string {
	text := "it waits"
	if !w.Until.IsZero() {
		text += " until " + clockTime(w.Until)
	}
	if text += ": " + cmp.Or(w.Why, "for its turn"); w.Tries > 0 {
		text += ", tried " + often(w.Tries)
	}
	return text
}

// clockTime is a time of today, or of the day that it is on.
func clockTime(t time.Time) string {
	if t = t.Local(); time.Until(t) > 12*time.Hour {
		return t.Format("2006-01-02 15:04:05")
	}
	return t.Format("15:04:05")
}

// often counts in words.
func often(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

// messages gives a contact's messages and what became of them.
func (c *client) messages(ctx context.Context, id string) ([]toldMessage, error) {
	var out struct {
		Messages []toldMessage `json:"messages"`
	}
	err := c.call(ctx, "GET", "/_outdial/contacts/"+escape(id)+"/messages", nil, &out)
	return out.Messages, err
}

// message shows a message, and below it what became of it: when, by whom, under
// which reference, in how many segments, and why not.
func (s *screen) message(m toldMessage) {
	at, what := s.paint("2", m.Created.Local().Format("15:04:05")), s.paint("32", "← "+m.Channel)
	if m.Direction == "OUTBOUND" {
		what = s.paint("36", "→ "+m.Channel+" "+cmp.Or(ticks[m.Status], m.Status))
	}
	fmt.Fprintf(s.w, "%s %s %s\n", at, what, said(m.Message))
	for _, line := range fate(m.Message) {
		if strings.HasPrefix(line, "✗") {
			line = s.paint("31", line)
		}
		fmt.Fprintln(s.w, "         "+line)
	}
	if m.Waits != nil {
		fmt.Fprintln(s.w, "         "+m.Waits.String())
	}
}

// said is what a message says, and which files go with it.
func said(m *contact.Message) string {
	var parts []string
	if m.Template != "" {
		parts = append(parts, "[template "+m.Template+"]")
	}
	if m.ContentType != "" && m.ContentType != "text/plain" {
		parts = append(parts, "["+m.ContentType+"]")
	}
	if m.Text != "" || len(m.Attachments) == 0 {
		parts = append(parts, fmt.Sprintf("%q", m.Text))
	}
	for _, a := range m.Attachments {
		parts = append(parts, fileWords(a))
	}
	return strings.Join(parts, " ")
}

// fate tells what became of a message, a line for each thing.
func fate(m *contact.Message) (lines []string) {
	var times []string
	failed := "failed"
	if m.Status == contact.StatusCancelled {
		failed = "cancelled"
	}
	for _, v := range []struct {
		what string
		at   time.Time
	}{{"sent", m.Sent}, {"delivered", m.Delivered}, {"read", m.Read}, {failed, m.Failed}} {
		if !v.at.IsZero() {
			times = append(times, v.what+" "+v.at.Local().Format("15:04:05"))
		}
	}
	about := []string{strings.Join(times, ", ")}
	if m.Account != "" {
		about = append(about, "by "+m.Account)
	}
	if m.Ref != "" {
		about = append(about, "reference "+m.Ref)
	}
	if m.Segments > 1 {
		about = append(about, fmt.Sprintf("%d segments", m.Segments))
	} else if m.Segments == 1 {
		about = append(about, "1 segment")
	}
	if m.Resent > 0 {
		about = append(about, "sent again "+often(m.Resent)+": nobody knew what had become of it")
	}
	if line := strings.TrimPrefix(strings.Join(about, ", "), ", "); line != "" {
		lines = append(lines, line)
	}
	if m.Code != "" || m.Error != "" {
		why := strings.TrimSuffix(strings.TrimSpace("code "+m.Code+": "+m.Error), ":")
		if m.Code == "" {
			why = m.Error
		}
		if m.Status == contact.StatusFailed {
			why = "✗ " + why
		}
		lines = append(lines, why)
	}
	for _, t := range m.Tried {
		lines = append(lines, "not by "+t.Account+": "+strings.TrimSpace(t.Code+" "+t.Error))
	}
	for _, a := range m.Attachments {
		switch {
		case a.Error != "":
			lines = append(lines, cmp.Or(a.Name, a.Type)+" is not kept: "+a.Error)
		case a.ID != "":
			lines = append(lines, "outdial contact file "+a.ID)
		case a.URL != "":
			lines = append(lines, a.URL)
		}
	}
	return lines
}

// fileWords is a file in words: its name, type and size.
func fileWords(a contact.Attachment) string {
	var parts []string
	for _, p := range []string{a.Name, a.Type} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	switch {
	case a.Size >= 1<<20:
		parts = append(parts, fmt.Sprintf("%.1f MB", float64(a.Size)/(1<<20)))
	case a.Size >= 1<<10:
		parts = append(parts, fmt.Sprintf("%d kB", a.Size>>10))
	case a.Size > 0:
		parts = append(parts, fmt.Sprintf("%d octets", a.Size))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func contactFile(ctx context.Context, e env, args []string) error {
	fs := flags(e, "contact file", "ID", "Fetches a file of a message, by the id that contact show tells.")
	var cf clientFlags
	cf.add(fs)
	output := fs.String("o", "", "write to `FILE`, - is standard output (default: the file's own name, which must not be there yet)")
	c, id, err := cf.one(e, fs, args, "file's id")
	if err != nil {
		return err
	}
	answer, err := c.send(ctx, "GET", filesPath+escape(id), nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if *output == "-" {
		_, err := io.Copy(e.stdout, answer.Body)
		return err
	}
	name, flag := *output, os.O_CREATE|os.O_WRONLY|os.O_TRUNC
	if name == "" {
		_, p, _ := mime.ParseMediaType(answer.Header.Get("Content-Disposition"))
		name, flag = filepath.Base(cmp.Or(p["filename"], "file")), os.O_CREATE|os.O_WRONLY|os.O_EXCL
	}
	f, err := os.OpenFile(name, flag, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, answer.Body)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		fmt.Fprintf(e.stdout, "%s, %d octets\n", name, n)
	}
	return err
}
