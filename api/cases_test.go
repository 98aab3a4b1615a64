package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"outdial/gateway/loopback"
	"outdial/resource"
	"outdial/store"
)

var update = flag.Bool("update", false, "rewrite the answers in testdata")

// TestCases plays the conversations of testdata: each file is a house of its
// own, and a row of requests with the answers to them.
//
//	-- case: instance quotas=aws --   changes the instance, before anything else
//	-- PUT /contact/outbound-chat --  a request, its body below
//	-- 200 --                         the answer to it; for an error "400 InvalidRequestException"
//	-- reply +12065550100 yes --      the person behind a handset writes to the last number that wrote
//	-- picture +12065550100 a.png --  or sends a picture
//	-- upload --                      a picture is put to the address that an answer gave last
//	-- answer +12065550100 --         or takes the call
//	-- advance 25h --                 time moves
//	-- restart --                     the server ends and starts again
//	-- handset +12065550100 --        what is on the handset
//
// What every house has is called $instance, $flow and so on; $arn begins an ARN.
// Ids that the server made stand as <id-1>, <id-2>… in order of appearance, in
// requests too, and times as <time>.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			a := txtar.Parse(raw)
			p := &player{ids: map[string]string{}}
			p.play(t, a)
			if *update && !t.Failed() {
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestEveryOperationHasACase fails for an operation that no case calls.
func TestEveryOperationHasACase(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	var all bytes.Buffer
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range txtar.Parse(raw).Files {
			all.WriteString(s.Name + "\n")
		}
	}
	for _, o := range New(Config{}).Operations() {
		pattern := regexp.MustCompile(`\\\{[^}]*\}`).ReplaceAllString(regexp.QuoteMeta(o.Path), `[^/? \n]+`)
		if !regexp.MustCompile(`(?m)^` + o.Method + " " + pattern + `(\?|$)`).Match(all.Bytes()) {
			t.Errorf("no case in testdata calls %s (%s %s)", o.Name, o.Method, o.Path)
		}
	}
}

// drawing is what looks like a picture.
const drawing = "\x89PNG\r\n\x1a\nthe rest"

type player struct {
	h    *house
	put  string            // id of the file whose content goes to the address that came last
	ids  map[string]string // as it is → as it stands in the file
	from string
}

func (p *player) play(t *testing.T, a *txtar.Archive) {
	var change []func(*resource.Instance)
	for _, f := range a.Files {
		if rest, ok := strings.CutPrefix(f.Name, "case: instance "); ok {
			change = append(change, adjusting(t, rest))
		}
	}
	p.h = build(t, change...)
	var got string
	for i := range a.Files {
		f := &a.Files[i]
		word, rest, _ := strings.Cut(f.Name, " ")
		switch word {
		case "case:":
		case "GET", "PUT", "POST", "DELETE":
			got = p.request(word, rest, string(f.Data))
		case "handset":
			want := p.handset(rest)
			if *update {
				f.Data = []byte(want)
			} else if want != string(f.Data) {
				t.Errorf("%s:\ngot\n%swant\n%s", f.Name, want, f.Data)
			}
		case "reply", "picture", "upload", "answer", "press", "hangup", "advance", "restart":
			p.act(t, word, rest)
		default: // an answer
			status, body, _ := strings.Cut(got, "\n")
			if *update && status == f.Name {
				f.Data = []byte(body)
				continue
			}
			if status != f.Name || body != string(f.Data) {
				t.Errorf("%s:\ngot\n-- %s --\n%swant\n-- %s --\n%s", a.Files[max(0, i-1)].Name, status, body, f.Name, f.Data)
			}
		}
		if t.Failed() {
			return
		}
	}
}

// adjusting reads "quotas=aws destinations=aws outbound=false".
func adjusting(t *testing.T, words string) func(*resource.Instance) {
	return func(in *resource.Instance) {
		for _, w := range strings.Fields(words) {
			key, value, _ := strings.Cut(w, "=")
			switch key {
			case "quotas":
				in.Quotas = value
			case "destinations":
				in.Destinations = value
			case "references":
				in.References = value
			case "outbound":
				in.Outbound = value == "true"
			case "region":
				in.Region = value
			default:
				t.Fatalf("no setting %q", key)
			}
		}
	}
}

// request sends a request with ids put in, and gives status line and body with
// ids and times taken out.
func (p *player) request(method, path, body string) string {
	in := func(s string) string {
		s = furniture.Replace(s)
		for is, stands := range p.ids {
			s = strings.ReplaceAll(s, stands, is)
		}
		return s
	}
	status, exception, answer := p.h.do(method, in(path), in(strings.TrimSpace(body)))
	p.h.rest()
	line := strings.TrimSpace(fmt.Sprintf("%d %s", status, exception))
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, []byte(answer), "", "  "); err != nil {
		return line + "\n" + answer + "\n"
	}
	return line + "\n" + p.plain(pretty.String()) + "\n"
}

// furniture are the names by which cases call what every house has.
var furniture = strings.NewReplacer("$instance", instanceID, "$other", otherID, "$number", numberID, "$whatsapp", whatsAppID,
	"$hours", hoursID, "$queue", queueID, "$flow", flowID, "$voice", voiceID, "$draft", draftID, "$whisper", whisperID,
	"$prompt", promptID, "$security", securityID, "$online", onlineID, "$offline", offlineID, "$dumb", dumbID, "$arn", "arn:aws:connect:us-east-1:"+account)

var (
	uuids  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)
	times  = regexp.MustCompile(`("\w*(?:Time(?:stamp)?|InMillis)": )\d+(?:\.\d+)?`)
	isos   = regexp.MustCompile(`("(?:CreationTime|UrlExpiry)": )"[^"]+"`)
	signed = regexp.MustCompile(`attachments/([0-9a-f-]+)\?expires=\d+&signature=[0-9a-f]+`)
	tokens = regexp.MustCompile(`("NextToken": ")([^"]+)`)
)

// plain takes out what differs from run to run. Only the ids that the server
// makes are of version 7.
func (p *player) plain(s string) string {
	if m := signed.FindStringSubmatch(s); m != nil {
		p.put = m[1]
	}
	s = signed.ReplaceAllString(s, "attachments/$1?<signed>")
	s = isos.ReplaceAllString(s, `$1"<time>"`)
	s = uuids.ReplaceAllStringFunc(s, func(id string) string { return p.name(id, "id") })
	s = tokens.ReplaceAllStringFunc(s, func(m string) string {
		g := tokens.FindStringSubmatch(m)
		return g[1] + p.name(g[2], "token")
	})
	return times.ReplaceAllStringFunc(s, func(m string) string {
		g := times.FindStringSubmatch(m)
		if strings.HasSuffix(m, " 1700000000") {
			return m
		}
		return g[1] + `"<time>"`
	})
}

func (p *player) name(is, kind string) string {
	if p.ids[is] == "" {
		n := 1
		for _, stands := range p.ids {
			if strings.HasPrefix(stands, "<"+kind+"-") {
				n++
			}
		}
		p.ids[is] = fmt.Sprintf("<%s-%d>", kind, n)
	}
	return p.ids[is]
}

// handset writes what is on a handset.
func (p *player) handset(number string) string {
	p.h.rest()
	v := p.h.world.Handset(number)
	var b strings.Builder
	for _, m := range v.Messages {
		p.from = m.From
		fmt.Fprintf(&b, "%s %s %s -> %s: %s\n", m.Channel, map[string]string{loopback.In: "<", loopback.Out: ">"}[m.Direction], m.From, m.To, m.Text)
		if m.Template != "" {
			fmt.Fprintf(&b, "  template %s\n", m.Template)
		}
	}
	if v.Call.State != "idle" {
		fmt.Fprintf(&b, "call %s from %s heard %q\n", v.Call.State, v.Call.From, v.Call.Heard)
	}
	return b.String()
}

// act is what happens outside of the API.
func (p *player) act(t *testing.T, word, rest string) {
	number, what, _ := strings.Cut(rest, " ")
	var err error
	switch word {
	case "reply":
		_, err = p.h.world.Write(t.Context(), number, loopback.Writing{Text: what, To: p.from})
	case "picture":
		_, err = p.h.world.Write(t.Context(), number, loopback.Writing{To: p.from, Attachments: []loopback.Enclosed{{Name: what, Data: []byte(drawing)}}})
	case "upload":
		var f *store.File
		if f, err = p.h.store.File(t.Context(), p.put); err == nil {
			err = p.h.files.Fill(t.Context(), f, strings.NewReader(drawing))
		}
	case "answer", "hangup":
		err = p.h.world.Act(t.Context(), number, loopback.Act{Action: word})
	case "press":
		err = p.h.world.Act(t.Context(), number, loopback.Act{Action: word, Digits: what})
	case "advance":
		d, bad := time.ParseDuration(rest)
		if bad != nil {
			t.Fatal(bad)
		}
		p.h.advance(d)
	case "restart":
		p.h.restart()
	}
	if err != nil {
		t.Fatalf("%s %s: %v", word, rest, err)
	}
	p.h.rest()
}
