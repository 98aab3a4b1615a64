package main

import (
	"maps"
	"slices"
	"testing"

	"outdial/config"
)

// Every kind of carrier that may be configured can be opened.
func TestEveryKindHasAnOpener(t *testing.T) {
	if have := slices.Sorted(maps.Keys(openers())); !slices.Equal(have, config.Kinds()) {
		t.Errorf("%v can be opened, %v configured", have, config.Kinds())
	}
}
