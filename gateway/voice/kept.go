package voice

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"outdial/contact"
	"outdial/gateway/voice/signal"
)

// keptEnding is how files are named that each hold the dialog of one call.
const keptEnding = ".call.json"

// keptPath is where the dialog of a call is written down.
func (g *Gateway) keptPath(callID string) string {
	// The far side chooses the Call-ID of a call that it makes.
	return filepath.Join(g.opt.Dir, hex.EncodeToString([]byte(callID[:min(len(callID), 100)]))+keptEnding)
}

// keep writes the dialog of a call down, so that the far side can be released if
// this process dies.
func (k *call) keep() {
	d, ok := k.leg.Kept()
	if !ok || k.g.opt.Dir == "" {
		return
	}
	doc, err := json.Marshal(d)
	if err == nil {
		err = os.MkdirAll(k.g.opt.Dir, 0o700)
	}
	if err == nil {
		err = os.WriteFile(k.g.keptPath(d.CallID), doc, 0o600)
	}
	if err != nil {
		k.g.log.Warn("a call could not be released after a crash", "contact", k.id, "err", err)
	}
}

// forget strikes a call off that is over.
func (k *call) forget() { k.g.strikeOff(k.leg.CallID(), k.id) }

func (g *Gateway) strikeOff(callID string, id contact.ID) {
	if g.opt.Dir == "" {
		return
	}
	if err := os.Remove(g.keptPath(callID)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		g.log.Warn("a call that is over is still written down", "contact", id, "err", err)
	}
}

// releaseKept hangs up the calls that an earlier process left behind: their
// contacts have been ended, and nobody speaks to whoever is on the line.
func (g *Gateway) releaseKept(ctx context.Context) {
	if g.opt.Dir == "" {
		return
	}
	entries, err := os.ReadDir(g.opt.Dir)
	if err != nil {
		return
	}
	var group errgroup.Group
	group.SetLimit(releases)
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), keptEnding) {
			group.Go(func() error { g.release(ctx, filepath.Join(g.opt.Dir, e.Name())); return nil })
		}
	}
	_ = group.Wait()
}

// releases is how many calls are released at once: a far side that is gone must not
// keep the others waiting.
const releases = 50

// release hangs up a call that was written down.
func (g *Gateway) release(ctx context.Context, path string) {
	if ctx.Err() != nil {
		return
	}
	doc, err := os.ReadFile(path)
	var d signal.Kept
	if err == nil {
		err = json.Unmarshal(doc, &d)
	}
	if err == nil {
		try, cancel := context.WithTimeout(ctx, 5*time.Second)
		err = g.agent.Release(try, d)
		cancel()
	}
	g.log.Info("a call of an earlier process was released", "call", d.CallID, "err", err)
	_ = os.Remove(path)
}
