package admin

import (
	"strings"
	"testing"

	"outdial/engine"
	"outdial/resource"
	"outdial/wire"
)

type testAnswer struct {
	Passed      bool
	From        string
	Error, Code string
	Steps       []engine.Step
}

func (a testAnswer) said() string {
	var b strings.Builder
	for _, s := range a.Steps {
		b.WriteString(s.Account + ": " + s.What + "\n")
	}
	return b.String()
}

func TestLines(t *testing.T) {
	play(t, func(c *Config) { c.Kinds = map[string]string{"slow": "smpp"} }, func(h *house) {
		h.put(resource.KindNumber, demo, "second", "+12065550191", resource.Number{Meta: resource.Meta{ID: "second", Name: "+12065550191"},
			Number: "+12065550191", Channels: []string{"SMS"}, Account: "slow", Routes: []string{"sim"}, Throttle: 2, Quiet: "21:00-08:00"})
		h.put(resource.KindNumber, foreign, "theirs", "+12065550192", resource.Number{Meta: resource.Meta{ID: "theirs", Name: "+12065550192"}, Number: "+12065550192"})
		var out struct {
			Lines   []carrierLine
			Routes  []engine.Route
			Numbers []engine.NumberRoute
		}
		h.get("GET", "lines", "", &out)
		if len(out.Lines) != 2 || out.Lines[0].Account != "sim" || !out.Lines[0].Simulate || !out.Lines[0].Up || out.Lines[1].Kind != "smpp" || out.Lines[1].Circuit != "closed" {
			t.Errorf("lines %+v", out.Lines)
		}
		if len(out.Numbers) != 2 || out.Routes == nil { // those of the caller's account only
			t.Fatalf("numbers %+v", out.Numbers)
		}
		n := out.Numbers[1]
		if n.Number != "+12065550191" || strings.Join(n.Accounts, " ") != "slow sim" || n.Throttle != 2 || n.Quiet != "21:00-08:00" {
			t.Errorf("number %+v", n)
		}
		h.creds = wire.Credentials{AccessKeyID: "AKREADER", SecretAccessKey: "reader secret"}
		h.get("GET", "lines", "", nil)
		h.refused("POST", "lines/test", `{"number":"`+ann+`"}`, 403, "")
	})
}

func TestALineIsTested(t *testing.T) {
	play(t, nil, func(h *house) {
		var out testAnswer
		h.get("POST", "lines/test", `{"number":"`+ann+`"}`, &out)
		if !out.Passed || out.From != ours || !strings.Contains(out.said(), "sim: taken") {
			t.Errorf("%+v", out)
		}
		var lines struct{ Lines []carrierLine }
		h.get("GET", "lines", "", &lines)
		if lines.Lines[0].Proven.IsZero() || !lines.Lines[1].Proven.IsZero() {
			t.Errorf("%+v", lines)
		}
		// Where no receipt comes, what the carrier took has passed.
		h.put(resource.KindNumber, demo, "second", "+12065550191", resource.Number{Meta: resource.Meta{ID: "second", Name: "+12065550191"},
			Number: "+12065550191", Channels: []string{"SMS"}, Account: "slow"})
		close(h.free)
		h.get("POST", "lines/test", `{"number":"`+ann+`","account":"slow","wait":"2s"}`, &out)
		if !out.Passed || out.From != "+12065550191" || !strings.Contains(out.said(), "no receipt in time") {
			t.Errorf("%+v", out)
		}
		// A test that does not pass is an answer too.
		h.get("PUT", "optout/number/"+ann, "", nil)
		h.get("POST", "lines/test", `{"number":"`+ann+`"}`, &out)
		if out.Passed || out.Code != engine.CodeOptedOut || !strings.Contains(out.said(), "opted out") {
			t.Errorf("%+v", out)
		}
	})
}

func TestTestsThatCannotBe(t *testing.T) {
	play(t, nil, func(h *house) {
		for body, want := range map[string]struct {
			status int
			field  string
		}{
			`{"number":"5551234"}`:                                                {400, "number"},
			`{"number":"` + ann + `","channel":"FAX"}`:                            {400, "channel"},
			`{"number":"` + ann + `","wait":"1h"}`:                                {400, "wait"},
			`{"number":"` + ann + `","account":"nobody"}`:                         {404, "account"},
			`{"number":"` + ann + `","from":"+12065550999"}`:                      {404, "from"},
			`{"number":"` + ann + `","texts":"x"}`:                                {400, "texts"},
			`{"number":"` + ann + `","text":"` + strings.Repeat("x", 1025) + `"}`: {400, "text"},
		} {
			h.refused("POST", "lines/test", body, want.status, want.field)
		}
	})
}
