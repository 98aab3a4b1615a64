package voice

import (
	"strings"
	"time"

	"outdial/gateway/voice/audio"
)

// comma is how long a comma among keys waits.
const comma = 500 * time.Millisecond

// dialOn presses keys once the call is up, as the trunk sends them: within the
// sound, or by INFO, one after the other.
func (k *call) dialOn(keys string) {
	if k.g.set.Keys != keysInfo {
		k.media.Press(keys)
		return
	}
	keys = strings.ToUpper(keys)
	if keys == "" || k.over {
		return
	}
	next := func() { k.dialOn(keys[1:]) }
	switch key := keys[0]; {
	case key == ',':
		time.AfterFunc(comma, func() { k.loop.Post(next) })
	case strings.IndexByte(audio.Keys, key) >= 0:
		k.leg.Info(key, int(k.g.set.Tone.Milliseconds()), next)
	default:
		next()
	}
}
