#!/usr/bin/env bash
# Runs every fuzz target of every room for a while each; those of Opus where
# libopus is there.
set -euo pipefail
tags=
! pkg-config --exists opus 2>/dev/null || tags='opus nolibopusfile'
for room in $(go list ./...); do
	dir=$(go list -f '{{.Dir}}' "$room")
	for target in $(grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go 2>/dev/null | sed 's/^func //' | sort -u); do
		echo "== $room $target"
		go test -tags "$tags" -run '^$' -fuzz "^$target\$" -fuzztime "$1" "$room"
	done
done
