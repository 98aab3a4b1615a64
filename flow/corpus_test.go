package flow

import (
	"bufio"
	"hash/fnv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"outdial/contact"
	"outdial/resource"
)

// corpus gives the real flows of the folder that FLOW_CORPUS names, with what
// its index says of their origin.
func corpus(t *testing.T) map[string]struct {
	origin string
	doc    []byte
} {
	t.Helper()
	dir := os.Getenv("FLOW_CORPUS")
	if dir == "" {
		t.Skip("FLOW_CORPUS is not set: the real flows are not checked")
	}
	index, err := os.Open(filepath.Join(dir, "INDEX.md"))
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	out := map[string]struct {
		origin string
		doc    []byte
	}{}
	lines := bufio.NewScanner(index)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		cells := strings.Split(lines.Text(), "|")
		if len(cells) < 7 || !strings.HasSuffix(strings.TrimSpace(cells[1]), ".json") {
			continue
		}
		name := strings.TrimSpace(cells[1])
		doc, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = struct {
			origin string
			doc    []byte
		}{strings.TrimSpace(cells[5]), doc}
	}
	return out
}

// What the service exported it accepted; so do we, but for types that are not
// honoured yet. What it refuses for its types, we refuse by their names.
func TestCorpusCheck(t *testing.T) {
	missing := map[string]int{}
	accepted := 0
	for name, f := range corpus(t) {
		problems := Check(f.doc, CheckOptions{}).Problems()
		bad := 0
		for _, p := range problems {
			kind, isType := strings.CutPrefix(p.Message, "Invalid Action type. Type: ")
			switch {
			case isType && strings.HasPrefix(f.origin, "invalid types:") && strings.Contains(f.origin, kind):
			case isType:
				missing[kind]++
				bad++
			case f.origin == "console export":
				t.Errorf("%s: %s", name, p)
			}
		}
		if strings.HasPrefix(f.origin, "invalid types:") && len(problems) == 0 {
			t.Errorf("%s: accepted", name)
		}
		if bad == 0 && len(problems) == 0 {
			accepted++
		}
		if f.origin == "console export" {
			if _, err := Parse(name, f.doc); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	t.Logf("%d accepted; not honoured yet: %v", accepted, missing)
}

// Every real flow runs, whatever the world answers: no error, no panic, and an
// end that says why.
func TestCorpusRuns(t *testing.T) {
	passed, all, ends := map[string]bool{}, 0, map[string]int{}
	for name, file := range corpus(t) {
		f, err := Parse("f", file.doc)
		if err != nil {
			continue
		}
		all += f.Actions()
		for _, channel := range []string{"VOICE", "SMS"} {
			for seed := range 20 {
				s := stageOf(t, channel, greet)
				s.w.flows["f"] = f
				s.w.bots = bookable()
				s.w.serves = map[string]bool{"lex": true}
				s.w.hours = map[string]*resource.Hours{"": {TimeZone: "UTC"}}
				s.hear(contact.Started{})
				for n := 0; n < 60 && s.c.Open(); n++ {
					for _, p := range s.out.Passed {
						passed[name+" "+p.Action] = true
					}
					s.later(time.Second).hear(s.reply(seed, n))
				}
				ends[s.c.Reason]++
				if !s.c.Open() && len(s.out.Notes) == 0 && len(s.out.Passed) > 0 && s.out.Passed[len(s.out.Passed)-1].Branch != "end" {
					t.Errorf("%s: ended without a word: %s", name, s.path())
				}
			}
		}
	}
	t.Logf("passed %d of %d actions; ends %v", len(passed), all, ends)
}

// reply is one of the possible answers to what the flow asked for last, drawn
// from seed and n.
func (s *stage) reply(seed, n int) contact.Input {
	h := fnv.New32a()
	h.Write([]byte(strconv.Itoa(seed) + "." + strconv.Itoa(n)))
	pick := int(h.Sum32()>>8) % 4
	visit := s.c.Position.Visit
	for _, e := range s.out.Effects {
		switch e.(type) {
		case contact.PlaceCall:
			return contact.CallAnswered{}
		case contact.PlayPrompt:
			return contact.PromptEnded{Visit: visit}
		case contact.CollectDigits:
			return contact.DigitsReceived{Visit: visit, Digits: []string{"1", "2", "9", ""}[pick], End: contact.Complete}
		case contact.CollectSpeech:
			return contact.SpeechReceived{Visit: visit, Text: []string{"mon", "book", "huh", ""}[pick]}
		case contact.StreamCall:
			return contact.StreamChanged{Visit: visit}
		case contact.InvokeFunction:
			return contact.FunctionReturned{Visit: visit, Payload: []byte(`{"status":"ok"}`), Error: []string{"", "", "", "down"}[pick]}
		case contact.CallService:
			return contact.ServiceReturned{Visit: visit, Payload: []byte(`{"sessionState":{"intent":{"name":"FallbackIntent","state":"Failed"}}}`),
				Code: []string{"", "", "", "AccessDeniedException"}[pick]}
		}
	}
	if pick == 0 {
		return contact.MessageReceived{Text: "1"}
	}
	return contact.TimerFired{Name: "wait", Visit: visit}
}
