//go:build !opus

package voice

import (
	"errors"
	"strings"
	"testing"

	"outdial/fault"
)

// A trunk that is to speak Opus is told how to come by it, and no other codec is
// mistaken for it.
func TestOpusIsNotBuiltIn(t *testing.T) {
	for name, want := range map[string]string{
		"opus": "codecs[1]: opus is not in this program: build one that has it", "Opus": "-tags 'opus nolibopusfile'", "speex": `PCMU, PCMA, G722, not "speex"`,
	} {
		_, err := Trunk{Name: "acme", Codecs: []string{"PCMA", name}}.check()
		var e *fault.Error
		if !errors.As(err, &e) || e.Kind != fault.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
