package voice

import (
	"outdial/gateway"
	"outdial/gateway/voice/signal"
)

// State tells how the trunk does, as the operator sees it in outdial lines.
func (g *Gateway) State() gateway.State {
	h := g.Health()
	s := gateway.State{Up: h.Up, Detail: h}
	for _, t := range h.Targets {
		if t.State == signal.StateDown && t.LastError != "" && !t.Since.Before(s.ErrorAt) {
			s.LastError, s.ErrorAt = t.Target+": "+t.LastError, t.Since
		}
	}
	if r := h.Registration; r != nil && !r.Registered && r.LastError != "" && !r.Since.Before(s.ErrorAt) {
		s.LastError, s.ErrorAt = "registration at "+r.Server+": "+r.LastError, r.Since
	}
	return s
}
