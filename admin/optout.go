package admin

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/resource"
	"outdial/store"
)

// A mark is a number on a list, and what is known of how it came there.
type mark struct {
	Number string          `json:"number"`
	Entry  json.RawMessage `json:"entry"`
}

// A note is what we write beside a number.
type note struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"` // the access key
	Note string    `json:"note,omitempty"`
}

// lists gives the opt-out lists of the caller's account, and whose they are.
func lists(t *store.Tx, c *call) (map[string][]string, error) {
	all, err := instances(t, c)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]string)
	for _, i := range all {
		rows, err := t.Resources(resource.KindNumber, i.ID, "", 0)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			n := new(resource.Number)
			if err := json.Unmarshal(r.Doc, n); err != nil {
				return nil, err
			}
			if len(n.Channels) == 1 && n.Channels[0] == "VOICE" {
				continue // it sends no messages
			}
			list := engine.OptOutList(n)
			out[list] = append(out[list], n.Number)
		}
	}
	return out, nil
}

// prefix is what the marks of the path's list begin with. An opt-out list goes
// by its name or by a number that keeps it.
func prefix(t *store.Tx, c *call) (string, error) {
	if ref := c.label["instance"]; ref != "" {
		i, err := instance(t, c, ref)
		if err != nil {
			return "", err
		}
		return engine.DoNotContactKey(i.ID, ""), nil
	}
	ref := c.label["list"]
	all, err := lists(t, c)
	if err != nil {
		return "", err
	}
	for list, numbers := range all {
		if list == ref || slices.Contains(numbers, ref) {
			return engine.OptOutKey(list, ""), nil
		}
	}
	return "", fault.New(fault.NotFound, "list: no number of account %s keeps a list %q", c.caller.Account, ref)
}

func (s *Server) listOptOutLists(c *call) error {
	type list struct {
		Name    string   `json:"name"`
		Numbers []string `json:"numbers"` // of ours that keep it
	}
	out := struct {
		Lists []list `json:"lists"`
	}{Lists: []list{}}
	err := s.Store.View(c.r.Context(), func(t *store.Tx) error {
		all, err := lists(t, c)
		for name, numbers := range all {
			out.Lists = append(out.Lists, list{name, numbers})
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.SortFunc(out.Lists, func(a, b list) int { return strings.Compare(a.Name, b.Name) })
	s.write(c, 200, out)
	return nil
}

// page gives marks of a list behind a number.
func page(t *store.Tx, prefix, after string, n int) (list []mark, err error) {
	if after != "" {
		after = prefix + after
	}
	keys, docs, err := t.Marks(prefix, after, n)
	for i, key := range keys {
		list = append(list, mark{strings.TrimPrefix(key, prefix), docs[i]})
	}
	return list, err
}

func (s *Server) listMarks(c *call) error {
	n, err := c.limit()
	if err != nil {
		return err
	}
	out := struct {
		Numbers []mark `json:"numbers"`
		Next    string `json:"next,omitempty"`
	}{Numbers: []mark{}}
	err = s.Store.View(c.r.Context(), func(t *store.Tx) error {
		p, err := prefix(t, c)
		if err != nil {
			return err
		}
		list, err := page(t, p, c.query.Get("after"), n)
		out.Numbers = append(out.Numbers, list...)
		return err
	})
	if err != nil {
		return err
	}
	if len(out.Numbers) == n {
		out.Next = out.Numbers[n-1].Number
	}
	s.write(c, 200, out)
	return nil
}

// exportMarks gives a whole list as text that import takes: a number, a comma,
// and when it came there.
func (s *Server) exportMarks(c *call) error {
	begun := false
	for after := ""; ; {
		var list []mark
		err := s.Store.View(c.r.Context(), func(t *store.Tx) error {
			p, err := prefix(t, c)
			if err == nil {
				list, err = page(t, p, after, 1000)
			}
			return err
		})
		if err != nil && begun {
			s.Log.Error("an export was cut short", "err", err)
			panic(http.ErrAbortHandler) // the caller must not take it for whole
		}
		if err != nil {
			return err
		}
		if !begun {
			c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			c.w.WriteHeader(200)
			begun = true
		}
		for _, m := range list {
			var v struct {
				At string `json:"at"`
			}
			json.Unmarshal(m.Entry, &v) // an entry without a time has none
			if _, err := fmt.Fprintf(c.w, "%s,%s\n", m.Number, v.At); err != nil {
				return nil // the caller is gone
			}
			after = m.Number
		}
		if len(list) < 1000 {
			return nil
		}
	}
}

// importAtOnce is how many numbers are kept in one unit of work.
const importAtOnce = 500

// importMarks puts numbers on a list, one a line; what follows a comma or # is
// not read. Either every line is good, or nothing is kept.
func (s *Server) importMarks(c *call) error {
	numbers, err := readNumbers(bytes.NewReader(c.body))
	if err != nil {
		return err
	}
	doc, err := json.Marshal(note{s.Engine.Now(), c.caller.AccessKeyID, "import"})
	if err != nil {
		return err
	}
	added := 0
	for some := range slices.Chunk(numbers, importAtOnce) {
		var n int
		err := s.Store.Update(c.r.Context(), store.Need{}, func(t *store.Tx) error {
			n = 0
			p, err := prefix(t, c)
			if err != nil {
				return err
			}
			for _, number := range some {
				_, there, err := t.Mark(p+number, s.Engine.Now())
				if err != nil {
					return err
				}
				if there {
					continue // what is known of it stays
				}
				if err := t.PutMark(p+number, doc, time.Time{}); err != nil {
					return err
				}
				n++
			}
			return nil
		})
		if err != nil {
			return err
		}
		added += n
	}
	s.Log.Info("numbers imported", "list", c.r.URL.Path, "by", c.caller.ARN, "added", added, "there", len(numbers)-added)
	s.write(c, 200, map[string]int{"added": added, "known": len(numbers) - added})
	return nil
}

// readNumbers reads one number a line.
func readNumbers(r io.Reader) (numbers []string, err error) {
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := lines.Text()
		if i := strings.IndexAny(text, ",#"); i >= 0 {
			text = text[:i]
		}
		text = strings.Trim(text, " \t\r\"\ufeff")
		if text == "" {
			continue
		}
		if !contact.E164(text) {
			return nil, fault.New(fault.Invalid, "line %d: E.164, like +12065550100, not %q", n, text)
		}
		numbers = append(numbers, text)
	}
	if err := lines.Err(); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the body cannot be read as lines")
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), nil
}

func (s *Server) describeMark(c *call) error {
	number, err := c.number()
	if err != nil {
		return err
	}
	var doc json.RawMessage
	err = s.Store.View(c.r.Context(), func(t *store.Tx) error {
		p, err := prefix(t, c)
		if err != nil {
			return err
		}
		var there bool
		doc, there, err = t.Mark(p+number, s.Engine.Now())
		if err == nil && !there {
			err = fault.New(fault.NotFound, "number: %s is not on the list", number)
		}
		return err
	})
	if err != nil {
		return err
	}
	s.write(c, 200, mark{number, doc})
	return nil
}

// putMark puts a number on a list; one that is there already stays as it is.
func (s *Server) putMark(c *call) error {
	number, err := c.number()
	if err != nil {
		return err
	}
	var in struct {
		Note string `json:"note"`
	}
	if len(c.body) > 0 {
		if err := c.decode(&in); err != nil {
			return err
		}
	}
	if len(in.Note) > 1000 {
		return fault.New(fault.Invalid, "note: at most 1000 bytes, not %d", len(in.Note))
	}
	var doc json.RawMessage
	err = s.Store.Update(c.r.Context(), store.Need{}, func(t *store.Tx) error {
		p, err := prefix(t, c)
		if err != nil {
			return err
		}
		var there bool
		if doc, there, err = t.Mark(p+number, s.Engine.Now()); err != nil || there {
			return err
		}
		if doc, err = json.Marshal(note{s.Engine.Now(), c.caller.AccessKeyID, in.Note}); err != nil {
			return err
		}
		return t.PutMark(p+number, doc, time.Time{})
	})
	if err != nil {
		return err
	}
	s.write(c, 200, mark{number, doc})
	return nil
}

func (s *Server) deleteMark(c *call) error {
	number, err := c.number()
	if err != nil {
		return err
	}
	err = s.Store.Update(c.r.Context(), store.Need{}, func(t *store.Tx) error {
		p, err := prefix(t, c)
		if err != nil {
			return err
		}
		_, there, err := t.Mark(p+number, s.Engine.Now())
		if err == nil && !there {
			err = fault.New(fault.NotFound, "number: %s is not on the list", number)
		}
		if err != nil {
			return err
		}
		return t.DropMark(p + number)
	})
	if err != nil {
		return err
	}
	s.write(c, 200, map[string]string{"removed": number})
	return nil
}
