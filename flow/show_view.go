package flow

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"outdial/contact"
)

// showView offers what a view offers. On a chat that carries words only, the
// view is a message: what it shows, the fields of its form asked for one after
// the other, and its actions numbered; a reply that names one, by its number or
// its words, takes it. In the midst of a form the words of a button take it too,
// but for those that submit what is not filled in. A reply that names none has
// the actions offered again, as a view stays on a screen until somebody takes one
// of its actions.
var showView = Spec{
	Doc: docs + "participant-actions-showview.html",
	Params: []Param{
		{Name: "ViewResource", Shape: Object, Required: true, Members: []Param{
			{Name: "Id", Use: J, Required: true},
			{Name: "Version"},
		}},
		{Name: "InvocationTimeLimitSeconds", Shape: Int, Use: J, Required: true, Min: 1, Max: 604800},
		{Name: "ViewData", Shape: Any},
		{Name: "SensitiveDataConfiguration", Shape: Object, Members: []Param{
			{Name: "HideResponseOn", Shape: List, Use: S, Empty: true, Members: []Param{{Use: S, Enum: []string{"TRANSCRIPT"}}}},
		}},
	},
	Errors: []ErrorRule{
		{Type: noMatch, Use: Required},
		{Type: noCondition, Use: Required},
		{Type: timeExceeded, Use: Required},
	},
	Results:  []ResultRule{{Ops: equals}},
	Channels: C,
	Flows:    I | Q,
	Waits:    true,
	Sets:     []string{"Views"},
	Check:    checkShowView,
	Run:      runShowView,
}

const timeExceeded = "TimeLimitExceeded"

// A showing is what the action remembers of a view while it is shown.
type showing struct {
	View view              `json:"view"`
	Form map[string]string `json:"form,omitempty"` // what was entered so far, by the field's name
	At   int               `json:"at,omitempty"`   // the field that is asked for; all of them: an action is
}

func runShowView(t *Turn) Next {
	if t.Input == nil {
		return t.show()
	}
	var s showing
	if !t.Kept(&s) {
		return Ignore
	}
	if s.Form == nil { // an empty one is not kept
		s.Form = map[string]string{}
	}
	switch in := t.Input.(type) {
	case contact.TimerFired:
		return t.Fail(timeExceeded, "no action was taken in time")
	case contact.MessageReceived:
		t.out.Hidden = t.hides()
		return t.viewAnswered(&s, strings.TrimSpace(in.Text))
	}
	return Ignore
}

// show sends the view.
func (t *Turn) show() Next {
	seconds, ok := t.Int("InvocationTimeLimitSeconds")
	if !ok {
		return t.Fail(noMatch, "InvocationTimeLimitSeconds is \""+t.Text("InvocationTimeLimitSeconds")+"\", not a number of seconds")
	}
	id := viewName(t.Text("ViewResource", "Id"))
	if id == "" {
		return t.Fail(noMatch, "no view is named")
	}
	data, _ := unquoted(t.JSON("ViewData")).(map[string]any)
	s := showing{View: readView(id, data, t.operands())}
	if why := t.tell(append([]string{strings.Join(s.View.Lines, "\n")}, s.next()...)...); why != "" {
		return t.Fail(noMatch, why)
	}
	t.Keep(s)
	t.Wake("view", time.Duration(seconds)*time.Second)
	return Wait
}

// hides tells whether replies are not to be in the transcript.
func (t *Turn) hides() bool {
	return slices.Contains(t.Texts("SensitiveDataConfiguration", "HideResponseOn"), "TRANSCRIPT")
}

// operands gives what the branches wait for: of a view that somebody designed,
// these are its actions.
func (t *Turn) operands() []string {
	var out []string
	for i := range t.node.conditions {
		if c := &t.node.conditions[i]; c.op == "Equals" && c.operand.static() {
			out = append(out, c.operand.literal)
		}
	}
	return out
}

// tell sends texts, in as many messages as they need; or says why they cannot
// be sent.
func (t *Turn) tell(texts ...string) string {
	whole := strings.TrimSpace(strings.Join(texts, "\n"))
	if len(whole) > maxView {
		return fmt.Sprintf("the view has %d bytes, over %d", len(whole), maxView)
	}
	message := ""
	for line := range strings.SplitSeq(whole, "\n") {
		for line != "" {
			with := strings.TrimPrefix(message+"\n"+line, "\n")
			limit, n := textLimit(t.Contact.Subtype, with)
			if n <= limit {
				message = with
				break
			}
			if message == "" { // a line that is too long for one message
				message, line = cutAt(line, limit)
			}
			t.say(message)
			message = ""
		}
	}
	if message != "" {
		t.say(message)
	}
	return ""
}

// maxView is how long a view may be. Admin guide, "Show view"
const maxView = 16 * 1024

// cutAt cuts a text after so many characters, at a blank where there is one.
func cutAt(s string, limit int) (head, rest string) {
	at, n := len(s), 0
	for i := range s {
		if n == limit {
			at = i
			break
		}
		n++
	}
	if blank := strings.LastIndexByte(s[:at], ' '); blank > 0 && at < len(s) {
		at = blank
	}
	return s[:at], strings.TrimPrefix(s[at:], " ")
}

// next gives what is to be asked now: the next field, or the actions.
func (s *showing) next() []string {
	if s.At < len(s.View.Fields) {
		return []string{s.View.Fields[s.At].question()}
	}
	var lines []string
	for i, o := range s.View.Offers {
		lines = append(lines, fmt.Sprintf("%d %s", i+1, o.Label))
	}
	return []string{strings.Join(lines, "\n")}
}

// viewAnswered takes a reply.
func (t *Turn) viewAnswered(s *showing, text string) Next {
	if s.At < len(s.View.Fields) {
		for _, o := range s.View.Offers {
			if o.named(0, text) && (!o.submits() || s.filled()) {
				return t.taken(s, o)
			}
		}
		f := &s.View.Fields[s.At]
		value, ok := f.value(text)
		if ok {
			s.At++
			if value != "" {
				s.Form[f.Name] = value
			}
		}
		return t.askOn(s)
	}
	if len(s.View.Offers) == 0 {
		// Nothing was offered: what the customer writes is the action.
		return t.taken(s, choice{Label: text, Action: text})
	}
	for i, o := range s.View.Offers {
		if o.named(i+1, text) {
			return t.taken(s, o)
		}
	}
	return t.askOn(s)
}

// filled tells whether nothing that must be entered is still to be; what has a
// default then has it.
func (s *showing) filled() bool {
	for i := s.At; i < len(s.View.Fields); i++ {
		if f := &s.View.Fields[i]; f.Required && f.Default == "" {
			return false
		}
	}
	for ; s.At < len(s.View.Fields); s.At++ {
		if f := &s.View.Fields[s.At]; f.Default != "" {
			s.Form[f.Name] = f.Default
		}
	}
	return true
}

// askOn asks for the next thing, or for the same once more.
func (t *Turn) askOn(s *showing) Next {
	if why := t.tell(s.next()...); why != "" {
		return t.Fail(noMatch, why)
	}
	t.Keep(s)
	return Wait
}

// taken leaves the view by an action, and fills $.Views.
func (t *Turn) taken(s *showing, o choice) Next {
	result := map[string]any{}
	switch {
	case o.Action == step && s.View.ID == "form":
		result["StepName"] = o.Name
	case o.Name != "":
		result["actionName"] = o.Name
	}
	if s.View.ID == "confirmation" {
		result["Label"] = o.Label
	}
	if len(s.View.Fields) > 0 {
		form := plainTexts(s.Form)
		if s.View.ID == "form" {
			result["FormData"] = form
		} else {
			result = merged(result, form)
		}
	}
	t.Set("Views", map[string]any{"Action": o.Action, "ViewResultData": result})
	n := t.Match(o.Action)
	if t.hides() {
		n.why = "the reply is hidden"
	}
	return n
}

// checkShowView finds empty texts within ViewData. LIVE: they are refused.
func checkShowView(a *Checked) {
	if v := a.value("ViewData"); v != nil {
		if _, is := v.(map[string]any); !is {
			if s, text := v.(string); !text || parseTemplatePointer(s).single() == nil {
				a.BadValue("it is "+jsonKind(v)+", not an object", "ViewData")
			}
		}
		walkTexts(v, []string{"Parameters", "ViewData"}, func(s string, path []string) {
			if s == "" {
				a.finding(a.c.soft(), "Invalid Action property value. Path: "+a.at(path...), "it is empty", path...)
			}
		})
	}
}
