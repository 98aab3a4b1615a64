package play

import (
	"encoding/json"
	"time"

	"outdial/contact"
	"outdial/fault"
)

// do does what needs no phone.
func (s *Stage) do(a *actor, e contact.Effect) {
	if !s.quiet {
		s.show(Item{Line: asked(s.world, e)})
	}
	switch e.(type) {
	case contact.InvokeFunction, contact.CallService:
		if s.asks {
			s.pending = append(s.pending, task{a, e})
			return
		}
	}
	switch v := e.(type) {
	case contact.InvokeFunction:
		s.invoke(a, v)
	case contact.CallService:
		s.call(a, v)
	case contact.StartContact:
		s.start(a, v)
	case contact.UpdateContact: // words of a consult come with their turn
		s.update(v)
	case contact.Queue:
		s.queue(a, v)
	case contact.TellAgent:
		if v.Visit > 0 && !v.Loop {
			s.tell(a, contact.PromptEnded{Visit: v.Visit})
		}
	case contact.StreamCall:
		s.tell(a, contact.StreamChanged{Visit: v.Visit})
	case contact.StopPrompt:
		if p := a.playing; p != nil {
			a.playing = nil
			s.tell(a, contact.PromptEnded{Visit: p.Visit})
		}
	case contact.EndCall:
		a.playing, a.listen, a.transfer = nil, nil, nil
		if a.phone != silent {
			a.phone = silent
			s.tell(a, contact.CallEnded{By: contact.BySystem})
		}
	case contact.Hear:
		if in, err := contact.ReadInput(v.Kind, v.Doc); err == nil && v.Message == "" {
			s.tell(a, in)
		}
	}
}

// queue does what routing does by itself. Nobody takes a contact but by a line of
// the play; an agent who is asked for can, unless the stubs have no free one.
func (s *Stage) queue(a *actor, v contact.Queue) {
	switch v.Do {
	case contact.QueueAgent:
		in := contact.QueueMoved{Visit: v.Visit, Outcome: contact.Offered, Agent: v.Agent, Name: v.Agent}
		if u, err := s.world.User(v.Agent); err == nil {
			in.Name = u.Name
		}
		if m := s.world.Metrics(v.Agent, ""); m.Busy > 0 && m.Available == 0 {
			in.Outcome = contact.Capacity
		}
		s.tell(a, in)
	case contact.QueueDone:
		s.tell(a, contact.QueueMoved{Outcome: contact.Worked, Agent: v.Agent})
	}
}

// invoke calls a function: its stub answers.
func (s *Stage) invoke(a *actor, v contact.InvokeFunction) {
	in := contact.FunctionReturned{Visit: v.Visit, Invocation: v.Invocation}
	answers, key, ok := stub(s.world, s.world.stubs.Functions, v.ARN)
	ans, fits := Answer{}, false
	if ok {
		ans, fits = answers.next(s.calls["function "+key], parameters(v.Payload))
		s.calls["function "+key]++
	}
	switch {
	case !ok:
		in.Error = "no stub stands for the function " + v.ARN
		s.show(Item{Note: in.Error})
	case !fits:
		in.Error = "no answer of the stub " + key + " is for these parameters"
		s.show(Item{Note: in.Error})
	case ans.Error != "":
		in.Error = ans.Error
	case v.Timeout > 0 && ans.After > time.Duration(v.Timeout)*time.Second:
		in.Error = "the function took longer than its time limit"
		ans.After = time.Duration(v.Timeout) * time.Second
	default:
		in.Payload = payload(ans.Returns)
	}
	s.back(a, in, ans.After, !v.Async)
}

// call reaches a service: its stub answers.
func (s *Stage) call(a *actor, v contact.CallService) {
	in := contact.ServiceReturned{Visit: v.Visit}
	key := v.Service + "." + v.Operation
	answers, ok := s.world.stubs.Services[key]
	for _, k := range []string{v.Service, "*"} {
		if !ok {
			key = k
			answers, ok = s.world.stubs.Services[k]
		}
	}
	ans, fits := answers.next(s.calls["service "+key], rawJSON(v.Payload))
	s.calls["service "+key]++
	switch {
	case !ok || !fits:
		in.Code, in.Error = "ResourceNotFoundException", "no stub stands for "+v.Service+"."+v.Operation
		s.show(Item{Note: in.Error})
	case ans.Error != "":
		in.Code, in.Error = ans.Error, ans.Error
	case v.Timeout > 0 && ans.After > time.Duration(v.Timeout)*time.Second:
		in.Code, in.Error = "Timeout", "the service took longer than its time limit"
		ans.After = time.Duration(v.Timeout) * time.Second
	default:
		in.Payload = payload(ans.Returns)
	}
	s.back(a, in, ans.After, true)
}

// payload writes what a stub returns.
func payload(v any) json.RawMessage {
	doc, err := json.Marshal(v)
	if err != nil {
		return nil // stubs are made of what can be written
	}
	return doc
}

// back hands an answer in, now or later. One that comes later is forgotten with
// the contact, but for that of an asynchronous call.
func (s *Stage) back(a *actor, in contact.Input, after time.Duration, timer bool) {
	if after > 0 {
		s.later(due{at: s.now.Add(after), who: a, input: in, timer: timer})
		return
	}
	s.tell(a, in)
}

// start makes the contact that another asked for, and tells it.
func (s *Stage) start(a *actor, v contact.StartContact) {
	in := contact.ContactCreated{Visit: v.Visit}
	c, why := s.prepared(v.Contact)
	if why == nil {
		in.ID = c.ID
		s.enter(c)
	} else {
		in.Code, in.Error = fault.CodeOf(why), why.Error()
	}
	s.tell(a, in)
}

func (s *Stage) prepared(asked *contact.Contact) (*contact.Contact, error) {
	if len(s.cast) >= maxCast {
		return nil, fault.New(fault.Exceeded, "over %d contacts in one play", maxCast)
	}
	c := asked.Clone()
	c.ID, c.Initiated = s.id(), s.now
	if c.System.Address != "" {
		n, err := s.world.Number(c.System.Address)
		if err != nil {
			return nil, err
		}
		c.System.Type, c.System.Address = contact.TelephoneNumber, n.Number
	}
	if c.Position.Flow != "" {
		f, err := s.world.Flow(c.Position.Flow)
		if err != nil {
			return nil, err
		}
		c.Position.Flow = f.ID
	}
	for _, o := range s.cast {
		if c.Channel == contact.Chat && o.c.Channel == contact.Chat && o.c.Open() && o.c.Line() == c.Line() && c.PreviousID == "" {
			return nil, &fault.Error{Kind: fault.Conflict, Code: "OPEN_CHAT", Message: "a chat with " + c.Customer.Address + " is open"}
		}
	}
	return c, nil
}

// update changes another contact: one of the play's, or the related one.
func (s *Stage) update(v contact.UpdateContact) {
	for _, a := range s.cast {
		if a.c.ID == v.ID {
			s.tell(a, v.Update)
			return
		}
	}
	if s.ghost != nil && s.ghost.ID == v.ID {
		a := &actor{c: s.ghost}
		s.tell(a, v.Update)
		s.ghost = a.c
	}
}
