package engine_test

import (
	"testing"

	"outdial/fault"
	"outdial/flow"
	"outdial/resource"
	"outdial/store"
)

// A reference to a version or an alias gets that content; one that there is not
// is not there, rather than the newest. What a file declares has no versions,
// and is what every reference to it means.
func TestVersionsOfAFlow(t *testing.T) {
	h := build(t)
	content := func(text string) (string, string) {
		h.flow("scrap", say("a", text, "end"), end("end"))
		var f *resource.Flow
		h.update(func(t *store.Tx) (err error) {
			f, err = store.Load[resource.Flow](t, resource.KindFlow, "scrap")
			return err
		})
		return f.Content, f.Hash
	}
	old, oldHash := content("old")
	now, nowHash := content("now")
	of := func(id string, file bool, v ...resource.FlowVersion) resource.Flow {
		return resource.Flow{Meta: resource.Meta{ID: id, Name: id, File: file}, Type: "MODULE", State: resource.Active, Content: now, Hash: nowHash,
			Versions: v, Aliases: []resource.FlowAlias{{ID: "a-1", Name: "prod", Version: 1}, {ID: "a-2", Name: "lost", Version: 2}}}
	}
	h.put(resource.KindModule, "m", "m", of("m", false, resource.FlowVersion{Version: 1, Content: old, Hash: oldHash}))
	h.put(resource.KindModule, "file", "file", of("file", true))
	for ref, want := range map[string]string{
		"m": nowHash, "m:$LATEST": nowHash, "m:1": oldHash, "m:prod": oldHash, "m:a-1": oldHash,
		"m:2": "", "m:0": "", "m:9": "", "m:lost": "", "m:stage": "", "m:99999999999999999999": "",
		"file:3": nowHash, "file:prod": nowHash,
	} {
		h.update(func(tx *store.Tx) error {
			w, err := h.engine.World(tx, instance)
			if err != nil {
				return err
			}
			f, err := w.Flow(ref)
			if got := hashOf(f); got != want || (want == "") != fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %q, %v; want %q", ref, got, err, want)
			}
			return nil
		})
	}
}

func hashOf(f *flow.Flow) string {
	if f == nil {
		return ""
	}
	return f.Hash
}
