package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"outdial/config"
	"outdial/gateway"
	"outdial/gateway/voice"
	"outdial/gateway/voice/speech"
)

func openSIP(_ context.Context, name string, settings any, h *house) (gateway.Gateway, error) {
	s := *settings.(*config.SIPTrunk)
	s.Name = name
	speaker, err := speech.New(s.Speech, speech.Options{Log: h.log})
	if err != nil {
		return nil, err
	}
	o := voice.Options{Speaker: speaker, Log: h.log}
	o.Dir = callsDir(s.Calls, h.config.Store, name)
	if o.Dir != "" {
		if err := os.MkdirAll(o.Dir, 0o700); err != nil {
			return nil, err
		}
	}
	return voice.New(s.Trunk, o)
}

// callsDir is where the calls of a trunk are written down; "" is nowhere: a store
// that several servers share is not beside any of them.
func callsDir(set, store, trunk string) string {
	if set != "" {
		return filepath.Join(set, trunk)
	}
	path, ok := strings.CutPrefix(store, "file:")
	if !ok {
		return ""
	}
	path, _, _ = strings.Cut(path, "?")
	return filepath.Join(path+".calls", trunk)
}
