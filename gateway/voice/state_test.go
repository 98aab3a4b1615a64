package voice

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"outdial/gateway"
)

// The operator sees how a trunk does: that its carrier is away, and what it streams.
func TestState(t *testing.T) {
	var _ gateway.Stated = (*Gateway)(nil)
	inBubble(t, func(tr *Trunk) { tr.Ping = 10 * time.Second; tr.Stream.URL = "wss://far.example/" }, func(b *bench) {
		synctest.Wait()
		if s := b.gw.State(); !s.Up || s.LastError != "" {
			b.Errorf("%+v", s)
		}
		b.phone.Deaf(true)
		time.Sleep(3 * time.Minute)
		s := b.gw.State()
		if s.Up || !strings.HasPrefix(s.LastError, theirIP) || s.ErrorAt.IsZero() {
			b.Errorf("%+v", s)
		}
		doc, err := json.Marshal(s.Detail)
		if err != nil || !strings.Contains(string(doc), `"streams":{"streams":0`) {
			b.Errorf("%s, %v", doc, err)
		}
	})
}
