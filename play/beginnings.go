package play

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"outdial/bot"
	"outdial/contact"
	"outdial/flow"
)

// A variant is one beginning of an exploration, and the world in which it goes on.
type variant struct {
	channel             string
	amd                 string
	k                   int  // which of the wanted values everything has; -1 is none of them
	closed              bool // hours are closed
	missing             bool // nothing that the flow names is there
	bare                bool // there are no attributes
	queueless, flowless bool // no queue, or no further flow, is there
	after               int  // of a queueless or flowless world: so many were there before
	full                bool // queues take no more
	off                 bool // queues are disabled
	carried             bool // an earlier flow has left what flows leave
	huge                bool // all values are too long, and there is no room for attributes
	id                  int  // of the contact: what looks random is drawn from it
}

// mostValues is how many values of one reference are tried, at most.
const mostValues = 16

// variants lists the beginnings.
func (x *explorer) variants() []variant {
	var out []variant
	for _, ch := range x.limits.Channels {
		for k := -1; k < min(max(x.wants.most, 1), mostValues); k++ {
			out = append(out, variant{channel: ch, k: k})
		}
		out = append(out, variant{channel: ch, closed: true}, variant{channel: ch, missing: true},
			variant{channel: ch, huge: true}, variant{channel: ch, bare: true})
		for k := -1; k < min(max(x.wants.most, 1), mostValues/2); k++ {
			out = append(out, variant{channel: ch, k: k, carried: true})
		}
		if ch == "VOICE" && x.wants.types["CheckOutboundCallStatus"] {
			for _, s := range []string{"HUMAN_ANSWERED", "VOICEMAIL_BEEP", "VOICEMAIL_NO_BEEP", "AMD_UNRESOLVED", "AMD_ERROR"} {
				out = append(out, variant{channel: ch, amd: s})
			}
		}
		if x.wants.types["DistributeByPercentage"] {
			for id := 1; id < 64; id++ {
				out = append(out, variant{channel: ch, id: id})
			}
		}
	}
	return out
}

// begin raises a stage for a variant and lets everything happen that happens by
// itself; nil where nothing goes on.
func (x *explorer) begin(v variant) *Stage {
	h := x.head
	h.Channel, h.AMD, h.Contact.Window = v.channel, v.amd, "open"
	h.Attributes = merged(x.head.Attributes, x.wants.flat("Attributes", v.k))
	h.Contact.Segment = merged(x.head.Contact.Segment, nil)
	for key, val := range x.wants.flat("SegmentAttributes", v.k) {
		if !strings.HasPrefix(key, "connect:") {
			h.Contact.Segment[key] = val
		}
	}
	if to := x.wants.values["CustomerEndpoint.Address"]; len(to) > 0 && v.k >= 0 {
		h.To = x.wants.pick("CustomerEndpoint.Address", v.k)
	}
	if from := x.wants.values["SystemEndpoint.Address"]; len(from) > 0 && v.k >= 0 {
		h.From = x.wants.pick("SystemEndpoint.Address", v.k)
	}
	if lang := x.wants.values["LanguageCode"]; len(lang) > 0 && v.k >= 0 {
		h.Contact.Language = x.wants.pick("LanguageCode", v.k)
	}
	if v.id > 0 {
		h.ID = fmt.Sprintf("00000000-0000-7000-8000-%012d", 1000+v.id)
	}
	h.Related = map[string]string{}
	if v.bare {
		h.Attributes = x.head.Attributes
	} else if h.Contact.Queue == "" {
		h.Contact.Queue = "queue"
	}
	if v.huge {
		h.Attributes = brimful(h.Attributes)
	}
	s, err := prepare(h, x.files)
	if err != nil {
		x.note(&x.got.Errors, err.Error())
		return nil
	}
	s.quiet, s.passed, s.asks = true, x.passed, true
	if v.carried {
		s.prime = func(s *Stage, c *contact.Contact) {
			x.carry(c, v.k)
			s.ghost.Agent, s.ghost.Disconnected = &contact.Agent{ID: "agent", Connected: s.now}, time.Time{}
			c.PreviousID = s.ghost.ID
		}
	}
	w := s.world
	w.wild = &wild{v: v, wants: x.wants}
	w.any = exploring{x.wants}
	w.serves = func(string) bool { return !v.missing }
	return s
}

// carried are what one flow leaves for the next.
var carried = []string{"External", "LambdaInvocation", "Lex", "Views", "Customer", "Case", "Modules", "DataTables", "Task"}

// carry fills what an earlier flow might have left.
func (x *explorer) carry(c *contact.Contact, k int) {
	c.Vars = map[string]any{}
	for _, root := range carried {
		if v := x.wants.under(root, k, true); len(v) > 0 {
			c.Vars[root] = v
		}
	}
	if len(x.wants.values["StoredCustomerInput"]) > 0 {
		c.Vars["StoredCustomerInput"] = x.wants.pick("StoredCustomerInput", k)
	}
}

// brimful fills the attributes up to their limit. API_UpdateContactAttributes
func brimful(m map[string]string) map[string]string {
	size := len("full")
	for k, v := range m {
		if len(v) < 1100 {
			m[k] = v + strings.Repeat("x", 1100-len(v)) // over what an SMS may have
		}
		size += len(k) + len(m[k])
	}
	if size < 32768 {
		m["full"] = strings.Repeat("x", 32768-size)
	}
	return m
}

// synthetic begins the id of a flow that stands for one that is not known.
const synthetic = "(any) "

// wild is a world in which whatever a flow names is there, or nothing is.
type wild struct {
	v     variant
	wants *wants
	made  map[string]*loaded
	asked [2]int // how often a queue, and a flow, was looked for in this move
}

// flow makes a flow in the place of one that is not known. It serves as a
// module too, and gives back what the callers of that module ask for.
func (w *wild) flow(ref string) (*loaded, bool) {
	if w.v.missing || ref == "" || w.gone(1, w.v.flowless) {
		return nil, false
	}
	if w.made[ref] != nil {
		return w.made[ref], true
	}
	w.made = merged(w.made, nil)
	end := map[string]any{"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": map[string]any{}, "Transitions": map[string]any{}}
	results, ok := w.wants.results[ref]
	if !ok {
		results, ok = w.wants.results[""]
	}
	if ok {
		end["Type"] = "EndFlowModuleExecution"
		p := map[string]any{"ResultData": w.wants.under("Modules.ResultData", w.v.k, true)}
		if len(results) > 0 && w.v.k >= 0 {
			p["Result"] = results[w.v.k%len(results)]
		}
		end["Parameters"] = p
	}
	doc, err := json.Marshal(map[string]any{"Version": "2019-10-30", "StartAction": "end", "Actions": []any{end}})
	if err != nil {
		return nil, false
	}
	f, err := flow.Parse(synthetic+ref, doc)
	if err != nil {
		return nil, false
	}
	w.made[ref] = &loaded{file: synthetic + ref, flow: f, outline: &outline{}, doc: doc}
	return w.made[ref], true
}

// gone tells whether a queue (0) or a flow (1) that is looked for is not there.
func (w *wild) gone(kind int, without bool) bool {
	w.asked[kind]++
	return without && w.asked[kind] > w.v.after
}

// metrics are those by which the flow branches.
func (w *wild) metrics() flow.Metrics {
	n := 0
	for key, v := range w.wants.force {
		if f, err := strconv.Atoi(v); err == nil && strings.HasPrefix(key, "Metrics.") {
			return figures(f)
		}
	}
	if w.v.k >= 0 && len(w.wants.figures) > 0 {
		n = w.wants.figures[w.v.k%len(w.wants.figures)]
	} else if w.v.k >= 0 {
		n = 1
	}
	if w.v.full {
		n = max(n, 1)
	}
	return figures(n)
}

// figures are metrics that all have the same value.
func figures(n int) flow.Metrics {
	age := time.Duration(n) * time.Second
	return flow.Metrics{Waiting: n, Oldest: age, Wait: age, Online: n, Available: n, Staffed: n, AfterWork: n, Busy: n}
}

// exploring is a bot that understands "intent NAME, K".
type exploring struct{ wants *wants }

// Hear implements flow.Bot.
func (e exploring) Hear(text string, _ json.RawMessage, session map[string]string, _ time.Time) flow.Heard {
	name, ok := strings.CutPrefix(text, "intent ")
	if !ok {
		return flow.Heard{Intent: bot.FallbackIntent, Session: session, Dialog: bot.Ready}
	}
	if name == "" {
		return flow.Heard{Intent: bot.FallbackIntent, Slots: e.wants.long("Lex.Slots"), Session: session, Dialog: bot.Ready}
	}
	k := -1
	if i := strings.LastIndex(name, ", "); i >= 0 {
		fmt.Sscan(name[i+2:], &k)
		name = name[:i]
	}
	h := flow.Heard{Intent: name, Score: 0.9, Slots: e.wants.flat("Lex.Slots", k), Dialog: bot.Ready,
		Session: merged(e.wants.flat("Lex.SessionAttributes", k), session), Sentiment: "NEUTRAL"}
	if s := e.wants.values["Lex.SentimentResponse.Label"]; len(s) > 0 {
		h.Sentiment = e.wants.pick("Lex.SentimentResponse.Label", k)
	}
	if s := e.wants.values["Lex.IntentName"]; len(s) > 0 && name == "" {
		h.Intent = e.wants.pick("Lex.IntentName", k)
	}
	return h
}

// A move is one thing that can happen on a stage at rest.
type move func(s *Stage)

// moves lists what could happen next.
func (x *explorer) moves(s *Stage) []move {
	var out []move
	add := func(m move) { out = append(out, m) }
	if len(s.pending) > 0 {
		out = x.answers(s)
	}
	for i, a := range s.cast {
		if !a.c.Open() {
			continue
		}
		node := s.standing(a)
		x.offered(a, node)
		switch {
		case a.listen != nil:
			for _, keys := range x.keys(node) {
				add(func(s *Stage) {
					s.press(s.cast[i], keys)
					if d, ok := s.Pressing(); ok {
						s.Advance(d)
					}
				})
			}
			if a.listen.speech {
				for _, text := range x.words(node) {
					add(func(s *Stage) { s.say(text) })
				}
			}
			add(func(s *Stage) { s.Advance(s.cast[i].listen.until.Sub(s.now)) })
		case node.view != nil:
			for _, m := range x.views(i, node.view) {
				add(m)
			}
		case a.c.Channel == contact.Chat:
			for _, text := range x.words(node) {
				add(func(s *Stage) { s.say(text) })
			}
		}
		if a.transfer != nil {
			for _, o := range []string{"completed", "failed", "timeout"} {
				add(func(s *Stage) { s.transferred(o) })
			}
		}
		if a.c.Queue != nil || a.c.Agent != nil {
			for _, o := range []string{"offer agent", "accept agent", "reject agent", "miss agent", "hold", "resume", "say " + other, "hangup"} {
				add(func(s *Stage) { s.told("agent", o) })
			}
		}
		if a.phone == talking {
			add(func(s *Stage) { s.hangUp(s.cast[i], contact.CallEnded{By: contact.ByCustomer}) })
		} else if a.c.Channel == contact.Chat {
			add(func(s *Stage) { s.told("stop", "") })
		}
	}
	if len(s.due) > 0 {
		add(func(s *Stage) { s.fire() })
	} else if len(out) == 0 || len(out) == 1 && s.caller() != nil {
		x.stuck(s)
	}
	return out
}

// stuck notes where a contact stands that nothing can bring on.
func (x *explorer) stuck(s *Stage) {
	for _, a := range s.cast {
		if a.c.Open() && a.c.Position.Action != "" {
			x.note(&x.got.Stuck, a.c.Position.Flow+": "+a.c.Position.Action)
		}
	}
}

// node is an action as its outline has it.
type node struct {
	kind     string
	operands []string
	view     *offering // of a ShowView
}

// standing gives the action at which a contact waits.
func (s *Stage) standing(a *actor) node {
	p := a.c.Position
	for _, l := range s.world.flows {
		if l.flow.ID != p.Flow || l.flow.Hash != p.Hash {
			continue
		}
		for i := range l.outline.Actions {
			o := &l.outline.Actions[i]
			if o.Identifier != p.Action {
				continue
			}
			n := node{kind: o.Type}
			for _, c := range o.Transitions.Conditions {
				if len(c.Condition.Operands) == 1 {
					n.operands = append(n.operands, scalar(c.Condition.Operands[0]))
				}
			}
			if v := new(offering); o.Type == "ShowView" && json.Unmarshal(p.State, v) == nil {
				n.view = v
			}
			return n
		}
	}
	return node{}
}

// keys are what a caller might press.
func (x *explorer) keys(n node) []string {
	if len(n.operands) > 0 && n.kind == "GetParticipantInput" {
		return append(append([]string(nil), n.operands...), spare(n.operands))
	}
	out := []string{"2065550100#", "1#"}
	for _, v := range x.wants.values["StoredCustomerInput"] {
		if v != "" && strings.Trim(v, "0123456789*#") == "" {
			out = append(out, v+"#")
		}
	}
	return out
}

// spare is a key that no condition asks for.
func spare(operands []string) string {
	for _, k := range "9876543210*#" {
		used := false
		for _, o := range operands {
			used = used || o == string(k)
		}
		if !used {
			return string(k)
		}
	}
	return "9"
}

// words are what a customer might write or say.
func (x *explorer) words(n node) []string {
	out := append([]string{other}, x.utterances...)
	for _, o := range n.operands {
		out = append(out, o, "intent "+o+", -1")
		for k := range min(x.lexValues(), mostValues) {
			out = append(out, fmt.Sprintf("intent %s, %d", o, k))
		}
	}
	if len(n.operands) == 0 {
		for k := range min(max(1, x.lexValues()), mostValues) {
			out = append(out, fmt.Sprintf("intent , %d", k))
		}
	}
	return out
}

// lexValues is the most values that anything of a bot is compared with.
func (x *explorer) lexValues() int {
	n := 0
	for key, v := range x.wants.values {
		if strings.HasPrefix(key, "Lex.") {
			n = max(n, len(v))
		}
	}
	return n
}

// answers are what the function or the service might answer that the first
// pending effect asks.
func (x *explorer) answers(s *Stage) []move {
	var out []move
	add := func(in func(contact.Effect) contact.Input) {
		out = append(out, func(s *Stage) {
			t := s.pending[0]
			s.pending = s.pending[1:]
			s.tell(t.who, in(t.effect))
		})
	}
	switch s.pending[0].effect.(type) {
	case contact.InvokeFunction:
		returned := func(v any) {
			add(func(e contact.Effect) contact.Input {
				f := e.(contact.InvokeFunction)
				return contact.FunctionReturned{Visit: f.Visit, Invocation: f.Invocation, Payload: payload(v)}
			})
		}
		x.stubbed(s, returned)
		if s.world.wild.v.huge {
			returned(x.wants.long("External"))
			returned(x.wants.long("LambdaInvocation.ResultData"))
		}
		for k := -1; k < min(max(1, x.most("External.", "LambdaInvocation.")), mostValues); k++ {
			returned(x.wants.under("External", k, false))
			if x.wants.deep("External") {
				returned(x.wants.under("External", k, true))
			}
			if x.wants.types["Wait"] {
				returned(x.wants.under("LambdaInvocation.ResultData", k, true))
			}
		}
		returned(map[string]any{})
		add(func(e contact.Effect) contact.Input {
			f := e.(contact.InvokeFunction)
			return contact.FunctionReturned{Visit: f.Visit, Invocation: f.Invocation, Error: "it fails"}
		})
	case contact.CallService:
		for _, v := range x.served(s.pending[0].effect.(contact.CallService)) {
			add(func(e contact.Effect) contact.Input {
				return contact.ServiceReturned{Visit: e.(contact.CallService).Visit, Payload: payload(v)}
			})
		}
		for _, code := range []string{"ResourceNotFoundException", "AccessDeniedException"} {
			add(func(e contact.Effect) contact.Input {
				return contact.ServiceReturned{Visit: e.(contact.CallService).Visit, Code: code, Error: code}
			})
		}
	}
	return out
}

// stubbed hands on what the stubs answer to the first pending function.
func (x *explorer) stubbed(s *Stage, returned func(any)) {
	f := s.pending[0].effect.(contact.InvokeFunction)
	answers, _, _ := stub(s.world, s.world.stubs.Functions, f.ARN)
	for _, a := range answers {
		if a.Error == "" {
			returned(a.Returns)
		}
	}
}

// most is the most values that references below these roots have.
func (x *explorer) most(roots ...string) int {
	n := 0
	for key, v := range x.wants.values {
		for _, r := range roots {
			if strings.HasPrefix(key, r) {
				n = max(n, len(v))
			}
		}
	}
	return n
}

// served are answers of services: nothing, one, several.
func (x *explorer) served(contact.CallService) []any {
	one := map[string]any{"ProfileId": "1", "CaseId": "1"}
	return []any{
		map[string]any{},
		map[string]any{"Items": []any{}, "items": []any{}, "cases": []any{}},
		map[string]any{"Items": []any{one}, "items": []any{one}, "cases": []any{map[string]any{"caseId": "1", "fields": []any{}}}, "ProfileId": "1", "caseId": "1"},
		map[string]any{"Items": []any{one, one}, "items": []any{one, one}, "cases": []any{map[string]any{"caseId": "1"}, map[string]any{"caseId": "2"}}},
	}
}
