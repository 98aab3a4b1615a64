package api

import (
	"outdial/flow"
	"outdial/resource"
	"outdial/store"
	"outdial/wire"
)

// publish checks the content of a flow that is to be published.
func (s *Server) publish(t *store.Tx, at place, f *resource.Flow) error {
	problems, err := s.problems(t, at, f.Type, f.Content)
	if err != nil || len(problems) == 0 {
		return err
	}
	return wire.Problems("InvalidContactFlow", problems)
}

// publishModule is publish for a module, whose exception is another.
func (s *Server) publishModule(t *store.Tx, at place, f *resource.Flow) error {
	problems, err := s.problems(t, at, moduleType, f.Content)
	if err != nil || len(problems) == 0 {
		return err
	}
	return wire.Problems("InvalidContactFlowModule", problems)
}

// moduleType is the type of a module, as the flow language calls it.
const moduleType = "MODULE"

// problems lists all that is wrong with a content, each with where it is and
// what to do about it.
func (s *Server) problems(t *store.Tx, at place, kind, content string) ([]string, error) {
	w, err := s.Engine.World(t, at.Instance)
	if err != nil {
		return nil, err
	}
	found := flow.Check([]byte(content), flow.CheckOptions{
		Type:   kind,
		Strict: at.in.References == "strict",
		Resources: func(k resource.Kind, ref string) bool {
			if k == resource.KindFunction || k == resource.KindBot {
				if _, err := t.Resource(k, associationID(at, ref)); err == nil {
					return true
				}
			}
			return there(w, k, ref)
		},
	})
	var out []string
	for _, p := range found.Problems() {
		text := p.Message
		switch {
		case p.Action != "":
			text += " (action " + quote(p.Action) + ", " + p.Path + ")"
		case p.Path != "":
			text += " (" + p.Path + ")"
		}
		if p.Hint != "" {
			text += ": " + p.Hint
		}
		out = append(out, text)
	}
	return out, nil
}

// there tells whether an instance has what a flow refers to. What is no
// resource of the instance is not looked for.
func there(w flow.World, kind resource.Kind, ref string) bool {
	var err error
	switch kind {
	case resource.KindFlow, resource.KindModule:
		_, err = w.Flow(ref)
	case resource.KindQueue:
		_, err = w.Queue(ref)
	case resource.KindHours:
		_, err = w.Hours(ref)
	case resource.KindPrompt:
		_, err = w.Prompt(ref)
	case resource.KindNumber:
		_, err = w.Number(ref)
	case resource.KindUser:
		_, err = w.User(ref)
	case resource.KindFunction:
		return w.Serves("lambda:" + ref)
	case resource.KindBot:
		_, ok := w.Bot(ref)
		return ok || w.Serves("lex")
	}
	return err == nil
}
