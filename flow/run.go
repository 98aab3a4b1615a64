package flow

import (
	"fmt"
	"slices"

	"outdial/contact"
	"outdial/fault"
)

// A contact that enters more actions than this in one step, without a wait,
// spins; it is ended.
const maxActions = 1000

// run goes through actions from n on until one waits or the contact ends. To
// wait for a contact of one's own is no wait: a flow could start them for ever.
func (t *Turn) run(n *node) error {
	p := &t.Contact.Position
	count := p.Round
	for p.Round = 0; ; count++ {
		if count >= maxActions {
			t.spin()
			return nil
		}
		p.Visit++
		p.Action = n.id
		p.State = nil
		t.node = n
		t.Input = nil
		next, err := t.leave(t.acted())
		if err != nil || next == nil {
			if last := len(t.out.Effects) - 1; last >= 0 && t.Contact.Open() {
				if _, asks := t.out.Effects[last].(contact.StartContact); asks {
					p.Round = count + 1
				}
			}
			return err
		}
		n = next
	}
}

// resume hands in to the waiting action, and goes on from there.
func (t *Turn) resume(in contact.Input) error {
	if err := t.stand(); err != nil {
		return err
	}
	if t.node == nil || t.node.spec == nil || t.node.spec.Run == nil {
		t.Note("nothing in the flow waits for " + contact.InputKind(in))
		return nil
	}
	t.Input = in
	if _, made := in.(contact.ContactCreated); !made {
		t.Contact.Position.Round = 0
	}
	next, err := t.leave(t.resumed())
	if err != nil || next == nil {
		return err
	}
	return t.run(next)
}

// stand finds the content and the action in which the contact stands.
func (t *Turn) stand() error {
	p := &t.Contact.Position
	if p.Action == "" {
		t.node = nil
		return nil
	}
	f, err := t.World.Content(p.Flow, p.Hash)
	if err != nil {
		return err
	}
	t.flow = f
	if t.node = f.actions[p.Action]; t.node == nil {
		return fault.New(fault.Internal, "flow %s has no action %q", p.Flow, p.Action)
	}
	return nil
}

// act enters the action: what holds for all types is dealt with here.
func (t *Turn) act() Next {
	s := t.node.spec
	switch {
	case s == nil:
		return t.Disconnect("action type " + t.node.kind + " is not honoured")
	case !s.Channels.has(t.Contact.Channel):
		why := fmt.Sprintf("%s does not run on %s, only on %s", t.node.kind, t.channel(), s.Channels)
		if s.Else == ElseNext {
			return t.NextSaying(why)
		}
		return t.Fail(noMatch, why)
	case s.Speaks && t.Contact.Callback != nil && t.Contact.Call == nil && !t.toAgent():
		return t.Fail(noMatch, "nobody is on the line yet")
	case s.Kind == Unavailable:
		return t.Fail(noMatch, s.Why)
	case s.Kind == Service && s.Service != "" && !t.World.Serves(s.Service):
		return t.Fail(noMatch, "no endpoint is set for the service "+s.Service)
	}
	return s.Run(t)
}

// channel names the contact's channel as people know it.
func (t *Turn) channel() string {
	switch t.Contact.Subtype {
	case contact.SMS:
		return "SMS"
	case contact.WhatsApp:
		return "WhatsApp"
	}
	return string(t.Contact.Channel)
}

// leave turns what an action returned into the next action; nil when the
// contact waits or has ended.
func (t *Turn) leave(n Next) (*node, error) {
	switch n.do {
	case stay:
		t.passed("wait", n.why, "")
		return nil, nil
	case ignore:
		t.Note(fmt.Sprintf("%s at %q does not wait for %s", t.node.kind, t.node.id, contact.InputKind(t.Input)))
		return nil, nil
	case follow:
		return t.to(branch{label: "next", next: t.node.next}, n.why)
	case match:
		return t.matched(n)
	case fail:
		return t.failed(n)
	case disconnect:
		t.passed("end", n.why, "")
		t.finishAs(n.name, n.why)
		return nil, nil
	case endFlow:
		t.passed("end", n.why, "")
		return t.flowEnded()
	case moves:
		t.passed("next", n.why, "")
		return n.then(t)
	case enter:
		t.passed("next", n.why, n.flow.ID)
		t.transfer(n.flow)
		return n.flow.start, nil
	case call:
		t.passed("call", n.why, n.flow.ID)
		return t.callModule(n), nil
	case giveBack:
		t.passed("end", n.why, "")
		return t.giveBack(n)
	}
	return nil, fault.New(fault.Internal, "action %q returned %d", t.node.id, n.do)
}

// matched evaluates conditions in their order.
// https://docs.aws.amazon.com/connect/latest/devguide/flow-language-actions.html
func (t *Turn) matched(n Next) (*node, error) {
	for i := range t.node.conditions {
		if c := &t.node.conditions[i]; t.holds(c, n.name) {
			return t.to(c.branch, n.why)
		}
	}
	for _, b := range t.node.errors {
		if b.name == noCondition {
			return t.to(b, whyNone(n))
		}
	}
	return t.to(branch{label: "next", next: t.node.next}, n.why)
}

func whyNone(n Next) string {
	if n.why != "" {
		return n.why
	}
	return "no condition holds of \"" + n.name + "\""
}

// failed takes the branch of an error; without one the contact ends.
func (t *Turn) failed(n Next) (*node, error) {
	for _, name := range [...]string{n.name, noMatch} {
		for _, b := range t.node.errors {
			if b.name == name {
				return t.to(b, n.why)
			}
		}
	}
	if t.node.spec != nil && t.node.spec.Lenient && t.node.next != "" {
		return t.to(branch{label: "next", next: t.node.next}, n.why)
	}
	why := fmt.Sprintf("%s at %q failed with %s, and has no branch for it: %s", t.node.kind, t.node.id, n.name, n.why)
	t.passed("end", why, "")
	return t.gaveUp(why)
}

// to goes along a branch.
func (t *Turn) to(b branch, why string) (*node, error) {
	next := t.flow.actions[b.next]
	if next == nil {
		if b.next == "" {
			why = join(why, "there is no action after it")
		} else {
			why = join(why, fmt.Sprintf("its branch leads to %q, which is not there", b.next))
		}
		t.passed(b.label, why, "")
		return t.gaveUp(fmt.Sprintf("the flow ends at %q: %s", t.node.id, why))
	}
	t.passed(b.label, why, b.next)
	return next, nil
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

// passed tells the timeline of the branch that was taken.
func (t *Turn) passed(label, why, next string) {
	t.out.Passed = append(t.out.Passed,
		Passed{Flow: t.flow.ID, Action: t.node.id, Type: t.node.kind, Branch: label, Why: why, Next: next})
}

// spin ends a contact that goes round without end. What it says with each round
// is said once: it is not the customer who has to find the loop.
func (t *Turn) spin() {
	var loop []string
	seen := map[string]bool{}
	for i := len(t.out.Passed) - 1; i >= 0 && !seen[t.out.Passed[i].Action]; i-- {
		seen[t.out.Passed[i].Action] = true
		loop = append([]string{t.out.Passed[i].Action}, loop...)
	}
	t.Note(fmt.Sprintf("the flow spins: %d actions without a wait, the last ones %q over and over", maxActions, loop))
	said, all := map[string]bool{}, len(t.out.Effects)
	t.out.Effects = slices.DeleteFunc(t.out.Effects, func(e contact.Effect) bool {
		m, ok := e.(contact.SendMessage)
		at := len(t.out.Passed) - 1 - (t.Contact.Position.Visit - m.Visit)
		if !ok || m.Visit == 0 || at < 0 || at >= len(t.out.Passed) || !seen[t.out.Passed[at].Action] {
			return false
		}
		again := said[t.out.Passed[at].Action]
		said[t.out.Passed[at].Action] = true
		return again
	})
	if n := all - len(t.out.Effects); n > 0 {
		t.Note(fmt.Sprintf("what the loop said again, %d messages, is not sent", n))
	}
	t.finish("")
}

// enter makes f the flow of the contact: from now on it stands in this content.
func (t *Turn) enter(f *Flow, kind string) {
	p := &t.Contact.Position
	t.flow = f
	p.Flow, p.Hash, p.Action, p.State = f.ID, f.Hash, "", nil
	p.Loops, p.Attrs, p.Input, p.Kind = nil, nil, nil, kind
}

// transfer leaves the flow, and the modules in which the contact stands, for f.
func (t *Turn) transfer(f *Flow) {
	p := &t.Contact.Position
	kind := p.Kind
	if len(p.Stack) > 0 {
		kind = p.Stack[0].Kind
	}
	p.Stack = nil
	t.enter(f, kind)
}

// callModule puts the place to come back to on the stack.
func (t *Turn) callModule(n Next) *node {
	p := &t.Contact.Position
	p.Stack = append(p.Stack, contact.Frame{Flow: p.Flow, Hash: p.Hash, Action: p.Action, Kind: p.Kind,
		Loops: p.Loops, Attrs: p.Attrs, Input: p.Input})
	t.enter(n.flow, moduleKind)
	p.Input = n.in
	return n.flow.start
}

const moduleKind = "MODULE"

// giveBack returns to the action that called the module.
func (t *Turn) giveBack(n Next) (*node, error) {
	p := &t.Contact.Position
	if len(p.Stack) == 0 {
		t.Note("a module ended that nothing had called")
		t.finish("")
		return nil, nil
	}
	top := p.Stack[len(p.Stack)-1]
	p.Stack = p.Stack[:len(p.Stack)-1]
	p.Flow, p.Hash, p.Action, p.Kind = top.Flow, top.Hash, top.Action, top.Kind
	p.Loops, p.Attrs, p.Input, p.State = top.Loops, top.Attrs, top.Input, nil
	if err := t.stand(); err != nil {
		return nil, err
	}
	if n.name == "" {
		return t.to(branch{label: "next", next: t.node.next}, "")
	}
	return t.matched(n)
}
