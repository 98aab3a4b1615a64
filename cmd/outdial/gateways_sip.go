package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"outdial/gateway"
	"outdial/gateway/voice"
	"outdial/gateway/voice/speech"
)

// A sipTrunk is a trunk as the configuration has it: the calls, and the voice
// that speaks in them.
type sipTrunk struct {
	voice.Trunk `yaml:",inline"`
	Speech      speech.Config `yaml:"speech" doc:"how prompts become sound"`
	Calls       string        `yaml:"calls" eg:"./calls" doc:"folder of this server's own in which calls that are up are written down, so that the far side is released after a crash; default: beside the store where that is a file, else none"`
}

func checkSIP(name string, settings any) error {
	t := settings.(*sipTrunk).Trunk
	t.Name = name
	_, err := voice.New(t, voice.Options{}) // which does no I/O
	return err
}

func openSIP(_ context.Context, name string, settings any, h *house) (gateway.Gateway, error) {
	s := *settings.(*sipTrunk)
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
