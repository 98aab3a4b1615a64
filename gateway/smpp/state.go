package smpp

import "outdial/gateway"

// State is Health as the house asks for it.
func (g *Gateway) State() gateway.State {
	h := g.Health()
	s := gateway.State{Up: h.Up, LastError: h.LastError, ErrorAt: h.ErrorAt.UTC(), Detail: h}
	for _, b := range h.Binds {
		if s.LastError == "" || !h.Up && b.LastError != "" {
			s.LastError, s.ErrorAt = b.LastError, b.Since.UTC()
		}
	}
	return s
}
