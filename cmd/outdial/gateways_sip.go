package main

import (
	"context"
	"os"
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
	// Calls that are up are written down beside the store, so that the far side
	// is released after a crash.
	if path, ok := strings.CutPrefix(h.config.Store, "file:"); ok {
		path, _, _ = strings.Cut(path, "?")
		o.Dir = path + ".calls/" + name
		if err := os.MkdirAll(o.Dir, 0o700); err != nil {
			return nil, err
		}
	}
	return voice.New(s.Trunk, o)
}
