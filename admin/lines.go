package admin

import (
	"context"
	"slices"
	"strings"
	"time"

	"outdial/contact"
	"outdial/engine"
	"outdial/fault"
	"outdial/store"
)

// A carrierLine is how a carrier account does, and what it speaks.
type carrierLine struct {
	engine.Line
	Kind string `json:"kind,omitempty"`
}

// listLines tells how the carrier accounts of this node do, and which of them
// serve the caller's numbers.
func (s *Server) listLines(c *call) error {
	lines, err := s.Engine.Lines(c.r.Context())
	if err != nil {
		return err
	}
	out := struct {
		Lines   []carrierLine        `json:"lines"`
		Routes  []engine.Route       `json:"routes"`
		Numbers []engine.NumberRoute `json:"numbers"`
	}{Lines: []carrierLine{}, Routes: []engine.Route{}}
	for _, l := range lines {
		out.Lines = append(out.Lines, carrierLine{l, s.Kinds[l.Account]})
	}
	err = s.Store.View(c.r.Context(), func(t *store.Tx) error {
		routes, numbers, err := s.numbers(t, c)
		out.Routes, out.Numbers = append(out.Routes, routes...), numbers
		return err
	})
	if err != nil {
		return err
	}
	s.write(c, 200, out)
	return nil
}

// numbers gives the routes, and the numbers of the caller's account.
func (s *Server) numbers(t *store.Tx, c *call) ([]engine.Route, []engine.NumberRoute, error) {
	list, err := instances(t, c)
	if err != nil {
		return nil, nil, err
	}
	var ids []string
	for _, i := range list {
		ids = append(ids, i.ID)
	}
	return s.Engine.Routes(t, ids)
}

// Bounds of how long a test waits for what becomes of it.
const (
	testWait    = 30 * time.Second
	longestTest = 5 * time.Minute
)

// testSubtypes are the channels that a test may take.
var testSubtypes = map[string]string{"SMS": contact.SMS, "WHATSAPP": contact.WhatsApp, "VOICE": contact.Telephony}

// A lineTest is what is asked of a test.
type lineTest struct {
	Number  string `json:"number"`  // the handset
	Account string `json:"account"` // "" is those of the route
	From    string `json:"from"`    // our number; "" is the first that fits
	Channel string `json:"channel"` // SMS (default), WHATSAPP or VOICE
	Text    string `json:"text"`
	Wait    string `json:"wait"` // "30s"
}

// testLine sends one message, or places one call, and says what happened.
func (s *Server) testLine(c *call) error {
	var in lineTest
	if err := c.decode(&in); err != nil {
		return err
	}
	wait, err := in.check()
	if err != nil {
		return err
	}
	r := engine.Trial{To: in.Number, Account: in.Account, Subtype: testSubtypes[in.Channel], Text: in.Text}
	err = s.Store.View(c.r.Context(), func(t *store.Tx) error { return s.sender(t, c, &in, &r) })
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.r.Context(), wait)
	defer cancel()
	steps, err := s.Engine.Try(ctx, r)
	out := struct {
		Passed bool          `json:"passed"`
		From   string        `json:"from,omitempty"`
		Error  string        `json:"error,omitempty"`
		Code   string        `json:"code,omitempty"` // the carrier's own
		Steps  []engine.Step `json:"steps"`
	}{Passed: err == nil, From: r.From, Steps: append([]engine.Step{}, steps...)}
	if err != nil && len(steps) == 0 {
		return err
	}
	if err != nil {
		out.Error, out.Code = err.Error(), fault.CodeOf(err)
	}
	s.Log.Info("a line was tested", "by", c.caller.ARN, "account", in.Account, "passed", out.Passed)
	s.write(c, 200, out)
	return nil
}

// check fills in what was left out, or says what is wrong.
func (in *lineTest) check() (time.Duration, error) {
	if !contact.E164(in.Number) {
		return 0, fault.New(fault.Invalid, "number: E.164, like +12065550100, not %q", in.Number)
	}
	if in.Channel = strings.ToUpper(in.Channel); in.Channel == "" {
		in.Channel = "SMS"
	}
	if testSubtypes[in.Channel] == "" {
		return 0, fault.New(fault.Invalid, "channel: SMS, WHATSAPP or VOICE, not %q", in.Channel)
	}
	if in.Text == "" {
		in.Text = "This is a test message."
	}
	if len(in.Text) > 1024 {
		return 0, fault.New(fault.Invalid, "text: at most 1024 bytes, not %d", len(in.Text))
	}
	if in.Wait == "" {
		return testWait, nil
	}
	wait, err := time.ParseDuration(in.Wait)
	if err != nil || wait < time.Second || wait > longestTest {
		return 0, fault.New(fault.Invalid, "wait: 1s to %v, not %q", longestTest, in.Wait)
	}
	return wait, nil
}

// sender finds the number of ours that a test is sent from: the one that is
// named, or the first that has the channel and, where an account is named, is
// served by it.
func (s *Server) sender(t *store.Tx, c *call, in *lineTest, r *engine.Trial) error {
	if in.Account != "" && !slices.Contains(s.Engine.Carriers(), in.Account) {
		return fault.New(fault.NotFound, "account: there is no carrier account %q: %s", in.Account, strings.Join(s.Engine.Carriers(), ", "))
	}
	_, numbers, err := s.numbers(t, c)
	if err != nil {
		return err
	}
	var fits []engine.NumberRoute
	for _, n := range numbers {
		switch {
		case in.From != "" && n.Number == in.From:
			r.Instance, r.From = n.Instance, n.Number
			return nil
		case in.From == "" && slices.Contains(n.Channels, in.Channel):
			fits = append(fits, n)
		}
	}
	if in.From != "" {
		return fault.New(fault.NotFound, "from: no number of account %s is %q", c.caller.Account, in.From)
	}
	slices.SortStableFunc(fits, func(a, b engine.NumberRoute) int {
		return rank(b, in.Account) - rank(a, in.Account)
	})
	if len(fits) > 0 {
		r.Instance, r.From = fits[0].Instance, fits[0].Number
		return nil
	}
	if in.Account == "" {
		return fault.New(fault.NotFound, "from: no number of account %s has the channel %s", c.caller.Account, in.Channel)
	}
	list, err := instances(t, c) // the account has a sender of its own, or calls
	if err == nil && len(list) > 0 {
		r.Instance = list[0].ID
	}
	return err
}

// rank says how well a number fits an account.
func rank(n engine.NumberRoute, account string) int {
	if slices.Contains(n.Accounts, account) {
		return 1
	}
	return 0
}
